"""ask(): what a declared field says about itself beside its type."""

from decimal import Decimal
from typing import Any

import msgspec

Number = int | Decimal


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Title, help and bounds of one field; bounds include their ends."""

    title: str
    help: str
    unit: str = ""
    group: str = ""
    ge: Number | None = None
    le: Number | None = None
    gt: Number | None = None
    pattern: str | None = None
    pattern_says: str = ""
    """The sentence for text that does not fit the pattern."""
    secret: bool = False
    """What it says is shown to nobody, not even as a difference."""


def ask(
    title: str,
    help_text: str,
    *,
    unit: str = "",
    group: str = "",
    ge: Number | None = None,
    le: Number | None = None,
    gt: Number | None = None,
    pattern: str | None = None,
    pattern_says: str = "",
    secret: bool = False,
) -> Any:
    """Annotate a declared field: ``lots: Annotated[int, ask("Lots", "Lots per multiplier.", ge=1)] = 1``.

    ``group`` is the heading under which forms and Help show it.
    """
    return Ask(
        title=title,
        help=help_text,
        unit=unit,
        group=group,
        ge=ge,
        le=le,
        gt=gt,
        pattern=pattern,
        pattern_says=pattern_says,
        secret=secret,
    )
