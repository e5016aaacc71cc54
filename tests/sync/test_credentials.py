"""Where the device's token lies, and that it never lies open."""

import os
import stat
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from models.errors import NoCredentials, NoKeyring
from sync import credentials
from sync.credentials import FileStore, Keyring, open_credentials


class Plaintext(KeyringBackend):
    """A keyring that does not encrypt, as keyrings.alt has one."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return "open to all"

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("the token was written to a plaintext keyring")

    def delete_password(self, service: str, username: str) -> None: ...


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Any:
    """backend(found) makes `found` this machine's keyring."""
    monkeypatch.delenv("MILEPOST_CREDENTIALS", raising=False)
    return lambda found: monkeypatch.setattr(keyring, "get_keyring", lambda: found)


def test_a_file_keeps_tokens_by_name(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "deep" / "tokens.json")
    store.set("ines", "one")
    store.set("tomas", "two")
    store.delete("ines")
    assert (store.get("ines"), store.get("tomas")) == (None, "two")


def test_a_file_that_was_only_tried_out_leaves_the_next_token_to_the_keyring(
    tmp_path: Path, backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend(None)
    monkeypatch.setattr(credentials, "keyring_name", lambda: "keyring.backends.macOS.Keyring")
    credentials.try_out(open_credentials(tmp_path, keep_in_file=True))
    assert isinstance(open_credentials(tmp_path), Keyring)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    file.write_text("{}")
    file.chmod(0o644)
    FileStore(file).set("ines", "one")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("garbage", [b"{", b"\xff\x00", b"[1]", b"7"])
def test_a_damaged_file_is_said_in_words(tmp_path: Path, garbage: bytes) -> None:
    file = tmp_path / "tokens.json"
    file.write_bytes(garbage)
    with pytest.raises(NoCredentials, match="Delete it and sign in again"):
        FileStore(file).get("ines")


def test_a_place_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "tokens.json.new").mkdir()
    with pytest.raises(NoCredentials, match="Choose another place"):
        FileStore(tmp_path / "tokens.json").set("ines", "one")


def test_the_environment_comes_first(tmp_path: Path, tokens: Path) -> None:
    found = open_credentials(tmp_path, keep_in_file=True)
    assert isinstance(found, FileStore)
    assert found.path == tokens


def test_an_environment_that_says_nothing_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_CREDENTIALS", "vault")
    with pytest.raises(NoCredentials, match="Write file:PATH or unset it"):
        open_credentials(tmp_path)


def test_without_a_keyring_there_is_a_way(tmp_path: Path, backend: Any) -> None:
    from keyring.backends import fail

    backend(fail.Keyring())
    with pytest.raises(NoKeyring, match=r"has no keyring.*--keep-token-in-file"):
        open_credentials(tmp_path)
    open_credentials(tmp_path, keep_in_file=True).set("ines", "one")
    assert open_credentials(tmp_path).get("ines") == "one"


def test_a_plaintext_keyring_is_refused(tmp_path: Path, backend: Any) -> None:
    backend(Plaintext())
    with pytest.raises(NoKeyring, match=r"Plaintext.* is not one that encrypts.*--keep-token-in-file"):
        open_credentials(tmp_path)


def test_a_plaintext_keyring_in_a_chain_is_refused(
    tmp_path: Path, backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keyring.backends import chainer

    monkeypatch.setattr(chainer.ChainerBackend, "backends", [Plaintext()])
    backend(chainer.ChainerBackend())
    with pytest.raises(NoKeyring, match="not one that encrypts"):
        open_credentials(tmp_path)


def test_the_systems_keyring_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MILEPOST_CREDENTIALS", raising=False)
    monkeypatch.setattr(credentials, "keyring_name", lambda: "keyring.backends.macOS.Keyring")
    assert isinstance(open_credentials(tmp_path), Keyring)


def test_a_locked_keyring_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.errors import KeyringLocked

    def locked(*_: str) -> None:
        raise KeyringLocked("dismissed")

    for what in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, what, locked)
    place = credentials.Keyring()
    for ask in (
        place.get,
        place.delete,
        lambda name: place.set(name, "secret"),
        lambda _: credentials.try_out(place),
    ):
        with pytest.raises(NoCredentials, match=r"does not open: dismissed\. Unlock it"):
            ask("ines")
