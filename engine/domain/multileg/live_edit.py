"""What may be changed while a portfolio runs, and why the rest may not (executor reference §2.6)."""

from collections.abc import Iterator, Mapping
from enum import Enum, IntEnum

from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.declared import Declared
from engine.schema.describe import describe
from engine.schema.load import FieldError


class Standing(IntEnum):
    """How far a declared leg has come in the present execution."""

    FREE = 0
    """Nothing of it is chosen or ordered: it waits, or it is switched off."""
    CHOSEN = 1
    """Its contract is chosen and locked; nothing is ordered."""
    ENTERED = 2
    """It was ordered or filled."""


class Rule(Enum):
    """What a field keeps to while its portfolio runs."""

    LIVE = "may change"
    TABLE = "its own fields say"
    """A declaration whose fields have rows of their own."""
    ONLY_ON = "may be switched on"
    """A switch or a group that may be switched on, and not off."""


Verdict = Rule | str
"""A rule, or the sentence why a field may not change."""

_WHERE = "the orders of this portfolio are there already; clone it and start the copy"
_STRIKES = "the strikes and levels of its legs were counted by it; clone it and start the copy"
_CONTRACTS = "the contracts of its legs were chosen by it; give a new leg a rule of its own"
_GATES = "it decides about the entry, which is behind us"
_ORDERS = "orders rest at the broker by it; set the buffers, or close the legs first"

PORTFOLIO: Mapping[str, Verdict] = {
    "name": "other portfolios, signals and the journal know it by this name",
    "remarks": Rule.LIVE,
    "exchange": _WHERE,
    "underlying": _WHERE,
    "expiry": _CONTRACTS,
    "underlying_reference": _STRIKES,
    "atm_rounding": _STRIKES,
    "price_type": Rule.LIVE,
    "freak": Rule.LIVE,
    "value_basis": Rule.LIVE,
    "per_lot_basis": Rule.LIVE,
    "default_lots": Rule.LIVE,
    "contracts": _CONTRACTS,
    "legs": Rule.TABLE,
    "entry": "the entry rule has come true already",
    "schedule": Rule.TABLE,
    "execution": Rule.TABLE,
    "tag": "the tag chose its accounts and their multipliers when it was added; clone it under the other tag",
    "sync_users": "the accounts of its tag have started already",
    "waiting": Rule.LIVE,
    "wait_coupling": _GATES,
    "reexecution": Rule.LIVE,
    "dynamic_hedge": "the hedges of its sold legs were bought by it; close the sold leg and its hedge goes with it",
    "delta_band": Rule.LIVE,
    "target": Rule.LIVE,
    "target_delay": Rule.LIVE,
    "target_closes": Rule.LIVE,
    "on_target": Rule.LIVE,
    "on_target_applies": Rule.LIVE,
    "profit_lock": Rule.LIVE,
    "profit_counts": Rule.LIVE,
    "stop": Rule.LIVE,
    "stop_wait": Rule.LIVE,
    "stop_closes": Rule.LIVE,
    "on_stop": Rule.LIVE,
    "on_stop_applies": Rule.LIVE,
    "max_daily_loss": Rule.LIVE,
    "stop_trail": Rule.LIVE,
    "move_to_cost": Rule.LIVE,
    "exit": Rule.LIVE,
    "extra_conditions": _GATES,
    "call_side": Rule.LIVE,
    "put_side": Rule.LIVE,
    "range_breakout": "its ranges are built or being built; clone it and start the copy",
    "at_broker": Rule.TABLE,
    "monitoring": Rule.LIVE,
    "after_restart": Rule.LIVE,
}
"""Every field of a portfolio. A field that is not here may not change, and a test names it."""

ONLY_SHOWN = ("remarks", "value_basis", "default_lots")
"""Fields by which nothing is closed or entered."""

ONLY_TOLD = ("alerts", "log_level", "curve_every")
"""The same of its monitoring."""

SCHEDULE: Mapping[str, Verdict] = {
    "start": _GATES,
    "end": Rule.LIVE,
    "square_off": Rule.LIVE,
    "days": _GATES,
    "days_to_expiry": _GATES,
    "expiry_days": _GATES,
    "blackouts": _GATES,
    "positional": Rule.LIVE,
}

EXECUTION: Mapping[str, Verdict] = {
    "product": "what is held was traded in it; positions are not converted",
    "buy_first": _GATES,
    "leg_order": Rule.LIVE,
    "leg_gap": Rule.LIVE,
    "leg_gap_again": Rule.LIVE,
    "hold": Rule.LIVE,
    "on_leg_failure": Rule.LIVE,
    "retries": Rule.LIVE,
    "retry_wait": Rule.LIVE,
    "pricing": Rule.LIVE,
    "stop_trigger": Rule.LIVE,
    "stop_limit": Rule.LIVE,
    "buffer": Rule.LIVE,
    "buffer_points": Rule.LIVE,
    "chase": Rule.LIVE,
    "entry_timeout": Rule.LIVE,
    "duplicate_window": Rule.LIVE,
    "cooling_off": Rule.LIVE,
    "executions_a_day": Rule.LIVE,
    "slicing": _GATES,
    "exposure": "the lots were counted by it; enter or close a part instead",
    "max_lots": "the lots were counted by it; enter or close a part instead",
    "most_notional": Rule.LIVE,
    "premium_gap": _GATES,
    "margin_check": Rule.LIVE,
    "max_legs": Rule.LIVE,
}

