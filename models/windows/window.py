"""What every list has: a window of row numbers, and the pieces of SQL that several share."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from models.fields import Scalar

# one place says what a task's state and dates are; t is the task, s its row of the computed schedule
STATUS = """CASE WHEN t.not_applicable_reason IS NOT NULL THEN 'n/a' WHEN t.actual_finish IS NOT NULL THEN 'done'
    WHEN t.blocked_reason IS NOT NULL THEN 'blocked' WHEN t.actual_start IS NOT NULL THEN 'doing' ELSE 'todo' END"""
START = "coalesce(t.actual_start, s.start)"
FINISH = "coalesce(t.actual_finish, s.finish)"


@dataclass
class Window:
    """Row numbers in order; `depths` (0 = outermost, at most 255) run beside them in a tree."""

    rows: array[int] = field(default_factory=lambda: array("q"))
    depths: bytearray = field(default_factory=bytearray)


class Condition(NamedTuple):
    """What a filter leaves of the rows of t, as SQL with named parameters."""

    sql: str
    values: Mapping[str, Scalar]


EVERY = Condition("1", {})


def add(window: Window, row: int, depth: int) -> None:
    window.rows.append(row)
    window.depths.append(min(depth, 255))


def marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
