"""What MPXJ, the reference reader of Microsoft Project's files, finds in what is exported here."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.dates import refresh_all
from models.schedule.calendars import STANDARD, Calendars, WorkWeek
from models.schedule.instants import DAY, WEEK, midnight
from models.schedule.recurrence import CalendarException
from models.schedule.worktime import Interval, spread
from models.store import open_store
from office import mpp
from office.foreign import Assignment, Calendar, Plan, Resource, Task
from office.gathering import gather
from office.importing import import_plan
from office.mspdi import UnreadablePlan, read
from office.mspdi_write import lines
from office.scheduling import as_calendar
from tests.office.mpxj import Found, looked_at, needs_mpxj
from tests.office.test_scheduling import CONTRADICTIONS

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "mspdi"
FILES = sorted(DATA.glob("*.xml"))
needs_data = pytest.mark.skipif(not FILES, reason="the collection ../shared/data/mspdi is not here")
pytestmark = needs_mpxj


def exported(file: Path, folder: Path) -> Path:
    """The file, imported into a new store and exported again."""
    plan = read(file)
    store = open_store(folder / file.stem)
    project = str(store.transact("Import", import_plan, plan).result)
    refresh_all(store)
    conn = store.read()
    target = folder / file.name
    target.write_text("".join(lines(gather(conn, project))), encoding="utf-8")
    conn.close()
    store.close()
    return target


# ── the collection, before and after ──────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, tuple[Found, Found]]:
    """file → what MPXJ reads in it, and in its export."""
    folder = tmp_path_factory.mktemp("exported")
    found = looked_at(*FILES, *(exported(file, folder) for file in FILES))
    return {file: (found[n], found[n + len(FILES)]) for n, file in enumerate(FILES)}


def differences(
    before: Any, after: Any, way: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {*before, *after}:
            yield from differences(before.get(key), after.get(key), (*way, key))
    elif not _same(before, after):
        yield way, before, after


def _same(before: Any, after: Any) -> bool:
    """Whole minutes are kept, and texts without blanks at their ends."""
    if isinstance(before, float | int) and isinstance(after, float | int):
        return abs(before - after) <= 0.5
    return (
        bool((before or "").strip() == (after or "").strip()) if isinstance(before, str) else before == after
    )


# slack of these summaries that contradicts the late dates beside it in the file
SUMMARIES = {("sf259_24t13l.xml", uid) for uid in (148061, 148062, 148107)}


def _expected(file: Path, way: tuple[str, ...]) -> bool:
    """What the file contradicts itself in; slack that it does not say, which MPXJ computes; calendars that serve nobody
    or have no name, which is a number here."""
    if way[0] == "calendars":
        return way[1] in ("Unnamed Resource", "null") or re.fullmatch(r"Calendar \d+", way[1]) is not None
    if way[-1] in ("LateStart", "LateFinish"):
        return (file.name, int(way[1])) in CONTRADICTIONS
    if way[-1] not in ("FreeSlack", "TotalSlack"):
        return False
    rows = re.findall(r"<Task>.*?</Task>", file.read_text(encoding="utf-8"), re.S)
    told = any("<FreeSlack>" in row for row in rows if f"<UID>{way[1]}</UID>" in row)
    return not told or (file.name, int(way[1])) in SUMMARIES


@needs_data
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem[:30])
def test_mpxj_reads_the_same_before_and_after(file: Path, looks: dict[Path, tuple[Found, Found]]) -> None:
    before, after = looks[file]
    assert len(before["tasks"]) > 5
    found = [d for d in differences(before, after) if not _expected(file, d[0])]
    assert found == []


# ── calendars ─────────────────────────────────────────────────────────────────────────────────────────

FIRST, LAST = date(2026, 1, 1), date(2027, 6, 30)
RULES = {
    "run": CalendarException(date(2026, 2, 9), date(2026, 2, 13)),
    "short days": CalendarException(date(2026, 2, 9), date(2026, 2, 13), work=((480, 720), (780, 840))),
    "each tenth day": CalendarException(FIRST, LAST, recurrence="daily", period=10),
    "weekly": CalendarException(FIRST, LAST, recurrence="weekly", period=2, days_of_week=frozenset({0, 4})),
    "monthly": CalendarException(FIRST, LAST, recurrence="monthly", period=2, month_day=15),
    "last friday": CalendarException(
        FIRST, LAST, recurrence="monthly by position", item="friday", position=5
    ),
    "yearly": CalendarException(FIRST, LAST, recurrence="yearly", month=3, month_day=17),
    "second monday of may": CalendarException(
        FIRST, LAST, recurrence="yearly by position", month=5, item="monday", position=2
    ),
    "four times": CalendarException(
        FIRST, LAST, recurrence="weekly", days_of_week=frozenset({2}), occurrences=4
    ),
}


def test_mpxj_finds_the_working_hours_of_every_kind_of_calendar(tmp_path: Path) -> None:
    week = {day: list(STANDARD.get(day, ())) for day in range(7)}
    summer = WorkWeek(
        date(2026, 7, 1), date(2026, 8, 31), "Summer", {**week, 4: [(420, 780)], 5: [(0, 1440)]}
    )
    shops = [
        Calendar(n, name, is_base=True, week=week, exceptions=(rule,))
        for n, (name, rule) in enumerate(RULES.items(), 1)
    ]
    shops += [
        Calendar(50, "summer", is_base=True, week=week, work_weeks=(summer,)),
        Calendar(51, "night", is_base=True, week={**week, 0: [(0, 360), (1320, 1440)]}),
        Calendar(52, "on a base", base_uid=50, week={2: []}),
    ]
    plan = Plan("plan.xml", "Cell 4", start=datetime(2026, 1, 1, 8), calendar_uid=50, calendars=shops,
                resources=[Resource(1, "on a base", calendar_uid=52)])  # fmt: skip
    target = tmp_path / "plan.xml"
    target.write_text("".join(lines(plan)), encoding="utf-8")
    [found] = looked_at(target)
    times = Calendars(map(as_calendar, shops), (midnight(FIRST), midnight(LAST)))
    for shop in shops:
        told = found["calendars"][shop.name]["Hours"]
        work = spread(times.get(shop.uid), *(midnight(day) // WEEK * WEEK for day in (FIRST, LAST)))
        assert told == [_spans(work, FIRST + timedelta(days=n)) for n in range(len(told))], shop.name


def _spans(work: list[Interval], day: date) -> list[str]:
    """Working times as MPXJ says them."""
    begin = midnight(day)
    spans = ((a - begin, b - begin) for a, b in work if begin <= a < begin + DAY)
    told = ([f"{t // 60 % 24:02}:{t % 60:02}" for t in span] for span in spans)
    return [f"[LocalTimeRange start={start} end={end}]" for start, end in told]


# ── split tasks, and .mpp ─────────────────────────────────────────────────────────────────────────────


def test_mpxj_finds_the_pieces_of_a_split_task(tmp_path: Path) -> None:
    pieces = (
        (datetime(2026, 11, 23, 8), datetime(2026, 11, 23, 17)),
        (datetime(2026, 11, 26, 8), datetime(2026, 11, 26, 12)),
    )
    task = Task(
        1, 1, "Lay cables", duration_minutes=720, start=pieces[0][0], finish=pieces[1][1], segments=pieces
    )
    week = {day: list(STANDARD.get(day, ())) for day in range(7)}
    shop = Calendar(1, "Standard", is_base=True, week=week)
    crew = Assignment(
        1, 1, 1, work_minutes=720, remaining_work_minutes=720, start=task.start, finish=task.finish
    )
    plan = Plan("plan.xml", "Cell 4", calendar_uid=1, calendars=[shop], tasks=[task], assignments=[crew],
                resources=[Resource(1, "Weld crew", calendar_uid=None)])  # fmt: skip
    target = tmp_path / "plan.xml"
    target.write_text("".join(lines(plan)), encoding="utf-8")
    [found] = looked_at(target)
    assert found["tasks"]["1"]["Splits"] == [
        "2026-11-23T08:00 2026-11-23T17:00",
        "2026-11-26T08:00 2026-11-26T12:00",
    ]


def test_what_mpxj_can_read_comes_in_as_mpp(tmp_path: Path) -> None:
    source = tmp_path / "Harlan Fab.mpp"
    task = Task(
        1,
        1,
        "Lay cables",
        duration_minutes=960,
        start=datetime(2026, 12, 3, 8),
        finish=datetime(2026, 12, 4, 17),
    )
    source.write_text(
        "".join(lines(Plan("plan.xml", "Cell 4", title="Cell 4", tasks=[task]))), encoding="utf-8"
    )
    plan = mpp.read(source)
    assert (plan.source, plan.name) == ("Harlan Fab.mpp", "Cell 4")
    assert [(t.name, t.start, t.finish) for t in plan.tasks] == [(task.name, task.start, task.finish)]


def test_what_mpxj_cannot_read_is_said(tmp_path: Path) -> None:
    source = tmp_path / "plan.mpp"
    source.write_bytes(b"\xd0\xcf\x11\xe0 and then nothing")
    with pytest.raises(UnreadablePlan, match=r"plan.mpp could not be converted: .* Save As > XML"):
        mpp.read(source)
