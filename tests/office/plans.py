"""Random plans as a file can hold them, and what of the format a plan exercises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from models.schedule.calendars import STANDARD, Week, WorkWeek
from models.schedule.recurrence import CalendarException, days_of
from models.schedule.worktime import Interval
from office.foreign import (
    UNASSIGNED,
    Assignment,
    BaselineValues,
    Calendar,
    Link,
    Plan,
    Resource,
    Task,
)

CONSTRAINTS = ("ASAP", "ALAP", "MSO", "MFO", "SNET", "SNLT", "FNET", "FNLT")
UNITS = ("working", "elapsed", "percent", "elapsed percent")
TYPES = ("fixed units", "fixed duration", "fixed work")
ITEMS = ("day", "weekday", "weekend day", "sunday", "monday", "friday", "saturday")
RULES = (
    "daily", "every weekday", "weekly", "monthly", "monthly by position", "yearly", "yearly by position"
)  # fmt: skip
MONDAY = datetime(2026, 11, 23)

words = st.text(st.sampled_from("Příběh kabelů<&>'\"]]>éß漢😀 12"), max_size=12).map(
    lambda s: " ".join(s.split())
)
lines = st.lists(words, max_size=3).map(lambda found: "\n".join(found).strip())
flags = st.booleans()
minutes = st.integers(0, 100_000)
moments = st.integers(0, 2_000_000).map(lambda m: datetime(2025, 1, 1) + timedelta(minutes=m))
days = st.integers(0, 2_000).map(lambda n: date(2025, 1, 1) + timedelta(days=n))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


# ── calendars ─────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def times(draw: st.DrawFn) -> tuple[Interval, ...]:
    """Working times of a day, sorted, none touching the next."""
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    return tuple((a * 15, b * 15) for a, b in zip(marks[::2], marks[1::2], strict=False))


weeks: st.SearchStrategy[Week] = st.dictionaries(st.integers(0, 6), times(), max_size=7)


@st.composite
def exceptions(draw: st.DrawFn) -> CalendarException:
    rule = draw(st.sampled_from(RULES))
    start = draw(days)
    made = CalendarException(
        start=start, finish=start + timedelta(days=draw(st.integers(0, 900))), name=draw(words),
        work=draw(times()), recurrence=rule, period=draw(st.just(1) | st.integers(1, 5)),
    )  # fmt: skip
    if rule == "weekly":
        made = replace(made, days_of_week=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))))
    if rule.startswith("yearly"):
        made = replace(made, month=draw(st.integers(1, 12)), period=1)
    if rule in ("monthly", "yearly"):
        made = replace(made, month_day=draw(st.integers(1, 31)))
    if rule.endswith("by position"):
        made = replace(made, item=draw(st.sampled_from(ITEMS)), position=draw(st.integers(1, 5)))
    return _counted(made, draw(st.integers(1, 30))) if made.recurring and draw(flags) else made


def _counted(rule: CalendarException, most: int) -> CalendarException:
    """Told by the number of its days, as far as it has any; it ends with the last of them."""
    found = list(days_of(replace(rule, occurrences=most)))
    return replace(rule, occurrences=most, finish=found[-1]) if found else rule


@st.composite
def work_weeks(draw: st.DrawFn) -> WorkWeek:
    start = draw(days)
    return WorkWeek(start, start + timedelta(days=draw(st.integers(0, 90))), draw(words), draw(weeks))


@st.composite
def calendars(draw: st.DrawFn) -> list[Calendar]:
    """The project's own, Monday to Friday 8 to 17, and others, each on one before it or on none."""
    standard = Calendar(1, "Standard", is_base=True, week={**STANDARD, 5: (), 6: ()})
    return [standard] + [
        Calendar(
            uid, draw(words), is_base=draw(flags), base_uid=draw(maybe(st.integers(1, uid - 1))), week=draw(weeks),
            exceptions=tuple(draw(st.lists(exceptions(), max_size=3))),
            work_weeks=tuple(draw(st.lists(work_weeks(), max_size=1))),
        )
        for uid in range(2, draw(st.integers(2, 5)))
    ]  # fmt: skip


# ── tasks, links, resources, assignments ──────────────────────────────────────────────────────────────


@st.composite
def baselines(draw: st.DrawFn) -> tuple[BaselineValues, ...]:
    return tuple(
        BaselineValues(
            n, draw(maybe(moments)), draw(maybe(moments)), draw(maybe(minutes)), draw(maybe(minutes))
        )
        for n in sorted(draw(st.sets(st.integers(0, 10), max_size=2)))
    )


