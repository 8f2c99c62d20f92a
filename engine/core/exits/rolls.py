"""Carry a roll out: close its legs, and once all of them are flat open each on its new contract."""

from collections.abc import Iterator
from datetime import date

import msgspec

from engine.core.readings import account_standing, decisions, ledger, reopening
from engine.core.records.pending import RollRun
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AnyFact, LegAdded, RollBlocked
from engine.domain.identifiers import LegId
from engine.domain.instant import clock_text, ist_date
from engine.domain.money import Price, rupees
from engine.domain.multileg.expiry import FixedDate
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.states import ENTERS, LEG_DONE, LEG_OPEN, ExitReason, LegOrigin
from engine.domain.multileg.strike import FixedStrike

HALF_DONE = "its roll is half done"
"""How the sentence begins that says that a roll ended after its first half."""


def rolls(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Close what is to be rolled; open it anew when every leg of its roll is flat, or say why that is not done."""
    if run.state not in ENTERS:
        return
    for leg in list(run.legs):
        roll = leg.roll
        if roll is None:
            continue
        if leg.state in LEG_OPEN:
            why = f"rolled to {state.master.by_id(roll.instrument).symbol}"
            yield decisions.leg_exit(state, run, leg, ExitReason.ROLL, why)
        elif not still_to_close(run, roll):
            yield from _opened(state, run, leg, roll)


def still_to_close(run: PortfolioRun, roll: RollRun) -> list[LegRun]:
    """Answer the legs of a roll that are not closed whole yet."""
    together = (run.leg(leg_id) for leg_id in roll.together)
    return [leg for leg in together if leg.net_quantity or leg.working or leg.state not in LEG_DONE]


def waits_for(state: EngineState, run: PortfolioRun, leg: LegRun) -> str:
    """Answer what the second half of a leg's roll waits for, in words; why it is not carried out; else empty."""
    roll = leg.roll
    if roll is None:
        return f"{HALF_DONE}, it is closed and not opened again: {leg.roll_why}" if leg.roll_why else ""
    symbol = state.master.by_id(roll.instrument).symbol
    closing = still_to_close(run, roll)
    if closing:
        names = ", ".join(f"leg {one.leg_id} ({abs(one.net_quantity)} left)" for one in closing)
        return f"its roll opens {roll.quantity} {symbol} when {names} {'is' if len(closing) == 1 else 'are'} closed"
    denial = account_standing.line_denial(state.books, run.account)
    why = "" if denial is None else f": {account_standing.sentence(denial)}"
    return f"its roll opens {roll.quantity} {symbol} next{why}"


def asks_again(_state: EngineState, run: PortfolioRun) -> bool:
    """Say whether the second half of a roll waits for its account."""
    return run.state in ENTERS and any(leg.roll is not None for leg in run.legs)


def _opened(state: EngineState, run: PortfolioRun, leg: LegRun, roll: RollRun) -> Iterator[AnyFact]:
    why = _obstacle(state, run, roll)
    if why is not None:
        yield RollBlocked(
            at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, instrument=roll.instrument, why=why
        )
    elif account_standing.line_denial(state.books, run.account) is None:
        yield _added(state, run, leg, roll)


def _obstacle(state: EngineState, run: PortfolioRun, roll: RollRun) -> str | None:
    """Answer why nothing is opened any more; what passes by itself is waited for."""
    contract, books = state.master.by_id(roll.instrument), state.books
    if books.kill_level:
        return f"the kill switch is on: {books.kill_reason}"
    if state.now >= run.ends_at and not run.portfolio.reexecution.after_end:
        return f"after End {clock_text(run.ends_at)} nothing is opened again"
    if contract.expiry is not None and contract.expiry < ist_date(state.now):
        return f"{contract.symbol} has expired"
    denial = account_standing.account_denial(books, run.account) or account_standing.tag_denial(books, run.tag)
    return None if denial is None else account_standing.sentence(denial)


def _added(state: EngineState, run: PortfolioRun, leg: LegRun, roll: RollRun) -> LegAdded:
    contract = state.master.by_id(roll.instrument)
    cycles = [one.cycle for one in reopening.executions(run, leg)]
    return LegAdded(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=LegId(len(run.legs) + 1),
        leg=_declared(leg.leg, contract.strike, contract.expiry, roll.quantity // contract.lot_size),
        origin=LegOrigin.ROLLED,
        parent=leg.leg_id,
        number=leg.number,
        cycle=max(cycles) + 1,
        why=f"rolled from {ledger.instrument_of(state, leg).symbol}",
        instrument=contract.id,
        quantity=roll.quantity,
    )


def _declared(leg: Leg, strike: Price | None, expiry: date | None, lots: int) -> Leg:
    """Answer the same leg on another contract; what it had to wait for before it was entered is behind it."""
    return msgspec.structs.replace(
        leg,
        strike=leg.strike if strike is None else FixedStrike(strike=rupees(strike)),
        expiry=None if expiry is None else FixedDate(on=expiry),
        lots=lots,
        idle=False,
        wait=None,
        start=None,
        entry_delay=0,
    )
