"""Once a day, after the close: note what the implied volatility of every underlying was."""

from collections.abc import Callable
from datetime import date

from engine.core.readings import volatility_now
from engine.core.readings.market_data import has_quote_today
from engine.core.state import EngineState
from engine.domain.instant import Instant, ist_date
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.volatility_history import DayVolatility

Keep = Callable[[list[DayVolatility]], None]
"""Takes the days that are new; it must not raise."""


def close_of(rules: MarketRules, underlying: str, day: date) -> Instant | None:
    """Answer when the options of an underlying close on a day; None where they do not trade, or no rule reaches it."""
    try:
        sessions = rules.session_instants(rules.contract_rule(underlying, day).exchange, day)
    except UnknownRuleError:
        return None
    return sessions[-1][1] if sessions else None


class VolatilityWatch:
    """Adds the day's volatility to the state's history and hands it on, once for a day and underlying.

    It asks what is due of the time and the history alone, so that an engine that starts after the close still notes
    the day as long as its quotes are there.
    """

    def __init__(self, state: EngineState, keep: Keep) -> None:
        self._state = state
        self._keep = keep
        self._day: date | None = None
        self._closes: dict[str, Instant] = {}
        """When each underlying closes today, of those whose day is not noted yet."""

    def next_due(self, now: Instant) -> Instant | None:
        """Answer when to look next; None while nothing of today is to be noted."""
        self._begin(now)
        return min(self._closes.values(), default=None)

    def look(self, now: Instant) -> None:
        """Note what has closed."""
        self._begin(now)
        closed = [underlying for underlying, close in self._closes.items() if close <= now]
        days = [day for underlying in closed if (day := self._noted(underlying)) is not None]
        for underlying in closed:
            del self._closes[underlying]
        if days:
            self._state.volatility = self._state.volatility.with_days(days)
            self._keep(days)

    def _begin(self, now: Instant) -> None:
        # A session that ends at midnight still belongs to the day before.
        day = ist_date(now - 1)
        if day == self._day:
            return
        self._day = day
        past = self._state.volatility
        self._closes = {
            underlying: close
            for underlying in self._state.master.underlyings()
            if past.on(underlying, day) is None and (close := close_of(self._state.rules, underlying, day)) is not None
        }

    def _noted(self, underlying: str) -> DayVolatility | None:
        """Answer the day's value; None without quotes of the day."""
        state, day = self._state, self._day
        spot = state.master.spot(underlying)
        if day is None or spot is None or ist_date(state.now - 1) != day:
            return None
        if not has_quote_today(state, state.master.row(spot.id)):
            return None
        percent = volatility_now.of_thirty_days(state, underlying)
        return None if percent is None or percent <= 0 else DayVolatility(day, underlying, percent)
