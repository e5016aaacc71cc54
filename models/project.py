"""Projects: one client order on its way from acceptance to sign-off."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from models.calendar import calendar_of
from models.client import Client
from models.errors import Invalid, Refused
from models.record import Named, Record, attribute, create, register, visibility
from models.sharing import restore_with_parts, unshared


@register("Project", "Projects", listed=("name", "number", "client_id", "manager_id", "start", "finish"))
class Project(Named, Record, table=True):
    """One order, its plan's frame and the working-time figures that durations are shown by."""

    visibility: str = visibility("client")
    name: str = attribute("text", "Name", required=True)
    number: str | None = attribute("text", "Number", help="order number")
    client_id: str | None = attribute("ref", "Client", refers="client", index=True)
    site_id: str | None = attribute("ref", "Site", refers="site")
    manager_id: str | None = attribute("ref", "Manager", refers="member")
    start: str | None = attribute("minute", "Start", group="frame", decides="server")
    finish: str | None = attribute("minute", "Promised finish", group="frame", decides="server")
    schedule_from: str = attribute(
        "choice",
        "Schedule from",
        default="start",
        choices=("start", "finish"),
        group="frame",
        decides="server",
    )
    status_date: str | None = attribute("minute", "Status date", decides="server")
    reschedule_uncompleted: int | None = attribute(
        "flag", "Reschedule uncompleted work", help="what is not done by the status date is done after it"
    )
    calendar_id: str | None = attribute("ref", "Calendar", refers="calendar")
    client_calendar_id: str | None = attribute(
        "ref", "Client’s calendar", refers="calendar", help="else the holidays of the site"
    )
    minutes_per_day: int = attribute("integer", "Minutes per day", default=480, low=1, high=1440)
    minutes_per_week: int = attribute("integer", "Minutes per week", default=2400, low=1, high=10080)
    days_per_month: int = attribute("integer", "Days per month", default=20, low=1, high=31)
    day_start: int = attribute(
        "integer", "Day starts (minutes after midnight)", default=480, low=0, high=1440
    )
    day_finish: int = attribute(
        "integer", "Day ends (minutes after midnight)", default=1020, low=0, high=1440
    )
    honour_constraints: int = attribute("flag", "Honour constraints", default=1)
    critical_limit_minutes: int = attribute("integer", "Critical below slack (minutes)", default=0)
    hold_reason: str | None = attribute("text", "On hold because", group="hold", decides="server")
    hold_waiting_on: str | None = attribute(
        "choice", "Waiting on", choices=("client", "us", "third party"), group="hold", decides="server"
    )
    hold_since: str | None = attribute("date", "On hold since", group="hold", decides="server")
    cancelled_reason: str | None = attribute("text", "Cancelled because", decides="server")
    team: str | None = attribute("json", "Team", help="ids of members with no task yet, as JSON")
    notes: str | None = attribute("note", "Notes")
    source: str | None = attribute("text", "Imported from")

    def born(self, session: Session) -> None:
        """A plan begins today unless told otherwise: without a start it would move whenever a task gets a date."""
        today = f"{date.today()}T{self.day_start // 60:02}:{self.day_start % 60:02}"
        if self.schedule_from == "start" and self.start is None and not (self.finish and self.finish < today):
            self.start = today

    def rules(self) -> None:
        if self.start and self.finish and self.finish < self.start:
            raise Invalid(
                "finish", f"{self.finish} lies before the start, {self.start}. Correct one of them."
            )
        if self.schedule_from == "finish" and not self.finish:
            raise Invalid(
                "finish",
                "a plan that is made back from its finish needs one. Type the promised finish first.",
            )

    def restore(self, session: Session, at: str | None) -> None:
        restore_with_parts(session, self, at)

    def agree(self, session: Session, written: Collection[str]) -> None:
        """Turned round, a plan's tasks without a date are as late as possible instead of as soon, or the reverse."""
        if "schedule_from" in written:
            was, now = ("ASAP", "ALAP") if self.schedule_from == "finish" else ("ALAP", "ASAP")
            session.connection().execute(
                text(
                    "UPDATE task SET constraint_type=:now WHERE project_id=:id AND constraint_type=:was"
                    " AND deleted_at IS NULL"
                ),
                {"now": now, "was": was, "id": self.id},
            )


def hold(session: Session, project_id: str, reason: str, waiting_on: str, since: str) -> None:
    """Stops the clock of a project; resume with `release`."""
    project = session.get_one(Project, project_id)
    project.hold_reason, project.hold_waiting_on, project.hold_since = reason, waiting_on, since


def release(session: Session, project_id: str) -> None:
    """Ends a hold."""
    project = session.get_one(Project, project_id)
    project.hold_reason = project.hold_waiting_on = project.hold_since = None


def new_project(
    session: Session, name: str, client: str = "", holidays: str = "", private: bool = False
) -> str:
    """A project with its name, for the client called so (made when nobody is), without the public holidays of a place
    (DE, DE-BW); its id. All else can follow. A `private` one only this member sees, and so it is with a new client,
    where the project then lies."""
    client_id, made = _client_called(session, client, private) if client else (None, False)
    calendar_id = calendar_of(session, holidays) if holidays else None
    session.flush()
    own = unshared("project") if private and not made else {"visibility": "internal"} if private else {}
    project: Project = create(
        session, "project", name=name, client_id=client_id, calendar_id=calendar_id, **own
    )
    return project.id


def _client_called(session: Session, name: str, private: bool) -> tuple[str, bool]:
    """The client's id, and whether it was made."""
    live = select(Client).where(col(Client.deleted_at).is_(None))
    exact = session.exec(live.where(func.lower(Client.name) == name.lower())).first()
    found = (
        [exact]
        if exact
        else session.exec(live.where(col(Client.name).istartswith(name, autoescape=True))).all()
    )
    if len(found) > 1:
        raise Refused(f"“{name}” fits {', '.join(c.name for c in found[:5])}. Write more of the name.")
    own = unshared("client") if private else {}
    client: Client = found[0] if found else create(session, "client", name=name, **own)
    session.flush()  # a new one must be there before a project refers to it
    return client.id, not found
