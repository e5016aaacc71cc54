"""Reading Microsoft Project XML: every file of the shared collection by count, every code by a small plan."""

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from models.schedule.recurrence import days_of
from office.foreign import UNASSIGNED, Calendar, Link, Plan, Task
from office.mspdi import UnreadablePlan, read
from office.worktime import Hours

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "mspdi"
FILES = sorted(DATA.glob("*.xml"))
needs_data = pytest.mark.skipif(not FILES, reason="the collection ../shared/data/mspdi is not here")
MANIFEST = (
    {m["file"]: m["features"] for m in json.loads((DATA / "manifest.json").read_text())} if FILES else {}
)


def some(path: Path, tag: str, *, having: str = "") -> list[str]:
    """An independent look at a file: the texts of its elements, by regular expression."""
    text = path.read_text(encoding="utf-8")
    return [e for e in re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S) if having in e]


@pytest.fixture(params=FILES, ids=lambda path: path.stem[:30])
def file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


# ── the collection ────────────────────────────────────────────────────────────────────────────────────


@needs_data
def test_every_task_link_calendar_assignment_and_baseline_comes_in(file: Path) -> None:
    plan = read(file)
    rows = [row for row in some(file, "Task") if "<IsNull>1" not in row and "<OutlineLevel>0<" not in row]
    assert len(plan.tasks) == len(rows)
    assert len(plan.links) == len(some(file, "PredecessorLink"))
    assert len(plan.calendars) == len(some(file, "Calendar"))
    assert len(plan.assignments) + len(plan.summary_assignments) == len(some(file, "Assignment"))
    assert len(plan.resources) == len(
        [r for r in some(file, "Resource") if "<Name>" in r or "<UID>0<" not in r]
    )


@needs_data
def test_every_baseline_value_comes_in(file: Path) -> None:
    plan = read(file)
    rows = [*plan.tasks, *([plan.summary] if plan.summary else [])]
    held = [b for row in [*rows, *plan.resources] for b in row.baselines]
    held += [b for a in [*plan.assignments, *plan.summary_assignments] for b in a.baselines]
    assert len(held) == len(some(file, "Baseline"))


@needs_data
def test_features_agree_with_the_manifest(file: Path) -> None:
    plan, features = read(file), MANIFEST[file.name]
    rows = [*plan.tasks, *([plan.summary] if plan.summary else [])]
    assert len(rows) == features["tasks"]
    assert sum(row.summary for row in rows) == features["summaries"]
    assert sum(row.milestone for row in rows if not row.summary) == features["milestones"]
    assert sum(row.manual for row in rows) == features["manual"]
    assert len(plan.calendars) == features["calendars"]
    assert {t: [x.type for x in plan.links].count(t) for t in features["link_types"]} == features[
        "link_types"
    ]
    assert sum(link.lag != 0 for link in plan.links) == features["lags"]
    assert sum(row.deadline is not None for row in rows) == features["deadlines"]


@needs_data
def test_constraints_agree_with_the_manifest(file: Path) -> None:
    held = [t.constraint_type for t in read(file).tasks if t.constraint_type not in ("ASAP", "ALAP")]
    assert {c: held.count(c) for c in held} == MANIFEST[file.name]["constraints"]


@needs_data
def test_dates_and_slacks_are_those_of_the_file(file: Path) -> None:
    raw = {re.search(r"<UID>(\d+)<", row)[1]: row for row in some(file, "Task") if "<IsNull>1" not in row}  # type: ignore[index]
    for task in read(file).tasks:
        row = raw[str(task.uid)]
        assert f"<Start>{task.start:%Y-%m-%dT%H:%M}:00</Start>" in row
        assert f"<LateFinish>{task.late_finish:%Y-%m-%dT%H:%M}:00</LateFinish>" in row
        slack = re.search(r"<TotalSlack>(-?\d+)<", row)
        assert task.total_slack_minutes == (round(int(slack[1]) / 10) if slack else 0)


