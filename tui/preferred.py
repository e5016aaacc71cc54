"""The application under the settings of its profile: keys and theme at the start, all else at once when it changes."""

from __future__ import annotations

from collections.abc import Iterable

from models.errors import MilepostError
from tui.app import Milepost
from tui.keymap import mapped
from tui.palette import Entry
from tui.screens.looks import Looks
from tui.settings import Settings
from tui.themes import BY_SETTING
from tui.widgets.rows import RowList


class Preferred(Milepost):
    """Milepost with `settings`, which are read before it is made."""

    settings: Settings

    def prefer(self, settings: Settings) -> None:
        """Takes the settings that it was made under."""
        self.settings = settings
        self.title = settings["company"] or self.TITLE
        settings.apply()

    def problems(self) -> list[str]:
        """What is wrong with the settings, in words."""
        return [*self.settings.wrong, *mapped(self.settings.keys)[1]]

    def keep_setting(self, key: str, text: str) -> str:
        """Sets a value, which holds from now on; what is to be said of it. Raises Invalid, StoreError."""
        self.settings.set(key, text)
        self.settings.apply()
        self.title = self.settings["company"] or self.TITLE
        if key == "theme":
            self.theme = BY_SETTING[self.settings["theme"]]
        for lines in self.shell.query(RowList):
            lines.set_columns(lines.columns)
        self.shell.retitle()
        return f"{key.replace('_', ' ').capitalize()}: {self.settings[key] or 'not set'}"

    def keep_key(self, action: str, keys: str) -> str:
        """Gives an action other keys from the next start on; what is to be said. Raises Invalid, StoreError."""
        self.settings.set_key(action, keys)
        clashes = [line for line in mapped(self.settings.keys)[1] if action in line]
        return " ".join([f"{action}: {keys or 'its own keys'}, from the next start on.", *clashes])

    def act_use_theme(self, name: str) -> None:
        """Another theme, kept for the next start; where it cannot be kept, for now."""
        super().act_use_theme(name)
        try:
            self.settings.set("theme", name)
        except MilepostError as error:
            self.shell.say(f"Theme: {name}, for now. {error}", "warn")

    def on_mount(self) -> None:
        self.providers.append(self._find_views)

    def _find_views(self, text: str) -> Iterable[Entry]:
        view = self.shell.view
        entries = view.view_entries() if isinstance(view, Looks) else ()
        return [one for one in entries if text.strip().casefold() in one.label.casefold()]

    def on_ready(self) -> None:
        if wrong := self.problems():
            more = f" And {len(wrong) - 1} more: g , shows them." if len(wrong) > 1 else ""
            self.shell.footer.say(wrong[0] + more, "warn", seconds=0)
