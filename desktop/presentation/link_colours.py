"""The nine colours of link groups; each stands beside its number, because no colour is the only sign."""

from typing import NamedTuple


class LinkColour(NamedTuple):
    """How a group is called and drawn."""

    name: str
    fill: str
    ink: str


LINK_COLOURS: tuple[LinkColour, ...] = (
    LinkColour("no link", "", ""),
    LinkColour("cyan", "#35bfcf", "#000000"),
    LinkColour("orange", "#f08c2e", "#000000"),
    LinkColour("yellow", "#e8c93a", "#000000"),
    LinkColour("green", "#3fae5a", "#000000"),
    LinkColour("red", "#e5484d", "#000000"),
    LinkColour("blue", "#2b63c9", "#ffffff"),
    LinkColour("violet", "#7a4fc4", "#ffffff"),
    LinkColour("pink", "#e274b4", "#000000"),
    LinkColour("brown", "#8a5a2f", "#ffffff"),
)
"""By number, the calmest first, for it is everywhere, and red means danger elsewhere; fills and inks as ``#rrggbb``.

The same in every theme, so that a saved workspace looks the same.
"""
