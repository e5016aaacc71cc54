"""Assignments: who does a task."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from sqlmodel import Session, col, select

from models.errors import Invalid
from models.fields import Scalar
from models.people import Member
from models.record import Named, Record, attribute, create, now_instant, register, visibility


class Called(Protocol):
    """Whatever a member is called by."""

    @property
    def name(self) -> str: ...
    @property
    def initials(self) -> str | None: ...


M = TypeVar("M", bound=Called)


@register(
    "Assignment", "Assignments", title="task_id", listed=("task_id", "member_id", "units", "work_minutes")
)
class Assignment(Named, Record, table=True):
    """A member on a task. `units` 1 = full time; an assignment to nobody keeps its work."""

    visibility: str = visibility("client")
    task_id: str = attribute("ref", "Task", refers="task", required=True, index=True)
    member_id: str | None = attribute("ref", "Member", refers="member", index=True)
    units: float = attribute("number", "Units", default=1.0, low=0)
    work_minutes: int | None = attribute("integer", "Work (minutes)", low=0, commercial=True)
    actual_work_minutes: int | None = attribute("integer", "Actual work (minutes)", low=0, commercial=True)
    remaining_work_minutes: int | None = attribute(
        "integer", "Remaining work (minutes)", low=0, commercial=True
    )
    percent_work_complete: int | None = attribute(
        "integer", "% work complete", low=0, high=100, commercial=True
    )
    actual_start: str | None = attribute("minute", "Actual start", group="progress", decides="server")
    actual_finish: str | None = attribute("minute", "Actual finish", group="progress", decides="server")
    stop: str | None = attribute("minute", "Stopped at", group="progress", decides="server")
    resume: str | None = attribute("minute", "Resumes at", group="progress", decides="server")
    delay_minutes: int | None = attribute("integer", "Delay (minutes)")
    levelling_delay_minutes: int | None = attribute("integer", "Levelling delay (elapsed minutes)")
    notes: str | None = attribute("note", "Notes")
    source_uid: int | None = attribute("integer", "UID in the imported file")


def write_who(session: Session, task: Record, value: Scalar) -> None:
    """The members whose names or initials are listed, separated by commas; nobody for empty."""
    wanted = [w.strip() for w in str(value or "").split(",") if w.strip()]
    members = session.exec(select(Member).where(col(Member.deleted_at).is_(None))).all()
    chosen = {member_called(members, word).id for word in wanted}
    rows = session.exec(select(Assignment).where(col(Assignment.task_id) == task.id)).all()
    for row in rows:
        if row.deleted_at is None and row.member_id not in chosen:
            row.remove(session, now_instant())
    present = {row.member_id for row in rows if row.deleted_at is None}
    for member_id in sorted(chosen - present):
        create(session, "assignment", task_id=task.id, member_id=member_id)


def hand_over(session: Session, task_ids: Sequence[str], giver: str, taker: str) -> None:
    """Each task goes from one member to another, with its work; '' is nobody. Others on it stay."""
    for id in task_ids:
        rows = session.exec(
            select(Assignment).where(col(Assignment.task_id) == id, col(Assignment.deleted_at).is_(None))
        ).all()
        there = {row.member_id for row in rows}
        given = next((row for row in rows if giver and row.member_id == giver), None)
        if given is not None and taker and taker not in there:
            given.member_id = taker
        elif given is not None:
            given.remove(session, now_instant())
        elif taker and taker not in there:
            create(session, "assignment", task_id=id, member_id=taker)


def member_called(members: Sequence[M], word: str) -> M:
    """The one whose initials or name, or else the beginning of whose name, `word` is. Raises Invalid."""
    low = word.lower()
    for test in (
        lambda m: low in ((m.initials or "").lower(), m.name.lower()),
        lambda m: m.name.lower().startswith(low),
    ):
        hits = [m for m in members if test(m)]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise Invalid("who", f"“{word}” fits {', '.join(m.name for m in hits)}. Write more of the name.")
    raise Invalid(
        "who",
        f"no member is called “{word}”. Add one in the team (g m, then o) or by milepost add member name=…",
    )
