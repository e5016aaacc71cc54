"""What comes in from files: a plan, contacts, tasks of a list. It is shown line by line, and taken in by enter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from models.errors import MilepostError
from tui.apart import Gone
from tui.widgets.prompt import Question

if TYPE_CHECKING:
    from models.feed import Changes
    from models.filters.completing import Offer
    from office.differing import Moved
    from office.foreign import Plan
    from office.headings import Columns
    from office.intake import Batch, Differences
    from office.tables import Table
    from tui.workbench import Workbench

Show = Callable[[], None]


class Source(NamedTuple):
    """What is asked for, and how the names of such files end."""

    label: str
    ends: Sequence[str]


PLANS = (".xml", ".mpp")
LISTS = (".csv", ".tsv", ".xlsx", ".xlsm", ".txt")
SOURCES = {
    "plan": Source("Plan to import", PLANS),
    "private": Source("Private plan to import", PLANS),
    "contact": Source("Contacts to import", (".vcf", *LISTS)),
    "task": Source("Tasks to import", LISTS),
}
HOW = "Heading=field, with ; between; enter leaves them out"


class Taking:
    """One import: what is asked, read in a thread, shown, and taken in as one operation. Of tasks: into the project
    that was in front when it was asked for, wherever one goes meanwhile."""

    def __init__(self, app: Workbench, what: str) -> None:
        self.app, self.what, self.project = app, what, app.project

    async def ask(self) -> None:
        if self.app.front is not None:
            self.app.shell.say("Nothing is imported in the client view: leave it first")
        elif self.what == "task" and not self.project:
            self.app.shell.say("Open a project first: g p, then enter")
        else:
            await self.app.shell.ask(self._file())

    # The file

    def _file(self, text: str = "", why: str = "") -> Question:
        label, ends = SOURCES[self.what]
        note = why or f"a file that ends in {', '.join(ends)}"
        if self.what == "task":
            note += f"; they come into {self.app.place_of(self.project)[-1]}"
        return Question(f"{label}:", self._chosen, text, note, offer=partial(files, ends))

    def _chosen(self, text: str) -> str | None:
        path = Path(text.strip()).expanduser()
        if not text.strip():
            return None
        if not path.is_file():
            return f"There is no file {path}. tab completes a name"
        if path.suffix.lower() not in SOURCES[self.what].ends:
            return f"{path.name} ends otherwise. “: import” has plans, contacts and tasks"
        self.app.shell.say(f"Reading {path.name} …")
        read = self._read_list if self.what in ("contact", "task") else self._read_plan
        self._behind(partial(read, path), partial(self._file, str(path)))
        return None

    def _behind(self, read: Callable[[], Show], again: Callable[[str], Question]) -> None:
        """Reads in a thread, then shows what would happen, or asks once more with what is wrong."""

        def run() -> None:
            try:
                show = read()
            except MilepostError as error:
                show = partial(self._ask, again(str(error)))
            self.app.call_from_thread(show)

        self.app.run_worker(run, thread=True, exclusive=True, group="file", exit_on_error=False)

    def _ask(self, question: Question) -> None:
        self.app.run_worker(self.app.shell.ask(question))

    def _preview(self, question: str, lines: Sequence[str], do: Callable[[], None]) -> None:
        """Nothing when a client has begun to look on meanwhile."""
        self.app.shell.say("")
        if self.app.front is None:
            self.app.run_worker(self.app.shell.preview(question, lines, do))

    # A plan

    def _read_plan(self, path: Path) -> Show:
        from office import importing
        from tui.commands.files import read_plan

        private = self.what == "private"
        plan = read_plan(path)
        with closing(self.app.desk.reader()) as conn:
            seen = importing.preview(conn, plan, private=private, moved=self._moved(plan, path))

        def take() -> None:
            self.app.edit_behind(
                f"Import {plan.name}", partial(importing.import_plan, private=private), plan,
                told=lambda changes: self.app.open_project(str(changes.result)),
            )  # fmt: skip

        return partial(self._preview, f"Import {seen.name}? enter · esc", seen.lines(), take)

    def _moved(self, plan: Plan, path: Path) -> list[Moved] | None:
        """The tasks of a large plan whose dates the engine has otherwise, from the planner's process; None where they
        are to be computed here. Of .mpp, too: Java would convert it twice."""
        from models.windows import tasks
        from office.differing import Moved

        if len(plan.tasks) >= tasks.LARGE and path.suffix.lower() == ".xml":
            with suppress(Gone):
                return [Moved(**one) for one in self.app.desk.planner.ask("moved_in", str(path.resolve()))]
        return None

    # A list

    def _read_list(self, path: Path) -> Show:
        """Columns that mean nothing by their headings are asked about, with what was said last time."""
        from models.db import get_meta
        from office import headings, tables, vcards
        from office.intake import cards_of

        if path.suffix.lower() == ".vcf":
            return self._compared(cards_of(vcards.read(path)))
        table = tables.read(path, headings.known(self.what), headings.spelt)
        with closing(self.app.desk.reader()) as conn:
            last = json.loads(get_meta(conn, headings.signature(self.what, table.heads), "{}"))
        guessed = headings.guess(self.what, table.heads)
        unknown = ", ".join(head for head, field in guessed.items() if not field)
        if not unknown:
            return self._compared(self._batch(table, last))
        said = "; ".join(f"{head}={field}" for head, field in last.items())
        return partial(self._ask, self._columns(table, said, f"not known: {unknown}. {HOW}"))

    def _columns(self, table: Table, text: str, why: str) -> Question:
        """What the columns mean that are not known."""

        def done(typed: str) -> None:
            self._behind(partial(self._told, table, typed), partial(self._columns, table, typed))

        return Question("Columns:", done, text, why, offer=partial(_meanings, self.what, table.heads))

    def _told(self, table: Table, typed: str) -> Show:
        """The rows by what was said of the columns, which is kept for the next list like it."""
        from models.db import set_meta
        from office import headings

        words = [word for word in typed.split(";") if word.strip()]
        said = headings.said(self.what, table.heads, words)
        batch = self._batch(table, said)
        with self.app.desk.store.write() as conn:
            set_meta(conn, headings.signature(self.what, table.heads), json.dumps(said))
        return self._compared(batch)

    def _batch(self, table: Table, said: Columns) -> Batch:
        from office import headings
        from office.intake import rows_of
        from tui.commands.values import day_of

        columns = headings.combined(headings.guess(self.what, table.heads), said)
        headings.check(self.what, columns, table.heads)
        if self.what == "contact":
            return rows_of(table, self.what, columns)
        with closing(self.app.desk.reader()) as conn:
            day = day_of(conn, self.project)
        return rows_of(table, self.what, columns, project_id=self.project, day=day)

    def _compared(self, batch: Batch) -> Show:
        """How it differs from what is here."""
        from office.intake import compare, take_in

        with closing(self.app.desk.reader()) as conn:
            seen = compare(conn, batch)

        def take() -> None:
            if seen.anything:
                self.app.edit_behind(f"Import {batch.name}", take_in, batch, told=self._show)

        into = f" into {self.app.place_of(self.project)[-1]}" if self.what == "task" else ""
        question = (
            f"Import {batch.name}{into}? enter · esc" if seen.anything else f"{batch.name} changes nothing"
        )
        return partial(self._preview, question, seen.lines(), take)

    def _show(self, changes: Changes) -> None:
        """The list that it came into, with the cursor on the first that is new."""
        if new := cast("Differences", changes.result).new:
            self.app.open_record(self.what, new[0].id)


def files(ends: Sequence[str], text: str) -> Offer:
    """Folders, and files that end so, that continue what is typed."""
    from models.filters.completing import Offer

    typed = Path(text).expanduser()
    folder, begun = (typed, "") if text.endswith(("/", "\\")) else (typed.parent, typed.name)
    found = sorted(_named(ends, folder, begun)) if text else []
    return Offer(len(text) - len(begun), found[:20])


def _named(ends: Sequence[str], folder: Path, begun: str) -> Iterator[str]:
    try:
        for one in folder.iterdir():
            if one.name.casefold().startswith(begun.casefold()) and not one.name.startswith("."):
                if one.is_dir():
                    yield f"{one.name}/"
                elif one.suffix.lower() in ends:
                    yield one.name
    except OSError:
        return


def _meanings(what: str, heads: Sequence[str], text: str) -> Offer:
    """Headings, and behind a = the fields that a column can be."""
    from models.filters.completing import Offer
    from office.headings import SPELLINGS

    word = text.rpartition(";")[2].lstrip()
    _, says, begun = word.rpartition("=")
    known = SPELLINGS[what] if says else [f"{one}=" for one in heads if one]
    fits = [one for one in known if begun and one.casefold().startswith(begun.casefold())]
    return Offer(len(text) - len(begun), fits[:20])
