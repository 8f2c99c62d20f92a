"""The last look before an order: limits, band, hours, duplicates, flips, naked sales → a refusal or none."""

from engine.core.orders import order_pricing
from engine.core.readings import account_standing, ledger, market_data
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Denial, Want
from engine.domain.denial import DenialReason
from engine.domain.identifiers import AccountId
from engine.domain.instrument import Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import plain_text
from engine.domain.multileg.states import KillLevel
from engine.domain.order import Purpose, Side


def refusal(state: EngineState, run: PortfolioRun, want: Want) -> Denial | None:
    """Answer why an order may not be sent now; None where it may.

    Everything holds for openings. For exits only what would make them wrong: never a limit, a budget or the kill
    switch, because an exit reduces risk.
    """
    found = _market(state, run, want) or _quantity(want)
    if want.purpose is Purpose.EXIT:
        return _line(state, run) or found or _flip(run, want)
    return _stops(state, run) or found or _limits(state, run, want) or _naked(state, run, want)


def _line(state: EngineState, run: PortfolioRun) -> Denial | None:
    """Refuse even an exit where no gateway could take it: the account does not belong to this session."""
    if state.books.of(run.account).is_open:
        return None
    return account_standing.account_denial(state.books, run.account)


def _stops(state: EngineState, run: PortfolioRun) -> Denial | None:
    books = state.books
    if books.kill_level >= KillLevel.NO_OPENINGS:
        return Denial(DenialReason.KILL_SWITCH, books.kill_reason)
    denial = account_standing.opening_denial(books, run)
    if denial is not None:
        return denial
    if books.journal_failed:
        return Denial(DenialReason.JOURNAL, "")
    if ledger.has_unknown(state, run):
        return Denial(DenialReason.BASKET_UNKNOWN, "")
    if books.is_live:
        doubt = state.rules.live_refusal(run.portfolio.underlying, market_data.today(state))
        if doubt is not None:
            return Denial(DenialReason.RULES_UNCONFIRMED, doubt)
    return None


def _market(state: EngineState, run: PortfolioRun, want: Want) -> Denial | None:
    try:
        if not market_data.is_open(state, want.instrument.exchange):
            return Denial(DenialReason.MARKET_CLOSED, "")
    except UnknownRuleError as error:
        return Denial(DenialReason.MARKET_CLOSED, str(error))
    opposite = market_data.opposite_price(state, want.row, want.side)
    if opposite is None:
        return Denial(DenialReason.NO_QUOTE, want.instrument.symbol)
    if want.purpose is Purpose.EXIT:
        return None
    if market_data.is_stale(state) or not market_data.has_quote_today(state, want.row):
        return Denial(DenialReason.STALE_QUOTE, want.instrument.symbol)
    return _sanity(state, run, want, opposite) or _band(state, run, want)


def _sanity(state: EngineState, run: PortfolioRun, want: Want, opposite: int) -> Denial | None:
    quote = state.board.quote(want.row)
    symbol = want.instrument.symbol
    if 0 < quote.ask < quote.bid:
        return Denial(
            DenialReason.IMPOSSIBLE_QUOTE, f"{symbol} bid {plain_text(quote.bid)} over ask {plain_text(quote.ask)}"
        )
    if want.instrument.kind in (Kind.CALL, Kind.PUT):
        strike = want.instrument.strike or 0
        spot = state.master.spot(run.portfolio.underlying)
        level = market_data.last_price(state, state.master.row(spot.id)) if spot else None
        most = strike if want.instrument.kind is Kind.PUT else level
        if most is not None and opposite > most:
            # An index price delivered on an option's line looks like this (failure path F13).
            return Denial(
                DenialReason.IMPOSSIBLE_QUOTE, f"{symbol} at {plain_text(opposite)} is above {plain_text(most)}"
            )
    return None


