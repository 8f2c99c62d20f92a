"""Keep the delta of all legs together in its band with futures or bought options (executor reference §1.6)."""

from collections.abc import Generator, Iterator
from datetime import date

from engine.core.readings import account_standing, decisions, ledger, market_data
from engine.core.readings.deltas import SCALE, Deltas, deltas_of, size_of
from engine.core.records import hedge_ties
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.core.strikes import band_option
from engine.domain.facts import AnyFact, DeltaBandLeft, DeltaBandRegained, LegAdded, LegReduced
from engine.domain.identifiers import LegId
from engine.domain.instant import MINUTE, SECOND, Instant, clock_text, ist_date, ist_instant
from engine.domain.instrument import Instrument, Kind
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import exact_units, percent_of, rupees
from engine.domain.multileg.dynamic_hedge import BandInstrument, BandUnit, DeltaBand
from engine.domain.multileg.expiry import FixedDate
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.states import LEG_OPEN, RUNNING, ExitReason, LegOrigin, LegState
from engine.domain.multileg.strike import AtmOffset, FixedStrike
from engine.domain.order import Side

LAST_MINUTES = 15 * MINUTE
"""Before the close of an expiry day gamma flips, and the band is let be."""


def delta_band(state: EngineState, run: PortfolioRun) -> Iterator[AnyFact]:
    """Hedge the delta of a running portfolio that stays outside its band, and close the hedges when they are alone."""
    rule = run.portfolio.delta_band
    if rule is None or run.state not in RUNNING:
        return
    if hedge_ties.only_hedges_left(run):
        for leg in _hedges(run):
            if leg.state in LEG_OPEN and leg.net_quantity:
                why = "every leg whose delta it offsets is closed"
                yield decisions.leg_exit(state, run, leg, ExitReason.HEDGE_PARENT, why)
        return
    if _is_busy(run) or obstacle(state, run, rule) is not None:
        return
    deltas = deltas_of(state, run)
    if deltas is None:
        return
    band = band_of(rule, deltas)
    if abs(deltas.net) <= band:
        if run.delta_left_at is not None:
            yield DeltaBandRegained(at=state.now, portfolio_id=run.portfolio_id, delta=deltas.net, band=band)
        return
    if run.delta_left_at is None:
        yield DeltaBandLeft(at=state.now, portfolio_id=run.portfolio_id, delta=deltas.net, band=band)
    elif state.now >= _due_at(run, rule):
        yield from _hedge(state, run, rule, deltas, band)


def band_of(rule: DeltaBand, deltas: Deltas) -> int:
    """Answer the band around zero, in 1/10,000 index units."""
    return percent_of(deltas.short, rule.band) if rule.unit is BandUnit.PERCENT else exact_units(rule.band)


def lots_to_trade(net: int, inner: int, lot: int, size: int = SCALE) -> int:
    """Answer the lots, signed, that bring a delta to ``inner`` on its own side of zero; halves go up.

    ``net`` and ``inner`` in 1/10,000 index units, ``lot`` in units, ``size`` the delta of one unit of what is traded
    in 1/10,000, that of a future by default: ``n = −round((Δ ∓ inner) / (lot · size))``.
    """
    wanted = net - inner if net > 0 else net + inner
    unit = lot * size
    lots = (2 * abs(wanted) + unit) // (2 * unit)
    return -lots if wanted > 0 else lots


def obstacle(state: EngineState, run: PortfolioRun, rule: DeltaBand) -> str | None:
    """Answer why nothing is hedged now whatever the delta is, in a sentence; None where it may be."""
    books = state.books
    if books.kill_level or account_standing.opening_denial(books, run) is not None:
        return "nothing is opened now"
    if not market_data.can_trigger(state, run):
        return "the market is closed or silent"
    today = ist_date(state.now)
    if rule.times is not None:
        start, end = (ist_instant(today, at) for at in (rule.times.start, rule.times.end))
        if not start <= state.now <= end:
            return f"the band is watched from {rule.times.start:%H:%M} to {rule.times.end:%H:%M}"
    close = _expiry_close(state, run, today)
    if close is not None and state.now >= close - LAST_MINUTES:
        return "the last 15 minutes of an expiry day"
    hedged = sum(ist_date(at) == today for at in _instants(run))
    if rule.most_per_day is not None and hedged >= rule.most_per_day:
        return f"{hedged} delta hedges today, and no more may be"
    return None


