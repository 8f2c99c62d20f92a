"""One leg: what is traded, how much, and what closes it by itself."""

from enum import Enum
from typing import Annotated

from engine.domain.instrument import Kind
from engine.domain.multileg.exit import Basis, StopLoss, Target, Trailing
from engine.domain.multileg.expiry import ExpiryRule
from engine.domain.multileg.strike import AtmOffset, StrikeRule
from engine.domain.order import Side
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
    lots: Annotated[int, ask("Lots", "Lots of this leg.", unit="lots", group="Size", ge=1, le=999)] = 1
    stop_loss: Annotated[StopLoss | None, ask("Stop loss", "Close this leg on a loss.", group="Exit")] = None
    target: Annotated[Target | None, ask("Target", "Close this leg on a profit.", group="Exit")] = None
    trailing: Annotated[Trailing | None, ask("Trailing stop", "Let the stop follow.", group="Exit")] = None

    def check(self) -> None:
        """Refuse levels that lie on the wrong side of any price."""
        stop, target = self.stop_loss, self.target
        buying = self.side is Side.BUY
        if stop and stop.basis is Basis.PREMIUM_PERCENT and stop.distance >= 100 and buying:
            raise FieldError("stop_loss.distance", "the stop of a bought leg must be below 100 percent of its price")
        if target and target.basis is Basis.PREMIUM_PERCENT and target.distance >= 100 and not buying:
            raise FieldError("target.distance", "the target of a sold leg must be below 100 percent of its price")
        if self.trailing and (stop is None or stop.basis.on_underlying):
            raise FieldError("trailing", "a trailing stop needs a stop loss measured in premium to move")
