"""What must be true of accounts and strategy tags: their days, their multipliers, and whose trouble is whose."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

import msgspec

from engine.core.verification.seen import SeenPortfolio
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.identifiers import AccountId, InstrumentId
from engine.domain.money import exact_units
from engine.domain.multileg.states import ExitReason
from engine.domain.reports import Channel
from engine.domain.settings.account import Account
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import DEFAULT_TAG, StrategyTag


class SeenAccount(msgspec.Struct, kw_only=True):
    """An account as its facts alone describe it."""

    declared: Account
    limits: RiskLimits = RiskLimits()
    recovering: bool = True
    is_down: bool = False
    halted: bool = False
    exit_only: bool = False
    made_before: int | None = 0
    """What its portfolios had made before today; None where one of them was held over."""
    drift: set[InstrumentId] = set()


class SeenTag(msgspec.Struct, kw_only=True):
    """A strategy tag as its facts alone describe it."""

    declared: StrategyTag
    halted: bool = False
    made_before: int | None = 0


class HierarchyChecks:
    """Follows accounts and tags with a memory of its own."""

    def __init__(self) -> None:
        self.default = AccountId("")
        self._accounts: dict[AccountId, SeenAccount] = {}
        self._tags: dict[str, SeenTag] = {}
        self._open: frozenset[AccountId] = frozenset()

    def of(self, account: AccountId) -> SeenAccount:
        """Answer what is seen of an account, of the default one for an empty id."""
        account = account or self.default
        return self._accounts.setdefault(account, SeenAccount(declared=Account(id=account)))

    def see(self, fact: f.SessionFact, portfolios: Iterable[SeenPortfolio]) -> None:
        """Take a fact of accounts, tags or a new day."""
        match fact:
            case f.SessionOpened():
                self.default, self._open = fact.account, frozenset((fact.account, *fact.others))
                for account in self._open:
                    self.of(account).recovering, self.of(account).is_down = True, False
            case f.RecoveryFinished():
                self.of(fact.account).recovering = False
            case f.ConnectionChanged() if fact.channel is Channel.ORDERS:
                self.of(fact.account).is_down = not fact.connected
            case f.AccountSet():
                self.of(AccountId(fact.declared.id)).declared = fact.declared
            case f.RiskLimitsSet():
                self.of(fact.account).limits = fact.limits
            case f.AccountHalted():
                self.of(fact.account).halted = True
            case f.ExitOnlySet():
                self.of(fact.account).exit_only = fact.on
            case f.DriftFound():
                self.of(fact.account).drift.add(fact.instrument)
            case f.DriftCleared():
                self.of(fact.account).drift.discard(fact.instrument)
            case f.DayStarted():
                self._new_day(list(portfolios))
            case _:
                self._of_tag(fact)

    def _of_tag(self, fact: f.SessionFact) -> None:
        match fact:
            case f.TagSet() if fact.declared.name in self._tags:
                self._tags[fact.declared.name].declared = fact.declared
            case f.TagSet():
                self._tags[fact.declared.name] = SeenTag(declared=fact.declared)
            case f.TagRemoved():
                self._tags.pop(fact.name, None)
            case f.TagHalted():
                self._tags[fact.name].halted = True
            case _:
                return

    def _new_day(self, portfolios: list[SeenPortfolio]) -> None:
        for account_id, account in self._accounts.items():
            account.halted = False
            account.made_before = _made(portfolios, _of_account(account_id))
        for name, tag in self._tags.items():
            tag.halted = False
            tag.made_before = _made(portfolios, _of_the_tag(name))

    @property
    def drift(self) -> set[tuple[AccountId, InstrumentId]]:
        """Answer the contracts of every account in which its books and its broker's differ."""
        return {(name, instrument) for name, account in self._accounts.items() for instrument in account.drift}

    def entry_retries(self, name: str) -> int | None:
        """Answer how often a refused entry of a tag is tried again; None for a tag that was never declared."""
        tag = self._tags.get(name)
        return None if tag is None else tag.declared.entry_retry.retries

    def is_ready(self, account_id: AccountId, tag: str) -> bool:
        """Say whether nothing of its own keeps an account and a tag from opening."""
        account, of_tag = self.of(account_id), self._tags.get(tag)
        if of_tag is not None and (of_tag.halted or not of_tag.declared.enabled):
            return False
        known = of_tag is not None or tag == DEFAULT_TAG
        well = account_id in self._open and account.declared.enabled and not (account.halted or account.exit_only)
        return known and well and not (account.recovering or account.is_down or account.drift)

    def added(self, fact: f.PortfolioAdded) -> Iterator[Violation]:
        """Answer a copy that is to trade another multiple of its lots than its account and its tag say."""
        members = () if fact.tag not in self._tags else self._tags[fact.tag].declared.members
        member = next((one.multiplier for one in members if one.account == fact.account), 1)
        wanted = member * self.of(fact.account).declared.multiplier
        if fact.multiplier != wanted:
            words = f"{fact.portfolio_id} takes {fact.multiplier} times its lots in {fact.account}, {wanted} are meant"
            yield Violation(56, fact.at, words)

    def opening(
        self, portfolio: SeenPortfolio, portfolios: Iterable[SeenPortfolio], fact: f.OrderRequested
    ) -> Iterator[Violation]:
        """Answer why an entry order may not be, by the days of its account and of its tag."""
        if fact.account != portfolio.account:
            yield Violation(58, fact.at, f"{fact.order_id} of {portfolio.account} is for {fact.account}")
        account, every = self.of(portfolio.account), list(portfolios)
        over = f"the day of account {portfolio.account} is over" if account.halted else None
        if account.exit_only:
            over = f"account {portfolio.account} is in exit-only mode"
        else:
            mine = _of_account(portfolio.account)
            over = over or _beyond(every, mine, account.limits.daily_loss, account.made_before, portfolio.account)
        if over is not None:
            yield Violation(55, fact.at, f"{fact.order_id} opens, and {over}")
        name = portfolio.declared.tag
        tag = self._tags.get(name)
        if tag is not None:
            ended = f"the day of strategy tag {name} is over" if tag.halted else None
            ended = ended or _beyond(every, _of_the_tag(name), tag.declared.max_loss, tag.made_before, f"tag {name}")
            if ended is not None:
                yield Violation(54, fact.at, f"{fact.order_id} opens, and {ended}")

    def closing(self, portfolio: SeenPortfolio, fact: f.PortfolioExitDecided) -> Iterator[Violation]:
        """Answer a portfolio that is closed for the day of an account that is not its own."""
        if fact.reason is ExitReason.USER_LIMIT and not self.of(portfolio.account).halted:
            words = f"{fact.portfolio_id} of {portfolio.account} is closed: {fact.why}"
            yield Violation(58, fact.at, f"{words}; the day of its own account goes on")


Mine = Callable[[SeenPortfolio], bool]


def _of_account(account: AccountId) -> Mine:
    return lambda portfolio: portfolio.account == account


def _of_the_tag(name: str) -> Mine:
    return lambda portfolio: portfolio.declared.tag == name


def _made(portfolios: Iterable[SeenPortfolio], mine: Mine) -> int | None:
    """Answer what portfolios that are flat have made, in 1/10,000 ₹; None while they hold something."""
    legs = [leg for one in portfolios if mine(one) for leg in one.legs]
    return None if any(leg.net for leg in legs) else sum(leg.cash for leg in legs)


def _beyond(
    portfolios: list[SeenPortfolio], mine: Mine, max_loss: Decimal | None, before: int | None, whose: str
) -> str | None:
    """Answer that all portfolios are flat and what they lost today reaches a limit; None where it does not."""
    made = _made(portfolios, mine)
    if max_loss is None or made is None or before is None or made - before > -exact_units(max_loss):
        return None
    return f"the portfolios of {whose} are flat and made {made - before} today, it may lose ₹{max_loss}"
