"""What a person has set: one file, settings.toml in the profile's folder, edited by hand, by the settings screen or by
`milepost settings`.

    theme = "light"
    date_format = "dotted"
    [keys]
    undo = "ctrl+z"
    [views.portfolio."Mine and late"]
    filter = "late mine"
    sort = "-late"

Personal and of this laptop: none of it is a record, so none of it is synced. What cannot be used is said with its line,
and the rest holds. What this program does not know is kept when it writes; comments are not, so the file as it was
before is beside it then, as settings.toml.before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from models import dayform
from models.errors import Invalid, StoreError
from tui.keymap import KEYS_ARE, is_key

FILE = "settings.toml"
SETTING, KEY = "setting", "key"  # what can be set one by one
THEMES = ("dark", "light", "high-contrast", "no-colour")


class Setting(NamedTuple):
    """`choices` are all values that there are; without them `check` gives the value as it is kept. Raises Invalid."""

    key: str
    label: str
    help: str
    choices: tuple[str, ...] = ()
    check: Callable[[Mapping[str, str], str], str] = lambda values, text: text

    @property
    def default(self) -> str:
        return self.choices[0] if self.choices else ""


def _country(values: Mapping[str, str], text: str) -> str:
    place = _place("country", text)
    if (region := values.get("region")) and "-" not in place:
        try:
            _place("country", f"{place}-{region}")
        except Invalid:
            raise Invalid("country", f"{place} has no region {region}. Clear the region first.") from None
    return place.partition("-")[0]


def _region(values: Mapping[str, str], text: str) -> str:
    if not values.get("country"):
        raise Invalid("region", "a region needs its country. Set the country first.")
    return _place("region", f"{values['country']}-{text.strip().rpartition('-')[2]}").partition("-")[2]


def _place(key: str, text: str) -> str:
    from models.schedule.holidays import UnknownPlace, known_place

    try:
        return known_place(text)
    except UnknownPlace as error:
        raise Invalid(key, str(error)) from None


SETTINGS = {
    one.key: one
    for one in (
        Setting("theme", "Theme", "Colours of the application; NO_COLOR and TERM=dumb go before it.", THEMES),
        Setting(
            "date_format",
            "Date format",
            "Fri 04 Dec, Fri Dec 04, 2026-12-04 or 04.12.2026. None has slashes: 12/04 is read in two ways.",
            dayform.FORMS,
        ),
        Setting(
            "first_weekday",
            "First weekday",
            "When a week begins, for “next fri”.",
            tuple(dayform.FIRST_DAYS),
        ),
        Setting(
            "country",
            "Holidays’ country",
            "New projects leave out its public holidays. Two letters or the English name: DE, France.",
            check=_country,
        ),
        Setting("region", "Holidays’ region", "A region of that country: BW, US’s TX.", check=_region),
        Setting("company", "Company", "Your company, in the title line and in plans that you export."),
        Setting("name", "Your name", "Yours, as the author of plans that you export."),
    )
}


@dataclass(frozen=True)
class Saved:
    """A list as it was kept under a name: what it shows, in which order, under which headings, in which columns."""

    filter: str = ""
    sort: str = ""
    group: str = ""
    columns: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Only what is set."""
        held = {"filter": self.filter, "sort": self.sort, "group": self.group, "columns": list(self.columns)}
        return {name: value for name, value in held.items() if value}


