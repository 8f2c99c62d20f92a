"""The broker's books against ours → the facts that close the gap, or the alarm that it is open."""

from collections.abc import Iterator

from engine.core.records.account_books import AccountBooks
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import (
    AnyFact,
    DriftCleared,
    DriftFound,
    OrderChangeRefused,
    OrderMissing,
    OrderMoved,
    PortfolioHeld,
    PortfolioResumed,
    RecoveryFinished,
    SessionOpened,
)
from engine.domain.identifiers import AccountId, InstrumentId, OrderId
from engine.domain.instant import SECOND, ist_date
from engine.domain.market_rules import UnknownRuleError
from engine.domain.messages import OpenSession
from engine.domain.multileg.portfolio import AfterRestart
from engine.domain.multileg.states import PortfolioState
from engine.domain.order import OrderStatus
from engine.domain.reports import BookOrder, BooksReport, OrderReport

ABSENT_AFTER = 120 * SECOND
"""An order was seen to appear 90 seconds after it was sent (reliability finding 2): absence proves nothing before."""

ABSENT_BOOKS = 3
"""Fresh books in a row without an order before it was never sent."""

UNANSWERED_AFTER = 5 * SECOND
"""An order that was sent and not answered for so long is unknown."""


def open_session(state: EngineState, message: OpenSession) -> Iterator[AnyFact]:
    """Begin recovery: what was sent and not answered is unknown, what was caught entering is held or goes on."""
    books = state.books
    yield SessionOpened(
        at=state.now,
        account=message.account,
        lineage=books.lineage or message.lineage,
        stale_after=message.stale_after,
        is_live=message.is_live,
        others=_others(message),
    )
    for order in [o for o in books.orders.values() if o.status in (OrderStatus.NEW, OrderStatus.SENT)]:
        wording = "the engine stopped before an answer came"
        yield OrderMoved(at=state.now, order_id=order.order_id, status=OrderStatus.UNKNOWN, wording=wording)
    for run in state.alive():
        if run.state is PortfolioState.ENTERING:
            yield PortfolioHeld(at=state.now, portfolio_id=run.portfolio_id)


def _others(message: OpenSession) -> tuple[AccountId, ...]:
    accounts = () if message.hierarchy is None else message.hierarchy.accounts
    return tuple(AccountId(account.id) for account in accounts if account.id != message.account)


def order_reports(state: EngineState, report: BooksReport) -> Iterator[OrderReport]:
    """Answer what the broker's order book says about our orders that could be news."""
    for row in report.orders:
        order = state.books.orders.get(row.order_id) if row.order_id is not None else None
        if (
            order is not None
            and order.account == report.account
            and (_is_news(order, row) or _should_be_settled(order, report))
        ):
            yield _as_report(order.order_id, row, report)


def _is_news(order: Order, row: BookOrder) -> bool:
    if row.filled > order.filled or order.broker_order_id is None:
        return True
    return order.is_working and row.status is not order.status


def _should_be_settled(order: Order, report: BooksReport) -> bool:
    """Say whether a book is new enough to show the outcome of what was asked about an order."""
    asked = order.pending_since
    return order.is_working and asked is not None and report.fresh and report.read_at > asked + UNANSWERED_AFTER


def compare(state: EngineState, report: BooksReport) -> Iterator[AnyFact]:
    """Say what is missing in the broker's books and what they show beyond ours; end the recovery after a start."""
    account = state.books.accounts.get(report.account)
    if account is None:
        return  # Of an account that nobody has declared: nothing of ours can be there.
    sight = state.sight(report.account)
    sight.margin_free, sight.margin_used, sight.charges = report.available_funds, report.used_margin, report.charges
    sight.outside_trades = tuple(row for row in report.orders if row.order_id is None and row.filled)
    if report.fresh:
        sight.fresh_books_at = max(sight.fresh_books_at, report.read_at)
    shown = {row.order_id for row in report.orders}
    for order in [order for order in state.books.orders.values() if order.account == report.account]:
        if order.is_working and order.order_id not in shown:
            yield from _missing(state, order, report)
        elif _should_be_settled(order, report):
            wording = "the broker's book shows it unchanged"
            yield OrderChangeRefused(at=state.now, order_id=order.order_id, wording=wording, certain=True)
    yield from _drift(state, account, report)
    if account.recovering and report.fresh:
        unresolved = sum(1 for order in state.books.orders.values() if _is_unresolved(order, report.account))
        yield RecoveryFinished(at=state.now, account=report.account, unresolved=unresolved)
        yield from _after_restart(state, report.account)


