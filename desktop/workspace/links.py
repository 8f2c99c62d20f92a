"""Link groups: panels of one colour show the same underlying, expiry, contract, portfolio or account."""

from collections.abc import Callable
from datetime import date

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.workspace.workspace import LAST_LINK, NO_LINK
from engine.domain.identifiers import AccountId, InstrumentId, PortfolioId

FIRST_GROUP = 1
"""The group that panels stand in until the trader chooses another one."""


class UnderlyingChosen(msgspec.Struct, frozen=True):
    """An underlying, by its name."""

    underlying: str


class ExpiryChosen(msgspec.Struct, frozen=True):
    """One expiry of an underlying."""

    underlying: str
    expiry: date


class InstrumentChosen(msgspec.Struct, frozen=True):
    """An index, a future or an option."""

    instrument: InstrumentId


class PortfolioChosen(msgspec.Struct, frozen=True):
    """A portfolio of the engine."""

    portfolio_id: PortfolioId


class AccountChosen(msgspec.Struct, frozen=True):
    """An account of the desk."""

    account: AccountId


Subject = UnderlyingChosen | ExpiryChosen | InstrumentChosen | PortfolioChosen | AccountChosen
Follow = Callable[[Subject], None]


class LinkBus(QObject):
    """Carries what is chosen in one panel to the panels of the same group.

    Panels are known by their ids. What a panel chooses while it follows another one is not carried on: a group moves
    once for each choice of the trader.

    Signals:
        group_changed: Id of a panel and its new group; 0 for none.
    """

    group_changed = Signal(str, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._members: dict[str, tuple[int, Follow]] = {}
        self._shown: dict[int, dict[type[Subject], Subject]] = {}
        self._carrying = False

    def join(self, member: str, follow: Follow, group: int = FIRST_GROUP) -> None:
        """Let a panel take part; ``follow`` is called with each choice of its group. Raises ValueError for a group."""
        _need_group(group)
        self._members[member] = (group, follow)

    def clear(self) -> None:
        """Forget all panels and what they showed: another workspace opens."""
        self._members.clear()
        self._shown.clear()

    def leave(self, member: str) -> None:
        """Forget a panel; unknown ones are ignored."""
        self._members.pop(member, None)

    def group_of(self, member: str) -> int:
        """Return the group of a panel; 0 for none and for panels that take no part."""
        return self._members[member][0] if member in self._members else NO_LINK

    def members(self, group: int) -> tuple[str, ...]:
        """Return the ids of the panels in a group, in the order in which they joined."""
        return tuple(member for member, (number, _follow) in self._members.items() if number == group != NO_LINK)

    def set_group(self, member: str, group: int) -> None:
        """Move a panel to a group, where it shows what the group shows. Raises ValueError for an unknown group."""
        _need_group(group)
        if member not in self._members or self._members[member][0] == group:
            return
        follow = self._members[member][1]
        self._members[member] = (group, follow)
        self.group_changed.emit(member, group)
        for subject in self._shown.get(group, {}).values() if group != NO_LINK else ():
            self._carry([follow], subject)

    def choose(self, member: str, subject: Subject) -> None:
        """Show a choice of one panel in the others of its group."""
        group = self.group_of(member)
        if self._carrying or group == NO_LINK:
            return
        shown = self._shown.setdefault(group, {})
        # The newest comes last, so that a panel that joins ends at it.
        shown.pop(type(subject), None)
        shown[type(subject)] = subject
        self._carry([self._members[other][1] for other in self.members(group) if other != member], subject)

    def _carry(self, followers: list[Follow], subject: Subject) -> None:
        self._carrying = True
        try:
            for follow in followers:
                follow(subject)
        finally:
            self._carrying = False


def _need_group(group: int) -> None:
    if not NO_LINK <= group <= LAST_LINK:
        raise ValueError(f"there is no link group {group}; choose 1 to {LAST_LINK}, or {NO_LINK} for none")
