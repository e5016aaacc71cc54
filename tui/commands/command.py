"""What a command of the command line is, and the words that several share."""

from typing import Any, NamedTuple

Argument = tuple[tuple[str, ...], dict[str, Any]]


class Command(NamedTuple):
    """`target` is the module under tui.commands and its function; with `passed_on` another program reads the words."""

    target: str
    help: str
    arguments: tuple[Argument, ...] = ()
    examples: str = ""
    passed_on: bool = False


def arg(*names: str, **options: Any) -> Argument:
    return names, options


PAIRS = "field=value; an empty value clears; see `milepost fields KIND`"
ID = "a name, an id, or a beginning (4 or more characters) or end of one"
FILTER = arg(
    "filters", nargs="*", metavar="FILTER", help="as the application filters: due<fri @ines #harlan late"
)
LIMIT = arg("--limit", type=int, default=0, metavar="N", help="at most N")
