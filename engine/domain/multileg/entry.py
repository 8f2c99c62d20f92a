"""What makes a portfolio enter."""

from engine.schema.declared import Declared


class Manual(Declared, frozen=True, kw_only=True, tag="manual"):
    """When somebody says so."""


class AtTime(Declared, frozen=True, kw_only=True, tag="time"):
    """At the start time."""


EntryRule = Manual | AtTime
"""Every entry rule."""
