"""The bases of all facts: what they are about."""

import msgspec

from engine.domain.identifiers import LegId, OrderId, PortfolioId
from engine.domain.instant import Instant


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened; ``at`` is the engine time of the message that led to it."""

    at: Instant


class SessionFact(Fact, frozen=True, kw_only=True):
    """A fact about the whole account or the engine's session."""


class PortfolioFact(Fact, frozen=True, kw_only=True):
    """A fact about one portfolio."""

    portfolio_id: PortfolioId


class LegFact(PortfolioFact, frozen=True, kw_only=True):
    """A fact about one leg of a portfolio."""

    leg_id: LegId


class OrderFact(Fact, frozen=True, kw_only=True):
    """A fact about one order."""

    order_id: OrderId
