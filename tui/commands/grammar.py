"""The words of the command line: which commands there are, what they take, where they live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.commands.command import Command
from tui.commands.words_files import FILES
from tui.commands.words_records import RECORDS
from tui.commands.words_together import TOGETHER

if TYPE_CHECKING:
    from argparse import ArgumentParser

OVERVIEW = """\
milepost: client orders from acceptance to sign-off, with or without a network

  milepost                 the application; --open PROJECT goes straight there
  milepost demo            a made-up team and its server, to try

Records    add KIND [NAME] field=value …      list KIND [field=value …]
           new NAME parameter=item,item …     capture TEXT   search TEXT
           set ID[,ID] field=value …          show ID  delete ID  fields [KIND]
           undo [ID]  redo  history [ID]  undelete ID  duplicates  merge ID ID
           today  overview PROJECT  timeline CLIENT  renegotiate ID DAY
Together   login URL  logout  whoami  invite NAME  sync  status  serve  server
           conflicts  resolve ID CHOICE  rejected  spaces  share|unshare|move ID
Files      import FILE  export FILE  schedule FILE  attach|attachments|fetch ID
Care       doctor  settings  dump  backup|restore FILE  explain ID

KIND is client, site, contact, member, project, task, dependency, calendar …
ID is a name, or a beginning or end of the id (lists show the end).

  milepost add task "Lay cables" project=Harlan duration=3d
  milepost list task project=Harlan status=blocked

Everywhere: --json, --home DIR (MILEPOST_HOME), --help after a command.
Exit status: 0 done, 1 refused with the reason on stderr, 2 not understood."""

COMMANDS: dict[str, Command] = RECORDS | TOGETHER | FILES


def parser(name: str) -> ArgumentParser:
    """The parser of one command."""
    import argparse

    command = COMMANDS[name]
    made = argparse.ArgumentParser(
        prog=f"milepost {name}",
        description=command.help,
        epilog="\n".join(_epilog(command)) or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for names, options in command.arguments:
        made.add_argument(*names, **options)
    absent = argparse.SUPPRESS  # what stood before the command keeps its meaning
    made.add_argument("--json", action="store_true", default=absent, help="for scripts")
    made.add_argument("--home", metavar="DIR", default=absent, help="another profile (MILEPOST_HOME)")
    return made


def _epilog(command: Command) -> Iterator[str]:
    if command.examples:
        yield "examples:"
        yield from (f"  {line}" for line in command.examples.splitlines())
