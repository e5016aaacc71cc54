"""The conflicts that wait for a person.

Who corrects a field again and again without a connection leaves a conflict for each correction. Of those only the
newest is asked: the others are *overtaken*, as their own authors have replaced what they hold. Who deletes a project
leaves one for each record of it that others went on with. One is asked: whether all that went by that act goes or
stays. An open conflict is one that is neither settled nor overtaken; what settles it settles those that it overtook.
"""

import sqlite3

from models.windows.window import UNSETTLED

# what one line of the list stands for: two people over the same fields of a record, or an operation that deletes. Of a
# note each conflict is over lines of its own, and stands for itself; so does one of nobody known
ASKED = """coalesce(CASE c.decided WHEN 'text' THEN NULL WHEN 'kept' THEN c.loser_txn
    ELSE c.rec || ' ' || c.field || ' ' || min(c.winner_author, c.loser_author) || ' '
    || max(c.winner_author, c.loser_author) END, c.id)"""
# by what each side wrote last: on one laptop the id of a later operation sorts later. No version says it, as a snapshot
# brings all with the same. Of a delete first what all else belongs to
_NEWEST = """c.decided='kept' AND c.kind NOT IN ('client', 'project'), max(c.winner_txn, c.loser_txn) DESC,
    min(c.winner_txn, c.loser_txn) DESC, c.id DESC"""
OPEN = f"""(SELECT row FROM (SELECT c.rowid AS row, row_number() OVER (PARTITION BY {ASKED} ORDER BY {_NEWEST}) AS place
    FROM conflict c WHERE {UNSETTLED}) WHERE place=1)"""
COUNT_OPEN = f"SELECT count(DISTINCT {ASKED}) FROM conflict c WHERE {UNSETTLED}"


def overtaken(conn: sqlite3.Connection, id: str) -> list[str]:
    """The unsettled conflicts that this one overtook, the newest first."""
    found = conn.execute(
        f"""SELECT c.id, {ASKED} FROM conflict c
            WHERE {UNSETTLED} AND (c.rec=(SELECT rec FROM conflict WHERE id=?1)
                OR c.decided='kept' AND c.loser_txn=(SELECT loser_txn FROM conflict WHERE id=?1)) ORDER BY {_NEWEST}""",
        (id,),
    ).fetchall()
    asked = dict(found).get(id)
    line = [other for other, same in found if same == asked]
    return line[line.index(id) + 1 :] if asked else []