AT_BROKER: Mapping[str, Verdict] = {
    "leg_stop": Rule.ONLY_ON,
    "leg_target": Rule.ONLY_ON,
    "leg_reentry": Rule.ONLY_ON,
    "leg_wait": Rule.ONLY_ON,
    "placed": Rule.LIVE,
    "trigger_buffer": Rule.LIVE,
    "limit_buffer": Rule.LIVE,
    "entry_trigger_buffer": Rule.LIVE,
    "entry_limit_buffer": Rule.LIVE,
    "shadow_seconds": Rule.LIVE,
    "convert_after": Rule.LIVE,
    "replaced": Rule.LIVE,
}

LEG: Mapping[str, Standing | None] = {
    "side": Standing.CHOSEN,
    "kind": Standing.CHOSEN,
    "strike": Standing.CHOSEN,
    "expiry": Standing.CHOSEN,
    "lots": Standing.ENTERED,
    "product": Standing.ENTERED,
    "guards": Standing.CHOSEN,
    "hedge_required": Standing.ENTERED,
    "breakout_exempt": Standing.ENTERED,
    "stop_loss": None,
    "target": None,
    "trailing": None,
    "profit_lock": None,
    "confirmation": None,
    "on_stop": None,
    "on_target": None,
    "idle": Standing.ENTERED,
    "start": Standing.ENTERED,
    "last_entry": Standing.ENTERED,
    "entry_delay": Standing.ENTERED,
    "wait": Standing.ENTERED,
}
"""Every field of a leg: from which standing on it may not change any more; None: it may always."""

_LATE = {
    Standing.CHOSEN: "its contract is chosen already; add a leg instead",
    Standing.ENTERED: "it is entered already; add a leg instead, or enter or close a part",
}

_TABLES: Mapping[str, Mapping[str, Verdict]] = {
    "schedule": SCHEDULE, "execution": EXECUTION, "at_broker": AT_BROKER,
}  # fmt: skip

RULES_OF_LEVELS = ("stop_loss", "target", "trailing", "profit_lock", "confirmation")
"""Fields of a leg that its levels are counted from."""

LEG_LIVE = tuple(name for name, until in LEG.items() if until is None)
"""Fields that every execution of a leg follows when its declaration changes."""

Standings = Mapping[int, Standing]
"""How far each declared leg has come, by its number from 1; a leg that is not named is FREE."""


def refusals(old: MultilegPortfolio, new: MultilegPortfolio, standings: Standings) -> Iterator[FieldError]:
    """Answer every change that a running portfolio does not take, beside its field."""
    for name in _names(MultilegPortfolio):
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        if name == "legs":
            yield from _leg_refusals(old, new, standings)
        elif name in _TABLES:
            yield from _inner(name, before, after)
        else:
            yield from _refused(name, PORTFOLIO.get(name, _GATES), before, after)


def locked(portfolio: MultilegPortfolio, standings: Standings) -> dict[str, str]:
    """Answer the paths of the fields that a running portfolio does not let change now, and why."""
    found = {name: verdict for name, verdict in PORTFOLIO.items() if isinstance(verdict, str)}
    for name, table in _TABLES.items():
        inner = getattr(portfolio, name)
        for field, verdict in table.items():
            if isinstance(verdict, str):
                found[f"{name}.{field}"] = verdict
            elif verdict is Rule.ONLY_ON and inner is not None and getattr(inner, field):
                found[f"{name}.{field}"] = _ORDERS
    for number in range(1, len(portfolio.legs) + 1):
        standing = standings.get(number, Standing.FREE)
        for field, until in LEG.items():
            if until is not None and standing >= until:
                found[f"legs[{number - 1}].{field}"] = _LATE[until]
    return found


def _leg_refusals(old: MultilegPortfolio, new: MultilegPortfolio, standings: Standings) -> Iterator[FieldError]:
    if len(new.legs) < len(old.legs):
        words = "a leg of a running portfolio is not removed; square it off, or give one that waits 0 lots"
        yield FieldError("legs", words)
    for number, (before, after) in enumerate(zip(old.legs, new.legs, strict=False), 1):
        standing = standings.get(number, Standing.FREE)
        for field in _names(Leg):
            until = LEG.get(field, Standing.FREE)
            if getattr(before, field) != getattr(after, field) and until is not None and standing >= until:
                yield FieldError(f"legs[{number - 1}].{field}", _LATE.get(until, _GATES))


def _inner(name: str, before: Declared | None, after: Declared | None) -> Iterator[FieldError]:
    if before is None:
        return
    if after is None:
        yield FieldError(name, _ORDERS)
        return
    for field in _names(type(before)):
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            yield from _refused(f"{name}.{field}", _TABLES[name].get(field, _GATES), was, now)


def _refused(path: str, verdict: Verdict, before: object, after: object) -> Iterator[FieldError]:
    if isinstance(verdict, str):
        yield FieldError(path, verdict)
    elif verdict is Rule.ONLY_ON and before and not after:
        yield FieldError(path, _ORDERS)


def _names(declaration: type[Declared]) -> list[str]:
    return [spec.name for spec in describe(declaration)]
