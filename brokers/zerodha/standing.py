"""Where the line for orders stands: up, down, or without a session; every change is told once.

That the trader must log in is told even where the line counted as down before: nothing else brings it back.
"""

from enum import Enum

from brokers.live_line import Clock, Listener
from engine.domain.identifiers import AccountId
from engine.domain.reports import Channel, ConnectionReport


class Line(Enum):
    """What the line for orders can do."""

    UP = "up"
    DOWN = "down"
    LOGGED_OUT = "logged out"


class Standing:
    """The state of the line for orders, and whether the books can be read; trouble with either counts as down."""

    def __init__(self, account: AccountId, listener: Listener, clock: Clock) -> None:
        self._account = account
        self._listener = listener
        self._clock = clock
        self.line = Line.LOGGED_OUT
        self._books_trouble = ""
        self._told: bool | None = None
        self._login_told = False

    @property
    def may_send(self) -> bool:
        """Whether requests may leave."""
        return self.line is Line.UP

    def up(self, detail: str) -> None:
        """Note that requests can be sent."""
        self.line = Line.UP
        self._tell(detail)

    def down(self, detail: str) -> None:
        """Note that Zerodha cannot be reached; a lost session stays a lost session."""
        if self.line is Line.UP:
            self.line = Line.DOWN
        self._tell(detail)

    def logged_out(self, detail: str) -> bool:
        """Note that there is no session any more; answer whether that is news."""
        news = self.line is not Line.LOGGED_OUT
        self.line = Line.LOGGED_OUT
        self._tell(detail)
        return news

    def books_failed(self, detail: str) -> None:
        """Note that the books cannot be read: nothing new may be opened on them."""
        self._books_trouble = detail
        self._tell(detail)

    def books_read(self) -> None:
        """Note that the books can be read."""
        if self._books_trouble:
            self._books_trouble = ""
            self._tell("Zerodha's books can be read again", data_lost=False)

    def _tell(self, detail: str, *, data_lost: bool = True) -> None:
        connected = self.line is Line.UP and not self._books_trouble
        wants_login, wanted_before = self.line is Line.LOGGED_OUT, self._login_told
        self._login_told = wants_login
        if connected is self._told and (not wants_login or wanted_before):
            return
        self._told = connected
        self._listener.report(
            ConnectionReport(
                at=self._clock.now(),
                account=self._account,
                channel=Channel.ORDERS,
                connected=connected,
                data_lost=data_lost,
                detail=detail,
            )
        )