@needs_data
def test_the_outline_is_that_of_the_outline_numbers(file: Path) -> None:
    raw = {re.search(r"<UID>(\d+)<", row)[1]: row for row in some(file, "Task") if "<IsNull>1" not in row}  # type: ignore[index]
    number = {int(uid): re.search(r"<OutlineNumber>(.*?)<", row)[1] for uid, row in raw.items()}  # type: ignore[index]
    for task in read(file).tasks:
        above = number[task.parent_uid] if task.parent_uid is not None else ""
        assert number[task.uid].rpartition(".")[0] == above


@needs_data
def test_nothing_of_the_collection_is_unknown_or_unreadable(file: Path) -> None:
    plan = read(file)
    assert plan.warnings == []
    assert not [line for line in plan.left_out if "unknown" in line]


@needs_data
def test_what_stays_behind_is_named_with_its_count() -> None:
    plan = read(DATA / "Software_Development_87t84l.xml")
    assert "154 custom field values" in plan.left_out
    assert "146 rows with costs or earned value" in plan.left_out


@needs_data
def test_repeated_exceptions_come_in_once() -> None:
    plan = read(DATA / "OzBuild_16_Orig_20t17l.xml")
    assert {c.name: len(c.exceptions) for c in plan.calendars if c.exceptions} == {
        "Standard": 80,
        "6 Day Working Week": 80,
    }


# ── small plans ───────────────────────────────────────────────────────────────────────────────────────

NS = ' xmlns="http://schemas.microsoft.com/project"'


@pytest.fixture
def xml(tmp_path: Path) -> Path:
    return tmp_path / "Harlan Fab.xml"


def project(path: Path, body: str, *, ns: str = NS) -> Plan:
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?><Project{ns}>{body}</Project>', encoding="utf-8")
    return read(path)


def tasks(*rows: str) -> str:
    return f"<Tasks>{''.join(rows)}</Tasks>"


def row(uid: int, name: str, level: int = 1, inside: str = "") -> str:
    return f"<Task><UID>{uid}</UID><ID>{uid}</ID><Name>{name}</Name><OutlineLevel>{level}</OutlineLevel>{inside}</Task>"


def one(path: Path, inside: str) -> Task:
    [task] = project(path, tasks(row(1, "Lay cables", inside=inside))).tasks
    return task


def link(path: Path, inside: str) -> Link:
    after = row(
        2,
        "Test cables",
        inside=f"<PredecessorLink><PredecessorUID>1</PredecessorUID>{inside}</PredecessorLink>",
    )
    [found] = project(path, tasks(row(1, "Lay cables"), after)).links
    return found


def calendar(path: Path, inside: str) -> Calendar:
    body = f"<Calendars><Calendar><UID>1</UID><Name>Harlan shop</Name>{inside}</Calendar></Calendars>"
    [found] = project(path, body).calendars
    return found


def exception(path: Path, start: str, finish: str, rule: str) -> list[date]:
    """The days of a recurring exception."""
    period = (
        f"<TimePeriod><FromDate>{start}T00:00:00</FromDate><ToDate>{finish}T23:59:00</ToDate></TimePeriod>"
    )
    found = calendar(
        path, f"<Exceptions><Exception>{period}{rule}<DayWorking>0</DayWorking></Exception></Exceptions>"
    )
    return list(days_of(found.exceptions[0]))


def test_a_plan_without_namespace_is_read(xml: Path) -> None:
    assert [t.name for t in project(xml, tasks(row(1, "Lay cables")), ns="").tasks] == ["Lay cables"]


def test_the_row_of_the_project_stands_apart(xml: Path) -> None:
    plan = project(xml, tasks(row(0, "Cell 4 at Harlan Fab", 0), row(1, "Lay cables")))
    assert plan.name == "Cell 4 at Harlan Fab"
    assert [(t.name, t.parent_uid) for t in plan.tasks] == [("Lay cables", None)]


def test_the_frame_of_the_project(xml: Path) -> None:
    plan = project(
        xml,
        "<Title>Cell 4</Title><Manager>Ines</Manager><StartDate>2026-12-01T08:00:00</StartDate>"
        "<ScheduleFromStart>0</ScheduleFromStart><MinutesPerDay>450</MinutesPerDay><HonorConstraints>0</HonorConstraints>"
        "<CriticalSlackLimit>2</CriticalSlackLimit><DefaultStartTime>07:30:00</DefaultStartTime><Tasks/>",
    )
    assert (plan.name, plan.manager, plan.start) == ("Cell 4", "Ines", datetime(2026, 12, 1, 8))
    assert (plan.schedule_from_start, plan.honour_constraints) == (False, False)
    assert (plan.minutes_per_day, plan.critical_slack_limit, plan.default_start) == (450, 900, 450)


