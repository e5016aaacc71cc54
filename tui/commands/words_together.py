"""Commands of the profile and its server: signing in, sharing, sync, conflicts."""

from tui.commands.command import Command, arg

TOGETHER: dict[str, Command] = {
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
        "syncing.invite",
        "Makes a code with which a new colleague signs in, or you on a further laptop.",
        (arg("name", metavar="NAME", help="who has signed in before invites himself, from his own laptop"),),
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
                help="a file, or postgresql://USER@HOST/NAME (else: a file in the user's data folder, or below --home)",
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
}
