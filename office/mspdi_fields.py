"""What becomes of each element of a Microsoft Project XML file.

KEPT is read. COMPUTED is what any schedule gives again, identities and dates of making: nothing is lost with it. LEFT
is what Milepost has no place for, told to the user by a label of LABELS when its value says something. What stands in
none of them is counted as unknown, so that nothing disappears in silence.
"""

Tags = frozenset[str]

NOTHING = frozenset({"", "0", "0.0", "0.00", "false", "-1", "NA", "PT0H0M0S", "PT0S", "P0D"})

LABELS = {
    "amounts": ("row with costs or earned value", "rows with costs or earned value"),
    "baseline costs": ("baseline value of cost", "baseline values of cost"),
    "custom": ("custom field value", "custom field values"),
    "codes": ("outline code value", "outline code values"),
    "timephased": ("timephased value (work or cost day by day)", "timephased values (work or cost day by day)"),
    "overtime": ("row with overtime", "rows with overtime"),
    "physical": ("physical percent complete", "physical percents complete"),
    "contact": ("contact name of a task", "contact names of tasks"),
    "display": ("task with display or levelling options", "tasks with display or levelling options"),
    "words": ("date or duration in free words", "dates or durations in free words"),
    "server": ("row with project server values", "rows with project server values"),
    "inserted": ("inserted project (its row is kept, its tasks are not here)",
                 "inserted projects (their rows are kept, their tasks are not here)"),
    "rates": ("resource with rates", "resources with rates"),
    "availability": ("resource with availability periods", "resources with availability periods"),
    "accounts": ("resource with account or cost centre", "resources with accounts or cost centres"),
    "contour": ("assignment with uneven work (contour)", "assignments with uneven work (contours)"),
    "budget": ("row with budget values", "rows with budget values"),
    "links of rows": ("web link of a resource or assignment", "web links of resources or assignments"),
    "blank": ("blank row", "blank rows"),
    "cross": ("link to another project", "links to other projects"),
    "splits": ("task whose split could not be told exactly", "tasks whose splits could not be told exactly"),
    "ExtendedAttributes": ("custom field definition", "custom field definitions"),
    "OutlineCodes": ("outline code definition", "outline code definitions"),
    "WBSMasks": ("WBS mask", "WBS masks"),
    "Views": ("view", "views"),
    "Filters": ("filter", "filters"),
    "Groups": ("grouping", "groupings"),
    "Tables": ("table", "tables"),
    "Maps": ("export map", "export maps"),
    "Reports": ("report", "reports"),
    "Drawings": ("drawing", "drawings"),
    "DataLinks": ("data link", "data links"),
    "VBAProjects": ("macro project", "macro projects"),
}  # fmt: skip


def _tags(words: str) -> Tags:
    return frozenset(words.split())


def _left(**labels: str) -> dict[str, str]:
    """tag → label, from label=“its tags”."""
    return {tag: label.replace("_", " ") for label, tags in labels.items() for tag in tags.split()}


TASK_KEPT = _tags(
    "UID ID Name Active Manual Type IsNull WBS OutlineLevel OutlineNumber Priority Start Finish Duration ManualStart "
    "ManualFinish ManualDuration DurationFormat Work Stop Resume EffortDriven Estimated Milestone Summary Critical "
    "IsSubproject ExternalTask EarlyStart EarlyFinish LateStart LateFinish FreeSlack TotalSlack PercentComplete "
    "ActualStart ActualFinish ActualDuration RemainingDuration ConstraintType CalendarUID ConstraintDate Deadline "
    "LevelingDelay LevelingDelayFormat Hyperlink HyperlinkAddress HyperlinkSubAddress IgnoreResourceCalendar Notes "
    "PredecessorLink Baseline"
)
TASK_COMPUTED = _tags(
    "GUID CreateDate WBSLevel FreeformDurationFormat ResumeValid Recurring OverAllocated StartVariance "
    "FinishVariance WorkVariance StartSlack FinishSlack FixedCostAccrual PercentWorkComplete ActualWork RegularWork "
    "RemainingWork CV SV VAC PreLeveledStart PreLeveledFinish EarnedValueMethod IsPublished IsSubprojectReadOnly "
    "ExternalTaskProject Rollup DisplayAsSummary"
)
TASK_LEFT = _left(
    amounts="FixedCost Cost ActualCost RemainingCost ACWP BCWS BCWP",
    overtime="OvertimeWork ActualOvertimeWork RemainingOvertimeWork OvertimeCost ActualOvertimeCost "
    "RemainingOvertimeCost",
    custom="ExtendedAttribute",
    codes="OutlineCode",
    timephased="TimephasedData",
    physical="PhysicalPercentComplete",
    contact="Contact",
    display="HideBar LevelAssignments LevelingCanSplit",
    words="StartText FinishText DurationText",
    inserted="SubprojectName",
    server="StatusManager CommitmentType CommitmentStart CommitmentFinish ActualWorkProtected "
    "ActualOvertimeWorkProtected AssnOwner AssnOwnerGuid",
    budget="BudgetWork BudgetCost",
)
USUAL = {"LevelAssignments": "1", "LevelingCanSplit": "1"}  # where 0 would say something

