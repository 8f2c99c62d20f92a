"""The width of the exchange's limit price protection where no dated rule is given."""

import msgspec

from engine.domain.instant import Instant
from engine.domain.instrument import Exchange, Instrument
from engine.domain.money import Price, price_of
from engine.domain.price_protection import PriceBand


class PriceProtection(msgspec.Struct, frozen=True, kw_only=True):
    """The band around the last price (executor reference §6.5): prices in 1/10,000 ₹, widths in whole per cent.

    An option at or below ``option_threshold`` may be priced ``option_points`` away, a dearer one ``option_percent``; a
    future or share ``future_percent``. Simulated coins have no band.
    """

    option_threshold: Price = price_of("50")
    option_points: Price = price_of("20")
    option_percent: int = 40
    future_percent: int = 3

    def band(self, instrument: Instrument, _at: Instant, reference: Price) -> PriceBand | None:
        """Answer the band around a reference price, the same at every time; None where there is none."""
        if instrument.exchange is Exchange.CRYPTO:
            return None
        width = self._width(instrument, reference)
        return PriceBand(Price(max(0, reference - width)), Price(reference + width))

    def _width(self, instrument: Instrument, reference: int) -> int:
        if not instrument.kind.is_option:
            return reference * self.future_percent // 100
        if reference <= self.option_threshold:
            return self.option_points
        return reference * self.option_percent // 100
