"""Calendars of a read plan as records, and which of them the store has already."""

import hashlib
import json
from collections.abc import Iterable
from typing import TypeVar

from models.schedule.calendars import Week
from models.schedule.recurrence import CalendarException
from models.schedule.worktime import Interval
from models.schedule.written import WEEKDAYS
from office.draft import Draft, Known, KnownCalendar, as_json, of
from office.foreign import Calendar, Plan

_K = TypeVar("_K", int, str)


def draft_calendars(made: Draft, plan: Plan, known: Known) -> None:
    """A calendar with the name and the content of one that is here, its bases included, is that one."""
    here = _digests_here(known.calendars)
    names = _names_of_calendars(plan)
    used = _used(plan)
    digests: dict[int | None, str] = {}
    by_uid = {calendar.uid: calendar for calendar in plan.calendars}
    for uid in _bases_first({c.uid: c.base_uid for c in plan.calendars}):
        calendar, name, content = by_uid[uid], names[uid], _content(by_uid[uid])
        digests[uid] = _digest(name, *content, digests.get(calendar.base_uid))
        if digests[uid] in here:
            made.calendars[uid] = here[digests[uid]]
            made.same_calendars.append(name)
        else:
            week, exceptions, work_weeks = content
            made.calendars[uid] = made.add(
                "calendar", f"Calendar {name}", name=name, week=week, exceptions=exceptions, work_weeks=work_weeks,
                base_id=of(made.calendars, calendar.base_uid), source_uid=uid,
                project_id=made.project_id if calendar.is_base and uid not in used else None,
            )  # fmt: skip


def _used(plan: Plan) -> set[int | None]:
    """The calendars that something of the plan goes by; others are kept with the project alone."""
    base = {calendar.uid: calendar.base_uid for calendar in plan.calendars}
    reached = {
        plan.calendar_uid,
        *(t.calendar_uid for t in plan.tasks),
        *(r.calendar_uid for r in plan.resources),
    }
    used: set[int | None] = set()
    while reached := reached - used:
        used |= reached
        reached = {base[uid] for uid in reached if uid in base}
    return used


def _digests_here(calendars: Iterable[KnownCalendar]) -> dict[str, str]:
    """Digest of name, content and bases → id, of the calendars that are in the store."""
    by_id = {calendar.id: calendar for calendar in calendars}
    digests: dict[str | None, str] = {}
    for id in _bases_first({c.id: c.base_id for c in by_id.values()}):
        _, name, base_id, *content = by_id[id]
        digests[id] = _digest(name, *content, digests.get(base_id))
    return {digest: str(id) for id, digest in digests.items()}


def _digest(*parts: str | None) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _bases_first(base: dict[_K, _K | None]) -> list[_K]:
    """Every calendar after its base; what is its own base in the end comes anywhere."""
    order: dict[_K, None] = {}
    for key in base:
        chain: list[_K] = []
        at: _K | None = key
        while at is not None and at in base and at not in order and at not in chain:
            chain.append(at)
            at = base[at]
        order.update(dict.fromkeys(reversed(chain)))
    return list(order)


def _names_of_calendars(plan: Plan) -> dict[int, str]:
    whose = {r.calendar_uid: r.name for r in plan.resources}
    return {c.uid: c.name or whose.get(c.uid) or f"Calendar {c.uid}" for c in plan.calendars}


def _content(calendar: Calendar) -> tuple[str | None, str | None, str | None]:
    """Week, exceptions and work weeks as the store's JSON; None for nothing."""
    weeks = [
        {"name": w.name, "from": str(w.start), "to": str(w.finish), "week": _week(w.week)}
        for w in calendar.work_weeks
    ]
    exceptions = [_exception(e) for e in calendar.exceptions]
    return as_json(_week(calendar.week)), as_json(exceptions), as_json(weeks)


def _week(week: Week) -> dict[str, object]:
    return {WEEKDAYS[day]: _times(work) for day, work in week.items()}


def _times(work: Iterable[Interval]) -> list[list[str]]:
    return [[f"{t // 60:02}:{t % 60:02}" for t in interval] for interval in work]


def _exception(e: CalendarException) -> dict[str, object]:
    plain: dict[str, object] = {
        "name": e.name,
        "from": str(e.start),
        "to": str(e.finish),
        "work": _times(e.work),
    }
    if not e.recurring:
        return plain
    rule = {
        "recurrence": e.recurrence, "period": e.period, "days_of_week": [WEEKDAYS[d] for d in sorted(e.days_of_week)],
        "month": e.month, "month_day": e.month_day, "item": e.item, "position": e.position,
        "occurrences": e.occurrences,
    }  # fmt: skip
    return {**plain, **{name: value for name, value in rule.items() if value}}