def _band(state: EngineState, run: PortfolioRun, want: Want) -> Denial | None:
    if want.limit_price is None:
        return None
    if want.trigger_price is not None:
        low, high = order_pricing.resting_band(state, run.account, want.row, want.trigger_price)
    else:
        low, high = order_pricing.band(state, run.account, want.row)
    if low <= want.limit_price <= high:
        return None
    words = f"{plain_text(want.limit_price)} is not within {plain_text(max(low, 0))} and {plain_text(high)}"
    return Denial(DenialReason.PRICE_BAND, words)


def _quantity(want: Want) -> Denial | None:
    lot = want.instrument.lot_size
    if want.quantity % lot and want.purpose is Purpose.ENTRY:
        return Denial(DenialReason.NOT_A_LOT, f"{want.quantity} is not a multiple of {lot}")
    largest = order_pricing.slice_quantity(want.instrument)
    if largest is not None and want.quantity > largest:
        return Denial(DenialReason.FREEZE_QUANTITY, f"{want.quantity} over {largest}")
    return None


def _flip(run: PortfolioRun, want: Want) -> Denial | None:
    held = run.leg(want.leg_id).net_quantity
    if held * want.side.sign >= 0 or want.quantity > abs(held):
        return Denial(
            DenialReason.WOULD_FLIP, f"the leg holds {held:+d}, the order is {want.side.value} {want.quantity}"
        )
    return None


def _limits(state: EngineState, run: PortfolioRun, want: Want) -> Denial | None:
    account = state.books.of(run.account)
    limits, lot = account.limits, want.instrument.lot_size
    if want.quantity > limits.lots_per_order * lot:
        return Denial(DenialReason.ORDER_LOTS, f"{want.quantity // lot} lots over {limits.lots_per_order}")
    net = account.net_quantity.get(want.instrument.id, 0)
    worst = want.side.sign * net + want.quantity + _opening_under_way(state, account.account_id, want)
    if worst > limits.lots_per_position * lot:
        return Denial(DenialReason.POSITION_LOTS, f"{worst // lot} lots over {limits.lots_per_position}")
    if account.orders_today >= limits.orders_per_day:
        return Denial(DenialReason.ORDER_BUDGET, f"{account.orders_today} orders today")
    return None


def _opening_under_way(state: EngineState, account: AccountId, want: Want) -> int:
    """Answer what other working orders of the contract and side may still open; unknown ones count as filled."""
    total = 0
    for run in state.alive():
        if run.account != account:
            continue
        for leg in run.legs:
            if leg.row == want.row and leg.leg.side is want.side and leg.working:
                total += ledger.under_way(state, leg, Purpose.ENTRY)
    return total


def _naked(state: EngineState, run: PortfolioRun, want: Want) -> Denial | None:
    """Refuse a sale beyond what its bought legs hold, where bought legs come first and are planned to cover it."""
    leg = run.leg(want.leg_id)
    covered_first = run.portfolio.execution.buy_first or hedge_ties.is_first(run, leg)
    if want.side is Side.BUY or not covered_first:
        return None
    pairs = ledger.protection(state, run).get(want.leg_id)
    if not pairs:
        return None
    planned = leg.leg.lots * want.instrument.lot_size
    bare = planned - sum(quantity for _, quantity in pairs)
    covered = bare + ledger.protected_quantity(run, pairs)
    sold = leg.entered_quantity + ledger.under_way(state, leg, Purpose.ENTRY) + want.quantity
    return None if sold <= covered else Denial(DenialReason.NAKED_SHORT, f"{sold} sold, {covered} covered")


def resting_price_refusal(state: EngineState, account: AccountId, row: int, price: int) -> Denial | None:
    """Answer why a price typed by hand may not go on a working order; None where it may."""
    low, high = order_pricing.band(state, account, row)
    tick = state.master.instruments[row].tick_size
    if price % tick:
        return Denial(DenialReason.PRICE_BAND, f"{plain_text(price)} is not a multiple of the tick {plain_text(tick)}")
    if not low <= price <= high:
        words = f"{plain_text(price)} is not within {plain_text(max(low, 0))} and {plain_text(high)}"
        return Denial(DenialReason.PRICE_BAND, words)
    return None
