"""A small client written against the protocol alone, and the transactions that the tests push."""

from typing import Any

import httpx
import orjson

from models.apply import Entry
from models.copies import Patch
from models.outbox import Outgoing, Verdict
from models.record import new_id
from models.snapshot import Page as SnapshotPage
from models.space import Space
from sync import asking, protocol
from sync.asking import Page
from sync.protocol import Reply

CELL = "project:cell"
Change = tuple[str, str, bool, dict[str, Any], dict[str, int]]


class Laptop:
    """A signed-in device with a replica of its own; keeps nothing but the epoch that it was told."""

    def __init__(self, url: str, code: str, device: str = "laptop") -> None:
        self.http = httpx.Client(base_url=url, timeout=30)
        self.replica = new_id()
        reply = self.http.post("/v1/login", json={"code": code, "device": device})
        assert reply.status_code == 200, reply.text
        self.account = reply.json()
        self.member = self.account["member"]
        self.epoch = reply.headers[protocol.EPOCH]
        self.http.headers["authorization"] = f"Bearer {self.account['token']}"

    def post(self, *batch: Outgoing, **options: Any) -> httpx.Response:
        """Pushes; an operation with `at=-5000` was made five seconds ago."""
        request = asking.push(self.replica, 1, self.epoch, batch, 0)
        return self.http.post(request.path, content=request.body, **options)

    def push(self, *batch: Outgoing) -> list[Verdict]:
        return asking.verdicts(_reply(self.post(*batch)))

    def push_one(self, operation: Outgoing) -> Verdict:
        [verdict] = self.push(operation)
        return verdict

    def pull(self, since: int = 0) -> Page:
        return asking.page(_reply(self.http.get(asking.pull(since).path)))

    def snapshot(self, space: str = "workspace", after: str = "", since: int = -1) -> SnapshotPage:
        reply = _reply(self.http.get(asking.snapshot(space, after, since).path))
        return asking.snapshot_page(reply, space, after)

    def content(self, space: str = "workspace") -> list[SnapshotPage]:
        """All pages of a space."""
        pages = [self.snapshot(space)]
        while pages[-1].more:
            pages.append(self.snapshot(space, pages[-1].last, pages[0].head))
        return pages

    def history(self, rec: str, before: int = 2**40) -> list[Entry]:
        """Newest first."""
        reply = self.http.get(f"/v1/history?rec={rec}&before={before}")
        return asking.history(_reply(reply))[0]

    def log(self) -> list[Entry]:
        """The whole log, page by page."""
        entries: list[Entry] = []
        more = True
        while more:
            page = self.pull(entries[-1].ver if entries else 0)
            entries, more = entries + page.entries, page.more
        return entries

    def last(self) -> Entry:
        return self.log()[-1]

    def record(self, rec: str) -> dict[str, Any]:
        """What the log adds up to for one record."""
        return {n: v for patch in self._patches() if patch.rec == rec for n, v in patch.values.items()}

    def conflicts(self) -> list[dict[str, Any]]:
        """Every conflict record, its two sides decoded."""
        return [
            {**p.values, "id": p.rec, "winner": orjson.loads(str(p.values["winner"])),
             "loser": orjson.loads(str(p.values["loser"]))}
            for p in self._patches() if p.kind == "conflict"
        ]  # fmt: skip

    def _patches(self) -> list[Patch]:
        return [patch for entry in self.log() for patch in entry.patches]


def _reply(response: httpx.Response) -> Reply:
    return Reply(response.status_code, dict(response.headers), response.content)


def do(label: str, *changes: Change, age: int = 0, kind: str = "do") -> Outgoing:
    return Outgoing(new_id(), kind, None, label, None, -age, list(changes))


def new(kind: str, rec: str, /, **values: Any) -> Change:
    return kind, rec, True, {"space": "workspace", **values}, {}, {}


def edit(kind: str, rec: str, base: int, before: dict[str, Any] | None = None, /, **values: Any) -> Change:
    """`base` is the version that the author saw, `before` what its fields held."""
    return kind, rec, False, values, dict.fromkeys(values, base), before or {}


def client(name: str = "Harlan Fab", rec: str = "") -> Change:
    return new("client", rec or new_id(), name=name)


def task(name: str, rec: str, parent: str | None = None) -> Change:
    return new("task", rec, name=name, project_id="line-7", parent_id=parent, rank="a0")


def link(rec: str, before: str, after: str) -> Change:
    return new("dependency", rec, project_id="line-7", predecessor_id=before, successor_id=after, type="FS")


def begin_cell(laptop: Laptop) -> None:
    """A project that the laptop's member keeps to himself, with the task “lay”."""
    project = new("project", "cell", name="Cell 9", space=CELL)
    lay = new("task", "lay", name="Lay cables", project_id="cell", rank="a0", space=CELL)
    assert laptop.push_one(do("Plan", project, lay)).ver


def share(laptop: Laptop, member: str, role: str, space: str = CELL) -> tuple[int, str]:
    reply = laptop.http.post("/v1/share", json={"space": space, "member": member, "role": role})
    return reply.status_code, reply.json().get("detail", "")


def told(laptop: Laptop) -> dict[str, Space]:
    """The spaces that the laptop's member sees."""
    page = asking.page(_reply(laptop.http.get(asking.pull(0, -1).path)))
    return {space.id: space for space in page.spaces or []}
