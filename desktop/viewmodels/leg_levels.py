"""A stop or target of a leg as it is typed: read, stepped by ticks, and looked at before it is sent."""

from desktop.presentation import formats
from desktop.presentation.typed_numbers import typed_number
from engine.domain.money import Price, plain_text, price_of
from engine.domain.multileg.levels import Measure
from engine.domain.order import Side
from engine.views.portfolios import LegRow, Level

HIGHEST = price_of(10_000_000)
"""Above any price of a contract; more is a slip of the fingers."""
_LONGEST = 24
_FAR = 50
"""Times the last price beyond which a level is taken for a slip."""


def read_price(text: str, tick: Price) -> Price:
    """Answer a typed price that lies on the tick. Raises ValueError with a sentence."""
    shown = typed_number(text)
    if len(shown) > _LONGEST or not shown.isascii() or "," in shown:
        raise ValueError("A price is written with a few digits, like 101.05")
    price = price_of(shown)
    if price <= 0:
        raise ValueError("A price must be above 0")
    if price > HIGHEST:
        raise ValueError("No contract trades at that price; check the digits")
    if tick and price % tick:
        raise ValueError(f"Prices here move in steps of ₹{plain_text(tick)}; write a multiple of it")
    return price


def stepped_price(text: str, steps: int, tick: Price, start: Price | None) -> str | None:
    """Answer a typed price some ticks further, at least one tick; an empty line begins at ``start``.

    None where the text is no price.
    """
    if not text.strip():
        return None if start is None else plain_text(start)
    try:
        price = price_of(typed_number(text)) if len(text) <= _LONGEST else None
    except ValueError:
        return None
    if price is None or not 0 <= price <= HIGHEST:
        return None
    step = tick or Price(1)
    # What lies between two ticks goes to the next one in the direction of the step.
    whole = price // step if steps > 0 else -(-price // step)
    return plain_text(min(max(step, (whole + steps) * step), HIGHEST))


def check_sides(leg: LegRow, stop: Price | None, target: Price | None) -> None:
    """Let a stop and a target of a leg lie on their own sides. Raises ValueError with a sentence."""
    if stop is None or target is None:
        return
    if (stop > target) is not (leg.side is Side.SELL):
        above = "above" if leg.side is Side.SELL else "below"
        raise ValueError(f"The stop of a {leg.side.value.lower()} leg lies {above} its target")


def check_distance(price: Price | None, last: Price | None) -> None:
    """Refuse what is out of all proportion to the last price. Raises ValueError with a sentence."""
    if price is not None and last and price > last * _FAR:
        raise ValueError(f"That is more than {_FAR} times its last price {formats.price(last)}; check the digits")


def premium_of(level: Level | None) -> Price | None:
    """Answer a level that is a price of the leg's own contract; None for none and for other measures."""
    return Price(level.value) if level is not None and level.of is Measure.PREMIUM else None


def is_reached(leg: LegRow, last: Price | None, *, stop: Price | None = None, target: Price | None = None) -> bool:
    """Say whether a new stop or target closes the leg at once, at its last price."""
    if last is None:
        return False
    is_sold = leg.side is Side.SELL
    by_stop = stop is not None and (last >= stop if is_sold else last <= stop)
    by_target = target is not None and (last <= target if is_sold else last >= target)
    return by_stop or by_target
