"""Contents of attachments on the server: the same on a folder and on a real S3 server."""

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from moto.server import ThreadedMotoServer

from models.errors import MilepostError, StoreError, StoreFull
from server.blobs import Contents, Storage, Unfit, _sent, open_storage
from sync.protocol import PIECE
from tests.server.laptop import Laptop, do, new
from tests.server.running import Served

PHOTO = b"\xff\xd8 a photo of the cabinet" * 20_000
SHA = hashlib.sha256(PHOTO).hexdigest()
PIECES = [PHOTO[n : n + PIECE] for n in range(0, len(PHOTO), PIECE)]
JUNK = [b"x" * len(piece) for piece in PIECES]
PLACE = f"w/{SHA[:2]}/{SHA}"
START = f"A-{len(PHOTO)}-"
WHOLE = {
    f"{START}000000": PIECES[0], f"{START}000001": PIECES[1], "whole": f"{len(PHOTO)} {START}".encode()
}  # fmt: skip


class Late:
    """The storage as a slow worker sees it: others go on before it does `what` for the first time."""

    def __init__(self, storage: Storage, what: str, meanwhile: Callable[[], None]) -> None:
        self._storage, self._what, self._meanwhile = storage, what, [meanwhile]

    def __getattr__(self, what: str) -> Any:
        if what == self._what and self._meanwhile:
            self._meanwhile.pop()()
        return getattr(self._storage, what)


def send(contents: Contents, *which: int, pieces: list[bytes] = PIECES, device: str = "A") -> None:
    for piece in which:
        contents.put("w", SHA, len(PHOTO), piece, pieces[piece], device)


