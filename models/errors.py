"""Every error that Milepost raises on purpose; each message names the remedy.

MilepostError
├── Refused            what was asked cannot be done; nothing was written (exit status 1)
│   ├── Invalid        a field's value; names the field
│   ├── NotFound       no such record
│   ├── Unclear        a filter or a captured line; names the place
│   ├── NothingToUndo  the undo or redo stack is empty
│   └── UnreadableFile a file that an import cannot take
├── StoreError         the store on this laptop
│   ├── StoreBusy      another process writes for longer than we wait
│   ├── StoreReadOnly  the file or its folder cannot be written
│   ├── StoreFull      no room on the disk
│   ├── StoreDamaged   not a store, or a broken one
│   └── StoreNewer     written by a newer Milepost
└── SyncError          the way to the server
    ├── Offline        no answer; quiet, tried again later
    ├── Held           an answer that is no verdict: captive portal, 401, 5xx; the queue waits
    └── NoCredentials  no token for this device, or no place for one
        └── NoKeyring  no keyring that encrypts
"""


class MilepostError(Exception):
    """An error whose text is meant for the user."""

    @property
    def plain(self) -> str:
        """The text for a place that says already which field it is about."""
        return str(self)


class Refused(MilepostError):
    """What was asked cannot be done; nothing was written."""


class Invalid(Refused):
    """A field's value is not acceptable. `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message

    @property
    def plain(self) -> str:
        return self.message


class NotFound(Refused):
    """No record answers to that id."""


class Unclear(Refused):
    """A typed line that cannot be read. `text[at:end]` is what is wrong; the message names it and its column."""

    def __init__(self, message: str, text: str, at: int, end: int) -> None:
        piece = text[at:end] if end - at <= 40 else f"{text[at : at + 39]}…"
        named = message if message.startswith("“") else f"“{piece}” {message}"
        super().__init__(f"{named} (column {at + 1})")
        self.at, self.end = at, end


class NothingToUndo(Refused):
    """There is no operation of yours left to undo or redo."""


class UnreadableFile(Refused):
    """An import cannot take this file."""


class StoreError(MilepostError):
    """Something about the store on this laptop."""


class StoreBusy(StoreError):
    """Another process holds the write lock."""


class StoreReadOnly(StoreError):
    """The store or its folder cannot be written."""


class StoreFull(StoreError):
    """No room is left where the store lies."""


class StoreDamaged(StoreError):
    """The file is not a store, or its pages are broken."""


class StoreNewer(StoreError):
    """A newer Milepost wrote this store."""


class SyncError(MilepostError):
    """Something about the way to the server."""

    wait = 0.0  # seconds that the other side asks to be left alone


class Offline(SyncError):
    """No answer from the server."""


class Held(SyncError):
    """An answer that is no verdict: the queue waits and nothing is lost."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class NoCredentials(SyncError):
    """No token for this device, or no safe place to keep one."""


class NoKeyring(NoCredentials):
    """No keyring that encrypts. `found`: what is there instead, a sentence."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"{found} To keep the device's token in a file that only you can read instead, sign in with "
            "--keep-token-in-file."
        )
        self.found = found
