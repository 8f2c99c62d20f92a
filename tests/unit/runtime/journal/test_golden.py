"""The journal of every released version opens, replays and verifies with this program."""

import shutil
from pathlib import Path

import pytest

from engine.runtime.journal.opening import open_journal
from engine.runtime.journal.versions import SCHEMA_VERSION

_GOLDEN = Path(__file__).parent / "golden"
# Computed from the five bodies with hashlib alone.
_HEAD = "d29d40317ae35af25611dba7b59b94f6e5a2e239a90c74aa80bc4c7f58fe8396"


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_a_journal_of_each_version_opens_with_its_facts(tmp_path, version):
    place = tmp_path / "journal.sqlite"
    shutil.copyfile(_GOLDEN / f"version_{version}.sqlite", place)

    with open_journal(str(place)) as journal:
        assert (journal.count(), journal.head()) == (5, _HEAD)
        assert journal.verify().is_sound
        assert next(journal.entries()).body == b'{"type":"order_filled","at":1787111400000001,"order_id":"LW0000001"}'
        assert journal.latest_snapshot(7) == (4, b'{"state":4}')
        journal.append(list(journal.entries(after=4)))
        assert journal.verify().is_sound


def test_the_newest_migration_is_the_version_this_program_writes():
    scripts = (_GOLDEN.parents[4] / "engine/runtime/journal/migrations/versions").glob("v*.py")

    assert max(int(script.name[1:5]) for script in scripts) == SCHEMA_VERSION


def test_the_migrated_tables_are_those_the_program_uses(address):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from engine.runtime.journal.schema import metadata
    from engine.runtime.journal.versions import VERSION_TABLE

    with open_journal(address) as journal:
        context = MigrationContext.configure(journal._connection, opts={"version_table": VERSION_TABLE})

        assert compare_metadata(context, metadata) == []
