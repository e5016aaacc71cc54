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
        """The text for a place that says already what it is about."""
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
    """Something about the way to the server. `why` says what is in the way and what helps, `then` what becomes of the
    edits that wait; `wait` are the seconds that the other side asks to be left alone."""

    again = "Try again later."

    def __init__(self, why: str, wait: float = 0.0, *, then: str = "") -> None:
        super().__init__(f"{why} {then}".rstrip())
        self.why, self.wait = why, wait

    @property
    def plain(self) -> str:
        return self.why

    def instead(self, undone: str, hint: str = "") -> "SyncError":
        """The same for what is asked of the server at once, and no edit that waits: `undone` is what was not done."""
        words = f"{undone}: {self.why[:1].lower()}{self.why[1:]}"
        return type(self)(" ".join(filter(None, (words, hint, self.again))), self.wait)


class Offline(SyncError):
    """No answer from the server."""

    again = "Try again when you are online."


class Held(SyncError):
    """An answer that is no verdict: the queue waits and nothing is lost."""


class NoCredentials(SyncError):
    """No token for this device, or no safe place to keep one."""

    again = ""


class NoKeyring(NoCredentials):
    """No keyring that encrypts. `found`: what is there instead, a sentence."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"{found} To keep the device's token in a file that only you can read instead, sign in with "
            "--keep-token-in-file."
        )
        self.found = found
