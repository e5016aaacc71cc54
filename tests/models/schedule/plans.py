"""Plans in few words, and random ones with everything that a schedule is computed from."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from models.schedule.calendars import Calendar, Joint, WorkWeek
from models.schedule.engine import Schedule
from models.schedule.incremental import Edit
from models.schedule.inputs import Crew, Link, Plan, Task
from models.schedule.instants import DAY, parse, show
from models.schedule.recurrence import CalendarException

MONDAY = parse("2026-11-30T08:00")
MIDNIGHT = parse("2026-11-30")
DAY_OFF = date(2026, 12, 4)  # a Friday
FIVE = dict.fromkeys(range(5), ((480, 720), (780, 1020)))
TYPES = ("FS", "SS", "FF", "SF")
UNITS = ("working", "elapsed", "percent", "elapsed percent")
CONSTRAINTS = ("ASAP", "ALAP", "MSO", "MFO", "SNET", "SNLT", "FNET", "FNLT")

CALENDARS = (
    Calendar("standard", "Standard", week=FIVE),
    Calendar(
        "shop", "Shop", "standard", {4: ((480, 720),), 5: ((480, 720),)},
        exceptions=(CalendarException(date(2026, 12, 7), date(2026, 12, 9), "Stocktaking"),),
        work_weeks=(WorkWeek(date(2026, 12, 14), date(2026, 12, 20), "Long days", {0: ((360, 1200),)}),),
    ),
    Calendar("night", "Night", week=dict.fromkeys(range(5), ((0, 360), (1320, 1440)))),
    Calendar("always", "Always", week=dict.fromkeys(range(7), ((0, 1440),))),
    Calendar(
        "third fridays", "Third Fridays", "standard",
        exceptions=(
            CalendarException(
                date(2026, 1, 1), date(2027, 12, 31), work=((600, 660),), recurrence="monthly by position",
                item="friday", position=3,
            ),
        ),
    ),
    Calendar("bath", "Bath", "standard", holidays="US"),
)  # fmt: skip
KEYS = (*(calendar.key for calendar in CALENDARS), Joint("standard", "shop"), Joint("shop", "bath"))


def plan(*tasks: Task, links: tuple[Link, ...] = (), **values: Any) -> Plan:
    """A project that starts on Monday 30 November 2026 at eight, Monday to Friday, eight to five."""
    known: dict[str, Any] = {"start": MONDAY, "calendar": "standard", "calendars": CALENDARS}
    return Plan(tasks=tasks, links=links, **known | values)


def at(text: str) -> int:
    """`1 13:00`, or `1` for eight o'clock: a day of December 2026; `30` is that of November; else ISO."""
    if "-" in text:
        return parse(text)
    day, _, time = text.partition(" ")
    month = 11 if int(day) == 30 else 12
    return parse(f"2026-{month}-{int(day):02}T{time or '08:00'}")


def said(instant: int) -> str:
    """The opposite: `1 13:00`."""
    return f"{int(show(instant)[8:10])} {show(instant)[11:]}"


def spans(plan: Plan, *keys: object) -> list[str]:
    """Start and finish of the tasks, all where none is named: `30 08:00 – 1 17:00`."""
    dates = Schedule(plan).dates()
    return [f"{said(dates[key].start)} – {said(dates[key].finish)}" for key in keys or dates]


# ── random ones ───────────────────────────────────────────────────────────────────────────────────────

minutes = st.sampled_from((0, 1, 30, 240, 480, 480, 960, 1445, 2400))
dates = st.integers(-3, 25).flatmap(
    lambda day: st.sampled_from((0, 480, 630, 720, 780, 1020, 1200)).map(
        lambda time: MIDNIGHT + day * DAY + time
    )
)


def rarely(draw: st.DrawFn, one_in: int) -> bool:
    return draw(st.integers(0, one_in - 1)) == one_in - 1


@st.composite
def contents(draw: st.DrawFn, task: Task, plain: bool = False) -> Task:
    """The task with other values; `plain`: automatic, not started, as soon as possible, no calendar of its own."""
    task = replace(task, duration=draw(minutes), calendar=None, constraint="ASAP", constraint_date=None)
    if plain:
        return task
    if rarely(draw, 3):
        task = replace(task, constraint=draw(st.sampled_from(CONSTRAINTS)), constraint_date=draw(dates))
    what = draw(
        st.sampled_from(("nothing", "nothing", "manual", "elapsed", "begun", "done", "crews", "split"))
    )
    begin = draw(dates)
    return replace(
        task, deadline=draw(dates) if rarely(draw, 6) else None,
        calendar=draw(st.sampled_from(KEYS)) if rarely(draw, 4) else None,
        levelling_delay=draw(st.sampled_from((0, 0, 0, 0, 600, 2880))), manual=what == "manual",
        manual_start=begin if what == "manual" else None,
        manual_finish=begin + draw(minutes) if what == "manual" and rarely(draw, 2) else None,
        elapsed=what == "elapsed", actual_start=begin if what in ("begun", "done") else None,
        actual_finish=begin + draw(minutes) if what == "done" else None,
        percent_complete=draw(st.integers(0, 99)) if what == "begun" else 100 * (what == "done"),
        remaining=draw(minutes) if what == "begun" and rarely(draw, 3) else None,
        resume=begin + draw(minutes) if what == "begun" and rarely(draw, 3) else None,
        crews=tuple(draw(st.lists(crews, min_size=1, max_size=3))) if what == "crews" else (),
        segments=((at("1"), at("1 12:00")), (at("3"), at("3 17:00"))) if what == "split" else (),
    )  # fmt: skip


