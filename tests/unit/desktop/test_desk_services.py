"""What stands around the window's engine: the record of volatilities and the services that are told alerts."""

from datetime import date, time
from threading import Condition

import pytest

from desktop.composition.desk import Desk, DeskChoice
from desktop.composition.folders import default_journal
from desktop.composition.markets import SIMULATED, MarketChoice
from desktop.composition.notifications import notifications_file, save_notifications
from desktop.composition.volatility import volatility_file, volatility_history
from engine.domain.instant import SECOND, ist_instant
from engine.domain.multileg.states import KillLevel
from engine.domain.settings.notifications import Notifications, Service
from tests.helpers.receiver import receiver

DAY = date(2026, 8, 19)
NEXT_DAY = "Trading day 20 Aug 2026"
WAIT = 20.0


class Window:
    """Hears what an engine tells, on the engine's thread."""

    def __init__(self):
        self._changed = Condition()
        self.heard = []

    def take_notices(self, notices):
        with self._changed:
            self.heard += notices
            self._changed.notify_all()

    def wait_until(self, condition):
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.heard), WAIT)

    def sentences(self):
        return [one.sentence for one in self.heard if hasattr(one, "sentence")]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))


@pytest.fixture(params=[False, True], ids=["thread", "process"])
def open_desk(request):
    """Open a desk on the simulated market at a time of the day, as a window would, with its engine either way."""
    opened = []

    def opening(at, *, journal=True, speed=1.0):
        market = MarketChoice(begin=ist_instant(DAY, at), underlyings=("NIFTY",), expiries=2, step=SECOND)
        address = str(default_journal()) if journal else None
        desk = Desk(DeskChoice(market=market, journal=address, speed=speed, engine_process=request.param))
        opened.append(desk)
        window = Window()
        desk.client.start(window)
        desk.words.attach(window.take_notices)
        return desk, window

    yield opening
    for desk in opened:
        desk.close()


def test_the_days_volatility_is_noted_once_after_the_close_in_the_file_of_the_simulated_market(open_desk):
    desk, window = open_desk(time(15, 39, 55), speed=20.0)

    window.wait_until(lambda _heard: volatility_file(SIMULATED).exists())
    desk.close()

    header, line = volatility_file(SIMULATED).read_text().splitlines()
    assert header == "date,underlying,volatility"
    assert line.startswith("2026-08-19,NIFTY,")
    assert not volatility_file().exists()


def test_a_desk_without_a_journal_leaves_nothing_behind(open_desk):
    desk, window = open_desk(time(15, 39, 58), journal=False, speed=20.0)

    window.wait_until(lambda _heard: any(NEXT_DAY in one for one in window.sentences()))
    desk.close()

    assert not volatility_file(SIMULATED).exists()


def test_real_days_count_on_the_simulated_market_and_its_days_never_among_the_real():
    volatility_file(SIMULATED).write_text("2026-08-17,NIFTY,20\n2026-08-18,NIFTY,21\n")
    volatility_file().write_text("2026-08-18,NIFTY,12\n")

    assert [one.percent for one in volatility_history(SIMULATED).history.days("NIFTY")] == [20, 12]
    assert [one.percent for one in volatility_history("day.recording").history.days("NIFTY")] == [12]


def test_a_record_with_a_wrong_line_keeps_no_window_from_opening_and_is_said(open_desk):
    volatility_file().write_text("2026-08-18,NIFTY,12\nbroken\n")

    desk, _ = open_desk(time(9, 30))

    assert any("volatility.csv, line 2" in warning for warning in desk.warnings)


def test_an_alert_of_the_engine_reaches_a_service(open_desk):
    with receiver() as service:
        save_notifications(Notifications(channels=(Service(url=service.url(), name="Phone"),)))
        desk, _ = open_desk(time(9, 30))

        desk.client.trip_kill_switch(KillLevel.NO_OPENINGS, "enough")
        (got,) = service.wait_for(messages=1)
        desk.close()

    assert got["title"] == "Legwork, paper trading: account"
    assert "Kill switch on: nothing is opened. enough" in got["message"]


def test_a_service_that_fails_is_said_in_the_message_log_while_the_engine_goes_on(open_desk):
    with receiver() as service:
        save_notifications(Notifications(channels=(Service(url=service.url("t0ken")),)))
        desk, window = open_desk(time(9, 30))
        desk.notifier.pauses = ()
        service.refusals = [500]

        desk.client.trip_kill_switch(KillLevel.NO_OPENINGS, "enough")
        window.wait_until(lambda _heard: any("was not sent to json://…" in one for one in window.sentences()))

    assert desk.client.is_running
    assert not any("t0ken" in one for one in window.sentences())


def test_a_wrong_notifications_file_is_said_and_keeps_no_window_from_opening(open_desk):
    notifications_file().write_text("channels = 3")

    desk, window = open_desk(time(9, 30))

    assert desk.client.is_running
    assert any(one.startswith("No alert leaves the window: ") for one in window.sentences())
