"""Bring a journal's tables to the version of this program, or refuse those of a later one."""

from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection

from engine.runtime.journal.errors import JournalCorruptError, JournalNewerError, NotAJournalError
from engine.runtime.journal.versions import SCHEMA_VERSION, VERSION_TABLE

_SCRIPTS = Path(__file__).parent / "migrations"


def stored_version(connection: Connection, name: str) -> int:
    """Answer the version of the tables that are there; 0 for none. Raises JournalCorruptError for an unreadable one."""
    if not sqlalchemy.inspect(connection).has_table(VERSION_TABLE):
        return 0
    versions = connection.execute(sqlalchemy.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()
    text = str(versions[0]) if len(versions) == 1 else ""
    if not (text.isascii() and text.isdigit()):
        raise JournalCorruptError(f"The journal {name} does not say which version it is: restore it from a copy.")
    return int(text)


def check_readable(connection: Connection, name: str) -> None:
    """Refuse to read tables of another version than this program's, without touching them."""
    with connection.begin():
        version = stored_version(connection, name)
    if version == 0:
        raise NotAJournalError(f"There is no journal at {name}: its tables were never made.")
    _refuse_newer(version, name)
    if version < SCHEMA_VERSION:
        raise JournalCorruptError(
            f"The journal {name} has the older version {version}: "
            "open it once with legwork, which brings it up to date."
        )


def bring_up_to_date(connection: Connection, name: str) -> None:
    """Make or migrate the tables in one transaction. Raises JournalNewerError for those of a later program."""
    with connection.begin():
        if connection.dialect.name == "sqlite":
            # The driver begins transactions before changes of rows only, and these change tables.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        version = stored_version(connection, name)
        _refuse_newer(version, name)
        if version < SCHEMA_VERSION:
            _upgrade(connection)


def _refuse_newer(version: int, name: str) -> None:
    """Raise for tables that a later program made."""
    if version > SCHEMA_VERSION:
        raise JournalNewerError(
            f"The journal {name} was written by a later Legwork (journal version {version}, this one knows "
            f"{SCHEMA_VERSION}): start that version, or give this one another journal with --journal."
        )


def _upgrade(connection: Connection) -> None:
    """Run the scripts that are missing; Alembic is imported only when there are any."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    # Alembic reads its options with ConfigParser, for which a percent sign begins a reference.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
