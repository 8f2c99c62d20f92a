"""What must always be true, whatever goes wrong: pure checks over facts and state, used by ``legwork verify``."""

from collections.abc import Iterator

import msgspec

from engine.core.state import EngineState
from engine.core.verification import (
    action_checks,
    edit_checks,
    entry_checks,
    hedge_checks,
    level_checks,
    order_checks,
    plan_checks,
    protection_checks,
)
from engine.core.verification.copy_checks import CopyChecks
from engine.core.verification.hierarchy_checks import HierarchyChecks
from engine.core.verification.resting_checks import RestingChecks
from engine.core.verification.seen import SeenLeg, SeenOrder, SeenPortfolio
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import SECOND, Instant
from engine.domain.money import Price
from engine.domain.multileg.levels import premium_stop
from engine.domain.multileg.portfolio import AfterRestart
from engine.domain.multileg.states import EXITING, FINAL, ExitReason, KillLevel, PortfolioState
from engine.domain.order import TERMINAL, OrderStatus, Purpose, Side

NAKED_FOR = 5 * SECOND


class FactChecks:
    """Follows the facts of one journal, through any number of crashes, with a memory of its own.

    It uses neither the folding nor the questions of the core, so that a mistake there does not hide itself.
    """

    def __init__(self, master: ContractMaster) -> None:
        self.orders: dict[OrderId, SeenOrder] = {}
        self.portfolios: dict[PortfolioId, SeenPortfolio] = {}
        self.kill_level = KillLevel.OFF
        self.kill_at: Instant | None = None
        self.seen = 0
        self.expired: dict[tuple[AccountId, InstrumentId], int] = {}
        """What each account held of contracts that expired, signed."""
        self.hierarchy = HierarchyChecks()
        self._copies = CopyChecks()
        self._resting = RestingChecks()
        self.resumed_by_hand: set[PortfolioId] = set()
        """Portfolios for which somebody asked to be resumed; filled by whoever asks."""
        self.confirmed_by_hand: set[PortfolioId] = set()
        """Portfolios of which somebody just confirmed a change; filled by whoever does."""
        self._master = master
        self._overfill: OrderId | None = None

    def see(self, fact: f.AnyFact) -> Iterator[Violation]:
        """Take the next fact and answer what it breaks."""
        self.seen += 1
        yield from self._unannounced_overfill(fact)
        match fact:
            case f.OrderRequested():
                yield from self._requested(fact)
            case f.OrderMoved():
                yield from self._moved(fact)
            case f.OrderFilled():
                yield from self._filled(fact)
            case f.OrderMissing():
                self.orders[fact.order_id].absences.append(fact.book_at)
            case f.OrderModifyRequested():
                self.orders[fact.order_id].changes += 1
            case f.OrderPricedAnew():
                order_checks.priced_anew(self.orders[fact.order_id], fact)
            case f.OrderModified():
                order = self.orders[fact.order_id]
                order.changed_quantity, order.trigger = fact.quantity, fact.trigger_price
            case f.OrderCancelRequested():
                self.orders[fact.order_id].cancels += 1
            case f.KillSwitchTripped():
                self.kill_level, self.kill_at = fact.level, fact.at
            case f.KillSwitchReleased():
                self.kill_level, self.kill_at = KillLevel.OFF, None
            case f.SessionFact():
                if isinstance(fact, f.SessionOpened):
                    self._resting.begin()
                    self._copies.begin()
                    self.edits_over()
                self.hierarchy.see(fact, self.portfolios.values())
            case _:
                yield from self._of_portfolio(fact)

    def at(self, now: Instant) -> Iterator[Violation]:
        """Answer what the passing of time alone has broken; to be asked at rest."""
        self.edits_over()
        yield from self._copies.left_behind(self.portfolios)
        for portfolio_id, portfolio in self.portfolios.items():
            if portfolio.naked_since is not None and now - portfolio.naked_since > NAKED_FOR:
                yield Violation(18, now, f"{portfolio_id} is naked since {portfolio.naked_since}")
            due = 0 < portfolio.square_off_at < now - SECOND
            if due and portfolio.state not in EXITING and portfolio.state not in FINAL:
                yield Violation(40, now, f"{portfolio_id} is {portfolio.state.value} after its square-off time")

    def edits_over(self) -> None:
        """Take it that what follows from the edits so far has followed."""
        self.confirmed_by_hand.clear()
        for portfolio in self.portfolios.values():
            portfolio.edit_is_fresh = False

    def _unannounced_overfill(self, fact: f.AnyFact) -> Iterator[Violation]:
        order_id, self._overfill = self._overfill, None
        if order_id is not None and not (isinstance(fact, f.AlarmRaised) and fact.code == "OVERFILL"):
            yield Violation(8, fact.at, f"{order_id} is filled beyond its quantity without an alarm")

    # --- orders ----------------------------------------------------------------------------------------------------

    def _requested(self, fact: f.OrderRequested) -> Iterator[Violation]:
        if fact.order_id in self.orders:
            yield Violation(4, fact.at, f"{fact.order_id} was used before")
        if not (fact.order_id.isascii() and fact.order_id.isalnum() and len(fact.order_id) <= 20):
            yield Violation(4, fact.at, f"{fact.order_id} is not a tag of at most 20 letters and digits")
        if fact.purpose is Purpose.ENTRY:
            yield from self._opening(fact)
        else:
            yield from self._closing(fact)
        self.orders[fact.order_id] = SeenOrder(request=fact, trigger=fact.trigger_price)

    def of_portfolio(self, portfolio_id: PortfolioId) -> Iterator[SeenOrder]:
        """Answer the orders of a portfolio, oldest first."""
        return (order for order in self.orders.values() if order.request.portfolio_id == portfolio_id)

    def of_leg(self, portfolio_id: PortfolioId, leg_id: LegId, purpose: Purpose) -> Iterator[SeenOrder]:
        """Answer the orders of a leg for one purpose."""
        for order in self.of_portfolio(portfolio_id):
            if order.request.leg_id == leg_id and order.request.purpose is purpose:
                yield order

    def _opening(self, fact: f.OrderRequested) -> Iterator[Violation]:
        portfolio = self.portfolios[fact.portfolio_id]
        unknown = [o for o in self.of_portfolio(fact.portfolio_id) if o.status is OrderStatus.UNKNOWN]
        if unknown:
            yield Violation(6, fact.at, f"{fact.order_id} opens while {unknown[0].request.order_id} is unknown")
        if self.kill_level:
            yield Violation(26, fact.at, f"{fact.order_id} was decided under the kill switch")
        if portfolio.state is PortfolioState.HELD:
            yield Violation(39, fact.at, f"{fact.order_id} opens while {fact.portfolio_id} is held")
        planned = portfolio.legs[fact.leg_id - 1].declared.lots * self._master.by_id(fact.instrument).lot_size
        leg_orders = self.of_leg(fact.portfolio_id, fact.leg_id, Purpose.ENTRY)
        wanted = fact.quantity + sum(order.filled + order.working for order in leg_orders)
        if wanted > planned:
            yield Violation(2, fact.at, f"{fact.order_id} brings leg {fact.leg_id} to {wanted} of {planned}")
        leg = portfolio.legs[fact.leg_id - 1]
        ended = [
            order.request.order_id
            for order in self.of_leg(fact.portfolio_id, fact.leg_id, Purpose.ENTRY)
            if order.request.at >= leg.again_at
            and order.status in TERMINAL
            and order.filled < order.request.quantity
            and (fact.rests_for is None or order.status is OrderStatus.REJECTED)
        ]
        if ended or fact.at < leg.again_at:
            yield Violation(
                41, fact.at, f"{fact.order_id} follows on {', '.join(ended) or 'a refusal'} without a pause"
            )
        yield from self.hierarchy.opening(portfolio, self.portfolios.values(), fact)
        early = plan_checks.ordered_early(portfolio, fact)
        if early is not None:
            yield early
        lot, limits = self._master.by_id(fact.instrument).lot_size, self.hierarchy.of(portfolio.account).limits
        yield from order_checks.limits_kept(limits, lot, self.orders.values(), fact)
        yield from order_checks.notional_kept(portfolio, self._master, self.of_portfolio(fact.portfolio_id), fact)
        entries = self.of_leg(fact.portfolio_id, fact.leg_id, Purpose.ENTRY)
        bare = hedge_checks.sold_too_early(portfolio, fact, entries, lot)
        if bare is not None:
            yield Violation(42, fact.at, bare)
        yield from action_checks.bare_sale(portfolio, fact, self.of_portfolio(fact.portfolio_id))

    def _closing(self, fact: f.OrderRequested) -> Iterator[Violation]:
        portfolio = self.portfolios[fact.portfolio_id]
        held = portfolio.legs[fact.leg_id - 1].net
        exits = list(self.of_leg(fact.portfolio_id, fact.leg_id, Purpose.EXIT))
        wanted_now = sum(order.working for order in exits if order.request.rests_for is None)
        if fact.rests_for is not None:
            # A stop and a target rest for the same quantity; the first fill takes the other away.
            exits = [order for order in exits if order.request.rests_for in (None, fact.rests_for)]
        under_way = sum(order.working for order in exits)
        if held * fact.side.sign >= 0 or fact.quantity + under_way > abs(held):
            words = f"{fact.order_id} closes {fact.quantity} with {under_way} under way of {held:+d}"
            yield Violation(13, fact.at, words)
        unasked = plan_checks.closed_unasked(portfolio, fact, wanted_now)
        if unasked is not None:
            yield unasked
        wrong = action_checks.wrong_product(portfolio, fact)
        if wrong is not None:
            yield wrong
        uncovered = hedge_checks.uncovers(portfolio, fact, under_way)
        if uncovered is not None:
            yield Violation(42, fact.at, uncovered)
        closes_all = portfolio.state in EXITING and portfolio.declared.exit.shorts_first
        if closes_all and fact.side is Side.SELL and any(leg.net < 0 for leg in portfolio.legs):
            yield Violation(21, fact.at, f"{fact.order_id} sells a long while {fact.portfolio_id} is short")

    def _moved(self, fact: f.OrderMoved) -> Iterator[Violation]:
        order = self.orders[fact.order_id]
        if order.status in TERMINAL and fact.status is not order.status:
            whole = fact.status is OrderStatus.COMPLETE and order.filled >= order.quantity
            if not whole:
                yield Violation(7, fact.at, f"{fact.order_id} goes from {order.status.value} to {fact.status.value}")
        if order.status is OrderStatus.UNKNOWN and fact.status is OrderStatus.NOT_SENT:
            yield from order_checks.evidence(order, fact)
        if fact.status is OrderStatus.SENT:
            order.sent_at = fact.at
        if fact.status is OrderStatus.UNKNOWN or fact.broker_order_id is not None:
            order.absences.clear()
        order.status = fact.status

    def _filled(self, fact: f.OrderFilled) -> Iterator[Violation]:
        order = self.orders[fact.order_id]
        if fact.quantity <= 0 or fact.filled != order.filled + fact.quantity:
            words = f"{fact.order_id}: {order.filled} and {fact.quantity} make {fact.filled}"
            yield Violation(8, fact.at, words)
        order.filled, order.value = fact.filled, order.value + fact.value
        if order.filled > order.quantity:
            self._overfill = fact.order_id
        if order.filled == order.quantity:
            order.status = OrderStatus.COMPLETE
        portfolio = self.portfolios[order.request.portfolio_id]
        leg = portfolio.legs[order.request.leg_id - 1]
        if order.request.side is Side.BUY:
            leg.bought += fact.quantity
        else:
            leg.sold += fact.quantity
        leg.cash -= order.request.side.sign * fact.value
        rivals = portfolio.declared.at_broker is not None and portfolio.declared.at_broker.leg_target
        if leg.net * leg.side.sign < 0 and not rivals:
            yield Violation(13, fact.at, f"leg {order.request.leg_id} of {order.request.portfolio_id} is {leg.net:+d}")
        order_checks.look_for_naked(portfolio, fact.at)

    # --- portfolios ------------------------------------------------------------------------------------------------

    def _of_portfolio(self, fact: f.AnyFact) -> Iterator[Violation]:
        if isinstance(fact, f.PortfolioFact) and not isinstance(fact, f.PortfolioAdded):
            yield from plan_checks.see(self.portfolios[fact.portfolio_id], fact)
            yield from edit_checks.brings_about(self.portfolios[fact.portfolio_id], fact)
        match fact:
            case f.PortfolioAdded():
                legs = [
                    SeenLeg(declared=msgspec.structs.replace(leg, lots=leg.lots * fact.multiplier))
                    for leg in fact.portfolio.legs
                ]
                self.portfolios[fact.portfolio_id] = SeenPortfolio(
                    declared=fact.portfolio, account=fact.account, parent=fact.parent, legs=legs,
                    multiplier=fact.multiplier, times=fact.multiplier,
                )  # fmt: skip
                yield from self.hierarchy.added(fact)
            case f.PortfolioArmed():
                self.portfolios[fact.portfolio_id].state = PortfolioState.WAITING
            case f.PortfolioStarted():
                portfolio = self.portfolios[fact.portfolio_id]
                self._copies.started(portfolio, fact)
                portfolio.state, portfolio.square_off_at = PortfolioState.ENTERING, fact.square_off_at
                level_checks.begin_again(portfolio)
            case f.EditFact():
                portfolio = self.portfolios[fact.portfolio_id]
                portfolio.edit_confirmed = fact.portfolio_id in self.confirmed_by_hand
                yield from edit_checks.see(portfolio, fact)
            case f.LegEditFact():
                yield from edit_checks.see_leg(self.portfolios[fact.portfolio_id], fact, self._master)
            case f.CombinedLevelFact():
                yield from level_checks.see_combined(self.portfolios[fact.portfolio_id], fact)
            case f.LegLevelFact():
                yield from level_checks.see_leg(self.portfolios[fact.portfolio_id], fact)
            case f.ConversionFact():
                yield from action_checks.see_conversion(self.portfolios[fact.portfolio_id], fact)
            case f.LotsMultiplied():
                entry_checks.see(self.portfolios[fact.portfolio_id], fact)
            case f.LegAdded():
                portfolio = self.portfolios[fact.portfolio_id]
                portfolio.legs.append(action_checks.seen_leg(portfolio, fact))
                yield from action_checks.see(portfolio, fact)
            case f.LegActionFact() | f.PortfolioActionFact() | f.PortfolioReset():
                yield from action_checks.see(self.portfolios[fact.portfolio_id], fact)
            case f.HedgeReused():
                self.portfolios[fact.portfolio_id].legs[fact.leg_id - 1].parent = fact.parent
            case f.PortfolioRunning():
                self.portfolios[fact.portfolio_id].state = PortfolioState.RUNNING
            case f.PortfolioHeld():
                portfolio = self.portfolios[fact.portfolio_id]
                portfolio.state, portfolio.naked_since = PortfolioState.HELD, None
            case f.PortfolioResumed():
                portfolio = self.portfolios[fact.portfolio_id]
                finishes = portfolio.declared.after_restart is AfterRestart.FINISH
                if not finishes and fact.portfolio_id not in self.resumed_by_hand:
                    yield Violation(39, fact.at, f"{fact.portfolio_id} is resumed by nobody")
                portfolio.state = PortfolioState.ENTERING
            case f.PortfolioExitDecided():
                portfolio = self.portfolios[fact.portfolio_id]
                yield from self.hierarchy.closing(portfolio, fact)
                portfolio.state, portfolio.naked_since = PortfolioState.EXITING, None
            case f.PortfolioClosed():
                yield from self._closed(fact)
            case f.ProfitLockMoved() | f.CombinedStopMoved():
                yield from self._ratchet(fact)
            case _:
                yield from self._of_leg_fact(fact)

    def _closed(self, fact: f.PortfolioClosed) -> Iterator[Violation]:
        portfolio = self.portfolios[fact.portfolio_id]
        portfolio.state, portfolio.naked_since = fact.state, None
        held = [f"leg {n + 1} {leg.net:+d}" for n, leg in enumerate(portfolio.legs) if leg.net]
        held += [order.request.order_id for order in self.of_portfolio(fact.portfolio_id) if order.working]
        if held:
            yield Violation(14, fact.at, f"{fact.portfolio_id} is done with {', '.join(held)}")
        cash = sum(leg.cash for leg in portfolio.legs)
        if fact.realised != cash:
            yield Violation(15, fact.at, f"{fact.portfolio_id} realised {fact.realised}, its trades brought {cash}")

    def _ratchet(self, fact: f.ProfitLockMoved | f.CombinedStopMoved) -> Iterator[Violation]:
        portfolio = self.portfolios[fact.portfolio_id]
        if isinstance(fact, f.ProfitLockMoved):
            before, level, portfolio.floor = portfolio.floor, fact.floor, fact.floor
        else:
            before, level, portfolio.stop = portfolio.stop, fact.stop, fact.stop
        if before is not None and level < before:
            yield Violation(35, fact.at, f"{fact.portfolio_id}: the level falls from {before} to {level}")

    def _of_leg_fact(self, fact: f.AnyFact) -> Iterator[Violation]:
        match fact:
            case f.LegProtected():
                leg = self.portfolios[fact.portfolio_id].legs[fact.leg_id - 1]
                if level_checks.is_on_wrong_side(leg, fact):
                    words = f"leg {fact.leg_id} of {fact.portfolio_id} entered at {fact.average_price}"
                    yield Violation(36, fact.at, f"{words}: {leg.side.value} with a stop at {fact.stop}")
                leg.stop, leg.target = fact.stop, fact.target
            case f.StopMoved():
                yield from self._stop_moved(fact)
            case f.StopsMovedToCost():
                for leg_id, level in fact.moves:
                    yield from self._cost_moved(fact, leg_id, level)
            case f.LegRetried():
                portfolio = self.portfolios[fact.portfolio_id]
                yield from entry_checks.retried(portfolio, fact, self.hierarchy.entry_retries(portfolio.declared.tag))
            case f.LegEntryFailed():
                self.portfolios[fact.portfolio_id].legs[fact.leg_id - 1].failed = True
                order_checks.look_for_naked(self.portfolios[fact.portfolio_id], fact.at)
            case f.LegExpired():
                portfolio = self.portfolios[fact.portfolio_id]
                order_checks.expired(portfolio, fact, self._master)
                key = portfolio.account, fact.instrument
                self.expired[key] = self.expired.get(key, 0) + fact.quantity
            case f.LegClosed():
                leg = self.portfolios[fact.portfolio_id].legs[fact.leg_id - 1]
                if leg.net:
                    yield Violation(14, fact.at, f"leg {fact.leg_id} of {fact.portfolio_id} closed at {leg.net:+d}")
                if fact.realised != leg.cash:
                    yield Violation(15, fact.at, f"leg {fact.leg_id} realised {fact.realised}, brought {leg.cash}")
            case _:
                return

    def _stop_moved(self, fact: f.StopMoved) -> Iterator[Violation]:
        leg = self.portfolios[fact.portfolio_id].legs[fact.leg_id - 1]
        by_hand = fact.reason is ExitReason.MANUAL
        if not by_hand and leg.stop is not None and (fact.stop is None or not fact.stop.is_tighter_than(leg.stop)):
            yield Violation(35, fact.at, f"leg {fact.leg_id} of {fact.portfolio_id}: {leg.stop} to {fact.stop}")
        if not by_hand:
            leg.stop_reason = fact.reason
        elif fact.stop != leg.stop:
            leg.stop_reason = ExitReason.LEG_SL
        leg.stop, leg.by_hand = fact.stop, by_hand
        leg.target = fact.target if by_hand else leg.target

    def _cost_moved(self, fact: f.StopsMovedToCost, leg_id: LegId, level: int) -> Iterator[Violation]:
        portfolio = self.portfolios[fact.portfolio_id]
        leg = portfolio.legs[leg_id - 1]
        at_cost = premium_stop(leg.side, Price(level))
        if leg.stop is not None and leg.stop.is_tighter_than(at_cost):
            yield Violation(35, fact.at, f"leg {leg_id} of {fact.portfolio_id}: {leg.stop} to {level} at cost")
        leg.stop, leg.stop_reason = at_cost, ExitReason.LEG_COST

    # --- state -----------------------------------------------------------------------------------------------------

    def misplaced(self, state: EngineState) -> Iterator[Violation]:
        """Answer stops that rest at the broker elsewhere than the stops of their legs; to be asked at rest."""
        for portfolio_id, portfolio in self.portfolios.items():
            if portfolio.declared.at_broker is not None:
                yield from self._resting.misplaced(state, portfolio, self.of_portfolio(portfolio_id))

    def held_up(self, state: EngineState) -> Iterator[Violation]:
        """Answer what waits in a ready account though nothing of its own keeps it back; to be asked at rest."""
        yield from self._copies.held_up(state, self.hierarchy)

    def unprotected(self, state: EngineState) -> Iterator[Violation]:
        """Answer legs that hold something and are not watched although they declare a stop; to be asked at rest."""
        yield from protection_checks.unprotected(state, self.portfolios)
