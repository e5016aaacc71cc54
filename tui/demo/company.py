"""The company of the demonstration: company.toml made into records, with dates relative to today.

A project is the standard template expanded, played forward to the day that the file says: what lies before it is
done, with actual dates; what waits, and all after it, is not. Ids are made of names, so that the scripted colleague
finds what it edits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import tomli
from sqlmodel import Session

from models.baseline import take_baseline
from models.dates import refresh_all
from models.fields import Scalar
from models.people import Member
from models.record import create, edit, made_id
from models.store import Store
from models.task import Task
from models.template import Node, Template, expand, plan_of, read_template, task_id
from tui.demo.dates import DAY, Span, Tie, evening, forward, morning, work_day
from tui.demo.talks import note_all

FILE = Path(__file__).with_name("company.toml")
PROMISES = ("M1", "M2", "M4", "M5", "M6", "M7")  # milestones that the client was promised
SIGNED = "M1"  # with this the first baseline is frozen
CALENDAR = made_id("demo", "calendar", "Standard")
WEEK = '{"fri": [["08:00", "12:00"], ["13:00", "17:00"]], "mon": [["08:00", "12:00"], ["13:00", "17:00"]], "sat": [], '\
    '"sun": [], "thu": [["08:00", "12:00"], ["13:00", "17:00"]], "tue": [["08:00", "12:00"], ["13:00", "17:00"]], '\
    '"wed": [["08:00", "12:00"], ["13:00", "17:00"]]}'  # fmt: skip


@dataclass(frozen=True)
class Order:
    """A project of company.toml; what the fields mean stands there."""

    client: str
    name: str
    number: str
    machines: list[str]
    integrations: list[str]
    shifts: list[str]
    day: int
    behind: int = 0
    waiting: dict[str, list[Any]] = field(default_factory=dict)
    skip: dict[str, str] = field(default_factory=dict)
    urgent: tuple[str, ...] = ()
    hold: list[Any] = field(default_factory=list)
    notes: str = ""

    @property
    def id(self) -> str:
        return made_id("demo", "project", self.number)

    @property
    def parameters(self) -> dict[str, list[str]]:
        return {"machine": self.machines, "integration": self.integrations, "shift": self.shifts}


@dataclass(frozen=True)
class Company:
    members: list[dict[str, Scalar]]
    clients: list[dict[str, Any]]
    orders: list[Order]


def read_company() -> Company:
    document = tomli.loads(FILE.read_text("utf-8"))
    return Company(document["members"], document["clients"], [Order(**o) for o in document["projects"]])


def member_id(name: str) -> str:
    """The id of a colleague; the user's is the one that the server gave (see `build`)."""
    return made_id("demo", "member", name)


def contact_id(name: str) -> str:
    return made_id("demo", "contact", name)


def build(store: Store, today: date | None = None) -> None:
    """Makes the whole company in `store`, one operation for the office and one for each project.

    Whoever the profile is signed in as, is its first member, the project manager.
    """
    company, template = read_company(), read_template("nesting")
    me = store.meta("member") or member_id(str(company.members[0]["name"]))
    store.transact("Set up the office", _office, company, me, today or date.today())
    for order in company.orders:
        store.transact(f"New project {order.name}", _take, order, me, template, today)
    refresh_all(store)


def seal(store: Store) -> None:
    """What made the company counts as done on another laptop of the user: undo in the demonstration leaves it be."""
    with store.write() as conn:
        conn.execute("UPDATE txn SET origin='R' WHERE origin='L'")


# ── people ────────────────────────────────────────────────────────────────────────────────────────────


def _office(session: Session, company: Company, me: str, today: date) -> None:
    create(session, "calendar", id=CALENDAR, name="Standard", week=WEEK)
    first, *others = company.members
    if session.get(Member, me):
        edit(session, "member", me, calendar_id=CALENDAR, **first)
    else:
        create(session, "member", id=me, calendar_id=CALENDAR, **first)
    for member in others:
        create(session, "member", id=member_id(str(member["name"])), calendar_id=CALENDAR, **member)
    for client in company.clients:
        _client(session, dict(client))
    note_all(session, today, me)


def _client(session: Session, client: dict[str, Any]) -> None:
    sites, contacts = client.pop("sites"), client.pop("contacts")
    id = made_id("demo", "client", client["name"])
    create(session, "client", id=id, visibility="client", **client)
    for site in sites:
        create(session, "site", id=_site_id(client["name"], site["name"]), client_id=id, **site)
    home = _site_id(client["name"], sites[0]["name"])
    for contact in contacts:
        create(session, "contact", id=contact_id(contact["name"]), client_id=id, site_id=home, **contact)


def _site_id(client: str, site: str) -> str:
    return made_id("demo", "site", client, site)


# ── a project ─────────────────────────────────────────────────────────────────────────────────────────


def _take(session: Session, order: Order, me: str, template: Template, today: date | None) -> None:
    """The project, its plan, its progress and its baseline."""
    stage = Stage(order, template, today or date.today())
    _head(session, order, me, stage)
    tasks = expand(session, order.id, template, order.parameters)
    for task in tasks:
        if task.parent_id:
            stage.play(task)
    _close_phases(tasks)
    if stage.reached(SIGNED):
        baseline = take_baseline(session, order.id, stage.agreed(), "Scope baseline")
        baseline.taken_at = f"{stage.agreed()[stage.ids[SIGNED, '']][1]}:00.000Z"


