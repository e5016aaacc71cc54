"""The client looks over the shoulder: what is not for the client is on no screen, in no pane, file or clipboard."""

import pytest

from models import search
from models.dependency import link
from models.kinds import KINDS
from models.outline import add_tasks
from models.record import create, edit
from models.windows import discreet
from sync.worker import State
from tests.tui.office import (
    TASKS,
    at_work,
    elsewhere,
    furnish,
    here,
    keys,
    opened,
    see,
    settle,
    until,
    value,
    view,
)
from tests.tui.plain import screen_lines, screen_text
from tests.tui.planted import Company, Walk, asked
from tests.tui.test_flows_conflicts import clash
from tui.starting import make
from tui.taking import Taking

VIEWS = {"portfolio": "g p", "today": "g h", "tasks": "g t", "overview": "g i", "board": "g b", "people": "p",
         "every": "a", "clients": "g c", "client": "T", "sync": "g s", "log": "L", "history": "g u", "everywhere": "a",
         "team": "g m", "conflicts": "g x", "bin": "g d", "settings": "g ,", "welcome": "g w"}  # fmt: skip


@pytest.fixture
def company(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "Documents").mkdir()
    made = Company(tmp_path / "home")
    made.furnish()
    return made


async def walked(company, first):
    async with at_work(company.home, (200, 60)) as pilot:
        walk = Walk(pilot, company.home.parent / "Documents")
        view(pilot.app).seek("project", company.ids["Nesting line"])
        await walk.press("portfolio", first)
        for name, way in VIEWS.items():
            await walk.visit(name, way)
        await walk.press("tasks", "g t")
        for text in asked():
            await walk.press("asked", text)
    return walk


@pytest.mark.asyncio
async def test_of_what_is_internal_no_word_is_anywhere(company):
    walk = await walked(company, "D")
    assert {company.words[word]: where for word, where in walk.found.items()} == {}
    assert walk.screens > 150 and walk.panes > 60 and walk.files > 10 and walk.copied > 15


@pytest.mark.asyncio
async def test_the_same_walk_finds_the_words_when_no_client_looks_on(company):
    walk = await walked(company, "escape")
    assert {what for word, what in company.words.items() if word not in walk.found} == set()
    assert len(company.words) > 100 and walk.screens > 150 and walk.panes > 400 and walk.files > 10


def test_every_field_that_is_a_note_a_reason_or_commercial_is_for_us_only():
    fields = [(kind, field) for kind, spec in KINDS.items() for field in spec.fields.values()]
    ours = [(k, f.name) for k, f in fields if f.type == "note" or f.commercial or f.name.endswith("_reason")]
    assert len(ours) >= 20 and [one for one in ours if not discreet.secret(*one)] == []
    assert all(name in KINDS[kind].fields for kind, names in discreet._SECRET.items() for name in names)


def test_every_kind_has_a_rule_or_is_never_shown():
    assert set(KINDS) - set(discreet._RULES) == {"conflict", "settlement"}


# What is marked


@pytest.fixture
def ids(tmp_path):
    return furnish(tmp_path)


def tasks(pilot):
    return [view(pilot.app).lines.window.row(at).name for at in range(len(view(pilot.app).lines.window))]


@pytest.mark.asyncio
async def test_one_key_takes_a_task_and_what_is_below_it_out_of_the_client_view(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "I")
        await see(pilot, "▒ Survey")
        await see(pilot, "“Survey”: internal now · u undoes")
        await keys(pilot, "D")
        assert tasks(pilot) == ["Install", "Lay cables", "Go live"]
        assert "▣ client view" in screen_lines(pilot.app)[0]
        await keys(pilot, "G I")
        assert tasks(pilot) == ["Install", "Lay cables"] and "Go live" not in screen_text(pilot.app)
        await keys(pilot, "u")
        assert "Go live" in tasks(pilot)
        await keys(pilot, "D")
        assert tasks(pilot) == TASKS and here(pilot).name == "Lay cables"
        await keys(pilot, "g g I")
        assert value(pilot.app, "task", ids["Survey"], "visibility") == "client"
        assert "▒" not in screen_text(pilot.app)


