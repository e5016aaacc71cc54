"""What the engine asks of whoever drives it, besides the requests of sync.protocol."""

import sqlite3
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from sync.protocol import Request


@dataclass(frozen=True)
class Local:
    """Work on the store inside one write transaction; `what` names it in logs and in the simulator's trace.

    What is not `durable` may be undone by a power cut, and is then asked for again.
    `ahead` is what will be asked for next unless something comes between: a driver may send it already.
    `brief`: it takes the store for no time worth a rest before it.
    """

    what: str
    run: Callable[[sqlite3.Connection], Any]
    ahead: Request | None = None
    durable: bool = True
    brief: bool = False


@dataclass(frozen=True)
class Outside:
    """Work outside of any transaction: files beside the store."""

    what: str
    run: Callable[[], Any]


Step = Request | Local | Outside
Steps = Generator[Step, Any, None]
