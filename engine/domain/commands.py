"""What somebody wants done. Commands return nothing: their outcome arrives as facts."""

import msgspec

from engine.domain.identifiers import AccountId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Price
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import KillLevel
from engine.domain.settings.risk_limits import RiskLimits


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all commands; ``at`` is when the engine took it from its inbox."""

    at: Instant


class AddPortfolio(Command, frozen=True, kw_only=True, tag="add_portfolio"):
    """Take a portfolio into the engine; ``start`` arms it (AtTime) or starts it (Manual) at once."""

    portfolio: MultilegPortfolio
    account: AccountId
    start: bool = False


class StartPortfolio(Command, frozen=True, kw_only=True, tag="start_portfolio"):
    """Enter now, whatever the entry rule says; a second start within the duplicate window is refused."""

    portfolio_id: PortfolioId


class SquareOffPortfolio(Command, frozen=True, kw_only=True, tag="square_off_portfolio"):
    """Close everything the portfolio holds and cancel what it waits for. ``panic`` ignores pauses between steps."""

    portfolio_id: PortfolioId
    panic: bool = False


class SquareOffLeg(Command, frozen=True, kw_only=True, tag="square_off_leg"):
    """Close one leg; the others go on."""

    portfolio_id: PortfolioId
    leg_id: LegId


class ResumePortfolio(Command, frozen=True, kw_only=True, tag="resume_portfolio"):
    """Finish the entry of a portfolio that a restart caught in the middle."""

    portfolio_id: PortfolioId


class CancelWorkingOrder(Command, frozen=True, kw_only=True, tag="cancel_working_order"):
    """Cancel one of our orders."""

    order_id: OrderId


class ModifyWorkingOrder(Command, frozen=True, kw_only=True, tag="modify_working_order"):
    """Give one of our orders another limit, in 1/10,000 ₹."""

    order_id: OrderId
    limit_price: Price


class ChangeLegProtection(Command, frozen=True, kw_only=True, tag="change_leg_protection"):
    """Set the stop and target levels of an open leg by hand, in 1/10,000 ₹; None takes a level away."""

    portfolio_id: PortfolioId
    leg_id: LegId
    stop: Price | None
    target: Price | None


class TripKillSwitch(Command, frozen=True, kw_only=True, tag="trip_kill_switch"):
    """Latch the kill switch at a level; it never goes down without a release."""

    level: KillLevel
    reason: str


class ReleaseKillSwitch(Command, frozen=True, kw_only=True, tag="release_kill_switch"):
    """Release the kill switch, with a reason that is kept."""

    reason: str


class SetRiskLimits(Command, frozen=True, kw_only=True, tag="set_risk_limits"):
    """Replace the account's limits."""

    limits: RiskLimits


class AcceptDrift(Command, frozen=True, kw_only=True, tag="accept_drift"):
    """Take the broker's books as they are: positions that are not ours stay outside our ledger."""

    reason: str


AnyCommand = (
    AddPortfolio
    | StartPortfolio
    | SquareOffPortfolio
    | SquareOffLeg
    | ResumePortfolio
    | CancelWorkingOrder
    | ModifyWorkingOrder
    | ChangeLegProtection
    | TripKillSwitch
    | ReleaseKillSwitch
    | SetRiskLimits
    | AcceptDrift
)
"""Every command."""
