"""What somebody wants done. Commands return nothing: their outcome arrives as facts."""

from decimal import Decimal

import msgspec

from engine.domain.identifiers import AccountId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Price
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import KillLevel, SignalAction
from engine.domain.order import Product
from engine.domain.settings.account import Account
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all commands; ``at`` is when the engine took it from its inbox."""

    at: Instant


class AddPortfolio(Command, frozen=True, kw_only=True, tag="add_portfolio"):
    """Take a portfolio into the engine; ``start`` arms it (AtTime) or starts it (Manual) at once.

    It runs in every account of its strategy tag, or ``account`` alone where one is given.
    """

    portfolio: MultilegPortfolio
    account: AccountId = AccountId("")
    start: bool = False


class StartPortfolio(Command, frozen=True, kw_only=True, tag="start_portfolio"):
    """Enter now, whatever the entry rule says; a second start within the duplicate window is refused."""

    portfolio_id: PortfolioId


class ArmPortfolio(Command, frozen=True, kw_only=True, tag="arm_portfolio"):
    """Let a portfolio that is idle or done watch its entry rule, on the next day that its schedule allows."""

    portfolio_id: PortfolioId


class SquareOffPortfolio(Command, frozen=True, kw_only=True, tag="square_off_portfolio"):
    """Close everything the portfolio holds and cancel what it waits for. ``panic`` ignores pauses between steps."""

    portfolio_id: PortfolioId
    panic: bool = False
    by_signal: bool = False


class SquareOffLeg(Command, frozen=True, kw_only=True, tag="square_off_leg"):
    """Close one leg; the others go on."""

    portfolio_id: PortfolioId
    leg_id: LegId
    by_signal: bool = False


class ExecuteIdleLeg(Command, frozen=True, kw_only=True, tag="execute_idle_leg"):
    """Enter a leg that waits for somebody to say so."""

    portfolio_id: PortfolioId
    leg_id: LegId


class EditPortfolio(Command, frozen=True, kw_only=True, tag="edit_portfolio"):
    """Give a portfolio another declaration; while it runs only some fields may change.

    Where the change would close or enter something at once it is carried out only when it is ``confirmed``.
    """

    portfolio_id: PortfolioId
    portfolio: MultilegPortfolio
    confirmed: bool = False


class PartExit(Command, frozen=True, kw_only=True, tag="part_exit"):
    """Close a part of what a portfolio holds: ``lots`` of its smallest leg, or ``percent`` of what every leg holds."""

    portfolio_id: PortfolioId
    lots: int | None = None
    percent: Decimal | None = None
    confirmed: bool = False


class PartExitLeg(Command, frozen=True, kw_only=True, tag="part_exit_leg"):
    """Close a part of what one leg holds: ``lots`` or ``percent`` of them, in whole lots; the other legs go on."""

    portfolio_id: PortfolioId
    leg_id: LegId
    lots: int | None = None
    percent: Decimal | None = None


class AddHedge(Command, frozen=True, kw_only=True, tag="add_hedge"):
    """Buy ``lots`` of a farther strike for one sold leg of a portfolio; they are sold when that leg is closed."""

    portfolio_id: PortfolioId
    leg_id: LegId
    instrument: InstrumentId
    lots: int


class RollLegs(Command, frozen=True, kw_only=True, tag="roll_legs"):
    """Close open legs and open each on another contract of its underlying and type, same side and lots.

    ``to`` names each leg and its new contract. Nothing is opened before all of these legs are closed whole.
    """

    portfolio_id: PortfolioId
    to: tuple[tuple[LegId, InstrumentId], ...]


class ConvertLeg(Command, frozen=True, kw_only=True, tag="convert_leg"):
    """Move all that a leg holds to another product of the broker: MIS to NRML or back."""

    portfolio_id: PortfolioId
    leg_id: LegId
    product: Product


class PartEntry(Command, frozen=True, kw_only=True, tag="part_entry"):
    """Enter more of every open leg: ``lots`` of its smallest, of the others in proportion."""

    portfolio_id: PortfolioId
    lots: int


class MarkCompleted(Command, frozen=True, kw_only=True, tag="mark_completed"):
    """Take a portfolio as done that was closed in the broker's own application; the broker's books must show it."""

    portfolio_id: PortfolioId


class MarkLegClosed(Command, frozen=True, kw_only=True, tag="mark_leg_closed"):
    """Take one leg as closed in the broker's own application; the broker's books must show it.

    ``price`` is what it was closed at, in 1/10,000 ₹; None takes the broker's average where his books tell of the
    trade, else the price of the moment.
    """

    portfolio_id: PortfolioId
    leg_id: LegId
    price: Price | None = None


class ResetPortfolio(Command, frozen=True, kw_only=True, tag="reset_portfolio"):
    """Let a portfolio that is done wait for another start."""

    portfolio_id: PortfolioId


class EnablePortfolio(Command, frozen=True, kw_only=True, tag="enable_portfolio"):
    """Let a disabled portfolio be started again."""

    portfolio_id: PortfolioId


class DisablePortfolio(Command, frozen=True, kw_only=True, tag="disable_portfolio"):
    """Let nothing start a portfolio until it is enabled: no time, no signal, no other portfolio, no click."""

    portfolio_id: PortfolioId


class RearmLeg(Command, frozen=True, kw_only=True, tag="rearm_leg"):
    """Enter a leg again that was closed, given up or could not be entered; its contract is chosen anew."""

    portfolio_id: PortfolioId
    leg_id: LegId


class MoveLegToCost(Command, frozen=True, kw_only=True, tag="move_leg_to_cost"):
    """Move the stop of an open leg to its cost; one that is losing, or has a better stop, is left as it is."""

    portfolio_id: PortfolioId
    leg_id: LegId


class CancelWaitingLeg(Command, frozen=True, kw_only=True, tag="cancel_waiting_leg"):
    """Give up a leg that waits; the others go on."""

    portfolio_id: PortfolioId
    leg_id: LegId


class Signal(Command, frozen=True, kw_only=True, tag="signal"):
    """What a chart or another program wants done with a portfolio that takes signals.

    ``name`` is the portfolio's, ``token`` its secret word. ``key`` makes two deliveries of one signal the same; without
    it the same action within the portfolio's duplicate window is. ``leg`` is the number of a leg, for the leg actions.
    """

    name: str
    token: str
    action: SignalAction
    leg: int | None = None
    key: str = ""
    sent_at: Instant | None = None


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
    """Set the stop and target levels of an open leg by hand, in 1/10,000 ₹; None takes a level away.

    What is kept stays as it is, also where it is no price: a level of the underlying, or of a Greek.
    """

    portfolio_id: PortfolioId
    leg_id: LegId
    stop: Price | None
    target: Price | None
    keeps_stop: bool = False
    keeps_target: bool = False


class TripKillSwitch(Command, frozen=True, kw_only=True, tag="trip_kill_switch"):
    """Latch the kill switch at a level; it never goes down without a release."""

    level: KillLevel
    reason: str


class ReleaseKillSwitch(Command, frozen=True, kw_only=True, tag="release_kill_switch"):
    """Release the kill switch, with a reason that is kept."""

    reason: str


class SetRiskLimits(Command, frozen=True, kw_only=True, tag="set_risk_limits"):
    """Replace an account's limits; those of the default account where none is named."""

    limits: RiskLimits
    account: AccountId = AccountId("")


