"""describe(): what the fields of a declaration are, for forms, grids, validation and Help."""

import types
import typing
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from engine.schema.declared import Declared
from engine.schema.field import Ask


class Kind(Enum):
    """The shapes a field can have; each has one input in a form."""

    TEXT = "text"
    WHOLE = "whole number"
    DECIMAL = "decimal number"
    SWITCH = "switch"
    CHOICE = "choice"
    DATE = "date"
    TIME = "time"
    GROUP = "group"
    """Another declaration inside this one."""
    VARIANT = "variant"
    """One of several declarations."""
    LIST = "list"
    """Declarations of one kind, or each one of several."""
    CHOICES = "choices"
    """Several of a fixed set of choices."""


class FieldSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a declaration.

    ``optional`` fields may be None, which means off. ``choices`` are the enum of CHOICE and CHOICES; ``variants`` the
    declarations of GROUP (one), VARIANT (several) and LIST (the items'). ``default`` is msgspec.NODEFAULT where a value
    must be given.
    """

    name: str
    kind: Kind
    ask: Ask
    default: Any
    optional: bool = False
    choices: type[Enum] | None = None
    variants: tuple[type[Declared], ...] = ()

    @property
    def required(self) -> bool:
        """Say whether a document must give a value."""
        return self.default is msgspec.NODEFAULT


_PLAIN: dict[Any, Kind] = {
    str: Kind.TEXT,
    int: Kind.WHOLE,
    Decimal: Kind.DECIMAL,
    bool: Kind.SWITCH,
    date: Kind.DATE,
    time: Kind.TIME,
}


def variant_tag(declaration: type[Declared]) -> str:
    """Answer the word that names a variant in a document, ``{"type": "closest_premium"}``."""
    return str(declaration.__struct_config__.tag)


def title_of(declaration: type[Declared]) -> str:
    """Answer the title of a declaration: the first sentence of its docstring without its full stop."""
    return (declaration.__doc__ or declaration.__name__).strip().split("\n", 1)[0].rstrip(".")


@cache
def describe(declaration: type[Declared]) -> tuple[FieldSpec, ...]:
    """Answer the fields of a declaration in their order.

    Raises TypeError for a field without ask() or of a type that no form can show: a mistake of ours, found by a test.
    """
    hints = typing.get_type_hints(declaration, include_extras=True)
    return tuple(_spec(field, hints[field.name], declaration) for field in msgspec.structs.fields(declaration))


def _spec(field: msgspec.structs.FieldInfo, hint: Any, declaration: type[Declared]) -> FieldSpec:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{declaration.__name__}.{field.name} has no ask()")
    bare, *notes = get_args(hint)
    asked = next((note for note in notes if isinstance(note, Ask)), None)
    if asked is None:
        raise TypeError(f"{declaration.__name__}.{field.name} has no ask()")
    members, optional = _without_none(bare)
    kind, choices, variants = _shape(members, f"{declaration.__name__}.{field.name}")
    default = field.default
    if default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    return FieldSpec(
        name=field.name, kind=kind, ask=asked, default=default, optional=optional, choices=choices, variants=variants
    )


def _without_none(bare: Any) -> tuple[tuple[Any, ...], bool]:
    if get_origin(bare) in (Union, types.UnionType):
        members = get_args(bare)
        return tuple(member for member in members if member is not type(None)), type(None) in members
    return (bare,), False


def _shape(members: Sequence[Any], where: str) -> tuple[Kind, type[Enum] | None, tuple[type[Declared], ...]]:
    if len(members) > 1:
        return Kind.VARIANT, None, tuple(members)
    (member,) = members
    if member in _PLAIN:
        return _PLAIN[member], None, ()
    if get_origin(member) is tuple:
        item = get_args(member)[0]
        if isinstance(item, type) and issubclass(item, Enum):
            return Kind.CHOICES, item, ()
        items, _ = _without_none(item)
        if all(isinstance(one, type) and issubclass(one, Declared) for one in items):
            return Kind.LIST, None, items
        raise TypeError(f"{where} is a list of a type that no form can show: {item!r}")
    if isinstance(member, type) and issubclass(member, Enum):
        return Kind.CHOICE, member, ()
    if isinstance(member, type) and issubclass(member, Declared):
        return Kind.GROUP, None, (member,)
    raise TypeError(f"{where} has a type that no form can show: {member!r}")
