"""Questions about the account and the tag of a portfolio: may it open, is it ready, what does its retry policy say."""

from engine.core.records.books import Books
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.core.want import Denial
from engine.domain.denial import DenialReason
from engine.domain.identifiers import AccountId
from engine.domain.multileg.execution import Execution
from engine.domain.reports import Channel
from engine.domain.settings.hierarchy import default_tag
from engine.domain.settings.retry_policy import RetryPolicy
from engine.domain.settings.strategy_tag import StrategyTag


def tag_of(books: Books, run: PortfolioRun) -> StrategyTag:
    """Answer the strategy tag of a portfolio; one that was removed meanwhile acts as the default tag does."""
    return books.tag(run.tag) or default_tag(books.account)


def account_denial(books: Books, account_id: AccountId) -> Denial | None:
    """Answer why an account opens nothing, by its settings, a person or its limits; None where it may."""
    account = books.of(account_id)
    if not account.is_open:
        words = f"{account_id} does not belong to this session; add it under Accounts and start Legwork again"
        return Denial(DenialReason.ACCOUNT_NOT_OPEN, words)
    if not account.declared.enabled:
        return Denial(DenialReason.ACCOUNT_OFF, f"enable {account_id} under Accounts")
    if account.exit_only is not None:
        return Denial(DenialReason.EXIT_ONLY, account.exit_only)
    if account.halted:
        return Denial(DenialReason.ACCOUNT_HALTED, account.halt_why)
    return None


def tag_denial(books: Books, name: str) -> Denial | None:
    """Answer why portfolios of a tag are not entered; None where they may."""
    tag = books.tag(name)
    if tag is None:
        return Denial(DenialReason.TAG_MISSING, f"add the tag {name}, or choose another in the Execution tab")
    if not tag.enabled:
        return Denial(DenialReason.TAG_OFF, f"enable {name} under Strategy tags")
    held = books.tags.get(name)
    if held is not None and held.halted:
        return Denial(DenialReason.TAG_HALTED, held.halt_why)
    return None


def line_denial(books: Books, account_id: AccountId) -> Denial | None:
    """Answer what keeps an account from opening that passes by itself: its line, its books; None where nothing does."""
    account = books.of(account_id)
    if account.recovering:
        return Denial(DenialReason.RECOVERING, "")
    if Channel.ORDERS in account.down:
        return Denial(DenialReason.BROKER_DOWN, account.down[Channel.ORDERS])
    if account.drift:
        return Denial(DenialReason.UNRECONCILED, ", ".join(sorted(account.drift)))
    return None


def opening_denial(books: Books, run: PortfolioRun) -> Denial | None:
    """Answer why a portfolio may open nothing now by its account or its tag; None where it may."""
    return account_denial(books, run.account) or tag_denial(books, run.tag) or line_denial(books, run.account)


def obstacle(state: EngineState, run: PortfolioRun) -> str | None:
    """Answer what keeps a portfolio's account or tag from entering, in a sentence; None where nothing does."""
    denial = opening_denial(state.books, run)
    return None if denial is None else sentence(denial)


def sentence(denial: Denial) -> str:
    """Answer a refusal as one sentence."""
    return f"{denial.reason.value} {denial.detail}".strip()


def entry_retry(books: Books, run: PortfolioRun) -> RetryPolicy:
    """Answer when a refused entry is tried again: the tag's policy, where the portfolio sets nothing of its own."""
    return _own_or(run.portfolio.execution, tag_of(books, run).entry_retry)


def _own_or(execution: Execution, policy: RetryPolicy) -> RetryPolicy:
    retries = policy.retries if execution.retries is None else execution.retries
    if execution.retry_wait is None:
        return RetryPolicy(retries=retries, wait=policy.wait, longest_wait=policy.longest_wait)
    return RetryPolicy(retries=retries, wait=execution.retry_wait, longest_wait=execution.retry_wait)


def exit_retry(books: Books, run: PortfolioRun) -> RetryPolicy:
    """Answer when a refused exit is tried again, and after how many refusals an alarm stands: the tag's policy."""
    return tag_of(books, run).exit_retry


def hold(books: Books, run: PortfolioRun) -> int:
    """Answer the seconds between the last bought leg and the first sale: the portfolio's own, else the tag's."""
    own = run.portfolio.execution.hold
    return tag_of(books, run).hold if own is None else own


def start_denial(books: Books, run: PortfolioRun, *, ask_account: bool) -> Denial | None:
    """Answer why a portfolio cannot be started by hand for its tag or, where asked, its account; None where it can."""
    denial = tag_denial(books, run.tag)
    if denial is None and ask_account:
        denial = account_denial(books, run.account)
        if denial is None and books.of(run.account).recovering:
            denial = Denial(DenialReason.RECOVERING, "Try again in a few seconds.")
    return denial
