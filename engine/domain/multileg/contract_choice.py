"""What decides the contracts of a portfolio beside the legs' own strike and expiry rules (executor reference §1.1)."""

from collections.abc import Iterator, Sequence
from datetime import time
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.domain.multileg.expiry import OnExpiryDay, UseCurrent
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.strike import (
    ATM_RULES,
    AtmOffset,
    FixedStrike,
    MatchPremium,
    MoneynessSteps,
    RelativeToLeg,
    SyntheticAtm,
)
from engine.domain.multileg.strike_guards import StrikeGuards
from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask

NEAR_STRIKES = 25
"""Strikes on each side of the money that a portfolio without far strikes may use."""


class StrikeMode(Enum):
    """Which strike rules the legs may carry."""

    FIXED = "fixed strikes"
    RELATIVE = "relative strikes"
    BOTH = "both"


class ContractChoice(Declared, frozen=True, kw_only=True):
    """Choice of contracts."""

    mode: Annotated[
        StrikeMode,
        ask(
            "Strike selection", "Fixed allows typed strikes only, relative everything else; both leaves it to the leg."
        ),
    ] = StrikeMode.BOTH
    on_expiry_day: Annotated[
        OnExpiryDay,
        ask("On expiry day", "What the expiry codes mean on a day on which contracts expire."),
    ] = UseCurrent()
    map_weeks_to_months: Annotated[
        bool,
        ask(
            "Weeks become months",
            "Where there are no weekly expiries, the current week means the current month; off refuses it.",
        ),
    ] = False
    strike_step_multiple: Annotated[
        int,
        ask("Strike step", "2 on NIFTY uses only strikes 100 apart.", unit="× listed step", ge=1, le=20),
    ] = 1
    allow_far: Annotated[
        bool,
        ask(
            "Allow far strikes", f"Also strikes more than {NEAR_STRIKES} away from the money; brokers may refuse them."
        ),
    ] = False
    straddle_width_multiplier: Annotated[
        Decimal | None,
        ask(
            "Straddle width multiplier",
            "Legs that count strikes from the money count from the money moved outward by so many straddle premiums, "
            "taken once per execution.",
            unit="× straddle",
            ge=-5,
            le=5,
        ),
    ] = None
    selection_time: Annotated[
        time | None,
        ask(
            "Choose strikes at",
            "A portfolio that waits for its entry locks its contracts at this time; off locks them at the entry.",
        ),
    ] = None
    guards: Annotated[StrikeGuards, ask("Guards", "What a strike must fulfil, for legs that set no guards.")] = (
        StrikeGuards()
    )

    def check(self) -> Iterator[FieldError]:
        """Refuse a multiplier that moves nothing."""
        if self.straddle_width_multiplier == 0:
            yield FieldError("straddle_width_multiplier", "a multiplier of 0 moves nothing; switch it off instead")


def contradictions(legs: Sequence[Leg], choice: ContractChoice, end: time) -> Iterator[FieldError]:
    """Yield what is wrong between the legs' strikes and the choice of contracts, by paths of the portfolio."""
    if not any(leg.lots for leg in legs):
        yield FieldError("legs", "every leg has 0 lots; give at least one leg lots")
    for index, leg in enumerate(legs):
        if leg.kind is not LegKind.FUTURE:
            yield from (error.inside(f"legs[{index}]") for error in _strike_errors(index, leg, legs, choice))
    if choice.straddle_width_multiplier is not None and not any(_counts_from_the_money(leg) for leg in legs):
        yield FieldError(
            "contracts.straddle_width_multiplier",
            "no leg counts its strike from the money, so the multiplier moves nothing; switch it off",
        )
    if choice.selection_time is not None and choice.selection_time > end:
        yield FieldError("contracts.selection_time", f"strikes must be chosen before End ({end})")


def _strike_errors(index: int, leg: Leg, legs: Sequence[Leg], choice: ContractChoice) -> Iterator[FieldError]:
    fixed = isinstance(leg.strike, FixedStrike)
    if choice.mode is StrikeMode.FIXED and not fixed:
        yield FieldError(
            "strike", "the portfolio takes fixed strikes only; type the strike, or change Strike selection"
        )
    if choice.mode is StrikeMode.RELATIVE and fixed:
        yield FieldError("strike", "the portfolio takes no fixed strikes; choose a rule, or change Strike selection")
    match leg.strike:
        case AtmOffset(steps=steps) | MoneynessSteps(steps=steps) | SyntheticAtm(steps=steps):
            if abs(steps) * choice.strike_step_multiple > NEAR_STRIKES and not choice.allow_far:
                yield FieldError(
                    "strike.steps",
                    f"more than {NEAR_STRIKES} strikes from the money; take fewer, or switch on Allow far strikes",
                )
        case MatchPremium(leg=number) | RelativeToLeg(leg=number):
            yield from _reference_errors(index, number, legs)
        case _:
            pass


def _reference_errors(index: int, number: int, legs: Sequence[Leg]) -> Iterator[FieldError]:
    if number > len(legs):
        yield FieldError("strike.leg", f"there is no leg {number}; the portfolio has {len(legs)}")
    elif number == index + 1:
        yield FieldError("strike.leg", "a leg cannot follow itself; name another leg")
    elif legs[number - 1].kind is LegKind.FUTURE:
        yield FieldError("strike.leg", f"leg {number} is a future and has no strike; name an option")
    elif legs[number - 1].lots == 0:
        yield FieldError("strike.leg", f"leg {number} has 0 lots and is never entered; name another leg")
    elif _comes_back(index, legs):
        yield FieldError("strike.leg", f"leg {number} follows this leg in turn; one of them needs a strike of its own")


def _comes_back(index: int, legs: Sequence[Leg]) -> bool:
    at = index
    for _ in legs:
        rule = legs[at].strike
        if not isinstance(rule, (MatchPremium, RelativeToLeg)) or rule.leg > len(legs):
            return False
        at = rule.leg - 1
        if at == index:
            return True
    return False


def _counts_from_the_money(leg: Leg) -> bool:
    return leg.kind is not LegKind.FUTURE and isinstance(leg.strike, ATM_RULES)
