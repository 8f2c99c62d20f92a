"""What combined stops, targets and what follows on them may not say together (executor reference, Appendix G)."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from engine.domain.multileg.actions import PortfolioAction
from engine.domain.multileg.stop import IN_MONEY, CombinedStop, Confirmation, OnlyLegs, UnderlyingStop
from engine.domain.multileg.target import (
    CombinedPremiumTarget,
    CombinedProfit,
    CombinedTarget,
    MarginTarget,
    MultiTargets,
    UnderlyingTarget,
)
from engine.domain.multileg.trailing import LockUnit, ProfitLock, StopTrail
from engine.domain.multileg.unit import Unit
from engine.schema.declared import FieldError


class CombinedLevels(msgspec.Struct, frozen=True, kw_only=True):
    """The combined levels of a portfolio, to be checked against each other."""

    target: CombinedTarget | None
    profit_lock: ProfitLock | None
    target_delay: int
    target_closes: OnlyLegs | None
    on_target: tuple[PortfolioAction, ...]
    stop: CombinedStop | None
    stop_trail: StopTrail | None
    stop_wait: Confirmation | None
    stop_closes: OnlyLegs | None
    on_stop: tuple[PortfolioAction, ...]
    no_premium: bool = False
    """Every leg is a future."""

    def contradictions(self) -> Iterator[FieldError]:
        """Yield what contradicts itself, each beside its field of the portfolio."""
        if self.stop_trail and not isinstance(self.stop, IN_MONEY):
            yield FieldError(
                "stop_trail",
                "only a combined stop on a loss, on the combined premium or on the margin is trailed; set one, or "
                "switch this off",
            )
        if self.stop_wait and self.stop is None:
            yield FieldError("stop_wait", "there is no combined stop to wait after; set one, or switch this off")
        yield from self._parts()
        yield from self._actions()
        yield from self._unreachable()

    def _parts(self) -> Iterator[FieldError]:
        for name, closes, rule, actions in (
            ("stop", self.stop_closes, self.stop, self.on_stop),
            ("target", self.target_closes, self.target, self.on_target),
        ):
            if closes is None:
                continue
            if rule is None and (name == "stop" or self.profit_lock is None):
                yield FieldError(f"{name}_closes", f"set a combined {name} first, or switch this off")
            elif isinstance(rule, UnderlyingStop | UnderlyingTarget):
                yield FieldError(
                    f"{name}_closes", f"a {name} on the underlying closes all legs; switch this off, or measure in ₹"
                )
            elif isinstance(rule, MultiTargets):
                yield FieldError("target_closes", "several targets close parts of all legs; switch this off")
            if actions:
                yield FieldError(
                    f"on_{name}", f"closing only some legs ends with them; switch On {name} off, or close all"
                )

    def _actions(self) -> Iterator[FieldError]:
        if self.on_stop and self.stop is None:
            yield FieldError("on_stop", "nothing sets this off without a combined stop; set one, or switch this off")
        if self.on_target and self.target is None and self.profit_lock is None:
            yield FieldError(
                "on_target", "nothing sets this off without a combined target or a lock; set one, or switch this off"
            )
        if self.target_delay and self.target is None:
            yield FieldError("target_delay", "there is no combined target to wait after; set one, or wait 0 s")

    def _unreachable(self) -> Iterator[FieldError]:
        lock, target = self.profit_lock, self.target
        if lock is None:
            return
        if lock.unit is LockUnit.PREMIUM and self.no_premium:
            yield FieldError("profit_lock.unit", "futures are entered for no premium; write rupees or % of the margin")
        closes_at = _in_unit(lock.unit, target)
        if closes_at is not None and lock.reach >= closes_at:
            yield FieldError(
                "profit_lock.reach",
                f"If profit reaches must be below the combined target of {closes_at}, which closes all first",
            )


def _in_unit(unit: LockUnit, target: CombinedTarget | None) -> Decimal | None:
    """Answer where a target closes all, in the unit of a lock; None where it cannot be said in it."""
    match target:
        case CombinedProfit(amount=amount) if unit is LockUnit.RUPEES:
            return amount
        case CombinedPremiumTarget(distance=distance, unit=Unit.PERCENT) if unit is LockUnit.PREMIUM:
            return distance
        case MarginTarget(percent=percent) if unit is LockUnit.MARGIN:
            return percent
        case _:
            return None
