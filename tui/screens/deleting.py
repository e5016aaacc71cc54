"""Deleting records: at once where no task moves by it, else after it was said which do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from models.schedule.instants import show
from models.windows.tasks import large
from tui.apart import Gone
from tui.view import bench
from tui.words import count, day

if TYPE_CHECKING:
    from textual.widget import Widget

    from models.foresight import Deletion, Outcome
    from tui.screens.base import Picked


class Deleting:
    """One delete of the records `picked`, which are called `name`. `done` is called when it is on its way."""

    def __init__(self, widget: Widget, picked: Picked, name: str, done: Callable[[], object]) -> None:
        self.widget, self.app = widget, bench(widget)
        self.picked, self.name, self.done = picked, name, done
        self.front = self.app.front

    async def begin(self) -> None:
        """What moves in a large plan is computed behind, and told a moment later; of any other, before the next key."""
        from models.foresight import may_move

        conn = self.app.desk.whole
        tasks = may_move(conn, self.picked)
        if any(large(conn, project) for project in tasks):
            self.app.shell.say("Looking what moves …")
            self.widget.run_worker(
                partial(self._foresee_behind, tasks), thread=True, exclusive=True, group="deleting",
                exit_on_error=False,
            )  # fmt: skip
        else:
            await self._tell(self._foreseen(tasks))

    # What moves

    def _foreseen(self, tasks: Mapping[str, list[str]]) -> dict[str, Deletion]:
        found = {project: self._of_project(project, ids) for project, ids in tasks.items()}
        return {project: each for project, each in found.items() if each is not None and each.plain.moves}

    def _of_project(self, project: str, ids: list[str]) -> Deletion | None:
        from models.foresight import deletion, deletion_of

        with closing(self.app.desk.reader(whole=True)) as conn:
            conn.execute("BEGIN")
            if large(conn, project):
                with suppress(Gone):
                    found = self.app.desk.planner.ask("foresee_delete", project, ids)
                    return deletion_of(found) if found else None
            return deletion(conn, project, ids)

    def _foresee_behind(self, tasks: Mapping[str, list[str]]) -> None:
        found = self._foreseen(tasks)
        self.app.call_from_thread(lambda: self.app.run_worker(self._tell(found)))

    # What is told of it

    async def _tell(self, found: Mapping[str, Deletion]) -> None:
        if self.app.front != self.front:  # a client has begun to look on meanwhile
            return
        if not found:
            self._delete()
            return
        chain = any(each.links for each in found.values())
        question = f"Delete {self.name}? enter · " + ("c keeps the chain · " if chain else "") + "esc"
        keep = partial(self._delete, "dependency.delete_in_chain") if chain else None
        self.app.shell.say("")
        await self.app.shell.preview(question, list(self._lines(found)), self._delete, keep)

    def _delete(self, verb: str = "record.delete_all") -> None:
        self.app.edit(f"Delete {self.name}", verb, self.picked)
        self.done()

    def _lines(self, found: Mapping[str, Deletion]) -> Iterator[str]:
        for project, each in found.items():
            if len(found) > 1:
                yield f"{self.app.place_of(project)[-1]}:"
            yield from self._told(project, "enter: ", each.plain)
            if each.links:
                yield from self._told(project, f"c ({count(each.links, 'new link')}): ", each.chained)

    def _told(self, project: str, key: str, outcome: Outcome) -> Iterator[str]:
        """What an answer does; in the discreet view without the names of others."""
        from models.fields import DAY_MINUTES
        from models.foresight import told

        sql = "SELECT minutes_per_day FROM project WHERE id=?"
        (minutes,) = self.app.desk.conn.execute(sql, (project,)).fetchone()
        first, *rest = told(outcome, lambda instant: day(show(instant)), minutes or DAY_MINUTES)
        yield key + first
        yield from (f"    {line}" for line in rest if self.app.front is None)
