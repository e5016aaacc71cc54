"""Calendars of the store as a plan has them: base calendars that stand alone, and one for each resource."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from models.schedule.calendars import STANDARD
from models.schedule.written import UNREADABLE, exceptions_of, week_of, work_weeks_of
from office.foreign import Calendar
from office.held import Held, Row
from office.words import Warnings

_USUAL = {day: STANDARD.get(day, ()) for day in range(7)}


class Shelf:
    """The calendars of a plan. `project` is the project's, `of_member` that of each member who has one.

    Other programs know two sorts: base calendars, which stand on nothing, for projects and tasks; and those of one
    resource each, on a base. A calendar here may stand on any other and serve many: some are flattened, some doubled.
    """

    def __init__(self, has: Held, uids: Mapping[str, int], people: Iterable[str], warnings: Warnings) -> None:
        self._rows = has.calendars
        self._made = {id: _calendar(row, uids, warnings) for id, row in has.calendars.items()}
        self._next = max(uids.values(), default=0)
        self.of_member: dict[str, int] = {}
        wanted = {
            id: has.members[id]["calendar_id"] for id in people if has.members[id]["calendar_id"] in uids
        }
        for id in {has.project["calendar_id"], *(row["calendar_id"] for row in has.tasks)} & uids.keys():
            self._stand_alone(id)
        for row in has.calendars.values():
            if row["base_id"] in uids:
                self._stand_alone(row["base_id"])
        users = Counter(wanted.values())
        for member, id in wanted.items():
            own = self._made[id]
            if users[id] > 1 or own.is_base or own.base_uid is None:
                own = self._derived(id, has.members[member]["name"])
            self.of_member[member] = own.uid
        self.project = uids.get(has.project["calendar_id"]) or self._standard()

    def all(self) -> list[Calendar]:
        """By UID; a base calendar says every weekday."""
        made = (
            replace(c, is_base=True, week={**_USUAL, **c.week}) if c.base_uid is None else c
            for c in self._made.values()
        )
        return sorted(made, key=lambda c: c.uid)

    def _stand_alone(self, id: str) -> None:
        """Makes it a base: with all that it has of the calendars below it."""
        flat, base = self._made[id], self._rows[id]["base_id"]
        seen = {id}
        while base in self._made and base not in seen:
            seen.add(base)
            below = self._made[base]
            flat = replace(
                flat, week={**below.week, **flat.week}, exceptions=flat.exceptions + below.exceptions,
                work_weeks=flat.work_weeks + below.work_weeks,
            )  # fmt: skip
            base = self._rows[base]["base_id"]
        self._made[id] = replace(flat, is_base=True, base_uid=None)

    def _derived(self, base: str, name: str) -> Calendar:
        """A calendar of one resource that adds nothing to its base."""
        self._stand_alone(base)
        return self._new(Calendar(0, name, base_uid=self._made[base].uid))

    def _standard(self) -> int:
        """A project without a calendar works Monday to Friday, 8 to 17."""
        return self._new(Calendar(0, "Standard", is_base=True)).uid

    def _new(self, made: Calendar) -> Calendar:
        self._next += 1
        self._made[f"new {self._next}"] = made = replace(made, uid=self._next)
        return made


# ── the store's JSON ──────────────────────────────────────────────────────────────────────────────────


def _calendar(row: Row, uids: Mapping[str, int], warnings: Warnings) -> Calendar:
    try:
        week, work_weeks = week_of(row["week"]), work_weeks_of(row["work_weeks"])
        exceptions = exceptions_of(row["exceptions"])
    except UNREADABLE:
        warnings.warn("Calendars whose times cannot be read came out as their base", row["name"])
        week, exceptions, work_weeks = {}, (), ()
    return Calendar(
        uids[row["id"]], row["name"], base_uid=uids.get(row["base_id"]), week=week, exceptions=exceptions,
        work_weeks=work_weeks,
    )  # fmt: skip
