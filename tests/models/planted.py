"""Bugs to plant in the real code, each a context manager; the battery of world.py must catch every one.

To find scripts anew after the steps have changed: python -m tests.models.planted [name …]
"""

import contextlib
import sqlite3
import sys
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from models import apply, copies, outbox, store, undo
from models.errors import MilepostError
from tests.models.world import Script, play, script

Plant = Callable[[], contextlib.AbstractContextManager[Any]]
PLANTS: dict[str, Plant] = {}


def plant(make: Plant) -> Plant:
    PLANTS[make.__name__] = make
    return make


@plant
def acknowledged_unseen_gap() -> Any:
    """An acknowledged change vanishes from the view until its echo comes."""
    return mock.patch.object(copies, "UNSEEN", "t.state IN (1,2)")


@plant
def undo_makes_conflicts() -> Any:
    """An undo travels as an ordinary edit."""
    take = outbox.take

    def planted(conn: Any, rows: int) -> Any:
        return [t._replace(kind="do") if t.kind == "undo" else t for t in take(conn, rows)]

    return mock.patch.object(outbox, "take", planted)


@plant
def pull_over_pending() -> Any:
    """A colleague's value overwrites what waits here."""
    return mock.patch.object(copies.Records, "_unseen", lambda self: {})


@plant
def rejection_not_rebuilt() -> Any:
    """A refused edit goes on standing in the view."""
    return mock.patch.object(outbox, "rebuild", lambda *_: None)


@plant
def withdrawal_after_sent() -> Any:
    """Undo calls back what the server may have already."""
    undoable = undo.undoable

    def planted(conn: Any) -> Any:
        found = undoable(conn)
        return found._replace(state=1) if found and found.state == 2 else found

    return mock.patch.object(undo, "undoable", planted)


@plant
def row_level_base() -> Any:
    """All fields of a row travel with the newest base of any."""
    changes = outbox._changes

    def planted(conn: Any, ns: list[int]) -> Any:
        return {
            n: [(*c[:4], dict.fromkeys(c[4], max(c[4].values(), default=0)), c[5]) for c in some]
            for n, some in changes(conn, ns).items()
        }

    return mock.patch.object(outbox, "_changes", planted)


@plant
def rebuild_raises_the_base() -> Any:
    """After a pull the edit looks as if its author had seen what came."""
    mask = copies.Records._mask

    def planted(self: Any, unseen: Any) -> None:
        self._base = {(rec, name): self._ver[rec] for rec, name in self._base}
        mask(self, unseen)

    return mock.patch.object(copies.Records, "_mask", planted)


@plant
def blind_undo() -> Any:
    """Undo writes over whatever stands there."""
    return mock.patch.object(undo, "_obstacle", lambda *_: "")


@plant
def sent_not_committed() -> Any:
    """What left is still taken for pending."""
    return mock.patch.object(outbox, "SENT", 1)


@plant
def no_effect_not_marked() -> Any:
    """An edit that changed nothing on the server is undone as if it had."""
    echo = apply._Log.echo

    def planted(self: Any, records: Any, entry: Any, *given: Any) -> None:
        echo(self, records, entry._replace(idle=()), *given)

    return mock.patch.object(apply._Log, "echo", planted)


@plant
def undo_splits_a_group() -> Any:
    """A constraint's type comes back without its date."""
    return mock.patch.object(undo, "_together", lambda changes: ([c] for c in changes))


@plant
def dependants_forgotten() -> Any:
    """What builds on a refused operation stands on nothing."""

    def planted(conn: Any, n: int, reason: str, gone: Any) -> None:
        conn.execute("UPDATE txn SET state=5, note=? WHERE n=?", (reason, n))
        gone.update(outbox._records(conn, [n]))

    return mock.patch.object(outbox, "_reject", planted)


@plant
def create_fills_the_servers_gaps() -> Any:
    """A create of a made id lends its values to the server's record, which then keeps them."""
    fold = copies.Records._fold

    def planted(self: Any, rec: str, unseen: Any) -> Any:
        made = [apply.orjson.loads(new) for field, new, _ in unseen if field == ""]
        view = fold(self, rec, unseen)
        lent = {n: v for m in made for n, v in m.items() if view.get(n) is None}
        return {**view, **lent} if made else view

    return mock.patch.object(copies.Records, "_fold", planted)


@plant
def idle_writes_kept() -> Any:
    """Writing what stands there already leaves an operation behind."""
    return mock.patch.object(store, "_drop_idle", lambda *_: None)


@plant
def echo_forgets_what_it_replaced() -> Any:
    """Undo of a seen operation restores what this laptop saw, not what it replaced on the server."""
    echo = apply._Log.echo

    def planted(self: Any, *given: Any) -> None:
        echo(self, *given)
        self._replaced.clear()

    return mock.patch.object(apply._Log, "echo", planted)


@plant
def cursor_apart_from_rows() -> Any:
    """The cursor is committed before the rows are."""
    original = apply.apply

    def planted(conn: Any, entries: Any, cursor: int) -> None:
        apply.set_meta(conn, "cursor", str(cursor))
        conn.execute("COMMIT")
        conn.execute("BEGIN IMMEDIATE")
        original(conn, entries, cursor)

    return mock.patch.object(apply, "apply", planted)


def caught(steps: Script) -> bool:
    """Whether the battery sees something. Any other error is one of the bug's own code, which then is not put in."""
    try:
        play(steps)
    except (AssertionError, MilepostError, sqlite3.Error):
        return True
    return False


def find(make: Plant, length: int = 40, most: int = 400) -> tuple[int, Script]:
    """The first random seed that catches the bug, and its script without the steps that are not needed."""
    with make():
        seed = next(s for s in range(most) if caught(script(s, length)))
        steps = script(seed, length)
        for at in reversed(range(length)):
            if caught(shorter := steps[:at] + steps[at + 1 :]):
                steps = shorter
    return seed, steps


def main(names: list[str]) -> Iterator[str]:
    for name in names or PLANTS:
        try:
            seed, steps = find(PLANTS[name])
            yield f'    "{name}": {steps},  # seed {seed}'
        except StopIteration:
            yield f"    # {name}: not caught"


if __name__ == "__main__":
    for line in main(sys.argv[1:]):
        print(line, flush=True)