def test_parents_come_from_order_and_level(xml: Path) -> None:
    plan = project(xml, tasks(row(1, "Build"), row(2, "Weld", 2), row(3, "Grind", 3), row(4, "Ship")))
    assert [t.parent_uid for t in plan.tasks] == [None, 1, 2, None]
    assert [t.summary for t in plan.tasks] == [True, True, False, False]


def test_a_level_that_is_skipped_is_closed_up_and_told(xml: Path) -> None:
    plan = project(xml, tasks(row(1, "Build"), row(2, "Weld", 9), row(3, "Grind", 7)))
    assert [(t.parent_uid, t.outline_level) for t in plan.tasks] == [(None, 1), (1, 2), (1, 2)]
    assert "Outline levels that skip one were closed up: Weld and 1 more." in plan.warnings


def test_a_file_that_counts_levels_from_zero_loses_no_task(xml: Path) -> None:
    plan = project(xml, tasks(row(1, "Build", 0), row(2, "Weld", 1), row(3, "Ship", 0)))
    assert [(t.name, t.parent_uid) for t in plan.tasks] == [("Build", None), ("Weld", 1), ("Ship", None)]


@pytest.mark.parametrize(("code", "type"), [(0, "FF"), (1, "FS"), (2, "SF"), (3, "SS")])
def test_link_types(xml: Path, code: int, type: str) -> None:
    assert link(xml, f"<Type>{code}</Type>").type == type


@pytest.mark.parametrize(
    ("format", "lag", "expected"),
    [
        (7, 9600, (960, "working", "d")),
        (39, -4800, (-480, "working", "d")),
        (3, 300, (30, "working", "m")),
        (9, 24000, (2400, "working", "w")),
        (8, 14400, (1440, "elapsed", "d")),
        (4, 600, (60, "elapsed", "m")),
        (12, 432000, (43200, "elapsed", "mo")),
        (19, -50, (-50, "percent", "%")),
        (51, 25, (25, "percent", "%")),
        (20, 50, (50, "elapsed percent", "%")),
        (52, 50, (50, "elapsed percent", "%")),
    ],
)
def test_lags(xml: Path, format: int, lag: int, expected: tuple[int, str, str]) -> None:
    found = link(xml, f"<LinkLag>{lag}</LinkLag><LagFormat>{format}</LagFormat>")
    assert (found.lag, found.lag_unit, found.shown_in) == expected


@pytest.mark.parametrize(
    ("code", "type"), list(enumerate(("ASAP", "ALAP", "MSO", "MFO", "SNET", "SNLT", "FNET", "FNLT")))
)
def test_constraints(xml: Path, code: int, type: str) -> None:
    date = "<ConstraintDate>2026-12-04T08:00:00</ConstraintDate>"
    task = one(xml, f"<ConstraintType>{code}</ConstraintType>{date}")
    assert (task.constraint_type, task.constraint_date) == (type, datetime(2026, 12, 4, 8))


def test_a_constraint_without_a_date_is_told(xml: Path) -> None:
    plan = project(xml, tasks(row(1, "Lay cables", inside="<ConstraintType>2</ConstraintType>")))
    assert plan.tasks[0].constraint_type == "ASAP"
    assert plan.warnings == ["Constraints without a date were left out: Lay cables, MSO."]


def test_durations_and_their_formats(xml: Path) -> None:
    task = one(xml, "<Duration>PT56H30M0S</Duration><DurationFormat>40</DurationFormat>")
    assert (task.duration_minutes, task.elapsed, task.estimated) == (3390, True, True)
    task = one(xml, "<Duration>PT8H0M0S</Duration><DurationFormat>53</DurationFormat>")
    assert (task.duration_minutes, task.elapsed, task.estimated) == (480, False, False)


