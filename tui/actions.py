"""The actions: every key, label, help line and place there is."""

from dataclasses import replace

from tui.registry import (
    ALWAYS,
    EDIT,
    EVERYWHERE,
    HELP,
    JUMP,
    LIST,
    NOTES,
    PALETTE,
    PICKER,
    PREVIEW,
    PROMPT,
    TEXT,
    Action,
)


def _do(id: str, keys: str, label: str, help: str, footer: int = 0, **more: object) -> Action:
    return Action(id, keys, label, help, footer=footer, **more)  # type: ignore[arg-type]


def _own(where: str, *rows: tuple[object, ...], **more: object) -> list[Action]:
    """Actions of one place; each row is (name, keys, label, help[, footer])."""
    return [_do(f"{where}.{row[0]}", *row[1:], where=where, **more) for row in rows]  # type: ignore[arg-type]


def _jump(key: str, view: str, label: str, help: str, run: str = "go") -> Action:
    return Action(f"jump.{view}", key, label, help, where=JUMP, jump=view, run=run, args=(view,))


JUMPS = [
    Action("jump.top", "g", "first row", "Go to the first row", where=JUMP, run="top"),
    _jump("h", "today", "today", "Go to what needs you now, the most urgent first"),
    _jump("p", "portfolio", "portfolio", "Go to the portfolio: every project and its stage"),
    _jump("t", "tasks", "tasks", "Go to the tasks of the project"),
    _jump(
        "i", "overview", "overview", "Go to the project on one page: where it stands, who, what is promised"
    ),
    _jump("b", "board", "board", "Go to the board: the tasks as cards, by status or by person"),
    _jump("c", "clients", "clients", "Go to clients and contacts"),
    _jump("s", "sync", "sync", "Go to the sync view: what waits, what was refused and why"),
    _jump("u", "history", "history", "Go to what was done in the project, to undo one thing of it"),
    _jump("m", "team", "team", "Go to the team and the calendars"),
    _jump("x", "conflicts", "conflicts", "Go to the conflicts and decide them"),
    _jump("d", "bin", "recycle bin", "Go to what was deleted, and restore it"),
    _jump("w", "welcome", "ways to begin", "Go to the ways to begin: template, import, demo, server, tour"),
    _jump(",", "settings", "settings", "Go to the settings: theme, dates, holidays, keys"),
    *(
        Action(
            f"jump.view_{number}",
            f"{number}",
            f"view {number}",
            "Show the list as it comes" if not number else "Show the saved view with this number",
            JUMP,
            run="saved",
            args=(number,),
            palette=False,
        )
        for number in range(10)
    ),
    Action("jump.search", "/", "search", "Search everything", where=JUMP, run="search"),
]
# by the second key, the screens that are not there
NOT_YET = {"l": "timeline", "o": "scope", "v": "visit pack", "k": "procedures", "r": "reports"}

TODAY = _own("today", ("done", "x", "done", "Task done, promise kept, visit reported", 1), bulk=True)

PLAN = _own(  # a line of Today that stands for late tasks of a project
    "plan",
    ("status", "s", "on hold", "Put the project on hold: what is asleep leaves Today", 1),
    ("date", "d", "new start", "Begin the plan on another day: all of it moves", 2),
    bulk=True, shadows=True,
)  # fmt: skip

PORTFOLIO = [
    *(
        _do(f"portfolio.gate_{n}", f"{n}", f"gate {n}", f"Show only projects whose last gate passed is G{n}, or all",
            where="portfolio", run="gate", args=(n,))
        for n in range(8)
    ),
    *_own(
    "portfolio",
    ("new_below", "o", "new", "Type a new project", 1),
    ("new_private", "P", "new private", "Type a new project that only you see"),
    ("at_risk", "!", "at risk", "Show only the projects at risk, or all", 3),
    ("milestone", "m", "milestone", "Go to the next milestone of the project", 4),
    ("health", "r", "by health", "Put the projects under headings by how they are, or by nothing", 5),
    ),
]  # fmt: skip

