"""What can be asked of each list. In the SQL, t is the row, s a task's row of the computed schedule; :today is a
date, :me the member who is signed in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from models.fields import Field
from models.windows.window import FINISH, START, STATUS


class Known(NamedTuple):
    """A field that a filter may name: how its value is typed, and what it is compared with."""

    field: Field
    sql: str


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


def _table(*rows: tuple[str, Known]) -> dict[str, Known]:
    return {name: known for names, known in rows for name in names.split()}


def name_of(kind: str, column: str) -> str:
    """SQL of what the record is called that a column refers to."""
    return f"(SELECT r.name FROM {kind} r WHERE r.id={column})"


_OPEN = "t.actual_finish IS NULL AND t.not_applicable_reason IS NULL"
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
_LEFT = f"EXISTS ({_LIVE} AND k.actual_finish IS NULL)"
_BEGUN = f"EXISTS ({_LIVE} AND k.actual_start IS NOT NULL)"
_STOPPED = """CASE WHEN coalesce(t.cancelled_reason, '')<>'' THEN 'cancelled'
    WHEN coalesce(t.hold_reason, '')<>'' THEN 'on hold' ELSE 'open' END"""

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
        ("waiting", _known("t.hold_waiting_on", "choice", "waiting", choices=_SIDES)),
        ("reason", _known("coalesce(t.cancelled_reason, t.hold_reason)", "text", "reason")),
        ("notes", _known("t.notes", "text", "notes")),
    ),
    texts=("t.name", "t.number", name_of("client", "t.client_id")),
    marks={
        "late": f"(EXISTS ({_LIVE} AND k.actual_finish IS NULL AND k.deadline<:today) OR EXISTS (SELECT 1"
        " FROM schedule s JOIN task k ON k.id=s.task WHERE s.project=t.id AND s.finish<:today"
        " AND k.actual_finish IS NULL AND k.deleted_at IS NULL))",
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
    return {
        kind: Vocabulary(
            part.fields,
            part.texts,
            part.marks,
            part.person,
            part.nobody,
            part.place,
            every - set(part.fields),
        )
        for kind, part in parts.items()
    }


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
            "at": _known("t.at", "minute", "at"),
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


def bin_vocabulary(kind: str, kinds: Iterable[str]) -> Vocabulary:
    """What can be asked of the deleted records of a kind."""
    own = {
        "kind": _known(f"'{kind}'", "choice", "kind", choices=tuple(kinds)),
        "deleted": _known("t.deleted_at", "minute", "deleted"),
    }
    place = {"task": "t.project_id IN {projects}", "project": "t.id IN {projects}", "client": "t.id IN {clients}",
             "site": "t.client_id IN {clients}", "contact": "t.client_id IN {clients}"}  # fmt: skip
    return Vocabulary(_texts("name") | own, texts=("t.name",), place=place.get(kind, ""))
