"""Records to be: decided purely, shown in a preview, written by an import.

A value that a field cannot hold is left empty or cut with a warning, so that one bad cell never stops a plan.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from models.errors import Invalid
from models.fields import MAX_NOTE, MAX_TEXT, Scalar
from models.kinds import KINDS
from models.record import new_id
from office.words import Warnings

Values = dict[str, Scalar]


class KnownMember(NamedTuple):
    id: str
    name: str
    email: str


class KnownCalendar(NamedTuple):
    id: str
    name: str
    base_id: str | None
    week: str | None
    exceptions: str | None
    work_weeks: str | None


class KnownProject(NamedTuple):
    id: str
    name: str
    source: str


@dataclass(frozen=True)
class Known:
    """What the store holds that a plan may mean too; nothing that is deleted."""

    members: list[KnownMember] = field(default_factory=list)
    calendars: list[KnownCalendar] = field(default_factory=list)
    projects: list[KnownProject] = field(default_factory=list)


@dataclass
class Draft:
    """New records by kind, complete and checked, and what a user should know of them."""

    project_id: str
    records: dict[str, list[Values]] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)  # resource uid → member
    calendars: dict[int, str] = field(default_factory=dict)
    tasks: dict[int, str] = field(default_factory=dict)
    same_members: list[str] = field(default_factory=list)
    same_calendars: list[str] = field(default_factory=list)
    imported_before: list[str] = field(default_factory=list)
    warnings: Warnings = field(default_factory=Warnings)
    left_out: list[str] = field(default_factory=list)

    def add(self, kind: str, called: str, **values: Scalar) -> str:
        """A new record, with what its fields cannot hold left empty or cut; its id."""
        id = str(values.pop("id", None) or new_id())
        fields = KINDS[kind].fields
        for name, value in values.items():
            if value is None and not fields[name].required:
                continue  # half of all values: a plan of 100,000 tasks has eleven million
            try:
                fields[name].check(value)
            except Invalid as error:
                values[name] = self._fitting(kind, name, value)
                self.warnings.warn("Values that do not fit were left empty or cut", f"{called}, {error}")
        self.records.setdefault(kind, []).append({**_blank(kind), **values, "id": id})
        return id

    def _fitting(self, kind: str, name: str, value: Scalar) -> Scalar:
        spec = KINDS[kind].fields[name]
        if spec.type in ("text", "note") and isinstance(value, str) and value.strip():
            return value[: MAX_NOTE if spec.type == "note" else MAX_TEXT]
        return spec.default


@lru_cache
def _blank(kind: str) -> Values:
    """Every column of a new record; to be copied."""
    return {**{name: field.default for name, field in KINDS[kind].fields.items()}, "extra": None, "ver": 0}


def minute(moment: datetime | None) -> str | None:
    """A moment as the store has it."""
    return moment.isoformat()[:16] if moment else None


def as_json(value: object) -> str | None:
    """JSON as the store has it; None for nothing."""
    if not value:
        return None
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def rounded(number: float | None) -> float | None:
    """As many digits as survive the store's JSON."""
    return None if number is None else round(number, 6)


def of(ids: Mapping[int, str], uid: int | None) -> str | None:
    """The id of the record that a row of the file became."""
    return None if uid is None else ids[uid]
