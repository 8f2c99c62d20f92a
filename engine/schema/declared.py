"""Declared: the base of everything a trader fills in, and the error of one of its fields."""

from collections.abc import Iterator
from typing import Any

import msgspec


class FieldError(ValueError):
    """One wrong field: where (``legs[1].lots``) and why, in a sentence."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason

    def inside(self, outer: str) -> "FieldError":
        """Answer the same error seen from the declaration around it."""
        joint = "" if not self.path or self.path.startswith("[") else "."
        return FieldError(f"{outer}{joint}{self.path}", self.reason)


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen set of declared fields.

    Build it from outside data with engine.schema.load, which checks types, bounds and ``check``; building one directly
    checks nothing, as the type checker does.
    """

    def check(self) -> Iterator[FieldError]:
        """Yield every contradiction between fields, each beside the field to change; the path is relative to this.

        Only reads fields. A path is empty where no single field is to blame.
        """
        yield from ()


def replace(declared: Any, **changes: Any) -> Any:
    """Answer a copy with some fields replaced; nothing is checked."""
    return msgspec.structs.replace(declared, **changes)
