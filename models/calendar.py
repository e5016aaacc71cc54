"""Calendars: when people work."""

from models.record import Named, Record, attribute, register


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
    source_uid: int | None = attribute("integer", "UID in the imported file")
