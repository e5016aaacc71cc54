"""What people do: one operation each, chosen by the dice among what is on their screen.

Every value is one of few, so that two people meet in the same field and values recur.
"""

import json
import random
from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from models import conflict, dependency, moving, outline, sharing, task
from models.record import KINDS, create, delete, edit, made_id, undelete

View = dict[str, tuple[str, dict[str, Any]]]  # id → kind, values
Verb = Callable[[Session], Any]

DAYS = ("2026-12-01T08:00", "2026-12-04T08:00", "2026-12-11T08:00", None)
WORDS = ("cell 3", "door switch", "second robot", None)
FIELDS: dict[str, dict[str, tuple[Any, ...]]] = {
    "task": {
        "name": ("Layout", "Reach study", "Dry run", "Sign-off"),
        "notes": (*WORDS, "first line\nsecond line"),
        "priority": (1, 500, 900),
        "deadline": DAYS,
        "duration_minutes": (480, 960, 0, None),
        "constraint": tuple(("SNET", day) if day else ("ASAP", None) for day in DAYS),
    },
    "contact": {"phone": ("11", "12", None), "role": WORDS, "can_sign": (0, 1)},
    "client": {"city": ("Linz", "Graz", None), "notes": WORDS},
    "project": {"number": ("P-1", "P-2", None), "start": DAYS, "notes": WORDS},
}
KIND_BIAS = ("task", "task", "task", "task", "contact", "client", "project")


def edit_field(view: View, dice: random.Random) -> Verb | None:
    """One field of one record; half of the time the first task's."""
    rec = _pick(view, dice, dice.choice(KIND_BIAS))
    return rec and _edits([(rec, *_value(view, rec, dice))])


def edit_many(view: View, dice: random.Random) -> Verb | None:
    """Several records and fields in one operation."""
    recs = [rec for _ in range(dice.randint(2, 4)) if (rec := _pick(view, dice, dice.choice(KIND_BIAS)))]
    return _edits([(rec, *_value(view, rec, dice)) for rec in recs])


def write(view: View, dice: random.Random) -> Verb | None:
    """A line of a note comes, goes or is written anew; half of the time in the first task's."""
    rec = _pick(view, dice, dice.choice(("task", "task", "client", "project")), 0.8)
    if not rec:
        return None
    kind, values = view[rec]
    lines = (values["notes"] or "").split("\n") if values["notes"] else []
    for _ in range(dice.choice((1, 1, 2))):
        at, line = dice.randint(0, len(lines)), f"line {dice.randrange(dice.choice((4, 9_999)))}"
        way = dice.randrange(4) if lines else 0
        if way == 2:
            lines[at % len(lines)] = line
        elif way == 3:
            del lines[at % len(lines)]
        else:
            lines.insert(at, line)
    return _edits([(rec, kind, {"notes": "\n".join(lines) or None})])


def progress(view: View, dice: random.Random) -> Verb | None:
    """A group of fields: started, done, blocked."""
    rec = _pick(view, dice, "task")
    status = dice.choice(task.STATUSES)
    return rec and (lambda session: task.set_status(session, [rec], status))


def add(view: View, dice: random.Random) -> Verb | None:
    """A new task, sometimes with more in the same operation."""
    project = _pick(view, dice, "project")
    under = _pick(view, dice, "task") if dice.random() < 0.5 else None

    def verb(session: Session) -> None:
        owner = (
            view[under][1]["project_id"] if under else project or create(session, "project", name="Cell 4").id
        )
        session.flush()
        task = outline.add_task(session, owner, dice.choice(FIELDS["task"]["name"]), under=under)
        if dice.random() < 0.5:
            edit(session, "task", task.id, notes="made and edited", priority=dice.choice((1, 900)))
        if dice.random() < 0.3:
            create(session, "contact", name="Ines", phone=dice.choice(("11", "12")))

    return verb


def add_twin(view: View, dice: random.Random) -> Verb | None:
    """A record with an id made from what makes it: two laptops may make the same one."""
    id = made_id("twin", str(dice.randint(0, 2)))
    project = _pick(view, dice, "project")
    values = {"name": dice.choice(("Kick-off", "Kick-off", "Start")), "priority": dice.choice((1, 500))}
    if id in view or not project:
        return None
    return lambda session: create(session, "task", id=id, project_id=project, rank="a0", **values)


def remove(view: View, dice: random.Random) -> Verb | None:
    rec = _pick(view, dice, dice.choice(("task", "task", "contact", "client", "dependency")))
    return rec and (lambda session: delete(session, view[rec][0], rec))


def restore(view: View, dice: random.Random) -> Verb | None:
    gone = sorted(r for r, (kind, v) in view.items() if v["deleted_at"] and kind != "conflict")
    rec = dice.choice(gone) if gone else None
    return rec and (lambda session: undelete(session, view[rec][0], rec))


def move(view: View, dice: random.Random) -> Verb | None:
    """A task below another, or one step up or down."""
    rec, under = _pick(view, dice, "task"), _pick(view, dice, "task")
    if not rec:
        return None
    way = dice.randrange(4)
    if way == 0:
        return lambda session: outline.move(session, [rec], dice.choice((-1, 1)))
    if way == 1:
        return lambda session: outline.outdent(session, [rec])
    return lambda session: outline.move_to(session, [rec], under)


def link(view: View, dice: random.Random) -> Verb | None:
    """A link; two laptops may close a circle of them, which neither sees."""
    first, second = _pick(view, dice, "task", 0.2), _pick(view, dice, "task", 0.2)
    if not first or not second:
        return None
    return lambda session: dependency.link(session, first, second, dice.choice(dependency.LINK_TYPES))


