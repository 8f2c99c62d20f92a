"""MultilegPortfolio: a group of legs traded together, with everything a trader can set."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.identifiers import PLAIN_NAME
from engine.domain.instrument import Exchange
from engine.domain.multileg.actions import MOST_ACTIONS, PortfolioAction
from engine.domain.multileg.at_broker import AtBroker
from engine.domain.multileg.contract_choice import ContractChoice, contradictions
from engine.domain.multileg.dynamic_hedge import DeltaBand, DynamicHedge, hedge_contradictions
from engine.domain.multileg.entry import AtTime, EntryRule
from engine.domain.multileg.entry_checks import entry_contradictions
from engine.domain.multileg.execution import Execution
from engine.domain.multileg.exit import ExitSettings, late_parts
from engine.domain.multileg.expiry import CurrentWeek, ExpiryRule
from engine.domain.multileg.extra_conditions import ExtraConditions
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.leg_links import link_errors, names_itself
from engine.domain.multileg.level_checks import CombinedLevels
from engine.domain.multileg.monitoring import Monitoring
from engine.domain.multileg.move_to_cost import MoveToCost
from engine.domain.multileg.range_breakout import RangeBreakout
from engine.domain.multileg.reexecution import ReExecution
from engine.domain.multileg.resting_checks import breakout_contradictions, resting_contradictions
from engine.domain.multileg.reversal import Reversal
from engine.domain.multileg.schedule import Schedule
from engine.domain.multileg.side_limits import SideLimit
from engine.domain.multileg.stop import AppliesTo, CombinedStop, Confirmation, OnlyLegs
from engine.domain.multileg.stop_entry_checks import stop_entry_contradictions
from engine.domain.multileg.sync_users import SyncUsers
from engine.domain.multileg.target import CombinedTarget, ProfitCounts
from engine.domain.multileg.trailing import ProfitLock, StopTrail
from engine.domain.multileg.waiting import WaitCoupling, WaitRules
from engine.schema.declared import Declared
from engine.schema.field import ask
from engine.schema.load import FieldError


class UnderlyingReference(Enum):
    """Which price of the underlying decides the strikes and the underlying stops."""

    SPOT = "spot"
    FUTURE = "future"
    IMPLIED = "implied forward"


class AtmRounding(Enum):
    """How the reference becomes the strike at the money."""

    NEAREST = "nearest"
    FLOOR = "floor"
    CEIL = "ceil"


class ValueBasis(Enum):
    """For how many lots profits and premiums are shown; nothing is decided by it."""

    ALL_LOTS = "all lots"
    PER_LOT = "per lot"


class PriceType(Enum):
    """The price by which profit, premium and triggers are measured; never the price of a fill."""

    LAST = "LTP"
    BID_ASK = "bid or ask"
    MIDDLE = "middle"


class FreakProtection(Enum):
    """How long a price that jumps without a reason pauses the stops and targets."""

    OFF = "off"
    SMART = "smart"
    STRONG = "strong"


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
            group="Default portfolio",
            ge=1,
            le=50,
            pattern=PLAIN_NAME,
            pattern_says="Name must not contain | or ~ or control characters",
        ),
    ]
    remarks: Annotated[str, ask("Remarks", "Free text for yourself.", group="Default portfolio", le=500)] = ""
    exchange: Annotated[Exchange, ask("Exchange", "Where the legs are traded.", group="Default portfolio")] = (
        Exchange.NFO
    )
    underlying: Annotated[
        str,
        ask(
            "Underlying",
            "Index, share or coin, as the exchange spells it.",
            group="Default portfolio",
            ge=1,
            le=30,
            pattern=r"[A-Z0-9&-]+",
            pattern_says="Underlying must be spelt as the exchange does, like NIFTY",
        ),
    ] = "NIFTY"
    expiry: Annotated[ExpiryRule, ask("Expiry", "Expiry of legs that set none.", group="Default portfolio")] = (
        CurrentWeek()
    )
    underlying_reference: Annotated[
        UnderlyingReference,
        ask(
            "Underlying price",
            "Spot, the nearest future, or the forward that calls and puts near the money imply (else the spot).",
            group="Default portfolio",
        ),
    ] = UnderlyingReference.SPOT
    atm_rounding: Annotated[
        AtmRounding, ask("ATM rounding", "How the price becomes a strike; halves go up.", group="Default portfolio")
    ] = AtmRounding.NEAREST
    price_type: Annotated[
        PriceType,
        ask(
            "Price type",
            "Price for profit and triggers: the last trade, what closing would pay, or the middle.",
            group="Default portfolio",
        ),
    ] = PriceType.LAST
    freak: Annotated[
        FreakProtection,
        ask(
            "Freak protection",
            "A price that jumps far outside its book pauses stops and targets: smart 3 s, strong 10 s and two more "
            "prints.",
            group="Default portfolio",
        ),
    ] = FreakProtection.SMART
    value_basis: Annotated[
        ValueBasis,
        ask(
            "Show values",
            "Profits on screen for all lots or for one; triggers are not changed.",
            group="Default portfolio",
        ),
    ] = ValueBasis.ALL_LOTS
    per_lot_basis: Annotated[
        bool,
        ask(
            "Rupee limits per lot",
            "Targets, stops, locks and trails in rupees are meant for one lot of every leg and grow with the lots.",
            group="Default portfolio",
        ),
    ] = False
    default_lots: Annotated[
        int,
        ask(
            "Default lots",
            "Lots of a leg that is added later, also from a leg string; existing legs keep theirs.",
            unit="lots",
            group="Default portfolio",
            ge=1,
            le=999,
        ),
    ] = 1
    contracts: Annotated[
        ContractChoice, ask("Contracts", "How strikes and expiries are chosen.", group="Default portfolio")
    ] = ContractChoice()
    legs: Annotated[tuple[Leg, ...], ask("Legs", "What is traded.", group="Legs", ge=1, le=24)]
    entry: Annotated[EntryRule, ask("Enter", "What makes the portfolio enter.", group="Execution")] = AtTime()
    schedule: Annotated[Schedule, ask("Schedule", "When it may enter and when it must end.", group="Execution")] = (
        Schedule()
    )
    execution: Annotated[Execution, ask("Orders", "How orders are sent.", group="Execution")] = Execution()
    tag: Annotated[
        str,
        ask(
            "Strategy tag",
            "Which accounts it runs in, their multipliers, limits and retries; a tag that is missing or off blocks it.",
            group="Execution",
            ge=1,
            le=30,
            pattern=PLAIN_NAME,
            pattern_says="Strategy tag must not contain | or ~ or control characters",
        ),
    ] = "Default"
    sync_users: Annotated[
        SyncUsers | None,
        ask(
            "Keep all users in sync",
            "The entry rule is looked at once, and all accounts of the tag start together when all are ready.",
            group="Execution",
        ),
    ] = None
    waiting: Annotated[WaitRules, ask("Waiting legs", "What all waiting legs keep to.", group="Execution")] = (
        WaitRules()
    )
    wait_coupling: Annotated[
        WaitCoupling,
        ask("Wait and trade together", "How the waits of the legs depend on each other.", group="Extra conditions"),
    ] = WaitCoupling()
    reexecution: Annotated[
        ReExecution, ask("Re-execution", "What every re-execution and re-entry keeps to.", group="Execution")
    ] = ReExecution()
    dynamic_hedge: Annotated[
        DynamicHedge | None,
        ask("Hedges", "Buy protection for the sold legs that ask for it.", group="Dynamic hedge"),
    ] = None
    delta_band: Annotated[
        DeltaBand | None,
        ask("Delta band", "Keep the delta of all legs together in a band with futures.", group="Dynamic hedge"),
    ] = None
    target: Annotated[
        CombinedTarget | None,
        ask("Combined target", "Close all legs on a profit of all together.", group="Target"),
    ] = None
    target_delay: Annotated[
        int,
        ask(
            "Wait after the target",
            "The target must stay reached so long without a break before anything is closed; 0 closes at once.",
            unit="s",
            group="Target",
            ge=0,
            le=9_999,
        ),
    ] = 0
    target_closes: Annotated[
        OnlyLegs | None, ask("Target closes only", "Off closes all legs when the target is hit.", group="Target")
    ] = None
    on_target: Annotated[
        tuple[PortfolioAction, ...],
        ask("On target", "What follows when the target has closed all.", group="Target", le=MOST_ACTIONS),
    ] = ()
    on_target_applies: Annotated[
        AppliesTo, ask("On target applies to", "Hits of the fixed target, of the lock, or of both.", group="Target")
    ] = AppliesTo.BOTH
    profit_lock: Annotated[
        ProfitLock | None, ask("Lock and trail", "Keep a part of the profit once it is reached.", group="Target")
    ] = None
    profit_counts: Annotated[
        ProfitCounts, ask("Profit", "What combined targets and stops count, and since when.", group="Target")
    ] = ProfitCounts()
    stop: Annotated[
        CombinedStop | None,
        ask("Combined stop", "Close all legs on a loss of all together.", group="Stop loss"),
    ] = None
    stop_wait: Annotated[
        Confirmation | None,
        ask(
            "Wait after the stop", "The stop closes all only when it holds for a time; trails go on.", group="Stop loss"
        ),
    ] = None
    stop_closes: Annotated[
        OnlyLegs | None, ask("Stop closes only", "Off closes all legs when the stop is hit.", group="Stop loss")
    ] = None
    on_stop: Annotated[
        tuple[PortfolioAction, ...],
        ask("On stop", "What follows when the stop has closed all.", group="Stop loss", le=MOST_ACTIONS),
    ] = ()
    on_stop_applies: Annotated[
        AppliesTo, ask("On stop applies to", "Hits of the fixed stop, of the trailed one, or both.", group="Stop loss")
    ] = AppliesTo.BOTH
    max_daily_loss: Annotated[
        Decimal | None,
        ask(
            "Max loss per day",
            "Loss of all executions of the day at which all is closed and nothing is executed again.",
            unit="₹",
            group="Stop loss",
            gt=0,
        ),
    ] = None
    stop_trail: Annotated[
        StopTrail | None,
        ask(
            "Trail the combined stop",
            "Let a stop on a loss, on the combined premium or on the margin follow the profit.",
            group="Stop loss",
        ),
    ] = None
    move_to_cost: Annotated[
        MoveToCost | None, ask("Move stops to cost", "What a stop of one leg does to the others.", group="Stop loss")
    ] = None
    exit: Annotated[ExitSettings, ask("Exit", "How everything is closed.", group="Exit")] = ExitSettings()
    extra_conditions: Annotated[
        ExtraConditions | None,
        ask("Extra conditions", "What else must be so before it enters.", group="Extra conditions"),
    ] = None
    call_side: Annotated[
        SideLimit | None,
        ask("All calls", "Profit and loss limits of the call legs together.", group="Extra conditions"),
    ] = None
    put_side: Annotated[
        SideLimit | None, ask("All puts", "Profit and loss limits of the put legs together.", group="Extra conditions")
    ] = None
    range_breakout: Annotated[
        RangeBreakout | None,
        ask("Range breakout", "Legs enter when the range of the morning is broken.", group="Range breakout"),
    ] = None
    at_broker: Annotated[
        AtBroker | None, ask("At broker", "Stops, targets and waits that rest at the broker.", group="At broker")
    ] = None
    monitoring: Annotated[
        Monitoring, ask("Monitoring", "How often prices are looked at, and when they are not.", group="Monitoring")
    ] = Monitoring()
    after_restart: Annotated[
        AfterRestart,
        ask("Caught by a restart", "What happens to an entry that a restart interrupts.", group="Exit"),
    ] = AfterRestart.HOLD

    def check(self) -> Iterator[FieldError]:
        """Refuse fields that contradict each other."""
        yield from contradictions(self.legs, self.contracts, self.schedule.end)
        yield from link_errors(self.legs, self.schedule, self.name)
        for field, actions in (("on_stop", self.on_stop), ("on_target", self.on_target)):
            yield from names_itself(field, actions, self.name)
        yield from entry_contradictions(self.entry, self.schedule, self.execution, self.legs)
        yield from stop_entry_contradictions(self.execution, self.at_broker, self.dynamic_hedge, self.legs)
        buy_first = self.execution.buy_first
        yield from hedge_contradictions(self.dynamic_hedge, self.legs, self.underlying, buy_first=buy_first)
        yield from CombinedLevels(
            target=self.target,
            profit_lock=self.profit_lock,
            target_delay=self.target_delay,
            target_closes=self.target_closes,
            on_target=self.on_target,
            stop=self.stop,
            stop_trail=self.stop_trail,
            stop_wait=self.stop_wait,
            stop_closes=self.stop_closes,
            on_stop=self.on_stop,
            no_premium=all(leg.kind is LegKind.FUTURE for leg in self.legs),
        ).contradictions()
        yield from breakout_contradictions(self.range_breakout, self.schedule, self.entry, self.legs)
        yield from late_parts(self.exit, self.schedule)
        yield from Reversal(
            settings=self.exit,
            legs=self.legs,
            stop=self.stop,
            target=self.target,
            lock=self.profit_lock,
            actions=(*self.on_stop, *self.on_target),
            breakout=self.range_breakout,
            band=self.delta_band,
        ).contradictions()
        yield from resting_contradictions(self.at_broker, self.wait_coupling, self.legs)
        coin = self.underlying in ("BTC", "ETH")
        if coin is not (self.exchange is Exchange.CRYPTO):
            yield FieldError("exchange", f"{self.underlying} is not traded on {self.exchange.value}")
        if self.exchange not in (Exchange.NFO, Exchange.BFO, Exchange.CRYPTO):
            yield FieldError("exchange", "options are traded on NFO, BFO or CRYPTO")
