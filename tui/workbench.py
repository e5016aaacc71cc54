"""The application over a profile: one way to write, one way to learn of changes, and what every view shares."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from textual.message import Message

from models import db
from models.errors import MilepostError, StoreError
from models.feed import Changes
from tui.actions import Registry
from tui.app import Milepost, make_app
from tui.desk import Desk, Verb, find_verb, prepare
from tui.footer import Connection
from tui.palette import Entry
from tui.screens.base import ListView
from tui.shell import Place
from tui.view import View
from tui.widgets.prompt import Question
from tui.words import count

if TYPE_CHECKING:
    from models.store import Store
    from sync.worker import State

LOOK = 0.25  # seconds between looks at what other processes and the sync committed


class Workbench(Milepost):
    """Milepost over a profile. Views call `edit`; whoever changed something, `on_changes` of every view hears it."""

    desk: Desk
    project: str = ""
    demo: bool = False

    class Written(Message):
        """A write ended, well or not."""

        def __init__(
            self, outcome: Future[Changes], told: Callable[[Changes], object], lost: Callable[[], object]
        ) -> None:
            super().__init__()
            self.outcome, self.told, self.lost = outcome, told, lost

    class Loaded(Message):
        """The kinds of records are there: whatever had to wait for them can be shown."""

    class Synced(Message):
        """The sync worker has something to say."""

        def __init__(self, state: State) -> None:
            super().__init__()
            self.state = state

    # What views call

    def edit(
        self, label: str, verb: Verb, *args: Any, told: Callable[[Changes], object] = lambda changes: None,
        lost: Callable[[], object] = lambda: None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Runs a verb as one operation called `label`. `told` hears what changed, `lost` that it was refused."""
        self._write(lambda store: store.transact(label, find_verb(verb), *args, **kwargs), told, lost)

    def edit_typed(
        self, label: str, kind: str, ids: Sequence[str], field: str, text: str, lost: Callable[[], object]
    ) -> None:
        """Writes what was typed into a field of the records."""

        def run(store: Store) -> Changes:
            from tui import typed

            return store.transact(label, typed.write, kind, ids, field, text)

        self._write(run, lambda changes: None, lost)

    def edit_settlement(self, conflict: str, kind: str, field: str, text: str) -> None:
        """Settles a conflict by a typed value."""

        def run(store: Store) -> Changes:
            from models.conflict import settle
            from models.kinds import KINDS

            value = KINDS[kind].fields[field].parse(text)
            return store.transact(f"Settle {field.replace('_', ' ')}", settle, conflict, "value", value)

        self._write(run, lambda changes: None)

    def open_project(self, project: str) -> None:
        """Brings the tasks of a project to the front."""
        self.project = project
        self.run_worker(self.shell.go("tasks"), exclusive=True, group="go")

    def place_of(self, project: str) -> tuple[str, ...]:
        """Client and project in words, for the title."""
        row = self.desk.conn.execute(
            "SELECT c.name, p.name FROM project p LEFT JOIN client c ON c.id=p.client_id WHERE p.id=?",
            (project,),
        ).fetchone()
        return tuple(name for name in row if name) if row else ()

    # Life

    def on_mount(self) -> None:
        self.set_interval(LOOK, self.look)

    def look(self) -> None:
        """Tells the views what was committed since the last look, here or elsewhere."""
        try:
            changes = self.desk.feed.poll()
        except sqlite3.Error as error:
            self.shell.say(str(db.explain(error, self.desk.path)), "bad")
            return
        if changes is not None:
            self.shell.changed(changes)
            self._index()

    async def on_unmount(self) -> None:
        self.desk.close()

    def on_workbench_loaded(self) -> None:
        for view in self.shell.query(ListView):
            view.detail.reload()
        self._index()

    def on_workbench_written(self, message: Written) -> None:
        error = message.outcome.exception()
        if error is not None:
            message.lost()
            if not isinstance(error, MilepostError):
                raise error
            self.shell.say(str(error), "bad")
            return
        changes = message.outcome.result()
        self.look()
        message.told(changes)
        if changes.count:
            self.shell.say(_said(changes))
        if self.desk.worker is not None:
            self.desk.worker.wake()

    def on_workbench_synced(self, message: Synced) -> None:
        state = message.state
        self.shell.connection(
            Connection(
                online=state.phase in ("synced", "syncing", "elsewhere"),
                last=datetime.fromtimestamp(state.last_sync / 1000, UTC) if state.last_sync else None,
                waiting=state.waiting,
                progress=(state.done, state.total) if state.phase == "syncing" else None,
                conflicts=state.conflicts,
                refused=state.rejected,
                used=state.phase != "local",
            )
        )
        if state.phase == "held" and state.detail:
            self.shell.say(state.detail, "warn")
        for view in self.shell.query(View):
            if (hear := getattr(view, "on_state", None)) is not None:
                hear(state)

    # Actions

    def act_undo(self) -> None:
        self._write(lambda store: store.undo(), partial(self._reverted, "Undid"))

    def act_redo(self) -> None:
        self._write(lambda store: store.redo(), partial(self._reverted, "Did again"))

    def act_sync_now(self) -> bool:
        if self.desk.worker is None or not db.get_meta(self.desk.conn, "server"):
            self.shell.say("Not signed in to a server: milepost login URL --code CODE")
            return True
        self.desk.worker.wake()
        self.shell.say("Syncing…")
        return True

    def act_offline(self) -> None:
        """Off the network, or back on it."""
        self._offline = not getattr(self, "_offline", False)
        if self.desk.worker is not None:
            self.desk.worker.pause(self._offline)
        self.shell.say("Off the network; edits wait here" if self._offline else "Back on the network")

    async def act_capture(self) -> None:
        """One line, from anywhere, into the project in front or the one after #."""
        where = " ▸ ".join(self.place_of(self.project)) or "#project"
        await self.shell.ask(Question(f"Capture a task ({where}):", self._capture))

    async def act_search(self) -> None:
        palette = await self.shell.palette()
        palette.providers = [self._find]
        palette.open([])

    # Inside

    def _write(
        self, run: Callable[[Store], Changes], told: Callable[[Changes], object],
        lost: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        def done(outcome: Future[Changes]) -> None:
            self.post_message(self.Written(outcome, told, lost))

        self.desk.write(run, done)

    def _reverted(self, what: str, changes: Changes) -> None:
        left = f" · left alone: {'; '.join(changes.skipped)}" if changes.skipped else ""
        self.call_after_refresh(self.shell.say, f"{what}: {changes.label}{left}", "warn" if left else "")

    def _capture(self, text: str) -> str | None:
        name, _, wanted = text.partition("#")
        project = self._project_called(wanted.strip()) if wanted.strip() else self.project
        if not name.strip():
            return None if not text.strip() else "Write what is to be done before the #"
        if not project:
            return "Say where: … #project"
        self.edit(
            "Capture",
            "plan.add_task",
            project,
            name.strip(),
            told=lambda changes: self._captured(project, name),
        )
        return None

    def _captured(self, project: str, name: str) -> None:
        place = " ▸ ".join(self.place_of(project))
        self.call_after_refresh(self.shell.say, f"“{name.strip()}” is in {place} · u undoes")

    def _project_called(self, word: str) -> str:
        like = word.replace("%", "").replace("_", "") + "%"
        rows = self.desk.conn.execute(
            """SELECT p.id FROM project p LEFT JOIN client c ON c.id=p.client_id WHERE p.deleted_at IS NULL
               AND (p.name LIKE ?1 OR c.name LIKE ?1 OR p.name LIKE '% ' || ?1) LIMIT 2""",
            (like,),
        ).fetchall()
        return str(rows[0][0]) if len(rows) == 1 else ""

    def _find(self, text: str) -> Iterable[Entry]:
        from models import search

        for hit in search.find(self.desk.conn, text, 50):
            yield Entry(
                hit.name or "(no name)", hit.snippet, hit.kind, partial(self.open_record, hit.kind, hit.rec)
            )

    def open_record(self, kind: str, rec: str) -> None:
        """Brings a record to the front, in the view that it belongs to."""
        if kind == "task":
            row = self.desk.conn.execute("SELECT project_id FROM task WHERE id=?", (rec,)).fetchone()
            self.project = row[0] if row else self.project
        elif kind == "project":
            self.project = rec
        view = {"task": "tasks", "client": "clients", "site": "clients", "contact": "clients"}.get(
            kind, "portfolio"
        )
        self.run_worker(self._go_to(view, kind, rec), exclusive=True, group="go")

    async def _go_to(self, name: str, kind: str, rec: str) -> None:
        view = await self.shell.go(name)
        if view is not None and (seek := getattr(view, "seek", None)) is not None:
            seek(kind, rec)

    def _index(self) -> None:
        """Search is filled behind, in small commits, by the writer thread."""
        if self.desk.ready:
            self.desk.behind(_index_all)


def _index_all(store: Store) -> None:
    from models import search

    while search.index(store):
        pass


def _said(changes: Changes) -> str:
    more = f" · {count(changes.count, 'record')}" if changes.count > 1 else ""
    return f"{changes.label}{more} · u undoes"


def _views() -> dict[str, Place]:
    def portfolio() -> View:
        from tui.screens.portfolio import PortfolioView

        return PortfolioView()

    def tasks() -> View:
        from tui.screens.tasks import TasksView

        return TasksView()

    def clients() -> View:
        from tui.screens.clients import ClientsView

        return ClientsView()

    def sync() -> View:
        from tui.screens.sync import SyncView

        return SyncView()

    def bin() -> View:
        from tui.screens.bin import BinView

        return BinView()

    return {
        "portfolio": Place("Portfolio", portfolio),
        "tasks": Place("Tasks", tasks),
        "clients": Place("Clients and contacts", clients),
        "sync": Place("Sync", sync),
        "bin": Place("Recycle bin", bin),
    }


def make(home: Path, *, project: str = "", demo: bool = False, registry: Registry | None = None) -> Workbench:
    """The application over the profile at `home`, opened at a project or at the portfolio. Raises StoreError."""
    prepare(home)
    first = "tasks" if project else "portfolio"
    app = cast(Workbench, make_app(registry, _views(), base=Workbench, first_view=first))

    def on_state(state: State) -> None:
        app.post_message(Workbench.Synced(state))

    app.desk = Desk(home, on_state)
    app.warm_up += [app.desk.warm_up, lambda: app.post_message(Workbench.Loaded())]
    app.project, app.demo = _project_id(app.desk, project) if project else "", demo
    return app


def run(home: Path, *, open_project: str = "", demo: bool = False) -> int:
    """Runs the application until it is quit; the exit status."""
    app = make(home, project=open_project, demo=demo)
    app.run()
    return app.return_code or 0


def _project_id(desk: Desk, word: str) -> str:
    row = desk.conn.execute(
        "SELECT id FROM project WHERE id=?1 OR name LIKE ?1 || '%' ORDER BY deleted_at IS NOT NULL, name LIMIT 1",
        (word,),
    ).fetchone()
    if row is None:
        desk.close()
        raise StoreError(f"There is no project “{word}”. List them with: milepost list project")
    return str(row[0])
