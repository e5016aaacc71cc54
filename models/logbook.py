"""Errors that nobody foresaw, into the profile's log."""

import tempfile
import traceback
from datetime import datetime
from pathlib import Path

NAME = "milepost.log"


def note(home: Path, error: BaseException) -> Path | None:
    """Writes the traceback into the profile's log, or beside other temporary files; where it is now."""
    told = "".join(traceback.format_exception(error))
    for folder in (home, Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / NAME).open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{datetime.now().astimezone().isoformat()}\n{told}\n")
            return folder / NAME
        except OSError:
            continue
    return None