TASKS = [
    *_own(
        "tasks",
        ("done", "x", "done", "Mark the task done, or not done", 1),
        ("indent", ">", "indent", "Make it part of the task above", 6),
        ("outdent", "<", "outdent", "Take it out of the task it is part of"),
        ("higher_priority", "(", "priority", "Raise the priority"),
        ("lower_priority", ")", "lower priority", "Lower the priority"),
        ("estimate", "t", "estimate", "Type how long it takes"),
        bulk=True,
    ),
    *_own(
        "tasks",
        ("new_below", "o", "new", "Type a new task below; enter on an empty line ends", 2),
        ("new_above", "O", "new above", "Type a new task above"),
        ("move_down", "J", "move down", "Move the task down among its neighbours"),
        ("move_up", "K", "move up", "Move the task up among its neighbours"),
        ("blocked_by", "b", "blocked by", "Say which task it waits for", 15),
        ("why", "W", "why then", "Show why it stands where it stands, back to the cause"),
        ("baseline", "B", "baseline", "Take a baseline of the plan as it is now"),
    ),
]

BOARD = [  # and whatever can be done with tasks
    *_own(
        "board",
        ("left", "h left", "lane left", "Go to the lane on the left"),
        ("right", "l right", "lane right", "Go to the lane on the right"),
        shadows=True,
    ),
    *_own(
        "board",
        ("lane_left", "H shift+left", "to the left", "Move the card into the lane on the left", 3),
        ("lane_right", "L shift+right", "to the right", "Move the card into the lane on the right", 4),
        bulk=True,
    ),
    *_own(
        "board",
        ("by", "p", "by person", "Lanes by person, or by status", 5),
        ("all_projects", "a", "all projects", "The cards of all projects, or of this one", 6),
    ),
]

CLIENTS = _own(
    "clients",
    ("new_below", "o", "new", "Type a new contact, site or client", 1),
    ("new_private", "P", "new private", "Type a new client that only you see"),
    ("merge", "=", "merge", "Make one of two that are marked, or that may be the same; shown first"),
)

OVERVIEW = _own(
    "overview", ("done", "x", "done", "Promise kept, visit reported, milestone reached", 1), bulk=True
)

CLIENT = _own("client", ("done", "x", "done", "Promise kept, visit reported", 1), bulk=True)

NOTED = _own(  # wherever a client is met
    "noted",
    ("log", "i", "log a talk", "Write down in one line what was said or written", 3),
    ("promise", "O", "promise", "Write down what was promised, and by when", 4),
    ("visit", "V", "visit", "Write down a visit: the day, and what for"),
    ("phone", "p", "phone", "Show the numbers of the people there, and copy the first", 5),
    ("mail", "m", "mail", "Copy the mail address, and open a letter where there is a desktop"),
    ("timeline", "T", "timeline", "The client over time: talks, promises, visits, milestones", 6),
)

PROJECT = [  # the same of the client of a project that is worked in, whose own keys go first
    replace(action, id=f"project.{action.id.rpartition('.')[2]}", where="project", footer=0)
    for action in NOTED
]

SHARED = _own(  # wherever a project or client is met
    "shared",
    ("share", "&", "share", "▢ is kept from some: who sees it; share it"),
    ("withdraw", "~", "withdraw", "Take it away from somebody who sees it"),
    (
        "move_space",
        "%",
        "move",
        "Keep it from others, or show it to everybody",
    ),
)

TEAM = _own("team", ("new_below", "o", "new", "Type a new member or calendar", 1))

HISTORY = _own(
    "history",
    ("revert", "r", "undo this", "Undo this operation; what was changed since stays as it is", 1),
    ("all_projects", "a", "all", "What was done anywhere, or in this project", 2),
)

BIN = _own("bin", ("restore", "r", "restore", "Take it out of the recycle bin", 1), bulk=True)

SETTINGS = _own("settings", ("delete", "delete X", "default", "Take it out: what holds by itself holds again", 1),
                bulk=True, shadows=True)  # fmt: skip

