"""A newer Milepost: this one's source with two fields, a choice and a kind more, and a schema with its revision."""

import shutil
from pathlib import Path

from models.db import SCHEMA
from tests.server.running import ROOT

ROOMS = ("models", "sync", "server", "office", "tui")
FIELDS = """
    motto: str | None = attribute("text", "Motto")
    briefing: str | None = attribute("note", "Briefing")
"""
KIND = '''"""Inspections: what a client looked at."""

from models.record import Named, Record, attribute, register


@register("Inspection", "Inspections", listed=("name", "client_id"))
class Inspection(Named, Record, table=True):
    """A visit at which something is accepted."""

    client_id: str | None = attribute("ref", "Client", refers="client", index=True)
    name: str = attribute("text", "Name", required=True)
    result: str | None = attribute("text", "Result")
'''
REVISION = '''"""A motto and a briefing of a client; inspections."""

from alembic import op

revision = "{new:04}"
down_revision = "{old:04}"


def upgrade() -> None:
    for name in ("motto", "briefing"):
        op.execute(f"ALTER TABLE client ADD COLUMN {{name}} TEXT")
    op.execute(
        "CREATE TABLE inspection(id TEXT NOT NULL, space TEXT, visibility TEXT, deleted_at TEXT, extra TEXT,"
        " ver INTEGER NOT NULL, client_id TEXT, name TEXT, result TEXT, PRIMARY KEY (id))"
    )
    op.execute("CREATE INDEX ix_inspection_client_id ON inspection (client_id)")
'''


def make(folder: Path) -> Path:
    """Writes the newer program into `folder`."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    patch(
        folder / "models" / "client.py",
        "    notes: str | None",
        FIELDS.lstrip("\n") + "    notes: str | None",
    )
    patch(folder / "models" / "client.py", '"email", "chat")', '"email", "chat", "video")')
    (folder / "models" / "inspection.py").write_text(KIND, encoding="utf-8")
    patch(
        folder / "models" / "kinds.py",
        "import models.interaction\n",
        "import models.inspection\nimport models.interaction\n",
    )
    patch(folder / "models" / "db.py", f"SCHEMA = {SCHEMA} ", f"SCHEMA = {SCHEMA + 1} ")
    revision = folder / "models" / "migrations" / "versions" / f"v{SCHEMA + 1:04}_next.py"
    revision.write_text(REVISION.format(new=SCHEMA + 1, old=SCHEMA), encoding="utf-8")
    return folder


def patch(path: Path, old: str, new: str) -> None:
    """Replaces the first `old` of the file, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old!r} any more"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
