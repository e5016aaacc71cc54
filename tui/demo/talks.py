"""What was said and promised to the clients of the demonstration, and visits: talks.toml made into records."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import tomli
from sqlmodel import Session

from models.record import create, made_id
from tui.demo.dates import work_day

FILE = Path(__file__).with_name("talks.toml")


def note_all(session: Session, today: date, me: str) -> None:
    """All of it; our promises are those of the member `me`."""
    for entry in tomli.loads(FILE.read_text("utf-8"))["clients"]:
        client = made_id("demo", "client", entry["client"])
        for talk in entry.get("talks", ()):
            _talk(session, client, today, *talk)
        for promise in entry.get("promises", ()):
            _promise(session, client, today, me, *promise)
        for visit in entry.get("visits", ()):
            _visit(session, client, entry["client"], today, *visit)
        for contact in entry.get("again", ()):
            create(
                session,
                "contact",
                id=made_id("demo", "contact", contact["name"]),
                client_id=client,
                **contact,
            )


def _talk(session: Session, client: str, today: date, ago: int, channel: str, who: str, what: str) -> None:
    hour = 9 + len(what) % 7  # some time of the day, the same in every demonstration
    create(
        session, "interaction", id=made_id("demo", "talk", client, what), client_id=client, channel=channel,
        contact_id=made_id("demo", "contact", who), name=what, at=f"{today - timedelta(ago)}T{hour:02}:00",
    )  # fmt: skip


def _promise(
    session: Session,
    client: str,
    today: date,
    me: str,
    days: int,
    by: str,
    who: str,
    what: str,
    state: str = "open",
) -> None:
    due = str(work_day(today, days))
    settled: dict[str, Any] = {} if state == "open" else {"state": state, "settled_on": due}
    create(
        session, "promise", id=made_id("demo", "promise", client, what), client_id=client, by=by, name=what, due=due,
        contact_id=made_id("demo", "contact", who), member_id=me if by == "us" else None, **settled,
    )  # fmt: skip


def _visit(
    session: Session,
    client: str,
    name: str,
    today: date,
    days: int,
    long: int,
    site: str,
    who: str,
    what: str,
    state: str,
) -> None:
    start, finish = (str(work_day(today, day)) for day in (days, days + long - 1))
    create(
        session, "visit", id=made_id("demo", "visit", client, what), client_id=client, name=what, start=start,
        finish=finish, state=state, site_id=made_id("demo", "site", name, site),
        member_id=made_id("demo", "member", who),
    )  # fmt: skip
