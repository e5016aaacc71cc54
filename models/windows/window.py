"""What every list has: a window of row numbers, and the pieces of SQL that several share."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from models.fields import Scalar

# one place says what a task's state and dates are; t is the task, s its row of the computed schedule, whose duration
# only a summary has: that one stands as what lies below it
_SINGLE = "s.duration IS NULL"
DONE = f"iif({_SINGLE}, t.actual_finish IS NOT NULL, s.open=0)"
UNDONE = (  # of an operation t
    "EXISTS (SELECT 1 FROM txn u WHERE u.ref=t.id AND u.kind='undo' AND u.state NOT IN (0,5,6))"
)
STATUS = f"""CASE WHEN t.not_applicable_reason IS NOT NULL THEN 'n/a' WHEN {DONE} THEN 'done'
    WHEN t.blocked_reason IS NOT NULL THEN 'blocked'
    WHEN iif({_SINGLE}, t.actual_start IS NOT NULL, s.open=2) THEN 'doing' ELSE 'todo' END"""
START = f"iif({_SINGLE}, coalesce(t.actual_start, s.start), s.start)"
FINISH = f"iif({_SINGLE}, coalesce(t.actual_finish, s.finish), s.finish)"
# initials of one letter are those that Microsoft Project makes of a name: many of a plan's members have the same
WHO = """(SELECT group_concat(CASE WHEN length(m.initials) > 1 THEN m.initials ELSE m.name END, ', ')
    FROM assignment a JOIN member m ON m.id=a.member_id WHERE a.task_id=t.id AND a.deleted_at IS NULL)"""
# kinds of records that have a name, and a place in a list
NAMED = (
    "project",
    "task",
    "client",
    "site",
    "contact",
    "member",
    "calendar",
    "interaction",
    "promise",
    "visit",
)
INTERNAL = "t.visibility IS NOT 'client'"  # the discreet view has it not
# a conflict c that nobody has settled; models.windows.open_conflicts says which of them are asked
UNSETTLED = """c.deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM settlement x WHERE x.conflict_id=c.id AND x.deleted_at IS NULL)"""
CONTESTED = f"EXISTS(SELECT 1 FROM conflict c WHERE c.rec=t.id AND {UNSETTLED})"


@dataclass
class Window:
    """Row numbers in order; `depths` (0 = outermost, at most 255) run beside them in a tree."""

    rows: array[int] = field(default_factory=lambda: array("q"))
    depths: bytearray = field(default_factory=bytearray)


class Condition(NamedTuple):
    """What a filter leaves of the rows of t, as SQL with named parameters. `words`, where it asks nothing else, are
    those that the texts of a row must hold each of, in small letters: for whoever has the texts at hand."""

    sql: str
    values: Mapping[str, Scalar]
    words: tuple[str, ...] = ()


EVERY = Condition("1", {})


def add(window: Window, row: int, depth: int) -> None:
    window.rows.append(row)
    window.depths.append(min(depth, 255))


def holding(texts: Sequence[str], words: Sequence[str]) -> bytearray:
    """1 for each text, in small letters, that holds all of the words, else 0."""
    first, *more = words
    found = bytearray([first in text for text in texts])
    for word in more:
        found = bytearray([held and word in text for held, text in zip(found, texts, strict=True)])
    return found


def schedule_of(wanted: Condition) -> str:
    """The join of the computed schedule that a condition on tasks needs: none is half of the time."""
    return "LEFT JOIN schedule s ON s.task=t.id" if "s." in wanted.sql else ""


def marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
