"""What was said and what was promised: interactions with a client, promises, visits."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import inspect
from sqlmodel import Session

from models.daywords import parse_day
from models.errors import Invalid, Refused
from models.record import Named, Record, attribute, create, find, register
from models.task import set_status

CHANNELS = ("call", "mail", "meeting", "visit", "chat", "letter")
PROMISES = ("open", "kept", "missed", "renegotiated")
VISITS = ("planned", "confirmed", "on site", "reported")


@register("Interaction", "Interactions", listed=("name", "client_id", "contact_id", "channel", "at"))
class Interaction(Named, Record, table=True):
    """One contact with a client, in a line: a call, a mail, a meeting. The last one says how silent a client is."""

    client_id: str = attribute("ref", "Client", refers="client", required=True, index=True)
    contact_id: str | None = attribute("ref", "With", refers="contact")
    project_id: str | None = attribute("ref", "Project", refers="project")
    name: str = attribute("text", "What", required=True)
    channel: str = attribute("choice", "Channel", default="call", choices=CHANNELS)
    at: str | None = attribute("minute", "When")
    notes: str | None = attribute("note", "Notes")

    def born(self, session: Session) -> None:
        self.at = self.at or f"{datetime.now():%Y-%m-%dT%H:%M}"


@register("Promise", "Promises", listed=("name", "client_id", "by", "due", "state"))
class Promise(Named, Record, table=True):
    """What one side promised the other: open until it is kept, missed or renegotiated (which makes the next one)."""

    client_id: str = attribute("ref", "Client", refers="client", required=True, index=True)
    contact_id: str | None = attribute("ref", "To or from", refers="contact")
    project_id: str | None = attribute("ref", "Project", refers="project")
    member_id: str | None = attribute("ref", "Ours", refers="member", help="who of us keeps or expects it")
    name: str = attribute("text", "What", required=True)
    by: str = attribute("choice", "Promised by", default="us", choices=("us", "client"))
    due: str | None = attribute("date", "Due", decides="server")
    state: str = attribute(
        "choice", "State", default="open", choices=PROMISES, group="outcome", decides="server"
    )
    settled_on: str | None = attribute("date", "Settled on", group="outcome", decides="server")
    instead_of: str | None = attribute("ref", "Instead of", refers="promise")
    notes: str | None = attribute("note", "Notes")

    def agree(self, session: Session, written: Collection[str]) -> None:
        if "state" in written and "settled_on" not in written:
            self.settled_on = None if self.state == "open" else f"{datetime.now():%Y-%m-%d}"


@register("Visit", "Visits", listed=("name", "client_id", "site_id", "start", "finish", "state"))
class Visit(Named, Record, table=True):
    """Days at a client's site."""

    client_id: str = attribute("ref", "Client", refers="client", required=True, index=True)
    site_id: str | None = attribute("ref", "Site", refers="site")
    project_id: str | None = attribute("ref", "Project", refers="project")
    member_id: str | None = attribute("ref", "Who goes", refers="member")
    name: str = attribute("text", "Purpose", required=True)
    start: str = attribute(
        "date",
        "First day",
        required=True,
        group="days",
        decides="server",
        until="finish",
        help="or all: 12-14 dec",
    )
    finish: str | None = attribute(
        "date", "Last day", group="days", decides="server", help="empty: the same day"
    )
    state: str = attribute("choice", "State", default="planned", choices=VISITS, decides="server")
    result: str | None = attribute("note", "Result")
    notes: str | None = attribute("note", "Notes")

    def agree(self, session: Session, written: Collection[str]) -> None:
        """On another first day it is as long as before."""
        before = inspect(self).attrs.start.history.deleted
        if before and before[0] and self.finish and self.start and "finish" not in written:
            length = date.fromisoformat(self.finish) - date.fromisoformat(before[0])
            self.finish = str(date.fromisoformat(self.start) + length)

    def rules(self) -> None:
        if self.finish and self.finish < self.start:
            raise Invalid(
                "finish", f"{self.finish} lies before the first day, {self.start}. Correct one of them."
            )


def settle(session: Session, promise_ids: Sequence[str], state: str) -> None:
    """Promises kept or missed, today; `open` opens them again."""
    for id in promise_ids:
        promise: Promise = find(session, "promise", id)
        promise.state = state
        promise.agree(session, {"state"})


def report(session: Session, visit_ids: Sequence[str]) -> None:
    """Visits that are over and told of."""
    for id in visit_ids:
        visit: Visit = find(session, "visit", id)
        visit.state = "reported"


def conclude(session: Session, picked: Iterable[tuple[str, str]]) -> None:
    """What stands for done: a task done, a promise kept, a visit reported. `picked` are kinds and ids; others stay."""
    ids: dict[str, list[str]] = {}
    for kind, id in picked:
        ids.setdefault(kind, []).append(id)
    set_status(session, ids.get("task", ()), "done")
    settle(session, ids.get("promise", ()), "kept")
    report(session, ids.get("visit", ()))


def renegotiate(session: Session, promise_id: str, due: str) -> str:
    """A promise that is to be kept on another day: the old one stays, with what came of it. The new one's id."""
    old: Promise = find(session, "promise", promise_id)
    if old.state != "open":
        raise Refused(f"“{old.name}” is {old.state}. Make a new promise instead.")
    settle(session, [promise_id], "renegotiated")
    made: Promise = create(
        session, "promise", client_id=old.client_id, contact_id=old.contact_id, project_id=old.project_id,
        member_id=old.member_id, name=old.name, by=old.by, due=due, instead_of=old.id, visibility=old.visibility,
    )  # fmt: skip
    return made.id


def renegotiate_all(session: Session, promise_ids: Sequence[str], day: str) -> None:
    """The same for several, `day` as it is typed. Raises Invalid."""
    due = parse_day("due", day, date.today()).isoformat()
    for id in promise_ids:
        renegotiate(session, id, due)
