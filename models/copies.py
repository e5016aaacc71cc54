"""Records as the server has them and as they are shown: what sync changes in both.

    view of a record = fold(server copy, our unseen changes in order)

The view is the ordinary table. The server's value of a field that an unseen change of ours masks is kept in
`shadow`; every other field's server value is the table's own. Everything here runs inside the caller's write
transaction.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from models import digest
from models.db import insert_many
from models.fields import Scalar
from models.record import KINDS

Values = dict[str, Scalar]
UNSEEN = "t.state IN (1,2,3)"  # repeats the index's text
ALIKE = 4  # new records with the same columns that get a statement of their own


class Patch(NamedTuple):
    """What an accepted transaction left in one record: the resulting value of every field that it named."""

    kind: str
    rec: str
    created: bool
    values: Values


class Records:
    """The server copies and the views of the records that one step touches.

    A record that came by a snapshot is as new as its version says: what the log tells of it up to there is in it.
    """

    def __init__(
        self,
        conn: sqlite3.Connection,
        recs: dict[str, str],
        fields: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """`recs` is id → kind. `fields`: of records of these kinds that the server has shown no other ones change, so
        that no others are read."""
        self._conn = conn
        self._kinds = recs
        self._view: dict[str, Values] = {}
        self._server: dict[str, Values] = {}
        self._ver: dict[str, int] = {}
        self._base: dict[tuple[str, str], int] = {}
        self._gained = dict.fromkeys(_counted(conn), 0)
        self._load(fields or {})
        self._had = dict(self._ver)

    def _load(self, fields: Mapping[str, Collection[str]]) -> None:
        by_kind: dict[str, list[str]] = {}
        for rec, kind in self._kinds.items():
            by_kind.setdefault(kind, []).append(rec)
        masks = self._conn.execute(
            "SELECT rec, field, base, val FROM shadow WHERE rec IN (SELECT value FROM json_each(?))",
            (orjson.dumps(list(self._kinds)).decode(),),
        ).fetchall()
        masked = {field for _, field, _, _ in masks}
        for kind, ids in by_kind.items():
            names = {"space", *fields[kind], *masked & KINDS[kind].fields.keys()} if kind in fields else ()
            self._read(kind, ids, list(names))
        for rec, field, base, val in masks:
            if rec in self._server:
                self._server[rec] = {**self._server[rec], field: val}
                self._base[rec, field] = base

    def _read(self, kind: str, ids: list[str], names: list[str]) -> None:
        unshown = []
        for row in _rows(self._conn, kind, ids, names):
            rec, ver = str(row.pop("id")), int(row.pop("ver") or 0)
            if names and not ver:
                unshown.append(rec)
                continue
            self._view[rec] = row
            self._ver[rec] = ver
            if ver:
                self._server[rec] = row
        if unshown:
            self._read(kind, unshown, [])

    def has(self, rec: str, ver: int) -> bool:
        """Whether the record came with what the version `ver` did to it."""
        return ver <= self._had.get(rec, 0)

    def put(self, patch: Patch, ver: int) -> None:
        """The whole record as it stands on the server at the version `ver`; an older one changes nothing."""
        if ver >= self._had.get(patch.rec, 0):
            self.drop(patch.rec)
            self._sum(patch.values, patch.kind, patch.rec, None, patch.values)
            self._ver[patch.rec], self._server[patch.rec] = ver, patch.values

    def shown(self, rec: str) -> Values:
        """The server's copy of a record that it has shown."""
        return self._server[rec]

    def drop(self, rec: str) -> None:
        """The server shows the record no more."""
        before = self._server.pop(rec, None)
        if before is not None:
            self._sum(before, self._kinds[rec], rec, None, before, -1)

    def patch(self, patch: Patch, ver: int) -> Values | None:
        """Takes a patch into the server copy; the copy as it was before, or None where there was none."""
        before = self._server.get(patch.rec)
        self._sum(patch.values if before is None else before, patch.kind, patch.rec, before, patch.values)
        self._ver[patch.rec] = ver
        self._server[patch.rec] = patch.values if before is None else {**before, **patch.values}
        return before

    def write(self, n: int, logged: Collection[tuple[str, str]] | None) -> None:
        """Writes the views that differ; differences not in `logged` are recorded in the transaction `n`.

        None: nothing is recorded.
        """
        known = logged or ()
        unseen = self._unseen()
        inserts: dict[str, list[tuple[str, int, Values]]] = {}
        updates: dict[tuple[str, tuple[str, ...]], list[tuple[Scalar, ...]]] = {}
        changes: list[tuple[Any, ...]] = []
        for rec, kind in self._kinds.items():
            now = self._view.get(rec)
            then = self._fold(rec, unseen.get(rec, ()))
            if now is None and then is not None:
                if kind in KINDS:
                    inserts.setdefault(kind, []).append((rec, self._server_ver(rec), then))
                else:
                    self._keep_unknown(kind, rec, then)
                if (rec, "") not in known:
                    changes.append((n, kind, rec, "", None, None))
            elif now is not None and then is None:
                changes.append((n, kind, rec, "", _json(now), None))
                table = kind if kind in KINDS else "unknown"
                self._conn.execute(f"DELETE FROM {table} WHERE id=?", (rec,))
            elif now is not None and then is not None:
                different = _different(now, then)
                changes += [
                    (n, kind, rec, f, now.get(f), v) for f, v in different.items() if (rec, f) not in known
                ]
                self._update(kind, rec, now, different, updates)
        for kind, new in inserts.items():
            insert_records(self._conn, kind, new)
        for (kind, fields), rows in updates.items():
            sets = ", ".join(f"{field}=?" for field in (*fields, "ver"))
            self._conn.executemany(f"UPDATE {kind} SET {sets} WHERE id=?", rows)
        insert_many(
            self._conn,
            "INSERT INTO change(txn, tbl, rec, field, old, new) VALUES(?,?,?,?,?,?)"
            " ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new",
            () if logged is None else changes,
        )
        self._mask(unseen)
        self._conn.executemany(
            "UPDATE space SET sum=(sum+?)&? WHERE id=?",
            [(gained & digest.MASK, digest.MASK, space) for space, gained in self._gained.items() if gained],
        )

    def _sum(
        self, where: Values, kind: str, rec: str, before: Values | None, values: Values, sign: int = 1
    ) -> None:
        """Keeps the checksum of the space `where` says, if that was counted (models.sums)."""
        if (space := digest.space_of(where)) in self._gained:
            self._gained[space] += sign * digest.step(kind, rec, before, values)

    def _server_ver(self, rec: str) -> int:
        return self._ver.get(rec, 0) if rec in self._server else 0

    def _unseen(self) -> dict[str, list[tuple[str, Scalar, int]]]:
        found: dict[str, list[tuple[str, Scalar, int]]] = {}
        if not self._conn.execute(f"SELECT 1 FROM txn t WHERE {UNSEEN} LIMIT 1").fetchone():
            return found
        ids = orjson.dumps(list(self._kinds)).decode()
        for rec, field, new, base in self._conn.execute(
            "SELECT c.rec, c.field, c.new, c.base FROM change c JOIN txn t ON t.n=c.txn"
            f" WHERE c.rec IN (SELECT value FROM json_each(?)) AND {UNSEEN} ORDER BY c.txn, c.n",
            (ids,),
        ):
            found.setdefault(rec, []).append((field, new, base or 0))
        return found

    def _fold(self, rec: str, unseen: Sequence[tuple[str, Scalar, int]]) -> Values | None:
        view = self._server.get(rec)
        if view is not None and unseen:
            view = dict(view)
        for field, new, _ in unseen:
            if field == "":
                # a create over a record that the server has already yields to it in every field, empty ones too:
                # it masks none, so that what it put there would be taken for the server's from then on
                view = orjson.loads(str(new)) if view is None else view
            elif view is not None:
                view[field] = new
        return view

    def _update(
        self, kind: str, rec: str, now: Values, different: Values,
        updates: dict[tuple[str, tuple[str, ...]], list[tuple[Scalar, ...]]],
    ) -> None:  # fmt: skip
        if kind not in KINDS:
            self._keep_unknown(kind, rec, {**now, **different})
            return
        known = different
        if not different.keys() <= KINDS[kind].fields.keys():
            known = {f: v for f, v in different.items() if f in KINDS[kind].fields}
            known["extra"] = extra_of(kind, {**now, **different})
        row = (*known.values(), self._server_ver(rec), rec)
        updates.setdefault((kind, tuple(known)), []).append(row)

    def _keep_unknown(self, kind: str, rec: str, values: Values) -> None:
        self._conn.execute(
            "INSERT OR REPLACE INTO unknown(id, kind, ver, data) VALUES(?,?,?,?)",
            (rec, kind, self._server_ver(rec), _json(values)),
        )

    def _mask(self, unseen: dict[str, list[tuple[str, Scalar, int]]]) -> None:
        masked = {rec for rec, _ in self._base}
        if masked:
            ids = orjson.dumps(list(masked)).decode()
            self._conn.execute("DELETE FROM shadow WHERE rec IN (SELECT value FROM json_each(?))", (ids,))
        rows: dict[tuple[str, str], tuple[Any, ...]] = {}
        for rec, edits in unseen.items():
            if rec not in self._server:
                continue
            for field, _, base in edits:
                if field and (rec, field) not in rows:
                    first = self._base.get((rec, field), base)  # set when the masking began, never raised
                    rows[rec, field] = (rec, field, self._kinds[rec], first, self._server[rec].get(field))
        insert_many(
            self._conn, "INSERT INTO shadow(rec, field, tbl, base, val) VALUES(?,?,?,?,?)", rows.values()
        )


