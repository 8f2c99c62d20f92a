"""When to ask the broker for its books: at the start, while an outcome is unknown, now and then, and at the end."""

from engine.core.orders.reconciliation import UNANSWERED_AFTER
from engine.core.readings.ledger import cancel_in_doubt
from engine.core.state import EngineState
from engine.domain.identifiers import AccountId, OrderId
from engine.domain.instant import SECOND, Instant
from engine.domain.multileg.states import LegState
from engine.domain.order import OrderStatus

_LADDER = tuple(int(seconds * SECOND) for seconds in (0.5, 1, 2, 4, 8, 15, 30, 60, 120))
"""Pauses after an outcome became unknown (reliability §2, UNKNOWN resolver)."""

_AT_WORK = (LegState.ENTERING, LegState.EXITING)
_AT_START = 2 * SECOND
_NOW_AND_THEN = 60 * SECOND
_AFTER_THE_LAST = 2 * SECOND
"""Pause after the account became flat, in which a broker frees the margin."""


class BooksWatch:
    """Answers when the books of an account's broker should be read next; what it remembers may be lost."""

    def __init__(self, state: EngineState, account: AccountId) -> None:
        self._state = state
        self._account = account
        self._asked_at: Instant | None = None
        self._ladder_from: Instant = Instant(0)
        self._rung = 0
        self._is_at_work = False
        self._closing_due: Instant | None = None

    def next_due(self) -> Instant | None:
        """Answer when to ask next; None while there is nothing to compare."""
        state, account = self._state, self._state.books.of(self._account)
        if self._asked_at is None:
            return state.now
        if account.recovering:
            return Instant(self._asked_at + _AT_START)
        if self._has_doubt():
            return self._ladder_due()
        self._rung = 0
        if any(run.account == self._account for run in state.alive()) or any(account.net_quantity.values()):
            self._is_at_work = True
            return Instant(self._asked_at + _NOW_AND_THEN)
        if self._is_at_work:
            self._is_at_work, self._closing_due = False, Instant(state.now + _AFTER_THE_LAST)
        return self._closing_due

    def _has_doubt(self) -> bool:
        state = self._state
        account = state.books.of(self._account)
        if account.drift or account.converting or state.sight(self._account).drift_suspects:
            return True
        for run in state.alive():
            if run.account != self._account:
                continue
            if run.portfolio_id in state.resting and run.portfolio.at_broker is None:
                continue  # At rest nothing is under way.
            for leg in run.legs:
                if leg.state in _AT_WORK and cancel_in_doubt(state, leg):
                    return True
                if leg.working and any(self._is_doubtful(order_id) for order_id in leg.working):
                    return True
        return False

    def _is_doubtful(self, order_id: OrderId) -> bool:
        order, now = self._state.books.orders[order_id], self._state.now
        if order.status is OrderStatus.UNKNOWN:
            return True
        if order.status is OrderStatus.SENT and now - (order.sent_at or now) > UNANSWERED_AFTER:
            return True
        return order.pending_since is not None and now - order.pending_since > UNANSWERED_AFTER

    def _ladder_due(self) -> Instant:
        if self._rung == 0:
            self._ladder_from, self._rung = self._state.now, 1
        pause = _LADDER[min(self._rung, len(_LADDER)) - 1]
        return Instant(max(self._asked_at or 0, self._ladder_from) + pause)

    def asked(self, at: Instant) -> None:
        """Note that the books were asked for."""
        self._asked_at, self._closing_due = at, None
        if self._rung:
            self._rung += 1
