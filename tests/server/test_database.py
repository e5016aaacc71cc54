"""The seam: what one set of SQL may rely on over SQLite and PostgreSQL."""

import threading
from collections.abc import Iterator

import psycopg
import pytest

from models.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreReadOnly
from server import postgres
from server.database import Database, ids_of, open_database
from tests.postgresql import Postgresql


@pytest.fixture
def db(database: str) -> Iterator[Database]:
    opened = open_database(database)
    yield opened
    opened.close()


PEOPLE = "INSERT INTO member(workspace, id, name, since) VALUES(?,?,?,?)"


def _names(db: Database) -> list[str]:
    with db.reading() as conn:
        return [row[0] for row in conn.execute("SELECT name FROM member ORDER BY id")]


def test_values_come_back_as_they_went_in(db: Database) -> None:
    values = ("w", 2**62, "t", b"\x00\xff", "Žofie's ☕ % ? \\ \"")
    with db.writing() as conn:
        conn.execute("INSERT INTO archive(workspace, last, body) VALUES(?,?,?)", (*values[:2], values[3]))
        conn.executemany(
            "INSERT INTO member(workspace, id, name, since) VALUES(?,?,?,?)", [("w", "m", values[4], 0)]
        )
        assert conn.execute("SELECT * FROM archive").fetchone() == (*values[:2], values[3])
        assert conn.execute("SELECT name FROM member").fetchone() == (values[4],)


def test_many_rows_are_for_inserts_on_every_database(db: Database) -> None:
    with db.writing() as conn, pytest.raises(ValueError, match=r"only INSERT"):
        conn.executemany("UPDATE member SET name=? WHERE id=?", [("Ines", "m")])


def test_many_rows_are_written_and_written_over(db: Database) -> None:
    with db.writing() as conn:
        conn.executemany(PEOPLE, [("w", f"{n:03}", "Ines", n) for n in range(500)])
        conn.executemany(
            PEOPLE + " ON CONFLICT(workspace, id) DO UPDATE SET name=excluded.name",
            [("w", "007", "Tomas", 0)],
        )
        conn.executemany(PEOPLE, [])
    assert _names(db).count("Ines") == 499 and _names(db)[7] == "Tomas"


def test_columns_that_are_all_empty_keep_their_type(db: Database) -> None:
    sql = "INSERT INTO device(hash, workspace, member, name, letter, since, last_seen, revoked) VALUES(?,?,?,?,?,?,?,?)"
    with db.writing() as conn:
        conn.executemany(sql, [("h", "w", "m", "n", "A", 1, 2, None)])
        assert conn.execute("SELECT revoked FROM device").fetchone() == (None,)


def test_sets_come_as_one_value(db: Database) -> None:
    with db.writing() as conn:
        conn.executemany(PEOPLE, [("w", name, name, 0) for name in ("Ines", "Tomas", 'Mara "M" Stein')])
        found = conn.execute(
            "SELECT name FROM member WHERE id IN (SELECT value FROM json_each(?)) ORDER BY name",
            (ids_of({"Ines", 'Mara "M" Stein', "nobody"}),),
        ).fetchall()
    assert found == [("Ines",), ('Mara "M" Stein',)]


def test_a_stream_may_be_left_early_and_the_transaction_goes_on(db: Database) -> None:
    with db.writing() as conn:
        conn.executemany(PEOPLE, [("w", f"{n:04}", str(n), 0) for n in range(1_000)])
    with db.reading() as conn:
        for (name,) in conn.stream("SELECT name FROM member ORDER BY id"):
            if name == "250":
                break
        assert conn.execute("SELECT count(*) FROM member").fetchone() == (1_000,)


def test_texts_are_ordered_by_their_bytes(db: Database) -> None:
    with db.writing() as conn:
        conn.executemany(PEOPLE, [("w", id, id, 0) for id in ("a", "Z", "_", "ä", "B")])
    assert _names(db) == ["B", "Z", "_", "a", "ä"]


