"""Run the journal's migrations on the connection that the program hands over; Alembic loads this file itself."""

from alembic import context

from engine.runtime.journal.schema import metadata
from engine.runtime.journal.versions import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
