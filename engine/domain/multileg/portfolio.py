"""MultilegPortfolio: a group of legs traded together, with everything a trader can set."""

from enum import Enum
from typing import Annotated

from engine.domain.instrument import Exchange
from engine.domain.multileg.entry import AtTime, EntryRule
from engine.domain.multileg.execution import Execution
from engine.domain.multileg.exit import (
    CombinedLoss,
    CombinedPremiumStop,
    CombinedPremiumTarget,
    CombinedProfit,
    ExitSettings,
    MoveToCost,
    ProfitLock,
    StopTrail,
)
from engine.domain.multileg.expiry import CurrentWeek, ExpiryRule
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.schedule import Schedule
from engine.schema.declared import Declared
from engine.schema.field import ask
from engine.schema.load import FieldError


class UnderlyingReference(Enum):
    """Which price of the underlying decides the strikes and the underlying stops."""

    SPOT = "spot"
    IMPLIED = "implied forward"


class AtmRounding(Enum):
    """How the reference becomes the strike at the money."""

    NEAREST = "nearest"
    FLOOR = "floor"
    CEIL = "ceil"


class PriceType(Enum):
    """The price by which profit, premium and triggers are measured; never the price of a fill."""

    LAST = "LTP"
    BID_ASK = "bid or ask"
    MIDDLE = "middle"


class AfterRestart(Enum):
    """What happens to a basket that a restart caught in the middle of its entry."""

    HOLD = "hold"
    FINISH = "finish"
    SQUARE_OFF = "square off"


class MultilegPortfolio(Declared, frozen=True, kw_only=True):
    """Portfolio."""

    name: Annotated[
        str,
        ask(
            "Name",
            "What the portfolio is called everywhere.",
            group="Portfolio",
            ge=1,
            le=50,
            pattern=r"[^|~\x00-\x1f]+",
            pattern_says="Name must not contain | or ~ or control characters",
        ),
    ]
    remarks: Annotated[str, ask("Remarks", "Free text for yourself.", group="Portfolio", le=500)] = ""
    exchange: Annotated[Exchange, ask("Exchange", "Where the legs are traded.", group="Portfolio")] = Exchange.NFO
    underlying: Annotated[
        str,
        ask(
            "Underlying",
            "Index, share or coin, as the exchange spells it.",
            group="Portfolio",
            ge=1,
            le=30,
            pattern=r"[A-Z0-9&-]+",
            pattern_says="Underlying must be spelt as the exchange does, like NIFTY",
        ),
    ] = "NIFTY"
    expiry: Annotated[ExpiryRule, ask("Expiry", "Expiry of legs that set none.", group="Portfolio")] = CurrentWeek()
    underlying_reference: Annotated[
        UnderlyingReference,
        ask("Underlying price", "Spot, or the forward that calls and puts near the money imply.", group="Portfolio"),
    ] = UnderlyingReference.SPOT
    atm_rounding: Annotated[
        AtmRounding, ask("ATM rounding", "How the price becomes a strike; halves go up.", group="Portfolio")
    ] = AtmRounding.NEAREST
    price_type: Annotated[
        PriceType,
        ask(
            "Price type",
            "Price for profit and triggers: the last trade, what closing would pay, or the middle.",
            group="Portfolio",
        ),
    ] = PriceType.LAST
    legs: Annotated[tuple[Leg, ...], ask("Legs", "What is traded.", group="Legs", ge=1, le=24)]
    entry: Annotated[EntryRule, ask("Enter", "What makes the portfolio enter.", group="Execution")] = AtTime()
    schedule: Annotated[Schedule, ask("Schedule", "When it may enter and when it must end.", group="Execution")] = (
        Schedule()
    )
    execution: Annotated[Execution, ask("Orders", "How orders are sent.", group="Execution")] = Execution()
    target: Annotated[
        CombinedProfit | CombinedPremiumTarget | None,
        ask("Combined target", "Close all legs on a profit of all together.", group="Target"),
    ] = None
    profit_lock: Annotated[
        ProfitLock | None, ask("Lock and trail", "Keep a part of the profit once it is reached.", group="Target")
    ] = None
    stop: Annotated[
        CombinedLoss | CombinedPremiumStop | None,
        ask("Combined stop", "Close all legs on a loss of all together.", group="Stop loss"),
    ] = None
    stop_trail: Annotated[
        StopTrail | None, ask("Trail the combined stop", "Let the stop in rupees follow.", group="Stop loss")
    ] = None
    move_to_cost: Annotated[
        MoveToCost | None, ask("Move stops to cost", "What a stop of one leg does to the others.", group="Stop loss")
    ] = None
    exit: Annotated[ExitSettings, ask("Exit", "How everything is closed.", group="Exit")] = ExitSettings()
    after_restart: Annotated[
        AfterRestart,
        ask("Caught by a restart", "What happens to an entry that a restart interrupts.", group="Exit"),
    ] = AfterRestart.HOLD

    def check(self) -> None:
        """Refuse fields that contradict each other."""
        if self.stop_trail and not isinstance(self.stop, CombinedLoss):
            raise FieldError("stop_trail", "trailing the combined stop needs a combined stop in rupees")
        coin = self.underlying in ("BTC", "ETH")
        if coin is not (self.exchange is Exchange.CRYPTO):
            raise FieldError("exchange", f"{self.underlying} is not traded on {self.exchange.value}")
        if self.exchange not in (Exchange.NFO, Exchange.BFO, Exchange.CRYPTO):
            raise FieldError("exchange", "options are traded on NFO, BFO or CRYPTO")