RESOURCE_KEPT = _tags(
    "UID Name Type IsNull Initials MaterialLabel Code Group EmailAddress MaxUnits CalendarUID Notes IsGeneric "
    "IsInactive IsCostResource Baseline"
)
RESOURCE_COMPUTED = _tags(
    "GUID ID Phonetics WorkGroup PeakUnits OverAllocated Start Finish CanLevel AccrueAt Work RegularWork ActualWork "
    "RemainingWork PercentWorkComplete WorkVariance CostVariance SV CV CreationDate IsEnterprise BookingType "
    "StandardRateFormat OvertimeRateFormat"
)
RESOURCE_LEFT = _left(
    amounts="Cost ActualCost RemainingCost ACWP BCWS BCWP",
    overtime="OvertimeWork ActualOvertimeWork RemainingOvertimeWork OvertimeCost ActualOvertimeCost "
    "RemainingOvertimeCost",
    rates="StandardRate OvertimeRate CostPerUse Rates",
    availability="AvailabilityPeriods AvailableFrom AvailableTo",
    accounts="NTAccount WindowsUserAccount ActiveDirectoryGUID CostCenter",
    budget="IsBudget",
    server="ActualWorkProtected ActualOvertimeWorkProtected AssnOwner AssnOwnerGuid IsTeamResource",
    custom="ExtendedAttribute",
    codes="OutlineCode",
    timephased="TimephasedData",
    links_of_rows="Hyperlink HyperlinkAddress HyperlinkSubAddress",
)

ASSIGNMENT_KEPT = _tags(
    "UID TaskUID ResourceUID Units Work ActualWork RemainingWork PercentWorkComplete Delay LevelingDelay Start Finish "
    "ActualStart ActualFinish Stop Resume Notes Baseline"
)
ASSIGNMENT_COMPUTED = _tags(
    "GUID Confirmed CostRateTable RateScale CostVariance CV SV VAC FinishVariance StartVariance WorkVariance "
    "HasFixedRateUnits FixedMaterial LevelingDelayFormat LinkedFields Milestone Overallocated PeakUnits RegularWork "
    "ResponsePending Summary UpdateNeeded BookingType CreationDate"
)
ASSIGNMENT_LEFT = _left(
    amounts="Cost ActualCost RemainingCost ACWP BCWS BCWP",
    overtime="OvertimeWork ActualOvertimeWork RemainingOvertimeWork OvertimeCost ActualOvertimeCost "
    "RemainingOvertimeCost",
    contour="WorkContour",
    budget="BudgetCost BudgetWork",
    server="ActualWorkProtected ActualOvertimeWorkProtected AssnOwner AssnOwnerGuid",
    custom="ExtendedAttribute",
    timephased="TimephasedData",
    links_of_rows="Hyperlink HyperlinkAddress HyperlinkSubAddress",
)

FATES: dict[str, tuple[Tags, dict[str, str]]] = {
    "Task": (TASK_KEPT | TASK_COMPUTED, TASK_LEFT),
    "Resource": (RESOURCE_KEPT | RESOURCE_COMPUTED, RESOURCE_LEFT),
    "Assignment": (ASSIGNMENT_KEPT | ASSIGNMENT_COMPUTED, ASSIGNMENT_LEFT),
    "Calendar": (
        _tags(
            "UID GUID Name IsBaseCalendar IsBaselineCalendar BaseCalendarUID WeekDays Exceptions WorkWeeks"
        ),
        {},
    ),
    "Baseline": (
        _tags("Number Interim Start Finish Duration DurationFormat EstimatedDuration Work"),
        _left(baseline_costs="Cost BCWS BCWP FixedCost", timephased="TimephasedData"),
    ),
}
COUNTED_EACH = frozenset({"custom", "codes", "timephased"})  # by value; the other labels once a row
