"""Signing a device in and out, and inviting colleagues."""

import asyncio
import platform
import sqlite3
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from models import db
from models.errors import NoCredentials, Refused
from models.space import SHARES
from models.store import Store
from sync import api, protocol, replies
from sync.credentials import open_credentials, try_out
from sync.protocol import Reply, Request

T = TypeVar("T")


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
    up, Refused for a wrong code or a profile that belongs to another workspace, Offline, Held.
    """
    url = _address(url)
    credentials = open_credentials(store.home, keep_in_file=keep_in_file)
    try_out(credentials)
    body = orjson.dumps({"code": code.strip(), "device": device or platform.node() or "laptop"})
    document = _run(_ask(url, "", Request("POST", "/v1/login", body)))
    account = Account(url, document["workspace"], document["member"], document["name"], document["letter"])
    bound = store.meta("workspace")
    if bound and bound != account.workspace:
        raise Refused(
            "This profile belongs to another workspace and its records stay there. "
            "Sign in with a profile of its own: milepost --home FOLDER login …"
        )
    slot = _slot(store)
    credentials.set(slot, document["token"])
    with store.write() as conn:
        _bind(conn, account, slot)
    return account


def logout(store: Store) -> None:
    """Revokes this device's token, where the server can be reached, and forgets it. Records stay on the laptop."""
    token = token_of(store)
    try:
        _run(_ask(store.meta("server"), token, Request("POST", "/v1/logout")))
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
    document = _run(_ask(store.meta("server"), token_of(store), Request("POST", "/v1/invite", body)))
    return Invite(document["code"], document["expires"])


def share(store: Store, space: str, member: str, role: str) -> None:
    """Lets a member see a space, in a role; "" takes the right away. Raises Refused, Offline, Held, NoCredentials."""
    body = orjson.dumps({"space": space, "member": member, "role": role})
    _run(_ask(store.meta("server"), token_of(store), Request("POST", "/v1/share", body)))


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
    ):
        db.set_meta(conn, key, value)
    conn.execute("UPDATE txn SET author=? WHERE origin='L' AND author IS NULL", (account.member,))


def _address(url: str) -> str:
    url = url.strip().rstrip("/")
    if "://" not in url:
        local = url.partition(":")[0] in ("localhost", "127.0.0.1")
        url = f"{'http' if local else 'https'}://{url}"
    if not url.startswith(("http://", "https://")):
        raise Refused(f"“{url}” is not an address. Write https://server.")
    return url


async def _ask(server: str, token: str, request: Request) -> dict[str, Any]:
    async with api.client(server, token) as http:
        reply = await api.send(http, request)
    return _answer(reply)


def _answer(reply: Reply) -> dict[str, Any]:
    if protocol.HEADER in reply.headers and reply.status in (400, 403, 404, 409, 422, 429):
        raise Refused(replies.detail(reply))
    return replies.document(reply)


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
