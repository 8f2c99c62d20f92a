"""What must be true of orders against limits and evidence, and of shorts whose protection failed; of the invariants."""

from collections.abc import Iterable, Iterator

from engine.core.verification.seen import SeenOrder, SeenPortfolio, is_hedged
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import value_of
from engine.domain.money import exact_units
from engine.domain.multileg.execution import LegFailure
from engine.domain.multileg.states import PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from engine.domain.settings.risk_limits import RiskLimits

ABSENT_AFTER = 120 * SECOND
ABSENT_BOOKS = 3


def limits_kept(
    limits: RiskLimits, lot: int, orders: Iterable[SeenOrder], fact: f.OrderRequested
) -> Iterator[Violation]:
    """Answer how an order goes beyond its account's lots of an order or of a contract; ``orders`` are all before it."""
    if fact.quantity > limits.lots_per_order * lot:
        yield Violation(12, fact.at, f"{fact.order_id} is {fact.quantity // lot} lots, over {limits.lots_per_order}")
    net = fact.side.sign * fact.quantity
    for order in orders:
        request = order.request
        if request.instrument == fact.instrument and request.account == fact.account:
            net += request.side.sign * order.filled
            if request.side is fact.side and request.purpose is Purpose.ENTRY:
                net += request.side.sign * order.working
    if net * fact.side.sign > limits.lots_per_position * lot:
        yield Violation(12, fact.at, f"{fact.instrument} could come to {net}, over {limits.lots_per_position} lots")


def priced_anew(order: SeenOrder, fact: f.OrderPricedAnew) -> None:
    """Note the limit with which an order leaves; where only its change waited, the order itself left long ago."""
    if order.status is OrderStatus.NEW:
        order.limit = fact.limit_price


def notional_kept(
    portfolio: SeenPortfolio, master: ContractMaster, orders: Iterable[SeenOrder], fact: f.OrderRequested
) -> Iterator[Violation]:
    """Answer how an opening order goes beyond the notional value of its portfolio; futures, without strike, are left.

    ``orders`` are the portfolio's, before it.
    """
    most = portfolio.declared.execution.most_notional
    if most is None:
        return
    units: dict[InstrumentId, int] = {fact.instrument: fact.quantity}
    for order in orders:
        name = order.request.instrument
        is_entry = order.request.purpose is Purpose.ENTRY
        more = order.filled + order.working if is_entry else -order.filled
        units[name] = units.get(name, 0) + more
    total = sum(
        value_of(master.by_id(name).strike or 0, max(0, quantity), master.by_id(name))
        for name, quantity in units.items()
    )
    if total > exact_units(most):
        yield Violation(61, fact.at, f"{fact.order_id} brings {fact.portfolio_id} to {total} of {most}")


def expired(portfolio: SeenPortfolio, fact: f.LegExpired, master: ContractMaster) -> None:
    """Take what a leg held of an expired contract off it, at the settlement price."""
    leg = portfolio.legs[fact.leg_id - 1]
    leg.cash += fact.settlement_price * fact.quantity // master.by_id(fact.instrument).quantity_scale
    if fact.quantity > 0:
        leg.sold += fact.quantity
    else:
        leg.bought -= fact.quantity


def evidence(order: SeenOrder, fact: f.OrderMoved) -> Iterator[Violation]:
    """Answer that an order counts as never sent without three fresh books and two minutes."""
    books = sorted(set(order.absences))
    since = order.sent_at or order.request.at
    if len(books) < ABSENT_BOOKS:
        yield Violation(5, fact.at, f"{fact.order_id} counts as never sent after {len(books)} books")
    elif books[-1] - since < ABSENT_AFTER:
        yield Violation(5, fact.at, f"{fact.order_id} counts as never sent {(books[-1] - since) // SECOND} s after")


def look_for_naked(portfolio: SeenPortfolio, at: Instant) -> None:
    """Note since when a portfolio is short without the protection it should have."""
    watched = portfolio.state is PortfolioState.ENTERING and is_hedged(
        portfolio.declared, is_reversed=portfolio.is_reversed
    )
    by_choice = portfolio.declared.execution.on_leg_failure is LegFailure.KEEP_PLACED
    naked = False
    if watched and not by_choice and any(leg.failed and leg.side is Side.BUY for leg in portfolio.legs):
        held: dict[str, int] = {}
        unprotected: set[str] = set()
        for leg in portfolio.legs:
            kind = leg.declared.kind.value
            held[kind] = held.get(kind, 0) + leg.net
            if leg.failed and leg.side is Side.BUY:
                unprotected.add(kind)
        naked = any(held[kind] < 0 for kind in unprotected)
    portfolio.naked_since = (portfolio.naked_since or at) if naked else None
