"""Moves positions from one product to another: one request, one sending, and what became of it told once.

The request goes our own way and not through the official client: that one cannot say whether bytes left the machine,
and a conversion that is repeated moves as much again.
"""

from collections.abc import Callable

import msgspec

from brokers.live_line import Clock, Listener
from brokers.zerodha import words
from brokers.zerodha.answers import Done, No, NotSent, Refused, Unsure
from brokers.zerodha.order_routes import OrderRoutes
from brokers.zerodha.rows import Carried
from brokers.zerodha.session import Session
from brokers.zerodha.standing import Line, Standing
from brokers.zerodha.words import UnknownWordError
from engine.domain.contract_master import ContractMaster
from engine.domain.order import Side
from engine.domain.reports import ConversionReport
from engine.ports.broker import ConvertPosition


class After(msgspec.Struct, frozen=True):
    """Whom a conversion tells what concerns more than itself."""

    session_lost: Callable[[str], None]
    answered: Callable[[], None]
    """The positions should be read."""


class Conversions:
    """Sends conversions at once, or refuses them here; ``carried`` answers what the last books showed from before."""

    def __init__(
        self,
        contracts: ContractMaster,
        standing: Standing,
        listener: Listener,
        clock: Clock,
        carried: Callable[[], Carried],
        after: After,
    ) -> None:
        self.routes: OrderRoutes | None = None
        """The way to Zerodha, once the account is open."""
        self._contracts = contracts
        self._standing = standing
        self._listener = listener
        self._clock = clock
        self._carried = carried
        self._after = after

    async def convert(self, request: ConvertPosition, session: Session | None) -> None:
        """Send a conversion and tell what came of it; an answer that is not understood is told as none."""
        routes, line = self.routes, self._standing.line
        if routes is None or session is None or line is not Line.UP:
            why = No.NETWORK if line is Line.DOWN else No.SESSION
            self._tell(request, done=False, wording=f"{why.name}: {why.value}; nothing was sent")
            return
        try:
            form = conversion_form(request, self._contracts, self._carried())
        except UnknownWordError as error:
            self._tell(request, done=False, wording=f"{No.INVALID.name}: {error}")
            return
        outcome = await routes.convert(form, session)
        match outcome.answer:
            case Done():
                self._tell(request, done=True, wording="Zerodha converted it")
            case Refused() as refused:
                self._tell(request, done=False, wording=refused.wording)
            case Unsure(message=message):
                self._tell(request, done=None, wording=f"{message}; the positions will show it")
            case NotSent(message=message):
                self._tell(request, done=False, wording=message)
        if isinstance(outcome.answer, Refused) and outcome.answer.why is No.SESSION:
            self._after.session_lost(outcome.answer.message)
        self._after.answered()

    def _tell(self, request: ConvertPosition, *, done: bool | None, wording: str) -> None:
        report = ConversionReport(
            at=self._clock.now(), account=request.account, reference=request.reference, done=done, wording=wording
        )
        self._listener.report(report)


def conversion_form(request: ConvertPosition, contracts: ContractMaster, carried: Carried) -> dict[str, str]:
    """Answer the form of a conversion (protocol sheet §8.2). Raises UnknownWordError for what cannot be said in it."""
    if request.instrument not in contracts:
        raise UnknownWordError(f"{request.instrument} is not in today's contract list")
    if not request.quantity or request.before is request.after:
        raise UnknownWordError(f"there is nothing to convert from {request.before.value} to {request.after.value}")
    instrument = contracts.by_id(request.instrument)
    brought = carried.get((request.instrument, request.before), 0)
    is_carried = brought * request.quantity > 0 and abs(brought) >= abs(request.quantity)
    return {
        "exchange": words.exchange_code(instrument.exchange),
        "tradingsymbol": instrument.symbol,
        "transaction_type": words.side_code(Side.BUY if request.quantity > 0 else Side.SELL),
        "position_type": "overnight" if is_carried else "day",
        "quantity": str(abs(request.quantity)),
        "old_product": words.product_code(request.before),
        "new_product": words.product_code(request.after),
    }
