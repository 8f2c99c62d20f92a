"""Random plain data of any declaration, drawn from its own description: a field declared tomorrow is drawn tomorrow."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from desktop.verification.draw import Draw
from engine.schema.declared import Declared, FieldError
from engine.schema.describe import FieldSpec, Kind, describe, variant_tag

Table = dict[str, Any]

DEEPEST = 4
"""Declarations inside each other, beyond which optional ones are left off and lists stay short."""

_NUMBERS = (0, 1, 2, 3, 5, 10, 25, 50, 100, 500, 2_000)
_WORDS = ("NIFTY", "A", "B2", "Leg 1", "x > 1", "24850", "close > open")
_FIRST_DAY = date(2026, 8, 19)
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class Drawer:
    """Draws plain data of declarations.

    ``usual`` names, as ``"WaitAndTrade.move"``, the values a field is drawn from; all others are drawn within their
    bounds. ``given`` is the chance in percent that a field is given at all, ``times`` the minutes of the day that times
    lie between.
    """

    def __init__(
        self,
        draw: Draw,
        usual: Mapping[str, Sequence[Any]] | None = None,
        *,
        given: int = 33,
        times: tuple[int, int] = (9 * 60 + 15, 15 * 60 + 25),
    ) -> None:
        self._draw = draw
        self._usual = usual or {}
        self._given = given
        self._times = times

    def declared(self, declaration: type[Declared], depth: int = 0, also: Collection[str] = ()) -> Table:
        """Answer a group of fields; those that must be given always are, and those of ``also``."""
        return {
            spec.name: self.field(declaration, spec, depth)
            for spec in describe(declaration)
            if spec.required or spec.name in also or self._draw.chance(self._given)
        }

    def field(self, declaration: type[Declared], spec: FieldSpec, depth: int = 0) -> Any:
        """Answer one field as plain data; ``"off"`` now and then where it is optional."""
        usual = self._usual.get(f"{declaration.__name__}.{spec.name}")
        if usual is not None and spec.kind is not Kind.LIST and spec.kind is not Kind.VARIANT:
            return self._draw.one_of(usual)
        too_deep = depth >= DEEPEST and spec.kind in (Kind.GROUP, Kind.VARIANT, Kind.LIST)
        if spec.optional and (too_deep or self._draw.chance(16)):
            return "off"
        match spec.kind:
            case Kind.GROUP:
                return self.declared(spec.variants[0], depth + 1)
            case Kind.VARIANT:
                return self._tagged(self._variant(spec, usual), depth + 1)
            case Kind.LIST:
                return self._list(spec, usual, depth)
            case _:
                return self._plain(spec)

    def _variant(self, spec: FieldSpec, tags: Sequence[str] | None) -> type[Declared]:
        """Answer one variant; ``tags`` are those to draw from, each as often as it stands there."""
        if tags is None:
            return self._draw.one_of(spec.variants)
        tag = self._draw.one_of(tags)
        return next(variant for variant in spec.variants if variant_tag(variant) == tag)

    def _list(self, spec: FieldSpec, tags: Sequence[str] | None, depth: int) -> list[Table]:
        most = 1 if depth >= DEEPEST else 3
        least = 1 if spec.ask.ge else 0
        kinds = [self._variant(spec, tags) for _ in range(self._draw.between(least, most))]
        return [self._item(kind, depth + 1) for kind in kinds]

    def _item(self, kind: type[Declared], depth: int) -> Table:
        return self.declared(kind, depth) if kind.__struct_config__.tag is None else self._tagged(kind, depth)

    def _tagged(self, kind: type[Declared], depth: int) -> Table:
        return {"type": variant_tag(kind), **self.declared(kind, depth)}

    def _plain(self, spec: FieldSpec) -> Any:
        draw = self._draw
        match spec.kind:
            case Kind.TEXT:
                return draw.one_of(_texts(spec))
            case Kind.WHOLE:
                return int(self._number(spec, places=0))
            case Kind.DECIMAL:
                return str(self._number(spec, places=2))
            case Kind.SWITCH:
                return draw.chance(50)
            case Kind.CHOICE:
                return draw.one_of([member.value for member in _members(spec)])
            case Kind.CHOICES:
                return [draw.one_of([member.value for member in _members(spec)]) for _ in range(draw.between(1, 5))]
            case Kind.DATE:
                return (_FIRST_DAY + timedelta(draw.between(0, 45))).isoformat()
            case _:
                return clock(draw.between(*self._times))

    def _number(self, spec: FieldSpec, places: int) -> Decimal:
        """Answer a number within the bounds: mostly one as it is used, now and then any."""
        finest = Decimal(1).scaleb(-places)
        lowest = Decimal(spec.ask.ge if spec.ask.ge is not None else spec.ask.gt if spec.ask.gt is not None else -1_000)
        highest = Decimal(spec.ask.le if spec.ask.le is not None else 1_000_000)
        if spec.ask.gt is not None:
            lowest = max(lowest, Decimal(spec.ask.gt) + finest)
        usual = [number for number in map(Decimal, _NUMBERS) if lowest <= number <= highest]
        if usual and not self._draw.chance(33):
            return self._draw.one_of(usual)
        return Decimal(self._draw.between(int(lowest / finest), int(highest / finest))) * finest


def clock(minute: int) -> str:
    """Answer a minute of the day as plain data."""
    return time(minute // 60, minute % 60).isoformat()


def _members(spec: FieldSpec) -> list[Any]:
    if spec.choices is None:
        raise TypeError(f"{spec.name} has no choices")
    return list(spec.choices)


def _texts(spec: FieldSpec) -> list[str]:
    fit = [
        word
        for word in ("", *_WORDS)
        if (spec.ask.ge or 0) <= len(word) <= (spec.ask.le or 100)
        and (spec.ask.pattern is None or re.fullmatch(spec.ask.pattern, word))
    ]
    return fit or [str(spec.default)]


def take_back(data: Table, error: FieldError, kept: Callable[[tuple[str, ...]], bool]) -> bool:
    """Set the innermost field that an error names and that can be left out to its default; say whether there is one.

    ``kept`` says which fields, by the names on their path without the places in lists, must stay as they are.
    """
    steps: list[str | int] = [name or int(index) for name, index in _STEP.findall(error.path)]
    for end in range(len(steps), 0, -1):
        holder: Any = data
        for step in steps[: end - 1]:
            holder = holder[step] if _has(holder, step) else None
        last = steps[end - 1]
        names = tuple(step for step in steps[:end] if isinstance(step, str))
        if isinstance(holder, dict) and last in holder and not kept(names):
            del holder[last]
            return True
        if isinstance(holder, list) and isinstance(last, int) and len(holder) > 1 and last < len(holder):
            del holder[last]
            return True
    return False


def repaired(
    data: Table, wrong: Callable[[Table], list[FieldError]], kept: Callable[[tuple[str, ...]], bool], tries: int = 40
) -> Iterator[Table]:
    """Yield the data once it has no errors; what a sentence names is taken back, as a trader would do."""
    for _ in range(tries):
        errors = wrong(data)
        if not errors:
            yield data
            return
        took = [take_back(data, error, kept) for error in errors]
        if not any(took):
            free = next(_free(data, kept), None)
            if free is None:
                return
            del free[0][free[1]]


def _free(data: Table, kept: Callable[[tuple[str, ...]], bool]) -> Iterator[tuple[Table, str]]:
    """Answer the fields that may be left out: of the whole, then of what stays."""
    yield from ((data, name) for name in sorted(data) if not kept((name,)))
    for name in sorted(data):
        inside = data[name]
        items = inside if isinstance(inside, list) else [inside]
        for item in items:
            if isinstance(item, dict):
                yield from ((item, inner) for inner in sorted(item) if not kept((name, inner)))


def _has(holder: Any, step: str | int) -> bool:
    if isinstance(holder, dict):
        return step in holder
    return isinstance(holder, list) and isinstance(step, int) and step < len(holder)
