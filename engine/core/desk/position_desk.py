"""What a person does with open legs beside closing them whole: a part of one, a hedge for one, a roll of some."""

from collections.abc import Iterator
from fractions import Fraction

from engine.core.orders import conversions, reducing
from engine.core.readings import account_standing, ledger, market_data
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.facts import AnyFact, CommandRefused, ConversionRequested, LegAdded, LegReduced, RollDecided
from engine.domain.identifiers import InstrumentId, LegId
from engine.domain.instant import clock_text
from engine.domain.instrument import Instrument, Kind
from engine.domain.money import plain_text, rupees
from engine.domain.multileg.expiry import FixedDate
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.states import LEG_OPEN, RUNNING, ExitReason, LegOrigin
from engine.domain.multileg.strike import FixedStrike
from engine.domain.order import Product, Side

PositionCommand = c.PartExitLeg | c.AddHedge | c.RollLegs | c.ConvertLeg
"""What is done to open legs of one portfolio."""


def carry_out(state: EngineState, command: PositionCommand) -> Iterator[AnyFact]:
    """Answer the facts that a deed on open legs leads to, or the sentence why it is not done."""
    run = state.books.portfolios.get(command.portfolio_id)
    if run is None:
        yield _refused(state, command, f"there is no portfolio {command.portfolio_id}")
        return
    match command:
        case c.PartExitLeg():
            found: AnyFact | str = _part(state, run, command)
        case c.AddHedge():
            found = _hedge(state, run, command)
        case c.RollLegs():
            found = _roll(state, run, command)
        case c.ConvertLeg():
            found = _conversion(state, run, command)
    yield _refused(state, command, found) if isinstance(found, str) else found


# --- a part of one leg -----------------------------------------------------------------------------------------------


def _part(state: EngineState, run: PortfolioRun, command: c.PartExitLeg) -> LegReduced | str:
    leg = _open_leg(run, command.leg_id)
    if isinstance(leg, str):
        return leg
    if hedge_ties.guards_open_short(run, leg):
        return f"leg {leg.leg_id} is the hedge of leg {leg.parent}, which is still sold; close a part of that instead"
    if (command.lots is None) is (command.percent is None):
        return "say lots or percent, one of them"
    lot, held = ledger.instrument_of(state, leg).lot_size, reducing.kept(leg)
    whole = held // lot
    share = Fraction(command.percent or 0) / 100
    lots = command.lots if command.lots is not None else int(whole * share)
    if lots < 1:
        return f"that is less than one lot of leg {leg.leg_id}, which holds {whole}"
    if lots >= whole:
        return f"that is all that leg {leg.leg_id} holds ({whole} lots); square it off instead"
    what = (
        f"{lots} of {whole} lots" if command.lots is not None else f"{command.percent} percent, {lots} of {whole} lots,"
    )
    return LegReduced(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        keep=held - lots * lot,
        reason=ExitReason.MANUAL,
        why=f"{what} closed by hand",
    )


# --- a hedge for one leg ---------------------------------------------------------------------------------------------


def _hedge(state: EngineState, run: PortfolioRun, command: c.AddHedge) -> LegAdded | str:
    parent = _open_leg(run, command.leg_id)
    if isinstance(parent, str):
        return parent
    contract = _listed(state, command.instrument)
    if isinstance(contract, str):
        return contract
    sold = ledger.instrument_of(state, parent)
    wrong = _no_protection(parent, sold, contract) or _no_room(state, run, 1)
    if wrong is not None:
        return wrong
    most = reducing.kept(parent) // sold.lot_size
    if not 1 <= command.lots <= most:
        return f"a hedge of leg {parent.leg_id} takes 1 to {most} lots, as many as it has sold"
    return LegAdded(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=LegId(len(run.legs) + 1),
        leg=Leg(
            side=Side.BUY,
            kind=parent.leg.kind,
            strike=FixedStrike(strike=rupees(contract.strike or 0)),
            expiry=None if contract.expiry is None else FixedDate(on=contract.expiry),
            lots=command.lots,
            product=parent.leg.product,
        ),
        origin=LegOrigin.GUARD,
        parent=parent.leg_id,
        number=parent.number,
        cycle=1,
        why=f"hedge of leg {parent.leg_id}, by hand",
        instrument=contract.id,
        quantity=command.lots * contract.lot_size,
    )


def _no_protection(leg: LegRun, sold: Instrument, contract: Instrument) -> str | None:
    """Answer why a contract does not protect a leg; None where it does."""
    if leg.leg.side is not Side.SELL or not sold.kind.is_option:
        return f"leg {leg.leg_id} is no sold option; only those are hedged by a farther strike"
    if (contract.underlying, contract.kind, contract.expiry) != (sold.underlying, sold.kind, sold.expiry):
        return (
            f"{contract.symbol} is another kind of contract than {sold.symbol}; its hedge has the same type and expiry"
        )
    beyond = (contract.strike or 0) - (sold.strike or 0)
    if (beyond <= 0) if sold.kind is Kind.CALL else (beyond >= 0):
        where = "above" if sold.kind is Kind.CALL else "below"
        return f"the hedge of {sold.symbol} lies {where} {plain_text(sold.strike or 0)}; {contract.symbol} does not"
    return None


# --- a roll ----------------------------------------------------------------------------------------------------------


