"""import, export, dump, search: plans and lists in, records out."""

import csv
import os
import re
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from models.errors import MilepostError, Refused
from models.kinds import Kind, kind_of
from tui.commands import listing, lists, lookup, values
from tui.commands.context import Context, Usage, note
from tui.commands.output import count, plain, table
from tui.settings import load

if TYPE_CHECKING:
    from office.foreign import Plan

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s().,/-]*$)")  # a telephone number is none


class Written(NamedTuple):
    """What an export wrote, and what there is to say of it: what stays behind, what to look at."""

    records: int
    remarks: Sequence[str] = ()


def dump(ctx: Context) -> int:
    with ctx.reading() as conn:
        for line in _dumped(conn, ctx.args.space):
            ctx.print(line)
    return 0


def search(ctx: Context) -> int:
    from models import search as index

    text = " ".join(ctx.args.text)
    if ctx.exists():
        with ctx.store() as store:
            while index.index(store):
                pass
    with ctx.reading() as conn:
        hits = index.find(conn, text, ctx.args.limit)
        if ctx.json:
            ctx.json_out([{"id": h.rec, "kind": h.kind, "name": h.name, "snippet": h.snippet} for h in hits])
            return 0
        rows = [
            [
                lookup.short(h.rec),
                plain(h.name),
                lookup.place(conn, lookup.Found(h.kind, h.rec)),
                plain(h.snippet),
            ]
            for h in hits
        ]
    if rows:
        ctx.print("\n".join(table(["ID", "Name", "What", "Text"], rows)))
    else:
        note(f"Nothing holds “{plain(text)}”.")
    return 0


def import_(ctx: Context) -> int:
    path = Path(ctx.args.file).expanduser()
    _must_exist(path)
    status: int = _by_suffix(path, READERS, "read")(ctx, path)
    return status


def export(ctx: Context) -> int:
    path = Path(ctx.args.file).expanduser()
    writer = _by_suffix(path, WRITERS, "written")
    if path.exists() and not ctx.args.force:
        raise Refused(f"{path} exists already. Choose another name, or say --force to replace it.")
    written = writer(ctx, path)
    for line in written.remarks:
        note(plain(line))
    if ctx.json:
        ctx.json_out({"file": str(path), "records": written.records})
    else:
        ctx.print(f"Wrote {count(written.records, 'record')} to {path}.")
    return 0


def export_of(home: Path, project: str, path: Path) -> Written:
    """What `export` writes of one project, by the suffix of the path: its plan, or all that is set of its tasks."""
    kind = "" if path.suffix == ".xml" else "task"
    args = Namespace(kind=kind, filters=[f"project={project}"])
    return WRITERS[path.suffix](Context(home, args=args), path)


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise Refused(f"There is no file {path}. Check the name.")


def _by_suffix(path: Path, known: dict[str, Any], done: str) -> Any:
    if handler := known.get(path.suffix.lower()):
        return handler
    hint = " Microsoft Project opens .xml as well." if path.suffix.lower() == ".mpp" else ""
    raise Refused(f"{path.name}: files that can be {done} end in {', '.join(known)}.{hint}")


# ── plans in ──────────────────────────────────────────────────────────────────────────────────────────


def read_plan(path: Path) -> "Plan":
    """The plan in a file of Microsoft Project's. Raises Refused and UnreadablePlan."""
    _must_exist(path)
    plan: Plan = import_module(_by_suffix(path, PLANS, "scheduled")).read(path)
    return plan


def _import_plan(ctx: Context, path: Path) -> int:
    from office import importing

    plan = read_plan(path)
    with ctx.reading() as conn:
        client = lookup.record(conn, ctx.args.client, ["client"]).id if ctx.args.client else None
        given = {"name": ctx.args.name, "client_id": client, "private": ctx.args.private}
        seen = importing.preview(conn, plan, **given)
    say: Callable[[str], None] = note if ctx.json else ctx.print
    for line in seen.lines(all_dates=ctx.args.dates):
        say(plain(line))
    answer = {"name": seen.name, "counts": seen.counts, "dates": [asdict(task) for task in seen.moved]}
    if ctx.args.dry_run:
        if ctx.json:
            ctx.json_out(answer)
        return 0
    if not ctx.args.yes and not lists.agreed():
        raise Refused("Nothing was imported. Say --yes to import.")
    with ctx.store() as store:
        changes = store.transact(f"Import {plan.name}", importing.import_plan, plan, **given)
        project = str(changes.result)
    if ctx.json:
        ctx.json_out({"id": project, "kind": "project", **answer})
    else:
        ctx.print(f"Imported {count(changes.count, 'record')}. Project {project}")
    return 0


# ── records out ───────────────────────────────────────────────────────────────────────────────────────


