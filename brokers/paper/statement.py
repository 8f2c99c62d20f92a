"""The funds of a paper account while nobody trades in it, read from its books without touching them."""

from pathlib import Path

from brokers.paper.books_file import BooksFileError, DayLine, FundsLine, lines_of
from engine.domain.identifiers import AccountId


def last_funds(account: AccountId, path: Path) -> FundsLine | None:
    """Answer the funds with which an account's books were closed; None without books, or where they were not closed.

    Raises BooksFileError for books that cannot be read or belong to another account.
    """
    try:
        lines = lines_of(path)
    except OSError as error:
        raise BooksFileError(f"The paper broker's books {path} cannot be read: {error.strerror or error}") from error
    if not lines:
        return None
    head, last = lines[0], lines[-1]
    if isinstance(head, DayLine) and head.account != account:
        raise BooksFileError(f"The paper broker's books {path} belong to the account {head.account}, not to {account}")
    return last if isinstance(last, FundsLine) else None
