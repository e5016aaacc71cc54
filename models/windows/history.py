"""Who changed what from what to what: operations, the newest first, each above its changes."""

import json
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import orjson

from models.fields import Scalar
from models.history import Line
from models.windows.window import EVERY, UNDONE, Condition, Window, add, marks

OPERATION, CHANGE = 0, 1  # a row number of this window is the number of a txn or a change × 2 + one of these
LATEST = 1000  # operations that are shown
NOWHERE_YET = 2**62
PARTS = 40  # changes of one operation that are shown

_REAL = "(c.field='' OR c.old IS NOT c.new)"  # members of a group are logged where they stayed, too
_SHOWN = "t.origin IN ('L','R') AND t.state NOT IN (0,6)"
_OF_PROJECT = ("assignment", "dependency")  # which know their project by their task
_WITH_PROJECT = ("task", "baseline", "calendar", "interaction", "promise", "visit")


class Change(NamedTuple):
    """One field of one record; `field` '' is its coming."""

    kind: str
    rec: str
    field: str
    old: Scalar
    new: Scalar


class HistoryRow(NamedTuple):
    """An operation, or below it one of its changes. `change` of an operation on one record is its first one of
    `parts`; None where it touched several records. `undone` and `mine` (made on this laptop) are 0 or 1; `state` as
    in models.capture."""

    row: int
    kind: str
    operation: str
    at: int
    author: str
    label: str
    state: int
    note: str
    undone: int
    mine: int
    done: str
    records: int
    parts: int
    change: Change | None


RECORDS = HistoryRow._fields.index("records") - 2  # in what is read of an operation


class Told(NamedTuple):
    """An operation that is shown. `ver` is the place in the server's log, NOWHERE_YET where it has none."""

    n: int
    ver: int


class Older:
    """What only the server knows of a record's history: rows with numbers below 0, made of its lines, the oldest first.

    The parity of a number says here too whether it is an operation or a change.
    """

    def __init__(
        self, rec: str, lines: Iterable[Line], vers: Mapping[str, int], known: Container[str]
    ) -> None:
        """Without the operations in `known`; `vers` has the place of all others in the server's log."""
        self.rec, self._vers = rec, vers
        self.lines: list[Line] = []
        self.rows: dict[int, HistoryRow] = {}
        self.told: list[tuple[Told, list[int]]] = []  # the newest first, each with the rows of its changes
        for id, group in groupby(lines, lambda line: line.operation):
            if id not in known:
                self._add(id, list(group))
        self.told.reverse()

    def _add(self, id: str, lines: list[Line]) -> None:
        self.lines += lines
        parts = [(line, -2 * (len(self.rows) + n) - 3) for n, line in enumerate(lines)]
        first, top = lines[0], -2 * len(self.rows) - 2
        self.rows[top] = self._row(top, "operation", id, first, len(lines))
        for line, row in parts:
            self.rows[row] = self._row(row, "change", id, line, len(lines))
        below = [row for _, row in parts] if len(parts) > 1 else []
        self.told.append((Told(top, self._vers.get(id, NOWHERE_YET)), below))

    def _row(self, row: int, kind: str, id: str, line: Line, parts: int) -> HistoryRow:
        change = Change(line.kind, self.rec, line.field, line.old, line.new)
        return HistoryRow(
            row, kind, id, line.when, line.author, line.label, line.state, "", 0, 0, "do", 1, parts, change
        )


def operations(
    conn: sqlite3.Connection, project: str = "", rec: str = "", wanted: Condition = EVERY
) -> list[Told]:
    """The latest operations that are wanted of those that touched a record, the records of a project, or anything; the
    newest first."""
    rows = conn.execute(
        f"""SELECT t.n, coalesce(t.ver, {NOWHERE_YET}) FROM txn t
            WHERE {_SHOWN} AND {_touched(project, rec)} AND {wanted.sql} ORDER BY t.n DESC LIMIT {LATEST}""",
        {**wanted.values, "project": project, "rec": rec},
    )
    return [Told(*row) for row in rows]


def fitting(conn: sqlite3.Connection, rec: str, lines: Iterable[Line], wanted: Condition) -> set[str]:
    """The ids of the wanted operations among these lines of a record, whether the log has them here or not."""
    told = [
        [n, one.operation, one.when, one.author, one.label, one.state, one.kind, one.field]
        for n, one in enumerate(lines)
    ]
    # the condition asks the tables of the log: here they are these lines
    rows = conn.execute(
        f"""WITH told(n, id, at, author, label, state, tbl, field) AS MATERIALIZED (
              SELECT {", ".join(f"json_extract(value, '$[{at}]')" for at in range(8))} FROM json_each(:told)),
            txn(n, id, at, author, label, state, kind, origin, ref) AS (
              SELECT min(n), id, at, (SELECT m.id FROM member m WHERE m.name=told.author), label, state, 'do',
                CASE author WHEN 'you' THEN 'L' ELSE 'R' END, NULL FROM told GROUP BY id),
            change(txn, tbl, rec, field) AS (
              SELECT (SELECT min(o.n) FROM told o WHERE o.id=told.id), tbl, :rec, field FROM told)
            SELECT t.id FROM txn t WHERE {wanted.sql}""",
        {**wanted.values, "told": json.dumps(told), "rec": rec},
    )
    return {id for (id,) in rows}


