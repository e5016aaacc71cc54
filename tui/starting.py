"""The application over a profile: made under its settings, and run until it is quit."""

from __future__ import annotations

import sqlite3
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from models import db
from models.errors import StoreError
from tui.app import Milepost, make_app
from tui.desk import Desk, prepare
from tui.keymap import mapped
from tui.places import views
from tui.registry import Registry
from tui.settings import load
from tui.unsaved import Keeper
from tui.workbench import Workbench

if TYPE_CHECKING:
    from sync.worker import State


def make(home: Path, *, project: str = "", demo: bool = False, registry: Registry | None = None) -> Workbench:
    """The application over the profile at `home`, opened at a project or at the portfolio. Raises StoreError."""
    prepare(home)
    first = "tasks" if project else "portfolio"
    settings = load(home)
    registry = registry or mapped(settings.keys)[0]
    app = cast(
        Workbench,
        make_app(registry, views(), base=Workbench, first_view=first, theme=settings["theme"]),
    )
    app.prefer(settings)

    def on_state(state: State) -> None:
        app.post_message(Workbench.Synced(state))

    app.desk = Desk(home, on_state)
    app.keeper = Keeper(home)
    app.warm_up += [app.desk.warm_up, lambda: app.post_message(Workbench.Loaded()), app.look_for_unsaved]
    app.warm_up.append(lambda: import_module("tui.opening").look_for_changed(app))
    app.warm_up.append(lambda: import_module("models.leaving").clear_away(app.desk.store))
    app.set_reactive(Milepost.discreet, app.desk.front is not None)
    app.project, app.demo = _project_id(app.desk, project) if project else "", demo
    if not project and _is_empty(app.desk.whole):
        app.first_view = "welcome"
    return app


def run(home: Path, *, open_project: str = "", demo: bool = False) -> int:
    """Runs the application until it is quit; the exit status."""
    app = make(home, project=open_project, demo=demo)
    app.run()
    if app.wanted_demo:
        return int(import_module("tui.demo").run())
    return app.return_code or 0


def _is_empty(conn: sqlite3.Connection) -> bool:
    """Whether nothing was begun here: no project, no client, no server."""
    sql = "SELECT EXISTS (SELECT 1 FROM project) OR EXISTS (SELECT 1 FROM client)"
    return not conn.execute(sql).fetchone()[0] and not db.get_meta(conn, "server")


def _project_id(desk: Desk, word: str) -> str:
    row = desk.conn.execute(
        "SELECT id FROM project WHERE id=?1 OR name LIKE ?1 || '%' ORDER BY deleted_at IS NOT NULL, name LIMIT 1",
        (word,),
    ).fetchone()
    if row is None:
        desk.close()
        raise StoreError(f"There is no project “{word}”. List them with: milepost list project")
    return str(row[0])
