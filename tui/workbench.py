"""The application over a profile: one way to write, one way to learn of changes, and what every view shares."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.message import Message

from models import db
from models.errors import MilepostError, StoreError
from models.feed import Changes
from models.logbook import note
from models.windows import discreet
from models.windows.parties import client_of
from tui import finding
from tui.capture import LINE
from tui.desk import Verb, find_verb
from tui.finding import Lost
from tui.footer import Connection
from tui.looked_on import LookedOn
from tui.palette import Entry
from tui.screens.base import ListView
from tui.view import View
from tui.words import count

if TYPE_CHECKING:
    from models.rejected import Rejected
    from models.store import Store
    from sync.worker import State
    from tui.conflicts import Conflict

FOUND = 50  # records that a search offers
PATIENCE = 60.0  # seconds that the answer to “sync now” is waited for


class Workbench(LookedOn):
    """Milepost over a profile. Views call `edit`; whoever changed something, `on_changes` of every view hears it."""

    project: str = ""
    demo: bool = False
    leaving = False
    trouble = ""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and self.desk.worker:
            self.desk.worker.hush()
        if isinstance(event, events.Key | events.Paste) and not self.ending:
            await self.shell.arrived()
        await super().on_event(event)

    class Written(Message):
        """A write ended, well or not."""

        def __init__(
            self, outcome: Future[Changes], told: Callable[[Changes], object], lost: Lost,
            said: Callable[[Changes], str],
        ) -> None:  # fmt: skip
            super().__init__()
            self.outcome, self.told, self.lost, self.said = outcome, told, lost, said

    class Committed(Message):
        """Somebody, here or elsewhere, committed something."""

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
        lost: Lost = lambda why: None, said: Callable[[Changes], str] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Runs a verb as one operation called `label`. `told` hears what changed, `lost` that it was refused; `said`
        is what the footer says of it, instead of the label."""
        self._write(lambda store: store.transact(label, find_verb(verb), *args, **kwargs), told, lost, said)

    def edit_behind(
        self, label: str, verb: Verb, *args: Any, told: Callable[[Changes], object] = lambda changes: None
    ) -> None:
        """The same for what takes long: in the writer thread, so that no key waits for it."""
        self._write(lambda store: store.transact(label, find_verb(verb), *args), told, long=True)

    def edit_typed(
        self, label: str, kind: str, ids: Sequence[str], field: str, text: str, lost: Lost = lambda why: None
    ) -> None:
        """Writes what was typed into a field of the records."""

        def run(store: Store) -> Changes:
            from tui import typed

            return store.transact(label, typed.write, kind, ids, field, text)

        self._write(run, lambda changes: None, lost)

    def edit_settlement(self, each: Conflict, text: str, lost: Lost) -> None:
        """Settles a conflict by a typed value."""

        def run(store: Store) -> Changes:
            from models.conflict import settle

            with closing(store.read()) as conn:
                value = each.typed(conn, text)
            return store.transact(f"Settle {each.label} of {each.title}", settle, each.id, "value", value)

        self._write(run, lambda changes: None, lost)

    def undo_operation(self, id: str) -> None:
        """Undoes one operation among others."""
        self._write(lambda store: store.undo(id), said=partial(self._reverted, "Undid"))

    def edit_refused(self, operation: Rejected, typed: Mapping[tuple[str, str], str], lost: Lost) -> None:
        """Sends a refused operation again, with what was typed by record and field."""

        def run(store: Store) -> Changes:
            from models.rejected import send_again
            from tui.commands.rejecting import scalars

            with closing(store.read()) as conn:
                instead = scalars(conn, operation, typed)
            return store.transact(operation.label, send_again, operation.id, instead)

        self._write(run, lambda changes: None, lost)

    def open_project(self, project: str, filter: str = "") -> None:
        """Brings the tasks of a project to the front, those that a filter leaves where there is one."""
        self.project = project
        self.run_worker(self._go_to_tasks(filter), exclusive=True, group="go")

    async def _go_to_tasks(self, filter: str) -> None:
        view = await self.shell.go("tasks")
        if filter:
            cast(ListView, view).filter_by(filter)

    def place_of(self, project: str) -> tuple[str, ...]:
        """Client and project in words, for the title."""
        return finding.place(self.desk.conn, project)

    def names(self, kind: str) -> list[str]:
        """What the records of a kind are called, for completion."""
        return finding.names(self.desk.conn, kind)

    # Life

    def on_mount(self) -> None:
        self.providers.append(self._find)
        self.desk.watch(lambda: self.post_message(self.Committed()))

    def look(self) -> None:
        """Tells the views what was committed since the last look, here or elsewhere."""
        if self.ending:
            return
        try:
            self.desk.check()
            changes = self.desk.news()
            if changes is not None:
                self.shell.changed(changes)
                self._keep_up()
            self.trouble = ""
        except (sqlite3.Error, StoreError) as error:
            known = db.explain(error, self.desk.path) if isinstance(error, sqlite3.Error) else error
            if str(known) != self.trouble:
                self.trouble = str(known)
                self.shell.footer.say(self.trouble, "bad", seconds=0)
        except Exception as error:
            self.report(error)

    def on_workbench_committed(self) -> None:
        self.look()

    def report(self, error: BaseException) -> None:
        """What nobody foresaw goes into the log; the program goes on."""
        if isinstance(error, MilepostError):
            self.shell.say(self.plain(error), "bad")
            return
        where = note(self.desk.home, error)
        tail = f"details in {where}" if where else "its details could not be saved"
        self.shell.say(
            f"That went wrong ({type(error).__name__}); what was saved before is safe · {tail}", "bad"
        )

    async def on_unmount(self) -> None:
        self.desk.close()
        self.keeper.close()

    def on_workbench_loaded(self) -> None:
        if self.ending:
            return
        for view in self.shell.query(ListView):
            view.detail.reload()
        if self.desk.off:
            self.shell.say("Off the network, as you left it; edits wait here · f9 goes back", "warn")
        self._keep_up()

    def on_workbench_written(self, message: Written) -> None:
        if self.ending:
            return
        error = message.outcome.exception()
        if error is not None:
            message.lost(
                self.plain(error) if isinstance(error, MilepostError) else "that went wrong; see milepost.log"
            )
            self.call_after_refresh(self._refused, error)
            return
        changes = message.outcome.result()
        self.keep_unsaved()
        self.look()
        if said := message.said(changes):
            self.shell.say(said, "warn" if changes.skipped else "")
        message.told(changes)
        if self.desk.worker is not None:
            self.desk.worker.wake()

    def on_workbench_synced(self, message: Synced) -> None:
        if self.ending:
            return
        state = message.state
        self.shell.connection(_connection(state))
        if self.front is not None:  # what a sync has to say may be of anything
            if state.asked:
                self.shell.say("Synced" if state.phase == "synced" else "Not synced")
        elif state.asked or (state.phase in ("held", "synced") and state.detail):
            self.shell.say(state.detail, "" if state.asked and state.phase == "synced" else "warn")
        for view in self.shell.query(View):
            if (hear := getattr(view, "on_state", None)) is not None:
                hear(state)

    # Actions

    def act_undo(self) -> None:
        self._write(lambda store: store.undo(), self._bring_back, said=partial(self._reverted, "Undid"))

    def act_redo(self) -> None:
        self._write(lambda store: store.redo(), said=partial(self._reverted, "Did again"))

    def act_sync_now(self) -> None:
        if self.desk.worker is None or not self.signed_in():
            return
        if self.desk.off:
            self.act_offline()
        self.desk.worker.ask()
        self.shell.footer.say("Syncing…", seconds=PATIENCE)

    def act_offline(self) -> None:
        """Off the network, or back on it."""
        if self.desk.worker is None or not self.signed_in():
            return
        self.desk.stay_off(not self.desk.off)
        self.shell.tell(
            "Off the network; edits wait here · f9 goes back" if self.desk.off else "Back on the network"
        )

    async def act_capture(self) -> None:
        """One line, from anywhere, into the project in front or the one after #."""
        from tui.capturing import Capturing

        where = " ▸ ".join(self.place_of(self.project))
        await self.shell.ask(Capturing(self).question(note=f"into {where}; {LINE}" if where else LINE))

    async def act_record_history(self) -> None:
        """What was done to the record that is told of in the pane."""
        kind, rec = self.told()
        if not rec or kind in ("operation", "why"):
            self.shell.say("Put the cursor on a record first")
            return
        cast(Any, await self.shell.go("history")).show(kind, rec)

    def told(self) -> tuple[str, str]:
        """Kind and id of the record that is told of in the pane."""
        from tui.screens.detail import Detail

        view = self.shell.view
        pane = view.detail if isinstance(view, ListView) else None
        return (pane.kind, pane.rec) if isinstance(pane, Detail) else ("", "")

    async def act_notes(self) -> None:
        """The notes of that record as they read; a page to type them where there are none yet."""
        from tui.screens import noting

        await noting.read(self, *self.told())

    def act_quit(self) -> None:
        """Ends; what is being typed is kept first, and where it is refused the first time, nothing ends."""
        if not self._typing() or self.leaving:
            self.exit()
            return
        self.run_worker(self._leave(), group="leave", exclusive=True)

    # Inside

    def _typing(self) -> bool:
        return bool(self.shell.typing() or self.desk.saving)

    async def _leave(self) -> None:
        await self.shell.finish_typing()
        while self.desk.saving:
            await self.shell.settled(0.02)
        await self.shell.settled()
        if not self.shell.typing():
            self.exit()
            return
        self.leaving = True
        self.set_timer(8, partial(setattr, self, "leaving", False))

    def signed_in(self) -> bool:
        """Whether there is a server; says so where there is none."""
        signed = bool(db.get_meta(self.desk.conn, "server"))
        if not signed:
            self.shell.tell(
                "Not signed in to a server: : and “connect”, with a code from who runs one", "warn"
            )
        return signed

    def _write(
        self, run: Callable[[Store], Changes], told: Callable[[Changes], object] = lambda changes: None,
        lost: Lost = lambda why: None, said: Callable[[Changes], str] | None = None, long: bool = False,
    ) -> None:  # fmt: skip
        def done(outcome: Future[Changes]) -> None:
            self.post_message(self.Written(outcome, told, lost, said or self._said))

        self.desk.write(run, done, long=long)
        if self.desk.saving:
            self.shell.say("Saving…")

    def _refused(self, error: BaseException) -> None:
        """Said after the editor is open again, and stays as long as it is."""
        if not isinstance(error, MilepostError):
            self.report(error)
        else:
            self.shell.footer.say(self.plain(error), "bad", seconds=0 if self.shell.typing() else 12)

    def _said(self, changes: Changes) -> str:
        if not changes.count:
            return "Nothing changed: it was so already"
        if self.front is not None:
            return "Done · u undoes"
        more = f" · {count(changes.count, 'record')}" if changes.count > 1 else ""
        return f"{changes.label}{more} · u undoes"

    def _bring_back(self, changes: Changes) -> None:
        if isinstance(view := self.shell.view, ListView):
            view.bring_back(changes.upto)

    def _reverted(self, what: str, changes: Changes) -> str:
        if self.front is not None:
            return f"{what} the last change"
        left = f" · left alone: {'; '.join(changes.skipped)}" if changes.skipped else ""
        return f"{what}: {changes.label}{left}"

    # Search

    def _find(self, text: str) -> Iterable[Entry]:
        if not self.desk.loaded:
            return
        from models import search

        # what others have of these words is left out afterwards
        for hit in search.find(self.desk.conn, text, FOUND if self.front is None else search.MANY):
            if self.front is None or discreet.found(self.desk.conn, hit.kind, hit.rec):
                snippet = "" if self.front is not None else hit.snippet
                run = partial(self.open_record, hit.kind, hit.rec)
                yield Entry(hit.name or "(no name)", snippet, hit.kind, run)

    def open_record(self, kind: str, rec: str) -> None:
        """Brings a record to the front, in the view that it belongs to."""
        if kind == "task":
            row = self.desk.conn.execute("SELECT project_id FROM task WHERE id=?", (rec,)).fetchone()
            self.project = row[0] if row else self.project
        view = {"task": "tasks", "client": "clients", "site": "clients", "contact": "clients", "member": "team",
                "calendar": "team"}.get(kind, "portfolio")  # fmt: skip
        if kind in ("interaction", "promise", "visit"):
            view = "client"
        self.run_worker(self._go_to(view, kind, rec), exclusive=True, group="go")

    async def _go_to(self, name: str, kind: str, rec: str) -> None:
        view = await self.shell.go(name)
        if name == "client":
            cast(Any, view).show(client_of(self.desk.conn, kind, rec))
        if isinstance(view, ListView):
            view.seek(kind, rec)

    def _keep_up(self) -> None:
        """Dates and search are filled behind, in small commits."""
        if self.desk.loaded:
            self.desk.behind(self._compute_dates)
            self.desk.behind(_index)

    def _compute_dates(self, store: Store) -> bool:
        return self.desk.planner.compute_dates(store, self.project)


def _index(store: Store) -> bool:
    from models import search

    return search.index(store)


def _connection(state: State) -> Connection:
    return Connection(
        online=state.phase in ("synced", "syncing", "elsewhere"),
        last=datetime.fromtimestamp(state.last_sync / 1000, UTC) if state.last_sync else None,
        waiting=state.waiting,
        progress=(state.done, state.total) if state.phase == "syncing" else None,
        conflicts=state.conflicts,
        refused=state.rejected,
        used=state.phase != "local",
    )
