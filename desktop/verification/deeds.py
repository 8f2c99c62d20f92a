"""What the trader and the outside world do to a running day."""

from collections.abc import Callable
from decimal import Decimal

from desktop.verification import position_deeds
from desktop.verification.deed_draws import Action, Deed
from desktop.verification.plan import DayPlan
from desktop.verification.venue import Venue
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.identifiers import AccountId, LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.messages import Message
from engine.domain.money import Price
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import KillLevel
from engine.domain.order import TERMINAL, Side
from engine.domain.quote import QuoteColumn
from engine.schema.declared import replace

Command = Callable[[Instant], Message]

_LEVELS = {
    Deed.KILL_OPENINGS: KillLevel.NO_OPENINGS,
    Deed.KILL_CANCEL: KillLevel.CANCEL,
    Deed.KILL_FLATTEN: KillLevel.FLATTEN,
}


def command_of(action: Action, state: EngineState, plan: DayPlan) -> Command | None:
    """Answer the command of a deed as things stand now; None where there is nothing to do it to."""
    deed, pick = action.deed, action.pick
    portfolio_id = chosen(action, plan.portfolios)
    copy = copy_of(state, portfolio_id, pick)
    match deed:
        case Deed.START:
            return lambda at: c.StartPortfolio(at=at, portfolio_id=portfolio_id)
        case Deed.SQUARE_OFF | Deed.PANIC:
            return lambda at: c.SquareOffPortfolio(at=at, portfolio_id=portfolio_id, panic=deed is Deed.PANIC)
        case Deed.SQUARE_OFF_LEG:
            return lambda at: c.SquareOffLeg(at=at, portfolio_id=copy, leg_id=_leg_id(pick))
        case Deed.KILL_OPENINGS | Deed.KILL_CANCEL | Deed.KILL_FLATTEN:
            return lambda at: c.TripKillSwitch(at=at, level=_LEVELS[deed], reason="drawn")
        case Deed.RELEASE:
            return lambda at: c.ReleaseKillSwitch(at=at, reason="drawn")
        case Deed.RESUME if pick % 2:
            return lambda at: c.ArmPortfolio(at=at, portfolio_id=portfolio_id)
        case Deed.RESUME:
            return lambda at: c.ResumePortfolio(at=at, portfolio_id=copy)
        case Deed.ADD_AGAIN:
            again = plan.portfolios[pick % len(plan.portfolios)]
            where = AccountId("") if len(plan.accounts) > 1 else plan.accounts[0].account
            return lambda at: c.AddPortfolio(at=at, portfolio=again, account=where, start=True)
        case Deed.CANCEL_ORDER | Deed.MODIFY_ORDER:
            return _on_an_order(deed, state, pick)
        case Deed.CHANGE_PROTECTION if pick % 4 == 0:
            return lambda at: c.MoveLegToCost(at=at, portfolio_id=copy, leg_id=_leg_id(pick))
        case Deed.CHANGE_PROTECTION:
            return _protection(state, copy, pick)
        case Deed.ACCEPT_DRIFT:
            return lambda at: c.AcceptDrift(at=at, reason="drawn")
        case Deed.PART_EXIT:
            part = Decimal((20, 50, 80)[pick % 3])
            return lambda at: c.PartExit(at=at, portfolio_id=portfolio_id, percent=part, confirmed=pick % 2 > 0)
        case Deed.PART_ENTRY:
            return lambda at: c.PartEntry(at=at, portfolio_id=portfolio_id, lots=pick % 3 + 1)
        case Deed.PART_EXIT_LEG | Deed.ADD_HEDGE | Deed.ROLL | Deed.CONVERT:
            return position_deeds.command_of(deed, state, copy, pick)
        case _:
            return _on_accounts(deed, plan, pick)


def _on_accounts(deed: Deed, plan: DayPlan, pick: int) -> Command | None:
    declared = plan.accounts[pick % len(plan.accounts)].declared
    account = AccountId(declared.id)
    match deed:
        case Deed.EXIT_ONLY | Deed.EXIT_ONLY_OVER:
            on = deed is Deed.EXIT_ONLY
            return lambda at: c.SetExitOnly(at=at, account=account, on=on, reason="drawn")
        case Deed.SET_ACCOUNT:
            loss = Decimal((300, 2_000, 50_000)[pick // 7 % 3])
            limits = replace(declared.limits, daily_loss=loss)
            changed = replace(declared, enabled=pick % 4 > 0, multiplier=pick % 3 + 1, limits=limits)
            return lambda at: c.SetAccount(at=at, declared=changed)
        case Deed.SET_TAG if plan.tags:
            tag = plan.tags[-1]
            members = tuple(replace(one, multiplier=(pick + number) % 3 + 1) for number, one in enumerate(tag.members))
            profit = Decimal((300, 5_000, 90_000)[pick // 7 % 3])
            other = replace(tag, members=members, max_profit=profit, profit_lock=None, enabled=pick % 4 > 0)
            return lambda at: c.SetTag(at=at, declared=other)
        case _:
            return None


def chosen(action: Action, portfolios: tuple[MultilegPortfolio, ...]) -> PortfolioId:
    """Answer the portfolio that a deed is done to: where it has copies, what they have in common."""
    return PortfolioId(f"P{action.pick % len(portfolios) + 1}")


def copy_of(state: EngineState, portfolio_id: PortfolioId, pick: int) -> PortfolioId:
    """Answer one of the copies under a parent's id; the portfolio itself where it has none."""
    copies = state.books.families.get(portfolio_id, [portfolio_id])
    return copies[pick // 11 % len(copies)]


def _leg_id(pick: int) -> LegId:
    return LegId(pick // 7 % 4 + 1)


def _on_an_order(deed: Deed, state: EngineState, pick: int) -> Command | None:
    working = [order for order in state.books.orders.values() if order.is_working]
    if not working:
        return None
    order = working[pick % len(working)]
    price = Price(max(500, (order.limit_price or 10_000) + (pick % 41 - 20) * 500))
    if deed is Deed.CANCEL_ORDER:
        return lambda at: c.CancelWorkingOrder(at=at, order_id=order.order_id)
    return lambda at: c.ModifyWorkingOrder(at=at, order_id=order.order_id, limit_price=price)


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


def trade_outside(broker: Venue, state: EngineState, account: AccountId, pick: int) -> bool:
    """Trade by hand in the broker's terminal, half of the time in a contract that the engine holds there."""
    held = [state.master.row(instrument) for instrument in sorted(state.books.of(account).net_quantity)]
    row = held[pick % len(held)] if held and pick % 2 else pick % len(state.master)
    instrument = state.master.instruments[row]
    price = state.board.number(row, QuoteColumn.LAST_PRICE)
    if not instrument.kind.is_option or price <= 0:
        return False
    side = Side.BUY if pick % 3 else Side.SELL
    broker.trade_externally(instrument, side, instrument.lot_size, Price(price))
    return True


def cancel_outside(broker: Venue, pick: int) -> bool:
    """Let the broker cancel a working order nobody asked it to cancel."""
    working = [row for row in broker.orders if row.status not in TERMINAL]
    return bool(working) and broker.cancel_externally(working[pick % len(working)].broker_order_id)
