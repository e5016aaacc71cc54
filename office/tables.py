"""Tables of other programs: .csv in the encodings and with the separators that they write, .xlsx."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import Refused
from office.words import counted, few

MOST_ROWS = 100_000
SEARCHED = 20  # rows at the top among which the headings are looked for
_SEPARATORS = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "bars"}
_MARKED = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}

Cell = str | int | float | bool | datetime | date | time | timedelta | None

_LITERAL = re.compile(r'"[^"]*"|\\.')  # in a number format


class Row(NamedTuple):
    """`number` is the row's as a spreadsheet counts, from 1."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """`heads` are as they are written; every row has as many cells. `about` says how the file was understood."""

    name: str
    about: str
    heads: list[str]
    rows: list[Row]
    warnings: list[str] = field(default_factory=list)


def read(path: Path, known: frozenset[str] = frozenset(), spelt: Any = str.casefold) -> Table:
    """The table in a file, empty rows left out. Its headings are the row that holds most of the `known` ones, each as
    `spelt` makes it, else the first row. Raises Refused with the remedy."""
    warnings: list[str] = []
    excel = path.suffix.lower() in (".xlsx", ".xlsm")
    about, every = _read_excel(path, warnings) if excel else _read_text(path)
    return _table(path.name, about, every, known, spelt, warnings)


def pasted(text: str) -> list[list[str]]:
    """The rows of what was copied from a spreadsheet, or of lines from elsewhere; empty ones left out."""
    rows = csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline=""), delimiter="\t")
    try:
        return [cells for cells in rows if any(cell.strip() for cell in cells)]
    except csv.Error:
        return [line.split("\t") for line in text.splitlines() if line.strip()]


def table_of(name: str, cells: Sequence[Sequence[Cell]]) -> Table:
    """A table of what is in memory, the first row its headings."""
    rows = [Row(number, list(row)) for number, row in enumerate(cells, 1)]
    return _table(name, "pasted", rows, frozenset(), str.casefold, [])


def _table(
    name: str, about: str, every: Sequence[Row], known: frozenset[str], spelt: Any, warnings: list[str]
) -> Table:
    rows = [row for row in every if any(cell not in (None, "") for cell in row.cells)]
    if not rows:
        raise Refused(f"{name} is empty. Choose a file with a row of headings and rows below it.")
    top = max(
        rows[:SEARCHED], key=lambda row: (sum(spelt(_word(c)) in known for c in row.cells), -row.number)
    )
    body = rows[rows.index(top) + 1 :]
    heads = _heads(top)
    over = [row.number for row in body if any(cell not in (None, "") for cell in row.cells[len(heads) :])]
    if over:
        numbers = few([str(number) for number in over])
        warnings.append(f"more cells than headings, which are left out: row {numbers}")
    return Table(name, f"{counted(len(body), 'row')}, {about}", heads, _fitted(body, len(heads)), warnings)


def _heads(top: Row) -> list[str]:
    """The headings, a second one of the same name numbered."""
    heads: list[str] = []
    for word in map(_word, top.cells):
        again = sum(head == word or head.startswith(f"{word} (") for head in heads) if word else 0
        heads.append(f"{word} ({again + 1})" if again else word)
    while heads and not heads[-1]:
        heads.pop()
    return heads


def _fitted(rows: Iterable[Row], width: int) -> list[Row]:
    return [Row(row.number, [*row.cells[:width], *[None] * (width - len(row.cells))]) for row in rows]


def _word(cell: Cell) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _too_many(path: Path) -> Refused:
    return Refused(f"{path.name} has more than {MOST_ROWS:,} rows. Split it into several files.")


# ── text ──────────────────────────────────────────────────────────────────────────────────────────────


def read_text(path: Path) -> tuple[str, str]:
    """The text of a file and its encoding: as its first bytes say, else UTF-8, else Windows-1252. Raises Refused."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error
    marked = next((name for mark, name in _MARKED.items() if raw.startswith(mark)), "")
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise Refused(f"{path.name} is not a text file. Save it as CSV (UTF-8) or as .xlsx and try again.")


def _read_text(path: Path) -> tuple[str, list[Row]]:
    text, encoding = read_text(path)
    said, _, rest = text.partition("\n")
    if said.strip().lower().startswith("sep=") and len(said.strip()) == 5:  # Excel's own first line
        separator, text, first = said.strip()[-1], rest, 2
    else:
        separator, first = _separator(text), 1
    rows: list[Row] = []
    try:
        for number, cells in enumerate(_records(text, separator), first):
            if number - first > MOST_ROWS:
                raise _too_many(path)
            rows.append(Row(number, [_bare(cell) for cell in cells]))
    except csv.Error as error:
        raise Refused(f"{path.name}, row {len(rows) + 1}: {error}. Is it a CSV file?") from error
    return f"{_SEPARATORS.get(separator, separator)}, {encoding}", rows


def _records(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _separator(text: str) -> str:
    """The one that makes most rows at the top as wide as the first."""

    def fit(separator: str) -> tuple[int, int]:
        try:
            widths = [len(cells) for cells in islice(_records(text, separator), SEARCHED) if cells]
        except csv.Error:
            return 0, 0
        width = max(widths, key=widths.count, default=0)
        return (widths.count(width), width) if width > 1 else (0, 0)

    return max(_SEPARATORS, key=fit) if text else ","


def _bare(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from running a text as a formula (an export writes it)."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=@+-\t\r") else cell


# ── Excel ─────────────────────────────────────────────────────────────────────────────────────────────


def _read_excel(path: Path, warnings: list[str]) -> tuple[str, list[Row]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            if len(sheets) > 1:
                others = few([f"“{sheet.title}”" for sheet in sheets[1:]])
                warnings.append(f"only the first sheet is read, “{sheets[0].title}”; not {others}")
            return (
                (f"sheet “{sheets[0].title}”", list(_excel_rows(path, sheets[0])))
                if sheets
                else ("no sheet", [])
            )
        finally:
            book.close()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as error:
        raise Refused(f"{path.name} is not an Excel workbook. Save it as .xlsx and try again.") from error


def _excel_rows(path: Path, sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what other programs write there is not always true
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number > MOST_ROWS + SEARCHED:
            raise _too_many(path)
        yield Row(number, _excel_cells(cells))


def _excel_cells(cells: Sequence[Any]) -> list[Cell]:
    found = [_excel_cell(cell) for cell in cells]
    while found and found[-1] is None:
        found.pop()
    return found


def _excel_cell(cell: Any) -> Cell:
    from openpyxl.utils.escape import unescape  # _x000D_: what XML cannot hold

    value: Cell = cell.value
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and "%" in _LITERAL.sub("", str(cell.number_format))
    ):
        return f"{round(value * 100, 6):g}%"
    return unescape(value) if isinstance(value, str) else value
