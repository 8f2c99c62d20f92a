"""What must be so when a day is over: everything settled, and each account's books and its broker's alike."""

from collections.abc import Iterator

from desktop.verification.account_line import AccountLine
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.verification.invariants import FactChecks
from engine.core.verification.violations import Violation
from engine.domain.identifiers import InstrumentId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.multileg.states import EXITING, FINAL, NOT_BEGUN, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from engine.domain.quote import QuoteColumn

Quantities = dict[InstrumentId, int]


class AtRest:
    """The end of a day: the state, what the facts told, and the lines of all accounts."""

    def __init__(self, state: EngineState, now: Instant, checks: FactChecks, lines: list[AccountLine]) -> None:
        self._state = state
        self._now = now
        self._checks = checks
        self._lines = lines

    def violations(self) -> Iterator[Violation]:
        """Answer what is not as it should be."""
        for line in self._lines:
            yield from line.wire.accepted()
        yield from self._settled()
        for line in self._lines:
            yield from self._positions(line)

    def _settled(self) -> Iterator[Violation]:
        state, now = self._state, self._now
        blocked = self._blocked() | self._held_over()
        for order in state.books.orders.values():
            if order.is_working and order.portfolio_id not in blocked:
                yield Violation(34, now, f"{order.order_id} is still {order.status.value}")
        for account in state.books.accounts.values():
            if account.is_open and account.recovering:
                yield Violation(34, now, f"the recovery of {account.account_id} never finished")
        for run in state.books.portfolios.values():
            # One that the broker holds is there with an alarm: nothing we may send closes it.
            ended = run.state in NOT_BEGUN or run.state in FINAL or run.state is PortfolioState.DISABLED
            if not ended and run.portfolio_id not in blocked and not self._waits_for_later(run):
                yield Violation(20, now, f"{run.portfolio_id} ends {run.state.value}")
        for run in state.alive():
            if run.holds_something and run.portfolio_id not in blocked:
                yield Violation(20, now, f"{run.portfolio_id} still holds something")

    def _waits_for_later(self, run: PortfolioRun) -> bool:
        return run.state is PortfolioState.WAITING and run.starts_at > self._now

    def _held_over(self) -> set[PortfolioId]:
        """Answer the portfolios that are held over days and whose day to be squared off has not come."""
        return {
            run.portfolio_id
            for run in self._state.alive()
            if run.portfolio.schedule.positional is not None and run.square_off_at > self._now
        }

    def _blocked(self) -> set[PortfolioId]:
        """Answer the portfolios whose exit the broker itself refuses until the end."""
        last: dict[PortfolioId, OrderStatus] = {}
        for order in self._state.books.orders.values():
            if order.purpose is Purpose.EXIT:
                last[order.portfolio_id] = order.status
        blocked = [run for run in self._state.alive() if run.state is PortfolioState.EXIT_BLOCKED]
        refused = {run.portfolio_id for run in blocked if last.get(run.portfolio_id) is OrderStatus.REJECTED}
        return refused | self._short_of_quantity() | self._held_by_others()

    def _held_by_others(self) -> set[PortfolioId]:
        """Answer the portfolios that close no more than the broker holds, where somebody traded it away outside."""
        found: set[PortfolioId] = set()
        for run in self._state.alive():
            outside = {one for one, net in self._state.books.of(run.account).outside.items() if net}
            traded = outside | {
                instrument for account, instrument in self._checks.hierarchy.drift if account == run.account
            }
            stuck = any(leg.net_quantity and leg.instrument in traded for leg in run.legs)
            if run.portfolio.exit.held_only and run.state in EXITING and stuck:
                found.add(run.portfolio_id)
        return found

    def _short_of_quantity(self) -> set[PortfolioId]:
        """Answer the portfolios whose exits rest at the broker at a price that trades, for want of shown quantity."""
        state = self._state
        rows = (row for line in self._lines for row in line.broker.orders)
        resting = {row.order_id for row in rows if row.status is OrderStatus.OPEN}
        found: set[PortfolioId] = set()
        for order in state.books.orders.values():
            if order.purpose is Purpose.EXIT and order.status is OrderStatus.OPEN and order.order_id in resting:
                row = state.master.row(order.instrument)
                bid, ask = state.board.number(row, QuoteColumn.BID), state.board.number(row, QuoteColumn.ASK)
                limit = order.limit_price or 0
                if bid > 0 and (limit <= bid if order.side is Side.SELL else limit >= ask):
                    found.add(order.portfolio_id)
        return found

    def _positions(self, line: AccountLine) -> Iterator[Violation]:
        """Answer where an account's fills, its broker's positions and the money of both do not agree."""
        account, now = line.account, self._now
        ours, cash = self._ours(line)
        at_broker: Quantities = {}
        tagged: Quantities = {}
        left: Quantities = {}
        blocked = self._blocked() | self._held_over()
        outside_cash = 0
        for row in line.wire.orders:
            signed = row.side.sign * row.filled
            _add(at_broker, row.instrument, signed)
            if row.order_id is None:
                outside_cash -= row.side.sign * row.value
                continue
            _add(tagged, row.instrument, signed)
            seen = self._checks.orders.get(row.order_id)
            if seen is None or seen.request.portfolio_id not in blocked:
                _add(left, row.instrument, signed)
        held_outside = self._state.books.of(account).outside
        for one in sorted({*ours, *at_broker}):
            net, theirs, outside = ours.get(one, 0), at_broker.get(one, 0), held_outside.get(one, 0)
            if net != tagged.get(one, 0):
                yield Violation(11, now, f"{one}: our fills {net:+d}, {account}'s broker {tagged.get(one, 0):+d}")
            if net + outside != theirs and (account, one) not in self._checks.hierarchy.drift:
                words = f"{one}: {net:+d} and {outside:+d} outside, {theirs:+d} there"
                yield Violation(11, now, f"{words} in {account}")
            over = left.get(one, 0) - self._checks.expired.get((account, one), 0)
            if over:
                yield Violation(33, now, f"{one}: {over:+d} are left at the broker of {account}")
        if cash + outside_cash != line.broker.cash:
            words = f"cash {cash} and {outside_cash} outside, {line.broker.cash} at the broker of {account}"
            yield Violation(15, now, words)

    def _ours(self, line: AccountLine) -> tuple[Quantities, int]:
        """Answer what our own fills of an account add up to, and what they brought."""
        ours: Quantities = {}
        cash = 0
        for order in self._checks.orders.values():
            if order.request.account == line.account:
                _add(ours, order.request.instrument, order.request.side.sign * order.filled)
                cash -= order.request.side.sign * order.value
        return ours, cash


def _add(quantities: Quantities, instrument: InstrumentId, signed: int) -> None:
    quantities[instrument] = quantities.get(instrument, 0) + signed
