"""What the server writes to its log: one line an event, as text or as JSON, and never what records hold."""

import logging
import traceback
from datetime import UTC, datetime

import orjson

TEXT = "%(levelname)s %(name)s: %(message)s"


def set_up(level: str, form: str) -> None:
    """`form` is text or json. Lines go to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if form == "json" else Text(TEXT))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # as another handler worded it
        return super().format(record)

    def formatException(self, ei: object) -> str:
        return "\n".join(_places(ei))


class Json(logging.Formatter):
    """{"at", "level", "logger", "message"}, what `extra={"fields": …}` says, and for an error where it was."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = _places(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def _places(exc_info: object) -> list[str]:
    """The kind of the error and where it was. Its own text may hold values of records, so it stays out."""
    kind, _, where = exc_info if isinstance(exc_info, tuple) else (None, None, None)
    frames = traceback.extract_tb(where)
    return [kind.__name__ if kind else "", *(f"{f.filename}:{f.lineno} {f.name}" for f in frames)]
