"""A project on one page: whose it is, where it stands, what is next, what is promised, who works on it."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from models import seen
from models.filters.lines import Line
from models.filters.lines import left as lines_left
from models.windows.portfolio import project_rows, weekdays
from models.windows.window import FINISH, UNDONE, Condition

SEEN_BY, SHOWN = "Seen by", "Client view"
OURS = (SEEN_BY, SHOWN, "ours")  # labels of what only we say of a project
NEXT = 5  # milestones, visits and changes that are listed


class Fact(NamedTuple):
    """A line, about the record `kind`, `id`. `day` is a date that stands before the text; `style` as in lists."""

    label: str
    text: str
    kind: str
    id: str
    day: str = ""
    style: str = ""


def overview(conn: sqlite3.Connection, project: str, today: date) -> list[Fact]:
    """The lines, none where the project is not on this laptop."""
    row = conn.execute("SELECT rowid FROM project WHERE id=?", (project,)).fetchone()
    if row is None:
        return []
    return [
        *_frame(conn, project),
        *_progress(conn, project, row[0], today),
        *_milestones(conn, project),
        *_promises(conn, project, today),
        *_people(conn, project),
        *_latest(conn, project),
    ]


def left(conn: sqlite3.Connection, facts: Iterable[Fact], wanted: Mapping[str, Condition]) -> list[int]:
    """The places of the lines that are wanted (by kind)."""
    lines = (
        Line(at, fact.kind, fact.id, f"{fact.label} {fact.text}", fact.day or None)
        for at, fact in enumerate(facts)
    )
    return lines_left(conn, wanted, lines)


def _frame(conn: sqlite3.Connection, project: str) -> Iterator[Fact]:
    name, client, client_id, manager, manager_id, site, site_id, visibility, hold, cancelled = conn.execute(
        """SELECT p.name, c.name, c.id, m.name, m.id, s.name, s.id, p.visibility, p.hold_reason, p.cancelled_reason
           FROM project p LEFT JOIN client c ON c.id=p.client_id LEFT JOIN member m ON m.id=p.manager_id
           LEFT JOIN site s ON s.id=p.site_id WHERE p.id=?""",
        (project,),
    ).fetchone()
    yield Fact("Project", name or "", "project", project, style="strong")
    for label, text, kind, id in (
        ("Client", client, "client", client_id),
        ("Site", site, "site", site_id),
        ("Manager", manager, "member", manager_id),
    ):
        if id:
            yield Fact(label, text or "", kind, id)
    if cancelled or hold:
        label = "Cancelled" if cancelled else "On hold"
        yield Fact(label, cancelled or hold, "project", project, style="warn")
    yield from _seen_by(conn, project)
    yield Fact(SHOWN, _shown(conn, project, visibility), "project", project)


def _seen_by(conn: sqlite3.Connection, project: str) -> Iterator[Fact]:
    """Who of us sees it, as the server told last."""
    space = seen.space_of(conn, "project", project)
    people = seen.people(conn, space)
    if not people:
        yield Fact(SEEN_BY, seen.told(conn, space), "project", project)
    for one in people:
        yield Fact(SEEN_BY, f"{one.name or 'somebody'}  ({one.role})", "member", one.id)


def _shown(conn: sqlite3.Connection, project: str, visibility: str | None) -> str:
    """What the discreet view has of it."""
    sql = "SELECT c.visibility FROM project p JOIN client c ON c.id=p.client_id WHERE p.id=?"
    of_client = conn.execute(sql, (project,)).fetchone()
    if visibility != "client":
        return f"nothing: the project is {visibility or 'internal'} · I on it"
    if of_client and of_client[0] != "client":
        return f"nothing: the client is {of_client[0] or 'internal'} · I on it"
    [hidden] = conn.execute(
        "SELECT count(*) FROM task WHERE project_id=? AND deleted_at IS NULL AND visibility IS NOT 'client'",
        (project,),
    ).fetchone()
    return f"the plan without {hidden} internal task{'s' * (hidden > 1)}" if hidden else "the whole plan"


def _progress(conn: sqlite3.Connection, project: str, row: int, today: date) -> Iterator[Fact]:
    [state] = project_rows(conn, [row], today.isoformat())
    if state.tasks:
        share = f"{state.done} of {state.tasks} tasks done, {state.done / state.tasks:.0%}"
        parts = [
            share,
            f"{state.late} late" if state.late else "",
            f"{state.waiting} wait" if state.waiting else "",
        ]
        style = "bad" if state.late else ""
        yield Fact("Progress", " · ".join(part for part in parts if part), "project", project, style=style)
    if state.stage:
        yield Fact("Phase", state.stage, "project", project)
    if state.finish:
        style = "bad" if (state.left or 0) < 0 else ""
        yield Fact(
            "Promised",
            _over(state.left and -state.left, "the forecast is"),
            "project",
            project,
            state.finish,
            style,
        )
    if state.forecast:
        style = "bad" if (state.behind or 0) > 0 else ""
        yield Fact(
            "Forecast",
            _over(state.behind, "against the baseline:"),
            "project",
            project,
            state.forecast,
            style,
        )


def _over(days: int | None, what: str = "") -> str:
    """How many weekdays later than agreed, in words."""
    if days is None:
        return ""
    return f"{what} {days}d late" if days > 0 else f"{what} {-days}d early" if days else f"{what} on the day"


def _milestones(conn: sqlite3.Connection, project: str) -> Iterator[Fact]:
    """The next ones, each against the newest baseline."""
    rows = conn.execute(
        f"""SELECT t.id, t.name, coalesce({FINISH}, t.deadline) AS at, t.deadline,
            (SELECT r.finish FROM baseline_task r JOIN baseline b ON b.id=r.baseline_id WHERE r.task_id=t.id
             ORDER BY b.number DESC LIMIT 1)
            FROM task t INDEXED BY task_state LEFT JOIN schedule s ON s.task=t.id
            WHERE t.project_id=? AND t.deleted_at IS NULL AND t.actual_finish IS NULL AND t.milestone=1
            AND t.not_applicable_reason IS NULL ORDER BY at IS NULL, at, t.rank LIMIT {NEXT}""",
        (project,),
    )
    for id, name, at, deadline, agreed in rows:
        over = _over(weekdays(agreed, at)) if agreed and at else ""
        missed = bool(deadline and at and at > deadline)
        text = f"{name}  ({over.strip()})" if over else name
        yield Fact("◆ next", text, "task", id, at or "", "bad" if missed else "")


def _promises(conn: sqlite3.Connection, project: str, today: date) -> Iterator[Fact]:
    """Open promises and visits ahead, of the project and those of its client that name no project."""
    of = "(x.project_id=?1 OR (x.project_id IS NULL AND x.client_id=(SELECT client_id FROM project WHERE id=?1)))"
    for id, name, by, due in conn.execute(
        f"""SELECT x.id, x.name, x.by, x.due FROM promise x WHERE {of} AND x.state='open' AND x.deleted_at IS NULL
            ORDER BY x.due IS NULL, x.due""",
        (project,),
    ):
        late = due is not None and due < today.isoformat()
        whose = "we promised" if by == "us" else "they promised"
        yield Fact(whose, name, "promise", id, due or "", "bad" if late else "")
    for id, name, start, state in conn.execute(
        f"""SELECT x.id, x.name, x.start, x.state FROM visit x WHERE {of} AND x.state<>'reported'
            AND x.deleted_at IS NULL ORDER BY x.start LIMIT {NEXT}""",
        (project,),
    ):
        yield Fact("visit", f"{name}  ({state})", "visit", id, start or "")


def _people(conn: sqlite3.Connection, project: str) -> Iterator[Fact]:
    """Who works on what is open, and who decides at the client."""
    for id, name, tasks in conn.execute(
        """SELECT m.id, m.name, count(*) FROM task t INDEXED BY task_state
           JOIN assignment a ON a.task_id=t.id AND a.deleted_at IS NULL JOIN member m ON m.id=a.member_id
           WHERE t.project_id=? AND t.deleted_at IS NULL AND t.actual_finish IS NULL
           GROUP BY m.id ORDER BY 3 DESC, m.name""",
        (project,),
    ):
        yield Fact("ours", f"{name}  ({tasks} open)", "member", id)
    for id, name, role, decides, signs in conn.execute(
        """SELECT k.id, k.name, k.role, k.decides, k.can_sign FROM contact k JOIN project p ON p.client_id=k.client_id
           WHERE p.id=? AND k.deleted_at IS NULL ORDER BY k.decides IS NOT 1, k.can_sign IS NOT 1, k.name""",
        (project,),
    ):
        parts = [role, "decides" if decides else "", "can sign" if signs else ""]
        about = ", ".join(part for part in parts if part)
        yield Fact("theirs", f"{name}  ({about})" if about else name, "contact", id)


def _latest(conn: sqlite3.Connection, project: str) -> Iterator[Fact]:
    """The last talk, and the latest changes that stand."""
    said = conn.execute(
        """SELECT x.id, x.channel || ': ' || x.name, x.at FROM interaction x JOIN project p ON p.client_id=x.client_id
           WHERE p.id=? AND x.deleted_at IS NULL ORDER BY x.at DESC LIMIT 1""",
        (project,),
    ).fetchone()
    if said:
        yield Fact("last talk", said[1], "interaction", said[0], said[2] or "")
    for id, label, who, at in conn.execute(
        f"""SELECT t.id, t.label, coalesce(m.name, 'you'), t.at FROM txn t LEFT JOIN member m ON m.id=t.author
            WHERE t.origin IN ('L','R') AND t.state NOT IN (0,6) AND t.kind<>'undo' AND NOT {UNDONE}
            AND EXISTS (SELECT 1 FROM change c LEFT JOIN task k ON k.id=c.rec LEFT JOIN baseline b ON b.id=c.rec
              WHERE c.txn=t.n AND ?1 IN (k.project_id, b.project_id, c.rec))
            ORDER BY t.n DESC LIMIT {NEXT}""",
        (project,),
    ):
        yield Fact(
            "changed", f"{label}  ({who})", "operation", id, date.fromtimestamp(at / 1000).isoformat(), "dim"
        )
