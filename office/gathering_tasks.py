"""Tasks of the store as a plan has them, before their summaries are rolled up."""

import json
from collections.abc import Mapping
from typing import Any

from office.foreign import BaselineValues, Task
from office.held import Held, Row, moment, value
from office.words import Warnings

MOST_NAME = 255  # characters that Microsoft Project takes


def tasks(
    has: Held, uids: Mapping[str, int], calendars: Mapping[str, int], work: Mapping[str, int],
    baselines: Mapping[str, list[BaselineValues]], warnings: Warnings,
) -> list[Task]:  # fmt: skip
    """The rows of the outline; `work` is the minutes of each task."""
    levels: dict[str, int] = {}
    parents = {row["parent_id"] for row in has.tasks}
    made = []
    for id, row in enumerate(has.tasks, 1):
        parent = row["parent_id"] if row["parent_id"] in levels else None
        levels[row["id"]] = levels[parent] + 1 if parent else 1
        made.append(
            Task(
                uid=uids[row["id"]], id=id, name=_name(row, warnings), outline_level=levels[row["id"]],
                parent_uid=uids[parent] if parent else None, summary=row["id"] in parents, notes=row["notes"] or "",
                calendar_uid=calendars.get(row["calendar_id"]), work_minutes=work.get(row["id"], 0),
                baselines=tuple(baselines.get(row["id"], ())), **_inputs(row), **_progress(row),
                **_dates(row, has.dates.get(row["id"])),
            )
        )  # fmt: skip
    return made


def _name(row: Row, warnings: Warnings) -> str:
    name: str = row["name"]
    if len(name) > MOST_NAME:
        warnings.warn(f"Names longer than {MOST_NAME} characters were cut", name[:40])
    return name[:MOST_NAME]


def _inputs(row: Row) -> dict[str, Any]:
    manual = row["mode"] == "manual"
    return {
        "milestone": bool(row["milestone"]),
        "active": not row["inactive"] and not row["not_applicable_reason"],
        "manual": manual,
        "type": row["type"],
        "effort_driven": bool(row["effort_driven"]),
        "duration_minutes": row["duration_minutes"],
        "elapsed": bool(row["elapsed"]),
        "estimated": bool(row["estimated"]),
        "constraint_type": row["constraint_type"],
        "constraint_date": moment(row["constraint_date"]),
        "deadline": moment(row["deadline"]),
        "manual_start": moment(row["manual_start"]) if manual else None,
        "manual_finish": moment(row["manual_finish"]) if manual else None,
        "manual_duration_minutes": row["duration_minutes"] if manual else None,
        "ignore_resource_calendar": bool(row["ignore_resource_calendar"]),
        "levelling_delay_minutes": row["levelling_delay_minutes"] or 0,
        "priority": row["priority"],
        "wbs": row["wbs"] or "",
        "hyperlink": row["hyperlink"] or "",
    }


def _progress(row: Row) -> dict[str, Any]:
    done, remaining = _done(row)
    return {
        "actual_start": moment(row["actual_start"]),
        "actual_finish": moment(row["actual_finish"]),
        "percent_complete": row["percent_complete"],
        "actual_duration_minutes": done,
        "remaining_minutes": remaining,
        "stop": moment(row["stop"]),
        "resume": moment(row["resume"]),
        "segments": _segments(row),
    }


def _done(row: Row) -> tuple[int, int]:
    """Minutes of the duration that are behind the task, and those before it."""
    duration = row["duration_minutes"] or 0
    if row["actual_finish"]:
        return duration, 0
    if not row["actual_start"]:
        return 0, duration
    remaining = row["remaining_minutes"]
    if remaining is None:
        remaining = duration - round(duration * row["percent_complete"] / 100)
    return max(duration - remaining, 0), remaining


def _segments(row: Row) -> tuple[Any, ...]:
    try:
        return tuple((moment(a), moment(b)) for a, b in json.loads(row["segments"] or "[]"))
    except (ValueError, TypeError):
        return ()  # typed by hand; the dates still stand


def _dates(row: Row, computed: Row | None) -> dict[str, Any]:
    """As lists show them: the actual, else the computed, else the typed ones."""
    early_late = ("early_start", "early_finish", "late_start", "late_finish")
    return {
        "start": moment(row["actual_start"] or value(computed, "start") or row["manual_start"]),
        "finish": moment(row["actual_finish"] or value(computed, "finish") or row["manual_finish"]),
        **{name: moment(value(computed, name)) for name in early_late},
        "total_slack_minutes": value(computed, "total_slack"),
        "free_slack_minutes": value(computed, "free_slack"),
        "critical": bool(value(computed, "critical")),
    }
