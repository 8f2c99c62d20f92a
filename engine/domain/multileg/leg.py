"""One leg: what is traded, how much, and what closes it by itself."""

from collections.abc import Iterator
from datetime import time
from enum import Enum
from typing import Annotated

from engine.domain.instrument import Kind
from engine.domain.multileg.action_stacks import stack_errors
from engine.domain.multileg.actions import (
    MOST_ACTIONS,
    ExecuteLeg,
    ExecuteOther,
    KeepRunning,
    MoveOthersToCost,
    Pyramid,
    ReEnter,
    ReExecute,
    ReExecuteFirst,
    ReExecutePortfolio,
    ReMomentum,
    ReversePosition,
    SquareOff,
    SquareOffAll,
    SquareOffLeg,
    SquareOffLinked,
    SquareOffOpposite,
    SquareOffOther,
    StartOther,
    Way,
)
from engine.domain.multileg.expiry import ExpiryRule
from engine.domain.multileg.stop import Basis, Confirmation, StopLoss
from engine.domain.multileg.strike import AtmOffset, StrikeRule
from engine.domain.multileg.strike_guards import StrikeGuards
from engine.domain.multileg.target import Target
from engine.domain.multileg.trailing import LegLock, Trailing, TrailUnit
from engine.domain.multileg.waiting import WaitAndTrade
from engine.domain.order import Product, Side
from engine.schema.declared import Declared
from engine.schema.field import ask
from engine.schema.load import FieldError


class LegKind(Enum):
    """What a leg trades."""

    CALL = "CE"
    PUT = "PE"
    FUTURE = "FUT"

    @property
    def kind(self) -> Kind:
        """Answer the instrument kind."""
        return Kind(self.value)


class LazyLeg(Declared, frozen=True, kw_only=True, tag="lazy"):
    """Lazy leg.

    When the leg is closed, another leg that is declared here is entered; it may have lazy legs of its own.
    """

    leg: Annotated["Leg", ask("Leg", "The leg that is entered then.")]


LegAction = (
    SquareOff
    | KeepRunning
    | ReExecute
    | ReExecuteFirst
    | ReEnter
    | ReMomentum
    | ReversePosition
    | Pyramid
    | LazyLeg
    | ExecuteLeg
    | SquareOffLeg
    | SquareOffLinked
    | SquareOffAll
    | SquareOffOpposite
    | MoveOthersToCost
    | SquareOffOther
    | ExecuteOther
    | StartOther
    | ReExecutePortfolio
)
"""Everything that a hit of a leg's target or stop may set off."""