@st.composite
def bare_tasks(draw: st.DrawFn, uid: int, calendar_uids: list[int]) -> Task:
    """Any values that a row can have; not yet where it stands."""
    late = draw(maybe(moments))
    constraint = draw(st.sampled_from(CONSTRAINTS))
    dates = {
        name: draw(maybe(moments))
        for name in (
            "deadline", "start", "finish", "early_start", "early_finish", "late_start", "actual_start",
            "actual_finish", "stop", "resume", "manual_start", "manual_finish",
        )
    }  # fmt: skip
    return Task(
        uid=uid, id=uid, name=draw(words), milestone=draw(flags), active=draw(flags), manual=draw(flags),
        type=draw(st.sampled_from(TYPES)), effort_driven=draw(flags), duration_minutes=draw(maybe(minutes)),
        elapsed=draw(flags), estimated=draw(flags), work_minutes=draw(maybe(minutes)), constraint_type=constraint,
        constraint_date=draw(moments) if constraint not in ("ASAP", "ALAP") else None, late_finish=late,
        total_slack_minutes=draw(st.integers(-5000, 5000)) if late else None,
        free_slack_minutes=draw(minutes) if late else None, critical=draw(flags),
        actual_duration_minutes=draw(maybe(minutes)), percent_complete=draw(st.integers(0, 100)),
        remaining_minutes=draw(maybe(minutes)), manual_duration_minutes=draw(maybe(minutes)),
        calendar_uid=draw(maybe(st.sampled_from(calendar_uids))), ignore_resource_calendar=draw(flags),
        levelling_delay_minutes=draw(st.integers(0, 5000)), levelling_delay_elapsed=draw(flags),
        priority=draw(st.integers(0, 1000)), notes=draw(lines), wbs=draw(words),
        hyperlink=draw(st.sampled_from(["", "plan.pdf", "https://example.com/a?b=1&c=2#top", "#sheet", "a#"])),
        baselines=draw(baselines()), **dates,
    )  # fmt: skip


@st.composite
def outlines(draw: st.DrawFn, calendar_uids: list[int]) -> list[Task]:
    made: list[Task] = []
    above: list[Task] = []
    for uid in range(1, draw(st.integers(1, 7))):
        del above[draw(st.integers(0, len(above))) :]
        parent = above[-1].uid if above else None
        task = draw(bare_tasks(uid, calendar_uids))
        task = replace(task, parent_uid=parent, outline_level=len(above) + 1)
        made.append(task)
        above.append(task)
    parents = {task.parent_uid for task in made}
    return [replace(task, summary=task.uid in parents) for task in made]


@st.composite
def split(draw: st.DrawFn, task: Task) -> Task:
    """The task in pieces of whole days, with whole days between them."""
    at, pieces = MONDAY, []
    for _ in range(draw(st.integers(2, 3))):
        pieces.append((at.replace(hour=8), at.replace(hour=draw(st.sampled_from([12, 17])))))
        at += timedelta(days=7 * draw(st.integers(1, 2)))
    return replace(
        task, start=pieces[0][0], finish=pieces[-1][1], segments=tuple(pieces), elapsed=False, calendar_uid=None,
        duration_minutes=sum(480 if b.hour == 17 else 240 for _, b in pieces),
        stop=draw(maybe(st.just(pieces[0][1]))), summary=False,
    )  # fmt: skip


@st.composite
def links(draw: st.DrawFn, uids: list[int]) -> list[Link]:
    if len(uids) < 2:
        return []
    made = []
    for successor in uids:
        for _ in range(draw(st.integers(0, 2))):
            unit = draw(st.sampled_from(UNITS))
            shown = "%" if "percent" in unit else draw(st.sampled_from(["m", "h", "d", "w", "mo"]))
            predecessor = draw(st.sampled_from([uid for uid in uids if uid != successor]))
            type = draw(st.sampled_from(["FS", "SS", "FF", "SF"]))
            made.append(Link(predecessor, successor, type, draw(st.integers(-3000, 6_000_000)), unit, shown))
    return made


@st.composite
def resources(draw: st.DrawFn, calendar_uids: list[int]) -> list[Resource]:
    return [
        Resource(
            uid=uid, name=draw(words), initials=draw(words), email=draw(words), group=draw(words), code=draw(words),
            type=draw(st.sampled_from(["work", "material", "cost"])), max_units=draw(maybe(st.floats(0, 20))),
            calendar_uid=draw(maybe(st.sampled_from(calendar_uids))), material_label=draw(words), notes=draw(lines),
            generic=draw(flags), inactive=draw(flags), baselines=draw(baselines()),
        )
        for uid in range(1, draw(st.integers(1, 4)))
    ]  # fmt: skip


