"""The words of the command line: which commands there are, what they take, where they live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

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


_PAIRS = "field=value; an empty value clears; see `milepost fields KIND`"
_ID = "a name, an id, or a beginning (4 or more characters) or end of one"
_FILTER = arg(
    "filters", nargs="*", metavar="FILTER", help="as the application filters: due<fri @ines #harlan late"
)
_LIMIT = arg("--limit", type=int, default=0, metavar="N", help="at most N")

COMMANDS: dict[str, Command] = {
    "add": Command(
        "records.add",
        "Adds a record. A first word without = is its name.",
        (
            arg("kind", metavar="KIND"),
            arg("values", nargs="*", metavar="field=value", help=_PAIRS),
            arg(
                "--private",
                action="store_true",
                help="a project or client that only you see, until you share it",
            ),
        ),
        """\
milepost add client "Harlan Fab" city=Lyon
milepost add contact "Ines Moreau" client=Harlan phone="+33 4 78 00 00 00"
milepost add task "Lay cables" project=Harlan duration=3d under=Preparation
milepost add dependency predecessor="Lay cables" successor="Set up" type=SS lag=2d
milepost add project Line-2 client=Harlan notes=@brief.txt""",
    ),
    "capture": Command(
        "records.capture",
        "Adds a task from one line: a day, # and a project or client, @ and who does it, how often it comes again.",
        (arg("line", nargs="+", metavar="TEXT", help="by before a day makes it the deadline"),),
        """\
milepost capture 'call Ines about the licence by fri #harlan @tomas'
milepost capture 'weekly status every fri #nesting'""",
    ),
    "new": Command(
        "making.new",
        "Makes a project of a template: its tasks, milestones and links, once for each machine, integration and shift.",
        (
            arg("name", metavar="NAME"),
            arg("items", nargs="*", metavar="parameter=item,item", help="empty: none of them"),
            arg("--template", default="nesting", metavar="KEY"),
            arg(
                "--client",
                default="",
                metavar="NAME",
                help="whose project it is; made where nobody is called so",
            ),
            arg(
                "--private",
                action="store_true",
                help="only you see it, until you share it; a new client, too",
            ),
        ),
        """\
