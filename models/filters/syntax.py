"""A filter as it is typed, into terms that know where they stand; and back. Pure.

filter := term …                                  all must hold
term   := [-] (field op values | @values | #values | values)
values := value[,value …]                         one must hold
value  := word | "words, with "" for a quote"     and a day of two words behind an op: due<12 dec
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as having

from models.daywords import SPACED
from models.errors import Unclear

MOST = 100  # values in all
LONGEST = 1000  # characters
PERSON, PLACE = "@", "#"

_HEAD = re.compile(r"([^\W\d][\w-]*)(<=|>=|!=|<|>|=|:)")
_OPERATOR = re.compile(r"<=|>=|!=|<|>|=|:")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_WORD = re.compile(r"[^\s,]+")
_PLAIN = re.compile(r"[^\s,\"@#=][^\s,\"@#]*")  # behind < a sign = would belong to that


@dataclass(frozen=True)
class Value:
    """What is asked for. `quoted` tells only of a term without a field: then it is text, whatever it may mean."""

    text: str
    quoted: bool = False
    at: int = having(default=0, compare=False)
    end: int = having(default=0, compare=False)


@dataclass(frozen=True)
class Term:
    """One condition. `field` is a name, PERSON, PLACE, or empty for bare words, which have no `op`.

    Without values the field is asked to be empty. `at` and `end` are its place in the text.
    """

    field: str
    op: str
    values: tuple[Value, ...]
    negated: bool = False
    at: int = having(default=0, compare=False)
    end: int = having(default=0, compare=False)


Filter = tuple[Term, ...]


def parse(text: str) -> Filter:
    """The terms of `text`, which all must hold. Raises Unclear, which names the place."""
    if len(text) > LONGEST:
        raise Unclear(f"is longer than {LONGEST:,} characters. Shorten it.", text, LONGEST, len(text))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Unclear("holds what is no text. Type it again.", text, error.start, error.end) from None
    terms = tuple(_terms(text))
    if sum(len(term.values) for term in terms) > MOST:
        raise Unclear(f"asks for more than {MOST} things. Leave some out.", text, 0, len(text))
    return terms


def show(terms: Filter) -> str:
    """Text that `parse` reads as these terms."""
    return " ".join(map(_shown, terms))


def _shown(term: Term) -> str:
    head = term.field + ("" if term.field in (PERSON, PLACE) else term.op)
    values = ",".join(_shown_value(value, bare=not term.field) for value in term.values)
    return f"{'-' if term.negated else ''}{head}{values}"


def _shown_value(value: Value, bare: bool) -> str:
    if not value.quoted and (bare or _PLAIN.fullmatch(value.text)):
        return value.text
    return '"{}"'.format(value.text.replace('"', '""'))


def _terms(text: str) -> Iterator[Term]:
    at = _blank(text, 0)
    while at < len(text):
        term = _term(text, at)
        yield term
        at = _blank(text, term.end)


def _term(text: str, at: int) -> Term:
    negated = text[at] == "-" and _blank(text, at + 1) == at + 1 < len(text)
    start = at + negated
    head = _HEAD.match(text, start)
    if head:
        name, op, start = head[1].lower().replace("-", "_"), head[2], head.end()
    elif text[start] in (PERSON, PLACE):
        name, op, start = text[start], ":", start + 1
    else:
        name = op = ""
        _refuse_operator(text, start)
    values, end = _values(text, start, name)
    if not values and name in (PERSON, PLACE, ""):
        wanted = {PERSON: "a name or initials", PLACE: "a client or a project", "": "a word"}[name]
        raise Unclear(f"says nothing. Write {wanted} behind it.", text, at, max(end, at + 1))
    return Term(name, op, values, negated, at, end)


def _refuse_operator(text: str, at: int) -> None:
    if found := _OPERATOR.match(text, at):
        raise Unclear(
            "has no field in front. Write it without spaces, as due<fri; for the sign itself use quotes.",
            text, at, found.end(),
        )  # fmt: skip


def _values(text: str, at: int, name: str) -> tuple[tuple[Value, ...], int]:
    """The values from `at` on, and where they end. A comma at the end is one that is still being typed."""
    found: list[Value] = []
    while at < len(text) and not text[at].isspace():
        if text[at] == ",":
            raise Unclear("has nothing in front. Write a,b for a or b; for the sign itself use quotes.",
                          text, at, at + 1)  # fmt: skip
        value = _value(text, at, name)
        found.append(value)
        at = value.end
        if at < len(text) and text[at] == ",":
            at += 1
        elif at < len(text) and not text[at].isspace():
            raise Unclear("stands right behind a quote. Put a space or a comma between.", text, at, at + 1)
    return tuple(found), at


def _value(text: str, at: int, name: str) -> Value:
    if name in (PERSON, PLACE) and text[at] == name:  # @ines,@tomas
        at += 1
    if quoted := _QUOTED.match(text, at):
        return Value(quoted[1].replace('""', '"'), not name, at, quoted.end())
    if text[at : at + 1] == '"':
        raise Unclear('is a quote that is not closed. Close it with ".', text, at, len(text))
    word = (_days(text, at) if name else None) or _WORD.match(text, at)
    if word is None:
        raise Unclear("says nothing. Write a name behind it.", text, at - 1, at)
    return Value(word[0], False, at, word.end())


def _days(text: str, at: int) -> "re.Match[str] | None":
    found = SPACED.match(text, at)
    return found if found and (found.end() == len(text) or text[found.end()] in ", \t") else None


def _blank(text: str, at: int) -> int:
    """The first place from `at` on that is not blank."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at