SYNC = _own(
    "sync",
    ("pause", "p", "pause", "Pause the sync, or go on", 20),
    ("failed", "f", "refused only", "Show only what the server refused, or all", 21),
    ("log", "L", "log", "Show what the sync did lately", 22),
)

CONFLICTS = [
    *_own(
        "conflicts",
        ("mine", "m", "mine", "Keep my value", 1),
        ("theirs", "t", "theirs", "Keep their value", 2),
        ("both", "b", "both", "Keep both, one after the other", 3),
        ("as_it_stands", "x", "as it stands", "Leave the record as it stands, and list this no more", 5),
        bulk=True,
    ),
    *_own(
        "conflicts",
        ("all_mine", "A", "all mine", "Keep my value in every conflict"),
        ("settled", "a", "settled too", "Show the settled ones too, or only what is to decide", 6),
    ),
    *_own(
        "conflicts",
        ("edit", "e", "edit", "Type a third value", 4),
        ("next_field", "tab", "next", "Go to the next field in conflict"),
        shadows=True,
    ),
]

REFUSED = [
    *_own(
        "refused",
        ("again", "r", "send again", "Do it again on the records as they are now, and send it", 1),
        ("discard", "X delete", "let go", "Let it go; the same key twice", 3),
        bulk=True, shadows=True,
    ),
    *_own(
        "refused",
        ("edit", "e", "change and send", "Type other values, then send it again", 2),
        ("export", "x", "export", "Write what was refused into a text file", 4),
        shadows=True,
    ),
]  # fmt: skip

LISTS = _own(
    LIST,
    ("down", "j down", "down", "Next row"),
    ("up", "k up", "up", "Row before"),
    ("left", "h left", "fold", "Fold, go to the parent, or from the pane back to the list"),
    ("right", "l right", "unfold", "Unfold, go to the first child, or into the pane beside"),
    ("top", "home", "first row", "Go to the first row"),
    ("bottom", "G end", "last row", "Go to the last row"),
    ("half_down", "ctrl+d", "half a page down", "Half a page down"),
    ("half_up", "ctrl+u", "half a page up", "Half a page up"),
    ("page_down", "pagedown", "page down", "A page down"),
    ("page_up", "pageup", "page up", "A page up"),
    ("open", "enter", "open", "Open what is under the cursor", 10),
    ("mark", "space", "mark", "Mark the row, or take the mark off", 40),
    ("range", "v", "mark a range", "Begin a range of marked rows, or keep it"),
    ("mark_all", "*", "mark all", "Mark all that is shown, or none"),
    ("edit", "e", "edit", "Type over the cell", 11),
    ("next_cell", "tab", "next cell", "The next cell that can be edited"),
    ("previous_cell", "shift+tab", "cell before", "The cell before that can be edited"),
    palette=False,
)

