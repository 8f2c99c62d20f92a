"""The trader's accounts and strategy tags: one settings file, read through the declarations and never half written."""

from collections.abc import Callable
from pathlib import Path

from brokers.errors import BrokerError
from brokers.registry import broker_named
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import data_folder
from desktop.composition.whole_file import write_whole
from engine.domain.identifiers import AccountId
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy, changed, hierarchy_from_toml, hierarchy_to_toml, with_defaults
from engine.domain.settings.strategy_tag import StrategyTag
from engine.schema.declared import replace
from engine.schema.documents import DocumentError

PAPER = AccountId("PAPER")
"""The default account."""


def accounts_file() -> Path:
    """Answer where the settings of accounts and tags lie, there or not."""
    return data_folder() / "accounts.toml"


def load_hierarchy(path: Path | None = None) -> Hierarchy:
    """Answer the trader's accounts and tags; the default account and the default tag are always among them.

    Raises FailureError where the file cannot be read, MisuseError with every wrong field; nothing is changed then.
    """
    place = path or accounts_file()
    try:
        text = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        return with_defaults(Hierarchy(), PAPER)
    except UnicodeDecodeError as error:
        raise MisuseError(f"The accounts file {place} is not text in UTF-8 (byte {error.start}). {_WAY_OUT}") from None
    except OSError as error:
        raise FailureError(f"The accounts file {place} cannot be read: {error.strerror}") from error
    try:
        found = hierarchy_from_toml(text, PAPER)
    except DocumentError as error:
        raise MisuseError(f"The accounts file {place} cannot be used: {error}\n{_WAY_OUT}") from error
    for account in found.accounts:
        need_broker(account)
    return found


_WAY_OUT = "Nothing was changed. Correct it, or move it away to begin with the default account alone"


def need_broker(account: Account) -> None:
    """Raise MisuseError for a broker that does not exist."""
    try:
        broker_named(account.broker)
    except BrokerError as error:
        raise MisuseError(f"The account {account.id}: {error}") from error


def account_named(account_id: str) -> Account:
    """Answer an account of the trader's. Raises MisuseError with the accounts there are, and as reading them does."""
    hierarchy = load_hierarchy()
    found = hierarchy.account(account_id)
    if found is None:
        known = ", ".join(one.id for one in hierarchy.accounts)
        raise MisuseError(f"There is no account {account_id}; there are {known}")
    return found


def trading_at(hierarchy: Hierarchy, broker: str) -> Hierarchy:
    """Answer the accounts of a run at one broker, with the tags that lead to them; the others rest meanwhile.

    Raises MisuseError where the trader has no account there.
    """
    accounts = tuple(account for account in hierarchy.accounts if account.broker == broker)
    if not accounts:
        raise MisuseError(
            f"There is no account at the broker {broker}. Add one with: legwork accounts add NAME broker={broker}"
        )
    ids = {account.id for account in accounts}
    tags: list[StrategyTag] = []
    for tag in hierarchy.tags:
        members = tuple(member for member in tag.members if member.account in ids)
        if members:
            tags.append(replace(tag, members=members))
    return with_defaults(Hierarchy(accounts=accounts, tags=tuple(tags)), accounts[0].id)


def save_hierarchy(hierarchy: Hierarchy, path: Path | None = None) -> None:
    """Write the settings file in one piece; what it said before lies beside it as ``.bak``.

    Raises MisuseError with every wrong field, FailureError where the disk refuses; the file is as it was then.
    """
    place = path or accounts_file()
    try:
        text = hierarchy_to_toml(changed(hierarchy))
    except DocumentError as error:
        raise MisuseError(str(error)) from error
    try:
        write_whole(place, text, keeps_old=True)
    except OSError as error:
        raise FailureError(f"The accounts file {place} cannot be written: {error.strerror}") from error


def change_hierarchy(change: Callable[[Hierarchy], Hierarchy], path: Path | None = None) -> Hierarchy:
    """Read the settings, change them, write them, and answer them. Raises as reading and writing do."""
    before = load_hierarchy(path)
    after = with_defaults(change(before), PAPER)
    for account in after.accounts:
        need_broker(account)
    save_hierarchy(after, path)
    return after
