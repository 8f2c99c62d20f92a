"""Days whose volatility nobody noted at their close: found again in a recording that shows it."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from engine.core.readings import volatility_now
from engine.core.readings.market_data import has_quote_today
from engine.core.state import EngineState
from engine.domain.instant import MINUTE, Instant
from engine.domain.market_rules import MarketRules
from engine.domain.volatility_history import SESSIONS, DayVolatility, VolatilityHistory
from engine.runtime.volatility_watch import close_of

if TYPE_CHECKING:
    from engine.runtime.recording.reader import Recording

_LOOKS_BACK = 15 * MINUTE
"""What was quoted so shortly before the close is how the day closed."""

_MOST_DAYS = 30
"""Days that are read at one start, the newest first: a long recording is caught up with over some starts."""


def found_again(
    recording: "Recording", rules: MarketRules, past: VolatilityHistory, before: date
) -> list[DayVolatility]:
    """Answer days before a date that the history lacks and the recording shows, oldest first.

    Only the sessions that are looked back on count. Raises RecordingError where the file turns out to be damaged.
    """
    underlyings = recording.master.underlyings()
    days = [day for day in recording.days() if day < before][-SESSIONS:]
    lacking = [day for day in days if any(past.on(one, day) is None for one in underlyings)]
    found = [one for day in lacking[-_MOST_DAYS:] for one in _of_day(recording, rules, day) if _is_new(past, one)]
    return sorted(found, key=lambda one: (one.day, one.underlying))


def _is_new(past: VolatilityHistory, one: DayVolatility) -> bool:
    return past.on(one.underlying, one.day) is None


def _of_day(recording: "Recording", rules: MarketRules, day: date) -> Iterator[DayVolatility]:
    """Answer what the volatility of each underlying was at its close of a day, as far as it was quoted then."""
    for underlying in recording.master.underlyings():
        close, spot = close_of(rules, underlying, day), recording.master.spot(underlying)
        if close is None or spot is None:
            continue
        state = EngineState(recording.master, rules)
        for frame in recording.frames(Instant(close - _LOOKS_BACK), close):
            state.board.take(frame)
        state.now = close
        if not has_quote_today(state, recording.master.row(spot.id)):
            continue
        percent = volatility_now.of_thirty_days(state, underlying)
        if percent is not None and percent > 0:
            yield DayVolatility(day, underlying, percent)
