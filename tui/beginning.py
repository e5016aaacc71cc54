"""The ways to begin: a project from the template, files in and out, a server, the demo, the tour."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.css.query import NoMatches

from models.errors import MilepostError, NoKeyring, Refused
from tui.preferred import Preferred
from tui.registry import Action
from tui.tour import STEPS, Tour
from tui.widgets.prompt import Question

if TYPE_CHECKING:
    from models.filters.completing import Offer
    from models.template_file import Template
    from tui.desk import Desk
    from tui.workbench import Workbench


class Beginning(Preferred):
    """Milepost with what a new user needs first, all of it in the palette at any time."""

    desk: Desk
    demo = wanted_demo = False

    @property
    def _bench(self) -> Workbench:
        """Itself, with what it becomes part of."""
        return cast("Workbench", self)

    # A project from the template

    async def act_from_template(self) -> None:
        """Its name, then one question for each thing that the plan repeats over."""
        if not self.loaded():
            return
        from models.template_file import read_template

        await self.shell.ask(self._name_of_new(read_template("nesting")))

    def _name_of_new(self, template: Template, text: str = "", why: str = "") -> Question:
        def done(typed: str) -> str | None:
            if not typed.partition("@")[0].strip():
                return "A project needs a name" if typed.strip() else None
            self.call_later(self._ask_items, template, typed, {})
            return None

        worked = "" if self.settings.holidays else " · public holidays are worked on: g , sets your country"
        note = why or f"the plan: {template.name}{worked}"
        return Question("New project (name @ client):", done, text, note, offer=self.client_behind)

    def client_behind(self, text: str) -> Offer:
        """The clients that continue what is typed behind the @."""
        from models.filters.completing import Offer

        _, at, begun = text.rpartition("@")
        begun = begun.lstrip()
        low = begun.casefold()
        fits = (
            [one for one in self._bench.names("client") if begun and one.casefold().startswith(low)]
            if at
            else []
        )
        return Offer(len(text) - len(begun), [one for one in fits if one.casefold() != low][:20])

    async def _ask_items(self, template: Template, name: str, items: Mapping[str, list[str]]) -> None:
        """The next parameter; behind the last one the project is made."""
        left = [key for key in template.parameters if key not in items]
        if not left:
            self._make(template, name, items)
            return
        from models.template import named
        from tui.commands.making import items_of

        parameter = template.parameters[left[0]]

        def done(typed: str) -> str | None:
            try:
                named(parameter.ask, given := items_of(typed))
            except Refused as error:
                return str(error)
            self.call_later(self._ask_items, template, name, {**items, parameter.key: given})
            return None

        note = "with commas between; empty: none. Typing replaces the example"
        example = ", ".join(parameter.example)
        await self.shell.ask(Question(f"{parameter.ask}:", done, example, note, example=True))

    def _make(self, template: Template, typed: str, items: Mapping[str, list[str]]) -> None:
        name, _, client = (part.strip() for part in typed.partition("@"))

        def again(why: str) -> None:
            self.run_worker(self.shell.ask(self._name_of_new(template, typed, why)))

        self._bench.edit(
            f"New project “{name}”", "template.new_from_template", "nesting", name, items, client,
            self.settings.holidays, told=lambda changes: self._bench.open_project(str(changes.result)), lost=again,
        )  # fmt: skip

    # What comes in from files

    async def act_import_plan(self) -> None:
        """A plan of Microsoft Project's, as a new project."""
        await self._take("plan")

    async def act_import_private(self) -> None:
        """The same, where only this member sees it."""
        await self._take("private")

    async def act_import_contacts(self) -> None:
        """Cards, or a list with a contact in each row."""
        await self._take("contact")

    async def act_import_tasks(self) -> None:
        """A list with a task in each row, into the project in front."""
        await self._take("task")

    # What goes out into files

    def act_export(self, suffix: str) -> None:
        """The project under the cursor, or the one in front, into the documents' folder."""
        from tui.screens.saving import save_project

        kind, rec = self._bench.told()
        project = rec if kind == "project" else self._bench.project
        if self._bench.front is not None:
            self.shell.say("Nothing is exported so in the client view; E writes what is shown")
        elif not project:
            self.shell.say("Open a project first: g p, then enter")
        elif self.loaded():
            name = " ".join(self._bench.place_of(project))
            work = partial(save_project, self._bench, project, name, suffix)
            self.run_worker(work, thread=True, exclusive=True, group="export", exit_on_error=False)

    async def _take(self, what: str) -> None:
        from tui.taking import Taking

        if self.loaded():
            await Taking(self._bench, what).ask()

    def loaded(self) -> bool:
        """Whether the store is there; else it is said."""
        if not self.desk.loaded:
            self.shell.say("One moment: still loading. Once more", "warn")
        return self.desk.loaded

    # A server

    async def act_connect(self) -> None:
        """The address and the code of an invitation."""
        if self.loaded():
            await self.shell.ask(self._address())

    def _address(self, text: str = "", code: str = "", why: str = "") -> Question:
        def done(typed: str) -> None:
            if typed.strip():
                self.call_later(self.shell.ask, self._code(typed.strip(), code))

        return Question("Server:", done, text, why or "https://…, from whoever runs it")

    def _code(self, server: str, text: str = "") -> Question:
        def done(code: str) -> None:
            if code.strip():
                self._begin_sign_in(server, code.strip())

        note = "such as K7QF-2MXD"
        return Question("Code of the invitation:", done, text, note, passing=True, example=bool(text))

    def _file_for_token(self, server: str, code: str, why: str) -> Question:
        """Asked before the code is used up."""

        def done(typed: str) -> str | None:
            if typed.strip().casefold() not in ("", "y", "yes"):
                return "enter keeps it there, esc signs in nowhere"
            self._begin_sign_in(server, code, keep_in_file=True)
            return None

        return Question(
            "Keep this laptop’s sign-in in a file that only you can read?", done, note=f"{why} enter: yes"
        )

    def _begin_sign_in(self, server: str, code: str, *, keep_in_file: bool = False) -> None:
        self.shell.say(f"Signing in at {server} …")
        sign_in = partial(self._sign_in, server, code, keep_in_file)
        self.run_worker(sign_in, thread=True, exclusive=True, group="login", exit_on_error=False)

    def _sign_in(self, server: str, code: str, keep_in_file: bool) -> None:
        from sync import account

        try:
            found = account.login(self.desk.store, server, code, keep_in_file=keep_in_file)
        except NoKeyring as error:
            self._ask_again(self._file_for_token(server, code, error.found))
        except MilepostError as error:
            self._ask_again(self._address(server, code, str(error)))
        else:
            self.call_from_thread(self._signed_in_as, found.name, found.server)

    def _ask_again(self, question: Question) -> None:
        self.call_from_thread(lambda: self.run_worker(self.shell.ask(question)))

    def _signed_in_as(self, name: str, server: str) -> None:
        self.shell.say(f"Signed in as {name} at {server}; what is there comes by itself")
        if self.shell.view is not None and self.shell.view.name_in_registry == "welcome":
            self.run_worker(self.shell.go("portfolio"), exclusive=True, group="go")
        if self.desk.worker is not None:
            self.desk.worker.wake()

    # The demo, the tour

    def act_look_at_demo(self) -> None:
        """Ends this and begins the demo, which has a folder of its own."""
        if self.demo:
            self.shell.say("This is the demo")
            return
        self.wanted_demo = True
        self.exit()

    async def act_tour(self) -> None:
        """Begins the tour, or ends it."""
        try:
            await self.shell.query_one(Tour).remove()
        except NoMatches:
            await self.shell.query_one("#bottom").mount(Tour(), before=0)

    def did(self, action: Action) -> None:
        super().did(action)
        for tour in self.shell.query(Tour):
            if tour.did(action.method):
                tour.remove()
                self.shell.say(
                    f"That were the {len(STEPS)} keys. ? and : know all others; g , has the settings"
                )
