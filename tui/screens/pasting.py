"""Lines pasted into the list of tasks: first what they would make, and nothing before enter."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.view import bench
from tui.widgets.prompt import Question
from tui.words import count

if TYPE_CHECKING:
    from office.intake import Batch, Differences
    from tui.desk import Desk
    from tui.screens.tasks import TasksView

MOST = 1000  # lines; more are a file
SHOWN = 3  # lines of each sort in the preview


async def ask(view: TasksView, text: str) -> None:
    """A column of names becomes tasks below the cursor; a table with headings is taken in as an import would."""
    from office.tables import pasted

    rows = pasted(text)
    if not rows or not view.project:
        return
    if len(rows) > MOST:
        view.shell.say(
            f"More than {MOST:,} lines: milepost import FILE --as tasks takes them from a file", "warn"
        )
        return
    if not bench(view).desk.loaded:
        view.shell.say("One moment: still loading. Paste again", "warn")
        return
    if bench(view).front is None and _has_headings(rows):
        await _ask_table(view, rows)
    else:
        await view.shell.ask(
            _names(view, [" ".join(_first(row).split()) for row in rows], max(map(len, rows)) > 1)
        )


def _has_headings(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is headings: two that are known, or the only one."""
    from office.headings import known, spelt

    first = [spelt(cell) for cell in rows[0] if cell.strip()]
    return len(rows) > 1 and sum(word in known("task") for word in first) >= min(2, len(first))


def _first(row: Sequence[str]) -> str:
    return next(cell for cell in row if cell.strip())


def _names(view: TasksView, names: Sequence[str], more: bool) -> Question:
    row = view.here()
    after = row.id if row is not None else None
    place = f"below “{row.name}”" if row is not None else "here"
    also = ". Further columns need headings, and are left out" if more else ""
    note = f"{place}: {_few(names)}{also}"

    def done(_: str) -> None:
        label = f"Paste {count(len(names), 'task')}"
        bench(view).edit(label, "outline.add_tasks", view.project, names, after=after)

    return Question(f"Paste {count(len(names), 'task')}? enter · esc", done, note=note)


async def _ask_table(view: TasksView, rows: Sequence[Sequence[str]]) -> None:
    from office.headings import guess
    from office.intake import rows_of, take_in
    from office.tables import table_of

    table = table_of("the clipboard", rows)
    columns = guess("task", table.heads)
    if "name" not in columns.values():
        heads = ", ".join(table.heads)
        view.shell.say(
            f"None of these headings is the name of a task: {heads}. Call it Task and copy again", "warn"
        )
        return
    batch = rows_of(table, "task", columns, project_id=view.project, day=view.day_minutes)
    seen = await asyncio.to_thread(_compared, bench(view).desk, batch)

    def done(_: str) -> None:
        if seen.anything:
            bench(view).edit(f"Paste {count(len(batch.rows), 'row')}", take_in, batch)

    label = f"Paste {count(len(batch.rows), 'row')}? enter · esc"
    await view.shell.ask(Question(label, done, note=" · ".join(_told(seen))))


def _compared(desk: Desk, batch: Batch) -> Differences:
    from office.intake import compare

    conn = desk.reader()
    try:
        return compare(conn, batch)
    finally:
        conn.close()


def _told(seen: Differences) -> list[str]:
    """The whole of it on a few lines: what cannot be read first, since it is what one acts upon."""
    changed = [f"{each.name} ({each.words})" for each in seen.changed]
    idle = [line for line in seen.batch.about if line.startswith("columns that are not used")]
    return [
        *([f"unreadable: {_few(seen.unreadable)}"] if seen.unreadable else []),
        *([f"{len(seen.new)} new: {_few([each.name for each in seen.new])}"] if seen.new else []),
        *([f"{len(changed)} changed: {_few(changed)}"] if changed else []),
        *([f"{seen.unchanged} unchanged"] if seen.unchanged else []),
        *seen.careful,
        *idle,
    ]


def _few(lines: Sequence[str]) -> str:
    more = f" and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return ", ".join(lines[:SHOWN]) + more