@dataclass
class Settings:
    """What holds now. `wrong` is what of the file cannot be used, in words with the line."""

    path: Path
    values: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    views: dict[str, dict[str, Saved]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    broken: bool = False  # the file is no TOML: it is not written over

    def __getitem__(self, key: str) -> str:
        return self.values.get(key) or SETTINGS[key].default

    @property
    def holidays(self) -> str:
        """The place whose holidays new projects leave out: DE, DE-BW, or nothing."""
        return "-".join(part for part in (self["country"], self["region"]) if part and self["country"])

    def apply(self) -> None:
        """What holds for the whole process: how days are written, when a week begins."""
        dayform.choose(self["date_format"], self["first_weekday"])

    def set(self, key: str, text: str) -> None:
        """Keeps a value; an empty one is the default again. Raises Invalid, StoreError."""
        value = checked(self.values, key, text) if text.strip() else ""
        self._write(key.split("."), value)
        _put(self.values, key, value)

    def set_key(self, action: str, keys: str) -> None:
        """Gives an action other keys; empty gives it its own again. Raises Invalid, StoreError."""
        if unknown := [key for key in keys.split() if not is_key(key)]:
            raise Invalid(f"keys.{action}", f"there is no key “{unknown[0]}”. {KEYS_ARE}")
        self._write(["keys", action], keys.strip())
        _put(self.keys, action, keys.strip())

    def set_view(self, of: str, name: str, view: Saved | None) -> None:
        """Keeps a list's look under a name, or forgets it. Raises Invalid, StoreError."""
        if not name.strip():
            raise Invalid("name", "a view needs one. Type it.")
        self._write(["views", of, name], view.document() if view is not None else "")
        _put(self.views.setdefault(of, {}), name, view)

    def rename_view(self, of: str, old: str, new: str) -> None:
        """Gives a view another name and leaves it in its place. Raises Invalid, StoreError."""
        if not new:
            raise Invalid("name", "a view needs one. Type it.")
        if new != old and new in self.views[of]:
            raise Invalid("name", f"there is a view “{new}” already. Choose another name.")
        again = {new if name == old else name: view for name, view in self.views[of].items()}
        self._write(["views", of], {name: view.document() for name, view in again.items()})
        self.views[of] = again

    def _write(self, path: Sequence[str], value: Any) -> None:
        """Puts one value into the file as it is now; everything else in it stays."""
        now = load(self.path.parent)
        if now.broken:
            raise StoreError(f"{now.wrong[0]} Until then nothing is written into it.")
        text = _text_of(self.path)
        document = _parsed(text)[0]
        inner = document
        for name in path[:-1]:
            below = inner.setdefault(name, {})
            if not isinstance(below, dict):
                raise StoreError(f"{self.path}: {name} is no table. Correct or remove it.")
            inner = below
        _put(inner, path[-1], value)
        _save(self.path, document, text)


def _put(held: dict[str, Any], key: str, value: Any) -> None:
    """Sets a value; nothing takes it out."""
    if value in ("", None, ()):
        held.pop(key, None)
    else:
        held[key] = value


def checked(values: Mapping[str, str], key: str, text: str) -> str:
    """The value that `text` means for a setting. Raises Invalid."""
    setting = SETTINGS.get(key)
    if setting is None:
        raise Invalid(key, f"there is no such setting.{_near(key, [*SETTINGS])}")
    text = text.strip()
    if not setting.choices:
        return setting.check(values, text)
    fits = [one for one in setting.choices if one.startswith(text.lower())]
    if text.lower() not in setting.choices and len(fits) != 1:
        raise Invalid(key, f"“{text}” is none of: {', '.join(setting.choices)}.")
    return text.lower() if text.lower() in setting.choices else fits[0]


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────


def load(home: Path) -> Settings:
    """The settings of a profile; never raises: what cannot be used is in `wrong`, and the rest holds."""
    found = Settings(home / FILE)
    try:
        text = _text_of(found.path)
    except StoreError as error:
        found.wrong.append(str(error))
        found.broken = True
        return found
    if text:
        document, found.wrong = _parsed(text)
        found.broken = bool(found.wrong)
        _Reader(found, text).read(document)
    return found


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} cannot be read: {error}. Save it as plain text in UTF-8.") from error


