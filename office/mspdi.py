"""Microsoft Project XML (MSPDI) into a `Plan`: nothing of it is lost without being named.

What the codes mean was taken from Microsoft's schema and from files that Microsoft Project wrote. Dates come in as
naive local minutes, durations and slacks as whole minutes. Splits are derived where the file has timephased work
that shows them to the minute (`office.worktime`); a task stopped and resumed keeps `stop` and `resume` instead.
Custom fields, costs, timephased data, views and settings of the other program stay behind: `Plan.left_out`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from xml.etree.ElementTree import Element, ParseError, iterparse

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]

from models.errors import UnreadableFile
from office import mspdi_records as records
from office.foreign import UNASSIGNED, Assignment, Calendar, Link, Plan, Resource, Task
from office.mspdi_fields import LABELS
from office.mspdi_row import Findings, Row, local
from office.worktime import Hours, Span, split

__all__ = ["UnreadablePlan", "read"]

AS_XML = "In Microsoft Project choose File > Save As > XML Format (*.xml), then import that file."

_C = TypeVar("_C", Task, Resource)


class UnreadablePlan(UnreadableFile):
    """The file holds no plan that can be read; the message says what to do."""


def read(path: Path) -> Plan:
    """The plan in the file at `path`. Raises UnreadablePlan.

    Only a file that is not such a plan is refused; one thing that is off in it becomes a line of `warnings`.
    """
    try:
        with path.open("rb") as file:
            _refuse_other_formats(path, file)
            return _parse(path, file)
    except OSError as error:
        raise UnreadablePlan(
            f"{path} cannot be read: {error.strerror}. Check the name and try again."
        ) from error


def _refuse_other_formats(path: Path, file: BinaryIO) -> None:
    start = file.read(512)
    file.seek(0)
    if not start.strip():
        raise UnreadablePlan(f"{path.name} is empty. Save the plan again and import the new file.")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadablePlan(
            f"{path.name} is a Microsoft Project .mpp file (or an old Office file). {AS_XML}"
        )
    if b"<" not in start:
        raise UnreadablePlan(f"{path.name} is no XML file. {AS_XML}")


def _parse(path: Path, file: BinaryIO) -> Plan:
    reader = _Reader()
    open_tags: list[str] = []
    for event, element in _events(path, file):
        if event == "start":
            open_tags.append(local(element.tag))
            if len(open_tags) == 1:
                root = element
            continue
        open_tags.pop()
        if len(open_tags) == 2:
            reader.row(open_tags[1], element)
            element.clear()  # a plan of 100,000 tasks is never in memory as XML
    _refuse_other_xml(path, root)
    return reader.plan(path, Row(root, reader.findings))


class _Prolog:
    """A parser's target that notices the first element."""

    over = False

    def start(self, *_: object) -> None:
        self.over = True

    def close(self) -> None:
        pass


def _refuse_entities(file: BinaryIO) -> None:
    """Entities are declared before the first element or not at all; what follows the fast parser may read."""
    prolog = _Prolog()
    parser = DefusedXMLParser(target=prolog)
    while not prolog.over and (part := file.read(4096)):
        parser.feed(part)
    file.seek(0)


def _events(path: Path, file: BinaryIO) -> Iterator[tuple[str, Element]]:
    try:
        _refuse_entities(file)
        yield from iterparse(file, ("start", "end"))
    except DefusedXmlException as error:
        raise UnreadablePlan(
            f"{path.name} defines XML entities, which no plan needs and attacks use. Ask its sender for a fresh file."
        ) from error
    except (ParseError, LookupError, ValueError) as error:  # the latter two: encodings
        raise UnreadablePlan(_not_well_formed(path, error)) from error


def _not_well_formed(path: Path, error: Exception) -> str:
    if "encoding" in str(error):
        return f"{path.name} names an encoding that cannot be read ({error}). Save it again as UTF-8."
    if "invalid token" in str(error):
        return (
            f"{path.name} breaks off being XML ({error}): bytes that do not fit its encoding, or another format. "
            "Save it again as UTF-8."
        )
    return f"{path.name} is damaged or was cut short ({error}). Export or copy it again."


def _refuse_other_xml(path: Path, root: Element) -> None:
    namespace, _, tag = root.tag.rpartition("}")
    ours = not namespace or namespace.lstrip("{").startswith("http://schemas.microsoft.com/project")
    sections = {local(child.tag) for child in root}
    if tag != "Project" or not ours or not sections & {"Tasks", "Calendars", "Resources", "StartDate"}:
        raise UnreadablePlan(
            f"{path.name} is XML, but no Microsoft Project plan (it begins with <{tag}>). {AS_XML}"
        )


