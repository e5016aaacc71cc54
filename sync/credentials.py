"""Where the device's token lies: the operating system's keyring, or a file that the user asked for.

Only keyrings that encrypt are used, never a plaintext one in silence. `MILEPOST_CREDENTIALS=file:PATH` gives scripts
and tests a file of their own; `milepost login --keep-token-in-file` makes one in the profile.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson

from models.errors import NoCredentials, NoKeyring

SERVICE = "milepost"
PROBE = "probe"  # a name that no token has
ALLOWED = (
    "keyring.backends.macOS",
    "keyring.backends.Windows",
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.chainer",
)


class FileStore:
    """Tokens by name in a JSON file that only its owner can read, and that goes with its last token: an empty one
    in the profile would keep the next token out of the keyring."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, name: str) -> str | None:
        found = self._all().get(name)
        return None if found is None else str(found)

    def set(self, name: str, token: str) -> None:
        self._write({**self._all(), name: token})

    def delete(self, name: str) -> None:
        self._write({n: t for n, t in self._all().items() if n != name})

    def _all(self) -> dict[str, str]:
        try:
            return dict(orjson.loads(self.path.read_bytes()))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            raise NoCredentials(
                f"{self.path} cannot be read: {error}. Delete it and sign in again."
            ) from error

    def _write(self, tokens: dict[str, str]) -> None:
        fresh = self.path.with_name(self.path.name + ".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
            if not tokens:
                self.path.unlink(missing_ok=True)
                return
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(orjson.dumps(tokens))
            fresh.replace(self.path)
        except OSError as error:
            raise NoCredentials(f"{self.path} cannot be written: {error}. Choose another place.") from error


class Keyring:
    """The operating system's keyring."""

    def get(self, name: str) -> str | None:
        import keyring

        with _unlocked():
            return keyring.get_password(SERVICE, name)

    def set(self, name: str, token: str) -> None:
        import keyring

        with _unlocked():
            keyring.set_password(SERVICE, name, token)

    def delete(self, name: str) -> None:
        import keyring
        from keyring.errors import PasswordDeleteError

        with _unlocked(), suppress(PasswordDeleteError):
            keyring.delete_password(SERVICE, name)


@contextmanager
def _unlocked() -> Iterator[None]:
    from keyring.errors import KeyringError

    try:
        yield
    except KeyringError as error:
        raise NoCredentials(f"The keyring does not open: {error}. Unlock it and try again.") from error


Credentials = FileStore | Keyring


def open_credentials(home: Path, *, keep_in_file: bool = False) -> Credentials:
    """The place for tokens: what the environment says, else the profile's file where there is one, else the keyring.

    Raises NoKeyring where none of the allowed ones answers.
    """
    setting = os.environ.get("MILEPOST_CREDENTIALS", "")
    if setting.startswith("file:"):
        return FileStore(Path(setting.removeprefix("file:")).expanduser())
    if setting:
        raise NoCredentials(f"MILEPOST_CREDENTIALS={setting} is not understood. Write file:PATH or unset it.")
    file = home / "credentials.json"
    if keep_in_file or file.exists():
        return FileStore(file)
    if backend := keyring_name():
        if backend.startswith(ALLOWED):
            return Keyring()
        raise NoKeyring(f"The keyring here ({backend}) is not one that encrypts.")
    raise NoKeyring("This machine has no keyring.")


def try_out(credentials: Credentials) -> None:
    """Raises NoCredentials where nothing can be kept there."""
    credentials.set(PROBE, PROBE)
    credentials.delete(PROBE)


def keyring_name() -> str:
    """The module and class of the keyring that would be used; empty where there is none."""
    import keyring
    from keyring.backends import chainer, fail

    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring) or (
        isinstance(backend, chainer.ChainerBackend) and not backend.backends
    ):
        return ""
    chosen = backend.backends[0] if isinstance(backend, chainer.ChainerBackend) else backend
    return f"{type(chosen).__module__}.{type(chosen).__name__}"
