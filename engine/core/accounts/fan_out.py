"""One portfolio and its strategy tag → one independent copy of it in each account of the tag."""

from collections.abc import Iterator

import msgspec

from engine.core.readings.account_standing import account_denial, sentence, tag_denial
from engine.core.records.books import Books
from engine.core.records.portfolio_run import PortfolioRun
from engine.core.state import EngineState
from engine.domain.commands import AddPortfolio
from engine.domain.facts import PortfolioAdded
from engine.domain.identifiers import AccountId, PortfolioId
from engine.domain.multileg.portfolio import MultilegPortfolio

_ALL = AccountId("")
"""Every account of the tag."""


class Place(msgspec.Struct, frozen=True):
    """An account that a portfolio runs in, and how many times its lots."""

    account: AccountId
    multiplier: int


def places(books: Books, portfolio: MultilegPortfolio, only: AccountId = _ALL) -> tuple[Place, ...]:
    """Answer where a portfolio runs: in every account of its tag, or ``only`` in one, a member of the tag or not.

    The multiplier is the member's times the account's. Empty where the tag does not exist.
    """
    tag = books.tag(portfolio.tag)
    if tag is None:
        return ()
    members = {AccountId(member.account): member.multiplier for member in tag.members}
    wanted = {only: members.get(only, 1)} if only else members
    return tuple(
        Place(account, multiplier * books.of(account).declared.multiplier) for account, multiplier in wanted.items()
    )


def refusal(state: EngineState, command: AddPortfolio) -> str | None:
    """Answer why a portfolio cannot be taken for its tag or for one of its accounts; None where it can.

    Only what a setting says against it: an account that is halted for the day, or not ready, does not keep a portfolio
    from being there.
    """
    books, name = state.books, command.portfolio.name
    tag = books.tag(command.portfolio.tag)
    if tag is None or not tag.enabled:
        denial = tag_denial(books, command.portfolio.tag)
        return None if denial is None else f"{name}: {sentence(denial)}"
    wanted = places(books, command.portfolio, command.account)
    usable = [place for place in wanted if _may_be_added(books, place.account)]
    if usable or not wanted:
        return None
    denial = account_denial(books, wanted[0].account)
    return None if denial is None else f"{name}: {sentence(denial)}"


def _may_be_added(books: Books, account: AccountId) -> bool:
    held = books.of(account)
    return held.is_open and held.declared.enabled


def left_out(state: EngineState, command: AddPortfolio) -> Iterator[str]:
    """Answer a sentence for each account of the tag that gets no copy; the others go on without it."""
    for place in places(state.books, command.portfolio, command.account):
        denial = account_denial(state.books, place.account)
        if denial is not None and not _may_be_added(state.books, place.account):
            yield f"{command.portfolio.name} is not added in {place.account}: {sentence(denial)}"


def added(state: EngineState, command: AddPortfolio) -> list[PortfolioAdded]:
    """Answer the facts that the engine took a portfolio, one per account; copies share a parent's id."""
    books = state.books
    here = [p for p in places(books, command.portfolio, command.account) if _may_be_added(books, p.account)]
    first = PortfolioId(f"P{books.portfolios_made + 1}")
    return [
        PortfolioAdded(
            at=state.now,
            portfolio_id=first if len(here) == 1 else PortfolioId(f"{first}.{number}"),
            account=place.account,
            portfolio=command.portfolio,
            tag=command.portfolio.tag,
            parent=None if len(here) == 1 else first,
            multiplier=place.multiplier,
        )
        for number, place in enumerate(here, 1)
    ]


def family(books: Books, portfolio_id: PortfolioId) -> list[PortfolioRun]:
    """Answer the copies under a parent's id, or the one portfolio of an id; empty where there is none."""
    ids = books.families.get(portfolio_id, [portfolio_id])
    return [books.portfolios[one] for one in ids if one in books.portfolios]
