"""What can be asked of each list. In the SQL, t is the row, s a task's row of the computed schedule; :today is a
date, :me the member who is signed in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from models.fields import Field
from models.windows.window import DONE, FINISH, START, STATUS, UNDONE


class Known(NamedTuple):
    """A field that a filter may name: how its value is typed, and what it is compared with; SQL with {value} in it is
    the whole comparison. `colon` is what : means. `past`: days are of what has happened, mon is the last one."""

    field: Field
    sql: str
    colon: str = "="
    past: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """`fields` by every name that may be typed. `marks` are bare words with a meaning. Other bare words are looked
    for in `texts`. `person` and `place` hold {members}, {clients} or {projects}, lists of ids; `nobody` is a row
    without a person. `elsewhere` names fields of the same screen that these rows do not have.
    """

    fields: Mapping[str, Known]
    texts: tuple[str, ...]
    marks: Mapping[str, str] = field(default_factory=dict)
    person: str = ""
    nobody: str = ""
    place: str = ""
    elsewhere: frozenset[str] = frozenset()


def _known(sql: str, type: str, name: str, *, choices: tuple[str, ...] = (), refers: str = "") -> Known:
    return Known(Field(name, type, name.capitalize(), choices=choices, refers=refers), sql)


def _days(name: str, sql: str, *, past: bool) -> dict[str, Known]:
    """A day and both its sides: day<=fri, since:mon, until:fri."""
    known = _known(sql, "minute", name)
    return {
        name: known._replace(past=past),
        "since": known._replace(colon=">=", past=True),
        "until": known._replace(colon="<=", past=past),
    }


def _table(*rows: tuple[str, Known]) -> dict[str, Known]:
    return {name: known for names, known in rows for name in names.split()}


def name_of(kind: str, column: str) -> str:
    """SQL of what the record is called that a column refers to."""
    return f"(SELECT r.name FROM {kind} r WHERE r.id={column})"


_OPEN = f"NOT {DONE} AND t.not_applicable_reason IS NULL"
_SIDES = ("client", "us", "third party")
_WORKING = "SELECT task_id FROM assignment WHERE deleted_at IS NULL AND member_id"

TASKS = Vocabulary(
    fields=_table(
        ("name", _known("t.name", "text", "name")),
        ("status", _known(STATUS, "choice", "status", choices=("todo", "doing", "done", "blocked", "n/a"))),
        ("due deadline", _known("t.deadline", "minute", "deadline")),
        ("start", _known(START, "minute", "start")),
        ("finish", _known(FINISH, "minute", "finish")),
        ("duration", _known("t.duration_minutes", "duration", "duration")),
        ("slack", _known("s.total_slack", "duration", "slack")),
        ("percent", _known("t.percent_complete", "integer", "percent")),
        ("priority", _known("t.priority", "integer", "priority")),
        ("who", _known("", "person", "who")),
        ("waiting", _known("t.waiting_on", "choice", "waiting", choices=_SIDES)),
        ("reason", _known("t.blocked_reason", "text", "reason")),
        ("side", _known("t.side", "choice", "side", choices=("vendor", "client", "joint"))),
        ("under", _known(name_of("task", "t.parent_id"), "text", "under")),
        ("project", _known(name_of("project", "t.project_id"), "text", "project", refers="project")),
        ("client", _known(
            "(SELECT c.name FROM project r JOIN client c ON c.id=r.client_id WHERE r.id=t.project_id)",
            "text", "client", refers="client")),
        ("notes", _known("t.notes", "text", "notes")),
        ("critical", _known("coalesce(s.critical, 0)", "flag", "critical")),
        ("milestone", _known("coalesce(t.milestone, 0)", "flag", "milestone")),
    ),
    texts=("t.name", "t.blocked_reason"),
    marks={
        "late": f"({_OPEN} AND (t.deadline<:today OR s.finish<:today))",
        "overdue": f"({_OPEN} AND t.deadline<:today)",
        "critical": f"({_OPEN} AND s.critical=1)",
        "milestone": "t.milestone=1",
        "open": f"({_OPEN})",
        **{name: f"{STATUS}='{name}'" for name in ("todo", "doing", "done", "blocked", "n/a")},
        "waiting": f"{STATUS}='blocked'",
        "mine": f"t.id IN ({_WORKING}=:me)",
    },
    person=f"t.id IN ({_WORKING} IN {{members}})",
    nobody=f"t.id NOT IN ({_WORKING} IS NOT NULL)",
    place="t.project_id IN {projects}",
)  # fmt: skip

_LIVE = "SELECT 1 FROM task k WHERE k.project_id=t.id AND k.deleted_at IS NULL"
_SINGLE = """NOT EXISTS (SELECT 1 FROM task b WHERE b.project_id=k.project_id AND b.parent_id=k.id
    AND b.deleted_at IS NULL)"""
_LEFT = f"EXISTS ({_LIVE} AND k.actual_finish IS NULL AND k.not_applicable_reason IS NULL AND {_SINGLE})"
_BEGUN = f"EXISTS ({_LIVE} AND k.actual_start IS NOT NULL)"
_STOPPED = """CASE WHEN coalesce(t.cancelled_reason, '')<>'' THEN 'cancelled'
    WHEN coalesce(t.hold_reason, '')<>'' THEN 'on hold' ELSE 'open' END"""

# a gate is a milestone, or several, that says so: “G4 …” in its name, or “Gate G4 needs:” in its notes
_GATE = """(SELECT max(g.n) FROM (SELECT CAST(substr(CASE WHEN k.name GLOB 'G[0-7][^0-9A-Za-z]*' THEN k.name
    ELSE substr(k.notes, instr(k.notes, 'Gate G') + 5) END, 2, 1) AS INTEGER) AS n,
    min(k.actual_finish IS NOT NULL) AS passed FROM task k WHERE k.project_id=t.id AND k.milestone=1
    AND k.deleted_at IS NULL AND k.not_applicable_reason IS NULL
    AND (k.name GLOB 'G[0-7][^0-9A-Za-z]*' OR k.notes GLOB '*Gate G[0-7] needs:*') GROUP BY 1) g WHERE g.passed)"""

PROJECTS = Vocabulary(
    fields=_table(
        ("name", _known("t.name", "text", "name")),
        ("number", _known("t.number", "text", "number")),
        ("client", _known(name_of("client", "t.client_id"), "text", "client", refers="client")),
        ("manager who", _known(name_of("member", "t.manager_id"), "text", "manager", refers="member")),
        ("status", _known(_STOPPED, "choice", "status", choices=("open", "on hold", "cancelled"))),
        ("start", _known("t.start", "minute", "start")),
        ("promised due finish", _known("t.finish", "minute", "finish")),
        ("forecast", _known("(SELECT max(finish) FROM schedule WHERE project=t.id)", "minute", "finish")),
        ("gate", _known(_GATE, "integer", "gate")),
        ("waiting", _known("t.hold_waiting_on", "choice", "waiting", choices=_SIDES)),
        ("reason", _known("coalesce(t.cancelled_reason, t.hold_reason)", "text", "reason")),
        ("notes", _known("t.notes", "text", "notes")),
    ),
    texts=("t.name", "t.number", name_of("client", "t.client_id")),
    marks={
        "late": f"(EXISTS ({_LIVE} AND k.actual_finish IS NULL AND k.deadline<:today AND coalesce((SELECT s.open"
        " FROM schedule s WHERE s.task=k.id), 1)) OR EXISTS (SELECT 1 FROM schedule s JOIN task k ON k.id=s.task"
        " WHERE s.project=t.id AND s.finish<:today AND s.open AND k.actual_finish IS NULL AND k.deleted_at IS NULL))",
        "overdue": f"(t.finish<:today AND {_LEFT})",
        "todo": f"(NOT {_BEGUN} AND {_LEFT})",
        "doing": f"({_BEGUN} AND {_LEFT})",
        "done": f"(EXISTS ({_LIVE}) AND NOT {_LEFT})",
        "blocked": f"EXISTS ({_LIVE} AND k.actual_finish IS NULL AND k.blocked_reason IS NOT NULL)",
        "waiting": f"EXISTS ({_LIVE} AND k.actual_finish IS NULL AND k.blocked_reason IS NOT NULL)",
        "hold": f"{_STOPPED}='on hold'",
        "cancelled": f"{_STOPPED}='cancelled'",
        "mine": "t.manager_id=:me",
    },
    person="t.manager_id IN {members}",
    nobody="t.manager_id IS NULL",
    place="t.id IN {projects}",
)  # fmt: skip


def _texts(*names: str) -> dict[str, Known]:
    return {name: _known(f"t.{name}", "text", name) for name in names}


def _flags(*names: str) -> dict[str, Known]:
    return {name: _known(f"coalesce(t.{name}, 0)", "flag", name) for name in names}


def _together(parts: Mapping[str, Vocabulary]) -> dict[str, Vocabulary]:
    """Lists of one screen: each knows which fields only the others have."""
    every = frozenset(name for part in parts.values() for name in part.fields)
    return {kind: replace(part, elsewhere=every - set(part.fields)) for kind, part in parts.items()}


_CLIENT = {"client": _known(name_of("client", "t.client_id"), "text", "client", refers="client")}

PARTIES = _together(
    {
        "client": Vocabulary(
            _texts("name", "number", "industry", "city", "country", "phone", "website", "notes")
            | {"client": _known("t.name", "text", "client", refers="client")},
            texts=("t.name", "t.city"),
            place="t.id IN {clients}",
        ),
        "site": Vocabulary(
            _texts("name", "address", "city", "country", "phone", "notes") | _CLIENT,
            texts=("t.name", "t.city"),
            place="t.client_id IN {clients}",
        ),
        "contact": Vocabulary(
            _texts("name", "role", "phone", "mobile", "email", "notes")
            | _flags("decides", "can_sign")
            | _CLIENT,
            texts=("t.name", "t.email"),
            place="t.client_id IN {clients}",
        ),
    }
)

TEAM = _together(
    {
        "member": Vocabulary(
            _texts("name", "initials", "role", "email", "phone", "notes")
            | _flags("inactive", "generic")
            | {"type": _known("t.type", "choice", "type", choices=("work", "material", "cost"))},
            texts=("t.name", "t.initials", "t.role"),
            marks={"mine": "t.id=:me"},
            person="t.id IN {members}",
            place="t.id IN (SELECT a.member_id FROM assignment a JOIN task k ON k.id=a.task_id"
            " WHERE a.deleted_at IS NULL AND k.deleted_at IS NULL AND k.project_id IN {projects})",
        ),
        "calendar": Vocabulary(_texts("name"), texts=("t.name",)),
    }
)


_ABOUT = _table(
    ("name what", _known("t.name", "text", "name")),
    ("contact", _known(name_of("contact", "t.contact_id"), "text", "contact", refers="contact")),
    ("project", _known(name_of("project", "t.project_id"), "text", "project", refers="project")),
    ("notes", _known("t.notes", "text", "notes")),
)
_NOTED_AT = "(t.client_id IN {clients} OR t.project_id IN {projects})"

NOTED = {
    "interaction": Vocabulary(
        {
            **_ABOUT,
            **_CLIENT,
            **_days("at", "t.at", past=True),
            "channel": _known("t.channel", "text", "channel"),
        },
        texts=("t.name",),
        place=_NOTED_AT,
    ),
    "promise": Vocabulary(
        {
            **_ABOUT,
            **_CLIENT,
            "due": _known("t.due", "date", "due"),
            "state": _known("t.state", "choice", "state", choices=("open", "kept", "missed", "renegotiated")),
            "by": _known("t.by", "choice", "by", choices=("us", "client")),
        },
        texts=("t.name",),
        marks={
            "late": "(t.state='open' AND t.due<:today)",
            "open": "t.state='open'",
            "mine": "t.member_id=:me",
        },
        person="t.member_id IN {members}",
        nobody="t.member_id IS NULL",
        place=_NOTED_AT,
    ),
    "visit": Vocabulary(
        {
            **{name: known for name, known in _ABOUT.items() if name != "contact"},
            **_CLIENT,
            "start": _known("t.start", "date", "start"),
            "finish": _known("t.finish", "date", "finish"),
            "state": _known(
                "t.state", "choice", "state", choices=("planned", "confirmed", "on site", "reported")
            ),
        },
        texts=("t.name",),
        marks={"mine": "t.member_id=:me"},
        person="t.member_id IN {members}",
        nobody="t.member_id IS NULL",
        place=_NOTED_AT,
    ),
}

LISTS: dict[str, Vocabulary] = {
    "task": TASKS,
    "project": PROJECTS,
    **PARTIES,
    **TEAM,
    **NOTED,
}  # by kind of record


# what was done: t is a row of txn
_OF = "SELECT 1 FROM change c WHERE c.txn=t.n AND"
_BY_PROJECT = ("task", "baseline", "calendar", "interaction", "promise", "visit")
_BY_CLIENT = ("project", "site", "contact", "interaction", "promise", "visit")
_BY_TASK = {"assignment": "task_id", "dependency": "successor_id"}
_TOUCHED = " OR ".join(
    [
        "c.rec IN {projects} OR c.rec IN {clients}",
        *(f"(c.tbl='{kind}' AND EXISTS (SELECT 1 FROM {kind} x WHERE x.id=c.rec AND x.project_id IN {{projects}}))"
          for kind in _BY_PROJECT),
        *(f"(c.tbl='{kind}' AND EXISTS (SELECT 1 FROM {kind} x WHERE x.id=c.rec AND x.client_id IN {{clients}}))"
          for kind in _BY_CLIENT),
        *(f"(c.tbl='{kind}' AND EXISTS (SELECT 1 FROM {kind} x JOIN task k ON k.id=x.{task}"
          f" WHERE x.id=c.rec AND k.project_id IN {{projects}}))" for kind, task in _BY_TASK.items()),
    ]
)  # fmt: skip
_CALLED = " ".join(
    f"WHEN '{kind}' THEN (SELECT x.name FROM {kind} x WHERE x.id=c.rec)" for kind in (*LISTS, "baseline")
)
_STANDS = f"CASE WHEN t.state=5 THEN 'refused' WHEN {UNDONE} THEN 'undone' WHEN t.state<3 THEN 'waits' ELSE 'done' END"
_TOUCHES = ("task", "project", "client", "site", "contact", "member", "dependency", "assignment", "calendar",
            "baseline", "interaction", "promise", "visit", "attachment", "conflict", "settlement")  # fmt: skip

OPERATION = Vocabulary(
    fields={
        **_table(
            ("what label", _known("t.label", "text", "what")),
            ("who", _known("", "person", "who")),
            ("kind", _known(f"EXISTS ({_OF} c.tbl={{value}})", "choice", "kind", choices=_TOUCHES)),
            (
                "field",
                _known("(SELECT group_concat(c.field) FROM change c WHERE c.txn=t.n)", "text", "field"),
            ),
            ("state", _known(_STANDS, "choice", "state", choices=("done", "waits", "refused", "undone"))),
        ),
        **_days("at", "strftime('%Y-%m-%dT%H:%M', t.at/1000, 'unixepoch', 'localtime')", past=True),
    },
    texts=(
        "t.label",
        name_of("member", "t.author"),
        f"(SELECT group_concat(CASE c.tbl {_CALLED} END, ' ') FROM change c WHERE c.txn=t.n)",
    ),
    marks={
        **{kind: f"EXISTS ({_OF} c.tbl='{kind}')" for kind in _TOUCHES},
        **{state: f"{_STANDS}='{state}'" for state in ("waits", "refused", "undone")},
        "mine": "(t.origin='L' OR t.author=(SELECT value FROM meta WHERE key='member' AND value<>''))",
    },
    person="t.author IN {members}",
    nobody="t.author IS NULL",
    place=f"EXISTS ({_OF} ({_TOUCHED}))",
)

# what a line of a list says that tells of records of several kinds: see models.filters.lines
LINE = ("line.text",)
_SETTLED = "EXISTS (SELECT 1 FROM settlement x WHERE x.conflict_id=t.id AND x.deleted_at IS NULL)"

CONFLICT = Vocabulary(
    fields={
        **_table(
            ("kind", _known("t.kind", "choice", "kind", choices=_TOUCHES)),
            ("field", _known("t.field", "text", "field")),
            ("who", _known("", "person", "who")),
            ("state", _known(f"CASE WHEN {_SETTLED} THEN 'settled' ELSE 'open' END", "choice", "state",
                             choices=("open", "settled"))),
        ),
        **_days("at", "coalesce(t.loser_at, t.winner_at)", past=True),
    },
    texts=LINE,
    marks={
        **{kind: f"t.kind='{kind}'" for kind in _TOUCHES},
        "open": f"NOT {_SETTLED}",
        "settled": _SETTLED,
    },
    person="(t.winner_author IN {members} OR t.loser_author IN {members})",
)  # fmt: skip


def telling(*kinds: str) -> dict[str, Vocabulary]:
    """A list whose lines tell of records of these kinds: bare words are looked for in what the line says, a kind's
    name means the lines of that kind."""
    days = _days("day", "line.day", past=False)
    known = {**LISTS, "operation": OPERATION, "conflict": CONFLICT}
    parts = {}
    for kind in kinds:
        part = known.get(kind, Vocabulary({}, LINE))
        own = {"kind": _known(f"'{kind}'", "choice", "kind", choices=kinds), **days}
        marks = {**part.marks, **{one: str(int(one == kind)) for one in kinds}}
        parts[kind] = replace(part, fields={**part.fields, **own}, texts=LINE, marks=marks)
    return _together(parts)


SETTINGS = telling("wrong", "setting", "key", "view")  # lines that tell of no record
TODAY = telling("task", "promise", "visit", "client", "project", "conflict", "operation")
TIMELINE = telling("interaction", "promise", "visit", "task")
OVERVIEW = telling(
    "project", "client", "site", "member", "task", "promise", "visit", "contact", "interaction", "operation"
)


def bin_vocabulary(kind: str, kinds: Iterable[str]) -> Vocabulary:
    """What can be asked of the deleted records of a kind."""
    own = {
        "kind": _known(f"'{kind}'", "choice", "kind", choices=tuple(kinds)),
        **_days("deleted", "t.deleted_at", past=True),
    }
    place = {"task": "t.project_id IN {projects}", "project": "t.id IN {projects}", "client": "t.id IN {clients}",
             "site": "t.client_id IN {clients}", "contact": "t.client_id IN {clients}"}  # fmt: skip
    return Vocabulary(_texts("name") | own, texts=("t.name",), place=place.get(kind, ""))
