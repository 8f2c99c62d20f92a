"""What the facts add up to for one account and for one strategy tag."""

import msgspec

from engine.domain.identifiers import AccountId, InstrumentId, LegId, PortfolioId
from engine.domain.money import Money
from engine.domain.reports import BookOrder, Channel
from engine.domain.settings.account import Account
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag


class AccountBooks(msgspec.Struct, kw_only=True):
    """One account: its declaration, its limits, its day, and how it stands with its broker."""

    declared: Account
    limits: RiskLimits = RiskLimits()
    is_open: bool = False
    """A gateway to its broker belongs to this session."""
    recovering: bool = True
    exit_only: str | None = None
    """Why nothing is opened, by the word of a person; None where openings are allowed."""
    halted: bool = False
    halt_why: str = ""
    floor: Money | None = None
    """Profit of the day at which the profit lock closes everything; None before it is on."""
    anchor: Money = Money(0)
    down: dict[Channel, str] = {}
    """Lines that are down, with their detail."""
    drift: dict[InstrumentId, tuple[int, int]] = {}
    """Contracts in which our net quantity and the broker's differ: ours, the broker's."""
    outside: dict[InstrumentId, int] = {}
    """Net quantity at the broker that the trader took as not ours."""
    converting: dict[str, tuple[PortfolioId, LegId]] = {}
    """Conversions that the broker has not answered, by their reference, with the legs they are of."""
    net_quantity: dict[InstrumentId, int] = {}
    """The sum of all our fills."""
    orders_today: int = 0

    @property
    def account_id(self) -> AccountId:
        """Answer the account's id."""
        return AccountId(self.declared.id)

    def begin_day(self) -> None:
        """Begin the daily counters and limits again."""
        self.halted, self.halt_why, self.orders_today = False, "", 0
        self.floor, self.anchor = None, Money(0)


class TagBooks(msgspec.Struct, kw_only=True):
    """One strategy tag: its declaration and its day."""

    declared: StrategyTag
    halted: bool = False
    halt_why: str = ""
    floor: Money | None = None
    anchor: Money = Money(0)

    def begin_day(self) -> None:
        """Begin the daily limits again."""
        self.halted, self.halt_why = False, ""
        self.floor, self.anchor = None, Money(0)


class AccountSight(msgspec.Struct):
    """What the broker's latest books showed of an account; may be lost (list (c) of ARCHITECTURE.md)."""

    fresh_books_at: int = 0
    """When the newest fresh books of the broker were asked for."""
    margin_free: int | None = None
    """The broker's free funds at its last books, in 1/10,000 ₹."""
    margin_used: int | None = None
    charges: int | None = None
    outside_trades: tuple[BookOrder, ...] = ()
    """Orders of the broker's latest books that are not ours and were filled, oldest first."""
    drift_suspects: dict[InstrumentId, int] = {}
    """Differences seen in one book of the broker and not yet in a second."""
