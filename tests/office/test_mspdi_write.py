"""Writing Microsoft Project XML: what was read comes back, in the order of the schema, the same bytes each time."""

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from office.foreign import Assignment, Link, Plan, Resource, Task
from office.mspdi import read
from office.mspdi_write import lines
from tests.office.plans import EXERCISED, features, plans

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "mspdi"
FILES = sorted(DATA.glob("*.xml"))
needs_data = pytest.mark.skipif(not FILES, reason="the collection ../shared/data/mspdi is not here")

# the schema's sequences, in Microsoft's published order; later programs put Active, Manual and the manual dates as here
ORDER = {
    "Task": "UID ID Name Active Manual Type IsNull WBS OutlineNumber OutlineLevel Priority Start Finish Duration "
    "ManualStart ManualFinish ManualDuration DurationFormat Work Stop Resume EffortDriven Estimated Milestone Summary "
    "Critical EarlyStart EarlyFinish LateStart LateFinish FreeSlack TotalSlack PercentComplete ActualStart "
    "ActualFinish ActualDuration RemainingDuration ConstraintType CalendarUID ConstraintDate Deadline LevelingDelay "
    "LevelingDelayFormat Hyperlink HyperlinkAddress HyperlinkSubAddress IgnoreResourceCalendar Notes PredecessorLink "
    "Baseline",
    "PredecessorLink": "PredecessorUID Type CrossProject LinkLag LagFormat",
    "Resource": "UID ID Name Type IsNull Initials MaterialLabel Code Group EmailAddress MaxUnits CalendarUID Notes "
    "IsGeneric IsInactive Baseline IsCostResource",
    "Assignment": "UID TaskUID ResourceUID PercentWorkComplete ActualFinish ActualStart ActualWork Delay Finish "
    "LevelingDelay LevelingDelayFormat Notes RemainingWork Start Stop Resume Units Work Baseline TimephasedData",
    "Calendar": "UID Name IsBaseCalendar BaseCalendarUID WeekDays Exceptions WorkWeeks",
    "WeekDay": "DayType DayWorking WorkingTimes",
    "Exception": "EnteredByOccurrences TimePeriod Occurrences Name Type Period DaysOfWeek MonthItem MonthPosition "
    "Month MonthDay DayWorking WorkingTimes",
    "WorkWeek": "TimePeriod Name WeekDays",
    "Baseline": "Number Start Finish Duration DurationFormat Work",
    "TimephasedData": "Type UID Start Finish Unit Value",
    "Project": "SaveVersion Name GUID Title Subject Category Company Manager Author ScheduleFromStart StartDate "
    "FinishDate CriticalSlackLimit CurrencyCode CalendarUID DefaultStartTime DefaultFinishTime MinutesPerDay "
    "MinutesPerWeek DaysPerMonth HonorConstraints StatusDate NewTasksAreManual Calendars Tasks Resources Assignments",
}


@pytest.fixture
def xml(tmp_path: Path) -> Path:
    return tmp_path / "plan.xml"


def again(plan: Plan, path: Path) -> Plan:
    """The plan, written and read; without what only the first file had."""
    path.write_text("".join(lines(plan)), encoding="utf-8")
    return replace(read(path), left_out=plan.left_out, warnings=plan.warnings)


def written(plan: Plan, tag: str) -> list[str]:
    """The texts of the elements of this name."""
    return re.findall(rf"<{tag}>([^<]*)</{tag}>", "".join(lines(plan)))


def one(**changes: object) -> Plan:
    return Plan("plan.xml", "Cell 4", tasks=[replace(Task(1, 1, "Lay cables"), **changes)])  # type: ignore[arg-type]


@needs_data
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem[:30])
def test_every_file_of_the_collection_comes_back_as_it_was(file: Path, tmp_path: Path) -> None:
    plan = read(file)
    assert again(plan, tmp_path / file.name) == plan


def test_random_plans_come_back_as_they_were(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=300, deadline=None, derandomize=True)  # so that the floor below is met or not
    @given(plans())
    def check(plan: Plan) -> None:
        assert again(plan, tmp_path / "plan.xml") == plan
        seen.update(features(plan))

    check()
    assert [feature for feature in EXERCISED if seen[feature] < 3] == []


@settings(max_examples=25, deadline=None)
@given(plans())
def test_elements_stand_in_the_order_of_the_schema(plan: Plan) -> None:
    for element in ElementTree.fromstring("".join(lines(plan))).iter():
        tags = [child.tag.rpartition("}")[2] for child in element]
        if order := ORDER.get(element.tag.rpartition("}")[2], "").split():
            assert tags == sorted(tags, key=order.index)


@settings(max_examples=20, deadline=None)
@given(plans())
def test_equal_plans_give_equal_bytes(plan: Plan) -> None:
    assert "".join(lines(plan)) == "".join(lines(replace(plan)))


def test_characters_that_xml_cannot_hold_are_dropped(xml: Path) -> None:
    assert again(one(name="Lay\x00 ca\x0bbles\ud800 & test]]>"), xml).tasks[0].name == "Lay cables & test]]>"


def test_units_of_the_format() -> None:
    plan = one(
        duration_minutes=90, elapsed=True, estimated=True, total_slack_minutes=-30, levelling_delay_minutes=60
    )
    assert written(plan, "Duration") == ["PT1H30M0S"]
    assert written(plan, "DurationFormat") == ["40"]  # elapsed days, with a question mark
    assert (written(plan, "TotalSlack"), written(plan, "LevelingDelay")) == (["-300"], ["600"])


@pytest.mark.parametrize(
    ("link", "lag", "format"),
    [
        (Link(1, 2, "FS", 960), "9600", "7"),
        (Link(1, 2, "FF", -60, "elapsed", "h"), "-600", "6"),
        (Link(1, 2, "SS", 50, "percent", "%"), "50", "19"),
        (Link(1, 2, "SF", 25, "elapsed percent", "%"), "25", "20"),
    ],
)
def test_lags(link: Link, lag: str, format: str) -> None:
    plan = Plan("plan.xml", "Cell 4", tasks=[Task(1, 1, "Lay"), Task(2, 2, "Test")], links=[link])
    assert (written(plan, "LinkLag"), written(plan, "LagFormat")) == ([lag], [format])


def test_a_cost_resource_is_a_material_that_says_so() -> None:
    plan = Plan("plan.xml", "Cell 4", resources=[Resource(1, "Travel", type="cost")])
    assert (written(plan, "Type"), written(plan, "IsCostResource")) == (["0"], ["1"])


def test_the_pieces_of_a_split_task_are_work_with_none_between() -> None:
    pieces = (
        (datetime(2026, 11, 23, 8), datetime(2026, 11, 23, 17)),
        (datetime(2026, 11, 25, 8), datetime(2026, 11, 25, 12)),
    )
    plan = replace(
        one(
            segments=pieces, duration_minutes=720, start=pieces[0][0], finish=pieces[1][1], stop=pieces[0][1]
        ),
        assignments=[Assignment(1, 1, units=0.5)],
    )
    assert written(plan, "Value") == ["PT4H0M0S", "PT0H0M0S", "PT2H0M0S"]
    text = "".join(lines(plan))
    assert re.findall(r"<TimephasedData>\s*<Type>(\d)", text) == ["2", "1", "1"]  # done, gap, still to do