@pytest.mark.asyncio
async def test_what_becomes_internal_elsewhere_leaves_the_client_view(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "D")
        assert tasks(pilot) == TASKS
        elsewhere(tmp_path, "task", ids["Install"], visibility="internal")
        await until(lambda: tasks(pilot) == ["Survey", "Check power", "Check network", "Go live"], pilot)
        elsewhere(tmp_path, "project", ids["Nesting line"], visibility="private")
        await until(lambda: tasks(pilot) == [], pilot)
        await see(pilot, "Nothing here in the client view")
        await until(lambda: "Nesting" not in screen_text(pilot.app), pilot)


@pytest.mark.asyncio
async def test_a_talk_is_shown_when_it_is_marked_for_the_client(tmp_path, ids):
    with opened(tmp_path) as store:
        store.transact("Note", create, "interaction", name="Licence sent", client_id=ids["Harlan Fab"])
    async with at_work(tmp_path) as pilot:
        await keys(pilot, "g c T I")
        await see(pilot, "▣ · Licence sent")
        await keys(pilot, "D")
        assert tasks(pilot) == ["Licence sent"]
        await keys(pilot, "l I")  # in the pane
        assert tasks(pilot) == []


@pytest.mark.asyncio
async def test_what_one_reminds_oneself_of_is_internal(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "c 'ask_the_boss_about_a_discount' enter")
        await see(pilot, "▒ ask the boss")
        await keys(pilot, "g p P 'Next_order_@_Harlan' enter")
        await see(pilot, "▒ ▢ Next order")
        view(pilot.app).seek("project", ids["Nesting line"])
        await keys(pilot, "D")
        await see(pilot, "Nesting line")
        assert "Next order" not in screen_text(pilot.app)


@pytest.mark.asyncio
@pytest.mark.parametrize("way", ["g u", "g ,", "g s", "g x", "g d", "g w"])
async def test_where_there_is_no_record_nothing_is_marked(tmp_path, ids, way):
    async with at_work(tmp_path, project="Nesting") as pilot:
        before = pilot.app.desk.conn.execute("SELECT count(*) FROM change").fetchone()
        await keys(pilot, f"{way} I")
        assert "went wrong" not in screen_text(pilot.app)
        assert pilot.app.desk.conn.execute("SELECT count(*) FROM change").fetchone() == before


# Until it is ended


