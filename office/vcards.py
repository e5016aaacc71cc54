"""Contacts from .vcf files: versions 2.1, 3.0 and 4.0, as telephones, Outlook and Google write them."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import Refused
from office.tables import read_text
from office.words import counted

_CARD = re.compile(r"^BEGIN:VCARD\s*$.*?^END:VCARD\s*$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_TAKEN = {"version", "n", "fn", "org", "title", "role", "tel", "email", "tz", "note", "uid", "prodid", "rev"}
_NO_VALUE = {"x-ablabel", "x-evolution-file-as", "x-ms-cardpicture"}


@dataclass
class Card:
    """One person: field of a contact → text. `client` is the organisation, `source` the card's own id."""

    number: int
    values: dict[str, str]


@dataclass
class Cards:
    """`left_out` and `warnings` are lines for the user."""

    name: str
    about: str
    cards: list[Card] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read(path: Path) -> Cards:
    """Every card of the file. Raises Refused where there is none."""
    text, encoding = read_text(path)
    found = [match[0] for match in _CARD.finditer(text.replace("\r\n", "\n"))]
    if not found:
        raise Refused(f"{path.name} holds no contact. Choose a .vcf file (BEGIN:VCARD … END:VCARD).")
    made = Cards(path.name, f"{counted(len(found), 'contact')}, vCard, {encoding}")
    more: dict[str, int] = {}
    for number, card in enumerate(found, 1):
        try:
            contents = _parsed(card, number, made.unreadable)
        except Exception as error:  # vobject's own, and what a broken line trips it over
            made.unreadable.append(f"contact {number}: {error or type(error).__name__}")
            continue
        made.cards.append(Card(number, _values(contents)))
        for name in contents.keys() - _TAKEN - _NO_VALUE:
            more[name.upper()] = more.get(name.upper(), 0) + 1
    made.left_out = [f"{name} of {counted(count, 'contact')}" for name, count in sorted(more.items())]
    return made


def _parsed(card: str, number: int, unreadable: list[str]) -> dict[str, list[Any]]:
    import vobject

    def hear(record: logging.LogRecord) -> bool:
        """vobject tells of a line that it skips to the log alone, which would go to the screen."""
        line = re.sub(r"^.*Failed to parse line: ", "", record.getMessage(), flags=re.DOTALL)
        unreadable.append(f"contact {number}, a line: “{line}”")
        return False

    logger = logging.getLogger("vobject.base")
    logger.addFilter(hear)
    try:
        contents: dict[str, list[Any]] = vobject.readOne(card, ignoreUnreadable=True, allowQP=True).contents
        return contents
    finally:
        logger.removeFilter(hear)


def _values(contents: dict[str, list[Any]]) -> dict[str, str]:
    values = {
        "name": _line(contents, "fn")
        or _name(contents)
        or _line(contents, "org")
        or _line(contents, "email"),
        "client": _line(contents, "org"),
        "role": _line(contents, "title") or _line(contents, "role"),
        "time_zone": _line(contents, "tz"),
        "source": _line(contents, "uid"),
        **_reached(contents),
    }
    notes = [values.pop("also", ""), *(_plain(line.value) for line in contents.get("note", []))]
    values["notes"] = "\n".join(note.strip() for note in notes if note.strip())
    return {name: text for name, text in values.items() if text}


def _reached(contents: dict[str, list[Any]]) -> dict[str, str]:
    """The preferred mail address, telephone and mobile; what is left over goes into the notes."""
    mails = [_plain(line.value).removeprefix("mailto:") for line in _by_preference(contents.get("email", []))]
    numbers = [
        (_types(line), _plain(line.value).removeprefix("tel:"))
        for line in _by_preference(contents.get("tel", []))
    ]
    mobile = next((text for types, text in numbers if "cell" in types), "")
    desk = [(types, text) for types, text in numbers if text != mobile and "fax" not in types]
    phone = next((text for types, text in desk if "work" in types), desk[0][1] if desk else "")
    over = [
        *mails[1:],
        *(f"{text} ({_called(types)})" for types, text in numbers if text not in (mobile, phone)),
    ]
    return {
        "email": mails[0] if mails else "",
        "mobile": mobile,
        "phone": phone,
        "also": f"Also: {', '.join(over)}" if over else "",
    }


def _called(types: set[str]) -> str:
    return (
        "fax"
        if "fax" in types
        else next((name for name in ("home", "cell", "work") if name in types), "other")
    )


def _by_preference(lines: Sequence[Any]) -> list[Any]:
    return sorted(lines, key=lambda line: "pref" not in _types(line) and "PREF" not in line.params)


def _types(line: Any) -> set[str]:
    words = [
        *line.singletonparams,
        *(word for value in line.params.get("TYPE", []) for word in value.split(",")),
    ]
    return {word.strip('"').lower() for word in words}


def _name(contents: dict[str, list[Any]]) -> str:
    return " ".join(str(contents["n"][0].value).split()) if "n" in contents else ""


def _line(contents: dict[str, list[Any]], name: str) -> str:
    """The first value on one line; of a structured one its first part."""
    for line in contents.get(name, []):
        if text := " ".join(_plain(line.value).split()):
            return text
    return ""


def _plain(value: Any) -> str:
    parts = list(_leaves(value))
    return parts[0] if parts else ""


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        if value and isinstance(value[0], list):  # what 4.0 quotes
            yield ",".join(_leaves(value[0])).strip('"')
        else:
            for part in value:
                yield from _leaves(part)
    elif value is not None:
        yield str(value)
