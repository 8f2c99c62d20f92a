"""The days of a practice server: when its market is open next, and whether a new day needs anything of the old one."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from brokers.practice.zerodha.records import Line, NewDay, Trade
from brokers.simulated.sessions import sessions_on
from engine.domain.instant import Instant, iso_text, ist_date
from engine.domain.instrument import Exchange
from engine.domain.market_rules import MarketRules, UnknownRuleError

EXCHANGES: Final = (Exchange.NFO, Exchange.BFO)

_LONGEST_CLOSURE: Final = 12
"""Days to look ahead for a trading day."""


def next_open(rules: MarketRules, at: Instant) -> Instant:
    """Answer the instant itself while index options trade, else when they trade next. Raises UnknownRuleError."""
    for days in range(_LONGEST_CLOSURE):
        for session in sessions_on(rules, EXCHANGES, ist_date(at) + timedelta(days=days)):
            if at < session.close:
                return max(at, session.open)
    raise UnknownRuleError(f"No trading session is known in the days after {iso_text(at)}")


def begins_anew(lines: Iterable[Line], at: Instant, rules: MarketRules) -> Instant | None:
    """Answer when a new day begins that needs nothing of the days before; None where these have to be gone on with.

    A market that goes on is played again from its first day on, which takes a minute for every one of them.
    """
    opening = next_open(rules, at)
    is_over = ist_date(opening) != ist_date(at)
    return opening if is_over and not any(_held(lines).values()) else None


def _held(lines: Iterable[Line]) -> Counter[tuple[str, str]]:
    """Answer the net quantity of every contract and product."""
    held: Counter[tuple[str, str]] = Counter()
    for line in lines:
        match line:
            case NewDay(carried=carried):
                held = Counter({(one.tradingsymbol, one.product): one.quantity for one in carried})
            case Trade():
                held[line.tradingsymbol, line.product] += line.sign * line.quantity
            case _:
                pass
    return held
