"""Who sees what: the spaces of a workspace and the members of each.

    workspace       the library: everybody's, all may edit
    project:ID      a project, client:ID a client, for those with whom it is shared; begun by what creates that record
    member:ID       what one member keeps to himself
    pair:ID:ID      what two members share, their ids in order

A space is begun by the first transaction that writes into it; every record says its space. Who sees it outlives its
records in a restore of the server.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson

from models.apply import Entry
from models.errors import Refused
from models.fields import Scalar
from models.record import OWNERS
from models.seen import OF_ITS_OWN
from models.space import LIBRARY, ROLES, Space, may_edit
from server.database import Connection, ids_of
from sync.decision import Stored
from sync.protocol import Transaction

OWNING = frozenset({*OWNERS, "owner_id"})  # fields that say what a record belongs to
UNSEEN = "it belongs to something that you do not see, or no longer. Ask who manages it to share it with you."
ELSEWHERE = "it would belong to what other people see. Make a copy there and delete this one."
Begun = dict[str, dict[str, str]]  # new spaces, each with the role of its first members
READ_ONLY = "you may read this, not change it. Ask who manages it for the right to edit."


def space_of(values: Mapping[str, Scalar]) -> str:
    return str(values.get("space") or LIBRARY)


# ── pure ──────────────────────────────────────────────────────────────────────────────────────────────


def forbidden(
    txn: Transaction, stored: Mapping[str, Stored], roles: Mapping[str, str], begun: Begun,
    member: str,
) -> str:  # fmt: skip
    """Why the member may not do this, or nothing. `roles` is the member's role by space; `begun`: see `begins`."""
    for change in txn.changes:
        there = stored.get(change.rec)
        space = space_of(there.values if there else change.values)
        role = roles.get(space) or begun.get(space, {}).get(member, "")
        if not role:
            return UNSEEN
        if there and "space" in change.values and change.values["space"] != space:
            return "space: a record stays where it was made. Move it with a copy."
        if not may_edit(role):
            return READ_ONLY
    return ""


def owner_of(kind: str, values: Mapping[str, Scalar]) -> str | None:
    """What a record belongs to, and so lies with."""
    names = ("owner_id",) if kind == "attachment" else OWNERS
    return next((str(owner) for name in names if (owner := values.get(name))), None)


def is_astray(kind: str, rec: str, space: str, above: str) -> bool:
    """Whether a record that lies in `space` may not belong to one in `above`. What has a space of its own may belong to
    anything, and a project or client to what everybody sees."""
    return above != space and not (kind in OF_ITS_OWN and (above == LIBRARY or space == f"{kind}:{rec}"))


def begins(txn: Transaction, stored: Mapping[str, Stored], roles: Mapping[str, str], member: str) -> Begun:
    """The spaces that the transaction begins."""
    created = [c for c in txn.changes if c.created]
    if not created:
        return {}
    made = {f"{c.kind}:{c.rec}" for c in created if c.rec not in stored}
    named = {space_of(c.values) for c in created} - roles.keys()
    return {space: first for space in sorted(named) if (first := _first_members(space, made, member))}


def _first_members(space: str, made: set[str], member: str) -> dict[str, str]:
    kind, _, rest = space[:200].partition(":")
    people = rest.split(":")
    if kind == "member" and rest == member:
        return {member: "manager"}
    if kind == "pair" and len(people) == 2 and people == sorted(people) and member in people:
        return dict.fromkeys(people, "editor")
    return {member: "manager"} if kind in ("project", "client") and space in made else {}


def parts(entry: Entry, stored: Mapping[str, Stored]) -> Iterator[tuple[str, Entry]]:
    """The entry by space, each part with what its readers may see."""
    if len(entry.patches) == 1:
        yield space_of(stored[entry.patches[0].rec].values), entry
        return
    by: dict[str, list[int]] = {}
    for n, patch in enumerate(entry.patches):
        by.setdefault(space_of(stored[patch.rec].values), []).append(n)
    if len(by) < 2:
        yield next(iter(by), LIBRARY), entry
        return
    for space, ns in by.items():
        patches = [entry.patches[n] for n in ns]
        recs = {patch.rec for patch in patches}
        yield space, entry._replace(patches=patches, idle={cell for cell in entry.idle if cell[0] in recs})


# ── the tables ────────────────────────────────────────────────────────────────────────────────────────


def roles(conn: Connection, workspace: str, member: str) -> dict[str, str]:
    """The member's role in every space that he sees."""
    rows = conn.execute(
        "SELECT space, role FROM membership WHERE workspace=? AND member=?", (workspace, member)
    )
    return {LIBRARY: "editor", **dict(rows.fetchall())}


def seen(conn: Connection, workspace: str, member: str) -> list[Space]:
    """The spaces that the member sees, each with all who see it."""
    found = {id: Space(id, role, []) for id, role in roles(conn, workspace, member).items()}
    for space, other, role in conn.execute(
        "SELECT space, member, role FROM membership WHERE workspace=? ORDER BY space, member", (workspace,)
    ):
        if space in found:
            found[space].members.append((other, role))
    return list(found.values())


def begin(conn: Connection, workspace: str, begun: Iterable[tuple[int, str, Mapping[str, str]]]) -> None:
    """Writes down spaces that began: the version that did it, the space, the role of its first members."""
    for ver, space, first in begun:
        for member, role in first.items():
            _put(conn, workspace, space, member, role, ver)


