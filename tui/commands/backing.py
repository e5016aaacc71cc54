"""backup, restore: the profile on this laptop."""

from pathlib import Path

from models import backup as models_backup
from models import db
from models.attachment import size_in_words
from models.errors import Refused
from sync.alone import Elsewhere, only_one
from tui.commands.context import Context


def backup(ctx: Context) -> int:
    if not ctx.exists():
        raise Refused(f"There is no profile in {ctx.home} yet, so there is nothing to back up.")
    target = Path(ctx.args.file).expanduser()
    size = models_backup.backup(ctx.home, target)
    if ctx.json:
        ctx.json_out({"file": str(target), "bytes": size})
    else:
        ctx.print(f"Wrote {target}, {size_in_words(size)}. Contents of attachments are not in it.")
    return 0


def restore(ctx: Context) -> int:
    with db.in_words(ctx.path):
        ctx.home.mkdir(parents=True, exist_ok=True)
        try:
            with only_one(ctx.home):  # two restores would meet in one file
                former = models_backup.restore(ctx.home, Path(ctx.args.file).expanduser())
        except Elsewhere:
            raise Refused(models_backup.IN_USE.format(path=ctx.path)) from None
    if ctx.json:
        put_aside = {"former": former.store, "log": former.log}
        ctx.json_out({"home": str(ctx.home), **{key: path and str(path) for key, path in put_aside.items()}})
        return 0
    ctx.print(f"The profile in {ctx.home} is as it was in the backup.")
    if former.store:
        ctx.print(f"What it was before is in {former.store}.")
    if former.log:
        ctx.print(f"The last edits of the store that was moved away may be in {former.log}.")
        ctx.print(f"That file belongs beside that store, under its name with {models_backup.LOG} at the end.")
    ctx.print("What was synced since comes back with: milepost sync")
    return 0