def standing(state: EngineState, run: PortfolioRun) -> str:
    """Answer where the delta stands against its band, and what a hedge waits for; empty without a band."""
    rule = run.portfolio.delta_band
    if rule is None or run.state not in RUNNING:
        return ""
    deltas = deltas_of(state, run)
    if deltas is None:
        return "Delta of all legs is not known: a price is missing"
    now = f"Delta of all legs {deltas.net / SCALE:+.1f}, band {band_of(rule, deltas) / SCALE:.1f}"
    hindered = obstacle(state, run, rule)
    if hindered is not None:
        return f"{now}: not hedged now, {hindered}"
    return (
        now if run.delta_left_at is None else f"{now}: hedged at {clock_text(_due_at(run, rule))} if it stays outside"
    )


def asks_again(_state: EngineState, run: PortfolioRun) -> bool:
    """Say whether a band is watched: it is looked at within a second after any quote."""
    return run.portfolio.delta_band is not None and run.state in RUNNING


def wakes(state: EngineState, run: PortfolioRun) -> Iterator[int]:
    """Answer when a delta that stays outside its band is hedged, and when the times of the band begin."""
    rule = run.portfolio.delta_band
    if rule is None or run.state not in RUNNING:
        return
    if run.delta_left_at is not None:
        yield _due_at(run, rule)
    if rule.times is not None:
        yield ist_instant(ist_date(state.now), rule.times.start)


def _hedges(run: PortfolioRun) -> list[LegRun]:
    return [leg for leg in run.present if leg.origin is LegOrigin.DELTA]


def _instants(run: PortfolioRun) -> set[Instant]:
    """Answer when the delta was hedged: something was opened, or closed again in part or whole."""
    hedges = [leg for leg in run.legs if leg.origin is LegOrigin.DELTA]  # Of all executions: the day counts them.
    opened = {leg.wanted_since for leg in hedges}
    opened |= {at for leg in hedges for at in leg.given_back}
    return opened | {leg.exit_decided_at for leg in hedges if leg.exit_decided_at is not None}


def _is_busy(run: PortfolioRun) -> bool:
    """Say whether fills are still to come: the delta is judged only when everything rests."""
    return any(
        leg.working
        or leg.state in (LegState.RESOLVED, LegState.ENTERING, LegState.EXITING)
        or (leg.keep is not None and ledger.to_close(leg) > 0)
        for leg in run.present
    )


def _due_at(run: PortfolioRun, rule: DeltaBand) -> Instant:
    last = max(_instants(run), default=Instant(0))
    confirmed = (run.delta_left_at or Instant(0)) + rule.confirm * SECOND
    return Instant(max(confirmed, last + rule.pause * SECOND if last else 0))


def _expiry_close(state: EngineState, run: PortfolioRun, today: date) -> Instant | None:
    for leg in run.present:
        contract = ledger.instrument_of(state, leg) if leg.row >= 0 and leg.net_quantity else None
        if contract is not None and contract.expiry == today:
            try:
                return state.rules.expiry_close(contract.exchange, today)
            except UnknownRuleError:
                return state.now
    return None


def _hedge(state: EngineState, run: PortfolioRun, rule: DeltaBand, deltas: Deltas, band: int) -> Iterator[AnyFact]:
    inner = percent_of(deltas.short, rule.inner) if rule.unit is BandUnit.PERCENT else exact_units(rule.inner)
    outside = f"delta {deltas.net / SCALE:+.1f} outside its band of {band / SCALE:.1f}"
    if rule.instrument is BandInstrument.OPTION:
        yield from _with_options(state, run, rule, deltas.net, inner, outside)
        return
    contracts = _contracts(state, run, rule)
    if not contracts:
        return
    lot = contracts[0][0].lot_size
    lots = lots_to_trade(deltas.net, inner, lot)
    if not lots:
        return
    left = deltas.net + lots * lot * SCALE
    what = f"{outside}: {lots:+d} lots of {lot} leave {left / SCALE:+.1f}"
    lots = yield from _closed_first(state, run, lots, what)
    side = Side.BUY if lots > 0 else Side.SELL
    for number, (contract, same_way) in enumerate(contracts if lots else ()):
        way = side if same_way else side.opposite
        words = f"{what} (part {number + 1} of {len(contracts)})" if len(contracts) > 1 else what
        yield _added(state, run, contract, way, abs(lots), words)


def _closed_first(state: EngineState, run: PortfolioRun, lots: int, why: str) -> Generator[AnyFact, None, int]:
    """Close hedges of the other direction that fit into what is wanted, newest first; answer the lots that remain."""
    for leg in reversed(_hedges(run)):
        held = leg.net_quantity
        size = held // ledger.instrument_of(state, leg).lot_size
        is_future = leg.leg.kind is LegKind.FUTURE
        if is_future and leg.state in LEG_OPEN and held and held * lots < 0 and abs(size) <= abs(lots):
            lots += size
            yield decisions.leg_exit(state, run, leg, ExitReason.HEDGE_PARENT, why)
    return lots


