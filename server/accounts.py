"""Who may sign in: members, their devices and invitations.

Codes and tokens are kept as SHA-256 only. Times are milliseconds since 1970.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import NamedTuple

import orjson

from models.errors import NotFound, Refused
from models.record import KINDS, new_id
from models.space import LIBRARY
from server import audit, spaces
from server.database import Connection, Database, ids_of
from server.log import SERVER, decide, state
from sync.protocol import Change, Transaction

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that reads like something else
HOUR = 3_600_000
CODE_LIFE = 7 * 24 * HOUR
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Device(NamedTuple):
    """Whom a token stands for. `epoch` is the workspace's, as of the look-up."""

    workspace: str
    epoch: str
    member: str
    name: str
    letter: str
    hash: str
    last_seen: int


class SignIn(NamedTuple):
    """What a device is told at its sign-in; the token is told this once."""

    token: str
    workspace: str
    epoch: str
    member: str
    name: str
    letter: str


class Account(NamedTuple):
    """Whom codes and sign-outs for a name are for. `name`: that of the sign-in, else that of the record."""

    id: str
    name: str
    signed_in: bool


class User(NamedTuple):
    """A member who has signed in. `last_seen` is 0 where no device is left."""

    name: str
    devices: int
    since: int
    last_seen: int
    id: str


class SignedIn(NamedTuple):
    """A device that signed in once; `revoked` is when it was signed out, or None."""

    letter: str
    member: str
    name: str
    since: int
    last_seen: int
    revoked: int | None


class SignedOut(NamedTuple):
    """How many devices were signed out, and how many codes, unused until then, are void."""

    devices: int
    codes: int


class Accounts:
    """Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def has_members(self) -> bool:
        with self._database.reading() as conn:
            return conn.execute("SELECT 1 FROM member").fetchone() is not None

    def device(self, token: str) -> Device | None:
        """Whom the token stands for; None for an unknown or revoked one."""
        with self._database.reading() as conn:
            row = conn.execute(
                "SELECT d.workspace, w.epoch, d.member, m.name, d.letter, d.hash, d.last_seen FROM device d"
                " JOIN workspace w ON w.id=d.workspace JOIN member m ON m.workspace=d.workspace AND m.id=d.member"
                " WHERE d.hash=? AND d.revoked IS NULL",
                (_digest(token),),
            ).fetchone()
        return Device(*row) if row else None

    def seen(self, device: Device, now: int) -> None:
        """Writes down that the device was here."""
        with self._database.writing() as conn:
            conn.execute("UPDATE device SET last_seen=? WHERE hash=?", (now, device.hash))

    def invite(self, workspace: str, name: str, author: str | None, now: int) -> tuple[str, int]:
        """A code with which `name` signs in one device, and when it ends. Raises Refused where it would open what is
        not the author's to give."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(8))
        with self._database.writing() as conn:
            _opened(conn, workspace, name, author)
            conn.execute(
                "INSERT INTO invite(hash, workspace, name, author, expires) VALUES(?,?,?,?,?)",
                (_digest(code), workspace, name, author, now + CODE_LIFE),
            )
            audit.note(conn, workspace, now, author, "invite", name)
        return f"{code[:4]}-{code[4:]}", now + CODE_LIFE

    def check(self, code: str, now: int) -> None:
        """Raises Refused where the code does not hold. Waits for no writer."""
        with self._database.reading() as conn:
            _invitation(conn, _code_digest(code), now)

    def login(self, code: str, device: str, now: int) -> SignIn:
        """Uses up a code; its name becomes a member, whose record goes into the log, or gets a further device.

        Raises Refused, which leaves the code as it was.
        """
        token = secrets.token_urlsafe(32)
        hash = _code_digest(code)
        with self._database.writing() as conn:
            workspace, wanted, author = _invitation(conn, hash, now)
            conn.execute("UPDATE invite SET used=? WHERE hash=?", (now, hash))
            member, name, _ = _member(conn, workspace, wanted, author, now)
            next_letter = _next_letter(conn, workspace)
            conn.execute(
                "INSERT INTO device(hash, workspace, member, name, letter, since, last_seen) VALUES(?,?,?,?,?,?,?)",
                (_digest(token), workspace, member, device, next_letter, now, now),
            )
            audit.note(conn, workspace, now, member, "login", f"{next_letter} {device}")
            at = state(conn, workspace)
        self._database.tell(workspace, at.head)
        return SignIn(token, workspace, at.epoch, member, name, next_letter)

    def logout(self, device: Device, now: int) -> None:
        """Revokes the device's token."""
        with self._database.writing() as conn:
            conn.execute("UPDATE device SET revoked=? WHERE hash=?", (now, device.hash))
            audit.note(conn, device.workspace, now, device.member, "logout", device.letter)

    def users(self) -> list[User]:
        with self._database.reading() as conn:
            rows = conn.execute(
                "SELECT m.name, count(d.hash), m.since, coalesce(max(d.last_seen), 0), m.id FROM member m"
                " LEFT JOIN device d ON d.workspace=m.workspace AND d.member=m.id AND d.revoked IS NULL"
                " GROUP BY m.workspace, m.id, m.name, m.since ORDER BY m.since, m.id"
            ).fetchall()
        return [User(*row) for row in rows]

    def devices(self) -> list[SignedIn]:
        with self._database.reading() as conn:
            rows = conn.execute(
                "SELECT d.letter, m.name, d.name, d.since, d.last_seen, d.revoked FROM device d"
                " JOIN member m ON m.workspace=d.workspace AND m.id=d.member ORDER BY d.since, d.letter"
            ).fetchall()
        return [SignedIn(*row) for row in rows]

    def revoke(self, workspace: str, letter: str, now: int) -> int:
        """Signs the device with that letter out, and voids the unused codes that its member made; how many.

        Raises NotFound.
        """
        with self._database.writing(workspace) as conn:
            members = _revoke(conn, workspace, "letter", letter.upper(), now)
            if not members:
                raise NotFound("No signed-in device is meant by this. See: milepost server devices")
            made = {hash: name for hash, name, author in _unused(conn, workspace, now) if author in members}
            _void(conn, workspace, made, now)
            return len(made)

    def sign_out(self, workspace: str, name: str, now: int) -> SignedOut:
        """Signs all devices of the member out, and voids the unused codes for the name, however it is written, those
        for the name that the member's record bears now, and those that the member made.

        Raises Refused where the name is only on the record of who has signed in under another one, NotFound where there
        is neither a member nor an unused code of that name.
        """
        with self._database.writing(workspace) as conn:
            member = _account(conn, workspace, name) or Account("", name, False)
            names = {name.casefold(), spaces.name_of(conn, workspace, member.id).casefold()}
            void = {
                hash: wanted
                for hash, wanted, author in _unused(conn, workspace, now)
                if author == member.id or wanted.casefold() in names
            }
            if not member.signed_in and not void:
                raise NotFound(f"No member is called “{name}”. See: milepost server users")
            _void(conn, workspace, void, now)
            return SignedOut(len(_revoke(conn, workspace, "member", member.id, now)), len(void))


