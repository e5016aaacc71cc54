"""Signing a device in and out, and inviting colleagues."""

import asyncio
import platform
import re
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import orjson

from models import db
from models.errors import NoCredentials, Offline, Refused, SyncError
from models.notice import STOPPED
from models.space import SHARES
from models.store import Store
from sync import api, protocol, replies
from sync.credentials import open_credentials, try_out
from sync.protocol import Reply, Request

NOT_SHARED, NOT_TAKEN_AWAY = "Not shared", "Not taken away"
HERE = ("localhost", "127.0.0.1", "::1")
NO_ADDRESS = "“{}” is not an address. Write https://server, as whoever runs the server told you."


@dataclass(frozen=True)
class Account:
    """Who this device is signed in as. `letter` is the device's, for the numbers of papers."""

    server: str
    workspace: str
    member: str
    name: str
    letter: str


@dataclass(frozen=True)
class Invite:
    """A code for one sign-in. `expires` is an instant."""

    code: str
    expires: str


def login(store: Store, url: str, code: str, device: str = "", *, keep_in_file: bool = False) -> Account:
    """Exchanges a code for this device's token, keeps it, and binds the profile to the workspace.

    All that was done before the first sign-in is then the member's. Raises NoCredentials before the code is used
    up, Refused for a wrong code or a profile that belongs to another workspace, Offline, Held. Only the code says which
    workspace it is for, and nobody is told without using it up.
    """
    url = _address(url)
    credentials = open_credentials(store.home, keep_in_file=keep_in_file)
    try_out(credentials)
    body = orjson.dumps({"code": code.strip(), "device": device or platform.node() or "laptop"})
    document = _redeem(url, Request("POST", "/v1/login", body), first=url != store.meta("server"))
    account = Account(url, document["workspace"], document["member"], document["name"], document["letter"])
    bound = store.meta("workspace")
    if bound and bound != account.workspace:
        with suppress(SyncError):  # what nobody has a token for any more would stay signed in
            _run(url, document["token"], Request("POST", "/v1/logout"))
        raise Refused(
            "Not signed in: this profile belongs to another workspace, and its records stay there. The code is used "
            "up. Ask for a new one, and use it with a profile of its own: milepost --home FOLDER login …"
        )
    slot = _slot(store)
    credentials.set(slot, document["token"])
    with store.write() as conn:
        _bind(conn, account, slot)
    return account


def logout(store: Store) -> None:
    """Revokes this device's token, where the server can be reached and knows it, and forgets it. Records stay on the
    laptop. Raises NoCredentials; Offline or Held when that is done and the server could not be told."""
    token = token_of(store)
    try:
        reply = _run(store.meta("server"), token, Request("POST", "/v1/logout"))
        if not (reply.status == 401 and protocol.HEADER in reply.headers):
            _answer(reply)
    finally:
        open_credentials(store.home).delete(_slot(store))


def whoami(store: Store) -> Account | None:
    """Who this profile is bound to, as it was told at sign-in; None before the first."""
    if not store.meta("member"):
        return None
    keys = ("server", "workspace", "member", "member_name", "device_letter")
    return Account(*(store.meta(key) for key in keys))


def invite(store: Store, name: str) -> Invite:
    """A code with which `name` signs in a device. Raises Refused, Offline, Held, NoCredentials."""
    body = orjson.dumps({"name": name})
    document = _ask(store, Request("POST", "/v1/invite", body), "No code was made")
    return Invite(document["code"], document["expires"])


def share(store: Store, space: str, member: str, role: str) -> None:
    """Lets a member see a space, in a role; "" takes the right away. Raises Refused, Offline, Held, NoCredentials."""
    body = orjson.dumps({"space": space, "member": member, "role": role})
    _ask(store, Request("POST", "/v1/share", body), NOT_SHARED if role else NOT_TAKEN_AWAY)


def token_of(store: Store) -> str:
    """This device's token. Raises NoCredentials, with the remedy, where it is not signed in."""
    token = open_credentials(store.home).get(_slot(store)) if store.meta("server") else None
    if not token:
        raise NoCredentials("This laptop is not signed in. Sign in with: milepost login URL --code CODE")
    return token


def _slot(store: Store) -> str:
    """Where the token lies: the same for ever, also when the profile becomes another replica."""
    return store.meta("slot") or store.meta("replica")


def _bind(conn: sqlite3.Connection, account: Account, slot: str) -> None:
    for key, value in (
        ("slot", slot),
        ("server", account.server),
        ("workspace", account.workspace),
        ("member", account.member),
        ("member_name", account.name),
        ("device_letter", account.letter),
        (SHARES, "-1"),  # another member sees other things
        (STOPPED, '[0, ""]'),  # whatever it was, it was before
    ):
        db.set_meta(conn, key, value)
    conn.execute("UPDATE txn SET author=? WHERE origin='L' AND author IS NULL", (account.member,))


def _address(typed: str) -> str:
    """The server's address, https unless something else is said or it is this machine. Raises Refused."""
    typed = typed.strip()
    url = typed.rstrip("/") if "://" in typed else f"{_scheme(typed)}://{typed.rstrip('/')}"
    parts = _parts(url)
    if (
        not parts
        or parts.scheme not in ("http", "https")
        or not _is_host(parts)
        or parts.query
        or parts.fragment
    ):
        raise Refused(NO_ADDRESS.format(typed))
    return url


def _scheme(typed: str) -> str:
    parts = _parts(f"//{typed}")
    return "http" if parts and parts.hostname in HERE else "https"


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:  # no port, or no address of IPv6
        return None


def _is_host(parts: SplitResult) -> bool:
    return "@" not in parts.netloc and bool(re.fullmatch(r"[\w-][\w.-]*|[0-9a-f:.]+", parts.hostname or ""))


def _redeem(url: str, request: Request, first: bool) -> dict[str, Any]:
    """What the server tells whoever has a code; `first`: this profile is not known to be at home there."""
    hint = ""
    try:
        reply = _run(url, "", request)
        path = urlsplit(url).path
        if reply.status == 404 and path and protocol.HEADER in reply.headers:
            raise Refused(
                f"Not signed in: no Milepost server is at {url}. Leave out “{path}”, and try again."
            )
        if first and protocol.HEADER not in reply.headers:
            hint = f"Or {url} is not the address of a Milepost server: ask whoever runs it."
        return _answer(reply)
    except SyncError as error:
        raise error.instead("Not signed in", hint or _without_tls(url, error)) from error


def _without_tls(url: str, error: SyncError) -> str:
    """It is not tried: the code would go over the network for everybody to read."""
    if not (isinstance(error, Offline) and url.startswith("https:")) or "certificate" in error.why:
        return ""
    plain = url.replace("https:", "http:", 1)
    return f"If the server runs without TLS, write {plain}: what is sent can then be read on its way."


def _ask(store: Store, request: Request, undone: str) -> dict[str, Any]:
    """The server's answer to this device; `undone` says what was not done where there is none."""
    try:
        return _answer(_run(store.meta("server"), token_of(store), request))
    except SyncError as error:
        raise error.instead(undone) from error


def _answer(reply: Reply) -> dict[str, Any]:
    if protocol.HEADER in reply.headers and reply.status in (400, 403, 404, 409, 422, 429):
        raise Refused(replies.detail(reply))
    return replies.document(reply)


def _run(server: str, token: str, request: Request) -> Reply:
    async def send() -> Reply:
        async with api.client(server, token) as http:
            return await api.send(http, request)

    return asyncio.run(send())
