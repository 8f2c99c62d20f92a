"""FIELD=VALUE words of a command as changes of a declaration."""

from collections.abc import Iterable
from typing import Any, TypeVar

from desktop.composition.failures import MisuseError
from engine.schema.declared import Declared
from engine.schema.describe import Kind, describe
from engine.schema.load import DeclarationError, load

D = TypeVar("D", bound=Declared)

_SWITCH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def assigned(plain: dict[str, Any], words: Iterable[str], declaration: type[D]) -> D:
    """Answer a declaration from its plain data and words like ``limits.daily_loss=20000`` or ``square_off=off``.

    Raises MisuseError with every wrong field.
    """
    for word in words:
        path, is_given, value = word.partition("=")
        if not is_given or not path:
            raise MisuseError(f"{word!r} is not a change; write FIELD=VALUE, like max_profit=5000 or max_profit=off")
        _put(plain, path.split("."), value, declaration)
    try:
        return load(plain, declaration)
    except DeclarationError as error:
        raise MisuseError("\n".join(str(one) for one in error.errors)) from error


def _put(plain: dict[str, Any], path: list[str], value: str, declaration: type[Declared]) -> None:
    specs = {spec.name: spec for spec in describe(declaration)}
    spec = specs.get(path[0])
    if spec is None:
        raise MisuseError(f"There is no field {path[0]}; there are {', '.join(specs)}")
    if len(path) == 1:
        plain[path[0]] = _SWITCH.get(value.lower(), value) if spec.kind is Kind.SWITCH else _read(value, spec.kind)
        return
    if spec.kind is not Kind.GROUP:
        raise MisuseError(f"{path[0]} has no fields inside; write {path[0]}=VALUE")
    inner = plain.get(path[0])
    inside = dict(inner) if isinstance(inner, dict) else {}
    _put(inside, path[1:], value, spec.variants[0])
    plain[path[0]] = inside


def _read(value: str, kind: Kind) -> Any:
    """Answer a value; a list is written ``A1,A2:2``: accounts with their multipliers."""
    if kind is not Kind.LIST:
        return value
    return [_member(part.strip()) for part in value.split(",") if part.strip()]


def _member(text: str) -> dict[str, str]:
    account, has_multiplier, multiplier = text.partition(":")
    return {"account": account, "multiplier": multiplier} if has_multiplier else {"account": account}
