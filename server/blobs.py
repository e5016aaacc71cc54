"""The contents of attachments on the server: pieces of one size in a folder or in S3-compatible storage.

WORKSPACE/ab/abcdef…/C-600000-000000 …  the pieces of a content of 600,000 bytes as device C sends them, to any worker
WORKSPACE/ab/abcdef…/whole              “600000 C-600000-”: whose are all there, and their hash is right; read are only
                                        these. An older server wrote “600000” and called the pieces 000000 …

No device touches the pieces of another one: what somebody sends wrongly is in nobody's way.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import orjson

from models.blobs import LARGEST
from models.durable import make_folder, put_in_place
from models.errors import MilepostError, StoreError, StoreFull
from server import spaces
from server.database import Database
from sync.protocol import PIECE, pieces

S3 = "s3://"
ABSENT = ("NoSuchKey", "404")  # of a key, as S3 and what is compatible with it say
HEX = set("0123456789abcdef")


class Unfit(MilepostError):
    """What came cannot be a piece of that content; nothing of it was kept."""


class Storage(Protocol):
    """Small values by their keys. Raises StoreError, in words for whoever runs the server."""

    def put(self, key: str, body: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...
    def names(self, prefix: str) -> set[str]:
        """The last parts of the keys that begin with `prefix` and a slash."""

    def delete(self, key: str) -> None: ...


class Folder:
    """Files below a folder; each is written whole or not at all."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def put(self, key: str, body: bytes) -> None:
        path = self._place / key
        with self._in_words("written", StoreFull):
            make_folder(path.parent)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(body)
                    file.flush()
                    os.fsync(handle)
                put_in_place(Path(name), path)
            finally:
                Path(name).unlink(missing_ok=True)

    def get(self, key: str) -> bytes | None:
        with self._in_words("read"), suppress(FileNotFoundError):
            return (self._place / key).read_bytes()
        return None

    def names(self, prefix: str) -> set[str]:
        with self._in_words("read"), suppress(FileNotFoundError):
            return {p.name for p in (self._place / prefix).iterdir() if not p.name.startswith(".")}
        return set()

    def delete(self, key: str) -> None:
        with self._in_words("changed"):
            (self._place / key).unlink(missing_ok=True)

    @contextmanager
    def _in_words(self, done: str, kind: type[StoreError] = StoreError) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise kind(
                f"{self._place} cannot be {done}: {error.strerror or error}. Check its disk, room and permissions."
            ) from error


class Bucket:
    """Objects of an S3-compatible storage. Address and keys come as every AWS tool takes them (AWS_ENDPOINT_URL_S3,
    AWS_ACCESS_KEY_ID …)."""

    def __init__(self, url: str) -> None:
        try:
            import boto3  # 300 ms, and an extra of its own
        except ImportError:
            raise MilepostError(
                "S3 storage needs boto3. Install it with: uv tool install 'milepost[server,s3]'"
            ) from None
        self._bucket, _, prefix = url.removeprefix(S3).partition("/")
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._client: Any = boto3.client("s3")

    def put(self, key: str, body: bytes) -> None:
        self._call("put_object", Key=self._prefix + key, Body=body)

    def get(self, key: str) -> bytes | None:
        found = self._call("get_object", Key=self._prefix + key)
        return self._in_words(found["Body"].read) if found else None

    def names(self, prefix: str) -> set[str]:
        start = f"{self._prefix}{prefix}/"
        listed: set[str] = set()
        more: dict[str, str] = {}
        while True:
            found = self._call("list_objects_v2", Prefix=start, **more) or {}
            listed |= {row["Key"].removeprefix(start) for row in found.get("Contents", ())}
            if not found.get("IsTruncated"):
                return listed
            more = {"ContinuationToken": found["NextContinuationToken"]}

    def delete(self, key: str) -> None:
        self._call("delete_object", Key=self._prefix + key)

    def _call(self, what: str, **given: Any) -> Any:
        return self._in_words(getattr(self._client, what), Bucket=self._bucket, **given)

    def _in_words(self, what: Callable[..., Any], **given: Any) -> Any:
        """What it returns; None where the key is not there."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return what(**given)
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in ABSENT:
                return None
            raise StoreError(
                f"The storage {S3}{self._bucket} failed: {error}. Check bucket, address and keys (AWS_…)."
            ) from error


def beside(database: str) -> str:
    """Where attachments go when nobody said: beside a SQLite file; with PostgreSQL nowhere."""
    return "" if "://" in database else f"{database}.blobs"


def open_storage(place: str) -> Storage:
    """A folder, or s3://BUCKET/PREFIX. Raises MilepostError."""
    return Bucket(place) if place.startswith(S3) else Folder(Path(place))


class _Sent(NamedTuple):
    """The pieces that one device sends of a content of `size` bytes; `start` begins their names."""

    size: int
    start: str

    def name(self, piece: int) -> str:
        return f"{self.start}{piece:06}"

    @property
    def names(self) -> list[str]:
        return [self.name(piece) for piece in range(pieces(self.size))]