def _touched(project: str, rec: str) -> str:
    if rec:
        return "EXISTS (SELECT 1 FROM change c WHERE c.txn=t.n AND c.rec=:rec)"
    if not project:
        return "EXISTS (SELECT 1 FROM change c WHERE c.txn=t.n)"
    tests = ["(c.tbl='project' AND c.rec=:project)"]
    tests += [
        f"(c.tbl='{kind}' AND EXISTS (SELECT 1 FROM {kind} x WHERE x.id=c.rec AND x.project_id=:project))"
        for kind in _WITH_PROJECT
    ]
    for kind, task in zip(_OF_PROJECT, ("task_id", "successor_id"), strict=True):
        tests.append(
            f"""(c.tbl='{kind}' AND EXISTS (SELECT 1 FROM {kind} x JOIN task k ON k.id=x.{task}
                WHERE x.id=c.rec AND k.project_id=:project))"""
        )
    return f"EXISTS (SELECT 1 FROM change c WHERE c.txn=t.n AND ({' OR '.join(tests)}))"


def window(conn: sqlite3.Connection, ns: Iterable[int]) -> Window:
    """The operations with these numbers, each above its changes where it has several."""
    told = list(ns)
    return window_of(told, parts(conn, told))


def window_of(ns: Iterable[int], several: Mapping[int, Sequence[int]]) -> Window:
    """The same, with the `parts` of these operations at hand."""
    found = Window()
    for n in ns:
        add(found, n * 2 + OPERATION, 0)
        for part in several[n]:
            add(found, part * 2 + CHANGE, 1)
    return found


def parts(conn: sqlite3.Connection, ns: Iterable[int]) -> dict[int, Sequence[int]]:
    """The numbers of the changes of each of these operations; none of one that has but one."""
    told = list(ns)
    sql = f"SELECT c.n FROM change c WHERE c.txn=told.value AND {_REAL} ORDER BY c.n LIMIT {PARTS}"
    rows = conn.execute(
        f"SELECT (SELECT json_group_array(n) FROM ({sql})) FROM json_each(?) told ORDER BY told.key",
        (json.dumps(told),),
    )
    found = zip(told, (orjson.loads(each) for (each,) in rows), strict=True)
    return {n: several if len(several) > 1 else () for n, several in found}


def window_with_older(
    conn: sqlite3.Connection, here: Sequence[Told], older: Sequence[tuple[Told, list[int]]]
) -> Window:
    """What this laptop has among what the server told, as its log has it; the newest first."""
    found = Window()
    there = {told.n: parts for told, parts in older}
    for told in sorted((*here, *(one for one, _ in older)), key=lambda one: (one.ver, one.n), reverse=True):
        if told.n >= 0:
            some = window(conn, [told.n])
            found.rows += some.rows
            found.depths += some.depths
            continue
        add(found, told.n, 0)
        for part in there[told.n]:
            add(found, part, 1)
    return found


def history_rows(conn: sqlite3.Connection, rows: Sequence[int]) -> list[HistoryRow]:
    """What the list shows of these rows."""
    parts = {row: row // 2 for row in rows if row % 2 == CHANGE}
    changes = dict(_changes(conn, list(parts.values())))
    wanted = {row: row // 2 for row in rows if row % 2 == OPERATION}
    wanted |= {row: changes[n][0] for row, n in parts.items() if n in changes}
    done = {row[0]: row[1:] for row in _done(conn, sorted(set(wanted.values())))}
    found = []
    for row in rows:
        if row in parts and parts[row] in changes and wanted[row] in done:
            found.append(HistoryRow._make((row, "change", *done[wanted[row]], changes[parts[row]][1])))
        elif row in wanted and row not in parts and wanted[row] in done:
            found.append(
                HistoryRow._make(
                    (row, "operation", *done[wanted[row]], _first(conn, wanted[row], done[wanted[row]]))
                )
            )
    return found


def _done(conn: sqlite3.Connection, ns: Sequence[int]) -> sqlite3.Cursor:
    return conn.execute(
        f"""SELECT t.n, t.id, t.at, coalesce(m.name, CASE WHEN t.origin='L' THEN 'you' ELSE 'a colleague' END),
            t.label, t.state, coalesce(t.note, ''),
            {UNDONE},
            t.origin='L', t.kind, (SELECT count(DISTINCT rec) FROM change c WHERE c.txn=t.n),
            (SELECT count(*) FROM change c WHERE c.txn=t.n AND {_REAL})
            FROM txn t LEFT JOIN member m ON m.id=t.author WHERE t.n IN ({marks(ns)})""",
        ns,
    )


def _changes(conn: sqlite3.Connection, ns: Sequence[int]) -> Iterator[tuple[int, tuple[int, Change]]]:
    rows = conn.execute(f"SELECT n, txn, tbl, rec, field, old, new FROM change WHERE n IN ({marks(ns)})", ns)
    for n, txn, *change in rows:
        yield n, (txn, Change(*change))


def _first(conn: sqlite3.Connection, n: int, done: Sequence[object]) -> Change | None:
    """The first change of an operation on one record."""
    if done[RECORDS] != 1:
        return None
    row = conn.execute(
        f"SELECT c.tbl, c.rec, c.field, c.old, c.new FROM change c WHERE c.txn=? AND {_REAL} ORDER BY c.n",
        (n,),
    ).fetchone()
    return Change(*row) if row else None
