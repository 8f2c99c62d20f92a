"""The keys of a leg string: how each value is read and written (executor reference §1.2.5)."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from engine.domain.multileg.actions import Unlimited, UpTo, Way
from engine.domain.multileg.expiry import ExpiryRule, FixedDate
from engine.domain.multileg.leg import Leg, LegAction, LegKind
from engine.domain.multileg.stop import Basis, LegLevel
from engine.domain.multileg.strike import AtmOffset, FixedStrike
from engine.domain.multileg.waiting import WaitBasis
from engine.schema.describe import describe, variant_tag

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,4})?")
_ATM = re.compile(r"ATM\s*(?:([+-])\s*([0-9]{1,3}))?")
_DATE = re.compile(r"([0-9]{1,2})-([A-Z]{3})-([0-9]{4})")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_EXPIRIES = ("CW", "W1", "W2", "W3", "W4", "CM", "NM", "FM")
_ACTION = re.compile(r"([A-Z_]{1,30})(-REVERSED)?(?::([0-9]{1,2}))?(?:\*([0-9]{1,3}|UNLIMITED))?")
_SAYABLE = {"way", "leg", "times"}

_BASES = {
    ("PREMIUM", False): Basis.PREMIUM_POINTS,
    ("PREMIUM", True): Basis.PREMIUM_PERCENT,
    ("ABSOLUTEPREMIUM", False): Basis.PREMIUM_PRICE,
    ("UNDERLYING", False): Basis.UNDERLYING_POINTS,
    ("UNDERLYING", True): Basis.UNDERLYING_PERCENT,
    ("STRIKE", False): Basis.STRIKE,
    ("DELTA", False): Basis.DELTA,
    ("THETA", False): Basis.THETA,
}
"""Type and whether it is a percentage, to what a stop or target is measured in."""

_SAID = {
    Basis.PREMIUM_POINTS: "Premium:{}",
    Basis.PREMIUM_PERCENT: "Premium:{}P",
    Basis.PREMIUM_PRICE: "AbsolutePremium:{}",
    Basis.UNDERLYING_POINTS: "Underlying:{}",
    Basis.UNDERLYING_PERCENT: "Underlying:{}P",
    Basis.STRIKE: "Strike:{}",
    Basis.DELTA: "Delta:{}",
    Basis.THETA: "Theta:{}",
}

_WAITS = {True: WaitBasis.PREMIUM_PERCENT, False: WaitBasis.PREMIUM_POINTS}


class WrongValueError(ValueError):
    """A value is not what its key allows."""


class Key(msgspec.Struct, frozen=True):
    """One key of the grammar. ``read`` answers the field's plain data or raises WrongValueError; ``write`` answers the
    text of a leg's value, or None where nothing needs to be said; it raises WrongValueError for what cannot be said."""

    name: str
    field: str
    allowed: str
    read: Callable[[str], Any]
    write: Callable[[Leg], str | None]


