"""new: a project made of a template."""

from contextlib import closing

from tui.commands import values
from tui.commands.context import Context
from tui.commands.output import plain
from tui.settings import load


def new(ctx: Context) -> int:
    from models.template import new_from_template

    given = dict(values.pairs(ctx.args.items))
    items = {key: items_of(text) for key, text in given.items()}
    holidays = load(ctx.home).holidays
    with ctx.store() as store:
        changes = store.transact(
            f"New project {ctx.args.name}", new_from_template, ctx.args.template, ctx.args.name, items,
            ctx.args.client, holidays, ctx.args.private,
        )  # fmt: skip
        with closing(store.read()) as conn:
            sql = "SELECT count(*) FROM task WHERE project_id=?"
            [tasks] = conn.execute(sql, (str(changes.result),)).fetchone()
    if ctx.json:
        ctx.json_out({"id": str(changes.result), "kind": "project", "tasks": tasks})
    else:
        ctx.print(f"Made “{plain(ctx.args.name)}” with {tasks} tasks. Project {changes.result}")
    return 0


def items_of(text: str) -> list[str]:
    """What is written with commas between."""
    return [item.strip() for item in text.split(",") if item.strip()]
