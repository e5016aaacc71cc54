"""add, list, show, set, delete, undelete, undo, redo, history over every kind of record there is."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.fields import Field
from models.kinds import KINDS, Kind
from tui.cli import main
from tui.commands.records import NOT_ADDED
from tui.commands.showing import typed

Run = Callable[..., Any]

SAMPLES = {
    "text": "some words", "note": "first line\nsecond line", "integer": "12", "number": "0.5", "flag": "yes",
    "duration": "3d", "date": "2026-12-04", "minute": "2026-12-04 08:00", "instant": "2026-12-04T09:30:00Z",
    "json": "{}", "repeat": "every 2 weeks",
}  # fmt: skip
OWN_SAMPLES = {"email": "ines@harlan.example", "who": "Ines", "lag": "2d", "holidays": "DE-BY"}
NEEDED_TOO = {"constraint_type": ["constraint_date=2026-12-04"], "schedule_from": ["finish=2027-03-31"]}
MADE_BY_HAND = [kind for kind in KINDS.values() if kind.name not in NOT_ADDED]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line that must succeed; with --json its answer as Python has it, else its text."""

    def go(*words: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--home", str(tmp_path / "home"), *words]) == status, capsys.readouterr().err
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        if status:
            assert out == ""
            return err
        return json.loads(out) if "--json" in words else out

    return go


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile with Harlan Fab, its project and two tasks, and one record of each kind that others refer to."""
    home = tmp_path_factory.mktemp("furnished") / "home"
    for words in (
        ["client", "Harlan Fab", "city=Lyon"],
        ["site", "Main hall", "client=Harlan Fab"],
        ["member", "Ines Moreau", "initials=IM"],
        ["calendar", "Shop hours"],
        ["project", "Nesting", "client=Harlan Fab", "minutes_per_day=480"],
        ["task", "Lay cables", "project=Nesting"],
        ["task", "Set up", "project=Nesting", "duration=2d"],
        ["baseline", "Sold", "project=Nesting"],
        ["contact", "Rita Alvarez", "client=Harlan Fab"],
        ["promise", "Send the table", "client=Harlan Fab"],
    ):
        assert main(["--home", str(home), "add", *words]) == 0
    return home


@pytest.fixture
def shop(run: Run, furnished: Path, tmp_path: Path) -> Run:
    """`run` in a copy of that profile."""
    shutil.copytree(furnished, tmp_path / "home")
    return run


REFERRED = {
    "client": "Harlan Fab", "site": "Main hall", "member": "Ines Moreau", "calendar": "Shop hours",
    "project": "Nesting", "task": "Lay cables", "baseline": "Sold", "contact": "Rita Alvarez",
    "promise": "Send the table",
}  # fmt: skip


def sample(field: Field) -> str:
    if field.refers:
        return REFERRED[field.refers]
    return OWN_SAMPLES.get(field.name) or (field.choices[-1] if field.choices else SAMPLES[field.type])


def least(kind: Kind) -> list[str]:
    """The fewest words that make a record of the kind."""
    words = [f"{f.name}={sample(f)}" for f in kind.fields.values() if f.required]
    if kind.name == "dependency":
        words = ["predecessor=Lay cables", "successor=Set up"]
    return [word.replace("=some words", "=A new one") for word in words]


def test_no_kind_is_forgotten() -> None:
    assert {kind.name for kind in MADE_BY_HAND} | set(NOT_ADDED) == set(KINDS)


@pytest.mark.parametrize("kind", MADE_BY_HAND, ids=lambda kind: kind.name)
def test_a_record_of_every_kind_is_made_found_deleted_and_brought_back(shop: Run, kind: Kind) -> None:
    made = shop("add", kind.name, *least(kind), "--json")
    assert next(iter(made)) == "id"
    assert made["kind"] == kind.name
    assert shop("show", made["id"], "--json")["id"] == made["id"]
    assert made["id"] in shop("show", made["id"])
    assert made["id"] in [row["id"] for row in shop("list", kind.plural, "--json")]
    shop("delete", made["id"])
    assert made["id"] not in [row["id"] for row in shop("list", kind.name, "--json")]
    assert made["id"] in [row["id"] for row in shop("list", kind.name, "deleted=yes", "--json")]
    shop("undelete", made["id"])
    assert "deleted_at" not in shop("show", made["id"], "--json")


@pytest.mark.parametrize("kind", MADE_BY_HAND, ids=lambda kind: kind.name)
def test_add_is_undone_and_done_again(shop: Run, kind: Kind) -> None:
    made = shop("add", kind.name, *least(kind), "--json")
    assert shop("undo", "--json")["records"] >= 1
    assert made["id"] not in [row["id"] for row in shop("list", kind.name, "--json")]
    shop("redo")
    assert shop("show", made["id"], "--json") == made


EDITED = [
    (kind, field) for kind in MADE_BY_HAND if not kind.immutable for field in typed(kind)
]  # every field that is shown can be typed


@pytest.mark.parametrize(
    ("kind", "field"), EDITED, ids=lambda part: part.name if isinstance(part, Kind | Field) else str(part)
)
def test_every_field_is_set_shown_and_undone(shop: Run, kind: Kind, field: Field) -> None:
    made = shop("add", kind.name, *least(kind), "--json")
    word = f"{field.name}={sample(field)}"
    if field.refers == kind.name == "task":
        word = f"{field.name}=Set up"  # not below itself
    if kind.name == "dependency" and field.name == "successor_id":
        word = f"predecessor=Set up\t{word}"  # a link has two ends
    after = shop("set", made["id"], *word.split("\t"), *NEEDED_TOO.get(field.name, []), "--json")
    assert after["id"] == made["id"]
    shown = shop("show", made["id"], "--all")
    assert field.label in shown or after["name"] in shown
    if kind.name == "task" and field.name in ("start", "finish"):
        return  # typed as a constraint; the computed dates are another matter
    listed = shop("list", kind.name, *word.split("\t"), "--json")
    assert made["id"] in [row["id"] for row in listed]
    if after != made:
        assert "Undid: Edit" in shop("undo")
        assert shop("show", made["id"], "--json") == _as_shown(shop, made)


def _as_shown(shop: Run, made: dict[str, Any]) -> dict[str, Any]:
    return {**shop("show", made["id"], "--json"), **made}


@pytest.mark.parametrize("kind", [k for k in MADE_BY_HAND if k.immutable], ids=lambda kind: kind.name)
def test_what_is_never_changed_says_so(shop: Run, kind: Kind) -> None:
    made = shop("add", kind.name, *least(kind), "--json")
    assert "never changed" in shop("set", made["id"], "name=Another", status=1)


@pytest.mark.parametrize("kind", NOT_ADDED)
def test_what_is_not_made_by_hand_says_how_it_comes_about(run: Run, kind: str) -> None:
    assert "milepost" in run("add", kind, status=1)


# ── references ────────────────────────────────────────────────────────────────────────────────────────


def test_a_name_is_found_whatever_its_case_and_by_its_beginning(shop: Run) -> None:
    harlan = shop("show", "harlan fab", "--json")["id"]
    assert shop("show", "HARL", "--json")["id"] == harlan


def test_an_exact_name_comes_before_a_longer_one(shop: Run) -> None:
    shop("add", "client", "Harlan")
    assert shop("show", "harlan", "--json")["name"] == "Harlan"


def test_letters_beyond_ascii_fold_too(run: Run) -> None:
    run("add", "client", "Überlingen Stahl")
    assert run("show", "überLINGEN", "--json")["name"] == "Überlingen Stahl"
    assert len(run("list", "client", "name=ÜBERLINGEN STAHL", "--json")) == 1


def test_a_beginning_or_an_end_of_the_id_is_enough(shop: Run) -> None:
    id = shop("show", "Set up", "--json")["id"]
    assert shop("show", id[-8:], "--json")["id"] == id
    assert shop("show", id[:-1], "--json")["id"] == id


def test_a_reference_prefers_the_same_project(shop: Run) -> None:
    shop("add", "project", "Second line")
    other = shop("add", "task", "Lay cables", "project=Second", "--json")
    below = shop("add", "task", "Pull through", "project=Second", "under=Lay cables", "--json")
    assert below["parent_id"] == other["id"]
    link = shop("add", "dependency", "predecessor=Pull", "successor=Lay cables", "--json")
    assert link["successor_id"] == other["id"]


def test_an_ambiguous_name_lists_the_candidates(shop: Run) -> None:
    shop("add", "project", "Second line")
    other = shop("add", "task", "Lay cables", "project=Second", "--json")
    said = shop("show", "Lay cables", status=1)
    assert "fits 2 records" in said
    assert other["id"][-8:] in said
    assert "task of Second line" in said


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────


def test_tasks_are_placed_in_the_tree_and_listed_in_its_order(shop: Run) -> None:
    shop("add", "task", "First of all", "under=Lay cables")
    shop("add", "task", "In between", "after=Lay cables")
    lines = shop("list", "task", "project=Nesting").splitlines()
    assert [line[10:].split("  todo")[0].rstrip() for line in lines[1:]] == [
        "Lay cables", "  First of all", "In between", "Set up",
    ]  # fmt: skip


def test_a_task_moves_with_set(shop: Run) -> None:
    moved = shop("set", "Lay cables", "under=Set up", "--json")
    assert moved["parent_id"] == shop("show", "Set up", "--json")["id"]
    assert "parent_id" not in shop("set", "Lay cables", "under=", "--json")
    shop("set", "Set up", "under=Lay cables")
    assert "below itself" in shop("set", "Lay cables", "under=Set up", status=1)


def test_a_task_stays_in_its_project(shop: Run) -> None:
    shop("add", "project", "Second line")
    far = shop("add", "task", "Far away", "project=Second", "--json")["id"]
    assert "own project" in shop("set", "Lay cables", f"after={far}", status=1)


def test_durations_are_days_of_the_project(shop: Run) -> None:
    shop("set", "Nesting", "minutes_per_day=420")
    assert shop("set", "Set up", "duration=2d", "--json")["duration_minutes"] == 840
    assert "Duration    2d" in shop("show", "Set up")


@pytest.mark.parametrize(
    ("words", "lag", "unit"),
    [
        (["lag=2d"], 960, "working"),
        (["lag=-4h"], -240, "working"),
        (["lag=50%"], 50, "percent"),
        (["lag=2ed"], 2880, "elapsed"),
        (["lag=1ew"], 7 * 1440, "elapsed"),
        (["lag=25", "lag_unit=percent"], 25, "percent"),
        (["lag="], 0, "working"),
    ],
)
def test_a_lag_is_typed_as_it_is_said(shop: Run, words: list[str], lag: int, unit: str) -> None:
    link = shop("add", "dependency", "predecessor=Lay", "successor=Set up", "type=ss", *words, "--json")
    assert (link["type"], link["lag"], link["lag_unit"]) == ("SS", lag, unit)


def test_a_circle_of_links_is_refused_with_its_tasks(shop: Run) -> None:
    shop("add", "dependency", "predecessor=Lay", "successor=Set up")
    said = shop("add", "dependency", "predecessor=Set up", "successor=Lay", status=1)
    assert "Lay cables → Set up → Lay cables" in said or "Set up → Lay cables → Set up" in said


def test_who_works_is_typed_shown_and_filtered(shop: Run) -> None:
    shop("set", "Lay cables", "who=im")
    assert shop("list", "task", "who=Ines", "--json")[0]["who"] == "Ines Moreau"
    assert [task["name"] for task in shop("list", "task", "who=", "--json")] == ["Set up"]


def test_status_is_filtered_and_derived(shop: Run) -> None:
    shop("set", "Lay cables", "status=doing")
    assert [task["name"] for task in shop("list", "task", "status=doing", "--json")] == ["Lay cables"]
    assert shop("list", "task", "status=todo", "--json")[0]["status"] == "todo"


def test_a_baseline_takes_all_tasks_and_its_number(shop: Run) -> None:
    second = shop("add", "baseline", "Changed", "project=Nesting", "--json")
    assert second["number"] == 1
    assert len(shop("list", "baseline_task", f"baseline={second['id']}", "--json")) == 2


# ── several, text, output ─────────────────────────────────────────────────────────────────────────────


def test_several_records_are_one_operation(shop: Run) -> None:
    tasks = shop("set", "Lay cables,Set up", "status=done", "who=Ines", "--json")
    assert [task["status"] for task in tasks] == ["done", "done"]
    shop("undo")
    assert shop("list", "task", "status=done", "--json") == []


def test_nothing_is_written_when_one_of_several_is_refused(shop: Run) -> None:
    shop("set", "Lay cables,Harlan Fab", "status=done", status=1)
    assert shop("list", "task", "status=done", "--json") == []


def test_deleting_says_what_goes_along(shop: Run) -> None:
    assert "and 2 records that belong to it" in shop("delete", "Harlan Fab")
    assert shop("list", "site", "--json") == shop("list", "contact", "--json") == []
    shop("undelete", "Harlan Fab")
    assert len(shop("list", "site", "--json")) == len(shop("list", "contact", "--json")) == 1


def test_notes_come_from_a_file_or_stdin(shop: Run, tmp_path: Path, monkeypatch: Any) -> None:
    import io

    (tmp_path / "brief.txt").write_text("Zwei Maschinen\nsüdlich", encoding="utf-8")
    assert "südlich" in shop("set", "Nesting", f"notes=@{tmp_path / 'brief.txt'}", "--json")["notes"]
    monkeypatch.setattr("sys.stdin", io.StringIO("typed\n"))
    assert shop("set", "Nesting", "notes=-", "--json")["notes"] == "typed"
    assert shop("set", "Nesting", "notes=@@ten", "--json")["notes"] == "@ten"
    assert "cannot be read" in shop("set", "Nesting", "notes=@no-such-file", status=1)


def test_control_characters_never_reach_the_terminal(run: Run) -> None:
    run("add", "client", "Evil \x1b]0;owned\x07 shop", "notes=line\x1b[2J\nnext\u202e")
    for words in (["list", "client"], ["show", "evil"], ["history", "evil"]):
        assert not set(run(*words)) & set("\x1b\x07\u202e")


def test_wide_letters_stay_in_their_column(run: Run) -> None:
    run("add", "client", "横浜ファブ", "city=Yokohama")
    run("add", "client", "Harlan Fab", "city=Lyon")
    lines = run("list", "client").splitlines()
    assert lines[1].index("Lyon") == len("ID        ") + 12
    assert lines[2].index("Yokohama") == len("ID        ") + 12 - 5  # five letters of two cells each


def test_only_set_columns_are_listed_and_fit_a_narrow_terminal(shop: Run, monkeypatch: Any) -> None:
    assert "Phone" not in shop("list", "client")
    shop("set", "Lay cables", f"name={'x' * 300}")
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, shop("list", "task").splitlines())) <= 80


def test_lists_are_filtered_as_in_the_application(shop: Run) -> None:
    shop("set", "Send the table", "due=2026-12-04")
    assert [row["name"] for row in shop("list", "promise", "due<=2026-12-04", "#harlan", "--json")] == [
        "Send the table"
    ]
    assert shop("list", "promise", "due<2026-12-04", "--json") == []
    assert [row["name"] for row in shop("list", "task", "cables", "status=todo", "--json")] == ["Lay cables"]
    shop("list", "promise", "nix<3", status=1)
    shop("list", "baseline", "nix", status=2)


def test_an_older_operation_is_undone_by_its_id(shop: Run) -> None:
    shop("set", "Lay cables", "deadline=2026-12-04")
    older = shop("history", "--json")[0]["id"]
    shop("set", "Lay cables", "name=Pull cables")
    assert shop("history", "--json", "Pull cables")[-1]["operation"] != older
    assert "Undid: Edit task: Deadline" in shop("undo", older[-8:])
    assert "deadline" not in shop("show", "Pull cables", "--json")
    assert older[-8:] in shop("history")


def test_undo_says_what_it_did_and_history_tells(shop: Run) -> None:
    shop("set", "Lay cables", "name=Pull cables", "deadline=2026-12-04")
    assert "Name: Lay cables → Pull cables" in shop("history", "Pull")
    assert shop("undo") == "Undid: Edit task: Name, Deadline · 1 record\n"
    assert shop("redo") == "Redid: Edit task: Name, Deadline · 1 record\n"
    assert "Redo: Edit task: Name" in shop("history", "--limit", "1")
    newest = shop("history", "--json")[0]
    assert (newest["kind"], newest["label"]) == ("redo", "Edit task: Name, Deadline")


def test_undo_says_when_nothing_is_left(run: Run) -> None:
    assert "Nothing of yours is left" in run("undo", status=1)
    assert "Nothing is left to do again" in run("redo", status=1)


def test_the_limit_and_options_stand_anywhere(shop: Run) -> None:
    assert len(shop("list", "task", "--limit", "1", "project=Nesting", "--json")) == 1
    assert len(shop("--json", "list", "--limit=1", "task")) > 0


def test_fields_lists_what_can_be_typed(run: Run) -> None:
    assert "todo, doing, done" in run("fields", "task")
    assert set(run("fields", "--json")) == set(KINDS)
    assert "A person at a client." in run("fields")


def test_search_finds_what_was_just_typed(shop: Run) -> None:
    shop("set", "Nesting", "notes=plasma table in the south hall")
    assert [hit["name"] for hit in shop("search", "plasma", "south", "--json")] == ["Nesting"]
    assert "project of Harlan Fab" in shop("search", "plasma")


def test_a_line_is_captured_as_a_task(shop: Run) -> None:
    told = shop("capture", "call Rita about the licence by 2026-12-04 monthly #nesting @ines")
    assert "Harlan Fab ▸ Nesting · deadline Fri 04 Dec · " in told and "Ines Moreau" in told
    [made] = shop("list", "task", "deadline=2026-12-04", "--json")
    assert (made["name"], made["who"]) == ("call Rita about the licence", "Ines Moreau")
    assert made["repeats"] == "every month"
    assert "Which project?" in shop("capture", "order gas", status=1)
    assert "No member begins with “zoe”" in shop("capture", "order gas #nesting @zoe", status=1)
