"""What the checks of ``legwork verify`` learn from edits and parts, and what these must not do."""

from collections.abc import Iterator

from engine.core.verification.seen import SeenLeg, SeenPortfolio
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.contract_master import ContractMaster
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import FINAL, RUNNING, ExitReason, LegOrigin, PortfolioState
from engine.schema.declared import replace
from engine.schema.diff import diff

_BEFORE = frozenset({PortfolioState.DISABLED, PortfolioState.IDLE, PortfolioState.WAITING})


def see(portfolio: SeenPortfolio, fact: f.AnyEditFact) -> Iterator[Violation]:
    """Take a fact of an edit into what is seen of a portfolio, and answer what it breaks."""
    match fact:
        case f.PortfolioEdited():
            yield from _edited(portfolio, fact)
        case f.PartEntryBegun():
            if portfolio.state not in RUNNING:
                yield Violation(
                    47, fact.at, f"more of {fact.portfolio_id} is entered while it is {portfolio.state.value}"
                )
            for leg_id, add, lots in fact.adds:
                leg = portfolio.legs[leg_id - 1]
                leg.declared = replace(leg.declared, lots=leg.declared.lots + lots)
                leg.keep = None if leg.keep is None else leg.keep + add
                leg.again_at = fact.at
        case f.PartEntryOver():
            for leg_id, keep in fact.keeps:
                leg = portfolio.legs[leg_id - 1]
                if keep > abs(leg.net):
                    yield Violation(13, fact.at, f"leg {leg_id} shall keep {keep} of {leg.net:+d}")
                leg.keep, leg.failed = keep, False
        case f.PortfolioDisabled():
            if portfolio.state not in _BEFORE:
                yield Violation(47, fact.at, f"{fact.portfolio_id} is disabled while it is {portfolio.state.value}")
            portfolio.state = PortfolioState.DISABLED
        case f.PortfolioEnabled():
            portfolio.state = PortfolioState.IDLE
        case f.SecretWordSealed():
            entry = replace(portfolio.declared.entry, token=fact.token)
            portfolio.declared = replace(portfolio.declared, entry=entry)
        case f.ConfirmationWanted():
            pass  # It changes nothing.


def see_leg(portfolio: SeenPortfolio, fact: f.AnyLegEditFact, master: ContractMaster) -> Iterator[Violation]:
    """Take a fact of what was changed of a leg, and answer what it breaks: only an edit may loosen a stop."""
    leg = portfolio.legs[fact.leg_id - 1]
    match fact:
        case f.LegLevelsEdited():
            looser = leg.stop is not None and (fact.stop is None or leg.stop.is_tighter_than(fact.stop))
            if looser and portfolio.edited_at != fact.at:
                yield Violation(35, fact.at, f"leg {fact.leg_id}: {leg.stop} to {fact.stop} without an edit")
            leg.stop, leg.target, leg.stop_reason = fact.stop, fact.target, fact.reason
            leg.by_hand = leg.by_hand and fact.reason is ExitReason.LEG_SL
            if not fact.keeps_lock:
                leg.floor = None
        case f.LegClosedOutside():
            if fact.quantity != leg.net:
                yield Violation(13, fact.at, f"leg {fact.leg_id} holds {leg.net:+d}, taken off are {fact.quantity:+d}")
            value = fact.price * abs(fact.quantity) // master.by_id(fact.instrument).quantity_scale
            if fact.quantity > 0:
                leg.sold, leg.cash = leg.sold + fact.quantity, leg.cash + value
            else:
                leg.bought, leg.cash = leg.bought - fact.quantity, leg.cash - value


_NEVER = ("name", "exchange", "underlying", "tag", "entry", "sync_users", "range_breakout", "dynamic_hedge")
"""Fields of a portfolio that has begun which no edit changes (executor reference §2.6)."""

_OWN_CAUSES = frozenset({ExitReason.KILL, ExitReason.USER_LIMIT, ExitReason.TAG_LIMIT, ExitReason.MANUAL})
"""Reasons that an edit cannot give."""


def brings_about(portfolio: SeenPortfolio, fact: f.PortfolioFact) -> Iterator[Violation]:
    """Answer what follows an edit in its own step that was not asked for: closes, entries and further legs."""
    if not portfolio.edit_is_fresh:
        return
    if isinstance(fact, f.LegAdded) and fact.origin is LegOrigin.ADDED:
        portfolio.may_add -= 1
        if portfolio.may_add < 0:
            yield Violation(60, fact.at, f"leg {fact.leg_id} of {fact.portfolio_id} is added, and no edit names it")
    if not portfolio.edit_confirmed and _does_at_once(portfolio, fact):
        kind = type(fact).__struct_config__.tag
        yield Violation(60, fact.at, f"{kind} of {fact.portfolio_id} follows an edit that nobody confirmed: {fact}")


