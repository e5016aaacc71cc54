"""Tables as other programs write them."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from models.errors import Refused
from office.headings import combined, guess, known, said, signature, spelt
from office.tables import MOST_ROWS, read

LINES = "Firma;Name\nHarlan Fab;Jörg Müller\nNord Stahl;Ines\n"
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=40)


def written(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def workbook(path: Path, *rows: list[Any], more: dict[str, list[list[Any]]] | None = None) -> Path:
    book = Workbook()
    sheets = {"Tasks": list(rows), **(more or {})}
    book.remove(book.worksheets[0])
    for name, content in sheets.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    book.save(path)
    return path


def cells(path: Path) -> list[list[Any]]:
    return [row.cells for row in read(path).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encodings_and_separators_are_found_out(tmp_path: Path, encoding: str, separator: str) -> None:
    path = written(tmp_path / "a.csv", LINES.replace(";", separator), encoding)
    assert read(path).heads == ["Firma", "Name"]
    assert cells(path) == [["Harlan Fab", "Jörg Müller"], ["Nord Stahl", "Ines"]]
    assert encoding in read(path).about


def test_excels_own_first_line_names_the_separator(tmp_path: Path) -> None:
    table = read(written(tmp_path / "a.csv", "sep=|\r\nName|Role\r\nInes|IT\r\n"))
    assert (table.heads, table.rows[0].cells, table.rows[0].number) == (["Name", "Role"], ["Ines", "IT"], 3)


def test_one_column_and_a_cell_of_several_lines(tmp_path: Path) -> None:
    assert cells(written(tmp_path / "a.csv", "Name\nInes\nTomas\n")) == [["Ines"], ["Tomas"]]
    assert cells(written(tmp_path / "b.csv", 'Name,Notes\nInes,"a\nb"\n')) == [["Ines", "a\nb"]]


def test_headings_below_a_title_are_found(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "Projektliste 2026;\n;\nFirma;Vorname\nHarlan;Ines\n")
    table = read(path, known("contact"), spelt)
    assert (table.heads, table.rows[0].number) == (["Firma", "Vorname"], 4)


def test_two_headings_of_one_name_and_a_row_that_is_too_long(tmp_path: Path) -> None:
    table = read(written(tmp_path / "a.csv", "Name;Tel;Tel\nInes;1;2;3\n"))
    assert table.heads == ["Name", "Tel", "Tel (2)"]
    assert table.warnings == ["more cells than headings, which are left out: row 2"]


def test_an_export_keeps_a_formula_as_text_and_it_comes_back(tmp_path: Path) -> None:
    assert cells(written(tmp_path / "a.csv", "Name;Role\n'=1+1;'quoted\n")) == [["=1+1", "'quoted"]]


def test_a_workbook_has_numbers_dates_and_percents(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", ["Task", "Start", "Days", "%"], ["Survey", datetime(2026, 12, 4), 2.5, "x"]
    )
    assert cells(path) == [["Survey", datetime(2026, 12, 4), 2.5, "x"]]
    book = Workbook()
    book.worksheets[0].append(["Task", "%"])
    book.worksheets[0].append(["Survey", 0.55])
    book.worksheets[0]["B2"].number_format = "0%"
    book.save(tmp_path / "b.xlsx")
    assert cells(tmp_path / "b.xlsx") == [["Survey", "55%"]]


def test_other_sheets_are_named(tmp_path: Path) -> None:
    table = read(workbook(tmp_path / "a.xlsx", ["Task"], ["Survey"], more={"Costs": [["x"]]}))
    assert table.warnings == ["only the first sheet is read, “Tasks”; not “Costs”"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n;;\n", "is empty"),
        ("a.csv", b"PNG\x00\x01\x02\xff", "not a text file"),
        ("a.csv", b"Name\n" + b"x" * 200_000, "Is it a CSV file"),
        ("a.xlsx", b"", "not an Excel workbook"),
        ("a.xlsx", b"Name;Role", "not an Excel workbook"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read(written(tmp_path / name, content))


def test_a_zip_that_is_no_workbook_and_a_folder(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as file:
        file.writestr("x", "y")
    with pytest.raises(Refused, match="not an Excel workbook"):
        read(tmp_path / "a.xlsx")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(Refused, match="cannot be read"):
        read(tmp_path / "b.csv")


def test_fifty_thousand_rows_are_read_and_too_many_are_refused(tmp_path: Path) -> None:
    assert len(read(written(tmp_path / "a.csv", "Name\n" + "Ines\n" * 50_000)).rows) == 50_000
    with pytest.raises(Refused, match="Split it"):
        read(written(tmp_path / "b.csv", "Name\n" + "Ines\n" * (MOST_ROWS + 1)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6), st.sampled_from(";,\t"))
def test_any_text_survives_csv(tmp_path: Path, rows: list[tuple[str, str]], separator: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file, delimiter=separator)
        sheet.writerows([("Name", "Notes"), *((f"n{name}", f"n{text}") for name, text in rows)])
    assert cells(path) == [[f"n{name}", f"n{text}"] for name, text in rows]


# ── headings ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "heads", "fields"),
    [
        ("contact", "First Name|Last Name|Company|Job Title|Business Phone|Mobile Phone|E-mail Address",
         "first_name|last_name|client|role|phone|mobile|email"),
        ("contact", "Vorname|Nachname|Firma|Position|Telefon geschäftlich|Mobiltelefon|E-Mail-Adresse",
         "first_name|last_name|client|role|phone|mobile|email"),
        ("contact", "Name|Client|Role|Phone|E-mail|Decides|Can sign|Time zone|Notes",
         "name|client|role|phone|email|decides|can_sign|time_zone|notes"),
        ("contact", "Given Name|Family Name|Organization 1 - Name|E-mail 1 - Value|Phone 1 - Value",
         "first_name|last_name|client|email|phone"),
        ("task", "Unique ID|ID|Task Name|Duration|Start|Finish|Resource Names|% Complete|Outline Level",
         "source||name|duration|start|finish|who|percent_complete|level"),
        ("task", "Eindeutige Nr.|Vorgangsname|Dauer|Anfang|Ende|Ressourcennamen|% Abgeschlossen|Gliederungsebene",
         "source|name|duration|start|finish|who|percent_complete|level"),
        ("task", "Nr.|Aufgabe|Zuständig|Fällig|Status|Priorität|Bemerkung|Sonstiges",
         "source|name|who|deadline|status|priority|notes|"),
    ],
)  # fmt: skip
def test_headings_of_other_programs_are_known(kind: str, heads: str, fields: str) -> None:
    assert list(guess(kind, heads.split("|")).values()) == fields.split("|")


def test_a_field_is_given_to_one_column_and_what_is_said_wins() -> None:
    heads = ["Telefon", "Phone", "Kürzel", "Name"]
    columns = guess("contact", heads)
    assert sorted(columns.values()) == ["", "", "name", "phone"]
    chosen = combined(columns, said("contact", heads, ["kuerzel=role", "Telefon=phone", "Name="]))
    assert chosen == {"Telefon": "phone", "Phone": "", "Kürzel": "role", "Name": ""}


def test_what_there_is_not_is_said() -> None:
    with pytest.raises(Refused, match="There are: Name"):
        said("contact", ["Name"], ["Nme=name"])
    with pytest.raises(Refused, match="There are: name, first_name"):
        said("contact", ["Name"], ["Name=nme"])


def test_the_order_of_headings_is_no_other_set() -> None:
    assert signature("task", ["A", "b"]) == signature("task", ["B", "", "a"]) != signature("task", ["a"])
