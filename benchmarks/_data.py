"""Profiles to measure on: many tasks in one project or in many, as if they had come from the server.

python benchmarks/_data.py HOME --tasks 100000 --projects 1
"""

import argparse
import random
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
from fractional_indexing import generate_n_keys_between

from models.apply import settlement
from models.dates import refresh_all
from models.fields import Scalar
from models.record import KINDS, delete, edit, new_id
from models.search import index
from models.store import Store, open_store

BRANCH = 10  # a summary and nine tasks below it
RECORD_BYTES = 440  # of a record as JSON: what the figures of other programs were taken with

WORDS = [
    f"{a}{b}"
    for a in ("mill", "cut", "tool", "lay", "wire", "post")
    for b in ("s", "ed", "ing", "-01", "-17", "er")
]

Values = dict[str, Scalar]


def fill(store: Store, tasks: int, projects: int) -> list[str]:
    """Writes a company into an empty store: clients, projects with their tasks, computed dates. The projects' ids."""
    made = []
    with store.write() as conn, settlement(conn, "Fill") as n:
        clients = [new_id() for _ in range(min(12, projects))]
        for at, id in enumerate(clients):
            _insert(conn, "client", [(id, {"name": f"Client {at:02}"})])
        for at in range(projects):
            project = new_id()
            about: Values = {
                "name": f"Project {at:04}",
                "client_id": clients[at % len(clients)],
                "minutes_per_day": 480,
            }
            _insert(conn, "project", [(project, about)])
            _insert(conn, "task", plan_of(project, tasks // projects))
            made.append(project)
        conn.execute("DELETE FROM change WHERE txn=?", (n,))
    refresh_all(store)
    return made


def company(store: Store, tasks: int, projects: int, contacts: int) -> str:
    """Half of the tasks in one project, the rest in all others; contacts of fifty clients, with a talk each; twenty
    members, each task below a summary given to one; a promise to every tenth contact; 300 edits. The large project."""
    large, *_ = fill(store, tasks // 2, 1)
    fill(store, tasks - tasks // 2, projects - 1)
    with store.write() as conn, settlement(conn, "Fill") as n:
        members, clients = [new_id() for _ in range(20)], [new_id() for _ in range(50)]
        people = [new_id() for _ in range(contacts)]
        of = [(id, clients[at % len(clients)], at) for at, id in enumerate(people)]
        _insert(conn, "member", ((id, {"name": f"Member {at:02}"}) for at, id in enumerate(members)))
        _insert(conn, "client", ((id, {"name": f"Works {at:02}"}) for at, id in enumerate(clients)))
        _insert(conn, "contact", ((id, _contact(at, client)) for id, client, at in of))
        _insert(conn, "interaction", ((new_id(), _talk(at, client, id)) for id, client, at in of))
        _insert(conn, "promise", ((new_id(), _promise(at, client, id)) for id, client, at in of[::10]))
        given = conn.execute(
            "SELECT id, project_id FROM task WHERE parent_id IS NOT NULL ORDER BY rowid"
        ).fetchall()
        _insert(
            conn,
            "assignment",
            (
                (new_id(), {"task_id": id, "project_id": project, "member_id": members[at % len(members)]})
                for at, (id, project) in enumerate(given)
            ),
        )
        conn.execute("DELETE FROM change WHERE txn=?", (n,))
    refresh_all(store)
    while index(store):
        pass
    for at, (id, _) in enumerate(given[:300]):  # what History, Sync and the bin show
        if at % 3:
            store.transact(f"Rename {at}", edit, "task", id, name=f"Task {at:06}, renamed")
        else:
            store.transact(f"Delete {at}", delete, "task", id)
    refresh_all(store)
    return large


def _contact(at: int, client: str) -> Values:
    return {
        "name": f"Person {at:04}",
        "client_id": client,
        "email": f"p{at}@example.org",
        "phone": f"+49 30 {at:06}",
    }


def _talk(at: int, client: str, contact: str) -> Values:
    return {
        "client_id": client,
        "contact_id": contact,
        "at": f"2026-0{1 + at % 9}-{1 + at % 28:02}T09:00",
        "name": f"Talk {at}",
    }


def _promise(at: int, client: str, contact: str) -> Values:
    due = f"2026-12-{1 + at % 28:02}"
    return {
        "client_id": client,
        "contact_id": contact,
        "name": f"Promise {at}",
        "by": "us",
        "due": due,
        "state": "open",
    }


def plan_of(project: str, tasks: int, bytes: int = 0) -> Iterator[tuple[str, Values]]:
    """Ids and values of a project's tasks in the order of the outline; notes make each about `bytes` long."""
    tops = generate_n_keys_between(None, None, tasks // BRANCH + 1)
    below = generate_n_keys_between(None, None, BRANCH)
    summary = None
    for i in range(tasks):
        id, top = new_id(), i % BRANCH == 0
        values: Values = {
            "project_id": project,
            "parent_id": None if top else summary,
            "rank": tops[i // BRANCH] if top else below[i % BRANCH],
            "name": f"Task {i:06} of the plan",
            "milestone": int(i % 17 == 0),
            "duration_minutes": 480 * (i % 5 + 1),
        }
        if i % 3 == 0 and i < tasks / 2:
            values |= {
                "actual_start": "2026-09-28T08:00",
                "actual_finish": "2026-10-01T17:00",
                "percent_complete": 100,
            }
        values = {**_defaults("task"), **values}
        short = bytes - len(orjson.dumps({n: v for n, v in values.items() if v is not None}))
        if short > 12:
            values["notes"] = " ".join(random.choices(WORDS, k=short // 3))[: short - 11]
        yield id, values
        summary = id if top else summary


def without_fsync(store: Store) -> None:
    """Edits by `transact` come back before they are on the disk; what sync writes is as it was."""
    set_synchronous(store, "OFF")


def set_synchronous(store: Store, how: str) -> None:
    """Of the connection that edits go through."""
    with store._engine.connect() as pooled:
        driver = pooled.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        pooled.rollback()
        driver.execute(f"PRAGMA synchronous={how}")


def _defaults(kind: str) -> Values:
    return {name: field.default for name, field in KINDS[kind].fields.items() if field.default is not None}


def _insert(conn: sqlite3.Connection, kind: str, rows: Iterable[tuple[str, Values]]) -> None:
    names = list(KINDS[kind].fields)
    defaults = _defaults(kind)
    marks = ", ".join("?" * (len(names) + 2))
    whole: Iterator[tuple[Any, ...]] = (
        (id, 1, *(values.get(name, defaults.get(name)) for name in names)) for id, values in rows
    )
    conn.executemany(f"INSERT INTO {kind}(id, ver, {', '.join(names)}) VALUES({marks})", whole)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--projects", type=int, default=1)
    words = parser.parse_args()
    opened = open_store(words.home)
    print(fill(opened, words.tasks, words.projects)[0])
    opened.close()