def test_progress(xml: Path) -> None:
    task = one(
        xml,
        "<PercentComplete>30</PercentComplete><ActualStart>2026-11-02T08:00:00</ActualStart>"
        "<ActualDuration>PT12H0M0S</ActualDuration><RemainingDuration>PT28H0M0S</RemainingDuration>"
        "<Stop>2026-11-03T12:00:00</Stop><Resume>2026-11-05T08:00:00</Resume>",
    )
    assert (task.percent_complete, task.actual_duration_minutes, task.remaining_minutes) == (30, 720, 1680)
    assert (task.stop, task.resume) == (datetime(2026, 11, 3, 12), datetime(2026, 11, 5, 8))


def test_levelling_delay_is_in_tenths_of_elapsed_minutes(xml: Path) -> None:
    task = one(xml, "<LevelingDelay>14400</LevelingDelay><LevelingDelayFormat>8</LevelingDelayFormat>")
    assert (task.levelling_delay_minutes, task.levelling_delay_elapsed) == (1440, True)


def test_an_absent_slack_of_a_scheduled_task_is_none_left(xml: Path) -> None:
    assert one(xml, "<LateFinish>2026-12-04T17:00:00</LateFinish>").total_slack_minutes == 0
    assert one(xml, "<TotalSlack>-4800</TotalSlack>").total_slack_minutes == -480
    assert one(xml, "").total_slack_minutes is None


def test_notes_keep_their_lines_and_names_do_not(xml: Path) -> None:
    task = one(xml, "<Notes>Ask Tomas &amp; Ines.\r\nBring the &lt;big&gt; drill.</Notes>")
    assert task.notes == "Ask Tomas & Ines.\nBring the <big> drill."
    assert project(xml, tasks(row(1, "Lay\ncables"))).tasks[0].name == "Lay cables"


def test_an_address_keeps_its_place(xml: Path) -> None:
    task = one(
        xml,
        "<HyperlinkAddress>drawing.pdf</HyperlinkAddress><HyperlinkSubAddress>page=4</HyperlinkSubAddress>",
    )
    assert task.hyperlink == "drawing.pdf#page=4"


def test_baselines_of_tasks_and_assignments(xml: Path) -> None:
    held = "<Baseline><Number>{}</Number><Work>PT8H0M0S</Work><Cost>900</Cost></Baseline>"
    plan = project(
        xml,
        tasks(row(1, "Lay cables", inside=held.format(0) + held.format(10)))
        + f"<Assignments><Assignment><UID>5</UID><TaskUID>1</TaskUID>{held.format(3)}</Assignment></Assignments>",
    )
    assert [(b.number, b.work_minutes) for b in plan.tasks[0].baselines] == [(0, 480), (10, 480)]
    assert plan.baseline_numbers == [0, 3, 10]
    assert plan.left_out == ["3 baseline values of cost"]


def test_resources_and_their_types(xml: Path) -> None:
    body = "".join(
        f"<Resource><UID>{n}</UID><Name>{name}</Name>{inside}</Resource>"
        for n, name, inside in (
            (
                1,
                "Ines",
                "<Type>1</Type><EmailAddress>ines@example.com</EmailAddress><MaxUnits>0.5</MaxUnits>",
            ),
            (2, "Cable", "<Type>0</Type><MaterialLabel>metre</MaterialLabel>"),
            (3, "Travel", "<Type>0</Type><IsCostResource>1</IsCostResource>"),
        )
    )
    plan = project(xml, f"<Tasks/><Resources>{body}</Resources>")
    assert [r.type for r in plan.resources] == ["work", "material", "cost"]
    assert (plan.resources[0].email, plan.resources[0].max_units) == ("ines@example.com", 0.5)


def test_assignments(xml: Path) -> None:
    inside = (
        "<UID>9</UID><TaskUID>1</TaskUID><ResourceUID>7</ResourceUID><Units>0.5</Units><Work>PT4H0M0S</Work>"
        "<ActualWork>PT1H0M0S</ActualWork><RemainingWork>PT3H0M0S</RemainingWork><Delay>4800</Delay>"
        "<PercentWorkComplete>25</PercentWorkComplete><Notes>Bring ladders</Notes>"
    )
    people = "<Resources><Resource><UID>7</UID><Name>Tomas</Name></Resource></Resources>"
    plan = project(
        xml,
        tasks(row(1, "Lay cables"))
        + people
        + f"<Assignments><Assignment>{inside}</Assignment></Assignments>",
    )
    [a] = plan.assignments
    assert (a.resource_uid, a.units, a.work_minutes, a.delay_minutes) == (7, 0.5, 240, 480)
    assert (a.actual_work_minutes, a.remaining_work_minutes, a.percent_work_complete) == (60, 180, 25)
    assert a.notes == "Bring ladders"


