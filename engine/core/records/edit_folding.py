"""How the facts of edits, parts and switching off change a portfolio; part of folding, no decisions."""

from engine.core.records.action_folding import lots_of
from engine.core.records.portfolio_run import LegRun, PortfolioRun, ScaleRun, new_leg, place_leg
from engine.domain import facts as f
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import LegId
from engine.domain.money import Money
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.domain.multileg.target import MultiTargets
from engine.schema.declared import replace

_STOP_RULES = ("stop", "stop_trail", "stop_wait", "stop_closes", "per_lot_basis")
_CHOOSES = ("expiry", "underlying_reference", "atm_rounding", "contracts")
_CHOOSES_LEG = ("side", "kind", "strike", "expiry", "guards")
"""What contracts are chosen by."""
_TARGET_RULES = ("target", "target_delay", "target_closes", "profit_lock", "per_lot_basis")


def fold_edit(run: PortfolioRun, master: ContractMaster, fact: f.AnyEditFact) -> None:
    """Change a portfolio by what a trader changed of it."""
    match fact:
        case f.PortfolioEdited():
            _edited(run, master, fact)
        case f.PartEntryBegun():
            run.scaling = ScaleRun(
                tuple((leg_id, abs(run.leg(leg_id).net_quantity), add) for leg_id, add, _lots in fact.adds), fact.at
            )
            run.lots_now = fact.lots
            for leg_id, add, lots in fact.adds:
                _add(run.leg(leg_id), add, lots)
                run.leg(leg_id).wanted_since = run.leg(leg_id).again_at = fact.at
        case f.PartEntryOver():
            _part_over(run, fact)
        case f.PortfolioDisabled():
            run.state, run.again = PortfolioState.DISABLED, None
        case f.PortfolioEnabled():
            run.state = PortfolioState.IDLE
        case f.SecretWordSealed():
            run.portfolio = replace(run.portfolio, entry=replace(run.portfolio.entry, token=fact.token))
        case f.ConfirmationWanted():
            pass  # Told to the trader; it changes nothing.


def fold_leg_edit(leg: LegRun, fact: f.AnyLegEditFact) -> None:
    """Change a leg by what a trader changed of it."""
    match fact:
        case f.LegLevelsEdited():
            leg.stop, leg.target, leg.first_stop = fact.stop, fact.target, fact.first_stop
            leg.stop_reason, leg.trail_steps, leg.pending = fact.reason, fact.trail_steps, None
            leg.moved_to_cost = leg.moved_to_cost and fact.reason is ExitReason.LEG_COST
            if leg.state is LegState.SL_CONFIRM:
                leg.state = LegState.OPEN
            if not fact.keeps_lock:
                leg.floor, leg.floor_steps = None, 0
        case f.LegClosedOutside():
            _closed_outside(leg, fact)


def _edited(run: PortfolioRun, master: ContractMaster, fact: f.PortfolioEdited) -> None:
    before, run.portfolio, run.version = run.portfolio, fact.portfolio, fact.version
    if fact.anew and not fact.repeats:
        _anew(run)
        return
    run.ends_at = run.ends_at if fact.ends_at is None else fact.ends_at
    run.square_off_at = run.square_off_at if fact.square_off_at is None else fact.square_off_at
    if fact.repeats:
        _renew_repeat(run, master, before)
        return
    for leg_id, declared in fact.legs:
        leg = run.leg(leg_id)
        if leg.instrument is not None and leg.wanted and not leg.entered_quantity:
            leg.wanted = declared.lots * master.by_id(leg.instrument).lot_size
        leg.leg = declared
    _forget_levels(run, before, fact.portfolio)


def _anew(run: PortfolioRun) -> None:
    """Give a portfolio that has not begun the legs of its new declaration."""
    earlier = len(run.legs) - len(run.present)
    del run.legs[earlier:]
    run.lots_multiplier, run.entry.lots_are_set = run.multiplier, False
    for number, declared in enumerate(run.portfolio.legs, 1):
        leg = new_leg(LegId(earlier + number), replace(declared, lots=declared.lots * run.multiplier))
        leg.number, leg.execution = number, run.execution
        run.legs.append(leg)
    if run.state is not PortfolioState.DISABLED:
        run.state = PortfolioState.IDLE
    run.entry.watch, run.again, run.combined_wait, run.is_reversed = None, None, None, False
    run.ranges, run.conditions_met, run.straddle_of = [], False, 0
    run.sync_until, run.sync_why, run.sync_missing, run.entry.start_signalled = None, "", "", False


