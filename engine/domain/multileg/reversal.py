"""What keeps a portfolio from being reversed meaningfully on its exit (executor reference §1.9)."""

from collections.abc import Iterator

import msgspec

from engine.domain.multileg.actions import PortfolioAction, ReExecutePortfolio
from engine.domain.multileg.dynamic_hedge import BandUnit, DeltaBand
from engine.domain.multileg.exit import ExitSettings, Reverse
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.range_breakout import RangeBreakout
from engine.domain.multileg.stop import AbsolutePremiumStop, Basis, CombinedStop, MoveUnit, UnderlyingBounds
from engine.domain.multileg.target import AbsolutePremiumTarget, CombinedTarget
from engine.domain.multileg.trailing import ProfitLock
from engine.domain.order import Side
from engine.schema.declared import FieldError, replace

_PRICES = (Basis.PREMIUM_PRICE, Basis.UNDERLYING_PRICE)


def turned(leg: Leg) -> Leg:
    """Answer a leg on the opposite side that waits for nothing: what a reversal opens."""
    opposite: Leg = replace(leg, side=leg.side.opposite, idle=False, wait=None, start=None, entry_delay=0)
    return opposite


class Reversal(msgspec.Struct, frozen=True, kw_only=True):
    """What of a portfolio matters to its reversal."""

    settings: ExitSettings
    legs: tuple[Leg, ...]
    stop: CombinedStop | None
    target: CombinedTarget | None
    lock: ProfitLock | None
    actions: tuple[PortfolioAction, ...]
    """What follows when the stop or the target closed all."""
    breakout: RangeBreakout | None
    band: DeltaBand | None

    def contradictions(self) -> Iterator[FieldError]:
        """Yield why it cannot be reversed; paths are the portfolio's. Nothing where it only closes all."""
        if isinstance(self.settings.strategy, Reverse):
            for sentence in self._sentences():
                yield FieldError("exit.strategy", f"{sentence}, or choose Close all")

    def _sentences(self) -> Iterator[str]:
        if all(one is None for one in (self.stop, self.target, self.lock, self.settings.condition)):
            yield "nothing sets a reversal off: set a combined stop, target, lock or an exit condition"
        if any(isinstance(action, ReExecutePortfolio) for action in (*self.actions, *self.settings.on_complete)):
            yield "a reversal opens it again already: take Re-execute the portfolio away"
        if self.breakout is not None:
            yield "reversed it would trade against the break of its range: switch the range breakout off"
        for level in (self.stop, self.target):
            if isinstance(level, (AbsolutePremiumStop, AbsolutePremiumTarget)):
                yield "a combined premium written as a level lies on the wrong side once reversed: write a distance"
            elif isinstance(level, UnderlyingBounds) and level.unit is MoveUnit.PRICE:
                yield "bounds written as prices of the underlying are passed still once reversed: write distances"
        is_percent = self.band is not None and self.band.unit is BandUnit.PERCENT
        if is_percent and all(leg.side is Side.SELL for leg in self.legs):
            yield "reversed nothing is sold that the delta band could be a percent of: write index units"
        for number, leg in enumerate(self.legs, 1):
            yield from _of_leg(f"leg {number}", leg)


def _of_leg(name: str, leg: Leg) -> Iterator[str]:
    if leg.hedge_required:
        yield f"{name} asks for a hedge and would be bought, where a hedge protects nothing: take its hedge away"
    for level in (leg.stop_loss, leg.target):
        if level is not None and level.basis in _PRICES:
            yield f"a level of {name} written as a price lies on the wrong side once reversed: write a distance"
    before = {str(error) for error in leg.check()}
    for error in turned(leg).check():
        if str(error) not in before:
            yield f"{name}, reversed: {error.reason}; change it"
