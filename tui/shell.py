"""The frame around the work: title line, one view, its detail, and the footer or a prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.css.query import NoMatches
from textual.widget import Widget
from textual.widgets import ContentSwitcher
from textual.worker import WorkerError

from tui import registry as places
from tui.actions import NOT_YET
from tui.footer import SHOWN_FOR, Connection, Footer
from tui.overlaid import Overlaid
from tui.overlay import Overlay
from tui.registry import Registry, key_name
from tui.unsaved import Unsaved
from tui.view import Place, View
from tui.widgets.ahead import caught_up
from tui.widgets.bar import Bar
from tui.widgets.editor import CellEditor
from tui.widgets.lines import LineList
from tui.widgets.messages import Marked, Typing
from tui.widgets.prompt import Prompt, Question

_WIDTHS = [(0, "-narrow"), (80, "-stacked"), (110, "-wide")]


class Shell(Overlaid, inherit_bindings=False):
    """Holds the views, and the focus of each; what is done shows in all of them."""

    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    DEFAULT_CSS = """
    Shell {
        layers: base above;
        overflow: hidden;
        & > #body { height: 1fr; layout: vertical; }
        & #views { height: 1fr; width: 1fr; min-width: 20; }
        & #details { height: 12; max-height: 40%; display: none; border-top: solid $primary-muted; }
        & #details.-filled { display: block; }
        &.-wide > #body { layout: horizontal; }
        &.-wide #details {
            height: 1fr;
            max-height: 100%;
            width: 34%;
            min-width: 44;
            border-top: none;
            border-left: solid $primary-muted;
        }
        &.-narrow #details { display: none; }
        &.-detail #details { display: block; height: 1fr; max-height: 100%; width: 1fr; border: none; }
        &.-detail #views { display: none; }
        &.-zoomed #details { display: none; }
        &:ansi #details { border-top: solid ansi_default; }
        &.-wide:ansi #details { border-top: none; border-left: solid ansi_default; }
        & > #bottom { height: auto; max-height: 6; }
        &.-asking Footer { display: none; }
    }
    """

    def __init__(
        self, registry: Registry, views: Mapping[str, Place], first: str = "", width: int = 0
    ) -> None:
        # the class of this width at once: after the first layout it would lay out everything again
        super().__init__(classes=next(name for least, name in reversed(_WIDTHS) if width >= least))
        self.registry = registry
        self.views = views
        self.first = first
        self.marked = 0
        self.visited: list[str] = []
        self._focus_of: dict[str, Widget | None] = {}

    def compose(self) -> ComposeResult:
        yield Bar(id="title")
        view, detail = self._make(self.first) if self.first else (None, None)
        with Container(id="body"):
            yield ContentSwitcher(*_some(view), initial=self.first or None, id="views")
            name = detail.id if detail is not None else None
            yield ContentSwitcher(
                *_some(detail), initial=name, id="details", classes="-filled" if name else ""
            )
        with Container(id="bottom"):
            yield Footer(id="footer")

    # What views call

    @property
    def footer(self) -> Footer:
        return self.query_one(Footer)

    def say(self, text: str, style: str = "") -> None:
        """A line about what was done ("Moved 3 tasks · u undoes"), gone by itself."""
        self.footer.say(text, style)

    def tell(self, text: str, style: str = "") -> None:
        """The same, where one looks who types: in the line at the bottom, or as long as a cell is open."""
        asking = [prompt for prompt in self.query(Prompt) if prompt.question is not None]
        for prompt in asking:
            prompt.note(text)
        if not asking:
            cell = any(lines.editing for lines in self.query(LineList))
            self.footer.say(text, style, seconds=0 if cell else SHOWN_FOR)

    def connection(self, connection: Connection) -> None:
        self.footer.set_connection(connection)

    async def ask(self, question: Question) -> None:
        """Ask for one line of text at the bottom."""
        try:
            prompt = self.query_one(Prompt)
        except NoMatches:
            prompt = Prompt()
            await self.query_one("#bottom").mount(prompt)
        # until it is given back: a refusal asks again at once
        self._focus_of.setdefault("prompt", self.focused)
        prompt.ask(question)
        self.add_class("-asking")

    def ask_next(self, question: Question) -> None:
        """Another question in the place of the one that is being answered."""
        self.query_one(Prompt).ask(question)

    async def arrived(self) -> None:
        """Returns when the view that is on its way is in front: keys typed ahead are for that one."""
        for worker in [one for one in self.app.workers if one.group == "go" and not one.is_finished]:
            with suppress(WorkerError):
                await worker.wait()

    async def go(self, name: str) -> View | None:
        """Bring a view to the front, made now if this is its first visit; None when there is no such view."""
        if name not in self.views:
            return None
        self.keep_typed()
        switcher = self.query_one("#views", ContentSwitcher)
        self._focus_of[switcher.current or ""] = (
            self._focus_of.get("prompt") if self._in_prompt() else self.focused
        )
        view = await self._made(name)
        self.remove_class("-detail", "-zoomed")
        switcher.current = name
        self._show_detail_of(name)
        self.visited = [*(one for one in self.visited if one != name), name]
        if any(prompt.question for prompt in self.query(Prompt)):  # what is typed goes on, and ends here
            self._focus_of["prompt"] = None
        else:
            self.give_focus(self._focus_of.get(name))
        view.on_shown()
        self.retitle()
        return view

    async def renew(self) -> View | None:
        """Makes the view in front anew, and every other, and what lies over them, at its next visit."""
        [*_, name] = self.visited
        with self.app.batch_update():
            await self.query(Overlay).remove()
            for id in ("#views", "#details"):
                switcher = self.query_one(id, ContentSwitcher)
                switcher.current = None
                await switcher.remove_children()
            self._focus_of.clear()
            self.visited, self.marked = [], 0
            return await self.go(name)

    def open_detail(self) -> bool:
        """Put the focus into the detail pane; in a narrow terminal it takes the place of the view. False
        without one."""
        detail = self.query_one("#details", ContentSwitcher).visible_content
        if detail is None:
            return False
        if self.has_class("-narrow") or self.has_class("-zoomed"):
            self.add_class("-detail")
        target = next((one for one in detail.walk_children(Widget, with_self=True) if one.focusable), None)
        if target is not None and self.has_class("-detail"):
            self.call_after_refresh(target.focus, False)  # not to be seen before
        elif target is not None:
            self.set_focus(target, scroll_visible=False)
        return True

    def keep_typed(self) -> None:
        """Ends what is being typed in a cell or on a page, and keeps it."""
        for one in self.query(Overlay):
            one.keep()
        for lines in self.query(LineList):
            lines.finish_edit(keep=True)

    def typing(self) -> bool:
        """Whether something is typed that is saved nowhere yet."""
        prompt = next(iter(self.query(Prompt)), None)
        pages = any(one.display and one.place == places.TEXT for one in self.query(Overlay))
        cells = any(lines.editing for lines in self.query(LineList))
        return cells or pages or (prompt is not None and prompt.unsaved)

    def typed(self) -> list[Unsaved]:
        """What that is."""
        where = (*self.query(Prompt), *self.query(Overlay), *self.query(LineList))
        return [typed for one in where if (typed := one.typed()) is not None]

    def put_by(self) -> list[Unsaved]:
        """What was put by, to come back where it is asked."""
        return [one for prompt in self.query(Prompt) for one in prompt.aside]

    async def finish_typing(self) -> None:
        """Keeps whatever is being typed, as its own key would."""
        self.keep_typed()
        for prompt in self.query(Prompt):
            if prompt.unsaved:
                await prompt.act_done()

    async def settled(self, pause: float = 0) -> None:
        """Returns when what was typed has come to who writes it, and the outcome back."""
        await asyncio.sleep(pause)
        for _ in range(2):
            await caught_up(*self.query(LineList), *self.query(View), self, self.app)

    def retitle(self) -> None:
        """The title from what the view says now."""
        view = self.view
        parts = list(view.title_parts()) if view is not None else ["Milepost"]
        parts = [self.app.title if part == "Milepost" else part for part in parts]  # the company's own name
        pieces = [("", " "), *((("dim", f"{part} ▸ ")) for part in parts[:-1]), ("strong", parts[-1])]
        marked = [("key", f" {self.marked} marked ")] if self.marked else []
        discreet = [("warn", " ▣ client view ")] if getattr(self.app, "discreet", False) else []
        self.query_one("#title", Bar).show(pieces, [*marked, *discreet])
        if not self.has_class(
            "-asking"
        ):  # the footer is not to be seen, and what closes the prompt comes here
            self.rehint()

    def rehint(self) -> None:
        """The footer from what can be done now."""
        offered = [action for action in self.offered() if action.footer and action.keys]
        self.footer.hint(sorted(offered, key=lambda action: action.footer))

    def changed(self, changes: Any) -> None:
        """Tell every view that was made what was written, here or elsewhere."""
        for view in self.query(View):
            view.on_changes(changes)

    # Actions of the frame

    def act_go(self, name: str = "") -> None:
        """`g`: wait for the second key, and say which there are. With a name: go there."""
        if name:
            self.run_worker(self.go(name), exclusive=True, group="go")
            return
        self.going = True
        jumps = [one for one in self.registry.at((places.JUMP,)) if one.palette and self.can(one)]
        self.footer.say("go to  " + "  ".join(f"{action.keys} {action.label}" for action in jumps), seconds=0)

    def stop_going(self) -> None:
        if self.going:
            self.going = False
            self.footer.hush()

    async def act_last_view(self) -> bool:
        if len(self.visited) < 2:
            return False
        await self.go(self.visited[-2])
        return True

    def act_back(self) -> bool:
        """Out of the detail, or out of the zoom."""
        view = self.view
        in_detail = self.focused is not None and self.query_one("#details") in self.focused.ancestors
        if view is not None and (in_detail or self.has_class("-detail")):
            self.remove_class("-detail")
            view.focus_first()
            return True
        zoomed = self.has_class("-zoomed")
        self.remove_class("-zoomed")
        return zoomed

    def act_zoom(self) -> None:
        detail = self.query_one("#details")
        if self.focused is not None and detail in self.focused.ancestors_with_self:
            self.toggle_class("-detail")
        else:
            self.toggle_class("-zoomed")

    # Making and showing views

    async def _made(self, name: str) -> View:
        switcher = self.query_one("#views", ContentSwitcher)
        try:
            return switcher.get_child_by_id(name, View)
        except NoMatches:
            view, detail = self._make(name)
        with self.app.batch_update():  # what is in front is not drawn again for each of them
            await switcher.add_content(view)
            if detail is not None:
                await self.query_one("#details", ContentSwitcher).add_content(detail)
        return view

    def _make(self, name: str) -> tuple[View, Widget | None]:
        view = self.views[name].make()
        detail = view.make_detail()
        view.id = name
        if detail is not None:
            detail.id = f"detail-{name}"
        return view, detail

    def _show_detail_of(self, name: str) -> None:
        details = self.query_one("#details", ContentSwitcher)
        has = any(child.id == f"detail-{name}" for child in details.children)
        details.current = f"detail-{name}" if has else None
        details.set_class(has, "-filled")

    def _in_prompt(self) -> bool:
        """Whether the focus is in the line at the bottom, also where that is closed and nobody heard of it yet."""
        return self.focused is not None and any(isinstance(one, Prompt) for one in self.focused.ancestors)

    def give_focus(self, widget: Widget | None) -> None:
        """Back to who had it; to the view where that is gone or hidden, for keys must always be somebody's."""
        around = () if widget is None else widget.ancestors_with_self
        hidden = any(isinstance(one, Widget) and not one.display for one in around)
        if widget is not None and widget.is_attached and not hidden:
            self.set_focus(widget, scroll_visible=False)
        elif self.view is not None:
            self.view.focus_first()

    # Events

    def on_mount(self) -> None:
        if self.view is not None:
            self.visited = [self.first]
            self.view.focus_first()
            self.view.on_shown()
        self.retitle()
        self.watch(self, "focused", self.rehint, init=False)

    def on_key(self, event: events.Key) -> None:
        """A key that nobody took ends the waiting after `g`, and says so; so does one of the list while one types."""
        typing, where, going = self._typing_place(), self.places(), self.going
        self.stop_going()
        key = str(event.character) if event.is_printable else key_name(event.key)
        if typing is not None:
            self._tell_that_one_types(event, typing[0])
        elif going and (name := NOT_YET.get(key)):
            self.say(f"g {key} ({name}) is not there yet · g shows where one can go")
        elif event.key != "escape":
            labels = (one.label for one in self.registry.at(where) if key in one.key_list())
            self.say_idle("g " * going + key, next(labels, ""))

    def _tell_that_one_types(self, event: events.Key, where: str) -> None:
        if where in (places.EDIT, places.PROMPT, places.TEXT) and not event.is_printable:
            later = (one for one in self.registry.at(self._working_places()) if event.key in one.key_list())
            if (action := next(later, None)) is not None:
                self.tell(f"{action.shown_key()} ({action.label}): end the typing first")

    def say_idle(self, key: str, label: str) -> None:
        """That a key does nothing here, where it would do what the label says elsewhere."""
        self.say(f"{key} ({label}) does nothing here".replace(" ()", "") + " · ? shows the keys")

    def on_prompt_closed(self, event: Prompt.Closed) -> None:
        """The footer and the focus are back, unless the next question is open already."""
        event.stop()
        if self.query_one(Prompt).question is not None:
            return
        self.remove_class("-asking")
        before = self._focus_of.pop("prompt", None)
        if self.focused is None or self._in_prompt():
            self.give_focus(before)

    def on_line_list_typing(self, event: Typing) -> None:
        """What can be typed into the cell, or what it would do."""
        event.stop()
        if event.choices is None:
            if not any(lines.editing for lines in self.query(LineList)):  # open again: it was refused
                self.footer.end_typing()
        elif event.note is not None:
            self.footer.offer(event.note)
        else:
            self.footer.offer(
                "one of: " + " · ".join(event.choices[:20]) if event.choices else "none is called so"
            )

    def say_again(self) -> None:
        """What is being typed would do something that is known only now."""
        for typed in (*self.query(Prompt), *self.query(CellEditor)):
            typed.tell()

    def on_line_list_marked(self, event: Marked) -> None:
        event.stop()
        self.marked = event.count
        self.retitle()

    def on_resize(self) -> None:
        """A cell that is being typed in stays on screen, wherever its list goes."""
        if isinstance(self.focused, CellEditor) and isinstance(self.focused.owner, Widget):
            details = self.query_one("#details")
            if details in self.focused.owner.ancestors and not details.size:
                self.add_class("-detail")

    def on_view_retitled(self, event: View.Retitled) -> None:
        event.stop()
        self.retitle()


def _some(widget: Widget | None) -> tuple[Widget, ...]:
    return () if widget is None else (widget,)
