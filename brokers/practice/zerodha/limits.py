"""How often a client may call: windows of calendar seconds and minutes of the server's clock, and the day."""

from collections import Counter

from brokers.practice.zerodha.settings import PracticeSettings
from brokers.practice.zerodha.wire import ErrorType, KiteError
from engine.domain.instant import MINUTE, SECOND, Instant, ist_date

ORDER_CALLS = frozenset({"place", "modify", "cancel"})
_QUOTE_CALLS = frozenset({"quote", "ohlc", "ltp"})


class RateLimits:
    """Counts calls and refuses what is too much; a refused call counts too."""

    def __init__(self, settings: PracticeSettings) -> None:
        self._settings = settings
        self._counts: Counter[tuple[str, int, int]] = Counter()
        self._newest = 0
        self.orders_today = 0
        self._day = 0

    def count(self, call: str, now: Instant) -> None:
        """Count a call of this name. Raises KiteError 429 beyond a limit."""
        self._forget(now)
        settings = self._settings
        if call in ORDER_CALLS:
            self._within("orders", now, SECOND, settings.orders_per_second)
            self._within("orders", now, MINUTE, settings.orders_per_minute)
        elif call in _QUOTE_CALLS:
            self._within("quotes" if settings.shares_quote_limit else call, now, SECOND, settings.quotes_per_second)
        elif call == "history":
            self._within(call, now, SECOND, settings.history_per_second)
        else:
            self._within("others", now, SECOND, settings.others_per_second)

    def count_placement(self, now: Instant, orders: int = 1) -> None:
        """Count orders towards the day. Raises KiteError 429 beyond the cap."""
        self._forget(now)
        self.orders_today += orders
        if self._settings.orders_per_day is not None and self.orders_today > self._settings.orders_per_day:
            raise day_cap_reached(self._settings)

    def count_modification(self, so_far: int) -> None:
        """Refuse one modification more than an order may have. Raises KiteError."""
        if self._settings.modifications is not None and so_far >= self._settings.modifications:
            status = self._settings.modification_status
            raise KiteError(status, ErrorType.NETWORK, "Maximum allowed order modifications exceeded.")

    def _within(self, bucket: str, now: Instant, window: int, most: int | None) -> None:
        key = (bucket, window, now // window)
        self._counts[key] += 1
        if most is not None and self._counts[key] > most:
            raise too_many()

    def _forget(self, now: Instant) -> None:
        day = ist_date(now).toordinal()
        if day != self._day:
            self._day, self.orders_today = day, 0
        if now // MINUTE != self._newest:
            self._newest = now // MINUTE
            self._counts.clear()


def too_many() -> KiteError:
    """Answer the refusal of one call too many."""
    return KiteError(429, ErrorType.NETWORK, "Too many requests")


def day_cap_reached(settings: PracticeSettings) -> KiteError:
    """Answer the refusal of one order too many on a day."""
    return KiteError(settings.day_cap_status, ErrorType.NETWORK, "Maximum allowed order requests exceeded")