def kept(contents: Contents) -> dict[str, bytes | None]:
    return {name: contents._storage.get(f"{PLACE}/{name}") for name in contents._storage.names(PLACE)}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server on a port of its own."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """S3 storage is at this address."""
    for name, value in (
        ("ENDPOINT_URL_S3", url),
        ("ACCESS_KEY_ID", "harlan"),
        ("SECRET_ACCESS_KEY", "fab"),
        ("DEFAULT_REGION", "eu-west-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    if request.param == "folder":
        return open_storage(str(tmp_path / "blobs"))
    at(monkeypatch, request.getfixturevalue("s3"))
    import boto3

    bucket = tmp_path.name.replace("_", "-").lower()
    boto3.client("s3").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return open_storage(f"s3://{bucket}/attachments")


@pytest.fixture
def contents(storage: Storage, server: Served) -> Contents:
    return Contents(storage, server.backend.database)


def test_pieces_come_in_any_order_and_twice(contents: Contents) -> None:
    assert contents.missing("w", SHA, len(PHOTO), "A") == [0, 1]
    send(contents, 1, 1, 0)
    assert contents.missing("w", SHA, len(PHOTO), "A") == [1]
    send(contents, 1)
    assert contents.missing("w", SHA, len(PHOTO), "A") == []
    assert contents.missing("another workspace", SHA, len(PHOTO), "A") == [0, 1]


def test_what_is_not_that_content_leaves_nothing_behind(contents: Contents) -> None:
    send(contents, 0)
    with pytest.raises(Unfit, match="do not add up"):
        send(contents, 1, pieces=JUNK)
    assert kept(contents) == {}


def test_nobody_destroys_what_another_device_sends(contents: Contents) -> None:
    send(contents, 0)
    with pytest.raises(Unfit):
        contents.put("w", SHA, 1, 0, b"x", "B")
    with pytest.raises(Unfit):
        send(contents, 0, 1, pieces=JUNK, device="B")
    send(contents, 0, pieces=JUNK, device="C")
    send(contents, *contents.missing("w", SHA, len(PHOTO), "A"))
    assert kept(contents) == WHOLE | {f"C-{len(PHOTO)}-000000": JUNK[0]}


def test_a_whole_content_stays_as_it_is_whoever_sends_pieces_of_it(contents: Contents) -> None:
    send(contents, 0, 1)
    for device in ("A", "B"):
        contents.put("w", SHA, 1, 0, b"x", device)
        send(contents, 0, 1, pieces=JUNK, device=device)
        contents.put("w", SHA, len(PHOTO) + PIECE, 2, PIECES[1], device)
        assert contents.missing("w", SHA, len(PHOTO), device) == []
    assert kept(contents) == WHOLE


def test_junk_that_is_written_just_when_another_device_is_done_is_not_taken(contents: Contents) -> None:
    late = Late(contents._storage, "put", lambda: send(contents, 0, 1))
    send(Contents(late, contents._database), 1, pieces=JUNK, device="B")
    assert contents.is_whole("w", SHA) and kept(contents).items() >= WHOLE.items()


def test_who_is_overtaken_by_another_device_leaves_nothing_behind(contents: Contents) -> None:
    send(contents, 0, device="B")
    send(contents, 0, 1)
    send(contents, 1, device="B")
    assert kept(contents) == WHOLE


def test_of_two_devices_that_are_done_at_once_the_first_one_counts(contents: Contents) -> None:
    send(contents, 0, device="B")
    contents._storage.put(f"{PLACE}/B-{len(PHOTO)}-000001", PIECES[1])
    late = Late(contents._storage, "get", lambda: send(contents, 0, 1))
    Contents(late, contents._database)._close(PLACE, SHA, _sent(len(PHOTO), "B"))
    assert kept(contents) == WHOLE


def test_a_content_that_an_older_server_took_is_whole(contents: Contents) -> None:
    older = {"000000": PIECES[0], "000001": PIECES[1], "whole": b"%d" % len(PHOTO)}
    for name, body in older.items():
        contents._storage.put(f"{PLACE}/{name}", body)
    send(contents, 0, 1, pieces=JUNK)
    assert contents.missing("w", SHA, len(PHOTO), "A") == [] and kept(contents) == older
    contents._storage.delete(f"{PLACE}/000000")
    send(contents, *contents.missing("w", SHA, len(PHOTO), "A"))
    assert contents.is_whole("w", SHA) and kept(contents).items() >= WHOLE.items()


def test_pieces_that_nobody_looked_through_are_asked_for_by_the_last_one(contents: Contents) -> None:
    """The server was killed between the last piece and the word that it is whole."""
    send(contents, 0, 1)
    contents._storage.delete(f"{PLACE}/whole")
    assert contents.missing("w", SHA, len(PHOTO), "A") == [1] and not contents.is_whole("w", SHA)
    send(contents, 1)
    assert contents.missing("w", SHA, len(PHOTO), "A") == [] and contents.is_whole("w", SHA)


def test_where_a_device_sent_junk_first_all_is_asked_for_anew(contents: Contents) -> None:
    send(contents, 0, pieces=JUNK)
    assert contents.missing("w", SHA, len(PHOTO), "A") == [1]
    with pytest.raises(Unfit, match="do not add up"):
        send(contents, 1)
    send(contents, *contents.missing("w", SHA, len(PHOTO), "A"))
    assert kept(contents) == WHOLE


@pytest.mark.parametrize("device", ["A", "B"])
def test_what_the_disk_lost_of_a_whole_content_comes_again_and_is_looked_at(
    contents: Contents, device: str
) -> None:
    send(contents, 0, 1)
    contents._storage.delete(f"{PLACE}/{START}000000")
    assert contents.missing("w", SHA, len(PHOTO), device) == [0, 1] and not contents.is_whole("w", SHA)
    with pytest.raises(Unfit):
        send(contents, 0, 1, pieces=JUNK, device=device)
    assert not contents.is_whole("w", SHA)
    send(contents, *contents.missing("w", SHA, len(PHOTO), device), device=device)
    assert contents.is_whole("w", SHA)


def test_a_piece_that_is_gone_when_it_is_looked_at_is_asked_for_again(contents: Contents) -> None:
    """Another worker found that they do not add up, or the folder's listing lags."""
    send(contents, 0, 1)
    contents._storage.delete(f"{PLACE}/whole")
    late = Late(contents._storage, "get", lambda: contents._storage.delete(f"{PLACE}/{START}000000"))
    Contents(late, contents._database)._close(PLACE, SHA, _sent(len(PHOTO), "A"))
    assert kept(contents) == {f"{START}000001": PIECES[1]}


def test_a_content_is_read_through_an_attachment_once_it_is_whole(contents: Contents, ines: Laptop) -> None:
    values = {
        "name": "cabinet.jpg",
        "size": len(PHOTO),
        "sha256": SHA,
        "owner_kind": "client",
        "owner_id": "harlan",
    }
    [verdict] = ines.push(do("Attach", new("attachment", "photo", **values)))
    assert not verdict.reason
    workspace = ines.account["workspace"]
    contents.put(workspace, SHA, len(PHOTO), 0, PIECES[0], "A")
    assert contents.get(workspace, ines.member, "photo", SHA, 0) is None
    contents.put(workspace, SHA, len(PHOTO), 1, PIECES[1], "A")
    assert [contents.get(workspace, ines.member, "photo", SHA, n) for n in (0, 1, 2)] == [*PIECES, None]


