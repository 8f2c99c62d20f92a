"""How the facts of accounts, strategy tags and the session change the books. One case per fact, no decisions."""

from engine.core.records.account_books import AccountBooks, TagBooks
from engine.core.records.books import Books
from engine.domain import facts as f
from engine.domain.identifiers import AccountId
from engine.domain.settings.account import Account

AccountFact = (
    f.SessionOpened
    | f.RecoveryFinished
    | f.RiskLimitsSet
    | f.DayStarted
    | f.ConnectionChanged
    | f.DriftFound
    | f.DriftCleared
    | f.AccountSet
    | f.AccountHalted
    | f.AccountFloorMoved
    | f.ExitOnlySet
    | f.TagSet
    | f.TagRemoved
    | f.TagHalted
    | f.TagFloorMoved
)
"""Every fact of the session that is about accounts or tags."""


def fold(books: Books, fact: AccountFact) -> None:
    """Change the books by one fact about accounts or tags."""
    match fact:
        case f.SessionOpened():
            _session_opened(books, fact)
        case f.DayStarted():
            books.day = fact.day
            for account in books.accounts.values():
                account.begin_day()
            for tag in books.tags.values():
                tag.begin_day()
        case f.AccountSet():
            known_books(books, AccountId(fact.declared.id)).declared = fact.declared
        case f.TagSet() | f.TagRemoved() | f.TagHalted() | f.TagFloorMoved():
            _tag(books, fact)
        case _:
            _account(known_books(books, fact.account or books.account), fact)


def _account(
    account: AccountBooks,
    fact: f.RecoveryFinished
    | f.RiskLimitsSet
    | f.AccountHalted
    | f.AccountFloorMoved
    | f.ExitOnlySet
    | f.ConnectionChanged
    | f.DriftFound
    | f.DriftCleared,
) -> None:
    match fact:
        case f.RecoveryFinished():
            account.recovering = False
        case f.RiskLimitsSet():
            account.limits = fact.limits
        case f.AccountHalted():
            account.halted, account.halt_why = True, fact.why
        case f.AccountFloorMoved():
            account.floor, account.anchor = fact.floor, fact.anchor
        case f.ExitOnlySet():
            account.exit_only = fact.reason if fact.on else None
        case f.ConnectionChanged():
            account.down.pop(fact.channel, None)
            if not fact.connected:
                account.down[fact.channel] = fact.detail
        case f.DriftFound():
            account.drift[fact.instrument] = (fact.ours, fact.brokers)
        case f.DriftCleared():
            account.drift.pop(fact.instrument, None)
            account.outside.pop(fact.instrument, None)
            if fact.accepted:
                account.outside[fact.instrument] = fact.accepted


def _tag(books: Books, fact: f.TagSet | f.TagRemoved | f.TagHalted | f.TagFloorMoved) -> None:
    match fact:
        case f.TagSet():
            name = fact.declared.name
            if name in books.tags:
                books.tags[name].declared = fact.declared
            else:
                books.tags[name] = TagBooks(declared=fact.declared)
        case f.TagRemoved():
            books.tags.pop(fact.name, None)
        case f.TagHalted():
            books.tags[fact.name].halted, books.tags[fact.name].halt_why = True, fact.why
        case f.TagFloorMoved():
            books.tags[fact.name].floor, books.tags[fact.name].anchor = fact.floor, fact.anchor


def _session_opened(books: Books, fact: f.SessionOpened) -> None:
    books.account, books.lineage, books.opened_at = fact.account, fact.lineage, fact.at
    books.stale_after, books.is_live = fact.stale_after, fact.is_live
    books.feed_stale, books.engine_lag = False, 0
    for account in books.accounts.values():
        account.is_open = False
    for account_id in (fact.account, *fact.others):
        account = known_books(books, account_id)
        account.is_open, account.recovering = True, True
        account.down.clear()
    for run in books.portfolios.values():
        for leg in run.legs:
            leg.denied = ""


def known_books(books: Books, account_id: AccountId) -> AccountBooks:
    """Answer the books of an account, begun where there are none."""
    if account_id not in books.accounts:
        books.accounts[account_id] = AccountBooks(declared=Account(id=account_id))
    return books.accounts[account_id]


def fold_conversion(account: AccountBooks, fact: f.AnyConversionFact) -> None:
    """Note which conversions an account's broker has not answered."""
    if isinstance(fact, f.ConversionRequested):
        account.converting[fact.reference] = fact.portfolio_id, fact.leg_id
    else:
        account.converting.pop(fact.reference, None)
