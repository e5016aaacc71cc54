"""What a filter leaves of a list whose lines tell of records of several kinds."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from itertools import compress
from typing import NamedTuple

from models.filters.vocabulary import SETTINGS
from models.windows.window import EVERY, Condition, holding


class Line(NamedTuple):
    """A line of a list: its row number, the record it tells of, what it says, and its day, if it has one."""

    row: int
    kind: str
    id: str
    text: str
    day: str | None = None


_TABLES = {
    "task": "task t ON t.id=line.id LEFT JOIN schedule s ON s.task=t.id",
    "operation": "txn t ON t.id=line.id",
    **dict.fromkeys(SETTINGS, "(SELECT NULL) t"),
}
_LINES = """WITH line(row, id, text, day) AS MATERIALIZED (SELECT json_extract(value, '$[0]'),
    json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]') FROM json_each(:lines))"""


def left(conn: sqlite3.Connection, wanted: Mapping[str, Condition], lines: Iterable[Line]) -> list[int]:
    """The rows of the lines that are wanted (by kind of record), in their order. Conditions come from a vocabulary
    whose texts are `line.text`; without any, all is wanted."""
    every = list(lines)
    kinds = {line.kind for line in every if wanted and wanted[line.kind].sql != EVERY.sql}
    kept = {line.row for line in every if line.kind not in kinds}
    for kind in kinds:
        test, own = wanted[kind], [line for line in every if line.kind == kind]
        if test.words:
            found = holding([line.text.lower() for line in own], test.words)
            kept.update(line.row for line in compress(own, found))
            continue
        told = json.dumps([[line.row, line.id, line.text, line.day] for line in own])
        joined = _TABLES.get(kind, f"{kind} t ON t.id=line.id")
        sql = f"{_LINES} SELECT line.row FROM line JOIN {joined} WHERE {test.sql}"
        kept.update(row for (row,) in conn.execute(sql, {**test.values, "lines": told}))
    return [line.row for line in every if line.row in kept]