def _head(session: Session, order: Order, me: str, stage: "Stage") -> None:
    reason, who, days = order.hold or (None, None, 0)
    create(
        session, "project", id=order.id, name=order.name, number=order.number, visibility="client",
        client_id=made_id("demo", "client", order.client), manager_id=me,
        calendar_id=CALENDAR, start=morning(stage.origin, 0), finish=evening(stage.origin, stage.length + 3 * DAY),
        notes=order.notes or None, hold_reason=reason, hold_waiting_on=who,
        status_date=f"{stage.today}T08:00", reschedule_uncompleted=1,
        hold_since=str(work_day(stage.today, -days)) if reason else None,
    )  # fmt: skip


def _close_phases(tasks: Iterable[Task]) -> None:
    """A phase whose tasks are all done is done."""
    below: dict[str, list[Task]] = {}
    for task in tasks:
        below.setdefault(task.parent_id or "", []).append(task)
    for phase in below[""]:
        parts = [t for t in below.get(phase.id, ()) if not t.not_applicable_reason]
        starts = [t.actual_start for t in parts if t.actual_start]
        phase.actual_start = min(starts, default=None)
        finishes = [t.actual_finish for t in parts if t.actual_finish]
        if len(finishes) == len(parts):
            phase.actual_finish, phase.percent_complete = max(finishes), 100


class Stage:
    """How far a project is: its plan in working minutes from the first morning, and today on that line.

    Work went on at an even pace, so that `behind` days were lost little by little.
    """

    def __init__(self, order: Order, template: Template, today: date) -> None:
        self.order, self.template = order, template
        self.today = work_day(today, 0)
        self.origin = work_day(self.today, -order.day)
        plan = plan_of(template, order.parameters)
        nodes = [node for each in plan.nodes.values() for node in each]
        self.ids = {node: task_id(order.id, template, *node) for node in nodes}
        self.phases = {
            task_id(order.id, template, phase): [self.ids[node] for node in below]
            for phase, below in plan.nodes.items()
        }
        self.nodes = {id: node for node, id in self.ids.items()}
        self.durations = {self.ids[n]: self._minutes(n) for n in nodes}
        self.ties = [
            Tie(self.ids[a], self.ids[b], type, round(lag * DAY)) for (a, b, type), lag in plan.links.items()
        ]
        self.plan = forward(self.durations, self.ties)
        self.length = max(span.finish for span in self.plan.values())
        self.now = max(order.day, 0) * DAY
        self.point = max(order.day - order.behind, 0) * DAY
        self.stuck = self._stuck()

    def _minutes(self, node: Node) -> int:
        return 0 if node[0] in self.order.skip else round(self.template.steps[node[0]].days * DAY)

    def _stuck(self) -> set[str]:
        """All that comes after what waits."""
        after: dict[str, list[str]] = {}
        for tie in self.ties:
            after.setdefault(tie.before, []).append(tie.after)
        queue = [id for node, id in self.ids.items() if node[0] in self.order.waiting]
        found: set[str] = set()
        while queue:
            fresh = [n for n in after.get(queue.pop(), ()) if n not in found]
            found.update(fresh)
            queue += fresh
        return found

    def reached(self, key: str) -> bool:
        id = self.ids[key, ""]
        return id not in self.stuck and self.plan[id].finish <= self.point

    def agreed(self) -> dict[str, tuple[str, str]]:
        """The dates as first planned, of tasks and phases."""
        return self._dates(self.plan)

    def play(self, task: Task) -> None:
        """Writes into a new task what has become of it."""
        key, span = self.nodes[task.id][0], self.plan[task.id]
        if key in PROMISES or key in self.order.waiting:
            task.deadline = evening(self.origin, span.finish)
        if key in self.order.urgent:
            task.priority = 800
        if key in self.order.skip:
            task.not_applicable_reason = self.order.skip[key]
        elif key in self.order.waiting:
            self._begin(task, span, 0)
            task.blocked_reason, task.waiting_on, days = self.order.waiting[key]
            task.blocked_since = str(self.today - timedelta(days))
        elif task.id not in self.stuck:
            self._advance(task, span)

    def _advance(self, task: Task, span: Span) -> None:
        if span.finish <= self.point and self.now:
            self._end(task, span)
        elif span.start < self.point:
            self._begin(task, span, (self.point - span.start) * 10 // (span.finish - span.start) * 10)

    def _begin(self, task: Task, span: Span, percent: int) -> None:
        start = self._real(span.start)
        task.actual_start, task.percent_complete = morning(self.origin, start), percent
        task.remaining_minutes = self.durations[task.id] * (100 - percent) // 100

    def _end(self, task: Task, span: Span) -> None:
        start, finish = self._real(span.start), self._real(span.finish)
        task.actual_finish = evening(self.origin, finish)
        task.actual_start = task.actual_finish if start == finish else morning(self.origin, start)
        task.percent_complete, task.remaining_minutes = 100, 0

    def _real(self, minutes: int) -> int:
        """When that was, which was planned for `minutes`, to two hours; never after today."""
        done = min(self.point, self.length)
        pace = (done + self.order.behind * DAY) / done if done else 1
        return int(minutes * pace) // 120 * 120

    def _dates(self, spans: dict[str, Span]) -> dict[str, tuple[str, str]]:
        """Start and finish; a phase spans its tasks."""
        phases = {
            id: Span(min(spans[b].start for b in below), max(spans[b].finish for b in below))
            for id, below in self.phases.items()
            if below
        }
        return {id: self._date(span) for id, span in {**spans, **phases}.items()}

    def _date(self, span: Span) -> tuple[str, str]:
        finish = evening(self.origin, span.finish)
        return (finish if span.start == span.finish else morning(self.origin, span.start)), finish
