"""Whatever lies at the journal's path, opening it ends in a journal or in a sentence."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from engine.runtime.journal.errors import (
    BadJournalAddressError,
    JournalCorruptError,
    JournalError,
    JournalUnwritableError,
    NotAJournalError,
)
from engine.runtime.journal.flush import measure_flush
from engine.runtime.journal.opening import open_for_reading, open_journal


@pytest.fixture
def place(tmp_path):
    return tmp_path / "journal.sqlite"


def test_a_first_journal_makes_its_folder(tmp_path, facts):
    place = tmp_path / "new home" / "50% sure?#1" / "journal.sqlite"

    with open_journal(f"sqlite:///{place}") as journal:
        journal.append(facts(1))

    with open_for_reading(str(place)) as reader:
        assert reader.count() == 1


def test_reading_a_missing_journal_makes_nothing(place):
    with pytest.raises(NotAJournalError, match="There is no journal at"):
        open_for_reading(str(place))

    assert list(place.parent.iterdir()) == []


@pytest.mark.parametrize("opened", [open_journal, open_for_reading])
def test_a_file_of_another_kind_is_refused_and_left_as_it_is(place, opened):
    place.write_bytes(b"\x89PNG\r\n" * 400)
    before = place.read_bytes()

    with pytest.raises(NotAJournalError, match="is not a journal"):
        opened(str(place))

    assert place.read_bytes() == before


@pytest.mark.parametrize("opened", [open_journal, open_for_reading])
def test_a_database_of_another_program_is_refused_and_left_as_it_is(place, opened):
    with closing(sqlite3.connect(place)) as file, file:
        file.execute("CREATE TABLE facts (id INTEGER)")
    before = place.read_bytes()

    with pytest.raises(NotAJournalError, match="database of another program"):
        opened(str(place))

    assert place.read_bytes() == before


@pytest.mark.parametrize("opened", [open_journal, open_for_reading])
def test_a_folder_is_refused(tmp_path, opened):
    with pytest.raises(NotAJournalError, match="is a folder"):
        opened(str(tmp_path))


@pytest.mark.parametrize("opened", [open_journal, open_for_reading])
def test_half_a_file_is_refused_with_a_sentence(place, facts, opened):
    with open_journal(str(place)) as journal:
        journal.append(facts(500))
    content = place.read_bytes()
    place.write_bytes(content[: len(content) // 2])

    with pytest.raises(JournalCorruptError, match="damaged"):
        opened(str(place))


def test_a_journal_that_was_never_finished_is_made_whole(place, facts):
    with closing(sqlite3.connect(place)) as file:
        file.execute("PRAGMA application_id = 1279743818")

    with pytest.raises(NotAJournalError, match="tables were never made"):
        open_for_reading(str(place))
    with open_journal(str(place)) as journal:
        journal.append(facts(1))
        assert journal.count() == 1


def test_an_empty_file_becomes_a_journal(place):
    place.touch()

    with open_journal(str(place)) as journal:
        assert journal.count() == 0


def test_one_file_under_two_names_is_one_journal(place, tmp_path):
    link = tmp_path / "link.sqlite"
    link.symlink_to(place)

    with open_journal(str(place)), pytest.raises(JournalError, match="in use by another Legwork"):
        open_journal(str(link))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "path is empty"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("a\0b", "NUL"),
        ("mysql://root@host/legwork", "mysql:// are not known"),
        ("postgresql://host", "names no database"),
        ("postgresql://host:port/legwork", "cannot be read"),
    ],
)
def test_an_address_that_means_nothing_is_refused(address, sentence):
    with pytest.raises(BadJournalAddressError, match=sentence):
        open_journal(address)


def test_a_server_that_is_not_there_is_said_without_its_password(tmp_path):
    with pytest.raises(JournalUnwritableError) as caught:
        open_journal(f"postgresql://trader:secret@/legwork?host={tmp_path}")

    assert "postgresql://trader@" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_tables_of_another_program_on_the_server_are_left_alone(server_address, execute):
    execute(server_address, "CREATE TABLE facts (id integer)")

    with pytest.raises(JournalCorruptError, match="not as Legwork left it"):
        open_journal(server_address)


@pytest.fixture
def unprivileged():
    """A stretch as a user who may not write everything, which the superuser may."""

    @contextmanager
    def as_nobody():
        if os.getuid() != 0:
            yield
            return
        os.setresuid(65_534, 65_534, 0)
        try:
            yield
        finally:
            os.setresuid(0, 0, 0)

    return as_nobody


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights differently")
def test_a_read_only_folder_can_be_read_and_refuses_to_be_written(facts, unprivileged):
    folder = Path(tempfile.mkdtemp(prefix="legwork-read-only-"))
    place = folder / "journal.sqlite"
    with open_journal(str(place)) as journal:
        journal.append(facts(3))
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)

    with unprivileged():
        with open_for_reading(str(place)) as reader:
            assert reader.verify().count == 3
        with pytest.raises(JournalUnwritableError, match="cannot be written"):
            open_journal(str(place))

    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights differently")
def test_a_journal_that_may_not_be_written_is_refused(facts, unprivileged):
    folder = Path(tempfile.mkdtemp(prefix="legwork-read-only-"))
    place = folder / "journal.sqlite"
    open_journal(str(place)).close()
    folder.chmod(0o777)
    for file in folder.iterdir():
        file.chmod(0o666)
    place.chmod(0o444)

    with unprivileged(), pytest.raises(JournalUnwritableError, match=r"cannot be written.*rights"):
        open_journal(str(place))

    shutil.rmtree(folder)


def test_a_flush_is_measured(tmp_path):
    assert measure_flush(tmp_path, rounds=3) > 0
    with pytest.raises(JournalUnwritableError, match="choose another place"):
        measure_flush(tmp_path / "nowhere")


def test_starting_costs_no_database_library():
    script = "import sys, engine.runtime.journal.opening, desktop.commands.journal; print('sqlalchemy' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)

    assert run.stdout.strip() == "False"
