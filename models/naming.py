"""When two spellings are one name."""

import re
import unicodedata

_LEGAL = (
    "ab ag aps as bv co company corp corporation gmbh inc kg limited llc llp ltd mbh nv ohg oy plc sa sarl sas se spa"
    " srl sro ug"
)
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"})


def person(name: str) -> str:
    """“Moreau,  Inès” and “Ines Moreau” are one; empty for a name without letters."""
    last, comma, first = name.partition(",")
    return " ".join(_words(f"{first} {last}" if comma else name))


def company(name: str) -> str:
    """“Harlan Fab S.A.S.” and “HARLAN FAB” are one."""
    words = _words(name.replace(".", ""))
    return " ".join(word for word in words if word not in _LEGAL.split()) or " ".join(words)


def _words(text: str) -> list[str]:
    split = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return re.findall(r"\w+", "".join(char for char in split if not unicodedata.combining(char)))