def _with_options(
    state: EngineState, run: PortfolioRun, rule: DeltaBand, net: int, inner: int, outside: str
) -> Iterator[AnyFact]:
    """Give back what was bought against the other direction, then buy options for what is left; sell nothing bare."""
    aim = inner if net > 0 else -inner
    for leg in reversed(_hedges(run)):
        size = size_of(state, run, leg) if leg.state in LEG_OPEN and leg.net_quantity > 0 else None
        sign = 1 if leg.leg.kind is LegKind.CALL else -1
        if not size or sign * (net - aim) <= 0:
            continue
        lot = ledger.instrument_of(state, leg).lot_size
        lots = min(leg.net_quantity // lot, abs(lots_to_trade(net - aim, 0, lot, size)))
        if lots:
            net -= sign * lots * lot * size
            yield _given_back(state, run, leg, lots * lot, f"{outside}: {lots} lots sold leave {net / SCALE:+.1f}")
    kind = Kind.PUT if net > aim else Kind.CALL
    choice = band_option.choose(state, run, kind, rule.option_delta)
    if choice is None:
        return
    contract, size = choice
    lots = abs(lots_to_trade(net - aim, 0, contract.lot_size, size))
    if lots:
        net += (1 if kind is Kind.CALL else -1) * lots * contract.lot_size * size
        words = f"{outside}: {lots} lots of delta {size / SCALE:.2f} leave {net / SCALE:+.1f}"
        yield _added(state, run, contract, Side.BUY, lots, words)


def _given_back(state: EngineState, run: PortfolioRun, leg: LegRun, quantity: int, why: str) -> AnyFact:
    """Close a hedge, or the part of it that is not needed any more."""
    keep = leg.net_quantity - quantity
    if not keep:
        return decisions.leg_exit(state, run, leg, ExitReason.HEDGE_PARENT, why)
    return LegReduced(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        keep=keep,
        reason=ExitReason.HEDGE_PARENT,
        why=why,
    )


def _contracts(state: EngineState, run: PortfolioRun, rule: DeltaBand) -> list[tuple[Instrument, bool]]:
    """Answer what is traded for one more lot of delta, and whether each goes the same way; nothing without quotes."""
    today = ist_date(state.now)
    found: list[tuple[Instrument | None, bool]]
    if rule.instrument is BandInstrument.FUTURE:
        alive = (one for one in state.master.futures(run.portfolio.underlying) if one.expiry and one.expiry >= today)
        found = [(next(alive, None), True)]
    else:
        found = _synthetic(state, run)
    contracts = [(one, same_way) for one, same_way in found if one is not None]
    quoted = all(market_data.has_quote_today(state, state.master.row(one.id)) for one, _ in contracts)
    return contracts if quoted and len(contracts) == len(found) else []


def _synthetic(state: EngineState, run: PortfolioRun) -> list[tuple[Instrument | None, bool]]:
    """Answer call and put at the money of the nearest expiry that the portfolio's options have."""
    underlying = run.portfolio.underlying
    held = (ledger.instrument_of(state, leg) for leg in run.present if leg.row >= 0 and leg.net_quantity)
    expiry = min((one.expiry for one in held if one.expiry and one.kind.is_option), default=None)
    reference = None if expiry is None else market_data.underlying_price(state, run, expiry)
    if expiry is None or reference is None:
        return [(None, True)]
    step = state.rules.contract_rule(underlying, ist_date(state.now), expiry).strike_step
    strike = market_data.at_the_money(reference, step, run.portfolio.atm_rounding)
    return [
        (state.master.contract(underlying, expiry, strike, Kind.CALL), True),
        (state.master.contract(underlying, expiry, strike, Kind.PUT), False),
    ]


def _added(state: EngineState, run: PortfolioRun, contract: Instrument, side: Side, lots: int, why: str) -> LegAdded:
    leg_id = LegId(len(run.legs) + 1)
    strike = AtmOffset() if contract.strike is None else FixedStrike(strike=rupees(contract.strike))
    expiry = None if contract.expiry is None else FixedDate(on=contract.expiry)
    return LegAdded(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg_id,
        leg=Leg(side=side, kind=LegKind(contract.kind.value), strike=strike, expiry=expiry, lots=lots),
        origin=LegOrigin.DELTA,
        parent=None,
        number=leg_id,
        cycle=1,
        why=why,
        instrument=contract.id,
        quantity=lots * contract.lot_size,
    )
