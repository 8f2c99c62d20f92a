"""A start on something that is no journal, or on one in use, ends with a sentence and not with a loss."""

from datetime import date, time

import pytest

from desktop.composition.desk import Desk, DeskChoice
from desktop.composition.failures import EXPECTED, MisuseError
from desktop.composition.markets import MarketChoice
from engine.domain.instant import SECOND, ist_instant


class Nobody:
    """Listens and does nothing."""

    def take_notices(self, notices):
        pass


def refusal_of(choice):
    desk = Desk(choice)
    with pytest.raises(EXPECTED) as refused:
        desk.client.start(Nobody())
    desk.close()
    return str(refused.value)


MORNING = ist_instant(date(2026, 8, 19), time(9, 19))
LAST_DAYS_OF_THE_CALENDAR = ist_instant(date(2026, 12, 22), time(9, 19))


@pytest.fixture(params=[False, True], ids=["thread", "process"])
def choice_on(request):
    """Choose a desk on a journal, with its engine in a thread and in a process of its own."""

    def choosing(journal, begin=MORNING, **market):
        market = MarketChoice(begin=begin, underlyings=("NIFTY",), step=SECOND, **market)
        return DeskChoice(market=market, journal=str(journal), engine_process=request.param)

    return choosing


def test_a_file_that_is_no_journal_is_refused_and_left_alone(tmp_path, choice_on):
    file = tmp_path / "journal.sqlite"
    file.write_bytes(b"something else" * 100)

    sentence = refusal_of(choice_on(file))

    assert "is not a journal" in sentence
    assert file.read_bytes() == b"something else" * 100


def test_a_second_window_on_the_same_journal_is_refused(tmp_path, choice_on):
    first = Desk(choice_on(tmp_path / "journal.sqlite"))
    first.client.start(Nobody())

    sentence = refusal_of(choice_on(tmp_path / "journal.sqlite"))
    first.close()

    assert "in use by another Legwork" in sentence


def test_a_journal_is_free_again_after_a_start_that_failed(tmp_path, choice_on):
    refusal_of(choice_on(tmp_path / "journal.sqlite", scenario="no such scenario"))

    desk = Desk(choice_on(tmp_path / "journal.sqlite"))
    desk.client.start(Nobody())
    running = desk.client.is_running
    desk.close()

    assert running


def test_an_unknown_scenario_is_misuse(tmp_path, choice_on):
    desk = Desk(choice_on(tmp_path / "journal.sqlite", scenario="no such scenario"))

    with pytest.raises(MisuseError, match="no such scenario"):
        desk.client.start(Nobody())
    desk.close()


def test_a_desk_opens_where_the_calendar_ends_soon(tmp_path, choice_on):
    desk = Desk(choice_on(tmp_path / "journal.sqlite", LAST_DAYS_OF_THE_CALENDAR))

    desk.client.start(Nobody())
    running = desk.client.is_running
    desk.close()

    assert running
