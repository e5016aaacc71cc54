"""Random plans to schedule: constraints × links × lags × calendars, as Microsoft Project would let people make them."""

from datetime import date, datetime, timedelta
from random import Random

from models.schedule.calendars import STANDARD, Week
from models.schedule.recurrence import CalendarException
from office.foreign import Calendar, Link, Plan, Task

MONDAY = datetime(2026, 11, 30, 8)
CONSTRAINTS = ("ALAP", "MSO", "MFO", "SNET", "SNLT", "FNET", "FNLT")
DURATIONS = (0, 0, 45, 240, 480, 480, 960, 1440, 2405)
LAGS = (240, 480, 1440, 37, -240, -480, -1440)
TIMES = (480, 720, 780, 1020, 630, 0, 1200)

_five: Week = {day: list(STANDARD.get(day, ())) for day in range(7)}
_holidays = CalendarException(date(2026, 12, 7), date(2026, 12, 9), "Holidays")
_short = CalendarException(date(2026, 12, 3), date(2026, 12, 3), "Inventory", ((480, 600),))
SHOPS = (
    Calendar(1, "Standard", is_base=True, week=_five, exceptions=(_holidays,)),
    Calendar(2, "Four days", is_base=True, week={**_five, 0: [(540, 720), (780, 1080)], 4: []}, exceptions=(_short,)),
    Calendar(3, "Day and night", is_base=True, week={day: [(0, 1440)] for day in range(7)}),
)  # fmt: skip


def random_plan(seed: int) -> Plan:
    """The same for the same seed. Tasks without outline, none begun, each link from an earlier row to a later."""
    dice = Random(seed)
    tasks = [_task(dice, uid) for uid in range(1, dice.randint(3, 9))]
    links = [link for task in tasks[1:] for link in _links(dice, task.uid)]
    return Plan(
        f"{seed}.xml", f"Plan {seed}", start=MONDAY + timedelta(minutes=dice.choice([0, 0, 0, 150, -1440])),
        calendar_uid=1, calendars=list(SHOPS), tasks=tasks, links=links,
    )  # fmt: skip


def _task(dice: Random, uid: int) -> Task:
    constraint = dice.choice(CONSTRAINTS) if dice.random() < 0.35 else "ASAP"
    duration = dice.choice(DURATIONS)
    return Task(
        uid, uid, f"Task {uid}", milestone=not duration, duration_minutes=duration, actual_duration_minutes=0,
        remaining_minutes=duration, constraint_type=constraint,
        constraint_date=None if constraint in ("ASAP", "ALAP") else _moment(dice),
        deadline=_moment(dice) if dice.random() < 0.1 else None,
        calendar_uid=dice.choice([2, 3]) if dice.random() < 0.25 else None,
    )  # fmt: skip


def _moment(dice: Random) -> datetime:
    day = MONDAY.replace(hour=0) + timedelta(days=dice.randint(-2, 18))
    return day + timedelta(minutes=dice.choice(TIMES))


def _links(dice: Random, successor: int) -> list[Link]:
    before = dice.sample(range(1, successor), min(dice.choice([0, 1, 1, 2]), successor - 1))
    return [Link(one, successor, dice.choice(["FS", "FS", "SS", "FF", "SF"]), *_lag(dice)) for one in before]


def _lag(dice: Random) -> tuple[int, str]:
    unit = dice.choice(["none", "none", "working", "working", "elapsed", "percent"])
    if unit == "none":
        return 0, "working"
    return (dice.choice([50, 25, -50]) if unit == "percent" else dice.choice(LAGS)), unit
