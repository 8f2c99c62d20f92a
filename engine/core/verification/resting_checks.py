"""What must be true of stops that rest at the broker, asked at rest; of the invariants."""

from collections.abc import Iterable, Iterator

from engine.core.state import EngineState
from engine.core.verification.seen import SeenLeg, SeenOrder, SeenPortfolio
from engine.core.verification.violations import Violation
from engine.domain.identifiers import OrderId
from engine.domain.instant import SECOND, Instant
from engine.domain.money import exact_units
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.states import EXITING
from engine.domain.order import OrderStatus, RestsFor, Side
from engine.domain.quote import QuoteColumn

MISPLACED_FOR = 600 * SECOND
"""Refusals, lost answers and lost sessions may hold up a change so long."""

_NEAR = 4
"""A stop farther from the price than a quarter of it may lie outside the price band, where nothing can rest."""


class RestingChecks:
    """Remembers since when a resting stop is not where the stop of its leg is."""

    def __init__(self) -> None:
        self._since: dict[OrderId, Instant] = {}

    def begin(self) -> None:
        """Forget what was seen before a restart: the line was down meanwhile."""
        self._since.clear()

    def misplaced(
        self, state: EngineState, portfolio: SeenPortfolio, orders: Iterable[SeenOrder]
    ) -> Iterator[Violation]:
        """Answer the stops of a portfolio that rest where they should not, for too long."""
        rule = portfolio.declared.at_broker
        if rule is None or portfolio.state in EXITING:
            return
        stale = state.now - state.last_frame_at > state.books.stale_after
        for order in orders:
            request = order.request
            if request.rests_for is not RestsFor.STOP:
                continue
            leg = portfolio.legs[request.leg_id - 1]
            sleeps = order.status is OrderStatus.TRIGGER_PENDING and order.trigger is not None
            price = state.board.number(state.master.row(request.instrument), QuoteColumn.LAST_PRICE)
            if not sleeps or stale or leg.ends or not _is_elsewhere(portfolio, leg, order, price):
                self._since.pop(request.order_id, None)
                continue
            since = self._since.setdefault(request.order_id, state.now)
            if state.now - since > MISPLACED_FOR:
                words = f"{request.order_id} is triggered at {order.trigger}, the stop of its leg is {leg.stop}"
                yield Violation(53, state.now, words)


def _is_elsewhere(portfolio: SeenPortfolio, leg: SeenLeg, order: SeenOrder, price: int) -> bool:
    rule, stop, trigger = portfolio.declared.at_broker, leg.stop, order.trigger
    if rule is None or stop is None or stop.of is not Measure.PREMIUM or trigger is None:
        return False
    if abs(stop.value - price) > price // _NEAR:
        return False
    tick = exact_units(1)  # A rupee: more than any rounding to ticks.
    before = rule.trigger_buffer.units(stop.value) + tick
    if order.request.side is Side.BUY:
        return not stop.value - before <= trigger <= stop.value + tick
    return not stop.value - tick <= trigger <= stop.value + before