def _parsed(text: str) -> tuple[dict[str, Any], list[str]]:
    """The document without the lines that are no TOML, and what is wrong with those."""
    import tomli

    wrong: list[str] = []
    lines = text.splitlines()
    while True:
        try:
            return tomli.loads("\n".join(lines)), wrong
        except tomli.TOMLDecodeError as error:
            at = min(error.lineno, len(lines)) - 1
            while at and not lines[at].strip():
                at -= 1
            if not lines[at].strip():
                return {}, wrong
            what = error.msg[:1].lower() + error.msg[1:]
            wrong.append(
                f"{FILE} line {at + 1}: “{lines[at].strip()}” is not TOML ({what}). Correct or remove it."
            )
            lines[at] = ""


class _Reader:
    """Takes what can be used out of a document."""

    def __init__(self, into: Settings, text: str) -> None:
        self.into = into
        self.lines = text.splitlines()

    def read(self, document: Mapping[str, Any]) -> None:
        for key, value in document.items():
            if key in ("keys", "views"):
                self._table(key, value)
            else:
                self._value(key, value)

    def _value(self, key: str, value: Any) -> None:
        setting = SETTINGS.get(key)
        if setting is None:
            self._wrong(key, f"there is no setting {key!r}.{_near(key, [*SETTINGS])} It is left alone.")
        elif not isinstance(value, str):
            self._wrong(key, f'{key} is to be text. Write it as {key} = "…".')
        elif setting.choices and value not in setting.choices:
            self._wrong(key, f"{key} “{value}” is none of: {', '.join(setting.choices)}.")
        else:  # a place is looked up when it is used: that costs a tenth of a second
            self.into.values[key] = value

    def _table(self, key: str, value: Any) -> None:
        if not isinstance(value, dict):
            self._wrong(key, f"{key} is to be a table. Write [{key}], and below it one line each.")
        elif key == "keys":
            for action, keys in value.items():
                self._key(action, keys)
        else:
            for of, views in value.items():
                self.into.views[of] = self._views(of, views)

    def _key(self, action: str, keys: Any) -> None:
        unknown = [key for key in keys.split() if not is_key(key)] if isinstance(keys, str) else [str(keys)]
        if unknown:
            self._wrong(action, f"{action}: there is no key “{unknown[0]}”. {KEYS_ARE}")
        else:
            self.into.keys[action] = keys

    def _views(self, of: str, views: Any) -> dict[str, Saved]:
        if not isinstance(views, dict) or not all(isinstance(view, dict) for view in views.values()):
            self._wrong(of, f"the views of {of} are to be tables, such as [views.{of}.Late].")
            return {}
        return {name: saved(view) for name, view in views.items()}

    def _wrong(self, key: str, text: str) -> None:
        at = self._line_of(key)
        self.into.wrong.append(f"{FILE}{f' line {at}' if at else ''}: {text}")

    def _line_of(self, key: str) -> int:
        """Where a key or the table of it is written; 0 where that is not seen."""
        name = re.escape(key)
        shape = re.compile(rf"""\s*(\[+[^\]=]*?)?["']?{name}["']?\s*([=.\]])""")
        return next((at for at, line in enumerate(self.lines, 1) if shape.match(line)), 0)


def saved(document: Mapping[str, Any]) -> Saved:
    """A view as it stands in the file; what is no text there counts as not set."""
    texts = {name: document.get(name) for name in ("filter", "sort", "group")}
    columns = document.get("columns")
    return Saved(
        columns=tuple(str(one) for one in columns) if isinstance(columns, list) else (),
        **{name: text for name, text in texts.items() if isinstance(text, str)},
    )


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────


def _save(path: Path, document: Mapping[str, Any], before: str) -> None:
    """Whole or not at all."""
    import tomli_w

    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if re.search(r"^\s*#", before, re.M):
            path.with_name(f"{FILE}.before").write_text(before, "utf-8")
        fresh.write_text(tomli_w.dumps(document), "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}. Check its folder.") from error


def _near(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f" Did you mean {near[0]}?" if near else f" There are: {', '.join(known)}, keys, views."
