"""Between plain data and declarations: load with every error named, dump, and check one field."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import Enum
from functools import partial
from typing import Any, NoReturn, TypeVar

from engine.schema.declared import Declared, FieldError
from engine.schema.describe import FieldSpec, Kind, describe, variant_tag

__all__ = ["LARGEST", "DeclarationError", "FieldError", "check_value", "dump", "load", "plain_of", "problems"]

D = TypeVar("D", bound=Declared)

LARGEST = Decimal(10) ** 12
"""No declared number is larger; a longer one is a slip of the keyboard."""

_FINEST = Decimal("0.0001")
"""No declared number is finer: prices and money are whole numbers of 1/10,000 ₹."""

_WRONG: Any = object()
"""What stands for a field that could not be read."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that databases and UTF-8 files refuse."""


class DeclarationError(ValueError):
    """Everything that is wrong with a document, field by field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(errors)
        self.errors = errors

    def __str__(self) -> str:
        return "; ".join(str(error) for error in self.errors)


def load(data: object, declaration: type[D]) -> D:
    """Answer the declaration that plain data describes. Raises DeclarationError naming every wrong field at once."""
    errors: list[FieldError] = []
    if (where := _too_deep(data)) is not None:
        raise DeclarationError([FieldError(where, _TOO_DEEP)])
    value: D = _load(data, declaration, errors)
    if errors:
        raise DeclarationError(errors)
    return value


def problems(data: object, declaration: type[Declared]) -> list[FieldError]:
    """Answer everything that is wrong with plain data as a declaration; empty where nothing is.

    A contradiction is told beside wrong single fields, unless finding it needs a field that could not be read.
    """
    errors: list[FieldError] = []
    if (where := _too_deep(data)) is not None:
        return [FieldError(where, _TOO_DEEP)]
    _load(data, declaration, errors)
    return errors


_DEEPEST = 100
"""Groups inside each other; declarations may hold their own kind, so a document could go on for ever."""

_TOO_DEEP = f"groups of fields lie deeper than {_DEEPEST} inside each other; take the innermost ones away"


def _too_deep(data: object) -> str | None:
    """Answer where reading outside data would lead too far down, by its outermost fields; None where it does not.

    Only groups are read inside groups and lists.
    """
    level: list[tuple[str, object]] = [("", data)]
    for depth in range(_DEEPEST):
        groups = [(path, one) for path, one in level if isinstance(one, Mapping)]
        if not groups:
            return None
        level = []
        for path, group in groups:
            for name, value in group.items():
                # The whole path of what lies so deep is unreadable; its beginning says which leg it is.
                inner = path if depth > 1 else f"{path}.{name}" if path else str(name)
                level.append((inner, value))
                if isinstance(value, (list, tuple)):
                    level += [(inner if depth > 1 else f"{inner}[{place}]", one) for place, one in enumerate(value)]
    return level[0][0] if level else None


def check_value(raw: object, spec: FieldSpec) -> Any:
    """Answer the value of one field from plain data. Raises DeclarationError naming what is wrong inside it."""
    errors: list[FieldError] = []
    value = _field(raw, spec, errors)
    if errors:
        raise DeclarationError(errors)
    return value


def dump(declared: Declared) -> dict[str, Any]:
    """Answer a declaration as plain data that load gives back; fields that are off (None) are left out."""
    plain: dict[str, Any] = {}
    for spec in describe(type(declared)):
        value = getattr(declared, spec.name)
        if value is not None:
            plain[spec.name] = plain_of(value, spec)
        elif spec.default is not None:
            plain[spec.name] = "off"
    return plain


def plain_of(value: Any, spec: FieldSpec) -> Any:
    """Answer one field's value, which is not off, as the plain data that check_value takes."""
    match spec.kind:
        case Kind.GROUP:
            return dump(value)
        case Kind.VARIANT:
            return {"type": variant_tag(type(value)), **dump(value)}
        case Kind.LIST:
            return [_item_plain(item, spec) for item in value]
        case Kind.CHOICE:
            return value.value
        case Kind.CHOICES:
            return [item.value for item in value]
        case Kind.DECIMAL:
            return str(value)
        case Kind.TIME | Kind.DATE:
            return value.isoformat()
        case Kind.TEXT | Kind.WHOLE | Kind.SWITCH:
            return value