class Contents:
    """What the endpoints ask of the storage; `device` is the letter of the one that asks. Raises Unfit, StoreError."""

    def __init__(self, storage: Storage, database: Database) -> None:
        self._storage, self._database = storage, database

    def missing(self, workspace: str, sha: str, size: int, device: str) -> list[int]:
        """The pieces that the device has to send of a content of `size` bytes, none once it is whole. The last one is
        always among them: with it the server looks whether they add up."""
        _check(sha, size)
        place, sent, last = _place(workspace, sha), _sent(size, device), pieces(size) - 1
        here = self._storage.names(place)
        if (whole := self._whole(place)) and here.issuperset(whole.names):
            return []
        return [piece for piece in range(last) if sent.name(piece) not in here] + [last]

    def put(self, workspace: str, sha: str, size: int, piece: int, body: bytes, device: str) -> None:
        """Takes a piece. With the last one the content is whole, if all are here and their hash is right."""
        _check(sha, size)
        if not 0 <= piece < pieces(size) or len(body) != min(PIECE, size - piece * PIECE):
            raise Unfit(f"{len(body)} bytes are not piece {piece} of {size} bytes.")
        place, sent = _place(workspace, sha), _sent(size, device)
        if self._is_settled(place, sent):
            return
        self._storage.put(f"{place}/{sent.name(piece)}", body)
        if piece == pieces(size) - 1:
            self._close(place, sha, sent)

    def _is_settled(self, place: str, sent: _Sent) -> bool:
        """Whether the content is whole; what another device than its sender has sent of it is thrown away then."""
        if (whole := self._whole(place)) is None:
            return False
        is_whole = self._storage.names(place).issuperset(whole.names)
        if is_whole and whole != sent:
            self._drop(place, sent)
        elif whole == sent and not is_whole:  # the disk lost some: what takes their place is looked at again
            self._storage.delete(f"{place}/whole")
        return is_whole

    def _close(self, place: str, sha: str, sent: _Sent) -> None:
        if not self._storage.names(place).issuperset(sent.names):
            return
        digest = hashlib.sha256()
        for name in sent.names:
            if (body := self._storage.get(f"{place}/{name}")) is None:  # who sends asks what is missing
                return
            digest.update(body)
        if digest.hexdigest() != sha:
            self._drop(place, sent)
            raise Unfit("The pieces do not add up to the content. Send it again.")
        if not self._is_settled(place, sent):
            self._storage.put(f"{place}/whole", f"{sent.size} {sent.start}".encode())

    def _drop(self, place: str, sent: _Sent) -> None:
        for name in self._storage.names(place).intersection(sent.names):
            self._storage.delete(f"{place}/{name}")

    def _whole(self, place: str) -> _Sent | None:
        """The pieces that were found to be the content, whether or not they are still all here."""
        if (found := self._storage.get(f"{place}/whole")) is None:
            return None
        size, _, start = found.decode().partition(" ")
        return _Sent(int(size), start)

    def get(self, workspace: str, member: str, rec: str, sha: str, piece: int) -> bytes | None:
        """A piece of a whole content, through an attachment that the member sees; None where there is none."""
        _check(sha, 0)
        place = _place(workspace, sha)
        if not self._names(workspace, member, rec, sha) or (whole := self._whole(place)) is None:
            return None
        return self._storage.get(f"{place}/{whole.name(piece)}") if 0 <= piece < pieces(whole.size) else None

    def is_whole(self, workspace: str, sha: str) -> bool:
        """Its pieces are all here, and had the right hash when they came."""
        place = _place(workspace, sha)
        whole = self._whole(place)
        return whole is not None and self._storage.names(place).issuperset(whole.names)

    def _names(self, workspace: str, member: str, rec: str, sha: str) -> bool:
        """Whether the member sees an attachment `rec` with this content."""
        with self._database.reading() as conn:
            row = conn.execute(
                "SELECT data FROM record WHERE workspace=? AND id=? AND kind='attachment'", (workspace, rec)
            ).fetchone()
            values = orjson.loads(row[0]) if row is not None else {}
            sees = spaces.space_of(values) in spaces.roles(conn, workspace, member)
        return sees and values.get("sha256") == sha


def _place(workspace: str, sha: str) -> str:
    return f"{workspace}/{sha[:2]}/{sha}"


def _sent(size: int, device: str) -> _Sent:
    return _Sent(size, f"{device}-{size}-")


def _check(sha: str, size: int) -> None:
    if len(sha) != 64 or set(sha) - HEX:
        raise Unfit("A content is called by its SHA-256: 64 hexadecimal digits.")
    if not 0 <= size <= LARGEST:
        raise Unfit(f"An attachment may have {LARGEST / 1e9:g} GB.")
