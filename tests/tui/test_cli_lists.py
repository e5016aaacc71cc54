"""import of contacts and tasks from lists."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from models.kinds import KINDS
from tui.cli import main

Run = Callable[..., Any]
CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Ines Moreau
ORG:Harlan Fab;Programming
TITLE:Programming lead
TEL;TYPE=CELL:+33 6 11
TEL;TYPE=WORK,VOICE:+33 4 78
TEL;TYPE=HOME:+33 4 99
EMAIL:ines@harlan.example
EMAIL;TYPE=PREF:i.moreau@harlan.example
TZ:Europe/Paris
NOTE:Decides\\, with Tomas
UID:urn:uuid:1
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg
ORG:Harlan Fab GmbH
TEL;CELL;VOICE:+49 171
nonsense
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Xi Wu
TEL;VALUE=uri;TYPE="voice,work":tel:+1-418
END:VCARD
"""
CONTACTS = """Firma;Vorname;Nachname;Telefon;E-Mail-Adresse;Entscheider
Harlan Fab;Ines;Moreau;+33 4 78;ines@harlan.example;ja
Harlan Fab;Jörg;Müller;;kaputt;vielleicht
;;;;;
Nord Stahl AG;;;;x@nord.example;
"""
TASKS = """Nr.\tVorgangsname\tDauer\tAnfang\tEnde\tRessourcennamen\t% Abgeschlossen\tGliederungsebene\tStatus
1\tVorbereitung\t9 Tage\t\t\t\t\t1\t
2\tAufmaß\t2 Tage\tMo 07.12.26\t08.12.2026\tTomas Roth[50%]\t100%\t2\t
3\tStrom prüfen\t4 Std.\t09.12.2026\t\t\t50\t2\tin Arbeit
4\tLiefern\t1 Wo\t12/04/2026\t\tNobody\t\t1\toffen
"""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def go(*words: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--home", str(tmp_path / "home"), *words]) == status, capsys.readouterr().err
        out, err = capsys.readouterr()
        return err if status else json.loads(out) if "--json" in words else out

    return go


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    def make(name: str, content: str, encoding: str = "utf-8") -> str:
        (tmp_path / name).write_text(content, encoding=encoding)
        return str(tmp_path / name)

    return make


@pytest.fixture
def project(run: Run) -> str:
    run("add", "member", "Tomas Roth", "initials=TR")
    run("add", "project", "Line 2")
    return "Line 2"


def contact(run: Run, name: str) -> dict[str, Any]:
    [found] = run("list", "contact", f"name={name}", "--json")
    return dict(found)


# ── .vcf ──────────────────────────────────────────────────────────────────────────────────────────────


def test_cards_become_contacts_of_their_client(run: Run, file: Any) -> None:
    run("add", "client", "Harlan Fab")
    said = run("import", file("a.vcf", CARDS), "--yes")
    assert "new: 3 contacts" in said and "client: " not in said
    ines = contact(run, "Ines Moreau")
    assert (ines["email"], ines["mobile"], ines["phone"]) == (
        "i.moreau@harlan.example",
        "+33 6 11",
        "+33 4 78",
    )
    assert (ines["role"], ines["time_zone"]) == ("Programming lead", "Europe/Paris")
    assert ines["notes"] == "Also: ines@harlan.example, +33 4 99 (home)\nDecides, with Tomas"
    assert contact(run, "Jörg Müller")["client_id"] == ines["client_id"]
    assert contact(run, "Xi Wu")["phone"] == "+1-418"


def test_what_a_card_has_more_and_what_is_broken_is_named(run: Run, file: Any) -> None:
    said = run("import", file("a.vcf", CARDS), "--dry-run")
    assert "left out: PHOTO of 1 contact" in said
    assert "unreadable: contact 2, a line: “nonsense”" in said
    assert "new: 1 client: Harlan Fab" in said
    assert run("list", "contact", "--json") == []


def test_the_same_cards_twice_change_nothing(run: Run, file: Any) -> None:
    cards = file("a.vcf", CARDS)
    run("import", cards, "--yes")
    before = run("dump")
    assert "unchanged: 3 contacts" in run("import", cards)
    assert run("dump") == before


def test_a_card_is_found_again_by_its_own_id(run: Run, file: Any) -> None:
    run("import", file("a.vcf", CARDS), "--yes")
    changed = CARDS.replace("FN:Ines Moreau", "FN:Ines Leclerc").replace("moreau@", "leclerc@")
    assert "Name: Ines Moreau → Ines Leclerc" in run("import", file("b.vcf", changed), "--yes")
    assert len(run("list", "contact", "--json")) == 3


def test_what_was_deleted_does_not_come_back(run: Run, file: Any) -> None:
    run("import", file("a.vcf", CARDS), "--yes")
    run("delete", "Ines Moreau")
    assert "left in the recycle bin (milepost undelete brings back): Ines Moreau" in run(
        "import", file("a.vcf", CARDS), "--yes"
    )
    assert len(run("list", "contact", "--json")) == 2


def test_an_import_is_one_operation(run: Run, file: Any) -> None:
    cards = file("a.vcf", CARDS)
    run("import", cards, "--yes")
    run("undo")
    assert run("list", "contact", "--json") == run("list", "client", "--json") == []
    run("import", cards, "--yes")
    assert len(run("list", "contact", "--json")) == 3


@pytest.mark.parametrize("content", ["", "Name;Role\n", "BEGIN:VCARD\nFN:x\n"])
def test_a_file_without_a_card_is_refused(run: Run, file: Any, content: str) -> None:
    assert "holds no contact" in run("import", file("a.vcf", content), status=1)


# ── contacts from a table ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_list_of_contacts_is_shown_row_by_row(run: Run, file: Any, encoding: str) -> None:
    said = run("import", file("c.csv", CONTACTS, encoding), "--as", "contacts", "--dry-run")
    assert "Firma → client, Vorname → first_name, Nachname → last_name, Telefon → phone" in said
    assert "row 2  Ines Moreau: Harlan Fab" in said and "row 3  Jörg Müller: Harlan Fab" in said
    assert "unreadable: row 3, E-Mail-Adresse: “kaputt” is not an e-mail address" in said
    assert "unreadable: row 3, Entscheider: “vielleicht” is neither yes nor no" in said
    assert "unreadable: row 5 has no name" in said


def test_what_differs_is_said_from_and_to_and_an_empty_cell_leaves(run: Run, file: Any) -> None:
    run("import", file("c.csv", CONTACTS), "--as", "contacts", "--yes")
    run("set", "Ines Moreau", "phone=+33 1", "role=lead")
    said = run("import", file("c.csv", CONTACTS), "--as", "contacts", "--yes")
    assert "row 2  Ines Moreau: Phone: +33 1 → +33 4 78" in said
    assert "unchanged: 1 contact" in said
    assert contact(run, "Ines Moreau")["role"] == "lead"
    assert "Nothing to change" in run("import", file("c.csv", CONTACTS), "--as", "contacts", "--yes")


def test_what_an_export_holds_comes_back_as_it_was(run: Run, file: Any, project: str, tmp_path: Path) -> None:
    run("import", file("a.vcf", CARDS), "--yes")
    run("add", "contact", "=SUM(A1)", "client=Harlan", "phone=+33", "can_sign=yes")
    out = str(tmp_path / "out.csv")
    run("export", out, "--kind", "contact")
    assert "unchanged: 4 contacts" in run("import", out, "--as", "contacts")
    run("import", file("t.csv", TASKS), "--as", "tasks", "--project", project, "--yes")
    for name in ("tasks.csv", "tasks.xlsx"):
        run("export", str(tmp_path / name), "--kind", "task")
        said = run("import", str(tmp_path / name), "--as", "tasks", "--project", project)
        assert "unchanged: 4 tasks" in said, said


def test_a_mapping_is_remembered_for_these_headings(run: Run, file: Any) -> None:
    table = file("c.csv", "Wer,Wo\nInes,Harlan Fab\n")
    assert '--map "Wer=name"' in run("import", table, "--as", "contacts", status=1)
    run("import", table, "--as", "contacts", "--map", "Wer=name", "--map", "Wo=client", "--yes")
    again = run("import", file("d.csv", "Wo,Wer\nHarlan Fab,Tomas\n"), "--as", "contacts", "--yes")
    assert "new: 1 contact" in again and "as --map said last time: Wer, Wo" in again
    said = run("import", table, "--as", "contacts", "--map", "Wo=", "--dry-run")
    assert "not used: Wo" in said
    assert "as contacts" in run("import", table, status=2)
    assert "There are: Wer, Wo" in run("import", table, "--as", "contacts", "--map", "x=name", status=1)


def test_contacts_without_a_client_column_go_to_the_one_that_is_named(run: Run, file: Any) -> None:
    run("add", "client", "Harlan Fab")
    run("import", file("c.csv", "Name\nInes\n"), "--as", "contacts", "--client", "Harlan", "--yes")
    assert contact(run, "Ines")["client_id"]


def test_several_people_at_one_address_stay_several(run: Run, file: Any) -> None:
    table = file("c.csv", "Name,E-mail\nInes Moreau,info@h.example\nTomas Roth,info@h.example\n")
    run("import", table, "--as", "contacts", "--yes")
    assert "unchanged: 2 contacts" in run("import", table, "--as", "contacts")


def test_a_number_of_a_row_is_not_a_person(run: Run, file: Any) -> None:
    run("import", file("a.csv", "ID,Name\n1,Ines\n"), "--as", "contacts", "--yes")
    assert "new: 1 contact" in run("import", file("b.csv", "ID,Name\n1,Tomas\n"), "--as", "contacts", "--yes")


def test_possible_duplicates_are_proposed_and_not_merged(run: Run, file: Any) -> None:
    run("add", "contact", "Ines Moreau", "email=ines@h.example")
    said = run(
        "import", file("c.csv", "Name,E-mail\nFrau Direktor,ines@h.example\n"), "--as", "contacts", "--yes"
    )
    assert "1 pair may be one person, first Ines Moreau and Frau Direktor (same mail address)" in said
    assert len(run("list", "contact", "--json")) == 2


# ── tasks from a table ────────────────────────────────────────────────────────────────────────────────


def test_a_list_of_tasks_becomes_an_outline(run: Run, file: Any, project: str) -> None:
    said = run("import", file("t.txt", TASKS, "utf-16"), "--as", "tasks", "--project", project, "--yes")
    assert "unreadable: row 5, Anfang: “12/04/2026” " in said
    assert "unreadable: row 5, who: no member is called “Nobody”" in said
    prep, survey, power, ship = run("list", "task", "project=Line 2", "--json")
    assert [task.get("parent_id") for task in (prep, survey, power, ship)] == [
        None,
        prep["id"],
        prep["id"],
        None,
    ]
    assert (survey["status"], survey["who"], survey["actual_start"]) == (
        "done",
        "Tomas Roth",
        "2026-12-07T08:00",
    )
    assert (power["status"], power["duration_minutes"], power["actual_start"]) == (
        "doing",
        240,
        "2026-12-09T08:00",
    )
    assert (ship["status"], ship["duration_minutes"]) == ("todo", 2400)


def test_the_same_tasks_twice_change_nothing(run: Run, file: Any, project: str) -> None:
    words = ("import", file("t.txt", TASKS), "--as", "tasks", "--project", project, "--yes")
    run(*words)
    before = run("dump")
    assert "unchanged: 4 tasks" in run(*words)
    assert run("dump") == before


def test_tasks_of_one_name_are_told_apart_by_their_place(run: Run, file: Any, project: str) -> None:
    table = file("t.csv", "Task,Duration\nTest cut,1d\nTest cut,2d\nSurvey,3\n")
    words = ("import", table, "--as", "tasks", "--project", project, "--yes")
    run(*words)
    assert "unchanged: 3 tasks" in run(*words)
    file("t.csv", "Task,Duration\nTest cut,1d\nTest cut,4d\nSurvey,3\n")
    assert "row 3  Test cut: Duration: 2d → 4d" in run(*words)


def test_a_number_finds_a_task_that_is_called_otherwise_now(run: Run, file: Any, project: str) -> None:
    words = ("--as", "tasks", "--project", project, "--yes")
    run("import", file("t.csv", "ID,Task\n1,Survey\n2,Install\n"), *words)
    assert "Name: Survey → Site survey" in run(
        "import", file("t.csv", "ID,Task\n1,Site survey\n2,Install\n"), *words
    )
    rows_moved = "ID,Task\n1,Call\n2,Site survey\n3,Install\n"  # row numbers, as some programs write them
    assert (
        "changed"
        not in run("import", file("t.csv", rows_moved), *words).replace("unchanged", "").split("\n")[2]
    )
    assert len(run("list", "task", "--json")) == 3


def test_an_excel_list_with_dates_numbers_and_percents(run: Run, project: str, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["Task", "Start", "Finish", "Duration", "Due", "% Complete", "Milestone"],
        [
            "Survey",
            datetime(2026, 12, 7),
            datetime(2026, 12, 8),
            2,
            datetime(2026, 12, 24, 9, 30),
            0.5,
            False,
        ],
        ["Go live", None, datetime(2026, 12, 18), None, None, None, True],
        ["Broken", "#REF!", None, None, None, None, None],
        ["Backwards", datetime(2026, 12, 8), datetime(2026, 12, 7), None, None, None, None],
    ):
        sheet.append(row)
    sheet["F2"].number_format = "0%"
    book.save(tmp_path / "t.xlsx")
    words = ("import", str(tmp_path / "t.xlsx"), "--as", "tasks", "--project", project, "--yes")
    said = run(*words)
    assert "row 4, Start: the cell holds an error, #REF!" in said
    assert "row 5: the finish, 2026-12-07T17:00, lies before the start" in said
    survey, live, *_ = run("list", "task", "--json")
    assert (survey["mode"], survey["manual_start"], survey["manual_finish"]) == (
        "manual", "2026-12-07T08:00", "2026-12-08T17:00",
    )  # fmt: skip
    assert (survey["duration_minutes"], survey["deadline"], survey["percent_complete"]) == (
        960,
        "2026-12-24T09:30",
        50,
    )
    assert (live["milestone"], live["constraint_type"], live["constraint_date"]) == (
        1,
        "FNET",
        "2026-12-18T17:00",
    )
    assert "unchanged: 4 tasks" in run(*words)


def test_a_list_of_tasks_needs_a_project_that_there_is(run: Run, file: Any) -> None:
    table = file("t.csv", "Task\nSurvey\n")
    assert "--project NAME" in run("import", table, "--as", "tasks", status=2)
    assert "No project is called “x”" in run("import", table, "--as", "tasks", "--project", "x", status=1)
    assert "as contacts or as tasks" in run("import", table, "--as", "clients", status=1)


def test_a_task_that_was_deleted_is_new_again_and_that_is_said(run: Run, file: Any, project: str) -> None:
    words = ("import", file("t.csv", "Task\nSurvey\n"), "--as", "tasks", "--project", project)
    run(*words, "--yes")
    run("delete", "Survey")
    assert "of this name one lies in the recycle bin: Survey" in run(*words, "--dry-run")


def test_nothing_is_saved_unasked_and_scripts_get_the_counts(run: Run, file: Any, project: str) -> None:
    words = ("import", file("t.csv", "Task\nSurvey\n"), "--as", "tasks", "--project", project)
    assert "Say --yes" in run(*words, status=1)
    made = run(*words, "--yes", "--json")
    assert made["counts"] == {"new": 1, "changed": 0, "unchanged": 0}
    assert [row["id"] for row in run("list", "task", "--json")] == made["new"]


# ── duplicates ────────────────────────────────────────────────────────────────────────────────────────


def test_duplicates_are_listed_and_merged_by_word_of_command(run: Run) -> None:
    run("add", "contact", "Ines Moreau", "email=ines@h.example", "phone=+33 1")
    run("add", "contact", "I. Moreau", "email=ines@h.example", "phone=+33 2", "role=lead")
    assert "same mail address" in run("duplicates")
    [pair] = run("duplicates", "--json")
    seen = run("merge", pair["keep"], pair["other"], "--dry-run")
    assert "fills Role: lead" in seen and "keeps Phone “+33 1” over “+33 2”" in seen
    assert len(run("list", "contact", "--json")) == 2
    assert "left behind in the recycle bin: Name, Phone" in run("merge", pair["keep"], pair["other"])
    assert contact(run, "Ines Moreau")["role"] == "lead"
    assert run("duplicates", "--json") == []
    run("undo")
    assert len(run("duplicates", "--json")) == 1


def test_two_kinds_are_not_merged(run: Run) -> None:
    run("add", "contact", "Ines")
    run("add", "client", "Harlan")
    assert "Name two of one kind" in run("merge", "Ines", "Harlan", status=1)


# ── lists for Excel ───────────────────────────────────────────────────────────────────────────────────


def test_a_list_goes_into_a_workbook_with_names_dates_and_days(
    run: Run, project: str, tmp_path: Path
) -> None:
    run(
        "add",
        "task",
        "Survey",
        "project=Line 2",
        "duration=4h",
        "deadline=2026-12-24",
        "who=TR",
        "percent_complete=5",
    )
    target = str(tmp_path / "t.xlsx")
    assert "Wrote 1 task to" in run("list", "task", "--xlsx", target)
    assert "--force" in run("list", "task", "--xlsx", target, status=1)
    heads, row = ([cell.value for cell in row] for row in load_workbook(target).worksheets[0].iter_rows())
    found = dict(zip(heads, row, strict=True))
    assert (found["Name"], found["Project"], found["Who"]) == ("Survey", "Line 2", "Tomas Roth")
    assert (found["Duration"], found["Deadline"], found["% complete"]) == (0.5, datetime(2026, 12, 24, 17), 5)


def test_every_kind_goes_into_a_workbook(run: Run, project: str, tmp_path: Path) -> None:
    for kind in KINDS:
        run("export", str(tmp_path / f"{kind}.xlsx"), "--kind", kind)
        run("list", kind, "--xlsx", str(tmp_path / f"list-{kind}.xlsx"))
    assert "--kind task" in run("export", str(tmp_path / "x.xlsx"), status=2)
