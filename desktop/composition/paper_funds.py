"""The funds of paper accounts while nobody trades in them."""

import msgspec

from brokers.errors import BrokerError
from brokers.paper.statement import last_funds
from desktop.composition.failures import FailureError
from desktop.composition.opening import paper_books
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.money import Money


class ClosedFunds(msgspec.Struct, frozen=True, kw_only=True):
    """An account's funds when it was last closed, in 1/10,000 ₹."""

    at: Instant
    available: Money
    utilised: Money
    charges: Money


def closed_funds(journal: str, account: AccountId) -> ClosedFunds | None:
    """Answer the funds with which a paper account beside a journal was last closed; None while it trades or never did.

    Raises FailureError for books that cannot be read.
    """
    path = paper_books(journal, account)
    try:
        found = None if path is None else last_funds(account, path)
    except BrokerError as error:
        raise FailureError(str(error)) from error
    if found is None:
        return None
    return ClosedFunds(at=found.at, available=found.available, utilised=found.blocked, charges=found.charges)