def _is_unresolved(order: Order, account: AccountId) -> bool:
    return order.account == account and order.status is OrderStatus.UNKNOWN


def _as_report(order_id: OrderId, row: BookOrder, report: BooksReport) -> OrderReport:
    return OrderReport(
        at=report.at,
        account=report.account,
        order_id=order_id,
        broker_order_id=row.broker_order_id,
        status=row.status,
        wording=row.wording,
        quantity=row.quantity,
        limit_price=row.limit_price,
        trigger_price=row.trigger_price,
        filled=row.filled,
        value=row.value,
    )


def _missing(state: EngineState, order: Order, report: BooksReport) -> Iterator[AnyFact]:
    """Count fresh books that do not show an order; after enough of them and two minutes, it was never sent."""
    if order.sent_at is None and order.status is OrderStatus.NEW:
        return  # Still in our own outbox.
    sent_at = order.sent_at or order.requested_at
    if not report.fresh or report.read_at <= sent_at:
        return
    if order.status is OrderStatus.SENT and report.read_at > sent_at + UNANSWERED_AFTER:
        yield OrderMoved(at=state.now, order_id=order.order_id, status=OrderStatus.UNKNOWN, wording="no answer came")
    if order.status is not OrderStatus.UNKNOWN:
        return
    yield OrderMissing(at=state.now, order_id=order.order_id, times=order.missing + 1, book_at=report.read_at)
    if order.missing >= ABSENT_BOOKS and report.read_at >= sent_at + ABSENT_AFTER:
        wording = f"not in {order.missing} fresh books, {(report.read_at - sent_at) // SECOND} s after it was sent"
        yield OrderMoved(at=state.now, order_id=order.order_id, status=OrderStatus.NOT_SENT, wording=wording)


def _drift(state: EngineState, account: AccountBooks, report: BooksReport) -> Iterator[AnyFact]:
    """Compare net quantities; a difference counts when a second book shows it too."""
    brokers: dict[InstrumentId, int] = {}
    for position in report.positions:
        brokers[position.instrument] = brokers.get(position.instrument, 0) + position.net_quantity
    ours, sight = account.net_quantity, state.sight(report.account)
    suspects: dict[InstrumentId, int] = {}
    for instrument in sorted({*brokers, *ours, *account.drift, *account.outside}):
        if _has_expired(state, instrument):
            continue  # We settle at the close, the broker overnight.
        expected = ours.get(instrument, 0) + account.outside.get(instrument, 0)
        shown = brokers.get(instrument, 0)
        known = account.drift.get(instrument)
        if expected == shown:
            if known is not None and report.fresh:
                yield DriftCleared(
                    at=state.now,
                    account=report.account,
                    instrument=instrument,
                    accepted=account.outside.get(instrument, 0),
                    reason="the books agree",
                )
            continue
        difference = shown - expected
        if sight.drift_suspects.get(instrument) == difference and known != (expected, shown):
            yield DriftFound(at=state.now, account=report.account, instrument=instrument, ours=expected, brokers=shown)
        suspects[instrument] = difference
    if report.fresh:
        sight.drift_suspects = suspects


def _has_expired(state: EngineState, instrument: InstrumentId) -> bool:
    if instrument not in state.master:
        return False
    contract = state.master.by_id(instrument)
    if contract.expiry is None or contract.expiry > ist_date(state.now):
        return False
    try:
        return state.now >= state.rules.expiry_close(contract.exchange, contract.expiry)
    except UnknownRuleError:
        return contract.expiry < ist_date(state.now)


def _after_restart(state: EngineState, account: AccountId) -> Iterator[AnyFact]:
    for run in [run for run in state.alive() if run.state is PortfolioState.HELD and run.account == account]:
        if run.portfolio.after_restart is AfterRestart.FINISH:
            yield resumed(state, run, "its own field says finish")


def resumed(state: EngineState, run: PortfolioRun, why: str) -> PortfolioResumed:
    """Answer the fact that a held portfolio goes on with its entry."""
    return PortfolioResumed(at=state.now, portfolio_id=run.portfolio_id, why=why)
