"""Links between tasks."""

from collections.abc import Collection, Iterable, Sequence

from sqlmodel import Session, col, select

from models.errors import Invalid, Refused
from models.planning import load
from models.record import (
    Named,
    Record,
    attribute,
    connection_of,
    create,
    delete_all,
    find,
    register,
    visibility,
)
from models.schedule.bridging import bridges, with_below
from models.task import Task

LINK_TYPES = ("FS", "SS", "FF", "SF")
LAG_UNITS = ("working", "elapsed", "percent", "elapsed percent")
TYPED_IN = ("m", "h", "d", "w", "mo")


@register(
    "Dependency",
    "Dependencies",
    title="type",
    listed=("predecessor_id", "successor_id", "type", "lag", "lag_unit"),
)
class Dependency(Named, Record, table=True):
    """A link between two tasks. `lag` is minutes, or percent of the predecessor's duration by `lag_unit`."""

    visibility: str = visibility("client")
    project_id: str | None = attribute("ref", "Project", refers="project", index=True)
    predecessor_id: str = attribute(
        "ref", "Predecessor", refers="task", required=True, index=True, group="ends"
    )
    successor_id: str = attribute("ref", "Successor", refers="task", required=True, index=True, group="ends")
    type: str = attribute("choice", "Type", default="FS", choices=LINK_TYPES)
    lag: int = attribute("integer", "Lag", default=0, group="lag")
    lag_unit: str = attribute("choice", "Lag unit", default="working", choices=LAG_UNITS, group="lag")
    lag_shown: str | None = attribute("choice", "Lag typed in", choices=TYPED_IN, group="lag")

    def rules(self) -> None:
        if self.predecessor_id == self.successor_id:
            raise Invalid("successor", "a task cannot wait for itself. Choose another one.")

    def born(self, session: Session) -> None:
        self.project_id = self.project_id or find(session, "task", self.successor_id).project_id

    def agree(self, session: Session, written: Collection[str]) -> None:
        if self.deleted_at is None and {"predecessor_id", "successor_id", "deleted_at"}.intersection(written):
            _refuse_cycle(session, self)

    def restore(self, session: Session, at: str | None) -> None:
        self.deleted_at = None
        _refuse_cycle(session, self)


def link(
    session: Session, predecessor_id: str, successor_id: str, type: str = "FS", lag: int = 0,
    lag_unit: str = "working",
) -> Dependency:  # fmt: skip
    """A link; raises Refused when it would close a circle, naming the tasks on it."""
    dependency: Dependency = create(
        session, "dependency", predecessor_id=predecessor_id, successor_id=successor_id, type=type, lag=lag,
        lag_unit=lag_unit,
    )  # fmt: skip
    return dependency


def link_all(session: Session, predecessor_id: str, successor_ids: Iterable[str]) -> None:
    """Each task starts after the predecessor ends. Raises Refused where that closes a circle."""
    for id in successor_ids:
        link(session, predecessor_id, id)


def delete_in_chain(session: Session, picked: Sequence[tuple[str, str]]) -> int:
    """`delete_all`; and where tasks go, what they waited for is linked with what waited for them. How many links that
    are. Raises Refused where one would close a circle."""
    ids, made = [id for kind, id in picked if kind == "task"], 0
    for project in {find(session, "task", id).project_id for id in ids}:
        if plan := load(connection_of(session), project):
            for new in bridges(plan, with_below(plan.tasks, ids)):
                link(session, str(new.predecessor), str(new.successor), new.type, new.lag, new.unit)
                made += 1
    delete_all(session, picked)
    return made


def _refuse_cycle(session: Session, dependency: Dependency) -> None:
    rows = session.exec(
        select(Dependency.predecessor_id, Dependency.successor_id).where(
            col(Dependency.project_id) == dependency.project_id,
            col(Dependency.deleted_at).is_(None),
            col(Dependency.id) != dependency.id,
        )
    ).all()
    if path := path_between(rows, dependency.successor_id, dependency.predecessor_id):
        names = [task.name if (task := session.get(Task, id)) else id for id in path]
        raise Refused(
            f"This link closes a circle: {' → '.join([*names, names[0]])}. Remove one link of it first."
        )


def path_between(links: Iterable[tuple[str, str]], start: str, goal: str) -> list[str]:
    """The tasks from `start` to `goal` along (predecessor, successor) pairs; empty where there is no way."""
    after: dict[str, list[str]] = {}
    for predecessor, successor in links:
        after.setdefault(predecessor, []).append(successor)
    came: dict[str, str] = {start: ""}
    queue = [start]
    for node in queue:
        if node == goal:
            break
        fresh = [n for n in after.get(node, ()) if n not in came]
        came.update(dict.fromkeys(fresh, node))
        queue += fresh
    if goal not in came:
        return []
    path = [goal]
    while came[path[-1]]:
        path.append(came[path[-1]])
    return path[::-1]
