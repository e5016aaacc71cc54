"""What came back, before it is read: a Milepost server's plain success, or in words what is in the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from models.errors import Held
from sync.protocol import EPOCH, HEADER, VERSION, Reply

LONGEST_WAIT = 3_600.0  # seconds that we let anybody tell us to wait
WAIT = "Your edits wait."
AGAIN = "Your edits wait; it is tried again."
PROXY_WANTS_A_NAME = (
    "The proxy between this laptop and the server wants a name and password (407). Write them into HTTPS_PROXY as "
    "http://NAME:PASSWORD@PROXY:PORT, or ask IT to let the server's address through (NO_PROXY)."
)


def document(reply: Reply) -> dict[str, Any]:
    """The JSON object of a successful reply. Raises Held."""
    refuse_strangers(reply)
    try:
        answer = orjson.loads(reply.body)
    except ValueError as error:
        raise Held("The server's answer broke off or is no JSON.", then=AGAIN) from error
    with sense():
        return dict(answer)


def refuse_strangers(reply: Reply) -> None:
    """Raises Held, in words, for everything that is not a Milepost server's plain success."""
    if HEADER not in reply.headers:
        raise Held(_stranger(reply), patience(reply), then=AGAIN)
    if reply.headers[HEADER] != VERSION:
        raise Held(
            f"The server speaks protocol {reply.headers[HEADER]}, this Milepost {VERSION}. "
            "Update the older of the two.",
            then=WAIT,
        )
    if reply.status == 401:
        raise Held(
            "The server does not know this device any more. Sign in again: milepost login URL.", then=WAIT
        )
    if reply.status != 200:
        wait = patience(reply)
        again = f"tried again in {_about(wait)}" if wait else "tried again"
        raise Held(
            f"The server answered {reply.status}: {detail(reply).rstrip('.')}.",
            wait,
            then=f"Your edits wait; it is {again}.",
        )
    if not reply.headers.get(EPOCH):
        raise Held("The server does not say which history it tells. Update it.", then=WAIT)


def too_large(label: str, size: int) -> str:
    """What holds the edits when something on the way takes no request of so many bytes."""
    return (
        f"Something between here and the server takes no request as large as “{label}” ({size / 1e6:.1f} MB before "
        "compression). Whoever runs it raises its limit (nginx: client_max_body_size). Your edits wait."
    )


def patience(reply: Reply) -> float:
    """The seconds that whoever answered 429 or 503 asks us to wait, at most LONGEST_WAIT; 0 where it does not ask."""
    told = reply.headers.get("retry-after", "").strip()
    if reply.status not in (429, 503) or not told:
        return 0.0
    if told.isascii() and told.isdigit():
        return float(min(int(told[:9]), LONGEST_WAIT))
    try:
        until = parsedate_to_datetime(told)
        # by the clock of whoever answered, where it tells it, since ours may be wrong
        now = parsedate_to_datetime(reply.headers["date"]) if "date" in reply.headers else datetime.now(UTC)
        return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT)
    except (ValueError, TypeError):  # no date, or one without a time zone
        return 0.0


def _about(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} minutes"


def _stranger(reply: Reply) -> str:
    kind = reply.headers.get("content-type", "")
    if reply.status == 407:
        return PROXY_WANTS_A_NAME
    if reply.status in (502, 503, 504):
        return f"Something before the server answered {reply.status}: the server behind it is not up, or too busy."
    if (
        reply.status == 511
        or "html" in kind
        or reply.body[:200].lstrip().lower().startswith((b"<!doctype", b"<html"))
    ):
        return (
            "This network answers with a web page of its own: it wants you to sign in (guest network). "
            "Open a browser and sign in there."
        )
    if 300 <= reply.status < 400:
        where = reply.headers.get("location", "elsewhere")
        return f"The address redirects to {where}, which is not followed. Check the server's address."
    return f"What answered ({reply.status}) is not a Milepost server. Check the address."


def detail(reply: Reply) -> str:
    """The reason that the server gives for anything but success."""
    try:
        return str(orjson.loads(reply.body)["detail"])
    except (ValueError, KeyError, TypeError):
        return "no reason given"


@contextmanager
def sense() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise Held(
            "The server's answer makes no sense. Check that both sides are up to date.", then=WAIT
        ) from error
