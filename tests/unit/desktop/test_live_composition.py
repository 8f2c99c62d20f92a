"""What a live desk is made of: its choice, its clocks, the day's contracts and which of them get quotes."""

import gzip
from datetime import date
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from brokers.errors import BrokerError
from brokers.zerodha.instruments import HEADER
from brokers.zerodha.settings import ZerodhaSettings
from desktop.commands.app import app
from desktop.composition import live_contracts
from desktop.composition.desk_choice import PRACTICE, PRACTICE_ZERODHA, DeskChoice
from desktop.composition.failures import FailureError
from desktop.composition.folders import default_journal
from desktop.composition.live_clock import FollowedClock, WallClock
from desktop.composition.live_contracts import LiveContracts, contracts_of_day, rows_with_quotes, with_traded
from desktop.composition.live_exchange import PracticeZerodha, Zerodha, practice_state
from desktop.composition.practice_login import clock_of
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import SECOND, Instant
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from tests.helpers.simulated_desk import at, rules

DAY = date(2026, 8, 19)
SETTINGS = ZerodhaSettings(root="http://127.0.0.1:9", feed="ws://127.0.0.1:9")


def _dump(folder: Path, day: date, *strikes: int, first_token: int = 1_000) -> Path:
    lines = [
        f"{first_token + row},{row},NIFTY26AUG{strike}CE,NIFTY,0,2026-08-25,{strike},0.05,65,CE,NFO-OPT,NFO"
        for row, strike in enumerate(strikes)
    ]
    path = folder / f"zerodha-contracts-{day.isoformat()}.csv.gz"
    path.write_bytes(gzip.compress("\n".join([HEADER, *lines, ""]).encode()))
    return path


def _option(strike: int) -> InstrumentId:
    return InstrumentId(f"NFO:NIFTY26AUG{strike}CE")


# --- contracts ---------------------------------------------------------------------------------------------------


def test_todays_list_is_used_without_a_login_where_it_was_fetched_before(tmp_path: Path) -> None:
    _dump(tmp_path, DAY, 24_000, 24_100)

    found = contracts_of_day(SETTINGS, None, tmp_path, DAY, rules())

    assert found.master.by_id(_option(24_100)).token == 1_001
    assert found.notes == ()


def test_an_older_list_brings_no_quotes_and_says_so(tmp_path: Path) -> None:
    _dump(tmp_path, date(2026, 8, 18), 24_000)

    found = contracts_of_day(SETTINGS, None, tmp_path, DAY, rules())

    assert found.master.by_id(_option(24_000)).token == 0
    assert "older one and brings no quotes: nobody is logged in, and Zerodha could not be reached" in found.notes[0]
    assert rows_with_quotes(found.master, ()) == ([], "")


def test_without_any_list_the_trader_is_told_to_log_in(tmp_path: Path) -> None:
    with pytest.raises(FailureError, match="Log in with legwork accounts login"):
        contracts_of_day(SETTINGS, None, tmp_path, DAY, rules())


def test_what_was_traded_before_is_found_in_older_lists_and_remembered_when_these_are_gone(tmp_path: Path) -> None:
    older = _dump(tmp_path, date(2026, 8, 18), 23_000)
    today = LiveContracts(master=live_contracts._loaded(_dump(tmp_path, DAY, 24_000), (), rules(), DAY).master)

    once = with_traded(today, [_option(23_000), _option(24_000)], tmp_path, rules(), DAY)
    older.unlink()
    again = with_traded(today, [_option(23_000)], tmp_path, rules(), DAY)

    for found in (once, again):
        assert found.master.instruments[: len(today.master)] == today.master.instruments
        assert found.master.by_id(_option(23_000)).token == 0


def test_what_is_held_gets_quotes_first_then_indices_and_near_expiries(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = _market()
    far = max(listed.instruments, key=lambda one: (one.expiry or DAY, one.strike or 0))
    near = min(one.expiry for one in listed.instruments if one.expiry is not None)
    monkeypatch.setattr(live_contracts, "MOST_ROWS", 20)

    rows, sentence = rows_with_quotes(listed, [far.id])

    kept = [listed.instruments[row] for row in rows]
    assert (len(kept), kept[0]) == (20, far)
    assert {one.expiry for one in kept[3:]} == {near}
    assert f"{len(listed) - 20:,} contracts have no live quotes" in sentence


def _market() -> ContractMaster:
    from brokers.simulated.market import SimulatedMarket

    market = SimulatedMarket(rules(), start=at(9, 15), seed=1, underlyings=("NIFTY", "INFY"), expiries=2)
    listed = market.master.instruments
    return ContractMaster(msgspec.structs.replace(one, token=row + 1) for row, one in enumerate(listed))


# --- clocks ------------------------------------------------------------------------------------------------------


def test_a_followed_clock_never_goes_back() -> None:
    clock = FollowedClock(speed=1.0)
    clock.not_before(at(9, 20))
    assert clock.now() == at(9, 20)

    clock.follow(at(9, 30))
    later = clock.now()
    clock.follow(at(9, 25))

    assert at(9, 30) <= later <= clock.now() < at(9, 31)


def test_the_walls_clock_never_goes_back() -> None:
    clock = WallClock()

    assert clock.now() <= clock.now()


# --- what is asked for -------------------------------------------------------------------------------------------


def test_every_broker_has_a_journal_of_its_own_and_the_practice_record_lies_beside_it(tmp_path: Path) -> None:
    assert len({default_journal(broker) for broker in ("paper", "zerodha", PRACTICE_ZERODHA)}) == 3
    assert practice_state(str(tmp_path / "j.sqlite")) == tmp_path / "j.sqlite.practice"
    assert practice_state(None) is None


def test_the_default_account_is_the_brokers() -> None:
    zerodha = Hierarchy(accounts=(Account(id="Z1", broker="zerodha"),))

    assert DeskChoice().account == "PAPER"
    assert DeskChoice(broker=PRACTICE_ZERODHA).account == PRACTICE
    assert DeskChoice(broker="zerodha", hierarchy=zerodha).account == "Z1"


def test_real_money_is_at_stake_only_at_a_real_address() -> None:
    zerodha = DeskChoice(broker="zerodha", hierarchy=Hierarchy(accounts=(Account(id="Z1", broker="zerodha"),)))

    assert Zerodha(zerodha).real_money
    assert not PracticeZerodha(DeskChoice(broker=PRACTICE_ZERODHA), print).real_money


def test_a_journal_of_the_future_is_not_traded_on() -> None:
    exchange = Zerodha(DeskChoice(broker="zerodha"))

    with pytest.raises(FailureError, match="Nothing can be traded in the past"):
        exchange.open(Instant(exchange.clock.now() + 3_600 * SECOND))


def test_a_practice_server_that_is_not_there_is_said() -> None:
    with pytest.raises(BrokerError, match="cannot be reached"):
        clock_of("http://127.0.0.1:9", 1.0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--broker", "upstox"], "There is no broker 'upstox'"),
        (["--broker", "practice-zerodha", "--market", "day.parquet"], "A recording is played on paper"),
        (["--practice-server", "http://127.0.0.1:1"], "goes with --broker practice-zerodha"),
        (["--broker", "zerodha", "--speed", "2"], "as fast as life"),
        (["--broker", "zerodha"], "There is no account at the broker zerodha"),
    ],
)
def test_what_does_not_go_together_is_refused_before_a_window_opens(arguments: list[str], sentence: str) -> None:
    answered = CliRunner().invoke(app, ["window", *arguments])

    assert answered.exit_code == 2
    assert sentence in answered.output
