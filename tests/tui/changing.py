"""Every action that changes records: where and by which keys, and the command that does the same.

An action of the registry stands here or in `UNCHANGING`: a new one has to choose.
"""

from __future__ import annotations

import shlex
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from models import db, dump, outbox, record
from models.conflict import Conflict
from models.rejected import rejected
from tests.tui.office import furnish, opened

PLAN = """<?xml version="1.0"?><Project xmlns="http://schemas.microsoft.com/project"><Name>Line 2</Name>
<StartDate>2026-11-30T08:00:00</StartDate><Tasks>
<Task><UID>1</UID><ID>1</ID><Name>Dig</Name><OutlineLevel>1</OutlineLevel></Task></Tasks></Project>"""
FILES = {  # by the word that stands for the name
    "PLAN": ("plan.xml", PLAN),
    "PEOPLE": ("people.csv", "Name;Company\nOdile Roux;Harlan Fab\n"),
    "WORK": ("work.csv", "Task,Duration\nDig,2d\nGo live,3d\n"),
}
LATE = (date.today() - timedelta(days=3)).isoformat()


class Change(NamedTuple):
    """`keys` from the tasks of the nesting line on, as tests.tui.office.keys takes them; `command` as a shell would."""

    keys: str
    command: str
    back: str = "u"


CHANGING = {
    "today.done": Change("g h / 'power' enter x", "set 'Check power' status=done"),
    "plan.status": Change("g h G s enter", "set 'Old plan' hold_reason=asleep"),
    "plan.date": Change("g h G d '2027-01-04' enter", "set 'Old plan' start=2027-01-04"),
    "overview.done": Change("g i / 'promise' enter x", "set Drawings state=kept"),
    "client.done": Change("g c / 'harlan' enter T / 'visit' enter x", "set Measure state=reported"),
    "portfolio.new_below": Change("g p o 'Line_9' enter", "add project 'Line 9'"),
    "portfolio.new_private": Change("g p P 'Line_9' enter", "add project 'Line 9' --private"),
    "tasks.done": Change("x", "set 'Go live' status=done"),
    "tasks.indent": Change("G >", "set 'Go live' under=Install"),
    "tasks.outdent": Change("j <", "set 'Check power' under="),
    "tasks.higher_priority": Change("(", "set Survey priority=600"),
    "tasks.lower_priority": Change(")", "set Survey priority=400"),
    "tasks.estimate": Change("G t '3d' enter", "set 'Go live' duration=3d"),
    "tasks.new_below": Change("j o 'Dig' enter escape", "add task Dig project=Nesting after='Check power'"),
    "tasks.new_above": Change("G O 'Dig' enter escape", "add task Dig project=Nesting after=Install"),
    "tasks.move_down": Change("J", "set Survey after=Install"),
    "tasks.move_up": Change("G K", "set 'Go live' after=Survey"),
    "tasks.blocked_by": Change("G b 'Survey' enter", "add dependency predecessor=Survey successor='Go live'"),
    "tasks.baseline": Change("B 'Sold' enter", "add baseline Sold project=Nesting"),
    "board.lane_left": Change("g b l H", "set 'Lay cables' status=todo"),
    "board.lane_right": Change("g b L", "set 'Check power' status=doing"),
    "clients.new_below": Change("g c o 'client_Berg' enter", "add client Berg"),
    "clients.new_private": Change("g c P 'Berg' enter", "add client Berg --private"),
    "clients.merge": Change("g c / 'client' ctrl+u 'website:x.example' enter space space = enter",
                            "merge 'Harlan Fab' 'Northwind Steel'"),
    "noted.log": Change("g c / 'harlan' enter i 'mail:_licence_sent' enter",
                        "add interaction 'licence sent' channel=mail client=Harlan"),
    "noted.promise": Change("g c / 'harlan' enter O 'send_the_table_tomorrow' enter",
                            "add promise 'send the table' due=tomorrow client=Harlan"),
    "noted.visit": Change("g c / 'harlan' enter V 'survey_the_hall_tomorrow' enter",
                          "add visit 'survey the hall' start=tomorrow client=Harlan"),
    "project.log": Change("i 'met:_saw_the_hall' enter",
                          "add interaction 'saw the hall' channel=meeting client=Harlan"),
    "project.promise": Change("g b O 'send_the_table_tomorrow' enter",
                              "add promise 'send the table' due=tomorrow client=Harlan"),
    "project.visit": Change("g p / 'line' enter V 'survey_the_hall_tomorrow' enter",
                            "add visit 'survey the hall' start=tomorrow client=Harlan"),
    "shared.move_space": Change("g p / 'punch' enter % enter", "move 'Punch cell' --private"),
    "team.new_below": Change("g m o 'Odile' enter", "add member Odile"),
    "bin.restore": Change("g d r", "undelete Scaffold"),
    "conflicts.mine": Change("g x m", "resolve Survey mine"),
    "conflicts.theirs": Change("g x t", "resolve Survey theirs"),
    "conflicts.both": Change("g x b", "resolve Survey both"),
    "conflicts.as_it_stands": Change("g x x", "resolve Survey now"),
    "conflicts.all_mine": Change("g x A", "resolve Survey mine"),
    "conflicts.edit": Change("g x e ctrl+u 'Look' enter", "resolve Survey value Look"),
    "history.revert": Change("g u j r", "undo", "U"),
    "refused.again": Change("g s r", "rejected REFUSED --resend"),
    "refused.edit": Change("g s e ctrl+u 'Live' enter", "rejected REFUSED --resend name=Live"),
    "list.edit": Change("G e ctrl+u 'Live' enter", "set 'Go live' name=Live"),
    "mark_internal": Change("I", "set Survey visibility=internal"),
    "status": Change("g i / 'promise' enter s 'renegotiated_+2d' enter", "renegotiate Drawings +2d"),
    "date": Change("d '2027-01-04' enter", "set Survey start=2027-01-04"),
    "who": Change("w 'Ines' enter", "set Survey who=Ines"),
    "capture": Change("c 'call_Ada' enter", "capture 'call Ada #nesting'"),
    "delete": Change("G X", "delete 'Go live'"),
    "notes": Change("G , e 'Ask_Ada' ctrl+s", "set 'Go live' notes='Ask Ada'"),
    "from_template": Change("g w enter 'Line_9' enter enter enter enter",
                            "new 'Line 9' machine='Plasma 1' integration= shift=Day"),
    "import_plan": Change(": 'import_a_plan' enter PLAN enter enter", "import PLAN --yes"),
    "import_private": Change(": 'private_plan' enter PLAN enter enter", "import PLAN --yes --private"),
    "import_contacts": Change(": 'import_contacts' enter PEOPLE enter enter", "import PEOPLE --yes --as contacts"),
    "import_tasks": Change(": 'import_tasks' enter WORK enter enter",
                           "import WORK --yes --as tasks --project Nesting"),
}  # fmt: skip