@st.composite
def assignments(
    draw: st.DrawFn, first: int, task_uids: list[int], resource_uids: list[int]
) -> list[Assignment]:
    dates = ("start", "finish", "actual_start", "actual_finish", "stop", "resume")
    works = ("work_minutes", "actual_work_minutes", "remaining_work_minutes")
    return [
        Assignment(
            uid=uid, task_uid=task_uid, resource_uid=draw(st.sampled_from([UNASSIGNED, *resource_uids])),
            units=draw(st.floats(0, 20)), percent_work_complete=draw(st.integers(0, 100)), notes=draw(lines),
            delay_minutes=draw(minutes), levelling_delay_minutes=draw(minutes), baselines=draw(baselines()),
            **{name: draw(maybe(moments)) for name in dates}, **{name: draw(maybe(minutes)) for name in works},
        )
        for uid, task_uid in enumerate(task_uids, first)
    ]  # fmt: skip


# ── the whole ─────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan that a file can hold to the last value: what reading it again must give."""
    shops = draw(calendars())
    calendar_uids = [c.uid for c in shops]
    people = draw(resources(calendar_uids))
    tasks = [
        draw(split(task)) if not task.summary and draw(st.integers(0, 3)) == 0 else task
        for task in draw(outlines(calendar_uids))
    ]
    summary = replace(draw(bare_tasks(0, calendar_uids)), uid=0, outline_level=0, summary=True)
    busy = [t.uid for t in tasks if t.segments or draw(flags)]
    who = [r.uid for r in people]
    own = draw(assignments(10, busy, who))
    of_project = draw(assignments(1, [0] * draw(st.integers(0, 1)), who))
    title, day = draw(words), draw(st.integers(1, 1440))
    return Plan(
        source="plan.xml", name=title or summary.name or "plan", title=title, guid=draw(st.just("") | st.just("A1-B2")),
        author=draw(words), manager=draw(words), company=draw(words), subject=draw(words), category=draw(words),
        start=draw(maybe(moments)), finish=draw(maybe(moments)), schedule_from_start=draw(flags),
        status_date=draw(maybe(moments)), minutes_per_day=day, minutes_per_week=draw(st.integers(1, 10080)),
        days_per_month=draw(st.integers(1, 31)), default_start=draw(st.integers(0, 1439)),
        default_finish=draw(st.integers(0, 1439)), honour_constraints=draw(flags),
        critical_slack_limit=day * draw(st.integers(0, 5)), calendar_uid=1, summary=summary, tasks=tasks,
        links=draw(links([t.uid for t in tasks])), calendars=shops, resources=people, assignments=own,
        summary_assignments=of_project,
    )  # fmt: skip


def features(plan: Plan) -> Iterator[str]:
    """What of the format the plan exercises, by a word each."""
    for link in plan.links:
        yield from (link.type, f"lag {link.lag_unit}", "lead" if link.lag < 0 else "lag")
    for task in plan.tasks:
        yield task.constraint_type
        yield from (
            name for name in ("manual", "milestone", "summary", "elapsed", "estimated") if getattr(task, name)
        )
        yield from ["split"] * bool(task.segments) + ["deadline"] * bool(task.deadline)
        yield from ["baseline of a task"] * bool(task.baselines) + ["task calendar"] * (
            task.calendar_uid is not None
        )
    for shop in plan.calendars:
        yield from (e.recurrence if e.recurring else "run of days" for e in shop.exceptions)
        yield from ["work week"] * len(shop.work_weeks) + ["base calendar"] * (shop.base_uid is not None)
    for a in plan.assignments:
        yield "unassigned" if a.resource_uid == UNASSIGNED else "assigned"
        yield from ["baseline of an assignment"] * bool(a.baselines)


EXERCISED = (
    *CONSTRAINTS, *RULES, *(f"lag {unit}" for unit in UNITS), "FS", "SS", "FF", "SF", "lead", "lag", "manual",
    "milestone", "summary", "elapsed", "estimated", "split", "deadline", "baseline of a task", "task calendar",
    "run of days", "work week", "base calendar", "unassigned", "assigned", "baseline of an assignment",
)  # fmt: skip