crews = st.builds(
    Crew, st.none() | st.sampled_from(KEYS[:-2]), st.none() | minutes, st.sampled_from((0.5, 1.0, 2.0)),
    st.sampled_from((0, 0, 120)),
)  # fmt: skip


@st.composite
def outlines(draw: st.DrawFn, plain: bool, flat: bool) -> list[Task]:
    made: list[Task] = []
    for number in range(draw(st.integers(1, 9))):
        parent = None if flat or not made else draw(st.none() | st.sampled_from([t.key for t in made[-3:]]))
        task = draw(contents(Task(f"{number}", f"Task {number}", parent), plain))
        made.append(replace(task, inactive=not plain and rarely(draw, 12)))
    return made


@st.composite
def links(draw: st.DrawFn, keys: list[Any], types: tuple[str, ...] = TYPES, leads: bool = True) -> Link:
    before, after = sorted(draw(st.lists(st.sampled_from(keys), min_size=2, max_size=2, unique=True)))
    unit = draw(st.sampled_from(UNITS))
    lags = (0, 50, 25, 120) if "percent" in unit else (0, 0, 60, 240, 480, 1440, 5000)
    lag = draw(st.sampled_from(lags)) * (-1 if leads and rarely(draw, 3) else 1)
    return Link(before, after, draw(st.sampled_from(types)), lag, unit)


@st.composite
def plans(
    draw: st.DrawFn, plain: bool = False, flat: bool = False, types: tuple[str, ...] = TYPES, leads: bool = True
) -> Plan:  # fmt: skip
    """Any plan without a circle, but that a link between a summary and what lies below it closes one."""
    tasks = draw(outlines(plain, flat))
    keys = [task.key for task in tasks]
    ties = draw(st.lists(links(keys, types, leads), max_size=12)) if len(keys) > 1 else []
    backwards = not plain and rarely(draw, 6)
    return plan(
        *tasks, links=tuple(ties), calendar=draw(st.sampled_from(KEYS[:2])), from_finish=backwards,
        finish=draw(dates) + 14 * DAY if backwards or (not plain and rarely(draw, 5)) else None,
        honour_constraints=plain or not rarely(draw, 4),
        critical_limit=0 if plain else draw(st.sampled_from((0, 0, 480))),
        reschedule_after=draw(dates) if not plain and rarely(draw, 6) else None,
    )  # fmt: skip


@st.composite
def edits(draw: st.DrawFn, before: Plan) -> Edit:
    """What the application may do to a plan, all at once; not what makes or removes tasks."""
    tasks = draw(st.lists(st.sampled_from(before.tasks), max_size=2, unique_by=lambda task: task.key))
    changed = [draw(_edited(task)) for task in tasks]
    keys = [task.key for task in before.tasks]
    gone = draw(st.lists(st.sampled_from(before.links), max_size=1)) if before.links else []
    come = draw(st.lists(links(keys), max_size=1)) if len(keys) > 1 else []
    return Edit(tuple(changed), tuple(gone), tuple(come))


@st.composite
def _edited(draw: st.DrawFn, task: Task) -> Task:
    what = draw(
        st.sampled_from(("duration", "name", "deadline", "constraint", "start", "finish", "any", "any"))
    )
    match what:
        case "duration":
            return replace(task, duration=draw(minutes))
        case "name":
            return replace(task, name=f"{task.name} again")
        case "deadline":
            return replace(task, deadline=draw(dates))
        case "constraint":
            return replace(task, constraint=draw(st.sampled_from(CONSTRAINTS)), constraint_date=draw(dates))
        case "start":
            return replace(task, actual_start=draw(dates), actual_finish=None)
        case "finish":
            begun = draw(dates)
            return replace(
                task, actual_start=begun, actual_finish=begun + draw(minutes), percent_complete=100
            )
    return replace(draw(contents(task)), inactive=rarely(draw, 10))


# ── what a plan exercises ─────────────────────────────────────────────────────────────────────────────


FLAGS = ("manual", "elapsed", "inactive", "deadline", "segments", "levelling_delay", "resume")


def features(plan: Plan) -> Iterator[str]:
    """By a word each."""
    parents = {task.parent for task in plan.tasks}
    yield "from the finish" if plan.from_finish else "from the start"
    yield from ["status date"] * (plan.reschedule_after is not None)
    yield from ["links win"] * (not plan.honour_constraints)
    for link in plan.links:
        yield from (
            link.type,
            f"lag {link.unit}",
            "lead" if link.lag < 0 else "lag" if link.lag else "no lag",
        )
        yield from [f"{link.type} of a summary"] * (link.predecessor in parents)
        yield from [f"{link.type} to a summary"] * (link.successor in parents)
    for task in plan.tasks:
        yield task.constraint
        yield "summary" if task.key in parents else "leaf" if task.duration else "milestone"
        yield "done" if task.actual_finish else "begun" if task.actual_start else "not begun"
        yield f"calendar {task.calendar}"
        yield from (name for name in FLAGS if getattr(task, name))
        yield from [f"{len(task.crews)} crews"] * bool(task.crews)


EXERCISED = {
    *TYPES, *CONSTRAINTS, *(f"lag {unit}" for unit in UNITS), *(f"calendar {key}" for key in KEYS),
    *(f"{type} {way} a summary" for type in TYPES for way in ("of", "to")), "from the finish", "from the start",
    "status date", "links win", "lead", "lag", "no lag", "summary", "leaf", "milestone", "done", "begun", "not begun",
    "1 crews", "2 crews", "3 crews", *FLAGS,
}  # fmt: skip