class Leg(Declared, frozen=True, kw_only=True):
    """Leg."""

    side: Annotated[Side, ask("Side", "Which way the leg is opened.", group="Contract")] = Side.SELL
    kind: Annotated[LegKind, ask("Instrument", "Call, put or future.", group="Contract")] = LegKind.CALL
    strike: Annotated[
        StrikeRule, ask("Strike", "How the strike is chosen; a future has none and ignores it.", group="Contract")
    ] = AtmOffset()
    expiry: Annotated[
        ExpiryRule | None, ask("Expiry", "How the expiry is chosen; off takes the portfolio's.", group="Contract")
    ] = None
    lots: Annotated[int, ask("Lots", "Lots of this leg; 0 disables it.", unit="lots", group="Size", ge=0, le=999)] = 1
    product: Annotated[
        Product | None, ask("Product", "MIS or NRML for this leg; off takes the portfolio's.", group="Size")
    ] = None
    guards: Annotated[
        StrikeGuards | None,
        ask("Guards", "What this leg's strike must fulfil; off takes the portfolio's guards.", group="Contract"),
    ] = None
    hedge_required: Annotated[
        bool,
        ask("Hedge required", "Buy a farther strike to protect this sold leg; see Dynamic hedge.", group="Contract"),
    ] = False
    breakout_exempt: Annotated[
        bool, ask("Breakout not required", "This leg enters without waiting for the range's break.", group="Entry")
    ] = False
    stop_loss: Annotated[StopLoss | None, ask("Stop loss", "Close this leg on a loss.", group="Exit")] = None
    target: Annotated[Target | None, ask("Target", "Close this leg on a profit.", group="Exit")] = None
    trailing: Annotated[Trailing | None, ask("Trailing stop", "Let the stop follow.", group="Exit")] = None
    profit_lock: Annotated[
        LegLock | None, ask("Lock and trail", "Keep a part of the leg's gain once it is reached.", group="Exit")
    ] = None
    confirmation: Annotated[
        Confirmation | None,
        ask("Wait after a hit", "Stop and target close the leg only when they hold for a time.", group="Exit"),
    ] = None
    on_stop: Annotated[
        tuple[LegAction, ...],
        ask("On stop", "What a hit of the stop sets off, in this order.", group="Actions", ge=1, le=MOST_ACTIONS),
    ] = (SquareOff(),)
    on_target: Annotated[
        tuple[LegAction, ...],
        ask("On target", "What a hit of the target sets off, in this order.", group="Actions", ge=1, le=MOST_ACTIONS),
    ] = (SquareOff(),)
    idle: Annotated[
        bool, ask("Idle", "Not entered with the portfolio: an action or somebody must execute it.", group="Waiting")
    ] = False
    start: Annotated[
        time | None, ask("Start", "The leg enters no earlier; off takes the portfolio's start.", group="Waiting")
    ] = None
    last_entry: Annotated[
        time | None, ask("Last entry", "The leg enters no later; off takes the portfolio's End.", group="Waiting")
    ] = None
    entry_delay: Annotated[
        int,
        ask("Entry delay", "After the portfolio's start or its own.", unit="s", group="Waiting", ge=0, le=22_500),
    ] = 0
    wait: Annotated[
        WaitAndTrade | None,
        ask("Wait and trade", "Enter only after a move of the price from the leg's start.", group="Waiting"),
    ] = None

    def check(self) -> Iterator[FieldError]:
        """Refuse levels that lie on the wrong side of any price."""
        stop, target = self.stop_loss, self.target
        buying = self.side is Side.BUY
        if stop and stop.basis is Basis.PREMIUM_PERCENT and stop.distance >= 100 and buying:
            yield FieldError("stop_loss.distance", "the stop of a bought leg must be below 100 percent of its price")
        if target and target.basis is Basis.PREMIUM_PERCENT and target.distance >= 100 and not buying:
            yield FieldError("target.distance", "the target of a sold leg must be below 100 percent of its price")
        yield from self._trailing_errors()
        yield from self._basis_errors()
        yield from self._crossed_levels()
        yield from stack_errors("on_stop", self.on_stop, waits=self.wait is not None)
        yield from stack_errors("on_target", self.on_target, waits=self.wait is not None)
        yield from self._reversed_levels()
        if self.start and self.last_entry and self.last_entry <= self.start:
            yield FieldError("last_entry", f"Last entry must be after the leg's Start ({self.start})")

    def _trailing_errors(self) -> Iterator[FieldError]:
        """Refuse a trail that has no stop of its own measure to move."""
        trailing, stop = self.trailing, self.stop_loss
        if trailing is None:
            return
        if trailing.unit is TrailUnit.UNDERLYING and not (stop is not None and stop.basis.on_underlying):
            yield FieldError("trailing", "trailing by the underlying needs a stop loss measured in the underlying")
        elif trailing.unit is not TrailUnit.UNDERLYING and not (stop is not None and stop.basis.on_premium):
            yield FieldError("trailing", "a trailing stop needs a stop loss measured in premium to move")

    def _basis_errors(self) -> Iterator[FieldError]:
        """Refuse measures that mean nothing for this leg."""
        selling, future = self.side is Side.SELL, self.kind is LegKind.FUTURE
        for field, level, fits in (("stop_loss", self.stop_loss, selling), ("target", self.target, not selling)):
            if level is None:
                continue
            if future and level.basis in (Basis.STRIKE, Basis.DELTA, Basis.THETA):
                what = level.basis.value.rpartition(" ")[2]
                yield FieldError(f"{field}.basis", f"a future has no {what}; measure in points")
            elif level.basis is Basis.STRIKE and not fits:
                yield FieldError(
                    f"{field}.basis", "beside the strike lie stops of sold legs and targets of bought ones; use points"
                )
            elif level.basis is Basis.THETA and fits:
                yield FieldError(
                    f"{field}.basis", "theta ends the target of a sold leg and the stop of a bought one; use premium"
                )

    def _crossed_levels(self) -> Iterator[FieldError]:
        """Refuse a stop and a target, both written as prices, of which one is always reached."""
        stop, target = self.stop_loss, self.target
        if stop is None or target is None or stop.basis is not target.basis:
            return
        selling = self.side is Side.SELL
        # By the underlying, a put gains where a call loses.
        loses_above = {
            Basis.PREMIUM_PRICE: selling,
            Basis.UNDERLYING_PRICE: selling is not (self.kind is LegKind.PUT),
        }.get(stop.basis)
        if loses_above is None:
            return
        crossed = stop.distance <= target.distance if loses_above else stop.distance >= target.distance
        if crossed:
            where = "above" if loses_above else "below"
            verb = "sold" if selling else "bought"
            yield FieldError(
                "stop_loss.distance",
                f"the stop of this {verb} leg must lie {where} its target of {target.distance}; one of both is always "
                "reached otherwise",
            )

    def _reversed_levels(self) -> Iterator[FieldError]:
        """Refuse levels that would lie below nothing once an action has turned the leg round."""
        turned = any(
            isinstance(action, ReversePosition) or getattr(action, "way", Way.SAME) is Way.REVERSED
            for action in (*self.on_stop, *self.on_target)
        )
        if not turned:
            return
        stop, target = self.stop_loss, self.target
        words = "an action opens this leg on the opposite side, where 100 percent or more is below nothing; take less"
        if stop and stop.basis is Basis.PREMIUM_PERCENT and stop.distance >= 100 and self.side is Side.SELL:
            yield FieldError("stop_loss.distance", words)
        if target and target.basis is Basis.PREMIUM_PERCENT and target.distance >= 100 and self.side is Side.BUY:
            yield FieldError("target.distance", words)
