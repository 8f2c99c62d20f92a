"""What the limits of an account are held against, counted when the status is told: rates, sizes, profit by product."""

from collections.abc import Sequence

import msgspec

from engine.core.orders import notional_gate
from engine.core.readings import ledger, market_data
from engine.core.records.account_books import AccountBooks
from engine.core.records.order_record import Order
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.identifiers import AccountId
from engine.domain.instant import MINUTE, Instant, ist_date, ist_instant
from engine.domain.money import Money
from engine.domain.order import Product
from engine.views.contracts import contract_name


class AccountFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Live figures of one account; money in 1/10,000 ₹."""

    orders_last_minute: int = 0
    largest_order: int = 0
    """Lots of the largest order that works now."""
    largest_position: int = 0
    """Lots of the contract of which most is held."""
    largest_contract: str = ""
    """That contract in words."""
    notional: Money = Money(0)
    """Strike, of futures their price, times quantity of all that is open or being opened."""
    intraday: Money = Money(0)
    """What intraday legs made today, before charges."""
    carried: Money = Money(0)
    """What legs that are carried forward made today, before charges."""
    booked: Money = Money(0)
    """What the closed parts of today's legs made, before charges."""
    square_off_done: bool = False
    """Its square-off time has come and everything is closed for the day."""
    engine_lag: int = 0
    """By how much the engine is late, in microseconds."""


def account_figures(
    state: EngineState, account: AccountBooks, recent: Sequence[tuple[AccountId, Instant]], at: Instant
) -> AccountFigures:
    """Answer an account's figures; ``recent`` are the orders of the last minute, by account and when they left."""
    name = account.account_id
    runs = [run for run in state.alive() if run.account == name]
    lots, contract = _largest_position(state, account)
    intraday, carried, booked = _profits(state, name)
    return AccountFigures(
        orders_last_minute=sum(of == name and sent > at - MINUTE for of, sent in recent),
        largest_order=_largest_order(state, runs),
        largest_position=lots,
        largest_contract=contract,
        notional=Money(sum(notional_gate.of_leg(state, leg, 0) for run in runs for leg in run.legs)),
        intraday=Money(intraday),
        carried=Money(carried),
        booked=Money(booked),
        square_off_done=account.halted and _square_off_came(state, account),
        engine_lag=state.books.engine_lag if name == state.books.account else 0,
    )


def _largest_order(state: EngineState, runs: Sequence[PortfolioRun]) -> int:
    working = (state.books.orders[one] for run in runs for leg in run.legs for one in leg.working)
    return max((_lots(state, order) for order in working), default=0)


def _lots(state: EngineState, order: Order) -> int:
    return order.quantity // state.master.by_id(order.instrument).lot_size


def _largest_position(state: EngineState, account: AccountBooks) -> tuple[int, str]:
    held = [
        (abs(quantity) // contract.lot_size, contract)
        for name, quantity in account.net_quantity.items()
        if quantity and name in state.master
        for contract in (state.master.by_id(name),)
    ]
    if not held:
        return 0, ""
    lots, contract = max(held, key=lambda one: one[0])
    return lots, contract_name(contract)


def _profits(state: EngineState, account: AccountId) -> tuple[int, int, int]:
    """Answer what intraday legs, carried legs and closed parts made today."""
    intraday = carried = booked = 0
    for run in state.books.portfolios.values():
        made = state.day_profits.of_run(run.portfolio_id) if run.account == account else None
        if made is None or run.started_at is None:
            continue
        today = [leg for leg in run.legs if _is_of_today(state, leg)]
        mine = [leg for leg in today if product_of(run, leg) is Product.INTRADAY]
        # Of mixed products the legs are told apart by their own profit; what was before today is of what is carried.
        part = made.amount if len(mine) == len(today) else market_data.profit_of(state, run, mine) or 0
        intraday += part
        carried += made.amount - part
        booked += sum(ledger.booked(leg) for leg in today)
    return intraday, carried, booked


def _is_of_today(state: EngineState, leg: LegRun) -> bool:
    return leg.closed_at is None or ist_date(leg.closed_at).toordinal() == state.books.day


def product_of(run: PortfolioRun, leg: LegRun) -> Product:
    """Answer the product that a leg is traded as: its own, else its portfolio's."""
    return leg.leg.product or run.portfolio.execution.product


def _square_off_came(state: EngineState, account: AccountBooks) -> bool:
    due = account.declared.square_off
    return due is not None and state.now >= ist_instant(ist_date(state.now), due)
