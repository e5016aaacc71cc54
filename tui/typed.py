"""What a person typed into a cell, a prompt or a form, into what the store holds. Runs as a verb, in its thread."""

from collections.abc import Sequence

from sqlmodel import Session

from models import dependency, record
from models.dependency import LINK_TYPES
from models.kinds import KINDS
from models.record import connection_of
from tui.commands import values


def write(session: Session, kind: str, ids: Sequence[str], field: str, text: str) -> None:
    """Writes the typed `text` into one field of the records. Raises Refused."""
    conn = connection_of(session)
    long = KINDS[kind].field(field)
    for id in ids:
        if long.type in ("note", "json"):  # the command line's @file and - mean nothing here
            given = {long.name: long.parse(text)}
        else:
            given = values.parse(conn, KINDS[kind], [(field, text)], values.beside(conn, kind, id))
        record.edit(session, kind, id, **given)


def link(session: Session, task: str, other: str, rest: str, *, before: bool = False) -> None:
    """A link that is typed as a type and a lag ("SS 2d") from `other` to the task, or the other way round."""
    conn = connection_of(session)
    words = rest.split()
    type = next((word.upper() for word in words if word.upper() in LINK_TYPES), "FS")
    lag = " ".join(word for word in words if word.upper() not in LINK_TYPES)
    given = values.parse(conn, KINDS["dependency"], [("lag", lag or "0")], values.beside(conn, "task", task))
    ends = (task, other) if before else (other, task)
    dependency.link(session, *ends, type, int(given["lag"] or 0), str(given["lag_unit"]))


def assign(session: Session, task: str, member: str) -> None:
    """Another member on a task, beside those who are."""
    conn = connection_of(session)
    given = values.parse(conn, KINDS["assignment"], [("task_id", task), ("member_id", member)])
    record.create(session, "assignment", **given)
