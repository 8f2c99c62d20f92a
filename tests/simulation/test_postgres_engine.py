"""A whole headless day with its journal on a PostgreSQL server comes to what it comes to in a file and in memory."""

from contextlib import closing

import pytest

from engine.runtime.journal.errors import JournalInUseError
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_for_reading, open_journal
from engine.runtime.journal.threaded import ThreadedJournal
from engine.runtime.slow_disk import journal_for_this_disk
from tests.simulation.simulated_day import SimulatedDay, straddle
from tests.unit.runtime.journal.conftest import server, server_address

__all__ = ["server", "server_address"]


def _lived(journal):
    day = SimulatedDay(journal)
    day.open()
    day.add(straddle())
    day.play()
    return journal.head(), journal.count(), day.net_quantities()


def test_a_day_on_a_server_has_the_same_head_as_in_a_file_and_in_memory(tmp_path, server_address):
    with closing(open_journal(str(tmp_path / "journal.sqlite"))) as file:
        in_file = _lived(file)
    with closing(journal_for_this_disk(open_journal(server_address), None)) as journal:
        assert isinstance(journal, ThreadedJournal)
        on_server = _lived(journal)

        with pytest.raises(JournalInUseError, match="in use by another Legwork"):
            open_journal(server_address)

    assert on_server == in_file == _lived(MemoryJournal())
    with closing(open_for_reading(server_address)) as reader:
        assert reader.verify(on_server[0]).is_sound


def test_a_second_run_goes_on_where_the_first_ended(server_address):
    with closing(open_journal(server_address)) as journal:
        head, count, _ = _lived(journal)

    with closing(open_journal(server_address)) as journal:
        day = SimulatedDay(journal)
        assert (journal.head(), day.run.state.books.facts) == (head, count)
        day.open(day.run.now)
        assert journal.count() > count
