"""How often each monitor looks, and what it does while nothing can be seen (executor reference §1.10)."""

from collections.abc import Iterator
from datetime import time
from enum import Enum
from typing import Annotated

from engine.domain.alert import USUAL, AlertClass
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class LogLevel(Enum):
    """How much of a portfolio is told in the message log."""

    EVERYTHING = "everything"
    DECISIONS = "decisions"
    ALARMS = "alarms only"


class Realtime(Declared, frozen=True, kw_only=True, tag="realtime"):
    """Every quote."""


class CandleClose(Declared, frozen=True, kw_only=True, tag="candle close"):
    """Close of a candle.

    Candles are counted from the open of the session, so 5-minute ones close at 09:20, 09:25, … A spike inside a candle
    is not seen, and between two closes a loss has no bound.
    """

    minutes: Annotated[int, ask("Minutes", "Length of the candle.", unit="min", ge=1, le=120)] = 1


class Interval(Declared, frozen=True, kw_only=True, tag="interval"):
    """Every few seconds.

    Counted from the fill of the leg, or from the start of the portfolio.
    """

    seconds: Annotated[int, ask("Seconds", "Time between two looks.", unit="s", ge=1, le=3_600)] = 60


Cadence = Realtime | CandleClose | Interval
"""Every way to look at a price."""


class Monitoring(Declared, frozen=True, kw_only=True):
    """How often the monitors look."""

    leg_stop: Annotated[Cadence, ask("Leg stop", "How often the stop of a leg is held against its price.")] = Realtime()
    leg_stop_trail: Annotated[Cadence, ask("Leg stop trailing", "How often a stop that follows is moved.")] = Realtime()
    leg_target: Annotated[Cadence, ask("Leg target", "How often the target of a leg is held against its price.")] = (
        Realtime()
    )
    leg_target_trail: Annotated[
        Cadence, ask("Leg target trailing", "How often the lock of a leg's profit is moved and tested.")
    ] = Realtime()
    combined_stop: Annotated[
        Cadence, ask("Combined stop", "How often the stop of all legs together is tested and trailed.")
    ] = Realtime()
    combined_target: Annotated[
        Cadence, ask("Combined target", "How often the target and the lock of all legs together are tested.")
    ] = Realtime()
    wait_and_trade: Annotated[
        Cadence, ask("Wait and trade", "How often the price that a waiting leg waits for is tested.")
    ] = Realtime()
    reentry: Annotated[Cadence, ask("Re-entry", "How often the price of a re-entry is tested.")] = Realtime()
    entry: Annotated[
        Cadence, ask("Entry price", "How often a premium or a level that the entry waits for is tested.")
    ] = Realtime()
    trade_second: Annotated[
        int,
        ask(
            "Trade after the close",
            "Seconds after a candle's close before it counts, so that all accounts see the same candle.",
            unit="s",
            ge=0,
            le=59,
        ),
    ] = 0
    targets_from: Annotated[
        time | None,
        ask("Targets from", "Before this time of day no target is tested: opening swings are left out."),
    ] = None
    targets_until: Annotated[time | None, ask("Targets until", "From this time of day on no target is tested.")] = None
    stops_too: Annotated[bool, ask("Stops as well", "The times above hold for stops too; square-off times never.")] = (
        False
    )
    dead_feed_exit: Annotated[
        int | None,
        ask(
            "Close on a dead feed after",
            "A feed that is silent for so long, while orders still work, closes everything; off: it pauses and alarms.",
            unit="s",
            ge=10,
            le=3_600,
        ),
    ] = None

    alerts: Annotated[
        tuple[AlertClass, ...],
        ask(
            "Alerts",
            "What of this portfolio is told where Notifications say: popup, sound, messenger, mail. Those of the "
            "account, its broker and the feed always are.",
        ),
    ] = USUAL
    log_level: Annotated[
        LogLevel,
        ask(
            "Message log",
            "How much of it the message log tells: all, without the steps of orders and trails, or only what needs a "
            "look. The journal keeps everything.",
        ),
    ] = LogLevel.EVERYTHING
    curve_every: Annotated[
        int | None,
        ask(
            "Profit curve every",
            "How often the profit is noted, for its curve, drawdown and best and worst of every leg; off: never.",
            unit="s",
            ge=1,
            le=3_600,
        ),
    ] = 5

    def check(self) -> Iterator[FieldError]:
        """Refuse a window that ends before it begins."""
        if self.targets_from and self.targets_until and self.targets_until <= self.targets_from:
            yield FieldError("targets_until", f"Targets until must be after Targets from ({self.targets_from})")