def _revoke(conn: Connection, workspace: str, column: str, value: str, now: int) -> list[str]:
    """Signs the devices out that are signed in; whose each was."""
    found = conn.execute(
        f"UPDATE device SET revoked=? WHERE workspace=? AND {column}=? AND revoked IS NULL RETURNING letter, member",
        (now, workspace, value),
    ).fetchall()
    for device, _ in found:
        audit.note(conn, workspace, now, None, "revoke", device)
    return [member for _, member in found]


def _unused(conn: Connection, workspace: str, now: int) -> list[tuple[str, str, str | None]]:
    """The codes that hold: hash, name, and who made it."""
    return conn.execute(
        "SELECT hash, name, author FROM invite WHERE workspace=? AND used IS NULL AND expires>?",
        (workspace, now),
    ).fetchall()


def _void(conn: Connection, workspace: str, codes: Mapping[str, str], now: int) -> None:
    """`codes` is the name of each by its hash."""
    conn.execute(
        "UPDATE invite SET used=? WHERE hash IN (SELECT value FROM json_each(?))", (now, ids_of(codes))
    )
    for name in codes.values():
        audit.note(conn, workspace, now, None, "revoke", f"code for {name}")


def _invitation(conn: Connection, hash: str, now: int) -> tuple[str, str, str | None]:
    """Workspace, name and author of the code. Raises Refused where it does not hold."""
    row = conn.execute(
        "SELECT workspace, name, author, expires, used FROM invite WHERE hash=?", (hash,)
    ).fetchone()
    if row is None:
        raise Refused("This code is not known. Check it letter by letter, or ask a colleague for a new one.")
    workspace, name, author, expires, used = row
    if used is not None:
        raise Refused(
            "This code was used, or voided since it was made; each is for one sign-in. Ask a colleague for a new one."
        )
    if expires <= now:
        raise Refused("This code has expired; codes hold for 7 days. Ask a colleague for a new one.")
    return workspace, name, author


