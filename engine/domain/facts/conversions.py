"""Facts of conversions: a leg's position is moved from one product of the broker to another."""

from engine.domain.facts.fact import LegFact
from engine.domain.identifiers import AccountId, InstrumentId
from engine.domain.order import Product


class ConversionFact(LegFact, frozen=True, kw_only=True):
    """A fact about the conversion of what a leg holds; ``reference`` names it to the broker and in his answer."""

    reference: str


class ConversionRequested(ConversionFact, frozen=True, kw_only=True, tag="conversion_requested"):
    """The broker is asked to move all that a leg holds to another product; asked once, whatever becomes of it."""

    account: AccountId
    instrument: InstrumentId
    quantity: int
    """Signed, in units."""
    before: Product
    after: Product


class LegConverted(ConversionFact, frozen=True, kw_only=True, tag="leg_converted"):
    """What a leg holds is in another product from now on, and is closed in it."""

    product: Product
    why: str


class ConversionRefused(ConversionFact, frozen=True, kw_only=True, tag="conversion_refused"):
    """A leg stays in the product it had: the broker said no, or his books show it unchanged."""

    why: str


AnyConversionFact = ConversionRequested | LegConverted | ConversionRefused
"""Every fact about a conversion."""