VIEW = "/ 'status:todo' enter ctrl+t 'Mine' enter"
PERSONAL = {  # what they change is personal, or is no record: by the keys before, the keys, and the command
    "keep_view": (VIEW.removesuffix(" enter"), "enter", "settings"),
    "rename_view": (f"{VIEW} f2 ctrl+u 'Ours'", "enter", "settings"),
    "forget_view": (VIEW, ": 'forget_view' enter", "settings"),
    "theme": ("", ": 'theme' enter", "settings"),
    "theme.dark": (": 'theme_light' enter", ": 'theme_dark' enter", "settings"),
    "theme.light": ("", ": 'theme_light' enter", "settings"),
    "theme.high-contrast": ("", ": 'theme_high' enter", "settings"),
    "theme.no-colour": ("", ": 'theme_no-' enter", "settings"),
    "settings.delete": (": 'theme_light' enter g , / 'theme' enter", "X", "settings"),
    "undo": ("x", "u", "undo"),
    "redo": ("x u", "U", "redo"),
    "excel": ("", "E", "list"),
    "export_plan": ("", ": 'export_to_m' enter", "export"),
    "export_tasks": ("", ": 'export_tasks_to' enter", "export"),
    "export_csv": ("", ": 'export_tasks_as' enter", "export"),
    "refused.discard": ("g s X", "X", "rejected"),
    "refused.export": ("g s", "x", "rejected"),
}

BY_OTHER_TESTS = {  # they need a server: test_flows_sharing, test_beginning and test_demo press their keys
    "shared.share": "share",
    "shared.withdraw": "unshare",
    "connect": "login",
    "look_at_demo": "demo",
    "sync_now": "sync",
}

