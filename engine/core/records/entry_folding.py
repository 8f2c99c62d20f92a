"""How the facts of an entry change a portfolio."""

from engine.core.records.action_folding import begin_execution
from engine.core.records.entry_run import EntryWatch
from engine.core.records.portfolio_run import PortfolioRun
from engine.domain import facts as f
from engine.domain.instant import ist_date
from engine.domain.multileg.range_breakout import RangeOf
from engine.domain.multileg.states import PortfolioState, SignalAction
from engine.schema.declared import replace


def fold_entry(run: PortfolioRun, fact: f.AnyEntryFact) -> None:
    """Change a portfolio by one fact of its entry."""
    match fact:
        case f.EntryLookedBack():
            run.entry.lost_why = fact.why
        case f.EntryReferenceTaken():
            run.entry.watched_at = fact.at
            run.entry.watch = EntryWatch(
                reference=fact.reference,
                low=fact.low,
                high=fact.high,
                direction=fact.direction,
                phase=fact.phase,
                side=fact.side,
                straddle=fact.straddle,
            )
        case f.EntrySideSeen():
            if run.entry.watch is not None:
                run.entry.watch.side, run.entry.watch.phase = fact.side, fact.phase
        case f.LotsMultiplied():
            run.lots_multiplier, run.entry.lots_are_set = run.lots_multiplier * fact.multiplier, True
            for leg_id, lots in fact.lots:
                leg = run.leg(leg_id)
                leg.leg = replace(leg.leg, lots=lots)
        case f.PortfolioReset():
            run.is_reversed = False
            begin_execution(run)
            run.todo, run.again, run.state = [], None, PortfolioState.IDLE
        case f.MarginShort():
            run.entry.margin_short_of = fact.execution
        case f.SignalTaken():
            run.entry.signals[fact.key] = fact.at
            run.entry.start_signalled = fact.action is SignalAction.START


def fold_armed(run: PortfolioRun) -> None:
    """Forget what an earlier watch had seen: a portfolio that is armed begins anew."""
    run.entry.watch, run.entry.start_signalled, run.entry.lost_why = None, False, ""


def fold_started(run: PortfolioRun, fact: f.PortfolioStarted) -> None:
    """Count a start of the day; what was watched stays, for slices that ask whether it still holds."""
    today = ist_date(fact.at).toordinal()
    if run.entry.start_day != today:
        run.entry.start_day, run.entry.starts_of_day = today, 0
    run.entry.start_signalled = False
    # A range belongs to its day: executions of the same day wait for its next break, later ones build their own.
    run.ranges = [found for found in run.ranges if ist_date(found.set_at).toordinal() == today]
    rule = run.portfolio.range_breakout
    if rule is not None and rule.of is RangeOf.BOTH:
        # A leg's own range begins anew with each break of the underlying's.
        run.ranges = [found for found in run.ranges if found.number == 0]
    # An execution that an action repeats has a count of its own (ruling 3).
    run.entry.starts_of_day += run.again is None
