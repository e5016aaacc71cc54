"""What a cell of somebody's table means for a field: more spellings than a person types here."""

import re
from datetime import date, datetime, time, timedelta

from models.errors import Invalid
from models.fields import DAY_MINUTES, Field, Scalar
from office.tables import Cell

_ERRORS = (
    "#N/A",
    "#NV",
    "#REF!",
    "#BEZUG!",
    "#VALUE!",
    "#WERT!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#ZAHL!",
    "#NULL!",
)
_UNITS = [  # of durations, after a number
    (r"(?:tage?n?|tg?s?|ed|arbeitstage?)", "d"),
    (r"(?:stunden?|std|hrs?)", "h"),
    (r"(?:wochen?|wo|wks?)", "w"),
    (r"(?:minuten?|mins)", "m"),
]
_WORDS: dict[str, dict[str, str]] = {
    "flag": {"ja": "yes", "j": "yes", "wahr": "yes", "nein": "no", "falsch": "no", "✓": "yes", "✔": "yes"},
    "status": {
        "open": "todo", "notstarted": "todo", "new": "todo", "planned": "todo", "offen": "todo", "neu": "todo",
        "geplant": "todo", "nichtbegonnen": "todo", "nichtgestartet": "todo", "inprogress": "doing",
        "started": "doing", "active": "doing", "inarbeit": "doing", "inbearbeitung": "doing", "läuft": "doing",
        "begonnen": "doing", "laufend": "doing", "complete": "done", "completed": "done", "finished": "done",
        "closed": "done", "erledigt": "done", "fertig": "done", "abgeschlossen": "done", "waiting": "blocked",
        "onhold": "blocked", "wartet": "blocked", "blockiert": "blocked", "cancelled": "n/a", "canceled": "n/a",
        "entfällt": "n/a", "notapplicable": "n/a",
    },
    "channel": {"telefon": "phone", "handy": "mobile", "mobil": "mobile", "e-mail": "email", "mail": "email"},
    "side": {"us": "vendor", "wir": "vendor", "kunde": "client", "gemeinsam": "joint", "beide": "joint"},
    "priority": {"high": "700", "hoch": "700", "medium": "500", "normal": "500", "mittel": "500", "low": "300",
                 "niedrig": "300"},
}  # fmt: skip
_WEEKDAY = re.compile(r"^[^\W\d]{2,3}\.?,?\s+(?=\d)")  # Fr 04.12.2026
_SHORT_YEAR = re.compile(r"^(\d{1,2}\.\d{1,2})\.(\d{2})(?=\s|$)")  # with dots it is day, month, year


def scalar(field: Field, cell: Cell, day: int = DAY_MINUTES) -> Scalar:
    """The scalar that a cell means for a field; None for an empty one. Raises Invalid.

    `day` is the working minutes of a day; a bare number as a duration is days.
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, str) and cell.strip().upper() in _ERRORS:
        raise Invalid(field.name, f"the cell holds an error, {cell.strip()}. Mend it in the table.")
    if field.type == "note":
        return field.parse(re.sub(r"\r\n?", "\n", _text(cell)))
    return field.parse(_understood(field, " ".join(_text(cell).split())), day=day)


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return f"{cell.total_seconds() / 60:g}m"
    return str(cell)


def _understood(field: Field, text: str) -> str:
    """`text` in the words that the field takes."""
    if field.type == "duration":
        return _duration(text)
    if field.type in ("date", "minute"):
        text = _SHORT_YEAR.sub(r"\1.20\2", _WEEKDAY.sub("", text))
        return text[:10] if field.type == "date" and re.match(r"\d{4}-\d\d-\d\d ", text) else text
    words = _WORDS.get(field.name) or _WORDS.get(field.type, {})
    return words.get(re.sub(r"[\s_-]", "", text.lower()), words.get(text.lower(), text))


def _duration(text: str) -> str:
    low = text.lower().replace("?", "")  # Microsoft Project's mark of an estimate
    for words, unit in _UNITS:
        low = re.sub(rf"(?<=[\d\s]){words}\b\.?", unit, low)
    return low
