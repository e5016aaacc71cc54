"""explain: why a task stands where it stands, and why it moved."""

import sqlite3
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from models.errors import Invalid
from tui.commands.context import Context
from tui.commands.output import plain

if TYPE_CHECKING:
    from models.schedule.explaining import Step
    from models.why import Moved


def explain(ctx: Context) -> int:
    from models.why import moved, why
    from tui.commands.lookup import record

    with ctx.reading(dates=True) as conn:
        task = record(conn, ctx.args.id, ("task",)).id
        since = _since(ctx.args.since)
        steps, change = why(conn, task), moved(conn, task, int(since.timestamp() * 1000))
        if ctx.json:
            ctx.json_out(_as_json(conn, task, steps, since, change))
            return 0
    for step in steps:
        ctx.print(plain(step.text))
    for line in _told(since, change):
        ctx.print(line)
    return 0


def _since(text: str) -> datetime:
    """The midnight that begins the day; a week ago where none is named."""
    from models.daywords import parse_day

    today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
    day = parse_day("since", text, today.date()) if text else (today - timedelta(days=7)).date()
    if day > today.date():
        raise Invalid("since", f"{day:%a %d %b %Y} is still to come. Name a day that was.")
    return datetime.combine(day, today.time())


def _told(since: datetime, change: "Moved | None") -> list[str]:
    from models.schedule.instants import words

    if change is None:
        return ["", f"It has not moved since {since:%a %d %b %Y}."]
    pairs = (("start", change.was.start, change.now.start), ("finish", change.was.finish, change.now.finish))
    spans = [f"{what} {words(was)} became {words(now)}" for what, was, now in pairs if was != now]
    causes = [f"- {plain(cause)}" for cause in change.causes]
    return ["", f"Since {since:%a %d %b %Y}: {', '.join(spans)}.", *causes]


def _as_json(
    conn: sqlite3.Connection, task: str, steps: "list[Step]", since: datetime, change: "Moved | None"
) -> dict[str, Any]:
    from models.schedule.instants import show
    from tui.commands.lookup import title

    return {
        "task": task,
        "name": title(conn, "task", task),
        "because": [{"task": str(step.task), "at": show(step.at), "text": step.text} for step in steps],
        "since": f"{since:%Y-%m-%d}",
        "moved": None
        if change is None
        else {
            "start": [show(change.was.start), show(change.now.start)],
            "finish": [show(change.was.finish), show(change.now.finish)],
            "causes": list(change.causes),
        },
    }
