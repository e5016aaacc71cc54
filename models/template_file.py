"""A template as a file: its parts, reading, and what makes one unusable.

The format is explained in the head of templates/nesting.toml.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import tomli

from models.dependency import LINK_TYPES
from models.errors import Refused

FOLDER = Path(__file__).parent / "templates"
SCHEMA = 1


# ── what a template says ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Parameter:
    """What a plan repeats over. `example` are items as a person writes them: "Plasma 1 - Burny 10"."""

    key: str
    ask: str
    example: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """Who does a task; `side` is vendor or client."""

    key: str
    name: str
    side: str


@dataclass(frozen=True)
class Link:
    """A link to the task that says it. `lag` is working days."""

    on: str
    type: str = "FS"
    lag: float = 0


@dataclass(frozen=True)
class Step:
    """A task of the template. `days` are working days; `repeat` names a parameter or is empty."""

    key: str
    name: str
    days: float
    role: str = ""
    side: str = ""
    visibility: str = "internal"
    place: str = ""
    repeat: str = ""
    chain: bool = False
    milestone: bool = False
    gate: str = ""
    links: tuple[Link, ...] = ()
    results: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phase:
    key: str
    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Gate:
    """`needs` must be shown before the milestone of the gate is passed."""

    key: str
    name: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    key: str
    name: str
    parameters: dict[str, Parameter]
    roles: dict[str, Role]
    gates: dict[str, Gate]
    phases: tuple[Phase, ...]

    @property
    def steps(self) -> dict[str, Step]:
        return {step.key: step for phase in self.phases for step in phase.steps}


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────


def read_template(key: str) -> Template:
    """The template that is called so, by its file's name or its key. Raises Refused with those that there are."""
    found = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
    if key in found:
        return parse_template(found[key].read_text("utf-8"), key)
    for stem, path in found.items():
        template = parse_template(path.read_text("utf-8"), stem)
        if template.key.lower() == key.lower():
            return template
    raise Refused(f"There is no template “{key}”. There are: {', '.join(found)}.")


def parse_template(text: str, origin: str = "template") -> Template:
    """The template that `text` (TOML) describes. Raises Refused, naming what is wrong and where."""
    try:
        document = tomli.loads(text)
        if document["schema"] != SCHEMA:
            raise Refused(
                f"{origin}: schema {document['schema']} is unknown here, {SCHEMA} is known. Update Milepost."
            )
        template = _template(document)
    except KeyError as error:
        raise Refused(f"{origin}: {error} is missing. Add it.") from error
    except (tomli.TOMLDecodeError, TypeError, AttributeError, ValueError) as error:
        raise Refused(f"{origin} is not a template: {error}. Correct the file.") from error
    for problem in _problems(template):
        raise Refused(f"{origin}: {problem}")
    return template


def _template(document: dict[str, Any]) -> Template:
    return Template(
        key=document["key"],
        name=document["name"],
        parameters={
            key: Parameter(key, entry["ask"], tuple(entry.get("example", ())))
            for key, entry in document.get("parameters", {}).items()
        },
        roles={
            key: Role(key, entry["name"], entry["side"]) for key, entry in document.get("roles", {}).items()
        },
        gates={
            entry["id"]: Gate(entry["id"], entry["name"], tuple(entry["needs"]))
            for entry in document.get("gates", ())
        },
        phases=tuple(
            Phase(entry["id"], entry["name"], tuple(_step(task) for task in entry["tasks"]))
            for entry in document["phases"]
        ),
    )


def _step(entry: dict[str, Any]) -> Step:
    return Step(
        key=entry["id"],
        name=entry["name"],
        days=entry["dur"],
        role=entry.get("role", ""),
        side=entry.get("side", ""),
        visibility=entry.get("vis", "internal"),
        place=entry.get("loc", ""),
        repeat=entry.get("repeat", ""),
        chain=bool(entry.get("chain")),
        milestone=entry.get("kind") == "milestone",
        gate=entry.get("gate", ""),
        links=tuple(Link(d["on"], d.get("type", "FS"), d.get("lag", 0)) for d in entry.get("deps", ())),
        results=tuple(entry.get("out", ())),
        checks=tuple(entry.get("check", ())),
    )


def _problems(template: Template) -> Iterator[str]:
    """What makes the template unusable, each with its remedy."""
    steps = template.steps
    keys = [step.key for phase in template.phases for step in phase.steps] + [p.key for p in template.phases]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{key} is there twice. Give each task and phase an id of its own."
    for step in steps.values():
        yield from _problems_of(step, template, steps)
    try:
        TopologicalSorter({s.key: [link.on for link in s.links] for s in steps.values()}).prepare()
    except CycleError as error:
        yield f"the links close a circle: {' → '.join(error.args[1])}. Remove one of them."


def _problems_of(step: Step, template: Template, steps: Mapping[str, Step]) -> Iterator[str]:
    if not isinstance(step.days, int | float) or not 0 <= step.days <= 10_000:
        yield f"{step.key} lasts {step.days!r}. Write working days, 0 or more."
    if step.repeat and step.repeat not in template.parameters:
        yield f"{step.key} repeats over “{step.repeat}”, which is no parameter. Add [parameters.{step.repeat}]."
    if step.role and step.role not in template.roles:
        yield f"{step.key} is for “{step.role}”, which is no role. Add [roles.{step.role}]."
    if step.gate and step.gate not in template.gates:
        yield f"{step.key} passes gate “{step.gate}”, which is not there. Add it under [[gates]]."
    if step.visibility not in ("client", "internal"):
        yield f"{step.key} has vis “{step.visibility}”. Write client or internal."
    for link in step.links:
        if link.on not in steps:
            yield f"{step.key} waits for {link.on}, which is not there. Correct deps."
        if link.type not in LINK_TYPES:
            yield f"{step.key} has a link of type “{link.type}”. Write one of {', '.join(LINK_TYPES)}."
        if not isinstance(link.lag, int | float):
            yield f"{step.key} has a lag of {link.lag!r}. Write working days."
