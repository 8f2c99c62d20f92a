"""A portfolio in plain sentences, driven by its declarations: a new field speaks without a word being written here."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from engine.domain.money import exact_units
from engine.domain.multileg.actions import UpTo
from engine.domain.multileg.condition import Condition
from engine.domain.multileg.condition_words import condition_words
from engine.domain.multileg.execution import Execution, Pricing
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.range_breakout import RangeBreakout, RangeOf
from engine.domain.multileg.stop import LegLevel
from engine.domain.multileg.strike import AtmOffset, RelativeToLeg
from engine.domain.multileg.tabs import TABS
from engine.domain.multileg.templates import risk_of
from engine.domain.multileg.trailing import RUPEES_OR_PERCENT, LockUnit
from engine.domain.order import Side
from engine.schema.declared import Declared
from engine.schema.describe import FieldSpec, Kind, describe, title_of
from engine.views.amounts import rupees_text
from engine.views.explain_phrases import BASES, PARTS, PHRASES, SECOND_RANGE, SECRETS, SENTENCES, STOP_ENTRY, SWITCHES

_PLACE = re.compile(r"\{(\w+)\}")
_KINDS = {LegKind.CALL: "call", LegKind.PUT: "put", LegKind.FUTURE: "future"}
_SPOKEN_BY_LEG = frozenset({"side", "kind", "strike", "expiry", "lots", "idle"})
_SPOKEN_AT_THE_TOP = frozenset({"name", "remarks", "underlying", "exchange"})
_WHOLE_WEEK = ("MON", "TUE", "WED", "THU", "FRI")


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """What a portfolio says under one of its headings."""

    title: str
    sentences: tuple[str, ...]


def explain(portfolio: MultilegPortfolio, *, everything: bool = False) -> tuple[Chapter, ...]:
    """Answer a portfolio in sentences, under the headings of its tabs in their order.

    Without ``everything`` fields that stand at their defaults are left out, unless they matter to every portfolio;
    headings with nothing to say are left out too.
    """
    chapters: dict[str, list[str]] = {title: [] for title in TABS}
    for spec in describe(MultilegPortfolio):
        lines = chapters.setdefault(spec.ask.group, [])
        if spec.name == "name":
            lines.extend(_top(portfolio))
        elif spec.name == "legs":
            lines.extend(leg_sentence(number, leg, everything) for number, leg in enumerate(portfolio.legs, start=1))
            lines.append(_risk_sentence(portfolio))
        elif spec.name not in _SPOKEN_AT_THE_TOP:
            lines.extend(_field_sentences(getattr(portfolio, spec.name), spec, everything))
    return tuple(Chapter(title=title, sentences=tuple(lines)) for title, lines in chapters.items() if lines)


def explain_text(portfolio: MultilegPortfolio, *, everything: bool = False) -> str:
    """Answer a portfolio's sentences as text, one per line under their headings."""
    blocks = [
        "\n".join([chapter.title, *(f"  {sentence}" for sentence in chapter.sentences)])
        for chapter in explain(portfolio, everything=everything)
    ]
    return "\n\n".join(blocks)


def leg_sentence(number: int, leg: Leg, everything: bool = False) -> str:
    """Answer one leg as a sentence: ``"Leg 1: sell 2 lots of the call at the money; Stop loss: …."``"""
    return f"Leg {number}: {_leg_words(leg, everything=everything)}."


def _leg_words(leg: Leg, *, everything: bool) -> str:
    idle = "idle until something executes it, then " if leg.idle else ""
    what = "the future" if leg.kind is LegKind.FUTURE else f"the {_KINDS[leg.kind]} {_strike_words(leg)}"
    verb = "sell" if leg.side is Side.SELL else "buy"
    parts = [f"{idle}{verb} {_counted(leg.lots, 'lot')} of {what}"]
    if leg.expiry is not None:
        parts[0] += f", {words(leg.expiry, _spec_of(Leg, 'expiry'))}"
    for spec in describe(Leg):
        value = getattr(leg, spec.name)
        if spec.name not in _SPOKEN_BY_LEG and (everything or value != spec.default):
            parts.append(f"{spec.ask.title.lower()}: {words(value, spec)}")
    return "; ".join(parts)


