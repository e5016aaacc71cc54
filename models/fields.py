"""Field types: how a value is typed, shown and checked.

A value in the store, in the log and on the wire is a SQLite scalar (`Scalar`); what each type's scalar looks like
stands beside it in `TYPES`. Pure: used by both sides of sync, the command line and inline editing.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from models.daywords import is_day, parse_day
from models.errors import Invalid
from models.every import parse_every

Scalar = str | int | float | None

MAX_TEXT = 2_000
MAX_NOTE = 200_000
DAY_MINUTES = 480  # when no project says otherwise


@dataclass(frozen=True)
class Field:
    """One field of a kind of record.

    `type` is a key of TYPES. `group` names fields that merge as one. `decides` says who wins a conflict:
    "later" (the later edit) or "server" (the server's value stays, the other is proposed). `commercial` is never for
    the client. `until` names the field that takes the last day where a range of days is typed.
    """

    name: str
    type: str
    label: str
    help: str = ""
    required: bool = False
    default: Scalar = None
    choices: tuple[str, ...] = ()
    refers: str = ""
    group: str = ""
    decides: str = "later"
    low: float | None = None
    high: float | None = None
    commercial: bool = False
    until: str = ""
    aliases: tuple[str, ...] = field(default=())

    def parse(self, text: str, *, day: int = DAY_MINUTES, now: datetime | None = None) -> Scalar:
        """The scalar that `text` means; empty text clears the field. Raises Invalid with an example.

        `day` is the working minutes of a day, for durations; `now` anchors words such as "today" and "+2w".
        """
        text = text.strip()
        if not text:
            value: Scalar = None
        else:
            value = TYPES[self.type].parse(self, text, _Context(day, now or datetime.now()))
        self.check(value)
        return value

    def show(self, value: Scalar, *, day: int = DAY_MINUTES) -> str:
        """`value` as a person reads it, and as `parse` takes it back; empty for nothing."""
        return "" if value is None else TYPES[self.type].show(value, day)

    def check(self, value: object) -> None:
        """Raises Invalid when `value` is not a scalar that this field may hold."""
        if value is None:
            if self.required:
                raise Invalid(self.name, f"{self.label} cannot be empty. Type one.")
            return
        TYPES[self.type].check(self, value)
        if self.choices and value not in self.choices:
            raise Invalid(self.name, f"“{value}” is none of: {', '.join(self.choices)}.")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self._check_range(value)

    def _check_range(self, value: float) -> None:
        if self.low is not None and value < self.low:
            raise Invalid(self.name, f"{value} is below {self.low:g}.")
        if self.high is not None and value > self.high:
            raise Invalid(self.name, f"{value} is above {self.high:g}.")


@dataclass(frozen=True)
class _Context:
    day: int
    now: datetime


@dataclass(frozen=True)
class _Type:
    parse: Callable[[Field, str, _Context], Scalar]
    show: Callable[[Scalar, int], str]
    check: Callable[[Field, object], None]
    sql: str


# ── text ──────────────────────────────────────────────────────────────────────────────────────────────


def _check_text(limit: int, lines: bool) -> Callable[[Field, object], None]:
    def check(f: Field, value: object) -> None:
        if not isinstance(value, str):
            raise Invalid(f.name, f"expected text, got {type(value).__name__}.")
        if len(value) > limit:
            raise Invalid(f.name, f"longer than {limit:,} characters. Shorten it or use notes.")
        if not lines and ("\n" in value or "\r" in value):
            raise Invalid(f.name, "one line only. Put longer text into notes.")
        if f.required and not value.strip():
            raise Invalid(f.name, f"{f.label} cannot be empty. Type one.")
        if "\0" in value:  # PostgreSQL takes none
            raise Invalid(f.name, "holds a NUL character. Save the source as plain text and try again.")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Invalid(
                f.name, "holds bytes that are no text. Save the source as UTF-8 and try again."
            ) from None

    return check


def _parse_choice(f: Field, text: str, _: _Context) -> Scalar:
    wanted = text.lower()
    hits = [c for c in f.choices if c.lower() == wanted] or [
        c for c in f.choices if c.lower().startswith(wanted)
    ]
    return hits[0] if len(hits) == 1 else text


# ── numbers ───────────────────────────────────────────────────────────────────────────────────────────


def _parse_integer(f: Field, text: str, _: _Context) -> Scalar:
    try:
        return int(text.removesuffix("%").strip())
    except ValueError:
        raise Invalid(f.name, f"“{text}” is not a whole number. Write one such as 12.") from None


def _parse_number(f: Field, text: str, _: _Context) -> Scalar:
    if re.search(r"\d,\d{3}(\D|$)", text):  # 1,000: a thousand, or one
        raise Invalid(f.name, f"“{text}” can be read in two ways. Write 1000 or 1.0.")
    try:
        return float(text.replace(",", ".").removesuffix("%").strip())
    except ValueError:
        raise Invalid(f.name, f"“{text}” is not a number. Write one such as 0.5.") from None


def _check_integer(f: Field, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid(f.name, f"expected a whole number, got {value!r}.")
    if abs(value) >= 2**53:
        raise Invalid(f.name, f"{value} is out of range.")


def _check_number(f: Field, value: object) -> None:
    if (
        not isinstance(value, int | float)
        or isinstance(value, bool)
        or value != value
        or abs(value) == float("inf")
    ):
        raise Invalid(f.name, f"expected a number, got {value!r}.")
    if isinstance(value, int):
        _check_integer(f, value)


_YES, _NO = {"yes", "y", "true", "1", "on", "x"}, {"no", "n", "false", "0", "off", "-"}


def _parse_flag(f: Field, text: str, _: _Context) -> Scalar:
    if text.lower() in _YES:
        return 1
    if text.lower() in _NO:
        return 0
    raise Invalid(f.name, f"“{text}” is neither yes nor no. Write one of them.")


def _check_flag(f: Field, value: object) -> None:
    if value not in (0, 1):
        raise Invalid(f.name, f"expected yes or no, got {value!r}.")


# ── durations: integer minutes of work, or of clock time where the record says elapsed ────────────────

_DURATION = re.compile(r"(\d+(?:[.,]\d+)?)\s*(minutes?|min|m|hours?|h|days?|d|weeks?|w)?")


def _parse_duration(f: Field, text: str, context: _Context) -> Scalar:
    """ "3d", "4h 30m", "1.5w"; a bare number is days."""
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text)
    parts = _DURATION.findall(body.lower())
    if not parts or _DURATION.sub("", body.lower()).strip(" ,+"):
        raise Invalid(f.name, f"“{text}” is not a duration. Write 3d, 4h, 2w or 90m.")
    size = {"m": 1, "h": 60, "d": context.day, "w": 5 * context.day}
    total = sum(float(n.replace(",", ".")) * size[(unit or "d")[0]] for n, unit in parts)
    if not total < 2**53:
        raise Invalid(f.name, f"“{text}” is longer than any plan. Write 3d, 4h, 2w or 90m.")
    return sign * round(total)


def _show_duration(value: Scalar, day: int) -> str:
    """Days where that is short and exact, else hours, else minutes, of more than a day all three: what is shown is what
    is taken back."""
    assert isinstance(value, int | float)
    if value % day == 0:
        return f"{value // day:.0f}d"
    if value % 60:
        days, rest = divmod(abs(value), day)
        parts = [(days, "d"), (rest // 60, "h"), (rest % 60, "m")] if days else [(abs(value), "m")]
        return "-" * (value < 0) + " ".join(f"{n:.0f}{unit}" for n, unit in parts if n)
    decimal = f"{value / day:.3f}".rstrip("0")
    exact = round(float(decimal) * day) == value
    return f"{decimal}d" if abs(value) >= day and exact else f"{value // 60:.0f}h"


# ── dates ─────────────────────────────────────────────────────────────────────────────────────────────


def _parse_date(f: Field, text: str, context: _Context) -> Scalar:
    return parse_day(f.name, text, context.now.date()).isoformat()


def _parse_minute(f: Field, text: str, context: _Context) -> Scalar:
    """A day, or a day and a time; the time of a bare day is that of the field: 17:00 for ends, else 08:00."""
    text = re.sub(r"(?<=\d)[Tt](?=\d)", " ", text)  # not the T of Tuesday
    (day, _, clock), today = text.rpartition(" "), context.now.date()
    if ":" not in clock and (is_day(text, today) or not is_day(day, today)):  # a day may be two words: 12 dec
        day, clock = text, "17:00" if f.name.endswith(("finish", "deadline")) else "08:00"
    found = parse_day(f.name, day, today)
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", clock):
        raise Invalid(f.name, f"“{clock}” is not a time. Write 08:00 or 17:30.")
    return f"{found.isoformat()}T{clock:0>5}"


def _parse_instant(f: Field, text: str, context: _Context) -> Scalar:
    try:
        moment = datetime.fromisoformat(text)
        return instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise Invalid(f.name, f"“{text}” is not an instant. Write 2026-12-04T09:30:00Z.") from None


def instant(moment: datetime) -> str:
    """UTC text with milliseconds: 2026-11-22T08:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant_of(at: int) -> str:
    """The instant of `at` milliseconds since 1970."""
    return instant(datetime.fromtimestamp(at / 1000, UTC))


def _check_shape(pattern: str, length: int, words: str) -> Callable[[Field, object], None]:
    shape = re.compile(pattern)

    def check(f: Field, value: object) -> None:
        if not isinstance(value, str) or not shape.fullmatch(value):
            raise Invalid(f.name, f"{value!r} is not {words}.")
        try:
            datetime.fromisoformat(value[:length])
        except ValueError:
            raise Invalid(f.name, f"{value!r} is not {words}.") from None

    return check


def _parse_repeat(f: Field, text: str, _: _Context) -> Scalar:
    return parse_every(f.name, text)


def _check_repeat(f: Field, value: object) -> None:
    _line(f, value)
    if parse_every(f.name, str(value)) != value:
        raise Invalid(f.name, f"“{value}” is not written as “{parse_every(f.name, str(value))}”.")


# ── JSON and references ───────────────────────────────────────────────────────────────────────────────


def _parse_json(f: Field, text: str, _: _Context) -> Scalar:
    try:
        value = json.loads(text, parse_constant=_no_constant)  # NaN and Infinity are Python's alone
        plain = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False, allow_nan=False)
        plain.encode()
        return plain
    except (ValueError, RecursionError):
        raise Invalid(f.name, 'is not JSON. Write it as {"mon": [["08:00", "12:00"]]}.') from None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _check_json(f: Field, value: object) -> None:
    if not isinstance(value, str):
        raise Invalid(f.name, "expected JSON as text.")
    _parse_json(f, value, _Context(DAY_MINUTES, datetime.min))


