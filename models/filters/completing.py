"""What may stand under the cursor of a filter or a captured line. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from models.filters.named import handle
from models.filters.syntax import PERSON, PLACE
from models.filters.vocabulary import Known, Vocabulary

DAYS = ("today", "tomorrow", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "eow", "eom", "+1w", "+2w")
PAST_DAYS = ("today", "yesterday", *DAYS[2:9], "-1w", "-2w", "-1m")

_UNDER = re.compile(r"(?:^|(?<=\s))-?(?P<head>[^\W\d][\w-]*(?:<=|>=|!=|<|>|=|:)|[@#])?(?P<values>[^\s\"]*)$")

Names = Callable[[str], Iterable[str]]
"""What the records of a kind are called."""


class Offer(NamedTuple):
    """What may be put in place of `text[at:]`, the likeliest first."""

    at: int
    words: Sequence[str]


def complete(text: str, vocabularies: Sequence[Vocabulary], names: Names) -> Offer:
    """What may end the word that `text` ends with: fields and words with a meaning, values of a field, people,
    clients and projects."""
    under = _UNDER.search(text)
    if under is None or not under[0]:
        return Offer(len(text), ())
    head, typed = under["head"] or "", under["values"].rpartition(",")[2]
    at = len(text) - len(typed)
    if head in (PERSON, PLACE):
        typed = typed.removeprefix(head)
        return Offer(len(text) - len(typed), _fitting(typed, handles(head, names)))
    fields = {name: known for one in vocabularies for name, known in one.fields.items()}
    if head:
        name = re.split(r"[<>=!:]", head)[0].lower().replace("-", "_")
        return Offer(at, _fitting(typed, _values(fields.get(name), names)))
    return Offer(at, _fitting(typed, _words(vocabularies, fields)) if typed else ())


def handles(sigil: str, names: Names) -> Iterator[str]:
    """Names as they stand behind @ or #."""
    for kind in ("member",) if sigil == PERSON else ("client", "project"):
        yield from map(handle, names(kind))


def _words(vocabularies: Sequence[Vocabulary], fields: Mapping[str, Known]) -> Iterator[str]:
    for one in vocabularies:
        yield from one.marks
    yield from (f"{name}:" for name in fields)


def _values(known: Known | None, names: Names) -> Iterator[str]:
    field = known.field if known else None
    if field is None:
        return
    if field.type == "person":
        yield from handles(PERSON, names)
    elif field.refers:
        yield from map(_quoted, names(field.refers))
    elif field.type == "flag":
        yield from ("yes", "no")
    elif field.type in ("date", "minute"):
        yield from PAST_DAYS if known and known.past else DAYS
    yield from field.choices


def _quoted(name: str) -> str:
    return f'"{name}"' if re.search(r'[\s,"]', name) else name


def _fitting(typed: str, words: Iterable[str]) -> list[str]:
    """Those that begin as typed, each once and none that is typed already."""
    low = typed.casefold()
    found = dict.fromkeys(word for word in words if word.casefold().lstrip('"').startswith(low))
    return [word for word in found if word.casefold() != low][:50]
