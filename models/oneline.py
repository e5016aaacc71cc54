"""One typed line into what it says: a log of a call, a promise with its day, a visit. Pure."""

from datetime import date

from models.daywords import is_day, parse_day

CHANNEL_WORDS = {
    "call": "call", "called": "call", "phoned": "call", "mail": "mail", "mailed": "mail", "met": "meeting",
    "meeting": "meeting", "visit": "visit", "visited": "visit", "chat": "chat", "letter": "letter",
}  # fmt: skip
LONGEST = 3  # words of a day: “12 dec 2026”


def channel_apart(text: str) -> tuple[str, str]:
    """The channel that the line begins with (a call unless it says another one), and the rest: “mail: licence sent”."""
    first, _, rest = text.strip().partition(" ")
    channel = CHANNEL_WORDS.get(first.rstrip(":").lower())
    return (channel, rest.strip() or text.strip()) if channel else ("call", text.strip())


def day_apart(text: str, today: date) -> tuple[str, date | None]:
    """The line without the day that it ends or begins with, and that day; None where it has none."""
    words = text.split()
    for count in range(min(LONGEST, len(words) - 1), 0, -1):
        for day, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            if is_day(" ".join(day), today):
                return _without_by(rest), parse_day("day", " ".join(day), today)
    return text.strip(), None


def _without_by(words: list[str]) -> str:
    """“send the table by fri” promises to send the table."""
    return " ".join(words[:-1] if len(words) > 1 and words[-1].lower() in ("by", "on", "until") else words)
