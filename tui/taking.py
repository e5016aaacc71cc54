"""What comes in from files: a plan, contacts, tasks of a list. It is shown line by line, and taken in by enter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from models.errors import MilepostError, Refused
from tui.preferred import Preferred
from tui.widgets.prompt import Question

if TYPE_CHECKING:
    from models.feed import Changes
    from models.filters.completing import Offer
    from models.windows.discreet import Front
    from office.intake import Batch
    from office.tables import Table
    from tui.desk import Desk


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


class Taking(Preferred):
    """Milepost with the ways in. Each is one operation, and undone as one."""

    desk: Desk
    project: str
    front: Front | None

    def edit_behind(self, label: str, verb: Any, *args: Any, **more: Any) -> None:
        """Runs a verb that takes long as one operation."""
        raise NotImplementedError

    def place_of(self, project: str) -> tuple[str, ...]:
        """Client and project in words."""
        raise NotImplementedError

    def open_project(self, project: str) -> None:
        """Brings the tasks of a project to the front."""
        raise NotImplementedError

    def open_record(self, kind: str, rec: str) -> None:
        """Brings a record to the front, in the view that it belongs to."""
        raise NotImplementedError

    async def act_import_plan(self) -> None:
        """A plan of Microsoft Project's, as a new project."""
        await self._ask_file("plan")

    async def act_import_private(self) -> None:
        """The same, where only this member sees it."""
        await self._ask_file("private")

    async def act_import_contacts(self) -> None:
        """Cards, or a list with a contact in each row."""
        await self._ask_file("contact")

    async def act_import_tasks(self) -> None:
        """A list with a task in each row, into the project in front."""
        if self.project:
            await self._ask_file("task")
        else:
            self.shell.say("Open a project first: g p, then enter")

    def loaded(self) -> bool:
        """Whether the store is there; else it is said."""
        if not self.desk.loaded:
            self.shell.say("One moment: still loading. Once more", "warn")
        return self.desk.loaded

    # The file

    async def _ask_file(self, what: str) -> None:
        if self.front is not None:
            self.shell.say("What an import changes is not for the client’s eyes: D ends the discreet view")
        elif self.loaded():
            await self.shell.ask(self._file(what))

    def _file(self, what: str, text: str = "", why: str = "") -> Question:
        label, ends = SOURCES[what]
        note = why or f"a file that ends in {', '.join(ends)}"
        if what == "task":
            note += f"; they come into {self.place_of(self.project)[-1]}"
        return Question(f"{label}:", partial(self._chosen, what), text, note, offer=partial(files, ends))

    def _chosen(self, what: str, text: str) -> str | None:
        path = Path(text.strip()).expanduser()
        if not text.strip():
            return None
        if not path.is_file():
            return f"There is no file {path}. tab completes a name"
        if path.suffix.lower() not in SOURCES[what].ends:
            return f"{path.name} ends otherwise. “: import” has plans, contacts and tasks"
        self.shell.say(f"Reading {path.name} …")
        self._behind(what, path, self._read_list if what in ("contact", "task") else self._read_plan)
        return None

    def _behind(self, what: str, path: Path, read: Callable[[str, Path], Callable[[], None]]) -> None:
        """Reads in a thread, then shows what would happen, or asks once more with what is wrong."""

        def run() -> None:
            try:
                show = read(what, path)
            except MilepostError as error:
                show = partial(self._ask, self._file(what, str(path), str(error)))
            self.call_from_thread(show)

        self.run_worker(run, thread=True, exclusive=True, group="file", exit_on_error=False)

    def _ask(self, question: Question) -> None:
        self.run_worker(self.shell.ask(question))

    def _preview(self, question: str, lines: Sequence[str], do: Callable[[], None]) -> None:
        self.shell.say("")
        self.run_worker(self.shell.preview(question, lines, do))

    # A plan

    def _read_plan(self, what: str, path: Path) -> Callable[[], None]:
        from office import importing
        from tui.commands.files import read_plan

        private = what == "private"
        plan = read_plan(path)
        with closing(self.desk.reader()) as conn:
            seen = importing.preview(conn, plan, private=private)

        def take() -> None:
            self.edit_behind(
                f"Import {plan.name}", partial(importing.import_plan, private=private), plan,
                told=lambda changes: self.open_project(str(changes.result)),
            )  # fmt: skip

        return partial(self._preview, f"Import {seen.name}? enter · esc", seen.lines(), take)

    # A list

    def _read_list(self, what: str, path: Path) -> Callable[[], None]:
        """Columns that mean nothing by their headings are asked about, with what was said last time."""
        from models.db import get_meta
        from office import headings, tables, vcards
        from office.intake import cards_of

        if path.suffix.lower() == ".vcf":
            return self._compared(cards_of(vcards.read(path)))
        table = tables.read(path, headings.known(what), headings.spelt)
        guessed = headings.guess(what, table.heads)
        if all(guessed.values()):
            return self._compared(self._batch(what, table, ()))
        with closing(self.desk.reader()) as conn:
            last = json.loads(get_meta(conn, headings.signature(what, table.heads), "{}"))
        said = "; ".join(f"{head}={field}" for head, field in last.items())
        return partial(self._ask, self._columns(what, table, said, f"not known: {_unknown(guessed)}. {HOW}"))

    def _columns(self, what: str, table: Table, text: str, why: str) -> Question:
        """What the columns mean that are not known."""

        def done(typed: str) -> None:
            words = [word for word in typed.split(";") if word.strip()]
            self._behind(what, Path(table.name), lambda _, path: read(typed, words))

        def read(typed: str, words: Sequence[str]) -> Callable[[], None]:
            try:
                return self._compared(self._batch(what, table, words))
            except Refused as error:
                return partial(self._ask, self._columns(what, table, typed, str(error)))

        return Question("Columns:", done, text, why, offer=partial(_meanings, what, table.heads))

    def _batch(self, what: str, table: Table, words: Sequence[str]) -> Batch:
        """The rows, with what was said of the columns, which is kept for the next list like it."""
        from models.db import set_meta
        from office import headings
        from office.intake import rows_of
        from tui.commands.values import day_of

        said = headings.said(what, table.heads, words)
        columns = headings.combined(headings.guess(what, table.heads), said)
        headings.check(what, columns, table.heads)
        if words:
            with self.desk.store.write() as conn:
                set_meta(conn, headings.signature(what, table.heads), json.dumps(said))
        if what == "contact":
            return rows_of(table, what, columns)
        with closing(self.desk.reader()) as conn:
            return rows_of(table, what, columns, project_id=self.project, day=day_of(conn, self.project))

    def _compared(self, batch: Batch) -> Callable[[], None]:
        """How it differs from what is here."""
        from office.intake import compare, take_in

        with closing(self.desk.reader()) as conn:
            seen = compare(conn, batch)

        def take() -> None:
            if seen.anything:
                self.edit_behind(f"Import {batch.name}", take_in, batch, told=partial(self._show, batch.kind))

        question = f"Import {batch.name}? enter · esc" if seen.anything else f"{batch.name} changes nothing"
        return partial(self._preview, question, seen.lines(), take)

    def _show(self, kind: str, changes: Changes) -> None:
        """The list that it came into, with the cursor on the first that is new."""
        if new := changes.result.new:  # type: ignore[attr-defined]
            self.open_record(kind, new[0].id)


def _unknown(columns: dict[str, str]) -> str:
    return ", ".join(head for head, field in columns.items() if not field)


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
