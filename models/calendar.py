"""Calendars: when people work."""

from sqlmodel import Session

from models.errors import Invalid
from models.record import Named, Record, attribute, create, made_id, register
from models.schedule.holidays import UnknownPlace, known_place
from models.schedule.written import UNREADABLE, exceptions_of, week_of, work_weeks_of


@register("Calendar", "Calendars", listed=("name", "base_id", "project_id"))
class Calendar(Named, Record, table=True):
    """Working time. `week`: JSON {"mon": [["08:00","12:00"], …], …}; an absent day is the base's.

    `exceptions`: JSON list of {name, from, to, work: [[from, to], …]} and, where recurring, the rule's fields.
    `work_weeks`: JSON list of {name, from, to, week}.
    """

    name: str = attribute("text", "Name", required=True)
    base_id: str | None = attribute("ref", "Base calendar", refers="calendar")
    project_id: str | None = attribute("ref", "Project", refers="project", index=True)
    week: str | None = attribute("json", "Week")
    exceptions: str | None = attribute("json", "Exceptions")
    work_weeks: str | None = attribute("json", "Work weeks")
    holidays: str | None = attribute(
        "text", "Public holidays", help="country, or country and region: DE, US-TX"
    )
    source_uid: int | None = attribute("integer", "UID in the imported file")

    def rules(self) -> None:
        for name, read in (("week", week_of), ("exceptions", exceptions_of), ("work_weeks", work_weeks_of)):
            try:
                read(getattr(self, name))
            except UNREADABLE:
                raise Invalid(name, f"its working times cannot be read. {SHAPES[name]}") from None
        if self.holidays:
            try:
                self.holidays = known_place(self.holidays)
            except UnknownPlace as error:
                raise Invalid("holidays", str(error)) from None


def calendar_of(session: Session, place: str) -> str:
    """The id of the calendar with the public holidays of a place (DE, DE-BW), made where it is not there: one for all
    laptops. Raises Invalid."""
    try:
        place = known_place(place)
    except UnknownPlace as error:
        raise Invalid("country", f"{error} It is one of the settings: milepost settings country") from None
    id = made_id("holidays", place)
    there = session.get(Calendar, id)
    if there is None:
        create(session, "calendar", id=id, name=f"Standard, holidays of {place}", holidays=place)
    elif there.deleted_at:
        there.restore(session, there.deleted_at)
    return id


SHAPES = {
    "week": 'Write it as {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "sat": []}.',
    "exceptions": 'Write them as [{"name": "Fair", "from": "2027-05-03", "to": "2027-05-07", "work": []}].',
    "work_weeks": 'Write them as [{"name": "Summer", "from": "2027-07-01", "to": "2027-08-31", "week": {"fri": []}}].',
}
