"""Write money, quantities, times and Greeks as an Indian trader reads them.

Amounts come in as whole units of 1/10,000 rupee and leave as text; nothing here computes.
A value that is not there (``None`` or NaN) is written as an en dash.
"""

import math
from collections.abc import Callable, Mapping

from desktop.composition.display import Grouping

UNITS_PER_RUPEE = 10_000
MISSING = "–"
MINUS = "−"
_IST_OFFSET_SECONDS = 19_800  # UTC+05:30, without summer time
_NANOSECONDS = 1_000_000_000
_LAKH, _CRORE = 100_000, 10_000_000
_MILLION, _BILLION = 1_000_000, 1_000_000_000


class _Chosen:
    """How large numbers are grouped on this desktop; one choice for every text, as with the theme."""

    grouping = Grouping.LAKH_CRORE


def use_grouping(grouping: Grouping) -> None:
    """Group large numbers so from now on; what is written already stays as it is until it is written again."""
    _Chosen.grouping = grouping


def group_digits(whole: int) -> str:
    """Group a non-negative whole number: 12345678 → ``1,23,45,678``, or ``12,345,678`` where millions are wanted."""
    if _Chosen.grouping is Grouping.MILLIONS:
        return f"{whole:,}"
    digits = str(whole)
    if len(digits) <= 3:
        return digits
    head, tail = digits[:-3], digits[-3:]
    pairs = [head[max(0, i - 2) : i] for i in range(len(head), 0, -2)]
    return ",".join([*reversed(pairs), tail])


def amount(units: int | None, decimals: int = 2) -> str:
    """Write an amount without a currency sign, rounded half away from zero: ``1,23,456.50``."""
    if units is None:
        return MISSING
    scaled = _rounded(abs(units), decimals)
    whole, part = divmod(scaled, 10**decimals)
    sign = MINUS if units < 0 and scaled else ""
    return f"{sign}{group_digits(whole)}" + (f".{part:0{decimals}d}" if decimals else "")


def rupees(units: int | None, decimals: int = 2) -> str:
    """Write an amount in ₹: ``₹1,23,456.50``, ``−₹95.00``."""
    if units is None:
        return MISSING
    text = amount(units, decimals)
    return f"{MINUS}₹{text[1:]}" if text.startswith(MINUS) else f"₹{text}"


def signed_amount(units: int | None, decimals: int = 2) -> str:
    """Write a profit or loss with its sign: ``+1,234.50``, ``−95.00``, ``0.00``."""
    if units is None:
        return MISSING
    text = amount(units, decimals)
    return f"+{text}" if units > 0 and _rounded(units, decimals) else text


def arrowed_amount(units: int | None, decimals: int = 2) -> str:
    """Write a profit or loss in ₹ with an arrow and a sign, so that colour is never the only sign."""
    if units is None:
        return MISSING
    text = signed_amount(units, decimals)
    arrow = {"+": "▲ +₹", MINUS: f"▼ {MINUS}₹"}.get(text[0])
    return f"{arrow}{text[1:]}" if arrow else f"₹{text}"


def compact_rupees(units: int | None) -> str:
    """Write a large amount shortly, with its sign: ``₹1.25 L``, ``−₹3.40 Cr``; smaller ones in full rupees."""
    if units is None:
        return MISSING
    sign = MINUS if units < 0 else ""
    return f"{sign}₹{compact_count(abs(units) // UNITS_PER_RUPEE)}"


def price(units: int | None, tick_units: int = 500) -> str:
    """Write a price with the decimals its tick needs: two, or four for a tick finer than a paisa."""
    if units is None:
        return MISSING
    return amount(units, 2 if tick_units % 100 == 0 else 4)


def quantity(count: int | None) -> str:
    """Write a quantity: ``1,800``, ``−75``."""
    if count is None:
        return MISSING
    return f"{MINUS}{group_digits(-count)}" if count < 0 else group_digits(count)


def signed_quantity(count: int | None) -> str:
    """Write a net quantity with its sign: ``+75``, ``−75``, ``0``."""
    text = quantity(count)
    return f"+{text}" if count is not None and count > 0 else text


