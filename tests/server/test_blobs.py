"""Contents of attachments on the server: the same on a folder and on a real S3 server."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from models.errors import MilepostError, StoreFull
from server.blobs import Contents, Storage, Unfit, open_storage
from sync.protocol import PIECE
from tests.server.laptop import Laptop, do, new
from tests.server.running import Served

PHOTO = b"\xff\xd8 a photo of the cabinet" * 20_000
SHA = hashlib.sha256(PHOTO).hexdigest()
PIECES = [PHOTO[n : n + PIECE] for n in range(0, len(PHOTO), PIECE)]
PLACE = f"w/{SHA[:2]}/{SHA}"


class Late:
    """The storage as a slow worker sees it: others go on when it has read a piece that is not there yet."""

    def __init__(self, storage: Storage, meanwhile: Callable[[], None]) -> None:
        self._storage, self._meanwhile = storage, meanwhile
        self.put, self.names, self.delete = storage.put, storage.names, storage.delete

    def get(self, key: str) -> bytes | None:
        if (found := self._storage.get(key)) is None:
            self._meanwhile()
        return found


def send(contents: Contents, *which: int) -> None:
    for piece in which:
        contents.put("w", SHA, len(PHOTO), piece, PIECES[piece])


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


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    if request.param == "folder":
        return open_storage(str(tmp_path / "blobs"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", request.getfixturevalue("s3"))
    for name, value in (
        ("ACCESS_KEY_ID", "harlan"),
        ("SECRET_ACCESS_KEY", "fab"),
        ("DEFAULT_REGION", "eu-west-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
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
    assert contents.missing("w", SHA, len(PHOTO)) == [0, 1]
    for piece in (1, 1, 0):
        contents.put("w", SHA, len(PHOTO), piece, PIECES[piece])
    assert contents.missing("w", SHA, len(PHOTO)) == []
    assert contents.missing("another workspace", SHA, len(PHOTO)) == [0, 1]


def test_what_is_not_that_content_leaves_nothing_behind(contents: Contents) -> None:
    contents.put("w", SHA, len(PHOTO), 0, PIECES[0])
    with pytest.raises(Unfit, match="do not add up"):
        contents.put("w", SHA, len(PHOTO), 1, b"x" * len(PIECES[1]))
    assert contents.missing("w", SHA, len(PHOTO)) == [0, 1]


def test_a_whole_content_stays_as_it_is_whoever_sends_pieces_of_it(contents: Contents) -> None:
    send(contents, 0, 1)
    contents.put("w", SHA, 1, 0, b"x")
    contents.put("w", SHA, len(PHOTO), 0, b"x" * PIECE)
    contents.put("w", SHA, len(PHOTO) + PIECE, 2, PIECES[1])
    assert contents.missing("w", SHA, len(PHOTO)) == [] and contents.is_whole("w", SHA)
    assert kept(contents) == {"000000": PIECES[0], "000001": PIECES[1], "whole": b"%d" % len(PHOTO)}


def test_a_piece_that_is_here_is_not_written_again(contents: Contents) -> None:
    send(contents, 0)
    contents.put("w", SHA, len(PHOTO), 0, b"x" * PIECE)
    assert kept(contents) == {"000000": PIECES[0]}


def test_pieces_that_nobody_looked_through_are_asked_for_by_the_last_one(contents: Contents) -> None:
    """The server was killed between the last piece and the word that it is whole."""
    send(contents, 0, 1)
    contents._storage.delete(f"{PLACE}/whole")
    assert contents.missing("w", SHA, len(PHOTO)) == [1] and not contents.is_whole("w", SHA)
    send(contents, 1)
    assert contents.missing("w", SHA, len(PHOTO)) == [] and contents.is_whole("w", SHA)


def test_where_somebody_sent_junk_first_all_is_asked_for_anew(contents: Contents) -> None:
    for piece in (0, 1):
        contents._storage.put(f"{PLACE}/{piece:06}", b"x" * len(PIECES[piece]))
    assert contents.missing("w", SHA, len(PHOTO)) == [1]
    with pytest.raises(Unfit, match="do not add up"):
        send(contents, 1)
    send(contents, *contents.missing("w", SHA, len(PHOTO)))
    assert contents.is_whole("w", SHA) and kept(contents)["000000"] == PIECES[0]


def test_what_the_disk_lost_of_a_whole_content_comes_again_and_is_looked_at(contents: Contents) -> None:
    send(contents, 0, 1)
    contents._storage.delete(f"{PLACE}/000000")
    assert contents.missing("w", SHA, len(PHOTO)) == [0] and not contents.is_whole("w", SHA)
    with pytest.raises(Unfit):
        contents.put("w", SHA, len(PHOTO), 0, b"x" * PIECE)
    send(contents, *contents.missing("w", SHA, len(PHOTO)))
    assert contents.is_whole("w", SHA) and kept(contents)["000000"] == PIECES[0]


def test_a_worker_that_saw_junk_leaves_what_another_one_has_closed(contents: Contents) -> None:
    send(contents, 0)
    late = Late(contents._storage, lambda: send(contents, 1))
    Contents(late, contents._database)._close(PLACE, SHA, len(PHOTO))
    assert contents.is_whole("w", SHA)


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
    contents.put(workspace, SHA, len(PHOTO), 0, PIECES[0])
    assert contents.get(workspace, ines.member, "photo", SHA, 0) is None
    contents.put(workspace, SHA, len(PHOTO), 1, PIECES[1])
    assert [contents.get(workspace, ines.member, "photo", SHA, n) for n in (0, 1, 2)] == [*PIECES, None]


def test_a_content_is_read_by_those_who_see_its_attachment(
    contents: Contents, ines: Laptop, tomas: Laptop
) -> None:
    cell = "project:cell"
    photo = new("attachment", "photo", name="cabinet.jpg", size=5, sha256=hashlib.sha256(b"Linz!").hexdigest(),
                owner_kind="project", owner_id="cell", space=cell)  # fmt: skip
    assert ines.push_one(do("Attach", new("project", "cell", name="Cell 9", space=cell), photo)).ver
    workspace, sha = ines.account["workspace"], hashlib.sha256(b"Linz!").hexdigest()
    contents.put(workspace, sha, 5, 0, b"Linz!")
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
        contents.put("w", sha, size, piece, body)


def test_storage_that_does_not_answer_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blobs").write_text("a file")
    with pytest.raises(StoreFull, match="cannot be written"):
        open_storage(str(tmp_path / "blobs")).put("w/1", b"x")
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)
    with pytest.raises(MilepostError, match=r"milepost\[server,s3\]"):
        open_storage("s3://bucket")


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
