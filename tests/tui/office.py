"""A profile to work in under test: Harlan Fab, its nesting line, Ines and Tomas; and the application over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from models import outbox, record
from models.apply import Entry, apply
from models.copies import Patch
from models.dates import refresh_all
from models.store import Store, open_store
from tests.tui.plain import screen_text
from tui.screens.base import ListView
from tui.screens.detail import Detail
from tui.starting import make
from tui.workbench import Workbench

TASKS = ["Survey", "Check power", "Check network", "Install", "Lay cables", "Go live"]


def furnish(home: Path) -> dict[str, str]:
    """Fills the profile; ids by name."""
    with opened(home) as store:
        return dict(store.transact("Furnish", _furnish).result)  # type: ignore[arg-type]


def _furnish(session: Any) -> dict[str, str]:
    ids: dict[str, str] = {}

    def new(kind: str, name: str, **values: Any) -> str:
        ids[name] = record.create(session, kind, name=name, **values).id
        session.flush()
        return ids[name]

    harlan, north = new("client", "Harlan Fab", city="Leeds"), new("client", "Northwind Steel")
    ines = new("member", "Ines Vogt", initials="IV")
    new("member", "Tomas Roth", initials="TR")
    new("site", "Hall 2", client_id=harlan)
    new("contact", "Ada Price", client_id=harlan, role="programming lead", phone="+44 113 1")
    line = new(
        "project", "Nesting line", client_id=harlan, manager_id=ines, number="N-1", start="2026-11-30T08:00"
    )
    new("project", "Punch cell", client_id=north)
    for rank, name in enumerate(TASKS):
        parent = {"Check power": "Survey", "Check network": "Survey", "Lay cables": "Install"}.get(name)
        new("task", name, project_id=line, parent_id=ids[parent] if parent else None, rank=f"a{rank}")
    return ids


@contextmanager
def opened(home: Path) -> Iterator[Store]:
    """The store as another process would open it, which leaves no date stale."""
    store = open_store(home)
    try:
        yield store
        refresh_all(store)
    finally:
        store.close()


def elsewhere(home: Path, kind: str, rec: str, **values: Any) -> None:
    """An edit from another terminal on the same profile."""
    with opened(home) as store:
        store.transact("Elsewhere", record.edit, kind, rec, **values)


def acknowledge(home: Path) -> None:
    """The server has accepted all that waits, and shows it."""
    with opened(home) as store, store.write() as conn:
        sent = outbox.take(conn, 1000)
        entries = [
            Entry(n, one.id, "ours", one.author, one.at, one.kind, one.ref, one.label,
                  [Patch(kind, rec, created, values) for kind, rec, created, values, *_ in one.changes])
            for n, one in enumerate(sent, 1)
        ]  # fmt: skip
        apply(conn, entries, len(entries))


def from_colleague(home: Path, kind: str, rec: str, ver: int, author: str, **values: Any) -> None:
    """An edit that comes from the server."""
    patch = Patch(kind, rec, False, values)
    entry = Entry(ver, f"theirs-{ver}", "other", author, 1_795_000_000_000, "do", None, "Theirs", [patch])
    with opened(home) as store, store.write() as conn:
        apply(conn, [entry], ver)


@asynccontextmanager
async def at_work(home: Path, size: tuple[int, int] = (140, 42), project: str = ""):
    """The application with its store loaded, and a pilot."""
    app = make(home, project=project)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.desk.worker is not None, pilot)
        await pilot.pause()
        yield pilot


async def until(condition: Callable[[], Any], pilot: Any, seconds: float = 20.0) -> None:
    """Waits for a condition; fails with the screen when it does not come."""
    end = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < end, screen_text(pilot.app)
        await asyncio.sleep(0.02)
        await pilot.pause()


async def see(pilot: Any, text: str) -> None:
    """Waits until the text is on the screen."""
    await until(lambda: text in screen_text(pilot.app), pilot)


async def keys(pilot: Any, text: str) -> None:
    """Presses keys by name, separated by blanks; a word in quotes is typed."""
    for word in text.split():
        await pilot.press(*(word[1:-1].replace("_", " ") if word[0] == "'" else [word]))
    await settle(pilot)


async def settle(pilot: Any) -> None:
    """Whatever was pressed has been done."""
    app = pilot.app
    await pilot.pause()
    await until(lambda: not app.desk.saving, pilot)
    await app.workers.wait_for_complete()
    await app.shell.settled()
    await until(lambda: not any(map(_is_to_read, app.query(Detail))), pilot)
    await pilot.pause()


def _is_to_read(pane: Detail) -> bool:
    """The cursor ran, and the pane waits for it to rest."""
    task = pane._soon and pane._soon._task
    return bool(task and not task.done())


def view(app: Workbench) -> ListView:
    found = app.shell.view
    assert isinstance(found, ListView)
    return found


def here(pilot: Any) -> Any:
    """The row under the cursor."""
    return view(pilot.app).here()


def value(app: Workbench, kind: str, rec: str, field: str) -> Any:
    """What the store holds."""
    return app.desk.whole.execute(f"SELECT {field} FROM {kind} WHERE id=?", (rec,)).fetchone()[0]


def count(app: Workbench, kind: str) -> int:
    return int(app.desk.conn.execute(f"SELECT count(*) FROM {kind} WHERE deleted_at IS NULL").fetchone()[0])
