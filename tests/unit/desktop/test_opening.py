"""Window and headless run open journal and paper broker in one way, whatever the date and the disk."""

from datetime import date, time
from pathlib import Path

import pytest

from brokers.simulated.listing import simulated_contracts
from desktop.composition.folders import data_folder
from desktop.composition.opening import hours_by, open_run_journal, paper_books, price_band_by
from desktop.composition.rules import market_rules
from engine.domain.instant import ist_instant
from engine.domain.instrument import Instrument
from engine.domain.money import Price
from engine.domain.price_protection import price_band
from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.journal.memory import MemoryJournal

DAY = date(2026, 8, 19)
BEYOND = ist_instant(date(2099, 1, 5), time(10, 0))
NOON = ist_instant(DAY, time(12, 0))


@pytest.fixture(scope="module")
def option() -> Instrument:
    master = simulated_contracts(market_rules(), ("NIFTY",), DAY, 1, 1)
    return next(one for one in master.instruments if one.kind.is_option)


def test_an_exchange_is_closed_where_no_calendar_reaches(option: Instrument) -> None:
    is_open = hours_by(market_rules())

    assert is_open(option, NOON)
    assert not is_open(option, ist_instant(DAY, time(16, 0)))
    assert not is_open(option, BEYOND)


def test_the_price_band_is_the_dated_one_and_none_before_every_rule(option: Instrument) -> None:
    rules, reference = market_rules(), Price(1_000_000)
    band = price_band_by(rules)

    dated = price_band(rules.protection_rule(option.exchange, option.kind, DAY), reference)

    assert band(option, NOON, reference) == dated
    assert band(option, ist_instant(date(1995, 1, 2), time(10, 0)), reference) is None


def test_a_journal_in_memory_is_not_watched_for_space(tmp_path: Path) -> None:
    in_memory, on_disk = open_run_journal(None), open_run_journal(str(tmp_path / "new" / "journal.sqlite"))
    on_disk.journal.close()

    assert isinstance(in_memory.journal, MemoryJournal)
    assert in_memory.space is None
    assert on_disk.space is not None


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(JournalUnwritableError, match=r"cannot be made .*: choose another place"):
        open_run_journal(str(tmp_path / "file" / "journal.sqlite"))


def test_the_paper_books_lie_beside_a_file_and_at_home_for_a_server(tmp_path: Path) -> None:
    assert paper_books(None) is None
    assert paper_books(str(tmp_path / "j.sqlite")) == (tmp_path / "j.sqlite.paper").resolve()
    first, second = (paper_books(f"postgresql://me:{secret}@host/desk") for secret in ("one", "two"))
    assert first == second
    assert first is not None
    assert first.parent == data_folder()
