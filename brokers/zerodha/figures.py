"""Numbers and times as Kite writes them: raw binary fractions of a rupee and Indian times without a zone."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from engine.domain.instant import IST, Instant, instant_of
from engine.domain.money import SCALE, Money, Price

_LARGEST = Decimal(10) ** 15
"""Rupees beyond which a figure is damage and not money."""


class FigureError(ValueError):
    """What should be a number, a time or a text is something else; the message says what and where."""


def amount(value: object, what: str) -> Decimal:
    """Answer a number of Kite's exactly as it was written. Raises FigureError for anything but a finite number."""
    if isinstance(value, bool) or value is None or isinstance(value, str | bytes | list | dict):
        raise FigureError(f"{what} should be a number, not {_shown(value)}")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise FigureError(f"{what} should be a number, not {_shown(value)}") from None
    if not number.is_finite() or abs(number) > _LARGEST:
        raise FigureError(f"{what} should be a number, not {_shown(value)}")
    return number


def units(rupees: Decimal) -> int:
    """Answer rupees in 1/10,000 ₹, rounded once: 99725.05000000002 is 99725.05."""
    return int((rupees * SCALE).to_integral_value(ROUND_HALF_UP))


def price(value: object, what: str) -> Price:
    """Answer a price in 1/10,000 ₹. Raises FigureError."""
    return Price(units(amount(value, what)))


def price_or_none(value: object, what: str) -> Price | None:
    """Answer a price, None where Kite says 0 or nothing. Raises FigureError."""
    found = Price(0) if value is None else price(value, what)
    return found or None


def money(value: object, what: str) -> Money:
    """Answer an amount in 1/10,000 ₹. Raises FigureError."""
    return Money(units(amount(value, what)))


def whole(value: object, what: str) -> int:
    """Answer a whole number; 65 and 65.0 are, 65.5 and "65" are not. Raises FigureError."""
    number = amount(value, what)
    if number != number.to_integral_value():
        raise FigureError(f"{what} should be a whole number, not {_shown(value)}")
    return int(number)


def quantity(value: object, what: str) -> int:
    """Answer a whole number that is not negative. Raises FigureError."""
    number = whole(value, what)
    if number < 0:
        raise FigureError(f"{what} cannot be {number}")
    return number


def text(value: object, what: str) -> str:
    """Answer a text that is not empty. Raises FigureError."""
    if not isinstance(value, str) or not value:
        raise FigureError(f"{what} should be a text, not {_shown(value)}")
    return value


def text_or_empty(value: object) -> str:
    """Answer a text, and the empty one for anything that is none."""
    return value if isinstance(value, str) else ""


def moment(value: object, what: str) -> Instant:
    """Answer the instant of an Indian time, ``"2026-11-20 11:03:41"`` or a datetime without a zone.

    Raises FigureError.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise FigureError(f"{what} should be a time, not {_shown(value)}") from None
    if not isinstance(value, datetime):
        raise FigureError(f"{what} should be a time, not {_shown(value)}")
    return instant_of(value if value.tzinfo is not None else value.replace(tzinfo=IST))


def moment_or_none(value: object, what: str) -> Instant | None:
    """Answer an instant, None where Kite has none. Raises FigureError."""
    return None if value is None or value == "" else moment(value, what)


def mapping(value: object, what: str) -> dict[str, object]:
    """Answer an object of Kite's. Raises FigureError."""
    if not isinstance(value, dict):
        raise FigureError(f"{what} should be an object, not {_shown(value)}")
    return value


def listing(value: object, what: str) -> list[object]:
    """Answer a list of Kite's; nothing is an empty list. Raises FigureError."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise FigureError(f"{what} should be a list, not {_shown(value)}")
    return value


def rupee_text(units_of_price: int) -> str:
    """Answer a price in rupees as Kite's form takes it: no exponent, no zeros at the end."""
    number = f"{Decimal(units_of_price) / SCALE:f}"
    return number.rstrip("0").rstrip(".") if "." in number else number


def _shown(value: object) -> str:
    words = repr(value)
    return words if len(words) <= 60 else f"{words[:60]}…"