def _load(data: object, declaration: type[Declared], errors: list[FieldError]) -> Any:
    """Answer the declaration, also a contradictory one, or _WRONG where a field of it could not be read."""
    if not isinstance(data, Mapping):
        errors.append(FieldError("", f"must be a group of fields, not {_shown(data)}"))
        return _WRONG
    specs = {spec.name: spec for spec in describe(declaration)}
    errors.extend(_unknown_keys(data, specs, tagged=declaration.__struct_config__.tag is not None))
    values: dict[str, Any] = {}
    for name, spec in specs.items():
        if name in data:
            inner: list[FieldError] = []
            values[name] = _field(data[name], spec, inner)
            errors.extend(error.inside(name) for error in inner)
        elif spec.required:
            values[name] = _WRONG
            errors.append(FieldError(name, f"{spec.ask.title} must be given"))
    value = declaration(**values)
    if any(part is _WRONG for part in values.values()):
        errors.extend(_readable_contradictions(value))
        return _WRONG
    errors.extend(value.check())
    return value


class _UnreadableError(Exception):
    """A rule asked for a field that could not be read."""


class _Readable:
    """A declaration whose wrong fields cannot be read."""

    def __init__(self, value: Declared) -> None:
        self._value = value

    def __getattr__(self, name: str) -> Any:
        found = getattr(type(self._value), name)
        if callable(found):
            return partial(found, self)
        if isinstance(found, property) and found.fget:
            return found.fget(self)
        part = getattr(self._value, name)
        if part is _WRONG:
            raise _UnreadableError(name)
        return part


def _readable_contradictions(value: Declared) -> Iterator[FieldError]:
    """Yield the contradictions that are found before a rule needs a field that could not be read."""
    with suppress(_UnreadableError):
        yield from _Readable(value).check()


def _unknown_keys(data: Mapping[Any, object], specs: Mapping[str, FieldSpec], *, tagged: bool) -> Iterator[FieldError]:
    for key in data:
        if key not in specs and not (tagged and key == "type"):
            near = get_close_matches(str(key), specs, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield FieldError(str(key)[:60], f"there is no such field{hint}")


def _field(raw: object, spec: FieldSpec, errors: list[FieldError]) -> Any:
    if raw is None or (raw == "off" and spec.optional):
        if spec.optional:
            return None
        errors.append(FieldError("", f"{spec.ask.title} must be given"))
        return _WRONG
    try:
        match spec.kind:
            case Kind.GROUP:
                return _load(raw, spec.variants[0], errors)
            case Kind.VARIANT:
                return _variant(raw, spec, errors)
            case Kind.LIST:
                return _list(raw, spec, errors)
            case Kind.CHOICES:
                return _choices(raw, spec)
            case _:
                return _bounded(_scalar(raw, spec), spec)
    except FieldError as error:
        errors.append(error)
        return _WRONG


def _variant(raw: object, spec: FieldSpec, errors: list[FieldError]) -> Any:
    by_tag = {variant_tag(variant): variant for variant in spec.variants}
    if isinstance(raw, str):
        raw = {"type": raw}
    tag = raw.get("type") if isinstance(raw, Mapping) else None
    if not isinstance(tag, str) or tag not in by_tag:
        given = "nothing" if tag is None else _shown(tag)
        _refuse(f"{spec.ask.title} needs a type, one of {_or(by_tag)}; {given} was given")
    return _load(raw, by_tag[tag], errors)


def _list(raw: object, spec: FieldSpec, errors: list[FieldError]) -> Any:
    if not isinstance(raw, (list, tuple)):
        _refuse(f"{spec.ask.title} must be a list, not {_shown(raw)}")
    _within(len(raw), spec, f"{spec.ask.title} must have")
    items = []
    for index, item in enumerate(raw):
        inner: list[FieldError] = []
        items.append(_item(item, spec, inner))
        errors.extend(error.inside(f"[{index}]") for error in inner)
    return _WRONG if any(item is _WRONG for item in items) else tuple(items)


def _item(raw: object, spec: FieldSpec, errors: list[FieldError]) -> Any:
    if len(spec.variants) == 1:
        return _load(raw, spec.variants[0], errors)
    try:
        return _variant(raw, spec, errors)
    except FieldError as error:
        errors.append(error)
        return _WRONG


def _item_plain(item: Declared, spec: FieldSpec) -> dict[str, Any]:
    return dump(item) if len(spec.variants) == 1 else {"type": variant_tag(type(item)), **dump(item)}


def _choices(raw: object, spec: FieldSpec) -> Any:
    if not isinstance(raw, (list, tuple)):
        _refuse(f"{spec.ask.title} must be a list, not {_shown(raw)}")
    chosen = [_choice(item, spec) for item in raw]
    return tuple(item for index, item in enumerate(chosen) if item not in chosen[:index])


def _choice(raw: object, spec: FieldSpec) -> Enum:
    assert spec.choices is not None
    for member in spec.choices:
        if raw == member.value or raw is member:
            return member
    return _refuse(f"{spec.ask.title} must be {_or([str(m.value) for m in spec.choices])}, not {_shown(raw)}")


def _scalar(raw: object, spec: FieldSpec) -> Any:
    match spec.kind:
        case Kind.CHOICE:
            return _choice(raw, spec)
        case Kind.SWITCH:
            return raw if isinstance(raw, bool) else _refuse(f"{spec.ask.title} must be true or false")
        case Kind.TEXT:
            return _text(raw, spec)
        case Kind.WHOLE:
            number = _decimal(raw, spec)
            return int(number) if number == int(number) else _refuse(f"{spec.ask.title} must be a whole number")
        case Kind.DECIMAL:
            return _decimal(raw, spec)
        case Kind.DATE:
            return _moment(raw, date, spec, "a date like 2026-08-25")
        case _:
            return _moment(raw, time, spec, "a time like 09:20:00")


def _text(raw: object, spec: FieldSpec) -> str:
    if not isinstance(raw, str):
        _refuse(f"{spec.ask.title} must be text, not {_shown(raw)}")
    if _UNSTORABLE.search(raw):
        _refuse(f"{spec.ask.title} has a character that cannot be stored")
    return raw.strip()


def _decimal(raw: object, spec: FieldSpec) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str, Decimal)):
        _refuse(f"{spec.ask.title} must be a number, not {_shown(raw)}")
    if isinstance(raw, int) and abs(raw) > LARGEST:
        _refuse(f"{spec.ask.title} is beyond any sensible size")
    try:
        number = Decimal(raw.strip() if isinstance(raw, str) else str(raw))
    except InvalidOperation:
        _refuse(f"{spec.ask.title} must be a number, not {_shown(raw)}")
    # copy_abs and comparisons, unlike abs and arithmetic, raise nothing for an exponent of a billion.
    if not number.is_finite() or number.copy_abs() > LARGEST:
        _refuse(f"{spec.ask.title} is beyond any sensible size")
    rounded = number.quantize(_FINEST)
    if rounded != number:
        _refuse(f"{spec.ask.title} must have at most four decimals")
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and -4 <= exponent <= 0 else rounded.normalize() + 0


