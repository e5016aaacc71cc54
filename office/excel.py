"""Any list as an Excel workbook: a row of headings that stays, filters, real dates and numbers, widths that fit."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import MilepostError, Refused
from models.fields import DAY_MINUTES, Scalar

Value = str | int | float | bool | date | datetime | None
MOST_ROWS = 1_048_575  # below the headings
MOST_CHARACTERS = 32_767  # of a cell
_NARROW, _WIDE = 6, 60  # characters
_FORMATS: dict[str, dict[str, str]] = {
    "date": {"num_format": "yyyy-mm-dd"},
    "minute": {"num_format": "yyyy-mm-dd hh:mm"},
    "instant": {"num_format": "yyyy-mm-dd hh:mm"},
    "duration": {"num_format": '0.###" d"'},  # a number of days, so that it can be summed and read in again
    "percent": {"num_format": '0"%"'},
}
_SHOWN = {"date": 10, "minute": 16, "instant": 16}


class Column(NamedTuple):
    """A heading, and the type (of models.fields, or percent) of what stands below."""

    label: str
    type: str = "text"


def write(
    path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Value]], *, sheet: str = "List"
) -> int:
    """Writes the rows, each as wide as `columns`, into a new workbook; how many. The file appears whole or not at all.

    Text stays text, also where it begins with “=”. Raises Refused or MilepostError with the remedy.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".xlsx", dir=path.parent)
        os.close(handle)
        try:
            with xlsxwriter.Workbook(name, {"constant_memory": True}) as book:
                number = _fill(book, _sheet_name(sheet), columns, rows)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except (OSError, XlsxWriterException) as error:
        why = getattr(error, "strerror", None) or error
        raise MilepostError(f"{path} cannot be written: {why}. Choose another place.") from error
    return number


def value(type: str, scalar: Scalar, day: int = DAY_MINUTES) -> Value:
    """A scalar of the store as a cell: moments as such, durations in days of `day` minutes, flags as yes or no."""
    if scalar is None:
        return None
    if type == "duration" and isinstance(scalar, int | float):
        return round(scalar / day, 6)
    if type == "flag":
        return "yes" if scalar else None
    if type == "date":
        return date.fromisoformat(str(scalar))
    if type == "minute":
        return datetime.fromisoformat(str(scalar))
    if type == "instant":
        return datetime.fromisoformat(str(scalar)).astimezone().replace(tzinfo=None)
    return scalar


def _fill(book: Any, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> int:
    page = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = [book.add_format(_FORMATS[c.type]) if c.type in _FORMATS else None for c in columns]
    widths = [len(column.label) + 3 for column in columns]  # the filter's arrow takes its part
    for at, column in enumerate(columns):
        page.write_string(0, at, column.label, bold)
    number = 0
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise Refused(f"Excel holds {MOST_ROWS:,} rows. Filter the list and write it in parts.")
        for at, (cell, format) in enumerate(zip(row, formats, strict=True)):
            widths[at] = max(widths[at], _put(page, number, at, cell, format))
    page.freeze_panes(1, 0)
    if columns:
        page.autofilter(0, 0, number, len(columns) - 1)
    for at, width in enumerate(widths):
        page.set_column(at, at, min(max(width + 1, _NARROW), _WIDE))
    return number


def _put(page: Any, row: int, at: int, cell: Value, format: Any) -> int:
    """Writes a cell; about how many characters wide it is."""
    if cell is None or cell == "":
        return 0
    if isinstance(cell, datetime | date) and cell.year >= 1900:
        page.write_datetime(row, at, cell, format)
        return _SHOWN["minute" if isinstance(cell, datetime) else "date"]
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        page.write_number(row, at, cell, format)
        return len(f"{cell:g}") + 2
    text = str(cell)
    page.write_string(row, at, text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…")
    return max(map(len, text[: _WIDE * 10].split("\n")))


def _sheet_name(text: str) -> str:
    """What Excel allows: 31 characters, none of []:*?/\\, no apostrophe at an end, not “History”."""
    name = "".join(" " if char in "[]:*?/\\" else char for char in text)[:31].strip("' ")
    return name if name and name.lower() != "history" else "List"
