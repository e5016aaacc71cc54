"""Commands that look at records, change them and take that back."""

from tui.commands.command import FILTER, ID, LIMIT, PAIRS, Command, arg

RECORDS: dict[str, Command] = {
    "add": Command(
        "records.add",
        "Adds a record. A first word without = is its name.",
        (
            arg("kind", metavar="KIND"),
            arg("values", nargs="*", metavar="field=value", help=PAIRS),
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
            LIMIT,
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
        "Lists what needs you now, over all projects and clients, the most urgent first. "
        "Of many late tasks of a project most are one line: list task late project=NAME.",
        (FILTER,),
        'milepost today promise "#harlan"',
    ),
    "overview": Command(
        "telling.overview_",
        "Shows a project on one page: where it stands, what is next, promised and changed, who works on it.",
        (arg("id", metavar="PROJECT", help=ID), FILTER),
        "milepost overview Nesting milestone late",
    ),
    "timeline": Command(
        "telling.timeline",
        "Shows a client over time: talks, promises, visits, milestones.",
        (arg("id", metavar="CLIENT", help=ID), FILTER),
        "milepost timeline Harlan promise open since:-1m",
    ),
    "show": Command(
        "showing.show",
        "Shows a record of any kind: what is set, what belongs to it, its open conflicts.",
        (
            arg("id", metavar="ID", help=ID),
            arg("--all", action="store_true", help="values that were never changed, too"),
        ),
    ),
    "set": Command(
        "records.set_",
        "Changes fields of one or several records, as one operation.",
        (
            arg("id", metavar="ID[,ID…]", help=ID),
            arg("values", nargs="*", metavar="field=value", help=PAIRS),
        ),
        """\
milepost set "Lay cables" status=done
milepost set 3f2a91bc,77c0d1e2 who=Ines,Tomas deadline=fri
milepost set "Lay cables" under=Preparation after="Order material\"""",
    ),
    "renegotiate": Command(
        "records.renegotiate",
        "Promises another day: the old promise stays, with what came of it. Or: `milepost set ID state=kept`.",
        (arg("id", metavar="ID[,ID…]", help=ID), arg("day", metavar="DAY", help="fri, 12 dec, 2026-12-04")),
        'milepost renegotiate "Send the drawings" fri',
    ),
    "delete": Command(
        "records.delete",
        "Moves records, and what belongs to them, to the recycle bin; says which other tasks move by it.",
        (
            arg("ids", nargs="+", metavar="ID", help=ID),
            arg(
                "--keep-chain",
                action="store_true",
                help="link what came before a task with what came after it",
            ),
        ),
    ),
    "undelete": Command(
        "records.undelete",
        "Takes records out of the recycle bin.",
        (arg("ids", nargs="+", metavar="ID", help=ID),),
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
            arg("id", nargs="?", default="", metavar="ID", help=ID),
            arg("filters", nargs="*", metavar="FILTER", help="who, what, when: @ines task since:mon #harlan"),
            arg("--limit", type=int, default=50, metavar="N", help="at most N (50)"),
        ),
        """\
milepost history @ines task since:mon
milepost history "Lay cables" field:deadline
milepost history undone since:-2w""",
    ),
    "duplicates": Command("merging.duplicates", "Lists contacts and clients that may be there twice."),
    "merge": Command(
        "merging.merge",
        "Makes one record of two: fills what is empty, moves what belongs to OTHER, puts OTHER into the recycle bin.",
        (
            arg("keep", metavar="KEEP", help=ID),
            arg("other", metavar="OTHER", help=ID),
            arg("--dry-run", action="store_true", help="only say what it would do"),
        ),
    ),
}
