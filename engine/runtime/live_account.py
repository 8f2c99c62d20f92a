"""A live account as a line of a run: what its broker tells waits here until the run takes it."""

from collections import deque
from collections.abc import Callable, Iterable

from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.order import OrderStatus
from engine.domain.quote import QuoteFrame
from engine.domain.reports import ChangeRefused, Channel, ConnectionReport, ConversionReport, OrderReport, Report
from engine.ports.broker import CancelOrder, Capabilities, ChangeOrder, ConvertPosition, PlaceOrder
from engine.ports.live import LiveGateway
from engine.runtime.arrivals import ArrivedFrames
from engine.runtime.live_pace import LiveClock


class LiveAccount:
    """The listener of one live gateway, and the broker that the run asks as it asks a simulated one.

    Everything happens on the engine's loop; ``wake`` is called whenever something arrived. Until the gateway is open
    nothing is sent: the run hears at once why, and decides anew.
    """

    def __init__(self, account: AccountId, clock: LiveClock, frames: ArrivedFrames, say: Callable[[str], None]) -> None:
        self.account = account
        self.gateway: LiveGateway
        self._clock = clock
        self._frames = frames
        self._say = say
        self._arrived: deque[Report] = deque()
        self._is_killed: Callable[[], bool] = lambda: False
        self._hurried = False
        self._trouble: str | None = "it is being connected"
        self._is_told_down = False
        self.wake: Callable[[], None] = lambda: None

    def attach(self, gateway: LiveGateway, is_killed: Callable[[], bool]) -> None:
        """Take the gateway that was built with this listener; ``is_killed`` says whether the kill switch is on."""
        self.gateway, self._is_killed = gateway, is_killed

    # --- how it stands ------------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether the gateway was opened; its line may have broken since."""
        return self._trouble is None

    def opened(self) -> None:
        """Note that requests can be sent from now on, and read the books."""
        self._trouble = None
        self.gateway.ask_books(self.account)

    def failed(self, sentence: str) -> None:
        """Note why the gateway could not be opened, and tell it where it is news."""
        now, news, self._trouble = self._clock.now(), sentence != self._trouble, sentence
        if not self._is_told_down:
            self._is_told_down = True
            down = ConnectionReport(
                at=now, account=self.account, channel=Channel.ORDERS, connected=False, detail=sentence
            )
            self.report(down)
        elif news:
            self.notice(now, sentence)

    # --- the listener of the gateway -------------------------------------------------------------------------------

    def report(self, report: Report) -> None:
        """Take what the broker claims."""
        self._arrived.append(report)
        self.wake()

    def quotes(self, frame: QuoteFrame) -> None:
        """Take what the market shows."""
        self._frames.put(frame)
        self.wake()

    def notice(self, at: Instant, sentence: str) -> None:  # noqa: ARG002 - the log stamps it.
        """Take a sentence for the message log."""
        self._say(f"{self.account}: {sentence}")

    # --- the broker of the run -------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """What the broker allows."""
        return self.gateway.capabilities

    def take_quotes(self, frame: QuoteFrame) -> None:
        """Do nothing: the exchange made them."""

    def at(self, now: Instant) -> None:  # noqa: ARG002 - the gateway has a clock.
        """Tell the gateway where the kill switch stands; the time it knows."""
        killed = self._is_killed()
        if killed is not self._hurried:
            self._hurried = killed
            self.gateway.hurry(killed)

    def next_due(self) -> Instant | None:
        """Answer when the oldest report arrived that nobody took."""
        return Instant(min(self._arrived[0].at, self._clock.now())) if self._arrived else None

    def take(self, until: Instant) -> Iterable[Report]:  # noqa: ARG002 - nothing comes from the future.
        """Answer everything that has arrived, in the order of arrival."""
        arrived, self._arrived = self._arrived, deque()
        return arrived

    def place(self, order: PlaceOrder) -> None:
        """Send a new order."""
        if self.is_open:
            self.gateway.place(order)
        else:
            self.report(
                OrderReport(
                    at=self._clock.now(),
                    account=order.account,
                    order_id=order.order_id,
                    status=OrderStatus.NOT_SENT,
                    wording=self._not_open(),
                )
            )

    def modify(self, change: ChangeOrder) -> None:
        """Send new terms for a working order."""
        if self.is_open:
            self.gateway.modify(change)
        else:
            self._refuse(change)

    def cancel(self, cancel: CancelOrder) -> None:
        """Send a cancellation."""
        if self.is_open:
            self.gateway.cancel(cancel)
        else:
            self._refuse(cancel)

    def convert(self, conversion: ConvertPosition) -> None:
        """Ask to move a position to another product."""
        if self.is_open:
            self.gateway.convert(conversion)
        else:
            self.report(
                ConversionReport(
                    at=self._clock.now(),
                    account=conversion.account,
                    reference=conversion.reference,
                    done=False,
                    wording=self._not_open(),
                )
            )

    def ask_books(self, account: AccountId) -> None:
        """Ask for orders, positions and funds; they are asked for anyway once the gateway is open."""
        if self.is_open:
            self.gateway.ask_books(account)

    def _refuse(self, request: ChangeOrder | CancelOrder) -> None:
        self.report(
            ChangeRefused(
                at=self._clock.now(), account=request.account, order_id=request.order_id, wording=self._not_open()
            )
        )

    def _not_open(self) -> str:
        return f"the account {self.account} is not open ({self._trouble}); nothing was sent"
