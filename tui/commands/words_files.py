"""Commands that take files in, write them, and care for the profile."""

from tui.commands.command import ID, Command, arg

FILES: dict[str, Command] = {
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
        (arg("id", metavar="ID", help=ID), arg("files", nargs="+", metavar="FILE")),
        """\
milepost attach "Lay cables" drawing.pdf
milepost attach Harlan order.pdf photo.jpg""",
    ),
    "attachments": Command(
        "attaching.attachments",
        "Lists the files of a record: size, type, whether the content is on this laptop.",
        (arg("id", metavar="ID", help=ID),),
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
            arg("id", metavar="ID", help=ID),
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
