"""Contents of attachments: up before what names them, down on demand, whole or not at all."""

import asyncio
import os
from functools import partial
from pathlib import Path

import httpx
import orjson
import pytest

from models import attachment, blobs
from models.attachment import attached
from models.blobs import Blob, Blobs
from models.errors import Held, NotFound, Refused
from models.record import create, edit
from models.store import Store
from sync import account, protocol, worker
from sync import blobs as carrying
from tests.server.running import Served
from tests.sync.conftest import Profile, begin_cell

DRAWING = bytes(range(256)) * 3_000  # three pieces


def sign_in(store: Store, server: Served, name: str) -> None:
    account.login(store, server.url, server.code(name))


@pytest.fixture
def pair(server: Served, profile: Profile, tokens: Path) -> tuple[Store, Store]:
    """Ines, who has a client, and Tomas; both are signed in."""
    ines, tomas = profile("ines"), profile("tomas")
    ines.transact("Add", create, "client", id="harlan", name="Harlan Fab")
    for store, name in ((ines, "Ines"), (tomas, "Tomas")):
        sign_in(store, server, name)
        worker.sync_now(store)
    return ines, tomas


def attach(
    store: Store, tmp_path: Path, content: bytes = DRAWING, name: str = "cell 3.pdf",
    owner: tuple[str, str] = ("client", "harlan"),
) -> str:  # fmt: skip
    source = tmp_path / name
    source.write_bytes(content)
    blob = Blobs(store.home).keep(source)
    made = store.transact("Attach", attachment.attach, *owner, name, blob).result
    return str(made.id)  # type: ignore[union-attr]


def content(store: Store, id: str) -> bytes:
    conn = store.read()
    what = attached(conn, id)
    conn.close()
    assert what
    carrying.fetch(store, account.token_of(store), what)
    return Blobs(store.home).path(what.sha).read_bytes()


def test_a_file_goes_from_one_laptop_to_the_other(pair: tuple[Store, Store], tmp_path: Path) -> None:
    ines, tomas = pair
    id = attach(ines, tmp_path)
    worker.sync_now(ines)
    worker.sync_now(tomas)
    conn = tomas.read()
    [line] = attachment.attachments(conn, "harlan")
    conn.close()
    assert line[1:4] == ("cell 3.pdf", len(DRAWING), "application/pdf") and not line.here
    assert content(tomas, id) == DRAWING


@pytest.mark.parametrize("size", [0, 1, protocol.PIECE, protocol.PIECE + 1])
def test_every_size_arrives(pair: tuple[Store, Store], tmp_path: Path, size: int) -> None:
    ines, tomas = pair
    id = attach(ines, tmp_path, b"x" * size)
    worker.sync_now(ines)
    worker.sync_now(tomas)
    assert content(tomas, id) == b"x" * size


