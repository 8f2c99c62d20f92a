"""Declared: the base of everything a trader fills in."""

from typing import Any

import msgspec


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen set of declared fields.

    Build it from outside data with engine.schema.load, which checks types, bounds and ``check``; building one directly
    checks nothing, as the type checker does.
    """

    def check(self) -> None:
        """Raise ValueError, or FieldError for one field, where fields contradict each other."""


def replace(declared: Any, **changes: Any) -> Any:
    """Answer a copy with some fields replaced; nothing is checked."""
    return msgspec.structs.replace(declared, **changes)
