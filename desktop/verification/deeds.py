"""What the trader and the outside world do to a running day."""

from collections.abc import Callable

from brokers.paper.gateway import PaperBroker
from desktop.verification.plan import Action, Deed
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.identifiers import AccountId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.messages import Message
from engine.domain.money import Price
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import KillLevel
from engine.domain.order import TERMINAL, Side
from engine.domain.quote import QuoteColumn

Command = Callable[[Instant], Message]

_LEVELS = {
    Deed.KILL_OPENINGS: KillLevel.NO_OPENINGS,
    Deed.KILL_CANCEL: KillLevel.CANCEL,
    Deed.KILL_FLATTEN: KillLevel.FLATTEN,
}


def command_of(
    action: Action, state: EngineState, portfolios: tuple[MultilegPortfolio, ...], account: AccountId
) -> Command | None:
    """Answer the command of a deed as things stand now; None where there is nothing to do it to."""
    deed, pick = action.deed, action.pick
    portfolio_id = chosen(action, portfolios)
    working = [order for order in state.books.orders.values() if order.is_working]
    match deed:
        case Deed.START:
            return lambda at: c.StartPortfolio(at=at, portfolio_id=portfolio_id)
        case Deed.SQUARE_OFF | Deed.PANIC:
            return lambda at: c.SquareOffPortfolio(at=at, portfolio_id=portfolio_id, panic=deed is Deed.PANIC)
        case Deed.SQUARE_OFF_LEG:
            return lambda at: c.SquareOffLeg(at=at, portfolio_id=portfolio_id, leg_id=_leg_id(pick))
        case Deed.KILL_OPENINGS | Deed.KILL_CANCEL | Deed.KILL_FLATTEN:
            return lambda at: c.TripKillSwitch(at=at, level=_LEVELS[deed], reason="drawn")
        case Deed.RELEASE:
            return lambda at: c.ReleaseKillSwitch(at=at, reason="drawn")
        case Deed.RESUME:
            return lambda at: c.ResumePortfolio(at=at, portfolio_id=portfolio_id)
        case Deed.ADD_AGAIN:
            again = portfolios[pick % len(portfolios)]
            return lambda at: c.AddPortfolio(at=at, portfolio=again, account=account, start=True)
        case Deed.CANCEL_ORDER | Deed.MODIFY_ORDER:
            if not working:
                return None
            order = working[pick % len(working)]
            price = Price(max(500, (order.limit_price or 10_000) + (pick % 41 - 20) * 500))
            return _on_order(deed, order.order_id, price)
        case Deed.CHANGE_PROTECTION:
            return _protection(state, portfolio_id, pick)
        case Deed.ACCEPT_DRIFT:
            return lambda at: c.AcceptDrift(at=at, reason="drawn")
        case Deed.TRADE_OUTSIDE | Deed.BROKER_CANCELS:
            return None


def chosen(action: Action, portfolios: tuple[MultilegPortfolio, ...]) -> PortfolioId:
    """Answer the portfolio that a deed is done to."""
    return PortfolioId(f"P{action.pick % len(portfolios) + 1}")


def _leg_id(pick: int) -> LegId:
    return LegId(pick // 7 % 4 + 1)


def _on_order(deed: Deed, order_id: OrderId, price: Price) -> Command:
    if deed is Deed.CANCEL_ORDER:
        return lambda at: c.CancelWorkingOrder(at=at, order_id=order_id)
    return lambda at: c.ModifyWorkingOrder(at=at, order_id=order_id, limit_price=price)


def _protection(state: EngineState, portfolio_id: PortfolioId, pick: int) -> Command | None:
    run = state.books.portfolios.get(portfolio_id)
    leg_id = _leg_id(pick)
    if run is None or leg_id > len(run.legs) or run.leg(leg_id).average_entry is None:
        return None
    average = run.leg(leg_id).average_entry or Price(0)
    away = average // 4 // 500 * 500
    up, down = Price(average // 500 * 500 + away + 500), Price(max(500, average // 500 * 500 - away))
    sold = run.leg(leg_id).leg.side is Side.SELL
    stop, target = (up, down) if sold else (down, up)
    keeps = pick % 3 > 0
    return lambda at: c.ChangeLegProtection(
        at=at, portfolio_id=portfolio_id, leg_id=leg_id, stop=stop if keeps else None, target=target
    )


def trade_outside(broker: PaperBroker, state: EngineState, pick: int) -> bool:
    """Trade by hand in the broker's terminal, half of the time in a contract that the engine holds."""
    held = [state.master.row(instrument) for instrument in sorted(state.books.net_quantity)]
    row = held[pick % len(held)] if held and pick % 2 else pick % len(state.master)
    instrument = state.master.instruments[row]
    price = state.board.number(row, QuoteColumn.LAST_PRICE)
    if not instrument.kind.is_option or price <= 0:
        return False
    side = Side.BUY if pick % 3 else Side.SELL
    broker.trade_externally(instrument, side, instrument.lot_size, Price(price))
    return True


def cancel_outside(broker: PaperBroker, pick: int) -> bool:
    """Let the broker cancel a working order nobody asked it to cancel."""
    working = [row for row in broker.orders if row.status not in TERMINAL]
    return bool(working) and broker.cancel_externally(working[pick % len(working)].broker_order_id)
