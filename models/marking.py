"""Marking records as the client's or as internal. What that does to the screen says models.windows.discreet."""

from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, or_, select

from models.assignment import Assignment
from models.dependency import Dependency
from models.errors import Refused
from models.record import Record, edit, find
from models.task import Task


def mark(session: Session, picked: Sequence[tuple[str, str]]) -> str:
    """Those of `picked` (kind and id) that the client may see become internal; where it may see none, the internal ones
    become the client's, a task or project with its links and the people on it. What they are now. Raises Refused where
    all are private: those are opened one by one, by the field."""
    for now, becomes in (("client", "internal"), ("internal", "client")):
        if chosen := [(kind, id) for kind, id in picked if find(session, kind, id).visibility == now]:
            for kind, id in chosen:
                edit(session, kind, id, visibility=becomes)
                for part in _parts(session, kind, id) if becomes == "client" else ():
                    part.visibility = becomes
            return becomes
    raise Refused("It is private. Its field Visibility says so: milepost set ID visibility=client")


def _parts(session: Session, kind: str, rec: str) -> Iterator[Record]:
    """The internal ones; an older Milepost made all of them so."""
    of = {"task": Task.id, "project": Task.project_id}.get(kind)
    if of is None:
        return
    tasks = select(Task.id).where(col(of) == rec)
    links = select(Dependency).where(
        or_(col(Dependency.predecessor_id).in_(tasks), col(Dependency.successor_id).in_(tasks))
    )
    work = select(Assignment).where(col(Assignment.task_id).in_(tasks))
    for part in (*session.exec(links), *session.exec(work)):
        if part.visibility == "internal" and part.deleted_at is None:
            yield part
