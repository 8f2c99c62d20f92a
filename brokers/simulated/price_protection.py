"""The exchange's limit price protection: how far from the market an order may be priced."""

import msgspec

from engine.domain.instrument import Exchange, Instrument
from engine.domain.money import Price, down_to_tick, price_of, up_to_tick


class PriceBand(msgspec.Struct, frozen=True, gc=False):
    """The lowest and highest limit that the exchange takes, in 1/10,000 ₹, both included and on a tick."""

    low: Price
    high: Price


class PriceProtection(msgspec.Struct, frozen=True, kw_only=True):
    """The widths of the band around the last price (executor reference §6.5), in 1/10,000 ₹ and whole per cent.

    An option at or below ``option_threshold`` may be priced ``option_points`` away, a dearer one ``option_percent``; a
    future or share ``future_percent``. Simulated coins have no band.
    """

    option_threshold: Price = price_of("50")
    option_points: Price = price_of("20")
    option_percent: int = 40
    future_percent: int = 3

    def band(self, instrument: Instrument, reference: int) -> PriceBand | None:
        """Answer the band around a reference price; None where there is no band or no reference price."""
        if reference <= 0 or instrument.exchange is Exchange.CRYPTO:
            return None
        width = self._width(instrument, reference)
        tick = instrument.tick_size
        low = max(up_to_tick(reference - width, tick), Price(tick))
        return PriceBand(low, max(down_to_tick(reference + width, tick), low))

    def _width(self, instrument: Instrument, reference: int) -> int:
        if not instrument.kind.is_option:
            return reference * self.future_percent // 100
        if reference <= self.option_threshold:
            return self.option_points
        return reference * self.option_percent // 100