def _member(conn: Connection, workspace: str, wanted: str, author: str | None, now: int) -> Account:
    """The member whom a code of `author` for `wanted` signs in, new where nobody is called so. Raises Refused."""
    found = _opened(conn, workspace, wanted, author)
    member = found or Account(new_id(), wanted, False)
    if not found:
        [verdict], _ = decide(conn, workspace, SERVER, member.id, [_joining(member.id, wanted)], now)
        if verdict.reason:
            raise Refused(f"“{wanted}” cannot be a member's name: {verdict.reason}")
    if not member.signed_in:
        conn.execute(
            "INSERT INTO member(workspace, id, name, since) VALUES(?,?,?,?)",
            (workspace, member.id, member.name, now),
        )
    return member


def _opened(conn: Connection, workspace: str, wanted: str, author: str | None) -> Account | None:
    """The account that a code of `author` for `wanted` opens; None: a new one. A member's code opens nobody else's, nor
    what others shared with somebody who never signed in. Raises Refused."""
    found = _account(conn, workspace, wanted)
    if found is None or author in (None, found.id):
        return found
    if found.signed_in:
        raise Refused(
            f"{found.name} has signed in before: a code for a further device comes from {found.name}'s own laptop "
            "(milepost invite NAME), or from whoever runs the server."
        )
    if _sees_more(conn, workspace, found.id, author):
        raise Refused(
            f"Something is shared with {found.name} already: the code comes from who manages all of it, or from "
            "whoever runs the server."
        )
    return found


def _sees_more(conn: Connection, workspace: str, member: str, author: str) -> bool:
    """Whether the member sees what the author does not manage. What is between the two counts as managed."""
    managed = {space for space, role in spaces.roles(conn, workspace, author).items() if role == "manager"}
    between = ":".join(("pair", *sorted((author, member))))
    return not spaces.roles(conn, workspace, member).keys() <= {LIBRARY, between, *managed}


def _account(conn: Connection, workspace: str, name: str) -> Account | None:
    """Who is called `name`; None: nobody yet. Raises Refused where only the record of who has signed in bears it.

    Members may write every name of the library. So who has signed in is called as he was then, whatever his record
    says since, and a record counts only where nobody has signed in with it.
    """
    sql = "SELECT id, name FROM member WHERE workspace=? ORDER BY since, id"
    signed_in = dict(conn.execute(sql, (workspace,)).fetchall())
    if found := _called(name, signed_in):
        return Account(found[0], signed_in[found[0]], True)
    records = _records(conn, workspace)
    found = _called(name, records)
    if new := [id for id in found if id not in signed_in]:
        return Account(new[0], records[new[0]], False)
    if found:
        others = " or ".join(f"“{signed_in[id]}”" for id in found)
        raise Refused(
            f"“{name}” stands on the record of who signed in as {others}. Codes and sign-outs go by that name."
        )
    return None


def _records(conn: Connection, workspace: str) -> dict[str, str]:
    """The names of the people among the synced members, by id, the oldest first."""
    sql = "SELECT id, data FROM record WHERE workspace=? AND kind='member' ORDER BY id"
    people = {id: orjson.loads(data) for id, data in conn.execute(sql, (workspace,))}
    return {
        id: str(p.get("name"))
        for id, p in people.items()
        if not p.get("deleted_at") and p.get("type", "work") == "work"
    }


def _called(name: str, people: Mapping[str, str]) -> list[str]:
    return [id for id, called in people.items() if called.casefold() == name.casefold()]


def _joining(member: str, name: str) -> Transaction:
    """What makes the member's record, as a laptop would."""
    kind = KINDS["member"]
    values = {n: f.default for n, f in kind.fields.items() if f.default is not None}
    change = Change("member", member, True, {**values, "name": name})
    return Transaction(new_id(), "do", None, f"{name} joined", 0, [change], "")


def _next_letter(conn: Connection, workspace: str) -> str:
    """None is given twice, since papers are numbered by it."""
    [number] = conn.execute("SELECT count(*) FROM device WHERE workspace=?", (workspace,)).fetchone()
    return letter(number)


def letter(number: int) -> str:
    """A … Z, AA, AB … for 0, 1 …"""
    text = ""
    while number >= 0:
        number, digit = number // 26 - 1, number % 26
        text = LETTERS[digit] + text
    return text


def _code_digest(code: str) -> str:
    """Of a code as somebody typed it."""
    return _digest(re.sub(r"[\s-]", "", code).upper())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