def _text(_: Field, text: str, __: _Context) -> Scalar:
    return text


def _plain(value: Scalar, _: int) -> str:
    return str(value)


def _number(value: Scalar, _: int) -> str:
    assert isinstance(value, int | float)
    return repr(float(value)).removesuffix(".0")  # :g keeps six digits only


def _flag(value: Scalar, _: int) -> str:
    return "yes" if value else "no"


_D = r"\d{4}-\d\d-\d\d"
_line = _check_text(MAX_TEXT, lines=False)

TYPES: dict[str, _Type] = {
    "text": _Type(_text, _plain, _line, "TEXT"),
    "note": _Type(_text, _plain, _check_text(MAX_NOTE, lines=True), "TEXT"),
    "choice": _Type(_parse_choice, _plain, _line, "TEXT"),
    "ref": _Type(_text, _plain, _line, "TEXT"),  # the id of a record of kind Field.refers
    "integer": _Type(_parse_integer, _plain, _check_integer, "INTEGER"),
    "number": _Type(_parse_number, _number, _check_number, "REAL"),
    "flag": _Type(_parse_flag, _flag, _check_flag, "INTEGER"),  # 0 or 1
    "duration": _Type(_parse_duration, _show_duration, _check_integer, "INTEGER"),  # minutes
    "date": _Type(_parse_date, _plain, _check_shape(_D, 10, "a date (2026-12-04)"), "TEXT"),
    "minute": _Type(  # naive local time, no zone: a plan's 08:00 is 08:00 everywhere
        _parse_minute,
        lambda value, _: str(value).replace("T", " "),
        _check_shape(rf"{_D}T\d\d:\d\d", 16, "a date and time (2026-12-04T08:00)"),
        "TEXT",
    ),
    "repeat": _Type(_parse_repeat, _plain, _check_repeat, "TEXT"),  # every 2 weeks
    "instant": _Type(
        _parse_instant,
        _plain,
        _check_shape(rf"{_D}T\d\d:\d\d:\d\d\.\d{{3}}Z", 23, "an instant (2026-12-04T08:00:00.000Z)"),
        "TEXT",
    ),
    "json": _Type(_parse_json, _plain, _check_json, "TEXT"),
}
