"""What was closed in the broker's own application: a whole portfolio or one leg is taken as done (failure path F19)."""

from collections.abc import Iterator

from engine.core.readings import ledger, market_data
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, CommandRefused, LegClosedOutside, PortfolioExitDecided
from engine.domain.facts.edits import OutsidePrice
from engine.domain.identifiers import LegId
from engine.domain.money import Price, divide_half_up
from engine.domain.multileg.states import ACTIVE, EXITING, ExitReason
from engine.domain.order import OrderStatus, Purpose, Side


def mark_completed(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Take as done what was closed at the broker; his own books must show that it is gone (state table P21)."""
    sentence = _still_there(state, run)
    if sentence is not None:
        yield _refused(state, run, "mark_completed", sentence)
        return
    held = [leg for leg in run.legs if leg.net_quantity]
    yield PortfolioExitDecided(
        at=state.now,
        portfolio_id=run.portfolio_id,
        reason=ExitReason.MANUAL_EXTERNAL,
        why="marked as done by hand: it was closed at the broker",
    )
    for leg in held:
        yield _closed(state, run, leg, None)


def mark_leg_closed(state: EngineState, run: PortfolioRun, leg_id: LegId, price: Price | None) -> Iterator[AnyFact]:
    """Take one leg as closed at the broker; the others go on, and nothing follows as on a stop.

    Its stop and target that still rest are cancelled by the stages that look after orders.
    """
    sentence = _leg_still_there(state, run, leg_id, price)
    if sentence is not None:
        yield _refused(state, run, "mark_leg_closed", sentence)
    else:
        yield _closed(state, run, run.leg(leg_id), price)


def _closed(state: EngineState, run: PortfolioRun, leg: LegRun, typed: Price | None) -> LegClosedOutside:
    contract = ledger.instrument_of(state, leg)
    price, source = typed, OutsidePrice.TYPED
    if price is None:
        price, source = _brokers_price(state, run, leg), OutsidePrice.BROKER
    if price is None:
        price, source = market_data.last_price(state, leg.row) or leg.average_entry, OutsidePrice.MOMENT
    return LegClosedOutside(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        instrument=contract.id,
        quantity=leg.net_quantity,
        price=price or contract.tick_size,
        source=source,
    )


def _brokers_price(state: EngineState, run: PortfolioRun, leg: LegRun) -> Price | None:
    """Answer the average price of the broker's newest trades that are not ours and close a leg; None without them."""
    contract, missing = ledger.instrument_of(state, leg), abs(leg.net_quantity)
    side = Side.SELL if leg.net_quantity > 0 else Side.BUY
    value = 0
    for trade in reversed(state.sight(run.account).outside_trades):
        if trade.instrument != contract.id or trade.side is not side or not missing:
            continue
        part = min(missing, trade.filled)
        value += divide_half_up(trade.value * part, trade.filled)
        missing -= part
    return None if missing else Price(divide_half_up(value * contract.quantity_scale, abs(leg.net_quantity)))


def _leg_still_there(state: EngineState, run: PortfolioRun, leg_id: LegId, price: Price | None) -> str | None:
    """Answer why a leg cannot be taken as closed; None where the broker's books show that what it held is gone."""
    if not 1 <= leg_id <= len(run.legs):
        return f"there is no leg {leg_id}"
    leg = run.leg(leg_id)
    if not leg.net_quantity:
        return f"leg {leg_id} holds nothing"
    if price is not None and (price <= 0 or price % leg.tick):
        return "the price must be above zero and on the tick of the contract"
    if ledger.working(state, leg, Purpose.ENTRY):
        return f"an order that opens leg {leg_id} is still under way; cancel it first"
    if any(order.status is OrderStatus.UNKNOWN for order in ledger.working(state, leg)):
        return f"an order of leg {leg_id} has an unknown outcome: it may be what closed it; wait until it is known"
    account = state.books.of(run.account)
    if account.recovering or not state.sight(run.account).fresh_books_at:
        return "the broker's books were not read yet; try again in a moment"
    contract, held = ledger.instrument_of(state, leg), leg.net_quantity
    expected = account.net_quantity.get(contract.id, 0) + account.outside.get(contract.id, 0)
    shown = account.drift.get(contract.id, (expected, expected))[1]
    gone = expected - shown
    if gone * held > 0 and abs(gone) >= abs(held):
        return None
    there = f"{gone:+d} gone" if gone * held > 0 else "nothing gone"
    return (
        f"leg {leg_id} holds {held:+d} {contract.symbol} and the broker's books show {there}; "
        "square off what is there, or wait for fresh books"
    )


def _still_there(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer why a portfolio cannot be taken as done; None where the broker's books show that nothing is left."""
    if run.state not in ACTIVE and run.state not in EXITING:
        return "only one that runs or is being closed is marked as done"
    if any(leg.working for leg in run.legs):
        return "an order of it is still under way; cancel it first"
    account = state.books.of(run.account)
    if account.recovering or not state.sight(run.account).fresh_books_at:
        return "the broker's books were not read yet; try again in a moment"
    ours: dict[str, int] = {}
    for leg in run.legs:
        if leg.instrument is not None and leg.net_quantity:
            ours[leg.instrument] = ours.get(leg.instrument, 0) + leg.net_quantity
    for leg in run.legs:
        instrument = leg.instrument
        if instrument is None:
            continue
        expected, shown = account.drift.get(instrument, (0, 0))
        if shown - expected != -ours.get(instrument, 0):
            held, symbol = ours.get(instrument, 0), instrument.partition(":")[2] or instrument
            words = "do not show that it is gone" if held else f"show {shown - expected:+d} that is not ours"
            return f"we hold {held:+d} {symbol} and the broker's books {words}; square it off, or wait for fresh books"
    return None


def _refused(state: EngineState, run: PortfolioRun, command: str, why: str) -> CommandRefused:
    sentence = f"{run.portfolio.name} is {run.state.value}: {why}"
    return CommandRefused(at=state.now, command=command, sentence=sentence, portfolio_id=run.portfolio_id)
