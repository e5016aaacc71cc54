"""Every write is captured, whoever makes it; what was not done leaves nothing."""

import sqlite3
import subprocess
import sys
import textwrap
from typing import Any

import pytest
from sqlalchemy import text

from models import db, record
from models.errors import StoreError


def changes(desk: Any) -> list[tuple[Any, ...]]:
    return desk.conn.execute(
        "SELECT rec, field, old, new FROM change WHERE txn=(SELECT max(n) FROM txn)"
    ).fetchall()


def outside(desk: Any, sql: str) -> None:
    conn = db.connect(desk.store.path)
    try:
        conn.execute(sql)
    finally:
        conn.close()


def test_raw_sql_is_captured(desk: Any) -> None:
    harlan = desk.client()
    sql = f"UPDATE client SET city='Brno' WHERE id='{harlan}'"
    desk.store.transact("Edit", lambda session: session.execute(text(sql)))
    assert changes(desk) == [(harlan, "city", None, "Brno")]


def test_a_bulk_update_is_captured_row_by_row(desk: Any) -> None:
    shops = {desk.client(name) for name in ("Harlan Fab", "Novak Metal", "Ostrava Steel")}
    desk.store.transact("Edit", lambda session: session.execute(text("UPDATE client SET city='Brno'")))
    assert {row[0] for row in changes(desk)} == shops


def test_another_process_is_captured(desk: Any) -> None:
    harlan = desk.client()
    code = f"""
        from models import record
        from models.store import open_store
        store = open_store({str(desk.home)!r})
        store.transact("Move", record.edit, "client", {harlan!r}, city="Brno")
        store.close()
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
    assert changes(desk) == [(harlan, "city", None, "Brno")]


@pytest.mark.parametrize(
    "sql",
    ["UPDATE client SET city='x'", "INSERT INTO client(id, ver) VALUES('x', 0)", "DELETE FROM client"],
)
def test_a_write_outside_a_transaction_fails_loudly(desk: Any, sql: str) -> None:
    desk.client()
    with pytest.raises(sqlite3.IntegrityError, match="outside a transaction"):
        outside(desk, sql)
    assert desk.one("SELECT count(*) FROM client WHERE city IS NULL") == 1


def test_the_application_never_removes_a_record(desk: Any) -> None:
    desk.client()
    with pytest.raises(StoreError, match="never removed"):
        desk.store.transact("Purge", lambda session: session.execute(text("DELETE FROM client")))
    assert desk.one("SELECT count(*) FROM client") == 1


def test_a_record_keeps_its_id_and_space(desk: Any) -> None:
    desk.client()
    with pytest.raises(StoreError, match="keeps its id"):
        desk.store.transact("Move", lambda session: session.execute(text("UPDATE client SET space='other'")))


def test_several_writes_of_a_field_are_one_change(desk: Any) -> None:
    harlan = desk.client(city="Ostrava")

    def twice(session: Any) -> None:
        for city in ("Brno", "Praha"):
            record.edit(session, "client", harlan, city=city)
            session.flush()

    desk.store.transact("Move", twice)
    assert changes(desk) == [(harlan, "city", "Ostrava", "Praha")]


def test_edits_of_what_was_just_made_are_part_of_its_making(desk: Any) -> None:
    def both(session: Any) -> Any:
        client = record.create(session, "client", name="Harlan Fab")
        session.flush()
        client.city = "Brno"
        return client

    harlan = desk.store.transact("New", both).result.id
    [(rec, field, _, new)] = changes(desk)
    assert (rec, field) == (harlan, "")
    assert '"city":"Brno"' in new


def test_nothing_done_leaves_no_trace(desk: Any) -> None:
    harlan = desk.client(city="Brno")
    desk.sync()
    before = desk.one("SELECT count(*) FROM txn")
    done = desk.edit("client", harlan, city="Brno")

    def there_and_back(session: Any) -> None:
        for city in ("Praha", "Brno"):
            session.execute(text(f"UPDATE client SET city='{city}'"))

    desk.store.transact("Edit", there_and_back)
    assert (done.count, done.fields) == (0, {})
    assert desk.one("SELECT count(*) FROM txn") == before
    assert desk.one("SELECT count(*) FROM shadow") == 0


def test_a_verb_that_raises_leaves_nothing(desk: Any) -> None:
    def half(session: Any) -> None:
        record.create(session, "client", name="Harlan Fab")
        session.flush()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        desk.store.transact("Half", half)
    assert desk.one("SELECT count(*) FROM client") == 0
    assert desk.one("SELECT count(*) FROM txn WHERE origin='L'") == 0
    desk.client()  # and the lock is free again


def test_a_process_that_is_killed_leaves_nothing(desk: Any) -> None:
    code = f"""
        import os
        from models import record
        from models.store import open_store
        def verb(session):
            record.create(session, "client", name="Harlan Fab")
            session.flush()
            os._exit(9)
        open_store({str(desk.home)!r}).transact("Half", verb)
    """
    assert subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False).returncode == 9
    assert desk.one("SELECT count(*) FROM client") == 0
    assert desk.one("SELECT count(*) FROM txn WHERE state=0") == 0
    desk.client()


def test_members_of_a_group_travel_together(desk: Any) -> None:
    [task] = desk.tasks(desk.project(), "Lay cables")
    desk.edit("task", task, constraint_type="SNET", constraint_date="2026-12-01T08:00")
    desk.sync()
    desk.edit("task", task, constraint_date="2026-12-02T08:00")
    assert {row[1] for row in changes(desk)} == {"constraint_type", "constraint_date"}
    assert desk.one("SELECT count(*) FROM shadow") == 2


def test_a_note_carries_the_text_that_its_author_had_before_each_edit(desk: Any) -> None:
    harlan = desk.client(notes="Gate 3")
    desk.sync()
    desk.edit("client", harlan, notes="Gate 4", city="Brno")
    desk.hear(("client", harlan, {"notes": "Gate 3\nKey at hall 2"}))
    desk.edit("client", harlan, notes="Gate 5")
    first, second = (t.changes[0] for t in desk.sync())
    assert (first[5], second[5]) == ({"notes": "Gate 3", "city": None}, {"notes": "Gate 4"})
    assert (
        first[4]["notes"] == second[4]["notes"] < desk.get("client", harlan, "ver")
    )  # the base is never raised


def test_an_echo_leaves_the_text_that_was_sent_with_it(desk: Any) -> None:
    harlan = desk.client(notes="Gate 3")
    desk.sync()
    desk.edit("client", harlan, notes="Gate 4")
    desk.hear(("client", harlan, {"notes": "Gate 3\nKey at hall 2"}))
    desk.sync(merged={"notes": "Gate 4\nKey at hall 2"})
    row = desk.conn.execute("SELECT old, new, seen FROM change WHERE seen IS NOT NULL").fetchone()
    assert row == ("Gate 3\nKey at hall 2", "Gate 4\nKey at hall 2", "Gate 3")
