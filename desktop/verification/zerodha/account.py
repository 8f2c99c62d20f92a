"""One account at Zerodha on virtual time: the real gateway before a practice Kite, behind the interface of a broker.

What the gateway tells queues here until the engine takes it; what the engine asks is handed over on the loop.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import numpy as np

from brokers.errors import BrokerError, SessionLostError
from brokers.live_line import LiveLine
from brokers.zerodha.gateway import Surrounding, Transport, ZerodhaGateway
from brokers.zerodha.session import Session
from brokers.zerodha.tasks import pause, surface
from desktop.verification.virtual_time import VirtualClock, VirtualLoop
from desktop.verification.zerodha.house import KiteHouse
from desktop.verification.zerodha.troubles import Troubles
from desktop.verification.zerodha.truth import book_order
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, BrokerOrderId
from engine.domain.instant import SECOND, Instant, ist_date
from engine.domain.instrument import Instrument
from engine.domain.money import Money, Price
from engine.domain.order import Side
from engine.domain.quote import QuoteFrame
from engine.domain.reports import BookOrder, Channel, ConnectionReport, Report
from engine.ports.broker import CancelOrder, Capabilities, ChangeOrder, ConvertPosition, PlaceOrder

_OPENED_AGAIN = 3 * SECOND
"""How soon the trader tries again where the account did not open."""


class NoSecrets:
    """A place for secrets with nothing in it."""

    def read(self, name: str) -> str | None:
        """Answer nothing."""
        del name
        return None

    def write(self, name: str, secret: str) -> None:
        """Keep nothing."""

    def forget(self, name: str) -> None:
        """Forget nothing."""


class KiteAccount:
    """A broker for the engine; a Venue. ``arrived`` takes quotes, None where others bring them."""

    def __init__(
        self,
        account: AccountId,
        loop: VirtualLoop,
        clock: VirtualClock,
        house: KiteHouse,
        transport: Callable[[Session], Transport],
        troubles: Troubles,
        contracts: ContractMaster,
        hours: Callable[[Instrument, Instant], bool],
        ours: Callable[[str], bool],
        dice: np.random.Generator,
        arrived: Callable[[QuoteFrame], None] | None,
    ) -> None:
        self.house = house
        self.session: Session | None = None
        """The trader's newest login."""
        self.is_cut = False
        """Whether the trader's network is away."""
        self.notices: Counter[str] = Counter()
        self._loop, self._clock, self._troubles, self._transport = loop, clock, troubles, transport
        self._contracts, self._arrived, self._dice = contracts, arrived, dice
        line = LiveLine(clock=clock, listener=self, secrets=NoSecrets())
        self._around = Surrounding(account=account, contracts=contracts, hours=hours, line=line, ours=ours, dice=dice)
        self._reports: deque[Report] = deque()
        self._handed: list[asyncio.Handle] = []
        self._trader: asyncio.Task[None] | None = None
        self._told = Instant(0)
        self._gateway = self._new_gateway()
        house.posted = self._posted

    # --- the listener -----------------------------------------------------------------------------------------------

    def report(self, report: Report) -> None:
        """Queue what the gateway claims, and let the engine run."""
        self._reports.append(report)
        self._loop.interrupt()
        if not isinstance(report, ConnectionReport) or report.channel is not Channel.ORDERS or report.connected:
            return
        if "log in" in report.detail and (self._trader is None or self._trader.done()):
            self._trader = self._spawn(self._log_in_again())

    def quotes(self, frame: QuoteFrame) -> None:
        """Hand quotes on, and let the engine run."""
        if self._arrived is not None:
            self._arrived(frame)
            self._loop.interrupt()

    def notice(self, at: Instant, sentence: str) -> None:
        """Count a sentence for the trader."""
        del at
        self.notices[sentence[:40]] += 1

    def _posted(self, body: bytes) -> None:
        """Bring a postback to the gateway that lives when it arrives."""
        if not self.is_cut:
            self._loop.call_later(self._troubles.down / SECOND, self._take_posted, body)

    def _take_posted(self, body: bytes) -> None:
        if self.session is not None:
            self._gateway.postback(body, self.house.settings.api_secret)

    # --- the account's life -----------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open the account as soon as that is possible; the engine runs meanwhile."""
        if self._trader is None or self._trader.done():
            self._trader = self._spawn(self._keep_opening(self._gateway))

    def hang_up(self) -> None:
        """Let the gateway die with its engine; of what was just handed over, something may have left."""
        handed, self._handed = [one for one in self._handed if not one.cancelled()], []
        for handle in handed[int(self._dice.integers(len(handed) + 1)) :]:
            handle.cancel()
        self.end()
        self._gateway = self._new_gateway()
        self._reports.clear()

    def end(self) -> None:
        """Close the gateway."""
        if self._trader is not None:
            self._trader.cancel()
            self._trader = None
        self._loop.play(self._gateway.close())

    def _new_gateway(self) -> ZerodhaGateway:
        gateway = ZerodhaGateway(self._troubles.adapter, self._around, lambda: self.session, self._transport)
        if self._arrived is not None:
            gateway.subscribe(range(len(self._contracts)))
        return gateway

    async def _keep_opening(self, gateway: ZerodhaGateway) -> None:
        while True:
            try:
                await gateway.open()
            except SessionLostError:
                self.session = self.house.log_in()
            except BrokerError:
                pass  # The house is away; the trader tries again.
            else:
                return
            await pause(_OPENED_AGAIN)

    async def _log_in_again(self) -> None:
        gateway = self._gateway
        while True:
            await pause(self._troubles.relogin)
            session = None if self.is_cut else self.house.log_in()
            if session is None:
                continue
            self.session = session
            try:
                await gateway.log_in(session)
            except BrokerError:
                continue
            return

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = self._loop.create_task(work)
        task.add_done_callback(surface)
        return task

    # --- the engine's side ------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """What Zerodha allows."""
        return self._gateway.capabilities

    def place(self, order: PlaceOrder) -> None:
        """Send a new order."""
        self._hand(partial(self._gateway.place, order))

    def modify(self, change: ChangeOrder) -> None:
        """Send new terms."""
        self._hand(partial(self._gateway.modify, change))

    def cancel(self, cancel: CancelOrder) -> None:
        """Send a cancellation."""
        self._hand(partial(self._gateway.cancel, cancel))

    def convert(self, conversion: ConvertPosition) -> None:
        """Ask for a conversion."""
        self._hand(partial(self._gateway.convert, conversion))

    def ask_books(self, account: AccountId) -> None:
        """Ask for the books."""
        self._hand(partial(self._gateway.ask_books, account))

    def _hand(self, request: Callable[[], None]) -> None:
        self._handed.append(self._loop.call_soon(request))

    def at(self, now: Instant) -> None:
        """Tell the time: what was handed over before is with the gateway by now."""
        self._told = now

    def take_quotes(self, frame: QuoteFrame) -> None:
        """See that the engine sees a frame; the exchange has seen it before."""
        self._told = max(self._told, frame.at)

    def next_due(self) -> Instant | None:
        """Answer when the next report arrived; None while none waits."""
        return self._reports[0].at if self._reports else None

    def take(self, until: Instant) -> list[Report]:
        """Answer the reports that arrived up to an instant."""
        self._told = max(self._told, until)
        self._handed.clear()
        taken: list[Report] = []
        while self._reports and self._reports[0].at <= until:
            taken.append(self._reports.popleft())
        return taken

    # --- the truth ----------------------------------------------------------------------------------------------------

    @property
    def orders(self) -> tuple[BookOrder, ...]:
        """The orders of the day that was told last, as Zerodha has them."""
        today, first_seen = ist_date(self._told), self.house.first_seen
        rows = (row for number, row in self.house.orders.items() if first_seen[number] == today)
        return tuple(book_order(row, self._contracts, self._around.ours) for row in rows)

    @property
    def cash(self) -> Money:
        """What all trades have paid and received."""
        return self.house.cash

    @property
    def faults_injected(self) -> Counter[str]:
        """How often each kind of fault has struck so far."""
        return self.house.struck

    def trade_externally(self, instrument: Instrument, side: Side, quantity: int, price: Price) -> bool:
        """Trade at market in Zerodha's own terminal; answer whether that was taken.

        Not in a contract that expires today: where books are old until the close, nobody could have known of it.
        """
        del price
        if instrument.expiry == ist_date(self._clock.now()):
            return False
        fields = {
            "exchange": instrument.exchange.value,
            "tradingsymbol": instrument.symbol,
            "transaction_type": side.value,
            "quantity": str(quantity),
            "product": "NRML",
            "order_type": "MARKET",
            "market_protection": "-1",
            "validity": "DAY",
        }
        return self.house.trade_by_hand(fields)

    def cancel_externally(self, order: BrokerOrderId) -> bool:
        """Let the exchange cancel a resting order; answer whether it rested."""
        return self.house.cancel(order, "Cancelled by the exchange")
