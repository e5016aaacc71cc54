"""Reading the notes of a record, and typing into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens import form
from tui.unsaved import Of

if TYPE_CHECKING:
    from tui.workbench import Workbench


async def read(app: Workbench, kind: str, rec: str) -> None:
    """The notes as they read; a page to type them where there are none yet."""
    if not (why := _obstacle(app, kind, rec)):
        text = _notes(app, kind, rec)
        if not text:
            await write(app, kind, rec)
            return

        async def edit(pasted: str) -> None:
            lines = [*_notes(app, kind, rec).splitlines(), *pasted.splitlines()]
            await write(app, kind, rec, "\n".join(lines) if pasted else None)

        await app.shell.read_notes(f"Notes · {_title(app, kind, rec)}", text, edit)
    else:
        app.shell.say(why)


async def write(app: Workbench, kind: str, rec: str, typed: str | None = None, why: str = "") -> None:
    """A page to type the notes into; what is refused comes back on it."""
    before = _notes(app, kind, rec)

    def keep(text: str) -> None:
        def lost(wrong: str) -> None:
            app.run_worker(write(app, kind, rec, text, wrong))

        if _notes(app, kind, rec) != before:
            app.shell.say(
                "They were changed meanwhile; yours are saved over that, u takes yours back", "warn"
            )
        app.edit_typed(f"Notes of {_title(app, kind, rec)}", kind, [rec], "notes", text, lost)

    await app.shell.type_text(
        f"Notes · {_title(app, kind, rec)}" + (f" · {why}" if why else ""), before, keep, typed,
        Of(kind, [rec], "notes"),
    )  # fmt: skip


def _obstacle(app: Workbench, kind: str, rec: str) -> str:
    from models.kinds import KINDS

    if not rec or kind not in KINDS:
        return "Put the cursor on a record first"
    if app.front is not None:
        return "There are no notes in the client view"
    if "notes" not in KINDS[kind].fields:
        return f"A {KINDS[kind].label.lower()} has no notes"
    return ""


def _notes(app: Workbench, kind: str, rec: str) -> str:
    row = app.desk.conn.execute(f"SELECT notes FROM {kind} WHERE id=?", (rec,)).fetchone()
    return str(row[0] or "") if row else ""


def _title(app: Workbench, kind: str, rec: str) -> str:
    return form.shown_title(app.desk.conn, kind, rec)
