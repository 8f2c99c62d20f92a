"""The live run from end to end: desk, adapter and a practice Zerodha over loopback, and what dies in between."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.composition.desk_choice import PRACTICE
from tests.conftest import ROOT
from tests.helpers.engine_listener import is_message
from tests.helpers.live_desk import (
    LEGS,
    UNITS,
    ExchangeRecord,
    choice,
    end_sessions,
    live_desk,
    practice_server,
    said,
    server_of,
    squared_off,
    start_straddle,
    wait_until_open,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as POSIX does it")


def _assert_nothing_doubled(journal: Path) -> int:
    """What was bought was sold, each leg at most once; answers how many contracts were traded."""
    record = ExchangeRecord(journal)
    traded = record.bought_and_sold()
    symbols = {symbol for symbol, _ in traded}
    assert record.doubled_tags() == []
    assert all(0 < traded[symbol, "BUY"] == traded[symbol, "SELL"] <= UNITS for symbol in symbols), traded
    return len(symbols)


@pytest.mark.parametrize("engine_process", [False, True], ids=["thread", "process"])
def test_a_portfolio_enters_fills_and_exits_at_the_practice_server(tmp_path: Path, engine_process: bool) -> None:
    journal = tmp_path / "live.sqlite"

    with live_desk(choice(journal, engine_process=engine_process)) as (desk, listener):
        start_straddle(desk)
        wait_until_open(listener)
        status = squared_off(desk, listener)

    assert status.accounts[0].is_connected
    assert not status.is_live
    assert status.unknown_orders == 0
    assert _assert_nothing_doubled(journal) == LEGS


def test_a_server_killed_while_orders_are_under_way_doubles_and_loses_none(tmp_path: Path) -> None:
    journal = tmp_path / "live.sqlite"

    # In a hurry: an order whose answer was lost is only believed to be absent after minutes.
    with live_desk(choice(journal, speed=25)) as (desk, listener):
        start_straddle(desk)
        # The wings are bought, and the sales are leaving.
        listener.wait_for(said("130 filled"), 90)
        os.kill(server_of(journal), signal.SIGKILL)
        listener.wait_for(said("The practice server is there again"), 90)
        status = squared_off(desk, listener)

    assert status.unknown_orders == 0
    assert any(said("The practice server is gone: it was ended by SIGKILL")(row) for row in listener.messages())
    assert _assert_nothing_doubled(journal) > 0


def test_a_desk_killed_while_orders_are_under_way_goes_on_from_its_journal(tmp_path: Path) -> None:
    journal = tmp_path / "live.sqlite"
    command = [sys.executable, "-m", "tests.helpers.live_desk", str(journal)]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert first.stdout is not None
    with first.stdout:
        assert first.stdout.readline() == b"on its way\n"
        first.kill()
        first.wait()

    with live_desk(choice(journal)) as (desk, listener):
        listener.wait_for(is_message("recovery_finished"), 90)
        squared_off(desk, listener)

    assert _assert_nothing_doubled(journal) > 0


def test_a_lost_session_stops_entries_until_somebody_logs_in_again(tmp_path: Path) -> None:
    journal = tmp_path / "live.sqlite"

    with practice_server(tmp_path) as card, live_desk(choice(journal, server=card.root)) as (desk, listener):
        listener.wait_for(is_message("recovery_finished"), 90)
        start_straddle(desk)
        listener.wait_for(said("is open: 130"), 90)
        end_sessions(card)
        listener.wait_for(said("The order line is down: Zerodha's session has ended: log in again"), 90)
        desk.client.log_in(PRACTICE)
        listener.wait_for(said("The order line is back"), 90)