def compact_count(count: int | None) -> str:
    """Write a large count shortly: ``98,400``, ``12.35 L``, ``4.10 Cr``; or ``1.24 M``, ``2.05 B``."""
    if count is None:
        return MISSING
    for size, letters in _SHORT[_Chosen.grouping]:
        if abs(count) >= size:
            return f"{count / size:.2f} {letters}".replace("-", MINUS)
    return quantity(count)


_SHORT: Mapping[Grouping, tuple[tuple[int, str], ...]] = {
    Grouping.LAKH_CRORE: ((_CRORE, "Cr"), (_LAKH, "L")),
    Grouping.MILLIONS: ((_BILLION, "B"), (_MILLION, "M")),
}


def decimal(value: float | None, places: int, *, signed: bool = False) -> str:
    """Write a float of the screen with fixed places; ``signed`` adds a plus. Never writes a negative zero."""
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{abs(value):.{places}f}"
    if value < 0 and text.strip("0."):
        return MINUS + text
    return f"+{text}" if signed and value > 0 and text.strip("0.") else text


def delta(value: float | None) -> str:
    """Write a delta per unit of the underlying: ``+0.512``."""
    return decimal(value, 3, signed=True)


def gamma(value: float | None) -> str:
    """Write a gamma per index point: ``0.00123``."""
    return decimal(value, 5)


def theta(value: float | None) -> str:
    """Write a theta in ₹ or points per calendar day: ``−12.35``."""
    return decimal(value, 2, signed=True)


def vega(value: float | None) -> str:
    """Write a vega in ₹ or points per volatility point: ``+8.10``."""
    return decimal(value, 2, signed=True)


def volatility(value: float | None) -> str:
    """Write a volatility given as a fraction: 0.1253 → ``12.5``, in percent without the sign."""
    return decimal(None if value is None else value * 100, 1)


def percent(fraction: float | None, places: int = 1, *, signed: bool = False) -> str:
    """Write a fraction as a percentage: 0.256 → ``25.6 %``."""
    text = decimal(None if fraction is None else fraction * 100, places, signed=signed)
    return text if text == MISSING else f"{text} %"


def clock_time(epoch_ns: int | None, *, milliseconds: bool = False) -> str:
    """Write nanoseconds since 1970 UTC as an Indian time of day: ``09:20:05`` or ``09:20:05.125``."""
    if epoch_ns is None:
        return MISSING
    seconds, rest = divmod(epoch_ns, _NANOSECONDS)
    minutes, second = divmod((seconds + _IST_OFFSET_SECONDS) % 86_400, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
    return f"{text}.{rest // 1_000_000:03d}" if milliseconds else text


def duration(seconds: float | None) -> str:
    """Write a length of time in its two largest parts: ``45 s``, ``3 m 05 s``, ``2 h 10 m``, ``3 d 5 h``."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    total = int(max(0.0, seconds))
    if total < 60:
        return f"{total} s"
    if total < 3_600:
        return f"{total // 60} m {total % 60:02d} s"
    if total < 86_400:
        return f"{total // 3_600} h {total % 3_600 // 60:02d} m"
    return f"{total // 86_400} d {total % 86_400 // 3_600} h"


def age(seconds: float | None) -> str:
    """Write how old something is, in milliseconds below a second: ``120 ms``, ``4.2 s``, ``3 m 05 s``."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    if seconds < 1:
        return f"{max(0, round(seconds * 1_000))} ms"
    return f"{seconds:.1f} s" if seconds < 10 else duration(seconds)


def axis_amount(places: int) -> Callable[[float], str]:
    """Return a formatter of chart labels: rupees or points as floats, grouped, with fixed places."""

    def written(value: float) -> str:
        return amount(round(value * UNITS_PER_RUPEE), places)

    return written


def _rounded(units: int, decimals: int) -> int:
    """Scale non-negative units to a whole number of ``decimals`` places, half away from zero."""
    step: int = UNITS_PER_RUPEE // 10**decimals
    return (units + step // 2) // step