def test_a_write_that_fails_leaves_nothing(db: Database) -> None:
    with pytest.raises(StoreError), db.writing() as conn:
        conn.execute(PEOPLE, ("w", "m", "Ines", 0))
        conn.execute("INSERT INTO nowhere VALUES(1)")
    assert _names(db) == []


def test_a_reader_sees_one_moment_and_waits_for_no_writer(db: Database) -> None:
    with db.reading() as reader, db.writing() as writer:
        assert reader.execute("SELECT count(*) FROM member").fetchone() == (0,)
        writer.execute(PEOPLE, ("w", "m", "Ines", 0))
        assert reader.execute("SELECT count(*) FROM member").fetchone() == (0,)


def test_a_second_writer_waits_for_the_first_and_reads_what_it_wrote(database: str, db: Database) -> None:
    other, seen = open_database(database), []

    def second() -> None:
        with other.writing(other.workspace()) as conn:
            seen.append(conn.execute("SELECT name FROM member").fetchall())

    with db.writing() as conn:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        conn.execute(PEOPLE, ("w", "m", "Ines", 0))
        assert not seen
    thread.join(10)
    other.close()
    assert seen == [[("Ines",)]]


def test_processes_that_start_at_once_make_one_database(database: str) -> None:
    opened: list[Database] = []
    threads = [threading.Thread(target=lambda: opened.append(open_database(database))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({db.workspace() for db in opened}) == 1 and len(opened) == 4
    for db in opened:
        db.close()


# ── PostgreSQL alone ──────────────────────────────────────────────────────────────────────────────────


def test_a_restart_of_postgresql_needs_none_of_ours(postgresql: Postgresql) -> None:
    db = open_database(postgresql.fresh())
    with db.reading(), db.reading():
        pass  # two connections that will be dead
    postgresql.restart()
    with db.writing() as conn:
        conn.execute(PEOPLE, ("w", "m", "Ines", 0))
    assert _names(db) == ["Ines"]
    db.close()


def test_a_connection_that_breaks_in_a_write_is_said_in_words_and_the_next_one_works(
    postgresql: Postgresql,
) -> None:
    db = open_database(postgresql.fresh())
    with pytest.raises(StoreBusy, match="ends or starts"), db.writing() as conn:
        conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with db.writing() as conn:
        conn.execute(PEOPLE, ("w", "m", "Ines", 0))
    assert _names(db) == ["Ines"]
    db.close()


def test_a_move_is_told_to_the_other_processes(postgresql: Postgresql) -> None:
    url = postgresql.fresh()
    here, there = open_database(url), open_database(url)
    assert there.moves() == []  # listens from now on
    here.tell("workspace-1", 7)
    assert there.moves() == [("workspace-1", 7)]
    here.close()
    there.close()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.DiskFull, StoreFull), (psycopg.errors.IoError, StoreFull),
        (psycopg.errors.LockNotAvailable, StoreBusy), (psycopg.errors.TooManyConnections, StoreBusy),
        (psycopg.errors.AdminShutdown, StoreBusy), (psycopg.errors.IdleInTransactionSessionTimeout, StoreBusy),
        (psycopg.errors.ReadOnlySqlTransaction, StoreReadOnly), (psycopg.errors.InsufficientPrivilege, StoreReadOnly),
        (psycopg.errors.DataCorrupted, StoreDamaged), (psycopg.errors.IndexCorrupted, StoreDamaged),
    ],
)  # fmt: skip
def test_errors_of_postgresql_are_said_in_words(error: type[psycopg.Error], kind: type[StoreError]) -> None:
    said = postgres.explain(error("what PostgreSQL says"), "The database")
    assert type(said) is kind and "what PostgreSQL says" not in str(said)


def test_a_password_is_never_said() -> None:
    assert "hunter2" not in postgres.place_of("postgresql://ines:hunter2@db.example/milepost")