def test_work_for_nobody_and_for_the_whole_project_is_kept(xml: Path) -> None:
    body = "".join(
        f"<Assignment><UID>{n}</UID><TaskUID>{task}</TaskUID><ResourceUID>{who}</ResourceUID></Assignment>"
        for n, task, who in ((1, 1, -65535), (2, 0, -65535), (3, 1, 0))
    )
    nobody = "<Resources><Resource><UID>0</UID></Resource></Resources>"
    plan = project(
        xml,
        tasks(row(0, "Cell 4", 0), row(1, "Lay cables")) + nobody + f"<Assignments>{body}</Assignments>",
    )
    assert [a.resource_uid for a in plan.assignments] == [UNASSIGNED, UNASSIGNED]
    assert [a.uid for a in plan.summary_assignments] == [2]
    assert plan.warnings == [] and plan.resources == []


# ── calendars ─────────────────────────────────────────────────────────────────────────────────────────


def working(*times: str) -> str:
    spans = [time.split("-") for time in times]
    return "<WorkingTimes>{}</WorkingTimes>".format(
        "".join(
            f"<WorkingTime><FromTime>{a}:00</FromTime><ToTime>{b}:00</ToTime></WorkingTime>" for a, b in spans
        )
    )


def weekday(type: int, *times: str) -> str:
    return f"<WeekDay><DayType>{type}</DayType><DayWorking>{int(bool(times))}</DayWorking>{working(*times)}</WeekDay>"


def test_weekdays_begin_with_sunday_and_absent_ones_are_inherited(xml: Path) -> None:
    found = calendar(xml, f"<WeekDays>{weekday(1)}{weekday(2, '13:00-17:00', '08:00-12:00')}</WeekDays>")
    assert found.week == {6: (), 0: ((480, 720), (780, 1020))}


def test_midnight_ends_a_day_and_a_night_is_cut_there(xml: Path) -> None:
    days = weekday(2, "00:00-00:00") + weekday(3, "18:00-00:00") + weekday(4, "22:00-06:00")
    body = f"<Calendars><Calendar><UID>1</UID><Name>Night</Name><WeekDays>{days}</WeekDays></Calendar></Calendars>"
    plan = project(xml, body)
    assert plan.calendars[0].week == {0: ((0, 1440),), 1: ((1080, 1440),), 2: ((1320, 1440),)}
    assert "Working times past midnight were cut at midnight: Night." in plan.warnings


def test_an_exception_of_some_days_with_times(xml: Path) -> None:
    period = "<TimePeriod><FromDate>2026-12-24T00:00:00</FromDate><ToDate>2026-12-31T23:59:00</ToDate></TimePeriod>"
    inside = (
        f"<Name>Short days</Name>{period}<Type>1</Type><DayWorking>1</DayWorking>{working('08:00-12:00')}"
    )
    [found] = calendar(xml, f"<Exceptions><Exception>{inside}</Exception></Exceptions>").exceptions
    assert (found.name, found.start, found.finish) == ("Short days", date(2026, 12, 24), date(2026, 12, 31))
    assert found.work == ((480, 720),)
    assert not found.recurring


def test_exceptions_of_old_files_are_days_of_type_0(xml: Path) -> None:
    period = "<TimePeriod><FromDate>2026-12-24T00:00:00</FromDate><ToDate>2026-12-24T23:59:00</ToDate></TimePeriod>"
    old = f"<WeekDays><WeekDay><DayType>0</DayType><DayWorking>0</DayWorking>{period}</WeekDay></WeekDays>"
    assert [e.start for e in calendar(xml, old).exceptions] == [date(2026, 12, 24)]
    new = f"<Exceptions><Exception>{period}<Type>1</Type><DayWorking>0</DayWorking></Exception></Exceptions>"
    assert len(calendar(xml, old + new).exceptions) == 1


