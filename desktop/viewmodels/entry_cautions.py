"""What only the prices of now can warn of: levels on the wrong side, a target out of reach, a name that is taken."""

from collections.abc import Collection, Iterator
from math import isfinite

from desktop.presentation import formats
from desktop.viewmodels.entry_estimate import EntryEstimate
from engine.domain.money import SCALE, Price, exact_units
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.levels import gains_when_underlying_rises
from engine.domain.multileg.stop import Basis
from engine.domain.multileg.target import CombinedProfit
from engine.domain.order import Side
from engine.schema.load import FieldError
from engine.views.preview import Preview


def live_cautions(preview: Preview | None, found: EntryEstimate | None, alive: Collection[str]) -> list[FieldError]:
    """Answer what the prices of now warn of, each beside its field; ``alive`` are the names of running portfolios."""
    if preview is None:
        return []
    return [*_name(preview, alive), *_levels(preview), *_reach(preview, found)]


def _name(preview: Preview, alive: Collection[str]) -> Iterator[FieldError]:
    if preview.portfolio.name in alive:
        yield FieldError(
            "name", "a portfolio of this name is alive already; what names it in an action would mean both of them"
        )


def _levels(preview: Preview) -> Iterator[FieldError]:
    """Warn of fixed levels that are passed already (executor reference, Appendix G 11)."""
    for number, (leg, seen) in enumerate(zip(preview.portfolio.legs, preview.legs, strict=False)):
        for name, rule, is_stop in (("stop_loss", leg.stop_loss, True), ("target", leg.target, False)):
            if rule is None:
                continue
            rising = _fires_rising(leg, rule.basis, is_stop=is_stop)
            now = seen.price if rule.basis is Basis.PREMIUM_PRICE else preview.spot
            if rising is None or now is None:
                continue
            level = Price(exact_units(rule.distance))
            if (now >= level) if rising else (now <= level):
                side = "below" if rising else "above"
                yield FieldError(
                    f"legs[{number}].{name}.distance",
                    f"this level is passed already: the price is {formats.price(now)}, and it must lie {side} "
                    f"{rule.distance}; the leg would be closed at once",
                )


def _fires_rising(leg: Leg, basis: Basis, *, is_stop: bool) -> bool | None:
    """Answer whether a fixed level is reached by a rising price; None for levels that are no fixed price."""
    if basis is Basis.PREMIUM_PRICE:
        return (leg.side is Side.SELL) is is_stop
    if basis is Basis.UNDERLYING_PRICE:
        return gains_when_underlying_rises(leg) is not is_stop
    return None


def _reach(preview: Preview, found: EntryEstimate | None) -> Iterator[FieldError]:
    """Warn of a combined target that the structure cannot reach at these prices (Appendix G 22)."""
    target = preview.portfolio.target
    if found is None or not isinstance(target, CombinedProfit) or not isfinite(found.summary.max_profit):
        return
    most = round(found.summary.max_profit * SCALE)
    if exact_units(target.amount) > most:
        yield FieldError(
            "target.amount",
            f"out of reach: at the prices of now all legs together gain {formats.rupees(most, 0)} at most",
        )