def words(value: Any, spec: FieldSpec) -> str:
    """Answer a value inside a sentence, with its unit."""
    match value:
        case None:
            return "off"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case Declared():
            return phrase(value, titled=spec.kind is not Kind.GROUP)
        case tuple():
            return _list_words(value, spec)
        case time():
            return f"{value:%H:%M}" if not value.second else f"{value:%H:%M:%S}"
        case date():
            return value.isoformat()
        case int() | Decimal():
            return _number_words(value, spec.ask.unit)
        case _:
            return str(value) or "empty"


def phrase(declared: Declared, *, titled: bool = True) -> str:
    """Answer a declaration in a few words: its own phrase, else its title; then the fields not spoken of yet.

    Without ``titled`` a declaration without a phrase is only its fields: its name would repeat its field's.
    """
    match declared:
        case AtmOffset(steps=steps):
            return _offset_words(steps)
        case RelativeToLeg(leg=leg, steps=steps):
            return f"the strike {_offset_words(steps).replace('the money', f'that of leg {leg}')}"
        case UpTo(times=times):
            return _times_words(times)
        case Condition():
            return condition_words(declared)
        case LegLevel(basis=basis, distance=distance) if basis in BASES:
            return BASES[basis].format(_number_words(distance, ""))
        case Leg():
            return _leg_words(declared, everything=False)
        case _:
            pass
    own = PHRASES.get(type(declared).__name__)
    specs = {spec.name: spec for spec in describe(type(declared))}
    used = set(_PLACE.findall(own)) if own else set()
    if own is None or not used <= specs.keys():
        own, used = None, set()
    rest = ", ".join(
        f"{_lower(spec.ask.title)} {_field_words(declared, spec)}"
        for name, spec in specs.items()
        if name not in used | SECRETS and _is_worth_saying(getattr(declared, name), spec, own is not None)
    )
    if own is None and not titled:
        return rest or "on"
    text = _filled(own, declared, specs) if own is not None else _lower(title_of(type(declared)))
    return f"{text} ({rest})" if rest else text


def _is_worth_saying(value: Any, spec: FieldSpec, is_told_already: bool) -> bool:
    return value is not None and value != () and (spec.required or not is_told_already or value != spec.default)


def _top(portfolio: MultilegPortfolio) -> Iterator[str]:
    count = _counted(len(portfolio.legs), "leg")
    yield f"“{portfolio.name}” trades {count} on {portfolio.underlying} ({portfolio.exchange.value})."
    if portfolio.remarks:
        yield f"Remarks: {portfolio.remarks}"


def _risk_sentence(portfolio: MultilegPortfolio) -> str:
    risk = risk_of(portfolio)
    if risk.naked:
        hedged = "Without its hedges the" if portfolio.dynamic_hedge is not None else "The"
        return f"{hedged} loss is NOT capped: {risk.tails}."
    return (
        "The loss is capped."
        if not (risk.up or risk.down or risk.several_expiries)
        else f"The loss is capped; {risk.tails}."
    )


def _field_sentences(value: Any, spec: FieldSpec, everything: bool) -> Iterator[str]:
    """Yield the sentences about one field of a portfolio."""
    own = SENTENCES.get(spec.name)
    if value is None:
        if everything:
            yield f"{spec.ask.title}: off."
    elif own is not None:
        yield own.replace(f"{{{spec.name}}}", words(value, spec))
    elif isinstance(value, bool) and spec.name in SWITCHES:
        yield SWITCHES[spec.name][0 if value else 1]
    elif spec.kind is Kind.GROUP and (PARTS.get(type(value).__name__) or not spec.optional or everything):
        yield from _group_sentences(value, spec, everything)
    elif spec.kind is Kind.GROUP:
        yield f"{spec.ask.title}: {phrase(value, titled=False)}."
    elif everything or value != spec.default:
        yield f"{spec.ask.title}: {words(value, spec)}."