def _counted(conn: sqlite3.Connection) -> list[str]:
    return [id for (id,) in conn.execute("SELECT id FROM space WHERE sum IS NOT NULL")]


def _rows(conn: sqlite3.Connection, kind: str, ids: list[str], names: Sequence[str]) -> Iterator[Values]:
    """Id, version and the fields `names` of each; all that it has without names."""
    wanted = orjson.dumps(ids).decode()
    if kind not in KINDS:
        for rec, ver, data in conn.execute(
            "SELECT id, ver, data FROM unknown WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        ):
            yield {"id": rec, "ver": ver, **orjson.loads(data)}
        return
    columns = ["id", "ver", *(names or [*KINDS[kind].fields, "extra"])]
    for row in conn.execute(
        f"SELECT {', '.join(columns)} FROM {kind} WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
    ):
        values = dict(zip(columns, row, strict=True))
        extra = values.pop("extra", None)
        yield {**values, **orjson.loads(extra)} if extra else values


def _different(now: Values, then: Values) -> Values:
    """The fields that change, with their new values; an absent field is NULL."""
    if now == then:
        return {}
    different = {f: v for f, v in then.items() if now.get(f) != v}
    if not now.keys() <= then.keys():
        different |= {f: None for f in now.keys() - then.keys() if now[f] is not None}
    return different


def insert_records(conn: sqlite3.Connection, kind: str, records: Iterable[tuple[str, int, Values]]) -> None:
    """Id, version and values of new records. Binding every empty column would double the time."""
    alike: dict[tuple[str, ...], list[tuple[str, int, Values]]] = {}
    for rec, ver, values in records:
        columns = _columns(kind, values)
        alike.setdefault(tuple(columns), []).append((rec, ver, columns))
    for names, some in alike.items():
        if len(some) < ALIKE:  # not worth a statement of their own
            names = (*KINDS[kind].fields, "extra")
        whole = ("id", "ver", *names)
        insert_many(
            conn,
            f"INSERT INTO {kind}({', '.join(whole)}) VALUES({', '.join('?' * len(whole))})",
            ((rec, ver, *map(values.get, names)) for rec, ver, values in some),
        )


def _columns(kind: str, values: Values) -> Values:
    """The values by column."""
    known = KINDS[kind].fields.keys()
    if values.keys() <= known:
        return values
    return {f: v for f, v in values.items() if f in known} | {"extra": extra_of(kind, values)}


def extra_of(kind: str, values: Values) -> str | None:
    """Fields of newer versions, as the JSON of the column `extra`."""
    known = KINDS[kind].fields.keys()
    return None if values.keys() <= known else _json({f: values[f] for f in values.keys() - known})


def _json(values: Values) -> str:
    return orjson.dumps(
        {f: v for f, v in values.items() if v is not None}, option=orjson.OPT_SORT_KEYS
    ).decode()