milepost new "Line 2" --client "Harlan Fab" machine="Plasma 1,Laser 1" integration=ERP shift="Early,Late\"""",
    ),
    "list": Command(
        "listing.list_",
        "Lists the records of a kind: those whose fields have these values.",
        (
            arg("kind", metavar="KIND"),
            arg(
                "filters",
                nargs="*",
                metavar="field=value",
                help="empty: not set; deleted=yes, deleted=all; or as the application filters: due<fri @ines late",
            ),
            _LIMIT,
            arg("--xlsx", default="", metavar="FILE", help="into an Excel file"),
            arg("--force", action="store_true", help="replace the file"),
        ),
        """\
milepost list task project=Harlan status=doing
milepost list task who=Ines deadline=2026-12-04
milepost list promise "due<fri" late "#harlan"
milepost list contact phone= --json""",
    ),
    "today": Command(
        "telling.today_",
        "Lists what needs you now, over all projects and clients, the most urgent first.",
        (_FILTER,),
        'milepost today promise "#harlan"',
    ),
    "overview": Command(
        "telling.overview_",
        "Shows a project on one page: where it stands, what is next, promised and changed, who works on it.",
        (arg("id", metavar="PROJECT", help=_ID), _FILTER),
        "milepost overview Nesting milestone late",
    ),
    "timeline": Command(
        "telling.timeline",
        "Shows a client over time: talks, promises, visits, milestones.",
        (arg("id", metavar="CLIENT", help=_ID), _FILTER),
        "milepost timeline Harlan promise open since:-1m",
    ),
    "show": Command(
        "showing.show",
        "Shows a record of any kind: what is set, what belongs to it, its open conflicts.",
        (
            arg("id", metavar="ID", help=_ID),
            arg("--all", action="store_true", help="values that were never changed, too"),
        ),
    ),
    "set": Command(
        "records.set_",
        "Changes fields of one or several records, as one operation.",
        (
            arg("id", metavar="ID[,ID…]", help=_ID),
            arg("values", nargs="*", metavar="field=value", help=_PAIRS),
        ),
        """\
milepost set "Lay cables" status=done
milepost set 3f2a91bc,77c0d1e2 who=Ines,Tomas deadline=fri
milepost set "Lay cables" under=Preparation after="Order material\"""",
    ),
    "renegotiate": Command(
        "records.renegotiate",
        "Promises another day: the old promise stays, with what came of it. Or: `milepost set ID state=kept`.",
        (arg("id", metavar="ID[,ID…]", help=_ID), arg("day", metavar="DAY", help="fri, 12 dec, 2026-12-04")),
        'milepost renegotiate "Send the drawings" fri',
    ),
    "delete": Command(
        "records.delete",
        "Moves records, and what belongs to them, to the recycle bin.",
        (arg("ids", nargs="+", metavar="ID", help=_ID),),
    ),
    "undelete": Command(
        "records.undelete",
        "Takes records out of the recycle bin.",
        (arg("ids", nargs="+", metavar="ID", help=_ID),),
    ),
    "fields": Command(
        "showing.fields",
        "Lists the kinds of records, or the fields of one with what can be typed.",
        (arg("kind", nargs="?", metavar="KIND"),),
    ),
    "search": Command(
        "files.search",
        "Finds records by words anywhere in their texts.",
        (arg("text", nargs="+", metavar="TEXT"), arg("--limit", type=int, default=50, metavar="N")),
    ),
    "undo": Command(
        "steps.undo",
        "Takes back the newest operation of this laptop, or the one named; what was changed since stays.",
        (arg("id", nargs="?", metavar="ID", help="of the operation, as `milepost history` shows it"),),
    ),
    "redo": Command("steps.redo", "Does again what the newest undo took back."),
    "history": Command(
        "steps.history",
        "Shows what was done: to one record, or the newest operations of all.",
        (
            arg("id", nargs="?", default="", metavar="ID", help=_ID),
            arg("filters", nargs="*", metavar="FILTER", help="who, what, when: @ines task since:mon #harlan"),
            arg("--limit", type=int, default=50, metavar="N", help="at most N (50)"),
        ),
        """\
milepost history @ines task since:mon
milepost history "Lay cables" field:deadline
milepost history undone since:-2w""",
    ),
    "login": Command(
        "syncing.login",
        "Signs this laptop in to a server.",
        (
            arg("url", metavar="URL"),
            arg("--code", default="", help="from `milepost invite NAME`; asked for on a terminal"),
            arg("--device", default="", help="what to call this laptop"),
            arg(
                "--keep-token-in-file",
                action="store_true",
                help="in the profile, where there is no keyring",
            ),
        ),
    ),
    "logout": Command("syncing.logout", "Signs this laptop out; its records stay."),
    "whoami": Command("syncing.whoami", "Says who this laptop is signed in as."),
    "invite": Command(
        "syncing.invite", "Makes a code with which a colleague signs in.", (arg("name", metavar="NAME"),)
    ),
    "spaces": Command("sharing.list_spaces", "Lists what not everybody sees, and who sees it."),
    "share": Command(
        "sharing.share",
        "Lets colleagues see a project or client that was added or moved with --private.",
        (arg("id", metavar="PROJECT"), arg("who", nargs="+", metavar="NAME[:reader|editor|manager]")),
        'milepost share "Cell 9" Tomas Odile:reader',
    ),
    "unshare": Command(
        "sharing.unshare",
        "Takes a project or client off colleagues' laptops.",
        (arg("id", metavar="PROJECT"), arg("who", nargs="+", metavar="NAME")),
    ),
    "move": Command(
        "sharing.move",
        "Moves a project or client, with all that belongs to it, where fewer see it or where everybody does.",
        (
            arg("id", metavar="PROJECT"),
            arg("--private", action="store_true", help="only you see it, until you share it"),
            arg("--everybody", action="store_true", help="all see it"),
            arg("--dry-run", action="store_true", help="only say what it would do"),
        ),
        'milepost move "Line 2" --private',
    ),
    "sync": Command(
        "syncing.sync",
        "Sends and fetches changes, once or until Ctrl-C.",
        (
            arg("--watch", action="store_true", help="stay, and sync whenever something changes"),
            arg(
                "--check",
                action="store_true",
                help="compare all rows here with the server's, and mend what differs",
            ),
        ),
    ),
    "status": Command("syncing.status", "Says what is on this laptop and what waits."),
    "serve": Command(
        "serving.serve",
        "Runs the server for a team until Ctrl-C.",
        (
            arg(
                "--database",
                default="",
                metavar="URL",
                help="a file, or postgresql://USER@HOST/NAME (default: a file in the user's data folder)",
            ),
            arg("--blobs", default="", metavar="PLACE", help="folder or s3://BUCKET/PREFIX for attachments"),
            arg("--host", default="", help="address to listen on"),
            arg("--port", type=int, help="0: any that is free"),
            arg("--port-file", default="", metavar="FILE", help="the port is written here"),
            arg("--owner", default="", metavar="NAME", help="whose the first sign-in is"),
            arg("--workers", type=int, metavar="N", help="processes that share the address (1)"),
            arg("--log-level", default="", metavar="LEVEL", help="info: a line a request (warning)"),
            arg("--log-format", default="", metavar="text|json", help="json: a line of JSON an event"),
            arg("--invite", default="", metavar="NAME", help="only print a code with which NAME signs in"),
        ),
    ),
    "server": Command(
        "serving.server",
        "Looks after the server's database: backup FILE, check, users, spaces … `milepost server --help` lists all.",
        examples="""\
milepost server backup monday.db
milepost server devices --revoke B
milepost server check --database postgresql://milepost@db/milepost""",
        passed_on=True,
    ),
    "conflicts": Command(
        "settling.conflicts",
        "Lists edits that met: both values, who and when.",
        (
            arg("filters", nargs="*", metavar="FILTER", help="who, what, when: @ines task field:deadline"),
            arg("--all", action="store_true", help="settled ones too"),
        ),
    ),
    "resolve": Command(
        "settling.resolve",
        "Settles a conflict, for everybody.",
        (
            arg("id", metavar="ID", help="of the conflict, or the record that has only one"),
            arg(
                "choice",
                metavar="mine|theirs|both|now|VALUE",
                help="now: as the record stands; a VALUE is typed as in `set`; =mine is the text “mine”",
            ),
            arg("text", nargs="?", metavar="TEXT", help="after the word value"),
        ),
        """\
milepost resolve "Lay cables" theirs
milepost resolve 3f2a91bc value 2026-12-04""",
    ),
    "rejected": Command(
        "rejecting.rejected",
        "Lists what the server refused, why, and what it held; sends it again, lets it go, writes it into a file.",
        (
            arg("id", nargs="?", default="", metavar="ID", help="of an operation: the end of its line"),
            arg(
                "values", nargs="*", metavar="field=value", help="with --resend: in place of what was refused"
            ),
            arg("--resend", action="store_true", help="do it again, as an edit of now"),
            arg("--discard", action="store_true", help="let it go"),
            arg("--export", default="", metavar="FILE", help="one or all: .json, else text"),
            arg("--force", action="store_true", help="replace the file"),
        ),
        """\
milepost rejected 3f2a91bc --resend successor="Test run"
milepost rejected --export refused.txt""",
    ),
    "import": Command(
        "files.import_",
        "Takes in a Microsoft Project plan (.xml; .mpp where MPXJ is), contacts (.vcf), or a list of contacts or tasks"
        " (.csv, .xlsx); first shows what it will do.",
        (
            arg("file", metavar="FILE"),
            arg("--yes", "-y", action="store_true", help="do not ask"),
            arg("--dry-run", action="store_true", help="only show"),
            arg(
                "--dates",
                action="store_true",
                help="every task of a plan whose computed dates are not the file's",
            ),
            arg("--name", default="", help="what to call the project"),
            arg("--client", default="", metavar="ID", help="whose project it is, or whose contacts"),
            arg("--private", action="store_true", help="a plan that only you see, until you share it"),
            arg("--as", dest="what", default="", metavar="KIND", help="of a list: contacts or tasks"),
            arg("--project", default="", metavar="ID", help="of a list of tasks"),
            arg(
                "--map",
                action="append",
                default=[],
                metavar="HEADING=FIELD",
                help="what a column of a list is; no FIELD: not used; remembered for these headings",
            ),
        ),
        """\
milepost import plan.xml --client Harlan
milepost import contacts.vcf --dry-run
milepost import tasks.xlsx --as tasks --project Harlan --map "Wer macht's=who\"""",
    ),
    "duplicates": Command("merging.duplicates", "Lists contacts and clients that may be there twice."),
    "merge": Command(
        "merging.merge",
        "Makes one record of two: fills what is empty, moves what belongs to OTHER, puts OTHER into the recycle bin.",
        (
            arg("keep", metavar="KEEP", help=_ID),
            arg("other", metavar="OTHER", help=_ID),
            arg("--dry-run", action="store_true", help="only say what it would do"),
        ),
    ),
    "export": Command(
        "files.export",
        "Writes a file: .xml a project for Microsoft Project, .json or .jsonl everything, .csv or .xlsx one kind.",
        (
            arg("file", metavar="FILE"),
            arg("filters", nargs="*", metavar="field=value"),
            arg("--kind", default="", metavar="KIND"),
            arg("--force", action="store_true", help="replace the file"),
        ),
        """\
milepost export plan.xml project=Harlan
milepost export tasks.xlsx --kind task project=Harlan
milepost export everything.jsonl""",
    ),
    "attach": Command(
        "attaching.attach",
        "Attaches files to a record of any kind; they go to the server with the next sync.",
        (arg("id", metavar="ID", help=_ID), arg("files", nargs="+", metavar="FILE")),
        """\
milepost attach "Lay cables" drawing.pdf
milepost attach Harlan order.pdf photo.jpg""",
    ),
    "attachments": Command(
        "attaching.attachments",
        "Lists the files of a record: size, type, whether the content is on this laptop.",
        (arg("id", metavar="ID", help=_ID),),
    ),
    "fetch": Command(
        "attaching.fetch",
        "Writes an attachment into a file, fetching its content where it is not here.",
        (
            arg("id", metavar="ID", help="of the attachment, or its name"),
            arg("--to", default="", metavar="PATH", help="a file or folder; default: its name, here"),
            arg("--force", action="store_true", help="replace the file"),
        ),
    ),
    "schedule": Command(
        "scheduling.schedule",
        "Computes the dates of a Microsoft Project plan (.xml; .mpp where MPXJ is) and says what of it cannot hold;"
        " saves nothing.",
        (arg("file", metavar="FILE"),),
        "milepost schedule plan.xml --json",
    ),
    "explain": Command(
        "explaining.explain",
        "Says why a task stands where it stands, back to the cause, and what moved it since a day.",
        (
            arg("id", metavar="ID", help=_ID),
            arg(
                "--since",
                default="",
                metavar="DAY",
                help="as dates are typed: yesterday, -2w, 2026-12-04 (a week ago)",
            ),
        ),
        'milepost explain "Go live" --since yesterday',
    ),
    "dump": Command(
        "files.dump",
        "Prints every synced record, one line of JSON each; equal on laptops that are in sync.",
        (arg("--space", default="", metavar="ID"),),
    ),
    "backup": Command(
        "backing.backup",
        "Writes a copy of this profile into a new file, while it is in use.",
        (arg("file", metavar="FILE"),),
    ),
    "restore": Command(
        "backing.restore",
        "Puts a backup in the place of this profile; what stood there is kept beside it.",
        (arg("file", metavar="FILE"),),
    ),
    "doctor": Command("doctor.doctor", "Checks the profile, this machine and the server; changes nothing."),
    "settings": Command(
        "preferring.settings",
        "Shows the settings of this profile, or one of them, or gives it another value (an empty one: the default).",
        (arg("key", nargs="?", metavar="KEY"), arg("value", nargs="?", metavar="VALUE")),
        """\
milepost settings
milepost settings date_format iso
milepost settings country Germany
milepost settings keys.undo ctrl+z
milepost settings views.portfolio.Late.filter late""",
    ),
    "demo": Command(
        "serving.demo",
        "A made-up team with its own server; leaves nothing behind.",
        (
            arg(
                "--prepare-only",
                default="",
                metavar="DIR",
                help="make it in a new folder and say how to go on",
            ),
        ),
    ),
}


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