class _Reader:
    """Takes the rows of the file one by one, in any order of sections, and joins them at the end."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._made_up = 0
        self._summary: Task | None = None
        self._tasks: dict[int, Task] = {}
        # (level in the file, uid) from the top level down to the last row
        self._above: list[tuple[int, int]] = []
        self._parents: set[int] = set()
        self._links: list[tuple[Link, str]] = []  # with the other project, for a link from one
        self._foreign: set[int] = set()  # rows that stand for tasks of other projects
        self._blank: set[int] = set()
        self._calendars: dict[int, Calendar] = {}
        self._resources: dict[int, Resource] = {}
        self._nobody = {UNASSIGNED}
        self._assignments: dict[int, Assignment] = {}
        self._worked: dict[int, list[Span]] = {}
        self._takers = {
            ("Tasks", "Task"): self._take_task,
            ("Resources", "Resource"): self._take_resource,
            ("Assignments", "Assignment"): self._take_assignment,
            ("Calendars", "Calendar"): self._take_calendar,
        }

    def row(self, section: str, element: Element) -> None:
        """Takes one element of a section of the project."""
        tag = local(element.tag)
        if take := self._takers.get((section, tag)):
            row = Row(element, self.findings)
            if row.flag("IsNull") and not row.text("Name"):
                self.findings.leave("blank")
                self._blank.add(row.whole("UID") or 0)
            else:
                take(row)
                row.account(tag)
        elif section in LABELS:
            self.findings.leave(section)

    def _free(self, row: Row, taken: Mapping[int, object]) -> int:
        """The row's uid, or one that no file uses where it has none or one that is taken."""
        uid = row.whole("UID")
        if uid is not None and uid not in taken:
            return uid
        self.findings.warn("Rows with no UID of their own got one", row.called)
        self._made_up -= 1
        return self._made_up

    # ── rows as they come ─────────────────────────────────────────────────────────────────────────────

    def _take_task(self, row: Row) -> None:
        level = records.outline_level(row)
        if level == 0 and row.whole("UID") == 0 and not self._summary and not self._tasks:
            self._summary = replace(records.task(row, 0, None, 0), summary=True)
            return
        uid = self._free(row, self._tasks)
        parent = self._parent(row, level)
        self._above.append((level, uid))
        self._tasks[uid] = records.task(row, uid, parent, len(self._above))
        self._links += records.links(row, uid)
        if row.flag("ExternalTask"):
            self._foreign.add(uid)
            self.findings.warn("Rows that stand for tasks of other projects came in as tasks", row.called)

    def _parent(self, row: Row, level: int) -> int | None:
        """The nearest row above that is less deep: what every order of levels has, so no outline is cyclic."""
        while self._above and self._above[-1][0] >= level:
            self._above.pop()
        if self._above and level > self._above[-1][0] + 1:
            self.findings.warn("Outline levels that skip one were closed up", row.called)
        parent = self._above[-1][1] if self._above else None
        if parent is not None:
            self._parents.add(parent)
        return parent

    def _take_resource(self, row: Row) -> None:
        uid = self._free(row, self._resources)
        if uid == 0 and not row.text("Name"):  # the format's row for nobody
            self._nobody.add(uid)
        else:
            self._resources[uid] = records.resource(row, uid)

    def _take_assignment(self, row: Row) -> None:
        uid = self._free(row, self._assignments)
        assignment = records.assignment(row, uid)
        self._assignments[uid] = assignment
        self._worked.setdefault(assignment.task_uid, []).extend(records.worked_spans(row))

    def _take_calendar(self, row: Row) -> None:
        uid = self._free(row, self._calendars)
        self._calendars[uid] = records.calendar(row, uid)

    # ── the whole ─────────────────────────────────────────────────────────────────────────────────────

    def plan(self, path: Path, head: Row) -> Plan:
        """Everything taken so far, its references resolved."""
        own, of_project = self._whole_assignments()
        plan = Plan(
            source=path.name,
            name=head.line("Title") or (self._summary.name if self._summary else "") or path.stem,
            **self._frame(head),
            summary=self._summary,
            calendars=[self._calendar(calendar) for calendar in self._calendars.values()],
            resources=[self._with_calendar(resource, resource.name) for resource in self._resources.values()],
            links=list(self._whole_links()),
            assignments=own,
            summary_assignments=of_project,
        )
        hours = Hours(plan.calendars)
        plan.tasks.extend(self._task(task, plan, hours) for task in self._tasks.values())
        if not plan.tasks:
            self.findings.warn("The plan has no tasks")
        return replace(plan, left_out=self.findings.left_out(), warnings=self.findings.lines())

    def _frame(self, head: Row) -> dict[str, Any]:
        day = self._sane(head, "MinutesPerDay", 480, 1440)
        start, finish = head.clock("DefaultStartTime"), head.clock("DefaultFinishTime")
        return {
            **{
                name: head.line(name.title())
                for name in ("author", "manager", "company", "subject", "category")
            },
            "guid": head.text("GUID"),
            "title": head.line("Title"),
            "start": head.moment("StartDate"),
            "finish": head.moment("FinishDate"),
            "schedule_from_start": head.flag("ScheduleFromStart", True),
            "status_date": head.moment("StatusDate"),
            "minutes_per_day": day,
            "minutes_per_week": self._sane(head, "MinutesPerWeek", 2400, 10080),
            "days_per_month": self._sane(head, "DaysPerMonth", 20, 31),
            "default_start": 480 if start is None else start,
            "default_finish": 1020 if finish is None else finish,
            "honour_constraints": head.flag("HonorConstraints", True),
            "critical_slack_limit": round(
                (head.number("CriticalSlackLimit") or 0) * day
            ),  # the file has days
            "calendar_uid": self._known_calendar(head.whole("CalendarUID"), "the project"),
        }

    def _sane(self, head: Row, tag: str, default: int, high: int) -> int:
        value = head.whole(tag)
        if value is None or 0 < value <= high:
            return value or default
        self.findings.warn("Settings out of range were read as usual", f"{tag} {value}")
        return default

    def _known_calendar(self, uid: int | None, whose: str) -> int | None:
        if uid is None or uid in self._calendars:
            return uid
        if uid > 0:  # 0 and -1 say: none
            self.findings.warn("Calendars that are not in the file were left out", f"{uid} of {whose}")
        return None

    def _with_calendar(self, row: _C, name: str) -> _C:
        uid = self._known_calendar(row.calendar_uid, name)
        return row if uid == row.calendar_uid else replace(row, calendar_uid=uid)

    def _calendar(self, calendar: Calendar) -> Calendar:
        calendar = replace(calendar, base_uid=self._known_calendar(calendar.base_uid, calendar.name))
        base, seen = calendar.base_uid, {-1}
        while base is not None and base not in seen:
            seen.add(base)
            above = self._calendars[base].base_uid
            if above == calendar.uid:
                self.findings.warn("Calendars that are each other's base were set apart", calendar.name)
                return replace(calendar, base_uid=None)
            base = above if above in self._calendars else None
        return calendar

    def _task(self, task: Task, plan: Plan, hours: Hours) -> Task:
        task = self._with_calendar(task, task.name)
        constraint = task.constraint_type
        if constraint not in ("ASAP", "ALAP") and task.constraint_date is None:
            self.findings.warn("Constraints without a date were left out", f"{task.name}, {constraint}")
            constraint = "ASAP"
        summary = task.uid in self._parents
        segments = () if summary else self._segments(task, plan, hours)
        if segments or (constraint, summary) != (task.constraint_type, task.summary):
            return replace(task, constraint_type=constraint, summary=summary, segments=segments)
        return task

    def _segments(self, task: Task, plan: Plan, hours: Hours) -> tuple[Span, ...]:
        """The pieces of a split task, by the calendar that most tasks have: its own, else the project's."""
        work = self._worked.get(task.uid)
        if not work or not task.start or not task.finish or task.duration_minutes is None or task.elapsed:
            return ()
        calendar = plan.calendar_uid if task.calendar_uid is None else task.calendar_uid
        pieces = split(hours, calendar, task.start, task.finish, task.duration_minutes, work)
        if pieces is None:
            self.findings.leave("splits")
        return pieces or ()

    def _whole_links(self) -> Iterator[Link]:
        for link, project in self._links:
            name = self._tasks[link.successor_uid].name
            if project and link.predecessor_uid not in self._foreign:
                self.findings.leave_crossing(f"{project} → {name}")
            elif link.predecessor_uid not in self._tasks:
                self.findings.warn(
                    "Links from rows that are not in the file were left out", self._lost(link, name)
                )
            elif link.predecessor_uid == link.successor_uid:
                self.findings.warn("Links of a task to itself were left out", name)
            else:
                yield link

    def _lost(self, link: Link, name: str) -> str:
        what = "blank row" if link.predecessor_uid in self._blank else "UID"
        return f"{what} {link.predecessor_uid} → {name}"

    def _whole_assignments(self) -> tuple[list[Assignment], list[Assignment]]:
        own: list[Assignment] = []
        of_project: list[Assignment] = []
        for assignment in map(self._with_resource, self._assignments.values()):
            if assignment.task_uid in self._tasks:
                own.append(assignment)
            elif self._summary and assignment.task_uid == 0:
                of_project.append(assignment)
            else:
                self.findings.warn(
                    "Assignments of tasks that are not in the file were left out",
                    f"task UID {assignment.task_uid}",
                )
        return own, of_project

    def _with_resource(self, assignment: Assignment) -> Assignment:
        uid = assignment.resource_uid
        if uid in self._resources or uid == UNASSIGNED:
            return assignment
        if uid not in self._nobody:
            self.findings.warn(
                "Assignments of resources that are not in the file came in for nobody", f"UID {uid}"
            )
        return replace(assignment, resource_uid=UNASSIGNED)
