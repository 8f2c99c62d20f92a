"""How the trader looks at a table: filter, grouping, sort and place; what a workspace and a saved view keep of it."""

import msgspec

AT_THE_END = -1
"""``top`` of a table that is scrolled to its last line, where new ones come."""


class SortBy(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column that a table is sorted by, by its key."""

    key: str
    descending: bool = False


class TableLook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a table is looked at.

    Attributes:
        filter: What is typed into the filter line.
        group: Key of the grouping; empty for none.
        folded: Names of the groups whose rows are folded away.
        sort: Columns, the one that counts most first.
        top: Number of the line that stands first; ``AT_THE_END`` where the last one is in view.
    """

    filter: str = ""
    group: str = ""
    folded: list[str] = []
    sort: list[SortBy] = []
    top: int = 0
