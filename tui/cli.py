"""The command line: `milepost` starts the application, `milepost COMMAND …` does one thing and ends.

Exit status 0 done, 1 refused with the reason on stderr, 2 not understood. Nothing heavy is imported before it is
known which command runs.
"""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.errors import MilepostError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from pathlib import Path

    from tui.commands.context import Context

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line; its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    _set_streams()
    if words[:1] in (["--help"], ["-h"], ["help"]):
        return _help(words[1:])
    try:
        return _run(words)
    except SystemExit as stop:  # argparse has said what is wrong
        return stop.code if isinstance(stop.code, int) else 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _nobody_reads()


def _run(words: list[str]) -> int:
    from tui.commands.context import Context, Usage

    ctx = Context(_home(None))
    try:
        options, rest = _before_command(words)
        ctx.home, ctx.json = _home(options.get("--home")), "--json" in options
        if "--version" in options:
            return _version()
        if not rest:
            return _application(ctx, options.get("--open", ""))
        return _command(ctx, rest[0], rest[1:])
    except Usage as error:
        _say(f"milepost: {error}")
        return 2
    except MilepostError as error:
        _say(f"milepost: {error}")
        return 1
    except (KeyboardInterrupt, BrokenPipeError, SystemExit):
        raise
    except Exception as error:
        _say(_unexpected(ctx.home, error))
        return 1
    finally:
        sys.stdout.flush()


def _before_command(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """The options before the command, and the rest from the command on. Raises Usage."""
    from tui.commands.context import Usage

    options: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("-"):
        name, equals, value = rest.pop(0).partition("=")
        if name in ("--home", "--open"):
            if not equals and not rest:
                raise Usage(f"{name} needs a value.")
            options[name] = value if equals else rest.pop(0)
        elif name in ("--json", "--version") and not equals:
            options[name] = ""
        else:
            raise Usage(f"There is no option {name}. See milepost --help.")
    return options, rest


def _command(ctx: "Context", name: str, words: list[str]) -> int:
    from importlib import import_module

    from tui.commands.grammar import COMMANDS, parser
    from tui.settings import load

    if name not in COMMANDS:
        return _unknown(name, list(COMMANDS))
    if COMMANDS[name].passed_on:
        ctx.words = words
    else:
        ctx.args = _parsed(parser(name), words)
    ctx.home = _home(ctx.args.home) if "home" in ctx.args else ctx.home
    ctx.json = ctx.json or "json" in ctx.args
    load(ctx.home).apply()
    module, _, function = COMMANDS[name].target.partition(".")
    status: int = getattr(import_module(f"tui.commands.{module}"), function)(ctx)
    return status


def _parsed(parser: "ArgumentParser", words: list[str]) -> "Namespace":
    """What stands behind -- is no option. argparse loses it where options may stand anywhere: so it is marked there,
    with a sign that no argument can hold."""
    at = words.index("--") if "--" in words else len(words)
    args = parser.parse_intermixed_args([*words[:at], *("\0" + word for word in words[at + 1 :])])
    for name, value in vars(args).items():
        if isinstance(value, str | list):
            setattr(args, name, _unmarked(value) if isinstance(value, str) else [*map(_unmarked, value)])
    return args


def _unmarked(word: str) -> str:
    return word.removeprefix("\0")


def _home(chosen: str | None) -> "Path":
    from models.db import profile

    return profile(chosen)


def _application(ctx: "Context", project: str) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        _say("milepost: the application needs a terminal. For scripts there are commands: milepost --help")
        return 2
    import gc
    from importlib import import_module

    gc.disable()  # nothing that the first screen makes is garbage; it goes on when all is loaded
    os.environ.setdefault(
        "TEXTUAL_FPS", "1000"
    )  # what follows a key is drawn at once, not with the next of 60
    return int(import_module("tui.starting").run(ctx.home, open_project=project))


def _help(words: list[str]) -> int:
    from tui.commands.grammar import COMMANDS, OVERVIEW, parser

    if not words:
        print(OVERVIEW)
    elif words[0] not in COMMANDS:
        return _unknown(words[0], list(COMMANDS))
    else:
        parser(words[0]).print_help()
    return 0


def _unknown(name: str, known: list[str]) -> int:
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    hint = f" Did you mean {near[0]}?" if near else " See milepost --help."
    _say(f"milepost: there is no command “{name}”.{hint}")
    return 2


def _version() -> int:
    from importlib.metadata import version

    print(f"milepost {version('milepost')}")
    return 0


# ── what can go wrong ─────────────────────────────────────────────────────────────────────────────────


def _unexpected(home: "Path", error: Exception) -> str:
    """A sentence about an error that nobody foresaw; the rest goes into the log."""
    from models.logbook import note

    where = note(home, error)
    tail = f"The details are in {where}; please report them." if where else "Its details could not be saved."
    return f"milepost: something went wrong that should not have ({type(error).__name__}: {error}). {tail}"


def _nobody_reads() -> int:
    """The reader of our output has gone (`| head`); the interpreter must not complain about it at its end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    return 0


def _set_streams() -> None:
    """UTF-8 into files and pipes whatever the locale; a terminal keeps its encoding but never fails on a letter."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            if stream.isatty():
                reconfigure(errors="replace")
            else:
                reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
