"""settings: what is set in this profile, and another value for one of it."""

from models.errors import Refused
from tui.commands.context import Context, Usage, note
from tui.commands.output import plain, table
from tui.keymap import mapped
from tui.settings import SETTINGS, Saved, Settings, load, saved


def settings(ctx: Context) -> int:
    found = load(ctx.home)
    if ctx.args.key is None or ctx.args.value is None:
        for line in problems(found):
            note(line)
    if ctx.args.key in (None, "keys"):
        return _print_keys(ctx, found) if ctx.args.key else _print_all(ctx, found)
    if ctx.args.value is not None:
        _set(found, ctx.args.key, ctx.args.value)
    value = _value(load(ctx.home), ctx.args.key)
    if ctx.json:
        ctx.json_out({ctx.args.key: value})
    elif ctx.args.value is None:
        ctx.print(plain(value))
    else:
        ctx.print(f"{ctx.args.key} is {plain(value) or 'not set'}.")
    return 0


def problems(found: Settings) -> list[str]:
    """All that is wrong with the settings, keys that clash included; in words."""
    return [*found.wrong, *mapped(found.keys)[1]]


def every(found: Settings) -> dict[str, str]:
    """What is set, and what holds where nothing is, by the words that `settings KEY` takes."""
    return {
        **{key: found[key] for key in SETTINGS},
        **{f"keys.{action}": keys for action, keys in found.keys.items()},
        **{
            f"views.{of}.{name}.{field}": _text(value)
            for of, views in found.views.items()
            for name, view in views.items()
            for field, value in view.document().items()
        },
    }


def _print_all(ctx: Context, found: Settings) -> int:
    if ctx.json:
        ctx.json_out(every(found))
        return 0
    helped = {key: (one.help, ", ".join(one.choices)) for key, one in SETTINGS.items()}
    rows = [[key, plain(value), *helped.get(key, ("", ""))] for key, value in every(found).items()]
    ctx.print("\n".join(table(["Setting", "Value", "What it is", "One of"], rows)))
    note(
        f"Kept in {found.path}. milepost settings KEY VALUE changes one; an empty VALUE is the default again."
    )
    return 0


def _print_keys(ctx: Context, found: Settings) -> int:
    actions = list(mapped(found.keys)[0])
    if ctx.json:
        ctx.json_out({f"keys.{one.id}": one.keys for one in actions})
    else:
        rows = [[f"keys.{one.id}", one.keys, one.help] for one in actions]
        ctx.print("\n".join(table(["Setting", "Keys", "What it does"], rows)))
    return 0


def _value(found: Settings, key: str) -> str:
    kind, _, rest = key.partition(".")
    registry, _ = mapped(found.keys)
    if kind == "keys" and rest in registry.actions:
        return registry[rest].keys
    if kind != "views" and key not in SETTINGS:
        raise Refused(f"There is no setting “{key}”. List them with: milepost settings")
    view = {name: text for name, text in every(found).items() if f"{name}.".startswith(f"{key}.")}
    return view[key] if key in view else "  ".join(f"{n[len(key) + 1 :]}={t}" for n, t in view.items())


def _set(found: Settings, key: str, value: str) -> None:
    kind, _, rest = key.partition(".")
    if kind == "keys":
        if rest not in mapped({})[0].actions:
            raise Refused(f"There is no action “{rest}”. List them with: milepost settings keys")
        found.set_key(rest, value)
        for line in mapped(found.keys)[1]:
            note(line)
    elif kind == "views":
        _set_view(found, rest, value)
    else:
        found.set(key, value)


def _set_view(found: Settings, rest: str, value: str) -> None:
    """views.portfolio.Late, emptied to forget it; views.portfolio.Late.filter, to change a part of it."""
    of, _, name = rest.partition(".")
    parts = Saved(filter="x", sort="x", group="x", columns=("x",)).document()
    view, _, part = name.rpartition(".")
    if part not in parts:
        if value:
            raise Usage(f"Say which part of the view: views.{of}.{name}.{'|'.join(parts)}")
        if name not in found.views.get(of, {}):
            raise Refused(f"There is no view “{name}” of {of}. List them with: milepost settings")
        found.set_view(of, name, None)
        return
    held = found.views.get(of, {}).get(view, Saved()).document()
    given = value.replace(",", " ").split() if part == "columns" else value.strip()
    found.set_view(of, view, saved({**held, part: given}))


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
