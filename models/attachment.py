"""Files that belong to a record. Its record travels with the log, the content of the file by itself (models.blobs)."""

import mimetypes
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlmodel import Session

from models.blobs import Blob
from models.errors import Invalid, Refused
from models.record import Named, Record, attribute, create, find, register
from models.space import may_edit

OPAQUE = "application/octet-stream"


@register("Attachment", "Attachments", listed=("name", "size", "media_type", "owner_kind"), immutable=True)
class Attachment(Named, Record, table=True):
    """A file of a record, by the SHA-256 of its content. Another version of it is another attachment."""

    name: str = attribute("text", "File", required=True)
    size: int = attribute("integer", "Size in bytes", required=True, low=0)
    media_type: str = attribute("text", "Media type", default=OPAQUE)
    sha256: str = attribute("text", "SHA-256", required=True, index=True)
    owner_kind: str = attribute("text", "Kind of record", required=True)
    owner_id: str = attribute("text", "Record", required=True, index=True)

    def rules(self) -> None:
        if len(self.sha256) != 64 or set(self.sha256) - set("0123456789abcdef"):
            raise Invalid("sha256", "is 64 hexadecimal digits. Attach the file with: milepost attach ID FILE")


class Attached(NamedTuple):
    """A line of a list. `here`: its content is on this laptop; `sent`: and not only there."""

    id: str
    name: str
    size: int
    media_type: str
    sha: str
    owner_kind: str
    owner_id: str
    here: bool
    sent: bool = True

    @property
    def place(self) -> str:
        """Where its content is, in words."""
        return ("on this laptop" if self.sent else "only on this laptop") if self.here else "on the server"


_ATTACHED = """SELECT a.id, a.name, a.size, a.media_type, a.sha256, a.owner_kind, a.owner_id,
    b.sha IS NOT NULL, coalesce(b.sent, 1)=1 FROM attachment a LEFT JOIN blob b ON b.sha=a.sha256 WHERE"""


def refuse_reader(conn: sqlite3.Connection, kind: str, rec: str) -> None:
    """Raises Refused where this member may not attach a file to the record: asked before a large one is copied."""
    row = conn.execute(
        f"SELECT s.role FROM {kind} r JOIN space s ON s.id=r.space WHERE r.id=?", (rec,)
    ).fetchone()
    if row and not may_edit(row[0]):
        raise Refused(
            "You may read this, so you cannot attach a file to it. Ask who manages it for the right to edit."
        )


def attach(session: Session, kind: str, rec: str, name: str, blob: Blob) -> Attachment:
    """Makes the file `name`, whose content models.blobs has kept, an attachment of the record."""
    owner: Record = find(session, kind, rec)
    # also one that the server is said to have: it is asked
    session.connection().exec_driver_sql(
        "INSERT INTO blob(sha, size, sent) VALUES(?,?,0) ON CONFLICT(sha) DO UPDATE SET sent=0", tuple(blob)
    )
    made: Attachment = create(
        session, "attachment", owner_kind=kind, owner_id=rec, name=name, size=blob.size, sha256=blob.sha,
        media_type=mimetypes.guess_type(name)[0] or OPAQUE, space=owner.space,
    )  # fmt: skip
    return made


def attachments(conn: sqlite3.Connection, rec: str) -> Iterator[Attached]:
    """What is attached to a record, by name."""
    for row in conn.execute(
        f"{_ATTACHED} a.owner_id=? AND a.deleted_at IS NULL ORDER BY a.name, a.id", (rec,)
    ):
        yield Attached._make(row)


def attached(conn: sqlite3.Connection, id: str) -> Attached | None:
    """One attachment, deleted ones included."""
    row = conn.execute(f"{_ATTACHED} a.id=?", (id,)).fetchone()
    return Attached._make(row) if row else None


def size_in_words(size: int) -> str:
    """12 kB, 3.4 MB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size} bytes"


def safe_name(name: str) -> str:
    """The name as that of a file in a folder of the user's choice: no path, nothing hidden, never empty."""
    bare = Path(name.replace("\\", "/")).name.lstrip(".")
    return "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in bare).strip() or "attachment"
