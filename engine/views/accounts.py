"""Rows of accounts and strategy tags: how their day stands and what keeps them from opening."""

from collections.abc import Iterator, Sequence

import msgspec

from engine.core.accounts import day_limits
from engine.core.records.account_books import AccountBooks, TagBooks
from engine.core.state import EngineState
from engine.domain.denial import DenialReason
from engine.domain.identifiers import AccountId, InstrumentId
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.money import Money
from engine.domain.reports import Channel
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import default_tag
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import DEFAULT_TAG, StrategyTag
from engine.views.account_figures import AccountFigures, account_figures
from engine.views.net_deltas import NetDelta, net_deltas


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """One account of the session or of the journal."""

    account_id: AccountId
    declared: Account
    limits: RiskLimits
    """The limits in force; they may have been changed by hand since they were declared."""
    is_open: bool
    """Its gateway belongs to this session."""
    down: tuple[tuple[Channel, str], ...] = ()
    recovering: bool = False
    exit_only: str | None = None
    halted: bool = False
    halt_why: str = ""
    drift: tuple[tuple[InstrumentId, int, int], ...] = ()
    outside: tuple[tuple[InstrumentId, int], ...] = ()
    """Net quantity at the broker that the trader took as not ours."""
    profit: Money = Money(0)
    """What its portfolios made today, before charges."""
    floor: Money | None = None
    margin_free: Money | None = None
    margin_used: Money | None = None
    charges: Money | None = None
    """What trading has cost so far, as the broker says."""
    net_deltas: tuple[NetDelta, ...] = ()
    """Of what our ledger holds in it, per underlying."""
    orders_today: int = 0
    orders_last_second: int = 0
    portfolios_alive: int = 0
    figures: AccountFigures = AccountFigures()
    """What its limits are held against."""

    @property
    def is_connected(self) -> bool:
        """Say whether orders can leave for its broker."""
        return self.is_open and not any(channel is Channel.ORDERS for channel, _ in self.down)


class TagRow(msgspec.Struct, frozen=True, kw_only=True):
    """One strategy tag."""

    declared: StrategyTag
    halted: bool = False
    halt_why: str = ""
    profit: Money = Money(0)
    """What its portfolios made today in all accounts, before charges."""
    floor: Money | None = None
    portfolios_alive: int = 0


_SEARCHED = 60 * SECOND
"""An order leaves within a minute of its decision, so older ones need no look."""


def account_rows(state: EngineState, at: Instant) -> tuple[AccountRow, ...]:
    """Answer every account, the default one first."""
    books = state.books
    day_limits.refresh(state)
    deltas = net_deltas(state)
    recent = list(_sent_since(state, Instant(at - MINUTE)))
    ordered = sorted(books.accounts.values(), key=lambda account: account.account_id != books.account)
    return tuple(_account_row(state, account, recent, deltas.get(account.account_id, ()), at) for account in ordered)


def _account_row(
    state: EngineState,
    account: AccountBooks,
    recent: Sequence[tuple[AccountId, Instant]],
    deltas: tuple[NetDelta, ...],
    at: Instant,
) -> AccountRow:
    sight, made = state.sight(account.account_id), state.day_profits.of_account(account.account_id)
    return AccountRow(
        account_id=account.account_id,
        declared=account.declared,
        limits=account.limits,
        is_open=account.is_open,
        down=tuple(account.down.items()),
        recovering=account.recovering,
        exit_only=account.exit_only,
        halted=account.halted,
        halt_why=account.halt_why,
        drift=tuple((instrument, ours, brokers) for instrument, (ours, brokers) in account.drift.items()),
        outside=tuple((name, quantity) for name, quantity in account.outside.items() if quantity),
        profit=Money(made.amount),
        floor=account.floor,
        margin_free=None if sight.margin_free is None else Money(sight.margin_free),
        margin_used=None if sight.margin_used is None else Money(sight.margin_used),
        charges=None if sight.charges is None else Money(sight.charges),
        net_deltas=deltas,
        orders_today=account.orders_today,
        orders_last_second=sum(of == account.account_id and sent > at - SECOND for of, sent in recent),
        portfolios_alive=sum(run.account == account.account_id for run in state.alive()),
        figures=account_figures(state, account, recent, at),
    )


def tag_rows(state: EngineState) -> tuple[TagRow, ...]:
    """Answer every strategy tag, the default one first."""
    tags = dict(state.books.tags)
    default = tags.pop(DEFAULT_TAG, None) or TagBooks(declared=default_tag(state.books.account or AccountId("-")))
    return tuple(_tag_row(state, tag) for tag in (default, *tags.values()))


def _tag_row(state: EngineState, tag: TagBooks) -> TagRow:
    name = tag.declared.name
    return TagRow(
        declared=tag.declared,
        halted=tag.halted,
        halt_why=tag.halt_why,
        profit=Money(state.day_profits.of_tag(name).amount),
        floor=tag.floor,
        portfolios_alive=sum(run.tag == name for run in state.alive()),
    )


def _sent_since(state: EngineState, since: Instant) -> Iterator[tuple[AccountId, Instant]]:
    for order in reversed(state.books.orders.values()):
        if order.requested_at <= since - _SEARCHED:
            break
        if order.sent_at is not None and order.sent_at > since:
            yield order.account, order.sent_at


def account_refusals(row: AccountRow) -> Iterator[str]:
    """Answer what settings and persons say against openings in an account."""
    if not row.is_open:
        yield f"{DenialReason.ACCOUNT_NOT_OPEN.value} Add {row.account_id} under Accounts and start Legwork again"
    elif not row.declared.enabled:
        yield f"{DenialReason.ACCOUNT_OFF.value} Enable {row.account_id} under Accounts"
    if row.exit_only is not None:
        yield f"{DenialReason.EXIT_ONLY.value} {row.exit_only}"


def tag_refusals(tags: tuple[TagRow, ...], name: str) -> Iterator[str]:
    """Answer what keeps portfolios of a tag from being entered."""
    tag = next((one for one in tags if one.declared.name == name), None)
    if tag is None:
        yield f"{DenialReason.TAG_MISSING.value} Add {name}, or choose another in the Execution tab"
        return
    if not tag.declared.enabled:
        yield f"{DenialReason.TAG_OFF.value} Enable {name} under Strategy tags"
    if tag.halted:
        yield f"{tag.halt_why}: nothing is opened until the next day"
