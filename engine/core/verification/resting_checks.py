"""What must be true of stops that rest at the broker and of the limits of tags, asked at rest; of the invariants."""

from collections.abc import Iterable, Iterator

from engine.core.state import EngineState
from engine.core.verification.seen import SeenLeg, SeenOrder, SeenPortfolio
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.identifiers import OrderId
from engine.domain.instant import SECOND, Instant
from engine.domain.money import exact_units
from engine.domain.multileg.levels import Measure
from engine.domain.multileg.states import EXITING
from engine.domain.order import OrderStatus, RestsFor, Side
from engine.domain.quote import QuoteColumn
from engine.domain.settings.strategy_tag import StrategyTag

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


class TagChecks:
    """Follows the strategy tags and what their portfolios made today."""

    def __init__(self) -> None:
        self._tags: dict[str, StrategyTag] = {}
        self._halted: set[str] = set()
        self._before: dict[str, int] = {}

    def see(self, fact: f.TagSet | f.TagHalted | f.DayStarted, portfolios: Iterable[SeenPortfolio]) -> None:
        """Take a fact of a tag, or of a new day."""
        match fact:
            case f.TagSet():
                self._tags[fact.declared.name] = fact.declared
            case f.TagHalted():
                self._halted.add(fact.name)
            case f.DayStarted():
                self._halted.clear()
                every = list(portfolios)
                self._before = {name: _made(_of(every, name)) for name in self._tags}

    def entry_retries(self, name: str) -> int | None:
        """Answer how often a refused entry of a tag is tried again; None for a tag that was never declared."""
        tag = self._tags.get(name)
        return None if tag is None else tag.entry_retry.retries

    def forbids(self, name: str, portfolios: Iterable[SeenPortfolio]) -> str | None:
        """Answer why nothing may be opened for a tag; None where it may."""
        tag, mine = self._tags.get(name), _of(portfolios, name)
        if name in self._halted:
            return f"the day of strategy tag {name} is over"
        if tag is None or tag.max_loss is None or any(leg.net for one in mine for leg in one.legs):
            return None
        made = _made(mine) - self._before.get(name, 0)
        if made > -exact_units(tag.max_loss):
            return None
        return f"the portfolios of strategy tag {name} are flat and made {made} today, it may lose ₹{tag.max_loss}"


def _of(portfolios: Iterable[SeenPortfolio], name: str) -> list[SeenPortfolio]:
    return [one for one in portfolios if one.declared.tag == name]


def _made(portfolios: Iterable[SeenPortfolio]) -> int:
    return sum(leg.cash for one in portfolios for leg in one.legs)
