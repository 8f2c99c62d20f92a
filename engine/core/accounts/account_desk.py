"""Commands about accounts and strategy tags → the facts that carry them out, or the sentence why not."""

from collections.abc import Iterator

from engine.core.records.account_books import AccountBooks
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.facts import (
    AccountSet,
    AnyFact,
    CommandRefused,
    DriftCleared,
    ExitOnlySet,
    RiskLimitsSet,
    TagRemoved,
    TagSet,
)
from engine.domain.identifiers import AccountId
from engine.domain.multileg.states import FINAL
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.strategy_tag import DEFAULT_TAG, StrategyTag
from engine.schema.diff import diff


def declare(state: EngineState, hierarchy: Hierarchy) -> Iterator[AnyFact]:
    """Take the accounts and tags of a session; what is as it was says nothing, limits set by hand stay."""
    for account in hierarchy.accounts:
        yield from set_account(state, account)
    for tag in hierarchy.tags:
        yield from set_tag(state, tag)
    for name in [name for name in state.books.tags if hierarchy.tag(name) is None]:
        yield TagRemoved(at=state.now, name=name)


def set_account(state: EngineState, declared: Account, *, by_hand: bool = False) -> Iterator[AnyFact]:
    """Declare an account, with what changed in words; its limits change where they were declared otherwise before.

    ``by_hand`` compares the limits with those that hold now, which a person sees when changing them.
    """
    account_id = AccountId(declared.id)
    before = state.books.of(account_id)
    limits_before = before.limits if by_hand else before.declared.limits
    if before.declared != declared or account_id not in state.books.accounts:
        yield AccountSet(at=state.now, declared=declared, changes=tuple(diff(before.declared, declared)))
    if declared.limits != limits_before:
        changes = tuple(diff(limits_before, declared.limits))
        yield RiskLimitsSet(at=state.now, account=account_id, limits=declared.limits, changes=changes)


def set_limits(state: EngineState, command: c.SetRiskLimits) -> Iterator[AnyFact]:
    """Replace an account's limits, with what changed in words."""
    account = command.account or state.books.account
    changes = tuple(diff(state.books.of(account).limits, command.limits))
    if changes:
        yield RiskLimitsSet(at=state.now, account=account, limits=command.limits, changes=changes)


def set_exit_only(state: EngineState, command: c.SetExitOnly) -> Iterator[AnyFact]:
    """Put an account into exit-only mode, or take it out again."""
    account = command.account or state.books.account
    is_on = state.books.of(account).exit_only is not None
    if account not in state.books.accounts:
        yield _refused(state, command, f"there is no account {account}")
    elif not command.reason.strip():
        yield _refused(state, command, "exit-only mode needs a reason")
    elif command.on is not is_on:
        yield ExitOnlySet(at=state.now, account=account, on=command.on, reason=command.reason.strip())


def set_tag(state: EngineState, declared: StrategyTag) -> Iterator[AnyFact]:
    """Declare a strategy tag, with what changed in words."""
    before = state.books.tag(declared.name)
    if before != declared:
        changes = () if before is None else tuple(diff(before, declared))
        yield TagSet(at=state.now, declared=declared, changes=changes)


def remove_tag(state: EngineState, command: c.RemoveTag) -> Iterator[AnyFact]:
    """Take a strategy tag away, unless a portfolio still lives by it."""
    alive = [run.portfolio.name for run in state.alive() if run.tag == command.name and run.state not in FINAL]
    if command.name not in state.books.tags:
        words = "the default tag is always there" if command.name == DEFAULT_TAG else f"there is no tag {command.name}"
        yield _refused(state, command, words)
    elif alive:
        yield _refused(state, command, f"{command.name} is used by {', '.join(sorted(set(alive)))}; end that first")
    else:
        yield TagRemoved(at=state.now, name=command.name)


def accept_drift(state: EngineState, command: c.AcceptDrift) -> Iterator[AnyFact]:
    """Take what the broker holds beyond our ledger as not ours."""
    books = state.books
    chosen = [books.of(command.account)] if command.account else list(books.accounts.values())
    for account in chosen:
        yield from _accepted(state, account, command.reason)


def _accepted(state: EngineState, account: AccountBooks, reason: str) -> Iterator[AnyFact]:
    for instrument, (ours, brokers) in sorted(account.drift.items()):
        outside = account.outside.get(instrument, 0) + brokers - ours
        yield DriftCleared(
            at=state.now, account=account.account_id, instrument=instrument, accepted=outside, reason=reason
        )


def _refused(state: EngineState, command: c.AnyCommand, sentence: str) -> CommandRefused:
    kind = str(type(command).__struct_config__.tag)
    return CommandRefused(at=state.now, command=kind, sentence=sentence)
