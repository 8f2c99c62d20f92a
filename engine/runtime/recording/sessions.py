"""Keep what was recorded while the market was open."""

from datetime import date

import numpy as np
import numpy.typing as npt

from engine.domain.instrument import Exchange
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.quote import IntArray
from engine.runtime.recording.report import Rule, Tally
from engine.runtime.recording.source import indian_day

BoolArray = npt.NDArray[np.bool_]

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_EARLIEST_DAY = date(1990, 1, 1).toordinal() - EPOCH_ORDINAL
_LATEST_DAY = date(2200, 1, 1).toordinal() - EPOCH_ORDINAL


def date_of(day: int) -> date:
    """Answer the date of a number of days since 1970-01-01."""
    return date.fromordinal(day + EPOCH_ORDINAL)


def possible_days(day: IntArray) -> BoolArray:
    """Say which days since 1970-01-01 can be dates of this market."""
    return np.asarray((day >= _EARLIEST_DAY) & (day < _LATEST_DAY))


def possible_stamps(at: IntArray, tally: Tally) -> BoolArray:
    """Say which stamps can be real, and count the others."""
    possible = possible_days(indian_day(at))
    tally.add(Rule.IMPOSSIBLE_STAMP, np.count_nonzero(~possible))
    return possible


def in_session(at: IntArray, exchange: Exchange, rules: MarketRules, tally: Tally) -> BoolArray:
    """Say which possible stamps lie in a session, and count the others; a session's last instant belongs to it."""
    inside = np.zeros(len(at), dtype=np.bool_)
    days, which = np.unique(indian_day(at), return_inverse=True)
    order = np.argsort(which, kind="stable")
    edges = np.searchsorted(which[order], np.arange(len(days) + 1))
    for number, day in enumerate(days.tolist()):
        rows = order[edges[number] : edges[number + 1]]
        try:
            sessions = rules.session_instants(exchange, date_of(day))
        except UnknownRuleError:
            tally.add(Rule.NO_MARKET_RULE, len(rows))
            continue
        stamps = at[rows]
        open_now = np.zeros(len(rows), dtype=np.bool_)
        for opens, closes in sessions:
            open_now |= (stamps >= opens) & (stamps <= closes)
        inside[rows] = open_now
        tally.add(Rule.OUTSIDE_SESSION, np.count_nonzero(~open_now))
    return inside


def count_disorder(at: IntArray, tally: Tally) -> None:
    """Count stamps that lie before the one above them in the source."""
    tally.add(Rule.OUT_OF_ORDER, np.count_nonzero(np.diff(at) < 0))
