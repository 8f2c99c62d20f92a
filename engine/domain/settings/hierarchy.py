"""Hierarchy: all accounts and strategy tags of a trader, and their settings file."""

from collections.abc import Iterator
from typing import Annotated

import tomli_w

from engine.domain.settings.account import Account
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import DEFAULT_TAG, StrategyTag, TagMember
from engine.schema.declared import Declared, FieldError, replace
from engine.schema.documents import DocumentError, document_from_toml
from engine.schema.field import ask
from engine.schema.load import DeclarationError, dump, load
from engine.schema.migrate import DocumentVersionError, Step, migrate

STEPS: tuple[Step, ...] = ()
"""What turns each older version of the file into the next one."""

VERSION = len(STEPS) + 1

MOST_ACCOUNTS = 50
MOST_TAGS = 200


class Hierarchy(Declared, frozen=True, kw_only=True):
    """Accounts and strategy tags."""

    accounts: Annotated[
        tuple[Account, ...], ask("Accounts", "Broker accounts, the default one first.", le=MOST_ACCOUNTS)
    ] = ()
    tags: Annotated[
        tuple[StrategyTag, ...], ask("Strategy tags", "Which accounts a portfolio runs in.", le=MOST_TAGS)
    ] = ()

    def check(self) -> Iterator[FieldError]:
        """Refuse what is named twice, and tags of accounts that do not exist."""
        ids = [account.id for account in self.accounts]
        for index, account_id in enumerate(ids):
            if account_id.upper() in (earlier.upper() for earlier in ids[:index]):
                yield FieldError(f"accounts[{index}].id", f"there are two accounts {account_id}; rename one")
        names = [tag.name for tag in self.tags]
        for index, tag in enumerate(self.tags):
            if tag.name in names[:index]:
                yield FieldError(f"tags[{index}].name", f"there are two tags {tag.name}; rename one")
            for place, member in enumerate(tag.members):
                if member.account not in ids:
                    known = f"there are {', '.join(ids)}" if ids else "there is none"
                    yield FieldError(
                        f"tags[{index}].members[{place}].account",
                        f"there is no account {member.account}; {known}",
                    )

    def account(self, account_id: str) -> Account | None:
        """Answer an account by its id; None where there is none."""
        return next((one for one in self.accounts if one.id == account_id), None)

    def tag(self, name: str) -> StrategyTag | None:
        """Answer a strategy tag by its name; None where there is none."""
        return next((one for one in self.tags if one.name == name), None)

    def tags_of(self, account_id: str) -> tuple[str, ...]:
        """Answer the names of the tags that an account is a member of."""
        return tuple(tag.name for tag in self.tags if any(member.account == account_id for member in tag.members))


def with_defaults(hierarchy: Hierarchy, default: str) -> Hierarchy:
    """Answer the hierarchy with its default account, first, and a default tag: both always exist."""
    found = hierarchy.account(default) or Account(id=default)
    accounts = (found, *(one for one in hierarchy.accounts if one is not found))
    tags = hierarchy.tags
    if hierarchy.tag(DEFAULT_TAG) is None:
        tags = (default_tag(default), *tags)
    return Hierarchy(accounts=accounts, tags=tags)


def with_limits(hierarchy: Hierarchy, limits: RiskLimits) -> Hierarchy:
    """Answer the hierarchy with other limits for its first account; plain ones change nothing."""
    if limits == RiskLimits():
        return hierarchy
    first, *others = hierarchy.accounts
    changed_first: Account = replace(first, limits=limits)
    return Hierarchy(accounts=(changed_first, *others), tags=hierarchy.tags)


def default_tag(account_id: str) -> StrategyTag:
    """Answer the default tag where nobody declared it: the default account alone."""
    return StrategyTag(name=DEFAULT_TAG, members=(TagMember(account=account_id),))


def hierarchy_from_toml(text: str, default: str) -> Hierarchy:
    """Answer what a settings file says, with its defaults. Raises DocumentError with every wrong field."""
    try:
        document = migrate(document_from_toml(text), STEPS)
        return with_defaults(load(_with_default_account(document, default), Hierarchy), default)
    except DocumentVersionError as error:
        raise DocumentError([FieldError("schema", str(error))]) from error
    except DeclarationError as error:
        raise DocumentError(error.errors) from error


def hierarchy_to_toml(hierarchy: Hierarchy) -> str:
    """Answer the settings file that hierarchy_from_toml gives back."""
    return tomli_w.dumps({"schema": VERSION, **dump(hierarchy)})


def changed(hierarchy: Hierarchy) -> Hierarchy:
    """Answer a hierarchy whose every rule was checked anew. Raises DocumentError with every wrong field."""
    try:
        return load(dump(hierarchy), Hierarchy)
    except DeclarationError as error:
        raise DocumentError(error.errors) from error


def _with_default_account(document: dict[str, object], default: str) -> dict[str, object]:
    """Answer the document with the default account where it leaves it out: tags may name it all the same."""
    accounts = document.get("accounts", [])
    if not isinstance(accounts, list):
        return document
    if any(isinstance(one, dict) and one.get("id") == default for one in accounts):
        return document
    return {**document, "accounts": [*accounts, {"id": default}]}
