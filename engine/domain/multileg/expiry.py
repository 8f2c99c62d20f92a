"""The rules by which a leg's expiry is chosen; resolved at the entry, never at the save."""

from datetime import date
from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.field import ask


class CurrentWeek(Declared, frozen=True, kw_only=True, tag="CW"):
    """The nearest weekly expiry; on expiry day, today's."""


class NextWeek(Declared, frozen=True, kw_only=True, tag="NW"):
    """The weekly expiry after the nearest."""


class CurrentMonth(Declared, frozen=True, kw_only=True, tag="CM"):
    """The nearest monthly expiry."""


class NextMonth(Declared, frozen=True, kw_only=True, tag="NM"):
    """The monthly expiry after the nearest."""


class FixedDate(Declared, frozen=True, kw_only=True, tag="date"):
    """An expiry date as typed."""

    on: Annotated[date, ask("Expiry date", "The expiry itself; it must be listed.")]


ExpiryRule = CurrentWeek | NextWeek | CurrentMonth | NextMonth | FixedDate
"""Every expiry rule."""
