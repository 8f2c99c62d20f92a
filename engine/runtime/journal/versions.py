"""Which versions of the journal's tables this program knows."""

SCHEMA_VERSION = 1
"""The version this program writes: the number of the newest script in migrations/versions."""

VERSION_TABLE = "journal_version"
"""Where Alembic keeps the version; a name of our own, because a server's database may hold other programs' tables."""

APPLICATION_ID = 0x4C47574A
"""Bytes 68 to 71 of a journal's SQLite header: "LGWJ"."""