def _renew_repeat(run: PortfolioRun, master: ContractMaster, before: MultilegPortfolio) -> None:
    """Give the execution that is waited for the legs of the new declaration; contracts that it kept stay kept."""
    kept = {leg.number: leg for leg in run.present if leg.instrument is not None and leg.state is LegState.RESOLVED}
    if any(getattr(before, name) != getattr(run.portfolio, name) for name in _CHOOSES):
        kept = {}
    earlier = len(run.legs) - len(run.present)
    del run.legs[earlier:]
    for number, declared in enumerate(run.portfolio.legs, 1):
        leg = new_leg(LegId(earlier + number), replace(declared, lots=lots_of(run, declared)))
        leg.number, leg.execution = number, run.execution
        run.legs.append(leg)
        old = kept.get(number)
        if old is None or old.instrument is None or leg.state is not LegState.WAITING:
            continue
        if all(getattr(old.leg, name) == getattr(declared, name) for name in _CHOOSES_LEG):
            instrument = master.by_id(old.instrument)
            place_leg(leg, instrument, old.row)
            leg.wanted, leg.state = leg.leg.lots * instrument.lot_size, LegState.RESOLVED
    run.combined_wait = None
    if before.range_breakout != run.portfolio.range_breakout:
        run.ranges = []


def _forget_levels(run: PortfolioRun, before: MultilegPortfolio, after: MultilegPortfolio) -> None:
    """Let combined levels whose rules changed be counted anew: what was trailed by the old rules is not kept."""

    def changed(names: tuple[str, ...]) -> bool:
        return any(getattr(before, name) != getattr(after, name) for name in names)

    if changed(_STOP_RULES):
        run.trailed_stop, run.stop_anchor, run.stop_pending, run.rearmed_stop = None, Money(0), None, None
    if changed(_TARGET_RULES):
        run.floor, run.anchor, run.target_pending, run.rearmed_target = None, Money(0), None, None
    if not (isinstance(before.target, MultiTargets) and isinstance(after.target, MultiTargets)):
        run.targets_hit = 0
    missing = run.references is not None and run.references.margin is None
    if missing and changed(("stop", "target", "profit_lock")):
        run.references = None


def _add(leg: LegRun, add: int, lots: int) -> None:
    leg.leg = replace(leg.leg, lots=leg.leg.lots + lots)
    leg.wanted = leg.entered_quantity + add
    leg.keep = None if leg.keep is None else leg.keep + add
    leg.state, leg.attempt, leg.failed, leg.failure = LegState.ENTERING, 1, False, ""
    leg.pending, leg.denied, leg.denied_since = None, "", None


def _part_over(run: PortfolioRun, fact: f.PartEntryOver) -> None:
    for leg_id, _, _ in () if run.scaling is None else run.scaling.legs:
        leg = run.leg(leg_id)
        leg.failed, leg.wanted = False, leg.entered_quantity
        if leg.state is LegState.ENTERING:
            leg.state = LegState.OPEN
    for leg_id, keep in fact.keeps:
        run.leg(leg_id).keep, run.leg(leg_id).keep_why = keep, fact.why
    run.scaling = None


def _closed_outside(leg: LegRun, fact: f.LegClosedOutside) -> None:
    value = Money(fact.price * abs(fact.quantity) // leg.scale)
    if fact.quantity > 0:
        leg.sold_quantity += fact.quantity
        leg.sold_value = Money(leg.sold_value + value)
    else:
        leg.bought_quantity -= fact.quantity
        leg.bought_value = Money(leg.bought_value + value)
    leg.state, leg.exit_reason, leg.exit_decided_at = LegState.EXITING, ExitReason.MANUAL_EXTERNAL, fact.at
    leg.exit_why, leg.todo, leg.pending = "closed at the broker", [], None
    leg.exit_why = "closed at the broker by hand"
