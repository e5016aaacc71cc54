"""What a filter means for a list, as a condition in SQL with its parameters."""

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar

from models import db
from models.daywords import parse_day, past_day
from models.errors import Invalid, Unclear
from models.fields import DAY_MINUTES, Scalar
from models.filters import named
from models.filters.syntax import PERSON, PLACE, Filter, Term, Value, parse
from models.filters.vocabulary import Known, Vocabulary
from models.windows.window import Condition, escape

T = TypeVar("T")


def condition(
    conn: sqlite3.Connection, text: str, vocabulary: Vocabulary, *, now: datetime | None = None, day: int = DAY_MINUTES
) -> Condition:  # fmt: skip
    """The condition that the filter `text` means for rows of that vocabulary. `day` is the working minutes of a day.
    Raises Unclear, which names the place."""
    return _Builder(conn, text, vocabulary, now or datetime.now(), day).build(parse(text))


def conditions(
    conn: sqlite3.Connection, text: str, vocabularies: Mapping[str, Vocabulary]
) -> dict[str, Condition]:
    """The same for each kind of record that a list has. Raises Unclear."""
    return {kind: condition(conn, text, one) for kind, one in vocabularies.items()}


def narrows(before: str, after: str, vocabulary: Vocabulary) -> bool:
    """Whether the filter `after` surely leaves nothing that `before` did not, since words were typed on or added.
    Both are clear."""
    old, new = parse(before), parse(after)
    if not old or len(new) < len(old):
        return not old
    at = len(old) - 1
    return old[:at] == new[:at] and _narrows(old[at], new[at], vocabulary)


def _narrows(old: Term, new: Term, vocabulary: Vocabulary) -> bool:
    if old == new:
        return True
    plain = not (old.field or new.field or old.negated or new.negated)
    if not plain or len(old.values) != 1 or len(new.values) != 1:
        return False
    words = [value.text.lower() for value in (*old.values, *new.values)]
    return words[0] in words[1] and not vocabulary.marks.keys() & set(words)


