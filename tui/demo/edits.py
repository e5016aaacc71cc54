"""What the scripted colleague does: small believable edits, mostly in the project that the user looks at.

An edit is a function of a store and a source of chance; it writes one operation and returns its label, or None when
there is nothing that it fits.
"""

import sqlite3
from collections.abc import Callable
from datetime import date
from random import Random

from models.outline import add_task
from models.record import edit
from models.store import Store
from models.task import block, finish, set_status
from models.template import read_template, task_id
from tui.demo.company import contact_id, read_company
from tui.demo.dates import work_day

Edit = Callable[[Store, Random], str | None]
HARLAN = read_company().orders[0]
QUARREL = task_id(
    HARLAN.id, read_template("nesting"), "T18"
)  # the colleague and the user disagree about its deadline

LATER = ("by video", "with the night shift", "moved to the afternoon", "Rita joins", "at Hammond")
EXTRA = (
    "Ask for the kerf table of 20 mm plate", "Send the updated machine sheet", "Check the DNC cable at Punch 3",
    "Bring the USB licence key", "Photos of the nameplate for Priya", "Call Neil about the licence port",
    "Test nest of the trailer side panel", "Book the small meeting room",
)  # fmt: skip
REASONS = (
    ("Waiting for sample parts", "client"), ("Machine is booked for production", "client"),
    ("Post-processor is back at Priya's desk", "us"), ("Controller vendor has not answered", "third party"),
)  # fmt: skip
PEOPLE = {"Rita Alvarez": "+1 219 555 01", "Neil Park": "+1 219 555 01", "Colin Tate": "+44 1632 960 2"}

_LEAVES = """SELECT t.id, t.name, t.deadline FROM task t WHERE t.deleted_at IS NULL AND t.actual_finish IS NULL
    AND t.not_applicable_reason IS NULL AND t.id<>:quarrel
    AND EXISTS (SELECT 1 FROM project p WHERE p.id=t.project_id AND p.deleted_at IS NULL AND p.hold_reason IS NULL)
    AND NOT EXISTS (SELECT 1 FROM task c WHERE c.parent_id=t.id) AND {what}
    ORDER BY (t.project_id=:harlan) * :near DESC, t.project_id, (SELECT rank FROM task u WHERE u.id=t.parent_id), t.rank
    LIMIT :many"""


def dispute(ines: Store, tomas: Store, sync: Callable[[Store], object]) -> None:
    """Both move the deadline of one task, neither having seen the other's; only the colleague's is synced."""
    theirs, yours = (f"{work_day(date.today(), days)}T17:00" for days in (4, 7))
    tomas.transact("Deadline agreed with Neil Park", edit, "task", QUARREL, deadline=theirs)
    sync(tomas)
    ines.transact("Deadline from the call with Doug", edit, "task", QUARREL, deadline=yours)


def next_edit(store: Store, chance: Random) -> str:
    """Makes one edit; its label. Empty where nothing fits any more."""
    order = [*EDITS]
    chance.shuffle(order)
    return next((label for one in order if (label := one(store, chance))), "")


def _start(store: Store, chance: Random) -> str | None:
    if not (
        task := _pick(
            store, chance, "t.actual_start IS NULL AND t.milestone=0 AND t.blocked_reason IS NULL", 3
        )
    ):
        return None
    store.transact(label := f"Start {task[1]}", set_status, [task[0]], "doing")
    return label


def _finish(store: Store, chance: Random) -> str | None:
    if not (task := _pick(store, chance, "t.actual_start IS NOT NULL AND t.blocked_reason IS NULL", 3)):
        return None
    store.transact(label := f"Finish {task[1]}", finish, [task[0]])
    return label


def _progress(store: Store, chance: Random) -> str | None:
    doing = "t.actual_start IS NOT NULL AND t.percent_complete<75 AND t.duration_minutes>0"
    if not (task := _pick(store, chance, doing, 3)):
        return None
    percent = chance.randrange(75, 96, 5)
    store.transact(label := f"{task[1]}: {percent} %", edit, "task", task[0], percent_complete=percent)
    return label


def _rename(store: Store, chance: Random) -> str | None:
    if not (task := _pick(store, chance, "t.actual_start IS NULL AND t.name NOT LIKE '%, %'", 12)):
        return None
    store.transact(f"Rename {task[1]}", edit, "task", task[0], name=f"{task[1]}, {chance.choice(LATER)}")
    return f"Rename {task[1]}"


def _move_deadline(store: Store, chance: Random) -> str | None:
    if not (task := _pick(store, chance, "t.deadline IS NOT NULL", 3)):
        return None
    moved = work_day(date.fromisoformat(str(task[2])[:10]), chance.randint(1, 4))
    store.transact(
        label := f"Move the deadline of {task[1]}", edit, "task", task[0], deadline=f"{moved}T17:00"
    )
    return label


def _add(store: Store, chance: Random) -> str | None:
    beside = _pick(store, chance, "t.milestone=0 AND t.parent_id IS NOT NULL", 6)
    known = {row[0] for row in _ask(store, "SELECT name FROM task WHERE project_id=?", HARLAN.id)}
    fresh = [name for name in EXTRA if name not in known]
    if not beside or not fresh:
        return None
    project = _ask(store, "SELECT project_id FROM task WHERE id=?", beside[0])[0][0]
    store.transact(label := f"New task {fresh[0]}", add_task, project, fresh[0], after=beside[0])
    return label


def _block(store: Store, chance: Random) -> str | None:
    if not (task := _pick(store, chance, "t.actual_start IS NOT NULL AND t.blocked_reason IS NULL", 3)):
        return None
    reason, who = chance.choice(REASONS)
    store.transact(label := f"{task[1]} waits", block, [task[0]], reason, who)
    return label


def _phone(store: Store, chance: Random) -> str | None:
    name = chance.choice(sorted(PEOPLE))
    number = f"{PEOPLE[name]}{chance.randrange(60, 99)}"
    store.transact(label := f"New number of {name}", edit, "contact", contact_id(name), phone=number)
    return label


EDITS: tuple[Edit, ...] = (_start, _finish, _progress, _rename, _move_deadline, _add, _block, _phone)


def _pick(store: Store, chance: Random, what: str, many: int) -> tuple[str, str, str | None] | None:
    """One of the first `many` open tasks for which `what` (SQL) holds; two times in three of Harlan Fab's first."""
    values = {"quarrel": QUARREL, "harlan": HARLAN.id, "near": int(chance.random() < 0.67), "many": many}
    rows = _ask(store, _LEAVES.format(what=what), values)
    return chance.choice(rows) if rows else None


def _ask(store: Store, sql: str, values: object) -> list[tuple[str, str, str | None]]:
    conn: sqlite3.Connection = store.read()
    try:
        return conn.execute(sql, values if isinstance(values, dict) else (values,)).fetchall()
    finally:
        conn.close()
