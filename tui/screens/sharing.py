"""Who sees a project or client: sharing it, taking it away, moving it to fewer or to everybody."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from models import seen
from models.errors import Invalid, MilepostError, Refused
from models.seen import LIBRARY, ROLES
from tui import finding
from tui.screens.base import ListView
from tui.view import bench
from tui.widgets.cells import wrap
from tui.widgets.prompt import Question

if TYPE_CHECKING:
    from models.filters.completing import Offer
    from models.moving import Move

KEPT = "▢"  # before what is kept from some
UNKNOWN = 15.0  # seconds that a new space may take to come to the server
LOOK = 0.2
NOT_UNDONE = "u does not take that back"
LINE = 72


class Grant(NamedTuple):
    """A member by id and name, and the role to be given; "" takes the right away."""

    member: str
    name: str
    role: str


class Subject(NamedTuple):
    """A project or client, and the space that it lies in, which `title` is the name of."""

    kind: str
    id: str
    space: str
    title: str


class Shared(ListView):
    """A list whose rows belong to projects or clients."""

    def subject_here(self) -> tuple[str, str]:
        """Kind and id of the project or client that the row under the cursor is about; empty where there is none."""
        row = self.here()
        return self.record_of(row) if row is not None else ("", "")

    async def act_share(self) -> None:
        """Says who sees it, and asks with whom it is to be shared."""
        what = self._subject()
        if what is None:
            return
        if what.space == LIBRARY:
            self.shell.say(f"Everybody sees “{what.title}” · % moves it into a space of its own")
        elif self._may(what):
            await self.shell.ask(self._ask_with_whom(what))

    async def act_withdraw(self) -> None:
        """Asks from whom it is to be taken."""
        what = self._subject()
        if what is None:
            return
        people = self._seen_by(what)
        if what.space == LIBRARY:
            self.shell.say(f"Everybody sees “{what.title}” · % moves it into a space of its own")
        elif not people:
            self.shell.say(f"Only you see “{what.title}”")
        elif self._may(what):
            await self.shell.ask(self._ask_from_whom(what, self.person_here()))

    def act_move_space(self) -> None:
        """Into a space of its own or, out of one, to everybody; shown first."""
        what = self._subject()
        if what is not None:
            self.shell.say("Looking at what goes along …")
            look = partial(self._look_at_move, what, what.space == f"{what.kind}:{what.id}")
            self.run_worker(look, thread=True, exclusive=True, group="move", exit_on_error=False)

    def person_here(self) -> str:
        """The name of somebody who sees it, where the cursor is on that."""
        return ""

    def moved_to(self, kind: str, id: str) -> None:
        """The copy is there."""
        self.seek(kind, id)

    # Sharing

    def _subject(self) -> Subject | None:
        kind, id = self.subject_here()
        kind = kind if id else ""
        if bench(self).front is not None:
            self.shell.say("Nothing is shared in the client view: leave it first")
            return None
        if not bench(self).desk.loaded:
            self.shell.say("One moment: still loading. Once more", "warn")
            return None
        if kind not in seen.OF_ITS_OWN:
            self.shell.say("Put the cursor on a project or a client first")
            return None
        conn = bench(self).desk.conn
        space = seen.space_of(conn, kind, id)
        own = space in (LIBRARY, f"{kind}:{id}")
        title = conn.execute(f"SELECT name FROM {kind} WHERE id=?", (id,)).fetchone()[0] if own else ""
        return Subject(kind, id, space, title or seen.titled(conn, space))

    def _seen_by(self, what: Subject) -> list[seen.Person]:
        return seen.people(bench(self).desk.conn, what.space)

    def _may(self, what: Subject) -> bool:
        conn = bench(self).desk.conn
        if not seen.manages(conn, what.space):
            told = seen.told(conn, what.space)
            self.shell.say(f"“{what.title}” is shared by who manages it. Seen by {told}", "warn")
            return False
        return bench(self).signed_in()

    def _ask_with_whom(self, what: Subject, text: str = "", why: str = "") -> Question:
        conn = bench(self).desk.conn
        who = f"seen by {seen.told(conn, what.space)}"
        lies = "" if what.space == f"{what.kind}:{what.id}" else ", with all that lies there,"
        names = finding.members(conn)

        def done(typed: str) -> str | None:
            again = partial(self._ask_with_whom, what, typed)
            return self._begin(what, lambda: parsed(conn, typed, "editor"), again)

        return Question(
            f"Share “{what.title}”{lies} with:", done, text,
            why or f"name, name:reader, … · {who} · {NOT_UNDONE}, ~ does",
            offer=lambda typed: _offer(typed, names, ROLES),
        )  # fmt: skip

    def _ask_from_whom(self, what: Subject, text: str = "", why: str = "") -> Question:
        conn = bench(self).desk.conn
        people = [one.name for one in self._seen_by(what) if one.name]
        warning = f"it leaves their laptops, and what they have not sent is refused · {NOT_UNDONE}, & does"

        def done(typed: str) -> str | None:
            again = partial(self._ask_from_whom, what, typed)
            return self._begin(
                what, lambda: [one._replace(role="") for one in parsed(conn, typed, "")], again
            )

        return Question(
            f"Take “{what.title}” away from:", done, text, why or f"{', '.join(people)} see it · {warning}",
            offer=lambda typed: _offer(typed, people, ()),
        )  # fmt: skip

    def _begin(
        self, what: Subject, read: Callable[[], list[Grant]], again: Callable[[str], Question]
    ) -> str | None:
        try:
            grants = read()
        except Invalid as error:
            return str(error)
        if grants:
            give = partial(self._give, what, grants, again)
            self.run_worker(give, thread=True, exclusive=True, group="share", exit_on_error=False)
        return None

    def _give(self, what: Subject, grants: Sequence[Grant], again: Callable[[str], Question]) -> None:
        """In a thread of its own: one after the other, as far as it goes."""
        from sync import account

        call, desk = self.app.call_from_thread, bench(self).desk
        done: list[Grant] = []
        try:
            call(self._progress, f"Asking the server about “{what.title}” …")
            self._wait_until_known(what)
            for at, grant in enumerate(grants, 1):
                call(self._progress, f"{_doing(what, grant)} … {at}/{len(grants)}")
                account.share(desk.store, what.space, grant.member, grant.role)
                done.append(grant)
        except MilepostError as error:
            told = f"{'; '.join(_done(what, one) for one in done)}; then: " if done else ""
            call(self._ask_again, again, f"{told}{error}")
        else:
            call(self._given, what, done)
        if done and desk.worker is not None:
            desk.worker.wake()  # to hear from the server who sees it now

    def _wait_until_known(self, what: Subject) -> None:
        """A space begins at the server with what begins it. Raises Refused where that does not come there."""
        desk = bench(self).desk
        end = time.monotonic() + UNKNOWN
        with closing(desk.reader()) as conn:
            while conn.execute("SELECT 1 FROM space WHERE id=?", (what.space,)).fetchone() is None:
                if desk.worker is not None:
                    desk.worker.wake()
                if bench(self).desk.off or time.monotonic() > end:
                    raise Refused(
                        f"“{what.title}” waits to be sent, and can be shared when it is: g s says why it waits."
                    )
                time.sleep(LOOK)

    def _progress(self, text: str) -> None:
        self.shell.footer.say(text, seconds=0)

    def _given(self, what: Subject, done: Sequence[Grant]) -> None:
        back = "~" if done[-1].role else "&"
        self.shell.say(f"{'; '.join(_done(what, one) for one in done)} · {NOT_UNDONE}, {back} does")

    def _ask_again(self, question: Callable[[str], Question], why: str) -> None:
        self.shell.footer.hush()
        self.run_worker(self.shell.ask(question(why)))

    # Moving

    def _look_at_move(self, what: Subject, everybody: bool) -> None:
        from models import moving

        call = self.app.call_from_thread
        with closing(bench(self).desk.reader()) as conn:
            try:
                move = moving.plan(conn, what.kind, what.id, everybody)
                lines = [part for line in moving.preview(conn, move)[1:] for part in wrap(line, LINE, 3)]
            except MilepostError as error:
                call(self.shell.say, str(error), "warn")
                return
        call(self._show_move, move, everybody, lines)

    def _show_move(self, move: Move, everybody: bool, lines: Sequence[str]) -> None:
        self.shell.footer.hush()
        do = partial(self._move, move, everybody)
        self.run_worker(self.shell.preview(f"{move.label}? enter · esc", lines, do))

    def _move(self, move: Move, everybody: bool) -> None:
        def told(changes: Any) -> None:
            self.moved_to(move.kind, str(changes.result))

        bench(self).edit_behind(move.label, "moving.move", move.kind, move.old, everybody, told=told)


def parsed(conn: Any, text: str, role: str) -> list[Grant]:
    """Names with a role each, by commas: “Tomas, Odile:reader”. Raises Invalid."""
    from models.assignment import member_called

    members = [
        _Called(*row)
        for row in conn.execute(
            "SELECT id, name, coalesce(initials, '') FROM member WHERE deleted_at IS NULL AND type='work'"
        )
    ]
    found = []
    for word in (part.strip() for part in text.split(",")):
        if word:
            name, _, said = word.partition(":")
            one = member_called(members, name.strip())
            found.append(Grant(one.id, one.name, _role(said.strip(), role)))
    return found


class _Called(NamedTuple):
    id: str
    name: str
    initials: str


def _role(typed: str, default: str) -> str:
    fits = [role for role in ROLES if typed and role.startswith(typed.lower())]
    if typed and not fits:
        raise Invalid("role", f"“{typed}” is none. There are: {', '.join(ROLES)}.")
    return fits[0] if fits else default


def _offer(text: str, names: Sequence[str], roles: Sequence[str]) -> Offer:
    """The names, or behind a colon the roles, that continue the last word."""
    from models.filters.completing import Offer

    at = max(text.rfind(","), text.rfind(":")) + 1
    words = roles if at and text[at - 1] == ":" else names
    begun = text[at:].lstrip()
    return Offer(
        len(text) - len(begun),
        [one for one in words if begun and one.casefold().startswith(begun.casefold())],
    )


def _doing(what: Subject, grant: Grant) -> str:
    return f"{'Sharing' if grant.role else 'Taking'} “{what.title}” {'with' if grant.role else 'from'} {grant.name}"


def _done(what: Subject, grant: Grant) -> str:
    if grant.role:
        return f"{grant.name} sees “{what.title}” from the next sync on, as {grant.role}"
    return f"“{what.title}” leaves {grant.name}'s laptops at their next sync"