def _does_at_once(portfolio: SeenPortfolio, fact: f.PortfolioFact) -> bool:
    """Say whether a fact closes, gives up or enters something."""
    match fact:
        case f.PortfolioExitDecided() | f.LegExitDecided() | f.LegHit():
            return fact.reason not in _OWN_CAUSES
        case f.PortfolioReduced() | f.CombinedHitInPart() | f.LegReduced() | f.LegReleased():
            return True
        case f.LegCancelled():
            leg = portfolio.legs[fact.leg_id - 1]
            switched_off = any(one.lots == 0 for one in portfolio.declared.legs)
            return not (leg.declared.lots == 0 or switched_off)
        case _:
            return False


def _recorded(before: MultilegPortfolio, fact: f.PortfolioEdited) -> Iterator[Violation]:
    """Answer an edit whose words are not the difference, or that changes what must stay once it has begun."""
    words = tuple(diff(before, fact.portfolio))
    if not words or fact.changes != words:
        yield Violation(59, fact.at, f"{fact.portfolio_id} is edited: {words}; recorded is {fact.changes}")
    moved = [name for name in _NEVER if getattr(before, name) != getattr(fact.portfolio, name)]
    if moved and not fact.anew:
        yield Violation(59, fact.at, f"an edit of {fact.portfolio_id} changes {', '.join(moved)} while it runs")


def _edited(portfolio: SeenPortfolio, fact: f.PortfolioEdited) -> Iterator[Violation]:
    before, portfolio.declared, portfolio.edited_at = portfolio.declared, fact.portfolio, fact.at
    portfolio.edit_is_fresh = True
    yield from _recorded(before, fact)
    had = [leg.lots > 0 for leg in before.legs]
    portfolio.may_add = sum(
        leg.lots > 0 and not (number < len(had) and had[number]) for number, leg in enumerate(fact.portfolio.legs)
    )
    if portfolio.state in FINAL:
        yield Violation(47, fact.at, f"{fact.portfolio_id} is edited while it is {portfolio.state.value}")
    if fact.anew:
        if portfolio.state not in _BEFORE:
            yield Violation(47, fact.at, f"{fact.portfolio_id} is declared anew while it is {portfolio.state.value}")
        del portfolio.legs[portfolio.begins :]
        if fact.repeats:
            yield from _repeated(portfolio, fact)
            return
        portfolio.is_again = False
        portfolio.legs += [
            SeenLeg(declared=replace(leg, lots=leg.lots * portfolio.multiplier)) for leg in fact.portfolio.legs
        ]
        portfolio.is_reversed = False
        portfolio.times, portfolio.most_lots = portfolio.multiplier, None
        if portfolio.state is not PortfolioState.DISABLED:
            portfolio.state = PortfolioState.IDLE
        return
    for leg_id, declared in fact.legs:
        leg = portfolio.legs[leg_id - 1]
        moved = (leg.declared.side, leg.declared.kind) != (declared.side, declared.kind)
        if leg.net and (moved or leg.declared.lots != declared.lots):
            yield Violation(47, fact.at, f"leg {leg_id} holds {leg.net:+d} and an edit changes what it is")
        leg.declared = declared
    portfolio.square_off_at = portfolio.square_off_at if fact.square_off_at is None else fact.square_off_at
    rules = ("stop", "stop_trail", "stop_wait", "stop_closes", "per_lot_basis")
    locks = ("target", "target_delay", "target_closes", "profit_lock", "per_lot_basis")
    if any(getattr(before, name) != getattr(fact.portfolio, name) for name in rules):
        portfolio.stop = None
    if any(getattr(before, name) != getattr(fact.portfolio, name) for name in locks):
        portfolio.floor = None


def _repeated(portfolio: SeenPortfolio, fact: f.PortfolioEdited) -> Iterator[Violation]:
    """Give the execution that is waited for the legs of its new declaration."""
    if not portfolio.is_again or portfolio.state is not PortfolioState.WAITING:
        yield Violation(47, fact.at, f"{fact.portfolio_id} does not wait to be executed again, and an edit says so")
    times, most = portfolio.times, portfolio.most_lots
    portfolio.legs += [
        SeenLeg(declared=replace(leg, lots=min(leg.lots * times, most or leg.lots * times)))
        for leg in fact.portfolio.legs
    ]
    portfolio.square_off_at = portfolio.square_off_at if fact.square_off_at is None else fact.square_off_at
