"""Orders that rest at the broker while we watch as well (executor reference §1.11)."""

from decimal import Decimal
from typing import Annotated

from engine.domain.money import exact_units, percent_of
from engine.domain.multileg.unit import Unit
from engine.schema.declared import Declared
from engine.schema.field import ask


class AtOnce(Declared, frozen=True, kw_only=True, tag="at_once"):
    """At once."""


class AfterSeconds(Declared, frozen=True, kw_only=True, tag="after"):
    """After some seconds.

    Counted from the fill of the leg.
    """

    seconds: Annotated[int, ask("Seconds", "Time between the fill and the order.", unit="s", ge=1, le=3_600)] = 5


class AtMinuteClose(Declared, frozen=True, kw_only=True, tag="minute"):
    """At the next full minute."""


class PriceBuffer(Declared, frozen=True, kw_only=True):
    """Distance of prices."""

    value: Annotated[Decimal, ask("Distance", "How far.", ge=0, le=10_000)] = Decimal(0)
    unit: Annotated[Unit, ask("In", "Points, or percent of the price it is counted from.")] = Unit.POINTS

    def units(self, price: int) -> int:
        """Answer the distance from a price, in 1/10,000 ₹."""
        return percent_of(price, self.value) if self.unit is Unit.PERCENT else exact_units(self.value)


class AtBroker(Declared, frozen=True, kw_only=True):
    """Orders that rest at the broker.

    Only levels that are prices of the leg's own contract can rest there. Resting orders fire on any print: the
    freak-tick filter does not guard them, and those of entries block margin.
    """

    leg_stop: Annotated[
        bool, ask("Leg stops", "A stop order rests for every leg; it is moved with the stop, never cancelled for it.")
    ] = True
    leg_target: Annotated[
        bool,
        ask(
            "Leg targets",
            "A limit order rests for every target; beside a resting stop, both can fill.",
        ),
    ] = False
    leg_reentry: Annotated[bool, ask("Re-entries", "The order of a re-entry at cost rests; it blocks margin.")] = False
    leg_wait: Annotated[bool, ask("Wait and trade", "The order of a waiting leg rests; it blocks margin.")] = False
    placed: Annotated[
        AtOnce | AfterSeconds | AtMinuteClose,
        ask("Stops are placed", "When the stop of a filled leg goes to the broker."),
    ] = AtOnce()
    trigger_buffer: Annotated[PriceBuffer, ask("Trigger buffer", "How far before the stop its order is triggered.")] = (
        PriceBuffer()
    )
    limit_buffer: Annotated[
        PriceBuffer, ask("Limit buffer", "How far beyond the stop the limit of its order lies; at least a tick.")
    ] = PriceBuffer(value=Decimal(3), unit=Unit.PERCENT)
    entry_trigger_buffer: Annotated[
        PriceBuffer, ask("Entry trigger buffer", "How far before the price of a waiting leg its order is triggered.")
    ] = PriceBuffer()
    entry_limit_buffer: Annotated[
        PriceBuffer, ask("Entry limit buffer", "How far beyond the price of a waiting leg the limit of its order lies.")
    ] = PriceBuffer(value=Decimal(1), unit=Unit.PERCENT)
    shadow_seconds: Annotated[
        int,
        ask(
            "Take over after",
            "So long a price may be beyond a resting stop before we close it.",
            unit="s",
            ge=0,
            le=60,
        ),
    ] = 3
    convert_after: Annotated[
        int, ask("Chase after", "A triggered stop that is not filled by then is priced anew.", unit="s", ge=1, le=600)
    ] = 10
    replaced: Annotated[
        bool,
        ask("Place again once", "A stop that the broker cancelled is placed once more, then only watched."),
    ] = True