def _export_lines(ctx: Context, path: Path) -> Written:
    _no_kind(ctx)
    with ctx.reading() as conn, _fresh(path) as file:
        return Written(_write_all(file, (line + "\n" for line in _dumped(conn))))


def _export_json(ctx: Context, path: Path) -> Written:
    _no_kind(ctx)
    with ctx.reading() as conn, _fresh(path) as file:
        lines = (("[" if at == 0 else ",\n") + line for at, line in enumerate(_dumped(conn)))
        number = _write_all(file, lines)
        file.write("]\n" if number else "[]\n")
        return Written(number)


def _export_csv(ctx: Context, path: Path) -> Written:
    kind = _kind(ctx, path)
    with ctx.reading(dates=kind.name == "task") as conn:
        where, _ = listing.conditions(conn, kind, ctx.args.filters)
        found = listing.read(conn, kind, where)
    used = _used(found)
    with _fresh(path) as file:
        sheet = csv.writer(file)
        sheet.writerow(used)
        sheet.writerows(zip(*(map(_safe, found.column(name)) for name in used), strict=True))
    return Written(len(found.rows))


def _export_excel(ctx: Context, path: Path) -> Written:
    """Without what means nothing to people, and the ids last."""
    kind = _kind(ctx, path)
    with ctx.reading(dates=kind.name == "task") as conn:
        where, _ = listing.conditions(conn, kind, ctx.args.filters)
        found = listing.read(conn, kind, where)
        used = [name for name in _used(found) if name not in ("id", "space", "rank", "deleted_at")]
        return Written(listing.write_excel(conn, path, kind, found, [*used, "id"]))


def _kind(ctx: Context, path: Path) -> Kind:
    if not ctx.args.kind:
        raise Usage(f"A {path.suffix} file holds records of one kind. Say which: --kind task")
    return kind_of(ctx.args.kind)


def _used(found: listing.Rows) -> list[str]:
    return [name for name in found.names if any(value is not None for value in found.column(name))] or ["id"]


def _safe(value: object) -> object:
    """A text that a spreadsheet would run as a formula is written as text."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _export_plan(ctx: Context, path: Path) -> Written:
    from office.gathering import gather
    from office.mspdi_write import lines

    with ctx.reading(dates=True) as conn:
        plan = gather(conn, _project(ctx, conn))
    settings = load(ctx.home)
    plan = replace(plan, company=plan.company or settings["company"], author=plan.author or settings["name"])
    with _fresh(path) as file:
        _write_all(file, lines(replace(plan, source=path.name)))
    records = [*plan.tasks, *plan.links, *plan.assignments, *plan.calendars, *plan.resources]
    remarks = [f"careful: {line}" for line in plan.warnings] + [f"left out: {line}" for line in plan.left_out]
    return Written(len(records), remarks)


def _project(ctx: Context, conn: Any) -> str:
    """The project that is said, or the only one."""
    said = dict(values.pairs(ctx.args.filters))
    word = said.pop("project", "")
    if said or ctx.args.kind:
        raise Usage("A plan is one whole project; say only which: project=NAME")
    if word:
        return lookup.record(conn, word, ["project"]).id
    found = conn.execute("SELECT id FROM project WHERE deleted_at IS NULL LIMIT 2").fetchall()
    if len(found) != 1:
        raise Usage("A plan is one whole project. Say which: project=NAME")
    return str(found[0][0])


def _no_kind(ctx: Context) -> None:
    if ctx.args.kind or ctx.args.filters:
        raise Usage("A dump holds everything; --kind and filters are for .csv and .xlsx.")


def _dumped(conn: Any, space: str = "") -> Iterator[str]:
    import orjson

    from models.dump import dump as every

    for line in every(conn):
        if not space or orjson.loads(line)["fields"].get("space") == space:
            yield line


def _write_all(file: IO[str], lines: Iterable[str]) -> int:
    number = 0
    for line in lines:
        file.write(line)
        number += 1
    return number


@contextmanager
def _fresh(path: Path) -> Iterator[IO[str]]:
    """A file that appears whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                yield file
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise MilepostError(f"{path} cannot be written: {error.strerror}. Choose another place.") from error


TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
PLANS = {".xml": "office.mspdi", ".mpp": "office.mpp"}
READERS = {
    **dict.fromkeys(PLANS, _import_plan),
    ".vcf": lists.cards,
    **dict.fromkeys(TABLES, lists.table),
}
WRITERS: dict[str, Callable[[Context, Path], Written]] = {
    ".json": _export_json,
    ".jsonl": _export_lines,
    ".csv": _export_csv,
    ".xml": _export_plan,
    ".xlsx": _export_excel,
}
