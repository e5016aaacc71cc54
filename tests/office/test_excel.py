"""Lists as Excel workbooks, read back by openpyxl."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from models.errors import MilepostError
from office.excel import Column, value, write
from office.tables import read

COLUMNS = [Column("Task"), Column("Start", "minute"), Column("Due", "date"), Column("Duration", "duration")]
ROW = ["Survey", datetime(2026, 12, 4, 8), date(2026, 12, 24), 2.5]


def sheet(path: Path) -> Any:
    return load_workbook(path).worksheets[0]


def test_dates_and_numbers_are_real_and_the_headings_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert write(path, COLUMNS, [ROW, ["Install", None, None, None]], sheet="Line 2: tasks") == 2
    page = sheet(path)
    assert [cell.value for cell in page[1]] == ["Task", "Start", "Due", "Duration"]
    assert [cell.value for cell in page[2]] == [
        "Survey",
        datetime(2026, 12, 4, 8),
        datetime(2026, 12, 24),
        2.5,
    ]
    assert [cell.number_format for cell in page[2]][1:] == ["yyyy-mm-dd hh:mm", "yyyy-mm-dd", '0.###" d"']
    assert (page.freeze_panes, page.auto_filter.ref, page.title) == ("A2", "A1:D3", "Line 2  tasks")
    assert page.column_dimensions["B"].width > 16 > page.column_dimensions["A"].width


def test_text_is_never_a_formula_or_a_link(tmp_path: Path) -> None:
    rows = [["=1+1"], ["http://x.example"], ["0012"], ["{=A1}"], ["@x"]]
    write(tmp_path / "a.xlsx", [Column("Name")], rows)
    cells = [row[0] for row in sheet(tmp_path / "a.xlsx").iter_rows(min_row=2)]
    assert [[cell.value] for cell in cells] == rows
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_scalars_of_the_store_as_cells() -> None:
    assert value("minute", "2026-12-04T08:00") == datetime(2026, 12, 4, 8)
    assert value("date", "2026-12-04") == date(2026, 12, 4)
    assert (value("duration", 240), value("duration", 450, 450)) == (0.5, 1)
    assert (value("flag", 1), value("flag", 0), value("text", None)) == ("yes", None, None)
    assert value("integer", 12) == 12


def test_what_excel_cannot_hold_is_cut_or_written_as_text(tmp_path: Path) -> None:
    write(
        tmp_path / "a.xlsx",
        [Column("Notes", "note"), Column("Due", "date")],
        [["x" * 40_000, date(1899, 1, 1)]],
    )
    notes, due = (cell.value for cell in sheet(tmp_path / "a.xlsx")[2])
    assert (len(notes), notes[-1], due) == (32_767, "…", "1899-01-01")


def test_an_empty_list_and_a_place_that_is_not_there(tmp_path: Path) -> None:
    assert write(tmp_path / "a.xlsx", COLUMNS, []) == 0
    assert sheet(tmp_path / "a.xlsx").max_row == 1
    with pytest.raises(MilepostError, match="Choose another place"):
        write(tmp_path / "no" / "a.xlsx", COLUMNS, [])


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def rows() -> Any:
        yield ROW
        raise RuntimeError("the reader broke")

    with pytest.raises(RuntimeError):
        write(tmp_path / "a.xlsx", COLUMNS, rows())
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40), min_size=1, max_size=8
    )
)
@example(["_x0041_", "a_x000D_b", "cr\rlf\n"])
def test_any_text_survives_a_workbook(tmp_path: Path, texts: list[str]) -> None:
    write(tmp_path / "a.xlsx", [Column("Name"), Column("Notes")], [[f"n{text}", text] for text in texts])
    assert [row.cells for row in read(tmp_path / "a.xlsx").rows] == [
        [f"n{text}", text or None] for text in texts
    ]