def _put(conn: Connection, workspace: str, space: str, member: str, role: str, ver: int) -> None:
    conn.execute(
        "INSERT INTO membership(workspace, space, member, role, since) VALUES(?,?,?,?,?)"
        " ON CONFLICT(workspace, space, member) DO UPDATE SET role=excluded.role, since=excluded.since",
        (workspace, space, member, role, ver),
    )
    conn.execute("UPDATE workspace SET shares=? WHERE id=?", (ver, workspace))


class Grant(NamedTuple):
    """Somebody is to see a space, in a role; "" takes the right away."""

    space: str
    member: str
    role: str


def check(grant: Grant, actor: str, people: Mapping[str, str]) -> None:
    """Whether `actor` may do that, where `people` are the roles in the space now. Raises Refused."""
    if grant.role not in (*ROLES, ""):
        raise Refused(f"“{grant.role}” is no role. There are: {', '.join(ROLES)}.")
    if grant.space == LIBRARY or not people.get(actor):
        raise Refused("Only a project or client of its own can be shared, by who manages it.")
    if people[actor] != "manager" and (grant.member != actor or grant.role):
        raise Refused("Only who manages it may share it. Ask a manager of it.")
    managers = {m for m, role in people.items() if role == "manager"}
    if grant.role != "manager" and managers == {grant.member}:
        raise Refused("It needs somebody who manages it. Make another one manager first.")


def people(conn: Connection, workspace: str, space: str) -> dict[str, str]:
    """The role of each member of the space."""
    rows = conn.execute(
        "SELECT member, role FROM membership WHERE workspace=? AND space=? ORDER BY member",
        (workspace, space),
    )
    return dict(rows.fetchall())


def check_empty(conn: Connection, workspace: str, space: str, people: Mapping[str, str]) -> None:
    """Whether a space is seen by some `people` and holds nothing. Raises Refused."""
    if not people:
        raise Refused(f"No space is called “{space}”. Look with: milepost server spaces")
    sql = "SELECT count(*) FROM record WHERE workspace=? AND space=?"
    [records] = conn.execute(sql, (workspace, space)).fetchone()
    if records:
        raise Refused(f"It holds records: {records:,}. Whoever manages it puts people out: milepost unshare")


def put(conn: Connection, workspace: str, grant: Grant, ver: int) -> None:
    """Writes the grant down, as of the version `ver` of the log."""
    if grant.role:
        _put(conn, workspace, *grant, ver)
        return
    conn.execute(
        "DELETE FROM membership WHERE workspace=? AND space=? AND member=?",
        (workspace, grant.space, grant.member),
    )
    conn.execute("UPDATE workspace SET shares=? WHERE id=?", (ver, workspace))


def name_of(conn: Connection, workspace: str, member: str) -> str:
    """The member's name, whether signed in or only on record; "" for nobody."""
    row = conn.execute(
        "SELECT data FROM record WHERE workspace=? AND id=? AND kind='member'", (workspace, member)
    ).fetchone()
    return str(orjson.loads(row[0]).get("name") or "") if row else ""


# ── for whoever runs the server ───────────────────────────────────────────────────────────────────────


class Overview(NamedTuple):
    """A space: its project, client or people by name, id and role of each who sees it, how many records it has, those
    in the recycle bin too, and how many characters those hold."""

    id: str
    name: str
    members: list[tuple[str, str]]
    records: int
    size: int


def overview(conn: Connection, workspace: str) -> list[Overview]:
    """All spaces, the library first and then the largest; the members of the library are those who signed in."""
    rows = conn.execute(
        "SELECT space, count(*), sum(length(data)) FROM record WHERE workspace=? GROUP BY space", (workspace,)
    ).fetchall()
    sizes = {space: (int(count), int(size)) for space, count, size in rows}
    found: dict[str, list[tuple[str, str]]] = {space: [] for space in (LIBRARY, *sizes)}
    members = "SELECT id FROM member WHERE workspace=? ORDER BY since, id"
    found[LIBRARY] = [(id, "editor") for (id,) in conn.execute(members, (workspace,))]
    for space, member, role in conn.execute(
        "SELECT space, member, role FROM membership WHERE workspace=? ORDER BY since, member", (workspace,)
    ):
        found.setdefault(space, []).append((member, role))
    names = names_of(conn, workspace, {id for space in found for id in space.split(":")[1:]})
    told = [
        Overview(space, _called(space, names), people, *sizes.get(space, (0, 0)))
        for space, people in found.items()
    ]
    return sorted(told, key=lambda space: (space.id != LIBRARY, -space.size, space.id))


def _called(space: str, names: Mapping[str, str]) -> str:
    kind, *ids = space.split(":")
    if kind in OF_ITS_OWN and ids[0] not in names:
        return f"a {kind} that no laptop has brought back yet"  # since a restore
    return " and ".join(names.get(id) or id for id in ids) or "everybody's"


def names_of(conn: Connection, workspace: str, ids: Collection[str]) -> dict[str, str]:
    """The names of the records among `ids`."""
    rows = conn.execute(
        "SELECT id, data FROM record WHERE workspace=? AND id IN (SELECT value FROM json_each(?))",
        (workspace, ids_of(ids)),
    )
    return {id: str(orjson.loads(data).get("name") or "") for id, data in rows}
