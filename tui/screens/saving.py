"""The rows of a list as an Excel file, and a project as the files that `milepost export` makes. Runs in a thread; only
the reading of a page is the screen's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import MilepostError
from tui.view import bench
from tui.widgets.columns import Column, Row
from tui.words import count

if TYPE_CHECKING:
    from office.excel import Value
    from tui.screens.base import ListView
    from tui.workbench import Workbench

PAGE = 200


class _Changed(MilepostError):
    """The client view began or ended while the rows were read."""


def save_rows(view: ListView) -> None:
    """Writes what the list shows, in its order, and says where."""
    from office import excel

    columns = [
        excel.Column(column.label or column.key.capitalize(), column.type) for column in view.lines.columns
    ]
    tree = [excel.Column("Level", "integer")] if view.lines.window.depths else []
    tell = view.app.call_from_thread
    path = _free(folder(), " ".join(part for part in view.title_parts() if part != "Milepost"), ".xlsx")
    try:
        number = excel.write(path, [*columns, *tree], _rows(view), sheet=view.title_parts()[-1])
    except MilepostError as error:
        tell(view.shell.say, str(error), "bad")
    else:
        tell(view.shell.say, f"Wrote {count(number, 'row')} to {path}")


def save_project(app: Workbench, project: str, name: str, suffix: str) -> None:
    """Writes a project called `name`, and says where and what stays behind."""
    from tui.commands.files import export_of

    path = _free(folder(), name, suffix)
    try:
        written = export_of(app.desk.home, project, path)
    except MilepostError as error:
        app.call_from_thread(app.shell.say, str(error), "bad")
    else:
        told = " · ".join([f"Wrote {count(written.records, 'record')} to {path}", *written.remarks])
        app.call_from_thread(app.shell.say, told)


def folder() -> Path:
    """The user's documents, where there is such a folder, else where Milepost was started."""
    documents = Path.home() / "Documents"
    return documents if documents.is_dir() else Path.cwd()


def _rows(view: ListView) -> Iterator[list[Value]]:
    window, front = view.lines.window, bench(view).front
    rowids, depths = window.rowids, window.depths  # a new window has new ones
    levels = {rowid: depth + 1 for rowid, depth in zip(rowids, depths, strict=True)} if depths else {}
    for at in range(0, len(rowids), PAGE):
        for row in view.app.call_from_thread(view.rows, rowids[at : at + PAGE]):
            level = [levels[row[0]]] if levels else []
            yield [*_cells(view.lines.columns, row, getattr(view, "day_minutes", 0)), *level]
        if bench(view).front is not front:
            raise _Changed(
                "The client view began or ended meanwhile; nothing was written. Press the key again."
            )


def _cells(columns: Sequence[Column], row: Row, day: int) -> Iterator[Value]:
    from models.fields import DAY_MINUTES
    from office.excel import value

    for column in columns:
        if column.scalar is None:
            yield column.text(row).strip()
        else:
            yield value(column.type, column.scalar(row), day or DAY_MINUTES)


def _free(where: Path, title: str, suffix: str) -> Path:
    """A name that is not taken."""
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f\s]+', " ", title)[:80].strip(" .") or "List"
    stem = f"{name} {date.today().isoformat()}"
    tries = (where / f"{stem}{f' ({n})' if n > 1 else ''}{suffix}" for n in range(1, 1000))
    return next(path for path in tries if not path.exists())