def _roll(state: EngineState, run: PortfolioRun, command: c.RollLegs) -> RollDecided | str:
    if not command.to or len({leg_id for leg_id, _ in command.to}) < len(command.to):
        return "name each leg of the roll once, with its new contract"
    rolls: list[tuple[LegId, InstrumentId, int]] = []
    words: list[str] = []
    for leg_id, to in command.to:
        leg, contract = _open_leg(run, leg_id), _listed(state, to)
        if isinstance(leg, str):
            return leg
        if isinstance(contract, str):
            return contract
        held = ledger.instrument_of(state, leg)
        wrong = _cannot_become(run, leg, held, contract)
        if wrong is not None:
            return wrong
        lots = reducing.kept(leg) // held.lot_size
        rolls.append((leg_id, contract.id, lots * contract.lot_size))
        words.append(f"{held.symbol} to {contract.symbol}")
    room = _no_room(state, run, len(rolls))
    if room is not None:
        return room
    why = f"by hand, {', '.join(words)}"
    return RollDecided(at=state.now, portfolio_id=run.portfolio_id, rolls=tuple(rolls), why=why)


def _cannot_become(run: PortfolioRun, leg: LegRun, held: Instrument, contract: Instrument) -> str | None:
    """Answer why a leg cannot be rolled to a contract; None where it can."""
    if hedge_ties.is_hedge(leg):
        return f"leg {leg.leg_id} is a hedge; it comes and goes with what it protects"
    if leg.hit is not None or leg.todo:
        return f"a level of leg {leg.leg_id} was hit and its actions are still to follow; wait until they are done"
    if contract.id == held.id:
        return f"leg {leg.leg_id} holds {held.symbol} already; choose another strike or expiry"
    if (contract.underlying, contract.kind) != (held.underlying, held.kind):
        return f"leg {leg.leg_id} holds {held.symbol}; {contract.symbol} is another type or underlying"
    same_side = (one for one in run.present if one.instrument == contract.id and one.net_quantity and one is not leg)
    opposite = next((one for one in same_side if one.leg.side is not leg.leg.side), None)
    if opposite is not None:
        return f"leg {opposite.leg_id} holds {contract.symbol} the other way round; choose another contract"
    return None


# --- a conversion ----------------------------------------------------------------------------------------------------


def _conversion(state: EngineState, run: PortfolioRun, command: c.ConvertLeg) -> ConversionRequested | str:
    leg = _open_leg(run, command.leg_id)
    if isinstance(leg, str):
        return leg
    before, contract = conversions.product_of(run, leg), ledger.instrument_of(state, leg)
    if command.product is before:
        return f"leg {leg.leg_id} is {before.value} already"
    if command.product is Product.INTRADAY and run.portfolio.schedule.positional is not None:
        return f"{run.portfolio.name} is held over days, and MIS is not"
    if leg.working:
        return f"order {leg.working[0]} of leg {leg.leg_id} works at the broker in {before.value}; take it away first"
    same = [one for _, one in conversions.pending(state, run.account) if one.instrument == leg.instrument]
    if same:
        return f"leg {same[0].leg_id} of the same contract is being converted; wait until that is answered"
    line = account_standing.line_denial(state.books, run.account)
    if line is not None:
        return account_standing.sentence(line)
    if not market_data.is_open(state, run.portfolio.exchange):
        return f"{run.portfolio.exchange.value} is closed at this time"
    return ConversionRequested(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        reference=f"{state.books.lineage}-{run.portfolio_id}-{leg.leg_id}-{leg.conversions + 1}",
        account=run.account,
        instrument=contract.id,
        quantity=leg.net_quantity,
        before=before,
        after=command.product,
    )


# --- questions -------------------------------------------------------------------------------------------------------


def _open_leg(run: PortfolioRun, leg_id: LegId) -> LegRun | str:
    """Answer a leg that holds something and is being neither entered nor closed, or the sentence why there is none."""
    name = run.portfolio.name
    if run.state not in RUNNING:
        return f"{name} is {run.state.value}; this is done to a running portfolio"
    if not 1 <= leg_id <= len(run.legs):
        return f"{name} has no leg {leg_id}"
    leg = run.leg(leg_id)
    if leg.state not in LEG_OPEN or not leg.net_quantity:
        return f"leg {leg_id} of {name} is {leg.state.value}, not open"
    if leg.conversion is not None:
        return f"leg {leg_id} of {name} is being converted to {leg.conversion.after.value}; wait for the answer"
    if leg.roll is not None:
        return f"leg {leg_id} of {name} is being rolled; wait until that is done"
    if ledger.to_close(leg):
        return f"a part of leg {leg_id} of {name} is being closed; try again when that is done"
    if run.scaling is not None:
        return f"more of {name} is being entered; wait until that is done"
    return leg


def _listed(state: EngineState, instrument: InstrumentId) -> Instrument | str:
    """Answer a contract that can be ordered now, or the sentence why not."""
    if instrument not in state.master:
        return f"{instrument} is not in today's contract list"
    contract = state.master.by_id(instrument)
    if contract.expiry is None or contract.expiry < market_data.today(state):
        return f"{contract.symbol} cannot be traded any more"
    if not market_data.has_quote_today(state, state.master.row(instrument)):
        return f"{contract.symbol} has no price of today; choose a contract that is traded"
    return contract


def _no_room(state: EngineState, run: PortfolioRun, legs: int) -> str | None:
    """Answer what keeps a portfolio from opening more legs now; None where nothing does."""
    if state.books.kill_level:
        return "the kill switch is on; release it first"
    if state.now >= run.ends_at and not run.portfolio.reexecution.after_end:
        return f"End {clock_text(run.ends_at)} has passed; set End later first"
    most = run.portfolio.execution.max_legs
    if len(run.present) + legs > most:
        return f"{run.portfolio.name} would have more than {most} legs, the most it may have"
    return account_standing.obstacle(state, run)


def _refused(state: EngineState, command: PositionCommand, sentence: str) -> CommandRefused:
    kind = str(type(command).__struct_config__.tag)
    return CommandRefused(at=state.now, command=kind, sentence=sentence, portfolio_id=command.portfolio_id)
