"""Plans of any size for the schedule benchmark, and the same for TaskJuggler."""

from collections.abc import Iterator
from datetime import datetime
from random import Random

from models.schedule.calendars import STANDARD
from office.foreign import Calendar, Link, Plan, Task

MONDAY = datetime(2026, 11, 30, 8)
PHASE = 50  # tasks below a summary
SHAPES = {"layered": 100, "deep": 10}  # tasks a layer; each waits for one or two of the layer before
FIVE = {day: list(STANDARD.get(day, ())) for day in range(7)}
CALENDARS = [
    Calendar(1, "Standard", is_base=True, week=FIVE),
    Calendar(2, "Four days", is_base=True, week={**FIVE, 0: [(540, 720), (780, 1080)], 4: []}),
]
TWO, FIRST = 2, 1_000_000  # calendars; the first UID of a summary


def made(tasks: int, shape: str, calendars: int = 1) -> Plan:
    """The same for the same words; 1.5 links a task, phases of 50 tasks, durations of half a day to five days."""
    dice, width = Random(tasks), SHAPES[shape]
    rows: list[Task] = []
    for n in range(tasks):
        if n % PHASE == 0:
            phase = FIRST + n // PHASE
            rows.append(Task(phase, len(rows) + 1, f"Phase {n // PHASE}", summary=True))
        minutes = dice.randint(1, 10) * 240
        other = calendars == TWO and dice.random() < 0.4
        rows.append(
            Task(
                n + 1, len(rows) + 1, f"Task {n}", outline_level=2, parent_uid=phase, duration_minutes=minutes,
                remaining_minutes=minutes, actual_duration_minutes=0,
                calendar_uid=2 if other else None,
            )
        )  # fmt: skip
    links = [
        Link(before + 1, n + 1)
        for n in range(width, tasks)
        for before in dice.sample(range(n // width * width - width, n // width * width), dice.choice((1, 2)))
    ]
    return Plan(
        "plan.xml", "Bench", start=MONDAY, calendar_uid=1, calendars=CALENDARS, tasks=rows, links=links
    )


def as_taskjuggler(plan: Plan) -> Iterator[str]:
    """The plan with one calendar, as a project that TaskJuggler schedules; it writes a list of dates."""
    before: dict[int, list[int]] = {}
    for link in plan.links:
        before.setdefault(link.successor_uid, []).append(link.predecessor_uid)
    yield 'project p "Bench" 2026-11-30-08:00 +900m { timezone "UTC" timingresolution 60min }\n'
    for task in plan.tasks:
        if not task.summary:
            waits = ", ".join(f"!t{uid}" for uid in before.get(task.uid, ()))
            hours = (task.duration_minutes or 0) // 60
            yield f'task t{task.uid} "T" {{ length {hours}h{f" depends {waits}" if waits else ""} }}\n'
    yield 'taskreport "dates" { formats csv columns id, start, end }\n'