def test_the_content_is_there_before_the_operation_that_names_it(
    pair: tuple[Store, Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, _ = pair
    attach(ines, tmp_path)
    ines.transact("Call", edit, "client", "harlan", city="Linz")
    told: list[str] = []
    send = carrying.api.send

    async def noted(
        http: httpx.AsyncClient, request: protocol.Request, *left: asyncio.Event
    ) -> protocol.Reply:
        if "blobs" in request.path:
            told.append(request.method)
        elif "push" in request.path:
            told.extend(txn["label"] for txn in orjson.loads(request.body)["txns"])
        return await send(http, request, *left)

    monkeypatch.setattr(carrying.api, "send", noted)
    worker.sync_now(ines)
    assert told == ["Call", "GET", "PUT", "PUT", "PUT", "GET", "Attach"]


def test_an_upload_that_broke_off_goes_on_where_it_was(
    pair: tuple[Store, Store], server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, tomas = pair
    id = attach(ines, tmp_path)
    assert server.backend.contents
    put = server.backend.contents.put
    pieces: list[int] = []

    def failing(workspace: str, sha: str, size: int, piece: int, *rest: bytes) -> None:
        pieces.append(piece)
        if len(pieces) == 2:
            raise OSError("the disk is gone")
        put(workspace, sha, size, piece, *rest)

    monkeypatch.setattr(server.backend.contents, "put", failing)
    with pytest.raises(Held, match="500"):
        worker.sync_now(ines)
    assert worker.read_state(ines).waiting == 1
    worker.sync_now(ines)
    assert pieces == [0, 1, 1, 2] and worker.read_state(ines).waiting == 0
    worker.sync_now(tomas)
    assert content(tomas, id) == DRAWING


@pytest.mark.parametrize("times", [1, 99])
def test_a_content_counts_as_sent_when_the_server_says_that_it_is_whole(
    pair: tuple[Store, Store], server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """The first piece is lost as soon as it was taken: once, or each time."""
    ines, tomas = pair
    assert server.backend.contents
    put = server.backend.contents.put
    lost: list[Path] = []

    def losing(workspace: str, sha: str, size: int, piece: int, *rest: bytes) -> None:
        put(workspace, sha, size, piece, *rest)
        if piece == 0 and len(lost) < times:
            lost.extend(Path(f"{tmp_path}/server.db.blobs").rglob("*-000000"))
            lost[-1].unlink()

    monkeypatch.setattr(server.backend.contents, "put", losing)
    id = attach(ines, tmp_path)
    worker.sync_now(ines)
    worker.sync_now(tomas)
    assert worker.read_state(ines).waiting == 0
    conn = ines.read()
    why = blobs.untaken(conn)
    conn.close()
    if times == 1:
        assert why == {} and content(tomas, id) == DRAWING
    else:
        assert len(lost) == carrying.ROUNDS and "lost again and again" in str(why)


def test_what_is_not_that_content_is_never_taken_for_it(
    pair: tuple[Store, Store], server: Served, tmp_path: Path
) -> None:
    ines, tomas = pair
    id = attach(ines, tmp_path)
    worker.sync_now(ines)
    [piece] = Path(f"{tmp_path}/server.db.blobs").rglob("*-000001")
    piece.write_bytes(b"y" * protocol.PIECE)
    worker.sync_now(tomas)
    with pytest.raises(Held, match=r"not the content of cell 3\.pdf"):
        content(tomas, id)
    assert not list(Blobs(tomas.home).folder.rglob("*.*"))


def test_a_content_is_read_only_through_an_attachment_that_names_it(
    pair: tuple[Store, Store], tmp_path: Path
) -> None:
    ines, tomas = pair
    id = attach(ines, tmp_path)
    other = attach(ines, tmp_path, b"the price list")
    worker.sync_now(ines)
    sha = Blobs(ines.home).keep(tmp_path / "cell 3.pdf").sha
    headers = {"authorization": f"Bearer {account.token_of(tomas)}"}
    asked = {rec: httpx.get(f"{tomas.meta('server')}/v1/blobs/{sha}/0?rec={rec}", headers=headers).status_code
             for rec in (id, other, "harlan", "nothing")}  # fmt: skip
    assert asked == {id: 404, other: 200, "harlan": 404, "nothing": 404}


def test_a_content_that_nobody_has_sent_yet_is_said_in_words(
    pair: tuple[Store, Store], tmp_path: Path
) -> None:
    ines, tomas = pair
    id = attach(ines, tmp_path)
    with ines.write() as conn:
        blobs.sent(conn, conn.execute("SELECT sha FROM blob").fetchone()[0])
    worker.sync_now(ines)
    worker.sync_now(tomas)
    with pytest.raises(NotFound, match=r"not sent it yet, or it was deleted there"):
        content(tomas, id)


def test_a_file_that_was_taken_away_holds_nothing_up(pair: tuple[Store, Store], tmp_path: Path) -> None:
    ines, _ = pair
    attach(ines, tmp_path)
    for file in Blobs(ines.home).folder.rglob("*"):
        file.is_file() and file.unlink()
    worker.sync_now(ines)
    assert worker.read_state(ines).waiting == 0


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of all requests."""
    paths: list[str] = []
    send = carrying.api.send

    async def noted(
        http: httpx.AsyncClient, request: protocol.Request, *left: asyncio.Event
    ) -> protocol.Reply:
        paths.append(request.path)
        return await send(http, request, *left)

    monkeypatch.setattr(carrying.api, "send", noted)
    return paths


def untaken(store: Store, server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An attachment of Ines, synced while the server takes no contents; it does afterwards."""
    with monkeypatch.context() as patch:
        patch.setattr(server.backend, "contents", None)
        id = attach(store, tmp_path)
        worker.sync_now(store)
    return id


def test_what_the_server_did_not_take_stays_and_is_not_asked_for_at_every_sync(
    pair: tuple[Store, Store],
    server: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: list[str],
) -> None:
    ines, _ = pair
    untaken(ines, server, tmp_path, monkeypatch)
    assert worker.read_state(ines).waiting == 0
    asked.clear()
    worker.sync_now(ines)
    assert len(asked) == 1 and "blobs" not in asked[0]
    with ines.write() as conn:
        assert blobs.spare(conn, "another", room=0) == [] and "--blobs" in str(blobs.untaken(conn).values())


def test_what_the_server_did_not_take_is_told_to_whoever_attached_it_or_asks_for_it(
    pair: tuple[Store, Store], server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, tomas = pair
    monkeypatch.setattr(server.backend, "contents", None)
    id = attach(ines, tmp_path)
    for n in range(4):
        attach(ines, tmp_path, bytes([n]), f"photo {n}.jpg")
    [told] = worker.sync_now(ines).notices
    assert "Only on this laptop" in told and "--blobs" in told
    assert "cell 3.pdf, photo 0.jpg, photo 1.jpg and 2 more" in told
    assert worker.sync_now(ines).notices == []
    worker.sync_now(tomas)
    with pytest.raises(NotFound, match=r"The server keeps no attachments: cell 3\.pdf is only on the laptop"):
        content(tomas, id)


@pytest.mark.parametrize("how", ["by hand", "a day later", "attached again"])
def test_what_the_server_did_not_take_is_offered_again(
    pair: tuple[Store, Store], server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    ines, tomas = pair
    id = untaken(ines, server, tmp_path, monkeypatch)
    later = ines.clock() + blobs.DAY
    if how == "a day later":
        ines.clock = lambda: later
    elif how == "attached again":
        attach(ines, tmp_path)
    worker.sync_now(ines, check=how == "by hand")
    worker.sync_now(tomas)
    assert content(tomas, id) == DRAWING


def test_what_keeps_being_refused_is_offered_a_day_after_the_first_whatever_comes_later(
    profile: Profile,
) -> None:
    store = profile("ines")
    with store.write() as conn:
        conn.execute("INSERT INTO blob(sha, size, sent) VALUES('early', 1, 0), ('late', 1, 0)")
        blobs.refused(conn, "early", "too large", 1_000)
        blobs.refused(conn, "late", "too large", blobs.DAY)
        blobs.offer_again(conn, blobs.DAY, at_once=False)
        assert conn.execute("SELECT sent FROM blob").fetchall() == [(2,), (2,)]
        blobs.offer_again(conn, blobs.DAY + 1_000, at_once=False)
        assert conn.execute("SELECT sent FROM blob").fetchall() == [(0,), (0,)]
        assert blobs.untaken(conn) == {}


def test_a_content_that_cannot_be_read_holds_nothing_up_and_is_kept(
    pair: tuple[Store, Store], tmp_path: Path
) -> None:
    ines, _ = pair
    attach(ines, tmp_path)
    [file] = [each for each in Blobs(ines.home).folder.rglob("*") if each.is_file()]
    file.unlink()
    file.mkdir()  # what nobody reads, root neither
    worker.sync_now(ines)
    assert worker.read_state(ines).waiting == 0
    with ines.write() as conn:
        assert "cannot be read" in blobs.untaken(conn)[file.name]
    with pytest.raises(Refused, match="Check the disk"):
        Blobs(ines.home).read(file.name, 0, 1)


def test_what_came_from_the_server_the_server_has(profile: Profile) -> None:
    with profile("ines").write() as conn:
        conn.execute("INSERT INTO blob(sha, size, sent) VALUES('plan', 600, 2)")
        blobs.fetched(conn, Blob("plan", 600))
        assert conn.execute("SELECT sent FROM blob").fetchall() == [(1,)]


def test_what_the_server_has_not_is_never_removed_to_make_room(profile: Profile) -> None:
    store = profile("ines")
    with store.write() as conn:
        conn.execute("INSERT INTO blob(sha, size, sent) VALUES('mine', 900, 0)")
        for sha in ("old", "newer", "newest"):
            blobs.fetched(conn, Blob(sha, 600))
        assert blobs.spare(conn, "newest", room=1_000) == ["old", "newer"]
        assert blobs.spare(conn, "newest", room=0) == []


def test_a_content_leaves_the_laptop_with_the_sync_that_takes_its_space_away(
    pair: tuple[Store, Store], tmp_path: Path
) -> None:
    ines, tomas = pair
    cell = begin_cell(ines)
    share = partial(account.share, ines, cell["space"], tomas.meta("member"))
    share("reader")
    id = attach(ines, tmp_path, owner=("project", cell["id"]))
    worker.sync_now(ines)
    worker.sync_now(tomas)
    content(tomas, id)
    [file] = [each for each in Blobs(tomas.home).folder.rglob("*") if each.is_file()]
    os.utime(file, (0, 0))
    share("")
    worker.sync_now(tomas)
    assert not file.exists() and content(ines, id) == DRAWING


def test_a_folder_is_refused_with_a_way_out(profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"pack a folder into a \.zip"):
        Blobs(profile("ines").home).keep(tmp_path)
    with pytest.raises(Refused, match=r"drawing.pdf cannot be read: No such file"):
        Blobs(profile("ines").home).keep(tmp_path / "drawing.pdf")


def test_the_name_of_a_file_is_no_path() -> None:
    names = ("../../etc/passwd", "C:\\plan.xml", ".profile", "a\x1b[31mb", "")
    assert [attachment.safe_name(n) for n in names] == [
        "passwd",
        "plan.xml",
        "profile",
        "a_[31mb",
        "attachment",
    ]
