"""Market protection: how far from the last price an order without a limit may trade (rule of April 2026)."""

from decimal import Decimal

from brokers.practice.zerodha.order_form import AUTOMATIC
from brokers.practice.zerodha.wire import bad_input
from engine.domain.instrument import Instrument
from engine.domain.money import SCALE

_OPTION_BANDS = ((10, 500), (100, 300), (500, 200))
_OPTION_FAR = 100
_OTHER_BANDS = ((100, 200), (500, 100))
_OTHER_FAR = 50
"""Bands: below so many ₹, so many hundredths of a per cent; the last number holds for dearer ones."""

_HUNDREDTH = SCALE // 100


def automatic_percent(instrument: Instrument, last: int) -> int:
    """Answer the automatic band of an order window in 1/10,000 per cent of the last price."""
    bands, far = (_OPTION_BANDS, _OPTION_FAR) if instrument.kind.is_option else (_OTHER_BANDS, _OTHER_FAR)
    hundredths = next((share for below, share in bands if last < below * SCALE), far)
    return hundredths * _HUNDREDTH


def protected_limit(instrument: Instrument, side: int, reference: int, protection: int) -> int:
    """Answer the limit that a protected order at market gets around ``reference``, on a tick, in 1/10,000 ₹.

    ``side`` is +1 for a buy; ``protection`` is in 1/10,000 per cent or AUTOMATIC. Raises KiteError without one.
    """
    if protection == 0:
        raise bad_input(
            "Market orders without market protection are not allowed via API. "
            "Please set market protection or use a Limit order."
        )
    percent = automatic_percent(instrument, reference) if protection == AUTOMATIC else protection
    width, tick = reference * percent // (100 * SCALE), instrument.tick_size
    if side > 0:
        return max((reference + width) // tick * tick, tick)
    return max(-((width - reference) // tick) * tick, tick)


def protection_tags(instrument: Instrument, reference: int, protection: int, automatic: str) -> tuple[str, ...]:
    """Answer the tags that prove the protection in the order row."""
    if protection == AUTOMATIC and automatic:
        return ("mktp", f"mktp:{automatic}")
    percent = automatic_percent(instrument, reference) if protection == AUTOMATIC else protection
    return ("mktp", f"mktp:{(Decimal(percent) / SCALE).quantize(Decimal('0.01'))}")
