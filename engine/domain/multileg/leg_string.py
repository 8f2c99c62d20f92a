"""Legs as one line of text, as other multi-leg tools write them (executor reference §1.2.5).

``Strike:ATM+5|Txn:SELL|Ins:CE|Expiry:CW|Lots:2|SL:Premium:20P||Strike:ATM-5|Txn:SELL|Ins:PE``
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from engine.domain.multileg.dynamic_hedge import DynamicHedge
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.leg_string_keys import KEYS, WrongValueError
from engine.schema.declared import FieldError
from engine.schema.describe import describe
from engine.schema.load import DeclarationError, dump, load

LONGEST = 16 * 1024
"""Characters; 24 legs with every key need about four thousand."""

MOST_LEGS = 24

_CONTRACT = ("strike", "side", "kind", "expiry")
_SHOWN = 24


HEDGES_ON = "A leg asks for a hedge: the dynamic hedge is switched on with its usual settings"


class LegStringError(ValueError):
    """A leg string cannot be read, or legs cannot be said by one; ``sentences`` names everything, one per line."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(sentences)
        self.sentences = sentences

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def legs_from_string(text: str, default_lots: int = 1) -> tuple[Leg, ...]:
    """Answer the legs that a leg string says; a leg without Lots takes ``default_lots``.

    Raises LegStringError with a sentence for everything that is wrong.
    """
    if len(text) > LONGEST:
        raise LegStringError([f"the leg string has {len(text)} characters; at most {LONGEST} are read"])
    parts = [part.strip() for part in text.strip().split("||")]
    if len(parts) > MOST_LEGS:
        raise LegStringError([f"the leg string has {len(parts)} legs; a portfolio has at most {MOST_LEGS}"])
    sentences: list[str] = []
    legs = [_leg(part, number, default_lots, sentences) for number, part in enumerate(parts, 1)]
    if sentences:
        raise LegStringError(sentences)
    return tuple(leg for leg in legs if leg is not None)


def hedges_for(legs: Sequence[Leg]) -> dict[str, Any]:
    """Answer the plain data of the default dynamic hedge where a leg asks for one; a leg string says no more of it."""
    return {"dynamic_hedge": dump(DynamicHedge())} if any(leg.hedge_required for leg in legs) else {}


def legs_to_string(legs: Sequence[Leg]) -> tuple[str, list[str]]:
    """Answer legs as a leg string, and a sentence for each setting that the grammar leaves out.

    Where nothing is left out, legs_from_string gives the legs back. Raises LegStringError where a contract cannot be
    said: without its strike or expiry another one would be traded.
    """
    wrong: list[str] = []
    left_out: list[str] = []
    text = "||".join("|".join(_said(leg, number, wrong, left_out)) for number, leg in enumerate(legs, 1))
    if wrong:
        raise LegStringError(wrong)
    return text, left_out


# --- reading ----------------------------------------------------------------------------------------------------------


def _leg(text: str, number: int, default_lots: int, sentences: list[str]) -> Leg | None:
    data: dict[str, Any] = {"lots": default_lots}
    before = len(sentences)
    seen: set[str] = set()
    for field in text.split("|"):
        sentences.extend(f"leg {number}, {problem}" for problem in _take(field, data, seen))
    missing = (name for name in ("Txn", "Ins") if name not in seen)
    sentences.extend(
        f"leg {number}, {name}: it is missing; allowed is {KEYS[name.upper()].allowed}" for name in missing
    )
    if len(sentences) > before:
        return None
    try:
        return load(data, Leg)
    except DeclarationError as error:
        sentences.extend(f"leg {number}, {_key_of(one)}: {one.reason}" for one in error.errors)
        return None


def _take(field: str, data: dict[str, Any], seen: set[str]) -> Iterator[str]:
    """Put one field of a leg into its data; yield what is wrong with it."""
    name, colon, value = (part.strip() for part in field.partition(":"))
    key = KEYS.get(name.upper())
    if key is None:
        allowed = ", ".join(one.name for one in KEYS.values())
        yield f"{_shown(name) or 'an empty field'}: there is no such key; allowed are {allowed}"
    elif not colon or not value:
        yield f"{key.name}: it has no value; allowed is {key.allowed}"
    elif key.name in seen:
        yield f"{key.name}: it is said twice; say it once"
    else:
        seen.add(key.name)
        try:
            data[key.field] = key.read(value.upper())
        except WrongValueError:
            yield f"{key.name}: {_shown(value)} is not allowed; allowed is {key.allowed}"


def _key_of(error: FieldError) -> str:
    field = re.split(r"[.\[]", error.path, maxsplit=1)[0]
    return next((key.name for key in KEYS.values() if key.field == field), field or "as a whole")


def _shown(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else "?" for letter in text[:_SHOWN])
    return f"“{printable}{'…' if len(text) > _SHOWN else ''}”" if text else ""


# --- writing ----------------------------------------------------------------------------------------------------------


def _said(leg: Leg, number: int, wrong: list[str], left_out: list[str]) -> Iterator[str]:
    known = {key.field for key in KEYS.values()}
    for key in KEYS.values():
        try:
            value = key.write(leg)
        except WrongValueError as error:
            told = wrong if key.field in _CONTRACT else left_out
            told.append(f"leg {number}, {key.name}: a leg string cannot say {error}; it can say {key.allowed}")
            continue
        if value is not None:
            yield f"{key.name}:{value}"
    defaults = dump(Leg())
    for name, value in dump(leg).items():
        if name not in known and value != defaults.get(name):
            title = next(spec.ask.title for spec in describe(Leg) if spec.name == name)
            left_out.append(f"leg {number}, {title}: a leg string has no key for it, so it is left out")