UNCHANGING = {
    "portfolio.at_risk", "portfolio.milestone", "portfolio.health", "tasks.why", "board.left", "board.right",
    "board.by", "board.all_projects", "noted.phone", "noted.mail", "noted.timeline",
    "project.phone", "project.mail", "project.timeline", "history.all_projects",
    "conflicts.settled", "conflicts.next_field", "sync.pause", "sync.failed", "sync.log", "go", "filter", "sort",
    "group", "columns", "next_match", "previous_match", "marked", "copy", "record_history", "zoom", "discreet",
    "offline", "tour", "last_view", "back", "palette", "palette_anywhere", "help", "help_anywhere", "quit",
    "force_quit", "how_to_quit", *(f"portfolio.gate_{n}" for n in range(8)), *(f"view_{n}" for n in range(10)),
}  # fmt: skip
LOOKING = (
    "jump",
    "list",
    "edit",
    "prompt",
    "text",
    "notes",
    "palette",
    "picker",
    "preview",
    "help",
)  # places


def furnish_all(home: Path) -> None:
    """Something for each of them: a late task, a promise, a visit, what was deleted, a conflict, a refusal, and a plan
    that is asleep."""
    ids = furnish(home)
    of = {"client_id": ids["Harlan Fab"], "project_id": ids["Nesting line"]}
    with opened(home) as store:
        with store.write() as conn:
            conn.execute("INSERT OR REPLACE INTO meta VALUES('member', ?)", (ids["Ines Vogt"],))
        for kind, values in (
            ("promise", {"name": "Drawings", "due": LATE, **of}),
            ("visit", {"name": "Measure", "start": "2027-02-01", **of}),
            ("task", {"name": "Scaffold", "project_id": ids["Nesting line"], "rank": "b1"}),
        ):
            store.transact("New", record.create, kind, **values)
        store.transact("Old plan", sleeping, "Rig", "Test")
        [scaffold] = store.read().execute("SELECT id FROM task WHERE name='Scaffold'").fetchone()
        store.transact("Delete", record.delete, "task", scaffold)
        store.transact("Late", record.edit, "task", ids["Check power"], deadline=f"{LATE}T17:00")
        store.transact("Begin", record.edit, "task", ids["Lay cables"], actual_start="2026-11-02T08:00")
        for client in ("Harlan Fab", "Northwind Steel"):
            store.transact("Reach", record.edit, "client", ids[client], website="x.example")
        store.transact("Conflict", _clash, ids)
        store.transact("Rename", record.edit, "task", ids["Go live"], name="Go-live")
        with store.write() as conn:
            outbox.settle(conn, [outbox.Verdict(t.id, 0, "closed") for t in outbox.take(conn, 1000)[-1:]])
    for name, text in FILES.values():
        (home / name).write_text(text, "utf-8")


def _clash(session, ids) -> None:
    sides = {
        f"{side}_{what}": value
        for side, who, hour in (("winner", "Tomas Roth", 9), ("loser", "Ines Vogt", 8))
        for what, value in (("author", ids[who]), ("at", f"2026-11-20T0{hour}:00:00.000Z"))
    }
    values = {side: orjson.dumps({"name": f"Survey {side}"}).decode() for side in ("winner", "loser", "base")}
    session.add(Conflict(kind="task", rec=ids["Survey"], field="name", decided="time", **sides, **values))


def sleeping(session: Any, *tasks: str) -> str:
    """A plan of years ago of which nothing was ever done; its id."""
    plan: str = record.create(session, "project", name="Old plan", start="2012-12-03T08:00").id
    session.flush()
    for at, name in enumerate(tasks):
        record.create(session, "task", name=name, project_id=plan, rank=f"a{at}")
    return plan


def living(home: Path) -> list[str]:
    """All records that are not deleted, as text."""
    with opened(home) as store, closing(store.read()) as conn:
        return [line for line in dump.dump(conn) if '"deleted_at"' not in line]


def words(change: Change, home: Path) -> list[str]:
    """The command, with what only the profile knows."""
    with opened(home) as store, closing(store.read()) as conn:
        [refused] = conn.execute("SELECT id FROM txn WHERE state=5").fetchone()
    known = {"REFUSED": refused, **{word: str(home / name) for word, (name, _) in FILES.items()}}
    return [known.get(word, word) for word in shlex.split(change.command)]


def personal(home: Path) -> list[str]:
    """Records, settings, what was refused, and the files in the documents' folder beside the profile."""
    settings = home / "settings.toml"
    with closing(db.connect(home / db.NAME, readonly=True)) as conn:
        refused = [one.id for one in rejected(conn)]
    files = sorted(path.name for path in (home.parent / "Documents").iterdir())
    return [*living(home), settings.read_text("utf-8") if settings.exists() else "", *refused, *files]