COMMON = [
    _do("go", "g", "go to…", "Then a second key: where to", 45, palette=False),
    _do("status", "s", "status", "Set the status", 12, bulk=True),
    _do("date", "d", "date", "Set the date", 13, bulk=True),
    _do("who", "w", "who", "Set who does it", 14, bulk=True),
    _do("filter", "/", "filter", "Show only what fits: words, status:doing, due<fri, @who, #where, late", 30),
    _do("sort", "S", "sort", "Choose by which column the list is sorted; the same again turns it round"),
    _do("group", "", "group", "Put the list under headings: client, stage, manager, health"),
    _do("columns", "", "columns", "Choose which columns the list has"),
    _do(
        "keep_view", "ctrl+t", "keep view", "Keep filter, order, headings and columns as a view of this list"
    ),
    _do("rename_view", "f2", "rename view", "Give the saved view that is shown another name"),
    _do("forget_view", "", "forget view", "Forget the saved view that is shown"),
    *(
        Action(
            f"view_{number}",
            f"alt+{number}",
            f"view {number}",
            "The same, by one key",
            run="saved",
            args=(number,),
            palette=False,
        )
        for number in range(10)
    ),
    _do("next_match", "n", "next match", "Go to the next match"),
    _do("previous_match", "N", "match before", "Go to the match before"),
    _do("marked", ".", "on the marked", "Choose what to do with the marked rows", 41),
    _do("capture", "c", "capture", "Write something down in one line, from anywhere", 31),
    _do("copy", "y", "copy", "Copy the marked rows, or this one, as text with tabs", bulk=True),
    _do("excel", "E", "Excel", "Write the rows that are shown into an Excel file"),
    _do("delete", "delete X", "delete", "Delete; the recycle bin keeps it", bulk=True),
    _do("undo", "u", "undo", "Undo the last change", 32),
    _do("redo", "U", "redo", "Do again what was undone"),
    _do("notes", ",", "notes", "Read the notes of this record, and type into them"),
    _do("record_history", "Y", "its history", "Who changed what of this record, from what to what"),
    _do("zoom", "z", "zoom", "Give this pane the whole screen, or give it back"),
    _do("discreet", "D", "client view", "Only what is marked for the client, in every list and file; or all"),
    _do("mark_internal", "I", "for whom", "Keep it out of the client view, or show it there", bulk=True),
    _do("sync_now", "R", "sync now", "Sync with the server now"),
    _do("offline", "f9", "offline", "Stay off the network, or go back on it", where=ALWAYS),
    _do("theme", "", "theme", "Go to the next theme: dark, light, high contrast, no colour"),
    *(
        Action(f"theme.{name}", "", f"theme {name}", help, run="use_theme", args=(name,))
        for name, help in (
            ("dark", "Light letters on dark"),
            ("light", "Dark letters on light"),
            ("high-contrast", "White, yellow and cyan on black"),
            ("no-colour", "Only bold, underlined and reversed"),
        )
    ),
    _do(
        "from_template",
        "",
        "new from the plan",
        "Make a project from the standard plan: tasks, links, milestones",
    ),
    _do("import_plan", "", "import a plan", "Take in a plan of Microsoft Project, after it was shown"),
    _do("import_private", "", "import a private plan", "The same, into a project that only you see"),
    _do(
        "import_contacts",
        "",
        "import contacts",
        "Take in cards, or a list of contacts, after they were shown",
    ),
    _do("import_tasks", "", "import tasks", "Take a list of tasks into this project, after it was shown"),
    *(
        Action(f"export_{name}", "", f"export {label}", help, run="export", args=(f".{suffix}",))
        for name, suffix, label, help in (
            (
                "plan",
                "xml",
                "to Microsoft Project",
                "Write the project as a plan that Microsoft Project opens",
            ),
            (
                "tasks",
                "xlsx",
                "tasks to Excel",
                "Write all that is set of the project's tasks; E writes a list as shown",
            ),
            ("csv", "csv", "tasks as CSV", "The same as text with commas"),
        )
    ),
    _do("connect", "", "connect", "Sign in to a server, with the code of an invitation"),
    _do("look_at_demo", "", "demo", "End this and look at the demo: a made-up company with its server"),
    _do("tour", "", "tour", "Begin the tour of nine keys, or end it"),
    _do("last_view", "-", "last view", "Go back to the view before"),
    _do("back", "escape", "back", "Let go of marks, close the detail, give a pane back", palette=False),
    _do("palette", ":", "do…", "Find any action or place by a few letters", 50, palette=False),
    Action(
        "palette_anywhere",
        "ctrl+p",
        "do…",
        "Find any action or place, also while typing",
        ALWAYS,
        0,
        run="palette",
        palette=False,
    ),
    _do("help", "?", "keys", "The keys of this screen", 99),
    Action(
        "help_anywhere", "f1", "keys", "The keys that mean something now", ALWAYS, run="help", palette=False
    ),
    _do("quit", "q", "quit", "Quit; everything is saved already"),
    Action(
        "force_quit", "ctrl+q", "quit", "Quit, also while typing", where=ALWAYS, run="quit", palette=False
    ),
    Action("how_to_quit", "ctrl+c", "how to quit", "Say which key quits", where=EVERYWHERE, palette=False),
]