class _Builder:
    def __init__(
        self, conn: sqlite3.Connection, text: str, vocabulary: Vocabulary, now: datetime, day: int
    ) -> None:
        self.conn, self.text, self.vocabulary, self.now, self.day = conn, text, vocabulary, now, day
        self.values: dict[str, Scalar] = {}

    def build(self, terms: Filter) -> Condition:
        sql = " AND ".join(map(self.term, terms)) or "1"
        words = [self.plain(term) for term in terms]
        return Condition(sql, self.values, tuple(words) if all(words) else ())

    def plain(self, term: Term) -> str:
        """The one word that a term is, in small letters; empty where it is something else."""
        if term.field or term.negated or len(term.values) != 1:
            return ""
        [value] = term.values
        word = value.text.lower()
        return "" if word in self.vocabulary.marks and not value.quoted else word

    def term(self, term: Term) -> str:
        if not term.values:
            held = self.empty(term)
        else:
            held = " OR ".join(f"({self.one(term, value)})" for value in term.values)
        return f"({held}) IS {'NOT ' if term.negated != (term.op == '!=') else ''}TRUE"

    def one(self, term: Term, value: Value) -> str:
        if not term.field:
            return self.bare(value)
        if term.field == PERSON:
            return self.person(value)
        if term.field == PLACE:
            return self.place(value)
        known = self.known(term)
        return self.compared(known, term, value) if known else "0"

    # Words, people, places

    def bare(self, value: Value) -> str:
        mark = "" if value.quoted else self.vocabulary.marks.get(value.text.lower(), "")
        if not mark:
            return " OR ".join(self.contains(sql, value.text) for sql in self.vocabulary.texts)
        if ":me" in mark:
            self.values["me"] = db.get_meta(self.conn, "member") or self.wrong(
                "needs to know who you are. Sign in (milepost login), or write @ and your name.", value
            )
        self.values["today"] = self.now.date().isoformat()
        return mark

    def person(self, value: Value) -> str:
        ids = named.members(self.conn, value.text)
        if not ids:
            self.wrong(
                "is nobody here: no name begins so, and no initials. Write @ and the beginning of a name.",
                value,
            )
        return self.vocabulary.person.format(members=self.ids(ids)) or "0"

    def place(self, value: Value) -> str:
        found = named.places(self.conn, value.text)
        if not any(found):
            self.wrong(
                "is no client and no project: no name begins so. Write # and the beginning of one.", value
            )
        within = self.vocabulary.place
        return within.format(clients=self.ids(found.clients), projects=self.ids(found.projects)) or "0"

    def ids(self, ids: frozenset[str]) -> str:
        return f"(SELECT value FROM json_each({self.bind(json.dumps(sorted(ids)))}))"

    # Fields

    def known(self, term: Term) -> Known | None:
        found = self.vocabulary.fields.get(term.field)
        if found is None and term.field not in self.vocabulary.elsewhere:
            place = Value("", at=term.at + term.negated, end=term.at + term.negated + len(term.field))
            fields = ", ".join(sorted({*self.vocabulary.fields, *self.vocabulary.elsewhere}))
            self.wrong(f"is no field of this list. It has: {fields}. For the text itself use quotes.", place)
        return found

    def empty(self, term: Term) -> str:
        known = self.known(term)
        if term.op in ("<", ">", "<=", ">="):
            self.wrong(f"needs a value behind the {term.op}. Write one.", Value("", at=term.at, end=term.end))
        if known is None:
            return "0"
        if known.field.type == "person":
            return self.vocabulary.nobody or "0"
        if "{value}" in known.sql:
            return "0"
        return f"coalesce({known.sql}, '')=''"

    def compared(self, known: Known, term: Term, value: Value) -> str:
        type = known.field.type
        if term.op in ("<", ">", "<=", ">=") and type in (
            "text",
            "note",
            "choice",
            "flag",
            "ref",
            "json",
            "person",
        ):
            place = Value("", at=term.at, end=value.end)
            self.wrong(
                f"compares what has no order. Write {term.field}:{value.text} or {term.field}=…", place
            )
        if type == "person":
            return self.person(value)
        if type in ("text", "note", "ref", "json"):
            same = self.equals if term.op != ":" else self.contains
            return same(known.sql, value.text)
        op = known.colon if term.op == ":" else "=" if term.op == "!=" else term.op
        if type in ("date", "minute", "instant"):
            return self.dated(known, op, value)
        scalar = self.typed(value, lambda: known.field.parse(value.text, day=self.day, now=self.now))
        bound = self.bind(scalar)
        return known.sql.format(value=bound) if "{value}" in known.sql else f"{known.sql} {op} {bound}"

    def dated(self, known: Known, op: str, value: Value) -> str:
        """A bare day is all of that day: due<fri is before it, due<=fri takes it in."""
        if re.search(r"\d:\d", value.text):
            moment = self.typed(value, lambda: known.field.parse(value.text, now=self.now))
            return f"{known.sql} {op} {self.bind(moment)}"
        read = past_day if known.past else parse_day
        day = self.typed(value, lambda: read(known.field.name, value.text, self.now.date()))
        first, after = day.isoformat(), _after(day)
        if op == "=":
            return f"{known.sql}>={self.bind(first)} AND {known.sql}<{self.bind(after)}"
        return {
            "<": lambda: f"{known.sql}<{self.bind(first)}",
            "<=": lambda: f"{known.sql}<{self.bind(after)}",
            ">": lambda: f"{known.sql}>={self.bind(after)}",
            ">=": lambda: f"{known.sql}>={self.bind(first)}",
        }[op]()

    def typed(self, value: Value, read: Callable[[], T]) -> T:
        try:
            return read()
        except Invalid as error:
            raise Unclear(
                str(error).removeprefix(f"{error.field}: "), self.text, value.at, value.end
            ) from None

    # SQL

    def contains(self, sql: str, text: str) -> str:
        if text.isascii():
            return f"{sql} LIKE {self.bind(f'%{escape(text)}%')} ESCAPE '\\'"
        return f"{sql} GLOB {self.bind(f'*{_any_case(text)}*')}"

    def equals(self, sql: str, text: str) -> str:
        if text.isascii():
            return f"{sql}={self.bind(text)} COLLATE NOCASE"
        return f"{sql} GLOB {self.bind(_any_case(text))}"

    def bind(self, value: Scalar) -> str:
        name = f"f{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def wrong(self, message: str, value: Value) -> str:
        raise Unclear(message, self.text, value.at, value.end)


def _after(day: date) -> str:
    return (day + timedelta(days=1)).isoformat() if day < date.max else "9999-12-31T24"


def _any_case(text: str) -> str:
    """A pattern of GLOB; LIKE knows the two cases of a to z only."""
    return "".join(_letter(char) for char in text)


def _letter(char: str) -> str:
    cases = {case for case in (char.lower(), char.upper()) if len(case) == 1}
    if len(cases) > 1 or char in "*?[":
        return f"[{''.join(sorted(cases | {char}))}]"
    return char