def _word(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in words:
            raise WrongValueError
        return value

    return read


def _read_strike(value: str) -> dict[str, Any]:
    if atm := _ATM.fullmatch(value):
        sign, steps = atm.groups()
        return {"type": "atm", "steps": int(f"{sign or ''}{steps or 0}")}
    if _NUMBER.fullmatch(value):
        return {"type": "fixed", "strike": value}
    raise WrongValueError


def _read_expiry(value: str) -> Any:
    if value in ("NW", *_EXPIRIES):
        return "NW" if value == "W1" else value
    dated = _DATE.fullmatch(value)
    if dated is None or dated[2] not in _MONTHS:
        raise WrongValueError
    try:
        on = date(int(dated[3]), _MONTHS.index(dated[2]) + 1, int(dated[1]))
    except ValueError:
        raise WrongValueError from None
    return {"type": "date", "on": on}


def _read_lots(value: str) -> str:
    if not re.fullmatch("[0-9]{1,6}", value):
        raise WrongValueError
    return value


def _read_level(value: str) -> dict[str, Any] | None:
    """Answer a stop or target; a distance of 0 means off, as the tools that write leg strings mean it."""
    kind, _, amount = (part.strip() for part in value.partition(":"))
    percent = amount.endswith(("P", "%"))
    basis = _BASES.get((kind, percent))
    number = amount[:-1].strip() if percent else amount
    if basis is None or not _NUMBER.fullmatch(number):
        raise WrongValueError
    if not number.strip("+-0.") and basis is not Basis.STRIKE:
        return None
    return {"basis": basis.value, "distance": number}


def _read_wait(value: str) -> dict[str, Any] | None:
    """Answer a wait and trade; its sign says which way the price must move, and 0 means off."""
    percent = value.endswith(("P", "%"))
    number = value[:-1].strip() if percent else value
    if not _NUMBER.fullmatch(number):
        raise WrongValueError
    return {"move": number, "basis": _WAITS[percent].value} if number.strip("+-0.") else None


def _read_yes(value: str) -> bool:
    if value not in ("YES", "NO"):
        raise WrongValueError
    return value == "YES"


def _read_time(value: str) -> str:
    if not re.fullmatch("[0-9]{2}:[0-9]{2}(:[0-9]{2})?", value):
        raise WrongValueError
    return value


def _read_actions(value: str) -> list[dict[str, Any]]:
    """Answer actions in their order, ``RE_ENTER*2+EXECUTE_LEG:4``; what an action does not know is refused later."""
    actions: list[dict[str, Any]] = []
    for part in value.split("+"):
        found = _ACTION.fullmatch(part.strip())
        if found is None:
            raise WrongValueError
        word, turned, leg, times = found.groups()
        action: dict[str, Any] = {"type": word.lower()}
        if turned:
            action["way"] = Way.REVERSED.value
        if leg:
            action["leg"] = leg
        if times:
            action["times"] = "unlimited" if times == "UNLIMITED" else {"type": "up_to", "times": times}
        actions.append(action)
    return actions


# --- writing ----------------------------------------------------------------------------------------------------------


def _write_strike(leg: Leg) -> str:
    match leg.strike:
        case AtmOffset(steps=steps):
            return f"ATM{steps:+d}" if steps else "ATM"
        case FixedStrike(strike=strike):
            return f"{strike:f}"
        case other:
            raise WrongValueError(f"the strike rule {type(other).__struct_config__.tag}")


def _write_expiry(leg: Leg) -> str | None:
    return None if leg.expiry is None else _expiry_text(leg.expiry)


def _expiry_text(rule: ExpiryRule) -> str:
    if isinstance(rule, FixedDate):
        return f"{rule.on.day:02d}-{_MONTHS[rule.on.month - 1].title()}-{rule.on.year:04d}"
    tag = str(type(rule).__struct_config__.tag)
    code = "W1" if tag == "NW" else tag
    if code not in _EXPIRIES:
        raise WrongValueError(f"the expiry {tag}")
    return code


def _write_level(level: LegLevel | None) -> str | None:
    if level is None:
        return None
    if level.basis not in _SAID:
        raise WrongValueError(f"a level in {level.basis.value}")
    return _SAID[level.basis].format(f"{level.distance:f}")


def _write_wait(leg: Leg) -> str | None:
    if leg.wait is None:
        return None
    if leg.wait.basis.on_underlying or leg.wait.trail is not None:
        raise WrongValueError("a wait for the underlying, or one whose reference trails")
    return f"{leg.wait.move:f}{'%' if leg.wait.basis.is_percent else ''}"


def _write_start(leg: Leg) -> str | None:
    return None if leg.start is None else leg.start.isoformat()


def _yes(value: bool) -> str | None:
    return "YES" if value else None


def _write_actions(actions: tuple[LegAction, ...], usual: tuple[LegAction, ...]) -> str | None:
    return None if actions == usual else "+".join(_action_text(action) for action in actions)


def _action_text(action: LegAction) -> str:
    word = variant_tag(type(action))
    if not {spec.name for spec in describe(type(action))} <= _SAYABLE or word == "lazy":
        raise WrongValueError(f"the action {word}")
    text = word.upper()
    if getattr(action, "way", Way.SAME) is Way.REVERSED:
        text += "-REVERSED"
    if (leg := getattr(action, "leg", None)) is not None:
        text += f":{leg}"
    times = getattr(action, "times", None)
    if isinstance(times, UpTo):
        return f"{text}*{times.times}"
    return f"{text}*UNLIMITED" if isinstance(times, Unlimited) else text


_USUAL = Leg()
_ACTION_WORDS = "actions like SQUARE_OFF, RE_EXECUTE*2, RE_ENTER-REVERSED*1 or EXECUTE_LEG:4, joined by +"

_LEVEL_WORDS = (
    "Premium:x, Premium:xP, AbsolutePremium:x, Underlying:x, Underlying:xP, Strike:x, Delta:x or Theta:x, where xP is "
    "percent"
)

KEYS: dict[str, Key] = {
    key.name.upper(): key
    for key in (
        Key("Strike", "strike", "ATM, ATM+n, ATM-n or a strike like 24850", _read_strike, _write_strike),
        Key("Txn", "side", "BUY or SELL", _word("BUY", "SELL"), lambda leg: leg.side.value),
        Key("Ins", "kind", "CE, PE or FUT", _word(*(kind.value for kind in LegKind)), lambda leg: leg.kind.value),
        Key("Expiry", "expiry", f"{', '.join(_EXPIRIES)} or a date like 25-Aug-2026", _read_expiry, _write_expiry),
        Key("Lots", "lots", "a whole number from 0 to 999", _read_lots, lambda leg: str(leg.lots)),
        Key("Hedge", "hedge_required", "YES or NO", _read_yes, lambda leg: _yes(leg.hedge_required)),
        Key("WT", "wait", "a signed move like -5% or 10, in percent or points", _read_wait, _write_wait),
        Key("Target", "target", _LEVEL_WORDS, _read_level, lambda leg: _write_level(leg.target)),
        Key("SL", "stop_loss", _LEVEL_WORDS, _read_level, lambda leg: _write_level(leg.stop_loss)),
        Key("Idle", "idle", "YES or NO", _read_yes, lambda leg: _yes(leg.idle)),
        Key("Start", "start", "a time like 09:45:00", _read_time, _write_start),
        Key(
            "OnTgt",
            "on_target",
            _ACTION_WORDS,
            _read_actions,
            lambda leg: _write_actions(leg.on_target, _USUAL.on_target),
        ),
        Key("OnSL", "on_stop", _ACTION_WORDS, _read_actions, lambda leg: _write_actions(leg.on_stop, _USUAL.on_stop)),
    )
}
"""Every key, by its name in capitals. Who owns a field of the leg that the grammar can say adds its key here."""