TYPED = [
    *_own(
        EDIT,
        ("keep", "enter", "keep", "Keep what is typed", 1),
        ("leave", "escape", "leave as it was", "Leave the cell as it was", 2),
        ("next_cell", "tab", "next cell", "Keep, and edit the next cell", 3),
        ("previous_cell", "shift+tab", "cell before", "Keep, and edit the cell before"),
        ("row_below", "down", "below", "Keep, and edit the cell below", 4),
        ("row_above", "up", "above", "Keep, and edit the cell above"),
        ("pick_day", "f4", "calendar", "Choose a day in the calendar", 5),
        palette=False,
    ),
    *_own(
        PROMPT,
        ("done", "enter", "done", "Take what is typed", 1),
        ("leave", "escape", "leave", "Close the line and change nothing", 2),
        ("older", "up", "older", "What was typed here before"),
        ("newer", "down", "newer", "What was typed here after that"),
        ("complete", "tab", "complete", "Take the first of what is offered"),
        ("pick_day", "f4", "calendar", "Choose a day in the calendar", 3),
        palette=False,
    ),
    *_own(
        TEXT,
        ("keep", "escape ctrl+s", "keep", "Keep the text and close", 1),
        ("drop", "ctrl+g", "drop the change", "Close and leave the text as it was", 2),
        palette=False,
    ),
    *_own(
        NOTES,
        ("edit", "e enter", "type into them", "Type into the notes", 1),
        ("close", "escape q ,", "close", "Close the notes", 2),
        ("down", "j down", "down", "A line down"),
        ("up", "k up", "up", "A line up"),
        ("half_down", "ctrl+d pagedown", "half a page down", "Half a page down"),
        ("half_up", "ctrl+u pageup", "half a page up", "Half a page up"),
        palette=False,
        shadows=True,
    ),
    *_own(
        PALETTE,
        ("choose", "enter", "do it", "Do what is under the cursor", 1),
        ("next", "down ctrl+n", "next", "Next line"),
        ("previous", "up ctrl+k", "before", "Line before"),
        ("close", "escape ctrl+p", "close", "Close and do nothing", 2),
        palette=False,
        shadows=True,
    ),
    *_own(
        PICKER,
        ("choose", "enter", "take it", "Take the day", 1),
        ("close", "escape f4", "close", "Close and take nothing", 2),
        ("day_before", "h left", "day before", "The day before", 3),
        ("day_after", "l right", "day after", "The day after", 4),
        ("week_before", "k up", "week before", "A week earlier", 5),
        ("week_after", "j down", "week after", "A week later", 6),
        ("month_before", "[ pageup", "month before", "A month earlier", 7),
        ("month_after", "] pagedown", "month after", "A month later", 8),
        ("today", "t", "today", "Go to today", 9),
        palette=False,
    ),
    *_own(
        PREVIEW,
        ("choose", "enter", "do it", "Do what is shown", 1),
        ("keep_chain", "c", "keep the chain", "Delete, and link what came before with what comes after", 2),
        ("close", "escape q", "leave", "Close and do nothing", 3),
        palette=False,
        shadows=True,
    ),
    *_own(HELP, ("close", "escape q ? enter f1", "close", "Close the help", 1), palette=False, shadows=True),
]

ACTIONS = [
    *JUMPS,
    *PLAN,
    *TODAY,
    *PORTFOLIO,
    *BOARD,
    *TASKS,
    *CLIENTS,
    *OVERVIEW,
    *CLIENT,
    *NOTED,
    *PROJECT,
    *SHARED,
    *TEAM,
    *HISTORY,
    *BIN,
    *SETTINGS,
    *CONFLICTS,
    *REFUSED,
    *SYNC,
    *TYPED,
    *LISTS,
    *COMMON,
]
