"""What the trader does to open legs on a drawn day: a part, a hedge, a roll of one leg or of all."""

from collections.abc import Callable
from decimal import Decimal

from desktop.verification.deed_draws import Deed
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.identifiers import InstrumentId, LegId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.messages import Message
from engine.domain.money import Price
from engine.domain.multileg.states import RUNNING
from engine.domain.order import Product

Command = Callable[[Instant], Message]


def command_of(deed: Deed, state: EngineState, portfolio_id: PortfolioId, pick: int) -> Command | None:
    """Answer the command of a deed on open legs as things stand now; None where nothing is held."""
    running = [run for run in state.alive() if run.state in RUNNING and _held(run)]
    run = running[pick // 23 % len(running)] if running else state.books.portfolios.get(portfolio_id)
    held = [] if run is None else _held(run)
    if run is None or not held:
        return None
    portfolio_id = run.portfolio_id
    leg = held[pick // 7 % len(held)]
    match deed:
        case Deed.PART_EXIT_LEG:
            percent = Decimal((20, 50, 80, 99)[pick // 3 % 4])
            return lambda at: c.PartExitLeg(at=at, portfolio_id=portfolio_id, leg_id=leg.leg_id, percent=percent)
        case Deed.ADD_HEDGE:
            return _hedge(state, run, leg, pick)
        case Deed.CONVERT:
            product = Product.CARRY_FORWARD if pick % 4 else Product.INTRADAY
            return lambda at: c.ConvertLeg(at=at, portfolio_id=portfolio_id, leg_id=leg.leg_id, product=product)
        case _:
            chosen = held if pick % 3 == 0 else [leg]
            to = [(one.leg_id, name) for one in chosen if (name := _other(state, one, pick)) is not None]
            return lambda at: c.RollLegs(at=at, portfolio_id=portfolio_id, to=tuple(to))


def _held(run: PortfolioRun) -> list[LegRun]:
    return [leg for leg in run.legs if leg.net_quantity and leg.row >= 0]


def _hedge(state: EngineState, run: PortfolioRun, leg: LegRun, pick: int) -> Command | None:
    """Buy a strike one to four farther out for a leg; mostly the right way, sometimes too many lots."""
    contract = state.master.instruments[leg.row]
    outward = 1 if contract.kind.value == "CE" else -1
    to = _strike_away(state, leg, outward * (pick // 5 % 4 + 1))
    if to is None:
        return None
    lots = pick // 13 % 3 + 1
    portfolio_id, leg_id = run.portfolio_id, LegId(leg.leg_id)
    return lambda at: c.AddHedge(at=at, portfolio_id=portfolio_id, leg_id=leg_id, instrument=to, lots=lots)


def _other(state: EngineState, leg: LegRun, pick: int) -> InstrumentId | None:
    """Answer the contract of a roll: some strikes away, sometimes of the next expiry."""
    return _strike_away(state, leg, pick // 5 % 5 - 2, next_expiry=pick // 17 % 4 == 0)


def _strike_away(state: EngineState, leg: LegRun, steps: int, *, next_expiry: bool = False) -> InstrumentId | None:
    held = state.master.instruments[leg.row]
    if held.expiry is None or held.strike is None:
        return None
    later = [expiry for expiry in state.master.expiries(held.underlying) if expiry > held.expiry]
    expiry = later[0] if next_expiry and later else held.expiry
    strikes: tuple[Price, ...] = state.master.strikes(held.underlying, expiry)
    if held.strike not in strikes:
        return None
    place = strikes.index(held.strike) + steps
    if not 0 <= place < len(strikes):
        return None
    found = state.master.contract(held.underlying, expiry, strikes[place], held.kind)
    return None if found is None else found.id
