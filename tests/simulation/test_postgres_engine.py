"""A whole headless day with its journal on a PostgreSQL server comes to what it comes to in a file and in memory."""

from contextlib import closing
from datetime import time

import psycopg
import pytest

from desktop.composition.headless import HeadlessRun, play
from desktop.composition.markets import MarketChoice
from engine.domain.facts import JournalFailed, JournalRestored
from engine.domain.facts.codec import decode
from engine.domain.instant import SECOND, ist_instant
from engine.runtime.engine_journal import open_engine_journal
from engine.runtime.journal.errors import JournalInUseError, JournalUnwritableError
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_for_reading, open_journal
from engine.runtime.journal.threaded import ThreadedJournal
from tests.simulation.simulated_day import DAY, SimulatedDay, straddle
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
    with closing(open_engine_journal(server_address).journal) as journal:
        assert isinstance(journal, ThreadedJournal)
        on_server = _lived(journal)

        with pytest.raises(JournalInUseError, match="in use by another Legwork"):
            open_journal(server_address)

    assert on_server == in_file == _lived(MemoryJournal())
    with closing(open_for_reading(server_address)) as reader:
        assert reader.verify(on_server[0]).is_sound


def _headless(journal):
    market = MarketChoice(underlyings=("NIFTY",), expiries=1, step=5 * SECOND)
    return play(HeadlessRun(market=market, portfolios=(straddle(),), journal=journal))


def test_a_headless_run_on_a_server_reports_what_one_in_memory_reports(server_address):
    on_server = _headless(server_address)
    in_memory = _headless(None)

    assert on_server == in_memory
    with closing(open_for_reading(server_address)) as reader:
        assert reader.verify(on_server.document["journal_sha256"]).is_sound


def _hang_up_on(server, address):
    """Let the server drop the journal's session, as a restart of the server does."""
    name = address.removeprefix("postgresql://postgres@/").partition("?")[0]
    with psycopg.connect(f"host={server} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def test_a_server_that_hangs_up_costs_no_fact(tmp_path, server, server_address):
    opened = open_engine_journal(server_address, server_reserve=tmp_path / "reserve")
    with closing(opened.journal) as journal:
        day = SimulatedDay(journal)
        day.open()
        day.add(straddle())
        day.play(ist_instant(DAY, time(9, 21)))
        assert day.net_quantities()
        _hang_up_on(server, server_address)
        day.play()

        assert day.net_quantities() == {}
        facts = [type(decode(entry.body)) for entry in journal.entries()]
        assert facts.count(JournalFailed) == facts.count(JournalRestored) == 1
        assert journal.trouble() is None
        head = journal.head()

    with closing(open_for_reading(server_address)) as reader:
        assert reader.verify(head).is_sound


def test_without_a_reserve_a_server_that_hangs_up_stops_the_engine(server, server_address):
    opened = open_engine_journal(server_address)
    with closing(opened.journal) as journal:
        day = SimulatedDay(journal)
        day.open()
        day.add(straddle())
        day.play(ist_instant(DAY, time(9, 21)))
        sent = len(day.wire.placed)
        _hang_up_on(server, server_address)

        with pytest.raises(JournalUnwritableError, match="cannot be reached or written"):
            day.play()
        assert len(day.wire.placed) == sent


def test_a_second_run_goes_on_where_the_first_ended(server_address):
    with closing(open_journal(server_address)) as journal:
        head, count, _ = _lived(journal)

    with closing(open_journal(server_address)) as journal:
        day = SimulatedDay(journal)
        assert (journal.head(), day.run.state.books.facts) == (head, count)
        day.open(day.run.now)
        assert journal.count() > count
