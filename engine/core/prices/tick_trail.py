"""The first freak-tick filter: which price of a watched contract may fire a trigger."""

from collections import deque
from statistics import median_low

import msgspec

from engine.domain.instant import SECOND, Instant
from engine.domain.money import Price
from engine.domain.multileg.portfolio import FreakProtection
from engine.domain.quote import Quote

_MEMORY = 60
_WINDOW = 5 * SECOND
"""A jump is judged only against a price this recent; after a longer silence any distance is possible."""
_WINDOW_WITH_BOOK = 50 * SECOND
"""The same where bid and ask can confirm a print; recordings of minutes are beyond it."""
_APART = SECOND // 5
"""Two prints this far apart confirm each other (executor reference §1.1, reliability failure mode 36)."""
_FLOOR = 50_000
"""₹5: smaller moves are never freaks."""
SMART_PAUSE = 3 * SECOND
STRONG_PAUSE = 10 * SECOND
_STRONG_ECHOES = 2


class TickTrail(msgspec.Struct, kw_only=True):
    """The last believed price of one row and a doubtful one that waits for confirmation."""

    price: Price = Price(0)
    at: Instant = Instant(0)
    latest: Price = Price(0)
    """The newest print, believed or not."""
    doubt: Price = Price(0)
    doubt_at: Instant = Instant(0)
    """When the doubtful price was first seen."""
    jumped_at: Instant = Instant(0)
    """When the last jump began that was believed in the end."""
    echoes: int = 0
    """Prints since the last jump that confirm it."""
    moves: deque[int] = msgspec.field(default_factory=lambda: deque(maxlen=_MEMORY))


def follow(trail: TickTrail, quote: Quote, at: Instant) -> None:
    """Believe the last price, or doubt it until it has stood for 3 s and a second print, or the book, confirms it.

    A print is doubted where it jumps by more than 15 % of the premium, ₹5 and eight times the median move, within
    seconds, and lies outside the bid and ask. Rule of the executor reference §1.1 (freak protection, Smart).
    """
    price = quote.last_price
    if price <= 0:
        return
    trail.latest = price
    jump = abs(price - trail.price)
    window = _WINDOW_WITH_BOOK if 0 < quote.bid <= quote.ask else _WINDOW
    if trail.price == 0 or at - trail.at > window or not _is_freak(trail, jump) or _in_book(quote):
        _believe(trail, price, at, jump)
    elif trail.doubt and abs(price - trail.doubt) <= max(_FLOOR, trail.doubt * 15 // 100):
        if at - trail.doubt_at >= _APART:
            trail.echoes += 1
        if trail.echoes and at - trail.doubt_at >= SMART_PAUSE:
            trail.jumped_at = trail.doubt_at
            _believe(trail, price, at, jump)
    else:
        trail.doubt, trail.doubt_at, trail.echoes = price, at, 0


def believed(trail: TickTrail, protection: FreakProtection, now: Instant) -> Price | None:
    """Answer the price that may fire a trigger under a portfolio's protection; None while there is none, or a pause."""
    if protection is FreakProtection.OFF:
        return trail.latest or None
    if trail.doubt or not trail.price:
        return None
    if protection is FreakProtection.STRONG and trail.jumped_at:
        paused = now - trail.jumped_at < STRONG_PAUSE or trail.echoes < _STRONG_ECHOES
        return None if paused else trail.price
    return trail.price


def _is_freak(trail: TickTrail, jump: int) -> bool:
    if jump <= max(trail.price * 15 // 100, _FLOOR):
        return False
    # The median is asked last: it costs more than all the rest, and few prints jump so far.
    return not trail.moves or jump > 8 * median_low(trail.moves)


def _in_book(quote: Quote) -> bool:
    spread = quote.ask - quote.bid
    if quote.bid <= 0 or quote.ask <= 0 or spread < 0:
        return False
    return quote.bid - spread <= quote.last_price <= quote.ask + spread


def _believe(trail: TickTrail, price: Price, at: Instant, jump: int) -> None:
    if trail.price:
        trail.moves.append(jump)
    if trail.jumped_at:
        trail.echoes += 1
    trail.price, trail.at = price, at
    trail.doubt, trail.doubt_at = Price(0), Instant(0)
