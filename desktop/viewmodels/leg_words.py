"""A leg in a few words, as a line or as cells of a table; wrong plain data is shown as it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from engine.domain.multileg.leg import Leg
from engine.schema.describe import FieldSpec, Kind, describe
from engine.schema.load import plain_of

_BASES = {
    "premium points": "pt",
    "premium percent": "%",
    "premium price": "₹",
    "underlying points": "pt und",
    "underlying percent": "% und",
    "underlying price": "und",
    "points beside the strike": "pt strike",
    "delta": "Δ",
    "theta": "Θ",
    "rupees": "₹ P&L",
    "percent of margin": "% margin",
}
_UNITS = {"percent": "%", "points": "pt", "rupees": "₹"}
_SHORT = 34
"""Letters of a phrase about one field; longer ones end in an ellipsis."""


class LegCell(msgspec.Struct, frozen=True, kw_only=True):
    """One column of the table of legs; ``text`` is None where live quotes fill it, 0 letters take what is left."""

    title: str
    tip: str
    letters: int
    field: str = ""
    hides: bool = False
    """Whether the column is hidden while it says nothing."""
    text: Callable[[Mapping[str, Any]], str] | None = None


def leg_cells() -> tuple[LegCell, ...]:
    """Answer the columns of the table of legs, for the fields that a leg declares."""
    declared = {spec.name: spec for spec in describe(Leg)}
    cells = [LegCell(title="#", tip="Number of the leg", letters=4, text=lambda _leg: "")]
    for title, names, letters in _CELLS:
        for name in names:
            if name in declared:
                spec = declared[name]
                cells.append(
                    LegCell(
                        title=title,
                        tip=spec.ask.help,
                        letters=letters,
                        field=name,
                        hides=spec.optional or spec.kind in (Kind.SWITCH, Kind.LIST),
                        text=_writer(spec),
                    )
                )
                break
    return (*cells, *_LIVE)


def leg_line(leg: Mapping[str, Any]) -> str:
    """Answer one line about a leg's plain data: ``"SELL 2 × CE ATM+2 · SL 25 % · CW"``; bad data is shown as it is."""
    kind = leg.get("kind", "?")
    strike = "" if kind == "FUT" else strike_words(leg.get("strike"))
    parts = [f"{leg.get('side', '?')} {leg.get('lots', '?')} × {kind} {strike}".rstrip()]
    if leg.get("idle") is True:
        parts.insert(0, "idle")
    for name, title in (("stop_loss", "SL"), ("target", "TGT"), ("trailing", "TSL")):
        if isinstance(leg.get(name), Mapping):
            parts.append(f"{title} {_level_words(leg[name])}")
    if leg.get("expiry") is not None:
        parts.append(expiry_words(leg["expiry"]))
    return " · ".join(parts)


def strike_words(strike: Any) -> str:
    """Answer a strike rule in a word or two."""
    rule = strike if isinstance(strike, Mapping) else {"type": strike}
    match rule.get("type"):
        case "atm":
            steps = rule.get("steps", 0)
            return f"ATM{steps:+d}" if isinstance(steps, int) and steps else "ATM" if steps == 0 else f"ATM {steps}"
        case "fixed":
            return str(rule.get("strike", "?"))
        case "closest_premium":
            return f"≈₹{rule.get('premium', '?')}"
        case "delta":
            return f"Δ{rule.get('delta', '?')}"
        case "straddle_width":
            return f"{rule.get('multiple', '?')}× straddle"
        case None:
            return "?"
        case _:
            return phrase(rule)


def expiry_words(expiry: Any) -> str:
    """Answer an expiry rule in a word."""
    rule = expiry if isinstance(expiry, Mapping) else {"type": expiry}
    return str(rule.get("on", "?") if rule.get("type") == "date" else phrase(rule))


def phrase(plain: Any) -> str:
    """Answer any plain data shortly: the type in words, then its single values."""
    match plain:
        case None:
            return ""
        case bool():
            return "yes" if plain else ""
        case Mapping():
            words = [str(plain["type"]).replace("_", " ")] if plain.get("type") is not None else []
            words += [phrase(value) for name, value in plain.items() if name != "type"]
            return _cut(" ".join(word for word in words if word))
        case list() | tuple():
            return _cut("; ".join(phrase(item) for item in plain))
        case _:
            return _UNITS.get(str(plain), str(plain))


def _level_words(rule: Any) -> str:
    if not isinstance(rule, Mapping):
        return phrase(rule)
    if "every" in rule:
        unit = "%" if rule.get("unit") == "percent" else "pt"
        return f"{rule.get('every', '?')}/{rule.get('by', '?')} {unit}"
    if "basis" in rule or set(rule) <= {"distance"}:
        return f"{rule.get('distance', '?')} {_BASES.get(str(rule.get('basis')), '')}".rstrip()
    return phrase(rule)


def _writer(spec: FieldSpec) -> Callable[[Mapping[str, Any]], str]:
    special = _SPECIAL.get(spec.name)
    usual = None if spec.required or spec.default is None else plain_of(spec.default, spec)

    def write(leg: Mapping[str, Any]) -> str:
        value = leg.get(spec.name)
        if spec.name == "strike" and leg.get("kind") == "FUT":
            return ""
        if spec.name not in _ALWAYS and value == usual:
            return ""
        if spec.kind is Kind.SWITCH:
            return "✓" if value is True else ""
        if special is not None and value is not None:
            return special(value)
        return phrase(value)

    return write


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


_SPECIAL: Mapping[str, Callable[[Any], str]] = {
    "strike": strike_words,
    "expiry": expiry_words,
    "stop_loss": _level_words,
    "target": _level_words,
    "trailing": _level_words,
}

_ALWAYS = frozenset({"side", "kind", "lots", "strike"})
"""Fields that are shown where they stand at their defaults too."""

_CELLS: Sequence[tuple[str, tuple[str, ...], int]] = (
    ("Idle", ("idle",), 4),
    ("Side", ("side",), 5),
    ("Instr.", ("kind",), 5),
    ("Lots", ("lots",), 4),
    ("Expiry", ("expiry",), 6),
    ("Strike", ("strike",), 10),
    ("W&T", ("wait_and_trade", "wait", "waiting"), 9),
    ("Target", ("target",), 9),
    ("Stop", ("stop_loss", "stop"), 9),
    ("Trail", ("trailing",), 8),
    ("On target", ("on_target", "target_actions"), 10),
    ("On stop", ("on_stop", "stop_actions"), 10),
)
"""Title, the field (the first that a leg declares), and width in letters of each column before the live ones."""

_LIVE = (
    LegCell(title="LTP", tip="Last price of the contract that would be traded now, ₹", letters=8),
    LegCell(title="IV %", tip="Its implied volatility", letters=6),
    LegCell(title="Δ", tip="Delta of the whole leg with its side and lots, ₹ per point", letters=8),
)
