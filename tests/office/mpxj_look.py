"""What MPXJ reads in plans, as JSON: python -P mpxj_look.py [--schedule] FILE.xml …; run by mpxj.py.

With --schedule, only the tasks, after MPXJ has computed their dates; `error` where it refuses to.
"""

import json
import sys
from typing import Any

import jpype
import mpxj  # noqa: F401  puts its jars on the class path

jpype.startJVM("-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory")

from java.time import LocalDate  # noqa: E402
from org.mpxj import TimeUnit  # noqa: E402
from org.mpxj.cpm import MicrosoftScheduler  # noqa: E402
from org.mpxj.reader import UniversalProjectReader  # noqa: E402

TASK = [
    "Name", "OutlineNumber", "OutlineLevel", "Start", "Finish", "EarlyStart", "EarlyFinish", "LateStart", "LateFinish",
    "Critical", "Milestone", "Summary", "Active", "TaskMode", "Type", "Estimated", "ConstraintType", "ConstraintDate",
    "Deadline", "ActualStart", "ActualFinish", "PercentageComplete", "Stop", "Resume", "Priority", "EffortDriven",
    "IgnoreResourceCalendar", "HyperlinkAddress", "HyperlinkSubAddress", "Notes", "WBS",
]  # fmt: skip
LENGTHS = ("Duration", "RemainingDuration", "TotalSlack", "FreeSlack", "LevelingDelay")


def text(value: Any) -> str | None:
    return None if value is None else str(value)


def minutes(project: Any, duration: Any) -> float:
    """A duration in minutes, whatever its unit; none counts as nothing."""
    if duration is None:
        return 0
    elapsed = duration.getUnits().isElapsed()
    return round(duration.convertUnits(TimeUnit.ELAPSED_MINUTES if elapsed else TimeUnit.MINUTES,
                                       project.getProjectProperties()).getDuration(), 1)  # fmt: skip


def baseline(project: Any, row: Any, number: int) -> list[Any] | None:
    get = [getattr(row, f"getBaseline{what}") for what in ("Start", "Finish", "Duration", "Work")]
    start, finish, duration, work = (g(number) if number else g() for g in get)
    values = [text(start), text(finish), minutes(project, duration), minutes(project, work)]
    return values if any(values) else None


def splits(row: Any) -> list[str]:
    found = list(row.getWorkSplits() or [])
    return [f"{span.getStart()} {span.getEnd()}" for span in found] if len(found) > 1 else []


def task(project: Any, row: Any) -> dict[str, Any]:
    shop = row.getCalendar()
    return {
        **{name: text(getattr(row, f"get{name}")()) for name in TASK},
        **{name: minutes(project, getattr(row, f"get{name}")()) for name in LENGTHS},
        "Elapsed": row.getDuration() is not None and bool(row.getDuration().getUnits().isElapsed()),
        "Splits": splits(row),
        "Calendar": text(shop.getName()) if shop else None,
        "Baselines": {n: b for n in range(11) if (b := baseline(project, row, n))},
    }


def links(project: Any, row: Any) -> list[Any]:
    found = []
    for link in row.getPredecessors():
        lag = link.getLag()
        number, unit = lag.getDuration(), str(lag.getUnits())
        if "%" not in unit:
            number, unit = minutes(project, lag), "elapsed" if lag.getUnits().isElapsed() else "working"
        found.append([int(link.getPredecessorTask().getUniqueID()), str(link.getType()), number, unit])
    return found


def calendar(row: Any, day: Any) -> dict[str, Any]:
    base = row.getParent()
    hours = [[str(span) for span in row.getHours(day.plusDays(n))] for n in range(400)]
    return {"Base": text(base.getName()) if base else None, "Hours": hours}


def assignment(project: Any, row: Any) -> dict[str, Any]:
    works = ("Work", "ActualWork", "RemainingWork", "Delay")
    return {
        **{name: minutes(project, getattr(row, f"get{name}")()) for name in works},
        **{name: text(getattr(row, f"get{name}")()) for name in ("ActualStart", "ActualFinish", "Notes")},
        "Units": float(row.getUnits()),
        "Baselines": {
            n: minutes(project, w)
            for n in range(11)
            if (w := row.getBaselineWork(n) if n else row.getBaselineWork())
        },
    }


def worker(row: Any) -> str:
    who = row.getResource()
    return f"{row.getTask().getUniqueID()} {who.getName() if who else 'nobody'}"


def look(path: str) -> dict[str, Any]:
    project = UniversalProjectReader().read(path)
    rows = [row for row in project.getTasks() if row.getUniqueID() and (row.getName() or row.getStart())]
    start = project.getProjectProperties().getStartDate()
    day = start.toLocalDate() if start else LocalDate.of(2026, 1, 1)
    resources = [row for row in project.getResources() if row.getName()]
    return {
        "tasks": {int(row.getUniqueID()): task(project, row) for row in rows},
        "links": {int(row.getUniqueID()): sorted(links(project, row)) for row in rows},
        "calendars": {text(row.getName()): calendar(row, day) for row in project.getCalendars()},
        "resources": {text(row.getName()): text(row.getType()) for row in resources},
        "assignments": {
            worker(a): assignment(project, a) for row in rows for a in row.getResourceAssignments()
        },
        "honours": bool(project.getProjectProperties().getHonorConstraints()),
    }


def scheduled(path: str) -> dict[str, Any]:
    project = UniversalProjectReader().read(path)
    try:
        MicrosoftScheduler().schedule(project, project.getProjectProperties().getStartDate())
    except jpype.JException as error:
        return {"error": str(error)}
    dates = ("EarlyStart", "EarlyFinish", "LateStart", "LateFinish", "Start", "Finish", "Critical")
    return {
        str(row.getUniqueID()): {
            **{name: text(getattr(row, f"get{name}")()) for name in dates},
            **{name: minutes(project, getattr(row, f"get{name}")()) for name in ("TotalSlack", "FreeSlack")},
        }
        for row in project.getTasks()
        if row.getUniqueID()
    }


words = sys.argv[1:]
if words[:1] == ["--schedule"]:
    json.dump([scheduled(path) for path in words[1:]], sys.stdout)
else:
    json.dump([look(path) for path in words], sys.stdout)