def _moment(raw: object, kind: type[date] | type[time], spec: FieldSpec, example: str) -> Any:
    if type(raw) is kind:
        return raw
    if isinstance(raw, str):
        try:
            moment = kind.fromisoformat(raw.strip())
        except ValueError:
            _refuse(f"{spec.ask.title} must be {example}, not {_shown(raw)}")
        if getattr(moment, "tzinfo", None) is None:
            return moment
    return _refuse(f"{spec.ask.title} must be {example}, not {_shown(raw)}")


def _bounded(value: Any, spec: FieldSpec) -> Any:
    match spec.kind:
        case Kind.WHOLE | Kind.DECIMAL:
            _within(value, spec, f"{spec.ask.title} must be")
        case Kind.TEXT:
            _within(len(value), spec, f"{spec.ask.title} must have")
            if spec.ask.pattern and not re.fullmatch(spec.ask.pattern, value):
                _refuse(spec.ask.pattern_says or f"{spec.ask.title} has a character that is not allowed")
        case _:
            pass
    return value


def _within(number: int | Decimal, spec: FieldSpec, lead: str) -> None:
    asked = spec.ask
    unit = f" {asked.unit}" if asked.unit else ""
    if spec.kind is Kind.TEXT:
        unit = " characters"
    if asked.ge is not None and number < asked.ge:
        _refuse(f"{lead} at least {asked.ge}{unit}")
    if asked.gt is not None and number <= asked.gt:
        _refuse(f"{lead} above {asked.gt}{unit}")
    if asked.le is not None and number > asked.le:
        _refuse(f"{lead} at most {asked.le}{unit}")


def _refuse(reason: str) -> NoReturn:
    raise FieldError("", reason)


def _shown(raw: object) -> str:
    """Answer outside data in a few words; never walks into it, because it may be deep or huge."""
    match raw:
        case Mapping():
            return "a group of fields"
        case list() | tuple():
            return "a list"
        case int() if abs(raw) > LARGEST:
            return "a huge number"
        case str() if len(raw) > 40:
            return f"{raw[:37]!r}…"
        case Decimal() | date() | time():
            return str(raw)[:40]
        case _:
            text = repr(raw)
            return text if len(text) <= 40 else f"{text[:37]}…"


def _or(words: Any) -> str:
    *first, last = [str(word) for word in words]
    return f"{', '.join(first)} or {last}" if first else last
