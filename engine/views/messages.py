"""Every fact as one line for a trader: the message log, and `legwork journal show`."""

from typing import NamedTuple

import msgspec

from engine.domain import facts as f
from engine.domain.facts.codec import kind_of
from engine.domain.identifiers import AccountId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.multileg.monitoring import LogLevel
from engine.views.alerts import topic_of
from engine.views.line import Line, MessageLevel
from engine.views.log_levels import is_told
from engine.views.sentences import (
    leg_line,
    order_line,
    portfolio_line,
    session_line,
    symbol_of,
)

__all__ = ["MessageLevel", "MessageRow", "MessageWriter"]


class MessageRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the message log (columns of GridLog: timestamp, type, message, user, tag, portfolio)."""

    number: int
    """Running number in the order of the facts, from 1."""
    at: Instant
    level: MessageLevel
    kind: str
    """The fact's kind as the journal spells it."""
    sentence: str
    account: AccountId
    tag: str
    """Order tag, empty where no order is concerned."""
    portfolio_id: PortfolioId | None
    portfolio: str
    """The portfolio's name, empty where none is concerned."""
    alerts: bool = False
    """Whether the fact belongs to a class of alerts: who chose them is shown the alert, others nothing."""
    strategy_tag: str = ""
    """The portfolio's strategy tag, which GridLog calls its tag; empty where no portfolio is concerned."""
    told: bool = True
    """Whether the message log shows it: its portfolio's log level says so."""


class _KnownOrder(NamedTuple):
    """What the facts told about an order before."""

    account: AccountId
    portfolio_id: PortfolioId
    words: str
    """``"SELL 130 NIFTY26AUG24050CE, leg 3"``."""


class MessageWriter:
    """Writes a journal's facts, oldest first; remembers the names that later facts only point at."""

    def __init__(self) -> None:
        self._written = 0
        self._account = AccountId("")
        self._names: dict[PortfolioId, str] = {}
        self._accounts: dict[PortfolioId, AccountId] = {}
        self._tags: dict[PortfolioId, str] = {}
        self._contracts: dict[tuple[PortfolioId, LegId], str] = {}
        self._orders: dict[OrderId, _KnownOrder] = {}
        self._log_levels: dict[PortfolioId, LogLevel] = {}

    def message(self, fact: f.AnyFact) -> MessageRow:
        """Answer a fact's line; each fact once, in the order of the journal."""
        self._remember(fact)
        level, sentence = self._line(fact)
        order_id: OrderId | None = getattr(fact, "order_id", None)
        order = self._orders.get(order_id) if order_id is not None else None
        portfolio_id = order.portfolio_id if order else getattr(fact, "portfolio_id", None)
        self._written += 1
        return MessageRow(
            number=self._written,
            at=fact.at,
            level=level,
            kind=kind_of(fact),
            sentence=sentence,
            account=order.account if order else self._account_of(fact, portfolio_id),
            tag=order_id or "",
            portfolio_id=portfolio_id,
            portfolio=self._names.get(portfolio_id, portfolio_id) if portfolio_id is not None else "",
            alerts=topic_of(fact) is not None,
            strategy_tag=self._tag_of(fact, portfolio_id),
            told=portfolio_id is None or is_told(fact, level, self._log_levels.get(portfolio_id, LogLevel.EVERYTHING)),
        )

    def _account_of(self, fact: f.AnyFact, portfolio_id: PortfolioId | None) -> AccountId:
        """Answer the account that a fact is about: its own, its portfolio's, else the session's default one."""
        own: AccountId = getattr(fact, "account", AccountId(""))
        return own or self._accounts.get(portfolio_id or PortfolioId(""), self._account)

    def _tag_of(self, fact: f.AnyFact, portfolio_id: PortfolioId | None) -> str:
        """Answer the strategy tag that a fact is about: its portfolio's, or the one it is a fact of."""
        match fact:
            case f.TagSet():
                return fact.declared.name
            case f.TagRemoved() | f.TagHalted() | f.TagFloorMoved():
                return fact.name
            case _:
                return self._tags.get(portfolio_id, "") if portfolio_id is not None else ""

    def _remember(self, fact: f.AnyFact) -> None:
        match fact:
            case f.SessionOpened():
                self._account = fact.account
            case f.PortfolioAdded():
                self._names[fact.portfolio_id] = fact.portfolio.name
                self._accounts[fact.portfolio_id] = fact.account
                self._tags[fact.portfolio_id] = fact.tag
                self._log_levels[fact.portfolio_id] = fact.portfolio.monitoring.log_level
            case f.PortfolioEdited():
                self._names[fact.portfolio_id] = fact.portfolio.name
                self._log_levels[fact.portfolio_id] = fact.portfolio.monitoring.log_level
            case f.LegResolved():
                self._contracts[fact.portfolio_id, fact.leg_id] = symbol_of(fact.instrument)
            case f.LegAdded() if fact.instrument is not None:
                self._contracts[fact.portfolio_id, fact.leg_id] = symbol_of(fact.instrument)
            case f.OrderRequested():
                words = f"{fact.side.value} {fact.quantity} {symbol_of(fact.instrument)}, leg {fact.leg_id}"
                self._orders[fact.order_id] = _KnownOrder(fact.account, fact.portfolio_id, words)
            case _:
                pass

    def _line(self, fact: f.AnyFact) -> Line:
        match fact:
            case f.OrderFact():
                order = self._orders.get(fact.order_id)
                return order_line(fact, order.words if order else f"order {fact.order_id}")
            case f.LegFact():
                contract = self._contracts.get((fact.portfolio_id, fact.leg_id), "")
                return leg_line(fact, f"Leg {fact.leg_id} {contract}".strip())
            case f.PortfolioFact():
                return portfolio_line(fact, self._names.get(fact.portfolio_id, fact.portfolio_id))
            case _:
                return session_line(fact)