class SetAccount(Command, frozen=True, kw_only=True, tag="set_account"):
    """Declare an account anew, its limits included; a new one trades from the next session on."""

    declared: Account


class SetExitOnly(Command, frozen=True, kw_only=True, tag="set_exit_only"):
    """Let an account open nothing any more, or take that back (``on`` false), with a reason that is kept."""

    account: AccountId
    on: bool
    reason: str


class SetTag(Command, frozen=True, kw_only=True, tag="set_tag"):
    """Declare a strategy tag, new or anew; portfolios that run keep their accounts and multipliers."""

    declared: StrategyTag


class RemoveTag(Command, frozen=True, kw_only=True, tag="remove_tag"):
    """Take a strategy tag away; portfolios that name it are not entered."""

    name: str


class AcceptDrift(Command, frozen=True, kw_only=True, tag="accept_drift"):
    """Take the broker's books as they are: positions that are not ours stay outside our ledger.

    In one account, or in all where none is named.
    """

    reason: str
    account: AccountId = AccountId("")


AnyCommand = (
    AddPortfolio
    | StartPortfolio
    | ArmPortfolio
    | SquareOffPortfolio
    | SquareOffLeg
    | ExecuteIdleLeg
    | EditPortfolio
    | PartExit
    | PartExitLeg
    | AddHedge
    | RollLegs
    | ConvertLeg
    | PartEntry
    | MarkCompleted
    | MarkLegClosed
    | ResetPortfolio
    | EnablePortfolio
    | DisablePortfolio
    | RearmLeg
    | MoveLegToCost
    | CancelWaitingLeg
    | Signal
    | ResumePortfolio
    | CancelWorkingOrder
    | ModifyWorkingOrder
    | ChangeLegProtection
    | TripKillSwitch
    | ReleaseKillSwitch
    | SetRiskLimits
    | SetAccount
    | SetExitOnly
    | SetTag
    | RemoveTag
    | AcceptDrift
)
"""Every command."""