def _group_sentences(group: Declared, outer: FieldSpec, everything: bool) -> Iterator[str]:
    specs = {spec.name: spec for spec in describe(type(group))}
    spoken: set[str] = set()
    also = _also(group)
    if also is not None:
        spoken |= set(_PLACE.findall(also))
        yield _filled(also, group, specs)
    for part in PARTS.get(type(group).__name__, ()):
        places = set(_PLACE.findall(part))
        if places <= specs.keys() and all(getattr(group, name) is not None for name in places):
            spoken |= places
            yield _filled(part, group, specs)
    if any(spec.ask.unit == RUPEES_OR_PERCENT for spec in specs.values()):
        spoken.add("unit")  # It stands beside every amount.
    for name, spec in specs.items():
        value = getattr(group, name)
        if name in spoken:
            continue
        if (
            isinstance(value, Declared)
            and not PARTS.get(type(value).__name__)
            and (everything or value != spec.default)
        ):
            # Its fields mean little without its title beside them.
            yield f"{spec.ask.title}: {phrase(value, titled=spec.kind is not Kind.GROUP)}."
            spoken.add(name)
        elif name in SWITCHES or everything or value != spec.default:
            yield from _field_sentences(value, spec, everything)
            spoken.add(name)
    if not spoken and not everything and outer.optional:
        yield f"{outer.ask.title}: on, with its default settings."


def _also(group: Declared) -> str | None:
    """Answer the sentence of a group that stands only where one of its choices asks for it."""
    match group:
        case Execution(pricing=Pricing.STOP_LIMIT):
            return STOP_ENTRY
        case RangeBreakout(of=RangeOf.BOTH):
            return SECOND_RANGE
        case _:
            return None


def _filled(template: str, declared: Declared, specs: Mapping[str, FieldSpec]) -> str:
    return _PLACE.sub(lambda place: _field_words(declared, specs[place[1]]), template)


def _field_words(declared: Declared, spec: FieldSpec) -> str:
    """Answer one field of a declaration in words; an amount in rupees or percent in the unit that stands beside it."""
    value = getattr(declared, spec.name)
    if spec.ask.unit != RUPEES_OR_PERCENT:
        return words(value, spec)
    unit = str(declared.unit.value)  # type: ignore[attr-defined]  # whoever writes that unit has the field
    return _number_words(value, "₹" if unit == LockUnit.RUPEES.value else unit)


def _list_words(values: tuple[Any, ...], spec: FieldSpec) -> str:
    if not values:
        return "none"
    if tuple(getattr(one, "value", None) for one in values) == _WHOLE_WEEK:
        return "weekdays"
    shown = [phrase(one) if isinstance(one, Declared) else words(one, spec) for one in values]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _number_words(value: int | Decimal, unit: str) -> str:
    if unit == "₹":
        return rupees_text(exact_units(Decimal(value))).removesuffix(".00")
    text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    if value == 1 and unit.endswith("s") and len(unit) > 1:
        unit = unit.removesuffix("s")
    return f"{text} {unit}".rstrip()


def _times_words(times: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(times, f"{times} times")


def _strike_words(leg: Leg) -> str:
    strike = leg.strike
    text = words(strike, _spec_of(Leg, "strike"))
    if isinstance(strike, AtmOffset):
        return text
    if text.startswith(("the strike", "strike")):
        return f"at {text}"
    return text if type(strike).__name__ in PHRASES else f"at the strike by {text}"


def _offset_words(steps: int) -> str:
    if not steps:
        return "at the money"
    return f"{_counted(abs(steps), 'strike')} {'above' if steps > 0 else 'below'} the money"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:] if title[1:2].islower() or len(title) == 1 else title


@cache
def _spec_of(declaration: type[Declared], name: str) -> FieldSpec:
    return next(spec for spec in describe(declaration) if spec.name == name)
