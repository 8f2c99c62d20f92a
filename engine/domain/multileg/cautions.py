"""What a trader should know about a portfolio before a start, though it may start."""

from collections.abc import Iterator
from decimal import Decimal

from engine.domain.multileg.actions import Unlimited
from engine.domain.multileg.exit import Reverse
from engine.domain.multileg.leg_links import all_actions, every_leg
from engine.domain.multileg.move_to_cost import CostTimes
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.resting_checks import resting_cautions
from engine.domain.multileg.reversal import turned
from engine.domain.multileg.templates import risk_of
from engine.schema.declared import FieldError, replace


def cautions(portfolio: MultilegPortfolio) -> list[FieldError]:
    """Answer warnings, each beside its field; nothing is refused because of them."""
    return [
        *_naked(portfolio),
        *_switched_off(portfolio),
        *_mixed_products(portfolio),
        *_without_end(portfolio),
        *_without_effect(portfolio),
        *_bare_once_reversed(portfolio),
        *resting_cautions(portfolio.at_broker, portfolio.monitoring, portfolio.reexecution, portfolio.legs),
    ]


def whole_lots(quantity: int, lot_size: int) -> str | None:
    """Answer a warning where a quantity is not a whole number of lots, as after a revision; None where it is."""
    lots, rest = divmod(quantity, lot_size)
    if not rest:
        return None
    exact = (Decimal(quantity) / lot_size).quantize(Decimal("0.01"))
    near = " or ".join(str(count * lot_size) for count in (lots, lots + 1) if count)
    return f"{quantity} is not a whole number of lots of {lot_size} ({exact} lots); trade {near}"


def _naked(portfolio: MultilegPortfolio) -> Iterator[FieldError]:
    """Warn of a loss that is not capped (executor reference, Appendix G 20), and where nothing stops it."""
    risk = risk_of(_without_hedged(portfolio))
    if not risk.naked:
        return
    yield FieldError("legs", f"the loss is not capped: {risk.tails}; buy wings, or start it knowing that")
    unstopped = [index for index, leg in enumerate(portfolio.legs) if leg.side.sign < 0 and leg.stop_loss is None]
    if portfolio.stop is None and unstopped:
        yield FieldError(
            f"legs[{unstopped[0]}].stop_loss",
            "nothing stops a loss here: this leg has no stop and the portfolio no combined stop",
        )


def _without_hedged(portfolio: MultilegPortfolio) -> MultilegPortfolio:
    """Answer a portfolio without the sold legs that its dynamic hedge covers whole."""
    hedge = portfolio.dynamic_hedge
    if hedge is None or hedge.ratio < 1:
        return portfolio
    return replace(portfolio, legs=tuple(leg for leg in portfolio.legs if not leg.hedge_required))  # type: ignore[no-any-return]


def _switched_off(portfolio: MultilegPortfolio) -> Iterator[FieldError]:
    for index, leg in enumerate(portfolio.legs):
        if not leg.lots:
            yield FieldError(f"legs[{index}].lots", "0 lots: this leg is switched off and never traded")


def _without_end(portfolio: MultilegPortfolio) -> Iterator[FieldError]:
    """Warn of actions that repeat without end (executor reference, Appendix G 21)."""
    for path, action in all_actions(portfolio.legs):
        if isinstance(getattr(action, "times", None), Unlimited):
            most = portfolio.reexecution.most_per_leg
            words = f"this repeats without end; only the {most} executions of a leg per day and the times stop it"
            yield FieldError(f"{path}.times", words)


def _without_effect(portfolio: MultilegPortfolio) -> Iterator[FieldError]:
    """Warn of rules that nothing sets off."""
    legs = list(every_leg(portfolio.legs))
    if portfolio.dynamic_hedge is not None and not any(leg.hedge_required for leg in legs):
        words = "no leg asks for a hedge, so none is bought; switch Hedge required on in a leg"
        yield FieldError("dynamic_hedge", words)
    breakout, rule = portfolio.range_breakout, portfolio.move_to_cost
    of_range = breakout is not None and (breakout.opposite_stop is not None or breakout.range_stop is not None)
    stops = of_range or any(leg.stop_loss is not None for leg in legs)
    targets = any(leg.target is not None or leg.profit_lock is not None for leg in legs)
    if rule is not None and not stops and not (targets and rule.on_target is not CostTimes.NEVER):
        yield FieldError("move_to_cost", "no leg has a stop, so nothing moves the others to cost; give the legs stops")


def _bare_once_reversed(portfolio: MultilegPortfolio) -> Iterator[FieldError]:
    """Warn of a reversal that sells what was bought as protection."""
    if not isinstance(portfolio.exit.strategy, Reverse):
        return
    opposite = replace(portfolio, legs=tuple(turned(leg) for leg in portfolio.legs), dynamic_hedge=None)
    if risk_of(opposite).naked and not risk_of(portfolio).naked:
        yield FieldError(
            "exit.strategy", "reversed, what was bought is sold and the loss is not capped; start it knowing that"
        )


def _mixed_products(portfolio: MultilegPortfolio) -> Iterator[FieldError]:
    product = portfolio.execution.product
    for index, leg in enumerate(portfolio.legs):
        if leg.product is not None and leg.product is not product:
            yield FieldError(
                f"legs[{index}].product",
                f"this leg is {leg.product.value} and the portfolio {product.value}: the broker's margin does not net "
                "products, and MIS is squared off by the broker",
            )
