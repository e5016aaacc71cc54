"""Who sees what, as the people said it, apart from what the server's tables say of it."""

from models.apply import Entry
from models.space import LIBRARY, ROLES, may_edit
from tests.simulation.ledger import need

Roles = dict[str, dict[str, str]]  # space → member → role
MANAGER = ROLES[-1]


class Rights:
    def __init__(self) -> None:
        self._now: Roles = {}
        self._saved: Roles = {}  # those when the server was backed up

    def of(self, member: str) -> dict[str, str]:
        """The member's role in each space that he sees."""
        return {LIBRARY: "editor"} | {s: roles[member] for s, roles in self._now.items() if member in roles}

    def may_edit(self, member: str, space: str) -> bool:
        return may_edit(self.of(member).get(space, ""))

    def able(self, members: set[str], space: str) -> set[str]:
        """Those who may change something in the space; all of them where it is to be begun again."""
        return {member for member in members if not self.has(space) or self.may_edit(member, space)}

    def has(self, space: str) -> bool:
        return space in {LIBRARY, *self._now}

    def enter(self, entry: Entry, spaces: dict[str, str]) -> None:
        """An entry of the log begins the spaces of what it makes, and changes only what its author may. `spaces` tells
        where each record lies."""
        touched = {spaces[patch.rec] for patch in entry.patches}
        for patch in entry.patches:
            if patch.created and spaces[patch.rec] == f"{patch.kind}:{patch.rec}":
                need(
                    entry.kind != "keep" or self.has(spaces[patch.rec]), f"an offer began {spaces[patch.rec]}"
                )
                self._now.setdefault(spaces[patch.rec], {str(entry.author): MANAGER})
        astray = {space for space in touched if not self.may_edit(str(entry.author), space)}
        need(not astray, f"{entry.author} changed something in {sorted(astray)} with {entry.id[-4:]}")

    def give(self, space: str, member: str, role: str) -> None:
        """Sets the role; "" takes the right away."""
        self._now[space][member] = role
        if not role:
            del self._now[space][member]

    def back_up(self) -> None:
        self._saved = _copy(self._now)

    def restore(self, by_hand: bool) -> int:
        """The server is as it was backed up. Who sees what is that, too, where that was done `by_hand`; else it stays,
        and what was begun since has its members before it has its records again: how many rights differ so."""
        if by_hand:
            self._now = _copy(self._saved)
        then, now = (_told(roles) for roles in (self._saved, self._now))
        return len(then ^ now)


def _copy(roles: Roles) -> Roles:
    return {space: dict(members) for space, members in roles.items()}


def _told(roles: Roles) -> set[tuple[str, str, str]]:
    return {(space, member, role) for space, members in roles.items() for member, role in members.items()}