@pytest.mark.parametrize(
    ("rule", "first_days"),
    [
        ("<Type>7</Type><Period>10</Period>", ["2026-01-01", "2026-01-11", "2026-01-21"]),
        ("<Type>6</Type><Period>2</Period><DaysOfWeek>34</DaysOfWeek>", ["2026-01-02", "2026-01-12", "2026-01-16"]),
        ("<Type>4</Type><Period>1</Period><MonthDay>31</MonthDay>", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        (
            "<Type>5</Type><Period>1</Period><MonthItem>8</MonthItem><MonthPosition>4</MonthPosition>",
            ["2026-01-30", "2026-02-27", "2026-03-27"],
        ),
        ("<Type>2</Type><Month>4</Month><MonthDay>1</MonthDay>", ["2026-05-01", "2027-05-01", "2028-05-01"]),
        (
            "<Type>3</Type><Month>10</Month><MonthItem>7</MonthItem><MonthPosition>3</MonthPosition>",
            ["2026-11-26", "2027-11-25", "2028-11-23"],
        ),
        (
            "<Type>5</Type><MonthItem>1</MonthItem><MonthPosition>0</MonthPosition>",
            ["2026-01-01", "2026-02-02", "2026-03-02"],
        ),
        ("<Type>8</Type><Period>3</Period>", ["2026-01-01", "2026-01-06", "2026-01-09"]),
    ],
)  # fmt: skip
def test_recurring_exceptions(xml: Path, rule: str, first_days: list[str]) -> None:
    assert [str(day) for day in exception(xml, "2026-01-01", "2028-12-31", rule)[:3]] == first_days


def test_a_rule_by_number_of_occurrences_ends_after_them(xml: Path) -> None:
    rule = "<EnteredByOccurrences>1</EnteredByOccurrences><Occurrences>2</Occurrences>"
    days = exception(
        xml, "2026-01-01", "2040-12-31", f"{rule}<Type>2</Type><Month>4</Month><MonthDay>1</MonthDay>"
    )
    assert days == [date(2026, 5, 1), date(2027, 5, 1)]


def test_work_weeks(xml: Path) -> None:
    period = "<TimePeriod><FromDate>2026-07-01T00:00:00</FromDate><ToDate>2026-08-31T23:59:00</ToDate></TimePeriod>"
    week = f"<WorkWeek>{period}<Name>Summer</Name><WeekDays>{weekday(6, '07:00-13:00')}</WeekDays></WorkWeek>"
    [found] = calendar(xml, f"<WorkWeeks>{week}</WorkWeeks>").work_weeks
    assert (found.name, found.start, found.week) == ("Summer", date(2026, 7, 1), {4: ((420, 780),)})


def test_hours_ask_exceptions_then_work_weeks_then_the_base(xml: Path) -> None:
    def made(uid: int, base: int, inside: str) -> str:
        return f"<Calendar><UID>{uid}</UID><BaseCalendarUID>{base}</BaseCalendarUID>{inside}</Calendar>"

    period = "<TimePeriod><FromDate>2026-12-25T00:00:00</FromDate><ToDate>2026-12-25T23:59:00</ToDate></TimePeriod>"
    off = f"<Exceptions><Exception>{period}<Type>1</Type><DayWorking>0</DayWorking></Exception></Exceptions>"
    body = made(1, -1, f"<WeekDays>{weekday(6, '08:00-16:00')}</WeekDays>{off}") + made(
        2, 1, f"<WeekDays>{weekday(7, '08:00-12:00')}</WeekDays>"
    )
    hours = Hours(project(xml, f"<Calendars>{body}</Calendars>").calendars)
    day, friday, christmas = (datetime(2026, 12, at) for at in (19, 18, 25))
    assert hours.within(2, friday, day) == (datetime(2026, 12, 18, 8), datetime(2026, 12, 18, 16))
    assert hours.within(2, christmas, datetime(2026, 12, 26)) is None
    assert hours.minutes(2, datetime(2026, 12, 18, 12), datetime(2026, 12, 19, 10)) == 240 + 120


def test_calendars_that_are_each_others_base_are_set_apart(xml: Path) -> None:
    made = "<Calendar><UID>{}</UID><Name>{}</Name><BaseCalendarUID>{}</BaseCalendarUID></Calendar>"
    body = made.format(1, "Day", 2) + made.format(2, "Night", 1) + made.format(3, "Ines", 1)
    plan = project(xml, f"<Calendars>{body}</Calendars>")
    assert [c.base_uid for c in plan.calendars] == [None, None, 1]
    assert "Calendars that are each other's base were set apart: Day and 1 more." in plan.warnings


# ── splits ────────────────────────────────────────────────────────────────────────────────────────────


def worked(start: str, finish: str, hours: int) -> str:
    return (
        f"<TimephasedData><Type>1</Type><UID>1</UID><Start>{start}</Start><Finish>{finish}</Finish><Unit>2</Unit>"
        f"<Value>PT{hours}H0M0S</Value></TimephasedData>"
    )


def split_plan(path: Path, last: str) -> Plan:
    """16 hours of work from Tuesday 2026-12-01 to Friday, a gap on Wednesday and Thursday."""
    dates = (
        "<Start>2026-12-01T08:00:00</Start><Finish>2026-12-04T17:00:00</Finish><Duration>PT16H0M0S</Duration>"
    )
    work = (
        worked("2026-12-01T08:00:00", "2026-12-02T08:00:00", 8)
        + worked("2026-12-02T08:00:00", "2026-12-04T08:00:00", 0)
        + last
    )
    assignments = (
        f"<Assignments><Assignment><UID>1</UID><TaskUID>1</TaskUID>{work}</Assignment></Assignments>"
    )
    return project(path, tasks(row(1, "Lay cables", inside=dates)) + assignments)


def test_a_split_is_derived_from_timephased_work(xml: Path) -> None:
    plan = split_plan(xml, worked("2026-12-04T08:00:00", "2026-12-04T17:00:00", 8))
    assert plan.tasks[0].segments == (
        (datetime(2026, 12, 1, 8), datetime(2026, 12, 1, 17)),
        (datetime(2026, 12, 4, 8), datetime(2026, 12, 4, 17)),
    )
    assert plan.left_out == ["3 timephased values (work or cost day by day)"]


def test_a_split_that_would_be_a_guess_is_named_instead(xml: Path) -> None:
    plan = split_plan(xml, worked("2026-12-04T08:00:00", "2026-12-04T12:00:00", 4))
    assert plan.tasks[0].segments == ()
    assert "1 task whose split could not be told exactly" in plan.left_out


# ── what is off in a plan ─────────────────────────────────────────────────────────────────────────────


def test_links_to_nowhere_are_told_and_the_rest_comes_in(xml: Path) -> None:
    to = "<PredecessorLink><PredecessorUID>{}</PredecessorUID></PredecessorLink>"
    plan = project(
        xml,
        tasks(
            row(1, "Lay cables"),
            row(2, "Test", inside=to.format(99) + to.format(2) + to.format(3) + to.format(1)),
            "<Task><UID>3</UID><IsNull>1</IsNull></Task>",
        ),
    )
    assert [x.predecessor_uid for x in plan.links] == [1]
    assert (
        "Links from rows that are not in the file were left out: UID 99 → Test and 1 more." in plan.warnings
    )
    assert "Links of a task to itself were left out: Test." in plan.warnings
    assert plan.left_out == ["1 blank row"]


def test_a_row_that_has_a_name_is_not_blank(xml: Path) -> None:
    plan = project(xml, tasks(row(1, "Lay cables", inside="<IsNull>1</IsNull>")))
    assert [t.name for t in plan.tasks] == ["Lay cables"]


def test_links_to_other_projects_are_named(xml: Path) -> None:
    inside = "<PredecessorUID>1</PredecessorUID><CrossProject>1</CrossProject>"
    inside += "<CrossProjectName>dock.mpp</CrossProjectName>"
    after = row(2, "Test", inside=f"<PredecessorLink>{inside}</PredecessorLink>")
    plan = project(xml, tasks(row(1, "Lay cables"), after))
    assert plan.links == []
    assert plan.left_out == ["1 link to another project: dock.mpp → Test"]


def test_twice_the_same_uid_loses_no_row(xml: Path) -> None:
    plan = project(xml, tasks(row(4, "Lay cables"), row(4, "Test cables"), "<Task><Name>Ship</Name></Task>"))
    assert [(t.uid, t.name) for t in plan.tasks] == [(4, "Lay cables"), (-1, "Test cables"), (-2, "Ship")]
    assert "Rows with no UID of their own got one: Test cables and 1 more." in plan.warnings


def test_unknown_codes_are_told(xml: Path) -> None:
    plan = project(
        xml, tasks(row(1, "Lay cables", inside="<ConstraintType>42</ConstraintType><Type>8</Type>"))
    )
    assert plan.tasks[0].constraint_type == "ASAP"
    assert "Unknown codes were read as ASAP: Lay cables, ConstraintType 42." in plan.warnings


def test_absurd_values_are_told_and_left_empty(xml: Path) -> None:
    inside = "<Start>0001-01-01T00:00:00</Start><Deadline>soon</Deadline><Duration>a week</Duration>"
    inside += "<Priority>9e99</Priority>"
    plan = project(xml, tasks(row(1, "Lay cables", inside=inside)))
    task = plan.tasks[0]
    assert (task.start, task.deadline, task.duration_minutes, task.priority) == (None, None, None, 500)
    assert (
        "Dates outside 1900–2200 were left empty: Lay cables, Start “0001-01-01T00:00:00”." in plan.warnings
    )
    assert any(
        w.startswith("Values that cannot be read were left empty") and "2 more" in w for w in plan.warnings
    )


def test_assignments_to_nowhere_are_told(xml: Path) -> None:
    body = "<Assignment><UID>1</UID><TaskUID>1</TaskUID><ResourceUID>5</ResourceUID></Assignment>"
    body += "<Assignment><UID>2</UID><TaskUID>8</TaskUID></Assignment>"
    plan = project(xml, tasks(row(1, "Lay cables")) + f"<Assignments>{body}</Assignments>")
    assert [(a.uid, a.resource_uid) for a in plan.assignments] == [(1, UNASSIGNED)]
    assert len(plan.warnings) == 2


def test_fields_nobody_knows_are_counted(xml: Path) -> None:
    plan = project(
        xml, tasks(row(1, "Lay cables", inside="<Mood>good</Mood><Weather><Wind>3</Wind></Weather>"))
    )
    assert plan.left_out == ["2 values of unknown fields: Mood, Weather"]


def test_a_plan_without_tasks_is_told(xml: Path) -> None:
    assert project(xml, "<Tasks/>").warnings == ["The plan has no tasks."]


# ── what is no plan ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Save As > XML"),
        (b"MPX,Microsoft Project", "no XML file"),
        (b"<Project><Tasks><Task>", "cut short"),
        (b"<APIBusinessObjects/>", "begins with <APIBusinessObjects>"),
        (b"<Project Sdk='x'><PropertyGroup/></Project>", "no Microsoft Project plan"),
        (b"<Project xmlns='http://schemas.microsoft.com/developer/msbuild/2003'><Tasks/></Project>", "no Microsoft"),
        (b"<?xml version='1.0' encoding='UTF-8'?><Project><Title>K\xfcche</Title></Project>", "UTF-8"),
        (b"<?xml version='1.0' encoding='klingon'?><Project/>", "encoding"),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><Project>&b;</Project>", "entities"),
        (b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><Project>&a;</Project>", "entities"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused_with_the_remedy(xml: Path, content: bytes, message: str) -> None:
    xml.write_bytes(content)
    with pytest.raises(UnreadablePlan, match=message):
        read(xml)


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePlan, match="cannot be read"):
        read(tmp_path / "nowhere.xml")
    with pytest.raises(UnreadablePlan, match="cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1252", "iso-8859-1"])
def test_other_encodings_are_read(xml: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><Project{NS}><Title>Küche</Title><Tasks/></Project>'
    xml.write_bytes(text.encode(encoding))
    assert read(xml).name == "Küche"


@needs_data
def test_a_file_cut_anywhere_is_refused_not_half_read(tmp_path: Path) -> None:
    whole = (DATA / "slack9_16t15l.xml").read_bytes()
    for part in range(1, 10):
        (tmp_path / "cut.xml").write_bytes(whole[: len(whole) * part // 10])
        with pytest.raises(UnreadablePlan):
            read(tmp_path / "cut.xml")
