"""Addresses that a terminal can open: of mail, of a telephone, of a page. Terminals that cannot show the text alone.

The values come from whoever typed them, on any laptop: what goes to the terminal holds no control character, and only
these three ways to open something."""

import re
from os import environ
from urllib.parse import quote

PAGES = ("website", "hyperlink")
PHONES = ("phone", "mobile")
LEAST = 5  # digits of a number that can be dialled


def link(field: str, text: str | None) -> str:
    """What to open for the value of a field; empty where it is nothing of that kind."""
    value = (text or "").strip()
    if field == "email" and re.fullmatch(r"[^\s@]+@[^\s@]+", value):
        return f"mailto:{quote(value, safe='@+')}"
    if field in PHONES:
        number = re.sub(
            r"\(0\)|[^\d+]", "", re.split(r"[^\W\d_]", value)[0]
        )  # an extension is dialled by hand
        return f"tel:{number}" if sum(map(str.isdigit, number)) >= LEAST and number.isascii() else ""
    if (field in PAGES or field == "email") and re.match(
        r"(https?://)?[\w-]+(\.[\w-]+)+([/:?#]|$)", value, re.I
    ):
        page = value if "://" in value else f"https://{value}"
        return quote(page, safe=":/?#[]@!$&'()*+,;=%~")
    return ""


def can_link() -> bool:
    """Whether the terminal leaves alone what it does not know; the console of Linux may write it out."""
    return environ.get("TERM") not in ("linux", "dumb")
