"""Facts of accounts and strategy tags: what they are, what their day came to, and when they stop."""

from engine.domain.facts.fact import PortfolioFact, SessionFact
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.money import Money
from engine.domain.settings.account import Account
from engine.domain.settings.day_limits import HaltCause
from engine.domain.settings.strategy_tag import StrategyTag


class AccountSet(SessionFact, frozen=True, kw_only=True, tag="account_set"):
    """An account is declared so from now on; ``changes`` in words for the audit."""

    declared: Account
    changes: tuple[str, ...] = ()


class AccountHalted(SessionFact, frozen=True, kw_only=True, tag="account_halted"):
    """A limit of an account's day was reached; all it holds is closed and nothing is opened until the next day."""

    loss: Money
    """The day's loss when it happened; below zero for a profit."""
    limit: Money
    """The limit: a loss, a profit or a floor, by the cause."""
    account: AccountId = AccountId("")
    """Empty for the session's default account, as in journals of one account."""
    cause: HaltCause = HaltCause.MAX_LOSS
    why: str = ""


class AccountFloorMoved(SessionFact, frozen=True, kw_only=True, tag="account_floor_moved"):
    """An account's profit lock went on, or its floor rose; ``anchor`` is the profit from which the next step counts."""

    account: AccountId
    floor: Money
    anchor: Money


class ExitOnlySet(SessionFact, frozen=True, kw_only=True, tag="exit_only_set"):
    """An account opens nothing any more, or may again (``on`` false)."""

    account: AccountId
    on: bool
    reason: str


class TagSet(SessionFact, frozen=True, kw_only=True, tag="tag_set"):
    """A strategy tag is declared so from now on; ``changes`` in words for the audit."""

    declared: StrategyTag
    changes: tuple[str, ...] = ()


class TagRemoved(SessionFact, frozen=True, kw_only=True, tag="tag_removed"):
    """A strategy tag is gone; portfolios that name it are not entered."""

    name: str


class TagHalted(SessionFact, frozen=True, kw_only=True, tag="tag_halted"):
    """A limit of a tag's day was reached; its portfolios are closed in all accounts until the next day."""

    name: str
    profit: Money
    """The day's profit of all its portfolios when it happened."""
    limit: Money
    cause: HaltCause
    why: str


class TagFloorMoved(SessionFact, frozen=True, kw_only=True, tag="tag_floor_moved"):
    """A tag's profit lock went on, or its floor rose."""

    name: str
    floor: Money
    anchor: Money


class DayCarried(PortfolioFact, frozen=True, kw_only=True, tag="day_carried"):
    """What a portfolio of an earlier day had made before this one: the day's limits count from there."""

    profit: Money
    """At the previous close where that is known, else at the first quotes of the day."""


class SyncAwaited(PortfolioFact, frozen=True, kw_only=True, tag="sync_awaited"):
    """The entry rule is true, but not every account is ready: those that are start together, at ``until`` at last."""

    until: Instant
    why: str
    """The entry rule's own words."""
    missing: str
    """The accounts that are not ready, each with its reason."""


AnyAccountFact = (
    AccountSet | AccountHalted | AccountFloorMoved | ExitOnlySet | TagSet | TagRemoved | TagHalted | TagFloorMoved
)
"""Every fact about accounts and strategy tags."""
