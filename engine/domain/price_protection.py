"""The band of limit prices that an exchange accepts around a reference price."""

from datetime import date
from decimal import Decimal

from msgspec import Struct, field

from engine.domain.dated_rules import refuse_negative
from engine.domain.instrument import Exchange, Kind
from engine.domain.money import Price, exact_units, percent_of


class ProtectionRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limit-price protection from a date on.

    Above ``low_price`` the band is ``percent`` of the reference either way; up to it the band is ``low_band`` ₹. Both
    are absent where a percentage holds at every price. A rule without ``percent`` says that there is no protection.
    """

    exchanges: tuple[Exchange, ...]
    kinds: tuple[Kind, ...]
    since: date = field(name="from")
    percent: Decimal | None = None
    low_price: Decimal | None = None
    low_band: Decimal | None = None
    source: str
    confirmed: bool

    def __post_init__(self) -> None:
        for name, value in (("percent", self.percent), ("low price", self.low_price), ("low band", self.low_band)):
            refuse_negative(name, value, zero=False)


class PriceBand(Struct, frozen=True):
    """The lowest and highest limit price that is accepted, both included; not rounded to a tick."""

    lowest: Price
    highest: Price

    def __contains__(self, price: int) -> bool:
        return self.lowest <= price <= self.highest


def price_band(rule: ProtectionRule, reference: Price) -> PriceBand | None:
    """Answer the accepted band around a reference price; None where the rule sets no protection."""
    if rule.percent is None:
        return None
    width = percent_of(reference, rule.percent)
    if rule.low_price is not None and rule.low_band is not None and reference <= exact_units(rule.low_price):
        width = exact_units(rule.low_band)
    return PriceBand(Price(max(0, reference - width)), Price(reference + width))
