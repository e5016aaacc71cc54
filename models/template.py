"""Templates: the expansion of a standard plan into the tasks and links of a project.

`plan_of` decides purely what a project gets; `expand` writes it. Tasks, links and assignments have ids made of project,
template, key and item, so that two laptops that expand the same template into the same project make one plan.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from fractional_indexing import generate_n_keys_between
from sqlmodel import Session, col, select

from models.assignment import Assignment
from models.dependency import Dependency
from models.errors import Refused
from models.people import Member
from models.project import Project, new_project
from models.record import find, made_id
from models.task import Task, ranks
from models.template_file import Link, Phase, Step, Template, parse_template, read_template

__all__ = [
    "Plan",
    "Template",
    "expand",
    "new_from_template",
    "parse_template",
    "plan_of",
    "read_template",
    "task_id",
]


# ── what a project gets: pure ─────────────────────────────────────────────────────────────────────────

Node = tuple[str, str]  # a step's key, and its item or ""


@dataclass(frozen=True)
class Plan:
    """An expanded template: `nodes` in the order of the outline by phase, and links (from, to, type) → lag in days.

    `words` is the item in full by its short name: "Plasma 1" → "Plasma 1 - Burny 10".
    """

    nodes: dict[str, list[Node]]
    links: dict[tuple[Node, Node, str], float]
    words: dict[str, str] = field(default_factory=dict)


def plan_of(template: Template, parameters: Mapping[str, Sequence[str]]) -> Plan:
    """A task for every step, once per item where it repeats.

    A link between steps of one parameter runs item to item, any other from all items to all items; the items of a
    chained step follow one another. A parameter with no items leaves its steps out, and links pass through them.
    Raises Refused for a parameter that is unknown, missing, or names an item twice.
    """
    items = _items(template, parameters)
    steps = template.steps
    nodes = {phase.key: [node for s in phase.steps for node in _nodes(s, items)] for phase in template.phases}
    links: dict[tuple[Node, Node, str], float] = {}
    for start, end, type, lag in _links(steps, items):
        key = (start, end, type)
        links[key] = max(lag, links.get(key, lag))
    return Plan(nodes, links, {short: full for each in items.values() for short, full in each.items()})


def _items(template: Template, parameters: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """Short name → the item in full, by parameter: of "Plasma 1 - Burny 10" the part before the dash is the name."""
    for key in parameters:
        if key not in template.parameters:
            known = ", ".join(template.parameters)
            raise Refused(f"{template.key} has no parameter “{key}”. It has: {known}.")
    found = {}
    for key, parameter in template.parameters.items():
        if key not in parameters:
            example = ", ".join(parameter.example)
            raise Refused(f"{parameter.ask}? Give {key}, such as {example}; or none of them.")
        found[key] = named(key, parameters[key])
    return found


def named(key: str, items: Sequence[str]) -> dict[str, str]:
    """Short name → the item in full, of what is given for one parameter. Raises Refused."""
    found: dict[str, str] = {}
    for item in items:
        short = item.partition(" - ")[0].strip()
        if not short:
            raise Refused(f"{key}: an item has no name. Write it before “ - ”.")
        if short in found:
            raise Refused(f"{key}: “{short}” is there twice. Give each a name of its own.")
        found[short] = item.strip()
    return found


def _nodes(step: Step, items: Mapping[str, Mapping[str, str]]) -> list[Node]:
    return [(step.key, item) for item in items[step.repeat]] if step.repeat else [(step.key, "")]


def _links(
    steps: Mapping[str, Step], items: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[Node, Node, str, float]]:
    for step in steps.values():
        own = _nodes(step, items)
        for link in _through(step.links, steps, items):
            before = steps[link.on]
            same = bool(step.repeat) and before.repeat == step.repeat
            for start in _nodes(before, items):
                for end in own:
                    if not same or start[1] == end[1]:
                        yield start, end, link.type, link.lag
        if step.chain:
            for start, end in pairwise(own):
                yield start, end, "FS", 0


def _through(
    links: Iterable[Link], steps: Mapping[str, Step], items: Mapping[str, Mapping[str, str]]
) -> Iterator[Link]:
    """The links, with one to a step that has no items replaced by those of that step, as if it took no time."""
    for link in links:
        before = steps[link.on]
        if _nodes(before, items):
            yield link
            continue
        for far in _through(before.links, steps, items):
            yield Link(far.on, far.type[0] + link.type[1], far.lag + link.lag)


# ── writing it ────────────────────────────────────────────────────────────────────────────────────────


def expand(
    session: Session, project_id: str, template: Template, parameters: dict[str, list[str]]
) -> list[Task]:
    """The template's phases as summary tasks with their tasks, links and assignments, after what the project has.

    `parameters` are the items by parameter. A task goes to the member whose role is called as the template's, where
    there is exactly one; a role of the client stands in the notes. Returns the tasks, phases included. Raises
    Refused, and nothing is written, for wrong parameters and for a template that was expanded here before.
    """
    project: Project = find(session, "project", project_id)
    plan = plan_of(template, parameters)
    _refuse_again(session, project, template)
    return _Writer(session, project, template, plan).write()


def new_from_template(
    session: Session,
    key: str,
    name: str,
    parameters: dict[str, list[str]],
    client: str = "",
    holidays: str = "",
    private: bool = False,
) -> str:
    """A project made of a template in one operation, for the client called so; its id. A `private` one only this
    member sees. Raises Refused."""
    project_id = new_project(session, name, client, holidays, private)
    session.flush()
    expand(session, project_id, read_template(key), parameters)
    return project_id


def task_id(project_id: str, template: Template, key: str, item: str = "") -> str:
    """The id of the task that a step (with its item) or a phase becomes in a project."""
    return made_id(project_id, template.key, key, item)


def _refuse_again(session: Session, project: Project, template: Template) -> None:
    ids = [task_id(project.id, template, phase.key) for phase in template.phases]
    there = session.exec(select(Task).where(col(Task.id).in_(ids))).all()
    if there and all(task.deleted_at for task in there):
        raise Refused(f"“{project.name}” had {template.key} before. Take its phases out of the recycle bin.")
    if there:
        raise Refused(f"“{project.name}” has {template.key} already. Choose another project or template.")


class _Writer:
    """Adds the records of a plan to the session in bulk: a verb for each would look for circles each time."""

    def __init__(self, session: Session, project: Project, template: Template, plan: Plan) -> None:
        self.session, self.project, self.template, self.plan = session, project, template, plan
        self.steps = template.steps
        self.members = _members_by_role(session)

    def write(self) -> list[Task]:
        phases = self.template.phases
        made: list[Task] = []
        for phase, rank in zip(phases, ranks(self.session, self.project.id, None, len(phases)), strict=True):
            made += self._phase(phase, rank)
        self.session.add_all([*made, *self._dependencies(), *self._assignments()])
        return made

    def _id(self, key: str, item: str = "") -> str:
        return task_id(self.project.id, self.template, key, item)

    def _phase(self, phase: Phase, rank: str) -> list[Task]:
        nodes = self.plan.nodes[phase.key]
        summary = Task(
            id=self._id(phase.key), project_id=self.project.id, rank=rank, name=phase.name, visibility="client",
            duration_minutes=None,
        )  # fmt: skip
        ranks = generate_n_keys_between(None, None, len(nodes))
        return [summary, *(self._task(node, summary.id, at) for node, at in zip(nodes, ranks, strict=True))]

    def _task(self, node: Node, parent_id: str, rank: str) -> Task:
        step, item = self.steps[node[0]], node[1]
        return Task(
            id=self._id(*node), project_id=self.project.id, parent_id=parent_id, rank=rank,
            name=f"{step.name} · {item}" if item else step.name, milestone=int(step.milestone),
            duration_minutes=self._minutes(step.days), visibility=step.visibility, side=step.side or None,
            notes=self._notes(step, self.plan.words.get(item, "")),
        )  # fmt: skip

    def _minutes(self, days: float) -> int:
        return round(days * self.project.minutes_per_day)

    def _notes(self, step: Step, words: str) -> str | None:
        """What the fields of a task do not say: client's roles, the place, results, checks and a gate's needs."""
        role, gate = self.template.roles.get(step.role), self.template.gates.get(step.gate)
        who = role.name if role and role.name.lower() not in self.members else ""
        place = {"site": "on site", "either": "on site or remote"}.get(step.place, "")
        lines = [
            " · ".join(part for part in (words, who, place) if part),
            f"Results: {', '.join(step.results)}" if step.results else "",
            f"Gate {gate.key} needs:" if gate else "",
            *(f"- {need}" for need in (gate.needs if gate else ())),
            *(f"- {check}" for check in step.checks),
        ]
        return "\n".join(line for line in lines if line) or None

    def _dependencies(self) -> Iterator[Dependency]:
        for (start, end, type), lag in self.plan.links.items():
            before, after = self._id(*start), self._id(*end)
            yield Dependency(
                id=made_id("link", before, after, type), project_id=self.project.id, predecessor_id=before,
                successor_id=after, type=type, lag=self._minutes(lag),
            )  # fmt: skip

    def _assignments(self) -> Iterator[Assignment]:
        for node in (node for nodes in self.plan.nodes.values() for node in nodes):
            step = self.steps[node[0]]
            if (member_id := self.members.get(self._role_name(step))) and not step.milestone:
                id = self._id(*node)
                yield Assignment(id=made_id("assignment", id, member_id), task_id=id, member_id=member_id)

    def _role_name(self, step: Step) -> str:
        role = self.template.roles.get(step.role)
        return role.name.lower() if role and role.side == "vendor" else ""


def _members_by_role(session: Session) -> dict[str, str]:
    """Role in small letters → the one member who has it."""
    rows = session.exec(
        select(Member).where(col(Member.deleted_at).is_(None), col(Member.inactive).is_not(1))
    ).all()
    roles = [(member.role or "").lower() for member in rows]
    return {role: m.id for m, role in zip(rows, roles, strict=True) if role and roles.count(role) == 1}
