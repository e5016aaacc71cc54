"""The history of a record by the server, which keeps what this laptop never had or has let go."""

import asyncio

from models.apply import Entry
from models.errors import Offline
from models.store import Store
from sync import api, asking
from sync.account import token_of

MOST = 2_000  # entries that are asked for
PATIENCE = 15.0  # seconds for all of them


def past(store: Store, rec: str) -> list[Entry]:
    """What was done to the record, oldest first; nothing where the server does not know it or does not show it.

    Raises SyncError: Offline, Held, NoCredentials.
    """
    token = token_of(store)

    async def run() -> list[Entry]:
        try:
            async with asyncio.timeout(PATIENCE):
                return await _all(store.meta("server"), token, rec)
        except TimeoutError:
            raise Offline(f"{store.meta('server')} did not answer in time.") from None

    return asyncio.run(run())


async def _all(server: str, token: str, rec: str) -> list[Entry]:
    found: list[Entry] = []
    more = True
    async with api.client(server, token) as http:
        while more and len(found) < MOST:
            reply = await api.send(http, asking.past(rec, found[-1].ver if found else 0))
            entries, more = asking.history(reply)
            found += entries
            more = more and bool(entries)
    return found[::-1]