def relink(view: View, dice: random.Random) -> Verb | None:
    rec, task = _pick(view, dice, "dependency"), _pick(view, dice, "task", 0.2)
    end = dice.choice(("predecessor_id", "successor_id"))
    return rec and (lambda session: edit(session, "dependency", rec, **{end: task}))


def settle(view: View, dice: random.Random) -> Verb | None:
    """A conflict decided by one word."""
    settled = {v["conflict_id"] for kind, v in view.values() if kind == "settlement" and not v["deleted_at"]}
    ids = sorted(r for r, (kind, _) in view.items() if kind == "conflict" and r not in settled)
    if not ids:
        return None
    rec = dice.choice(ids[:2])
    word = dice.choice(("stands", "aside", "aside", "both", "value"))
    aside = json.loads(view[rec][1]["loser"])
    value = dice.choice([v for v in aside.values() if v is not None] or [None])
    return lambda session: conflict.settle(session, rec, word, value)


def spoil(view: View, dice: random.Random) -> Verb | None:
    """What only the server refuses: a write past the checks of this laptop, as an older version's might be."""
    rec = _pick(view, dice, "task")

    def verb(session: Session) -> None:
        raw = session.connection().exec_driver_sql
        if dice.random() < 0.5:
            raw("UPDATE task SET priority=? WHERE id=?", (4000 + dice.randrange(9), rec))
        else:
            task = outline.add_task(session, view[rec][1]["project_id"], "Too important")
            session.flush()
            raw("UPDATE task SET priority=4000 WHERE id=?", (task.id,))
        if dice.random() < 0.5:
            edit(session, "task", rec, notes="along with it")

    return rec and verb


def found(view: View, dice: random.Random) -> Verb | None:
    """A project of one's own, with two tasks."""
    if sum(v["space"] != "workspace" for kind, v in view.values() if kind == "project") > 1:
        return None

    def verb(session: Session) -> None:
        project = create(session, "project", name="Cell 9", **sharing.unshared("project"))
        session.flush()
        for name in ("Layout", "Reach study"):
            outline.add_task(session, project.id, name)

    return verb


def edit_private(view: View, dice: random.Random) -> Verb | None:
    """A task that not everybody sees, sometimes together with one that everybody does."""
    recs = sorted(r for r, (kind, v) in view.items() if kind == "task" and v["space"] != "workspace")
    if not recs:
        return None
    rec, other = dice.choice(recs), _pick(view, dice, "task")
    picked = [rec, *([other] if other and other != rec and dice.random() < 0.4 else [])]
    return _edits([(r, *_value(view, r, dice)) for r in picked])


def take_along(view: View, dice: random.Random) -> Verb | None:
    """A project or client is moved to other people, with all that belongs to it."""
    rec = _pick(view, dice, dice.choice(("project", "project", "client")), 0.4)
    if not rec:
        return None
    kind, values = view[rec]
    everybody = values["space"] != "workspace" and dice.random() < 0.8
    return lambda session: moving.move(session, kind, rec, everybody)


def novelty(view: View, dice: random.Random) -> Verb | None:
    """What an older program has never heard of (laptop.NEWER): a client's industry, a talk with him."""
    client, talk = _pick(view, dice, "client"), _pick(view, dice, "interaction")
    word = dice.choice(("welding", "castings", None, f"robots {dice.randrange(99)}"))
    if talk and dice.random() < 0.4:
        return _edits([(talk, "interaction", {"subject": word or "Called"})])
    if client and dice.random() < 0.6:
        return _edits([(client, "client", {"industry": word})])
    return client and (
        lambda session: create(session, "interaction", client_id=client, subject="Called", at=DAYS[0])
    )


PRIVATE: dict[str, Callable[[View, random.Random], Verb | None]] = {
    "found": found,
    "edit private": edit_private,
    "take along": take_along,
    "novelty": novelty,
}
VERBS: dict[str, tuple[int, Callable[[View, random.Random], Verb | None]]] = {
    "edit": (26, edit_field),
    "edit many": (8, edit_many),
    "write": (16, write),
    "progress": (5, progress),
    "add": (5, add),
    "add twin": (4, add_twin),
    "delete": (5, remove),
    "undelete": (4, restore),
    "move": (8, move),
    "link": (4, link),
    "relink": (2, relink),
    "settle": (12, settle),
    "spoil": (3, spoil),
}


def _pick(view: View, dice: random.Random, kind: str, hot: float = 0.6) -> str | None:
    """A record, deleted ones now and then; the first one with the probability `hot`."""
    ids = sorted(
        r for r, (k, v) in view.items() if k == kind and (not v["deleted_at"] or dice.random() < 0.1)
    )
    if not ids:
        return None
    return ids[0] if dice.random() < hot else dice.choice(ids)


def _value(view: View, rec: str, dice: random.Random) -> tuple[str, dict[str, Any]]:
    kind = view[rec][0]
    names = sorted(FIELDS[kind])
    name = names[0] if dice.random() < 0.4 else dice.choice(names)
    value = dice.choice(FIELDS[kind][name])
    if name == "constraint":
        return kind, {"constraint_type": value[0], "constraint_date": value[1]}
    if dice.random() < 0.4 and KINDS[kind].fields[name].type in ("text", "note"):
        value = f"{name} {dice.randrange(10_000)}"
    return kind, {name: value}


def _edits(todo: list[tuple[str, str, dict[str, Any]]]) -> Verb:
    def verb(session: Session) -> None:
        for rec, kind, values in todo:
            edit(session, kind, rec, **values)

    return verb
