"""Prices and money as whole numbers of 1/10,000 rupee."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, Overflow
from typing import NewType

Price = NewType("Price", int)
"""A price in 1/10,000 ₹ per unit of the underlying (an index point is ₹1)."""

Money = NewType("Money", int)
"""An amount in 1/10,000 ₹. Losses are negative."""

SCALE = 10_000
"""Units in a rupee: fine enough for ticks of 0.05, 0.01 and the 0.0025 of currency options."""

_PAISA = SCALE // 100


def exact_units(rupees: Decimal | str | int) -> int:
    """Answer ``rupees`` in units of 1/10,000 ₹.

    Raises ValueError where the amount is not a number or is finer than a unit: money is never rounded by accident.
    """
    try:
        scaled = Decimal(rupees) * SCALE
    except (InvalidOperation, Overflow):
        raise ValueError(f"{rupees!r} is not an amount in rupees; write it like 101.05") from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{rupees} has more than four decimals; prices and amounts have at most four")
    return int(scaled)


def price_of(rupees: Decimal | str | int) -> Price:
    """Answer a price written in rupees, ``price_of("101.05")``. Raises ValueError as exact_units does."""
    return Price(exact_units(rupees))


def money_of(rupees: Decimal | str | int) -> Money:
    """Answer an amount written in rupees, ``money_of("4000")``. Raises ValueError as exact_units does."""
    return Money(exact_units(rupees))


def rupees(units: int) -> Decimal:
    """Answer ``units`` of 1/10,000 ₹ as an exact decimal number of rupees."""
    return Decimal(units) / SCALE


def paise_text(amount: int) -> str:
    """Answer an amount in ₹ with two decimals, halves away from zero: ``"-1234.50"``."""
    return str((Decimal(amount) / SCALE).quantize(Decimal("0.01"), ROUND_HALF_UP))


def unit_text(amount: int) -> str:
    """Answer an amount or price in ₹ with all four decimals: ``"114.0500"``."""
    return str((Decimal(amount) / SCALE).quantize(Decimal("0.0001")))


def plain_text(amount: int) -> str:
    """Answer an amount in ₹ with two decimals, or four where it needs them: ``"114.05"``, ``"0.0025"``."""
    return paise_text(amount) if amount % _PAISA == 0 else unit_text(amount)


def divide_half_up(numerator: int, denominator: int) -> int:
    """Answer the nearest whole number to a quotient, halves away from zero; the one rounding of averages."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    return sign * ((2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator)))


def percent_of(amount: int, percent: Decimal) -> int:
    """Answer ``percent`` of an amount in its own units, rounded once, halves away from zero."""
    return int((Decimal(amount) * percent / 100).to_integral_value(ROUND_HALF_UP))


def down_to_tick(price: int, tick: int) -> Price:
    """Answer the highest multiple of ``tick`` not above ``price``."""
    return Price(price // tick * tick)


def up_to_tick(price: int, tick: int) -> Price:
    """Answer the lowest multiple of ``tick`` not below ``price``."""
    return Price(-(-price // tick) * tick)


def nearest_tick(price: int, tick: int) -> Price:
    """Answer the nearest multiple of ``tick``, ties upward."""
    return Price((2 * price + tick) // (2 * tick) * tick)