@pytest.mark.asyncio
async def test_the_client_view_holds_over_a_restart_from_the_first_frame_on(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Install"], visibility="internal")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "D")
    app = make(tmp_path, project="Nesting")
    async with app.run_test(size=(140, 42)) as pilot:
        shown = screen_text(app)
        assert "▣ client view" in shown and "Go live" in shown
        assert "Install" not in shown and "Lay cables" not in shown
        await until(lambda: app.desk.worker is not None, pilot)
        await keys(pilot, "g p")
        assert "Nesting line" in screen_text(app) and "Punch cell" not in screen_text(app)
        await keys(pilot, "D")
        await see(pilot, "Punch cell")
    async with at_work(tmp_path) as pilot:
        assert "client view" not in screen_text(pilot.app) and "Punch cell" in screen_text(pilot.app)


@pytest.mark.asyncio
async def test_a_client_view_that_nobody_can_read_any_more_shows_no_client(tmp_path, ids):
    (tmp_path / "client-view").write_bytes(b"\xff")
    async with at_work(tmp_path) as pilot:
        assert "▣ client view" in screen_text(pilot.app)
        assert not {"Nesting line", "Punch cell", "Harlan Fab"} & set(screen_text(pilot.app).split("  "))
        await keys(pilot, "D")
        await see(pilot, "Punch cell")


# What is said


@pytest.mark.asyncio
async def test_a_refusal_names_nothing_that_is_hidden(tmp_path, ids):
    with opened(tmp_path) as store:
        for before, after in (("Check power", "Lay cables"), ("Lay cables", "Go live")):
            store.transact("Link", link, ids[before], ids[after])
    elsewhere(tmp_path, "task", ids["Lay cables"], visibility="internal")
    async with at_work(tmp_path, project="Nesting") as pilot:
        for key, said in (("D", "That was refused"), ("escape D", "This link closes a circle")):
            await keys(pilot, key)
            view(pilot.app).seek("task", ids["Check power"])
            await keys(pilot, "b 'Go_live' enter")
            await see(pilot, said)
            assert ("Lay cables" in screen_text(pilot.app)) is (said != "That was refused")


@pytest.mark.asyncio
async def test_in_the_client_view_a_baseline_is_of_the_whole_plan(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Install"], visibility="internal")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "D B 'Sold' enter D")
        rows = pilot.app.desk.conn.execute("SELECT name, start IS NOT NULL FROM baseline_task").fetchall()
        assert dict(rows) == dict.fromkeys(TASKS, 1)


@pytest.mark.asyncio
async def test_what_a_date_would_do_is_said_without_names(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Go live"], visibility="internal", milestone=1)
    with opened(tmp_path) as store:
        store.transact("Link", link, ids["Check power"], ids["Go live"])
    async with at_work(tmp_path, project="Nesting") as pilot:
        view(pilot.app).seek("task", ids["Check power"])
        await keys(pilot, "d '2027-02-01'")
        await see(pilot, "“Go live”")
        await keys(pilot, "escape D")
        view(pilot.app).seek("task", ids["Check power"])
        await keys(pilot, "d '2027-02-01'")
        await see(pilot, "the plan ends")
        assert "Go live" not in screen_text(pilot.app)


@pytest.mark.asyncio
async def test_what_lies_over_the_work_is_closed_and_what_was_typed_comes_back_afterwards(tmp_path, ids):
    elsewhere(tmp_path, "task", ids["Survey"], visibility="internal", notes="They are angry")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "comma")
        await see(pilot, "They are angry")
        await keys(pilot, "ctrl+p 'client_view' enter")
        await until(lambda: "▣ client view" in screen_text(pilot.app), pilot)
        assert "angry" not in screen_text(pilot.app) and "Survey" not in screen_text(pilot.app)
        await keys(pilot, "D g g t '3d'")
        await see(pilot, "Duration of “Survey”")
        await keys(pilot, "ctrl+p 'client_view' enter")
        await until(lambda: "▣ client view" in screen_text(pilot.app), pilot)
        assert "Survey" not in screen_text(pilot.app)
        await keys(pilot, "D")
        await see(pilot, "Duration of “Survey”")
        await keys(pilot, "enter")
        await until(lambda: value(pilot.app, "task", ids["Survey"], "duration_minutes") == 1440, pilot)


@pytest.mark.asyncio
async def test_what_was_left_unsaved_is_offered_when_no_client_looks_on(tmp_path, ids):
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "e '_the_angry_boss'")
        await until(
            lambda: any("angry boss" in one.read_text() for one in (tmp_path / "typing").iterdir()), pilot
        )
    (tmp_path / "client-view").write_text(f"{ids['Harlan Fab']}\n{ids['Nesting line']}", "utf-8")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await until(lambda: pilot.app._found, pilot)
        assert "Go live" in screen_text(pilot.app) and "angry" not in screen_text(pilot.app)
        await keys(pilot, "D")
        await see(pilot, "Survey the angry boss")


@pytest.mark.asyncio
async def test_what_comes_late_names_nothing(tmp_path, ids):
    told = "1 was refused: Ask the angry boss"
    async with at_work(tmp_path, project="Nesting") as pilot:
        app = pilot.app
        for key, seen in (("D", False), ("D", True)):
            await keys(pilot, key)
            app.on_workbench_synced(app.Synced(State("synced", detail=told)))
            await pilot.pause()
            assert ("angry" in screen_text(app)) is seen
            app.shell.footer.hush()
            Taking(app, "plan")._preview("Import it?", ["The angry boss"], lambda: None)
            await settle(pilot)
            assert ("angry" in screen_text(app)) is seen


@pytest.mark.asyncio
async def test_that_there_is_something_to_decide_is_not_said_to_a_client(tmp_path, ids):
    clash(tmp_path, ids, "name", "Survey both", "Survey hall 2", "Survey", "time")
    async with at_work(tmp_path, project="Nesting") as pilot:
        await see(pilot, "▲ 1 conflict")
        await keys(pilot, "D")
        assert "▣ client view" in screen_text(pilot.app) and "conflict" not in screen_text(pilot.app)
        await keys(pilot, "D")
        await see(pilot, "▲ 1 conflict")


@pytest.mark.asyncio
async def test_a_search_finds_what_is_shown_among_much_that_is_not(tmp_path, ids):
    with opened(tmp_path) as store:
        store.transact("Fill", add_tasks, ids["Punch cell"], [f"Go {n}" for n in range(60)])
        store.transact("Rename", edit, "task", ids["Go live"], name="Go live at last")
        while search.index(store):
            pass
    async with at_work(tmp_path, project="Nesting") as pilot:
        await keys(pilot, "D g / 'go'")
        await see(pilot, "Go live at last   ")
        assert "Go 1" not in screen_text(pilot.app)