def test_a_content_is_read_by_those_who_see_its_attachment(
    contents: Contents, ines: Laptop, tomas: Laptop
) -> None:
    cell = "project:cell"
    photo = new("attachment", "photo", name="cabinet.jpg", size=5, sha256=hashlib.sha256(b"Linz!").hexdigest(),
                owner_kind="project", owner_id="cell", space=cell)  # fmt: skip
    assert ines.push_one(do("Attach", new("project", "cell", name="Cell 9", space=cell), photo)).ver
    workspace, sha = ines.account["workspace"], hashlib.sha256(b"Linz!").hexdigest()
    contents.put(workspace, sha, 5, 0, b"Linz!", "A")
    assert contents.get(workspace, ines.member, "photo", sha, 0) == b"Linz!"
    assert contents.get(workspace, tomas.member, "photo", sha, 0) is None


@pytest.mark.parametrize(
    ("sha", "size", "piece", "body"),
    [("../../etc", 5, 0, b"Linz!"), (SHA.upper(), 5, 0, b"Linz!"), (SHA, 5, 1, b"Linz!"), (SHA, 5, 0, b"Linz"),
     (SHA, -1, 0, b""), (SHA, 2_000_000_000, 0, b"x" * PIECE)],
)  # fmt: skip
def test_what_cannot_be_a_piece_is_refused(
    contents: Contents, sha: str, size: int, piece: int, body: bytes
) -> None:
    with pytest.raises(Unfit):
        contents.put("w", sha, size, piece, body, "A")


def test_storage_that_does_not_answer_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blobs").write_text("a file")
    with pytest.raises(StoreFull, match="cannot be written"):
        open_storage(str(tmp_path / "blobs")).put("w/1", b"x")
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)
    with pytest.raises(MilepostError, match=r"milepost\[server,s3\]"):
        open_storage("s3://bucket")


@pytest.mark.parametrize(("what", "key"), [("get", "w"), ("names", "w/1"), ("delete", "w")])
def test_a_folder_that_fails_is_said_in_words(tmp_path: Path, what: str, key: str) -> None:
    folder = open_storage(str(tmp_path / "blobs"))
    folder.put("w/1", b"x")
    with pytest.raises(StoreError, match=r"blobs cannot be (read|changed)"):
        getattr(folder, what)(key)


def test_an_object_that_breaks_off_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Half(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "100")
            self.end_headers()
            self.wfile.write(b"half")

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Half)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    at(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    try:
        with pytest.raises(StoreError, match=r"s3://files failed: .*Check bucket"):
            open_storage("s3://files").get("w/1")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_full_disk_keeps_nothing_of_a_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = open_storage(str(tmp_path / "blobs"))
    folder.put("w/0", b"x")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull, match="No space left"):
        folder.put("w/1", b"x")
    assert [file.name for file in (tmp_path / "blobs" / "w").iterdir()] == ["0"]


def test_only_the_signed_in_and_small_pieces_come_in(server: Served, ines: Laptop) -> None:
    place = f"/v1/blobs/{SHA}?size={len(PHOTO)}&piece=0"
    assert httpx.put(server.url + place, content=PIECES[0]).status_code == 401
    assert ines.http.put(place, content=PIECES[0] + b"x").status_code == 413
    assert ines.http.put(place, content=PIECES[0][1:]).status_code == 422
    assert ines.http.put(place, content=PIECES[0]).json() == {}


def test_each_laptop_sends_pieces_of_its_own(ines: Laptop, tomas: Laptop) -> None:
    place = f"/v1/blobs/{SHA}?size={len(PHOTO)}"
    assert ines.http.put(f"{place}&piece=0", content=PIECES[0]).status_code == 200
    assert tomas.http.get(place).json() == {"missing": [0, 1]}
    junk = [tomas.http.put(f"{place}&piece={n}", content=JUNK[n]).status_code for n in (0, 1)]
    assert junk == [200, 422] and ines.http.get(place).json() == {"missing": [1]}
    ines.http.put(f"{place}&piece=1", content=PIECES[1])
    assert tomas.http.get(place).json() == {"missing": []}


def test_a_piece_that_is_none_is_a_404_and_one_that_cannot_be_read_a_503(
    server: Served, ines: Laptop, tmp_path: Path
) -> None:
    sha, body = hashlib.sha256(b"Linz!").hexdigest(), b"Linz!"
    about = {"name": "a.txt", "size": 5, "sha256": sha, "owner_kind": "client", "owner_id": "harlan"}
    ines.push(do("Attach", new("attachment", "a", **about)))
    ines.http.put(f"/v1/blobs/{sha}?size=5&piece=0", content=body)
    asked = [ines.http.get(f"/v1/blobs/{sha}/{piece}?rec=a").status_code for piece in (0, 1, -1, "9" * 300)]
    assert asked == [200, 404, 404, 404]
    [file] = (tmp_path / "blobs").rglob("*-000000")
    file.unlink()
    file.mkdir()
    broken = ines.http.get(f"/v1/blobs/{sha}/0?rec=a")
    assert broken.status_code == 503 and "cannot be read" in broken.json()["detail"]
