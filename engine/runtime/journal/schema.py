"""The journal's tables, and their statements made ready once per connection."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Executable, Integer, LargeBinary, MetaData, Table, Text, bindparam
from sqlalchemy.sql import ClauseElement

metadata = MetaData()

# SQLite gives a table its row number as key only for the exact word INTEGER, which is 64 bits wide there.
_WHOLE = BigInteger().with_variant(Integer(), "sqlite")

facts = Table(
    "facts",
    metadata,
    Column("seq", _WHOLE, primary_key=True, autoincrement=False),
    Column("at", _WHOLE, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    sqlite_strict=True,
)

kept_head = Table(
    "meta",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("count", _WHOLE, nullable=False),
    Column("head", LargeBinary, nullable=False),
    sqlite_strict=True,
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("seq", _WHOLE, primary_key=True, autoincrement=False),
    Column("state_version", Integer, nullable=False),
    Column("link", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_strict=True,
)

insert_fact = facts.insert().inline()

# Two writers can never both move the head: the second finds no row that still says what it believes.
move_head = (
    kept_head.update()
    .where(kept_head.c.count == bindparam("old_count"), kept_head.c.head == bindparam("old_head"))
    .values(count=bindparam("new_count"), head=bindparam("new_head"))
)


class ReadyStatement:
    """A statement compiled for one dialect, so that the order path pays for no expression language."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        assert isinstance(statement, ClauseElement)
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._positions: list[str] | None = getattr(compiled, "positiontup", None)

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Answer the values as this dialect wants them: by position or by name."""
        if self._positions is None:
            return values
        return tuple([values[name] for name in self._positions])
