"""The rules that every re-execution and re-entry keeps (executor reference §1.3.1, re-execute panel)."""

from collections.abc import Iterator
from enum import Enum
from typing import Annotated

from engine.domain.multileg.execution import Pricing
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask


class Seconds(Declared, frozen=True, kw_only=True, tag="seconds"):
    """Seconds."""

    seconds: Annotated[int, ask("Delay", "Time after the trigger.", unit="s", ge=1, le=9_999)]


class CandleClose(Declared, frozen=True, kw_only=True, tag="candle"):
    """Close of a candle."""

    minutes: Annotated[
        int, ask("Candle", "Until the next close of a candle of so many minutes.", unit="min", ge=1, le=375)
    ] = 1


Delay = Seconds | CandleClose
"""How long to wait between a trigger and what it leads to."""


class ReentryTrigger(Enum):
    """What a re-entry waits for."""

    ENTRY_PRICE = "entry price"
    STOP_PRICE = "stop price"
    NOTHING = "nothing"


class ReExecution(Declared, frozen=True, kw_only=True):
    """Re-executions and re-entries.

    What actions of legs and of the portfolio must keep to when they open something again.
    """

    reexecute_after_cost: Annotated[
        bool, ask("Re-execute after a stop at cost", "Also a leg whose stop had been moved to cost is re-executed.")
    ] = True
    reenter_after_cost: Annotated[
        bool, ask("Re-enter after a stop at cost", "Also a leg whose stop had been moved to cost is re-entered.")
    ] = False
    wait_again: Annotated[
        bool, ask("Wait and trade again", "A re-executed leg waits for its wait and trade as the first did.")
    ] = True
    same_strike: Annotated[
        bool, ask("Keep the strike", "A re-executed leg whose strike is counted from the money keeps its contract.")
    ] = False
    after_end: Annotated[
        bool, ask("Also after End", "Re-executions and re-entries go on after the last time for entries.")
    ] = False
    leg_safety: Annotated[
        int, ask("Between executions of a leg", "Least time between two of them.", unit="s", ge=3, le=9_999)
    ] = 3
    portfolio_safety: Annotated[
        int,
        ask("Between executions of the portfolio", "Least time between flat and the next.", unit="s", ge=5, le=9_999),
    ] = 5
    leg_delay: Annotated[Delay | None, ask("Delay of legs", "Between what releases a waiting leg and its orders.")] = (
        None
    )
    leg_again_delay: Annotated[
        Delay | None, ask("Delay of leg re-executions", "Between the close of a leg and its re-execution.")
    ] = None
    portfolio_delay: Annotated[
        Delay | None, ask("Delay of the portfolio", "Between the portfolio's start and its orders.")
    ] = None
    portfolio_again_delay: Annotated[
        Delay | None, ask("Delay of portfolio re-executions", "Between flat and the re-execution of all.")
    ] = None
    most: Annotated[
        int | None, ask("Most in all", "Re-executions and re-entries of all legs in one execution.", ge=0, le=1_000)
    ] = None
    most_on_stop: Annotated[
        int | None, ask("Most after stops", "Of these, those that follow on a stop.", ge=0, le=1_000)
    ] = None
    most_on_target: Annotated[
        int | None, ask("Most after targets", "Of these, those that follow on a target.", ge=0, le=1_000)
    ] = None
    most_per_leg: Annotated[
        int,
        ask("Most of a leg per day", "Executions of one leg, the first included; more raises an alarm.", ge=1, le=100),
    ] = 20
    reentry_trigger: Annotated[
        ReentryTrigger,
        ask("Re-entry waits for", "The price at which the leg was entered, that of its stop, or nothing."),
    ] = ReentryTrigger.ENTRY_PRICE
    original_price: Annotated[
        bool, ask("Original entry price", "A second re-entry waits for the entry price of the first execution.")
    ] = False
    reentry_delay: Annotated[
        int, ask("Re-entry not before", "Time after the close before a re-entry may trigger.", unit="s", ge=0, le=9_999)
    ] = 0
    reentry_pricing: Annotated[
        Pricing | None,
        ask("Order type of re-entries", "Off takes that of the entry; a limit with buffer where that is a stop limit."),
    ] = None

    def check(self) -> Iterator[FieldError]:
        """Refuse a re-entry that would wait for a price twice."""
        if self.reentry_pricing is Pricing.STOP_LIMIT:
            yield FieldError(
                "reentry_pricing", "a re-entry has waited for its price already; choose a limit, or the market"
            )
