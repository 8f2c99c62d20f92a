"""A contract picked from the live chain as the rule by which a leg will choose it again."""

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

from desktop.presentation import formats
from engine.domain.money import plain_text
from engine.views.contracts import strike_text
from engine.views.option_chain import Chain, ChainRow, OptionSide


class PickAs(Enum):
    """What of the picked contract is kept."""

    STRIKE = "The strike itself"
    STEPS = "Strikes from the money"
    PREMIUM = "Its premium"
    DELTA = "Its delta"


def strike_rule(chain: Chain, row: int, side: OptionSide, how: PickAs) -> Mapping[str, Any] | str:
    """Answer the plain data of the rule, or the sentence why there is none now."""
    line = chain.rows[row]
    match how:
        case PickAs.STRIKE:
            return {"type": "fixed", "strike": strike_text(line.strike).replace(",", "")}
        case PickAs.STEPS:
            if chain.at_the_money is None:
                return "The strike at the money is not known yet"
            return {"type": "atm", "steps": row - chain.at_the_money}
        case PickAs.PREMIUM:
            if not side.last_price:
                return "It has no price yet"
            return {"type": "closest_premium", "premium": plain_text(side.last_price)}
        case PickAs.DELTA:
            delta = abs(side.delta)
            if math.isnan(delta) or not 0 < round(delta, 2) <= 1:
                return "Its delta is not known now"
            return {"type": "delta", "delta": f"{delta:.2f}"}


def pick_words(line: ChainRow, side: OptionSide, kind: str, rule: Mapping[str, Any] | str) -> str:
    """Answer what would be taken, in a line."""
    prices = f"LTP {formats.price(side.last_price)} · Δ {formats.delta(side.delta)}"
    contract = f"{strike_text(line.strike)} {kind} · {prices}"
    if isinstance(rule, str):
        return f"{contract}: {rule}"
    values = ", ".join(f"{name} {value}" for name, value in rule.items() if name != "type")
    return f"{contract}  →  {values}"
