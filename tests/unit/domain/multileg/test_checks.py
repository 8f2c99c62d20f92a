"""What the market refuses before a start: wrong place, wrong day, what is not listed, what cannot be sent in time."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from engine.domain.listing import listed_contracts
from engine.domain.money import price_of
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.runtime.market_rules_store import load_market_rules
from engine.schema.load import load

WEDNESDAY = date(2026, 8, 19)
SATURDAY = date(2026, 8, 22)


@cache
def rules():
    return load_market_rules(Path(__file__).resolve().parents[4] / "resources" / "market")


@cache
def nifty_master():
    return listed_contracts(rules(), ["NIFTY"], WEDNESDAY, 3, {"NIFTY": price_of(24_850)})


def portfolio(**fields) -> MultilegPortfolio:
    return load({"name": "x", "legs": [{}], **fields}, MultilegPortfolio)


def told(chosen, on=WEDNESDAY, master=None) -> dict[str, str]:
    return {error.path: error.reason for error in refusals(chosen, rules(), master, on)}


def test_a_good_portfolio_is_not_refused():
    assert told(portfolio()) == {}
    assert told(portfolio(), master=nifty_master()) == {}


def test_an_unknown_underlying_is_named():
    assert told(portfolio(underlying="FOO"))["underlying"].startswith("FOO has no contract data")


def test_a_date_without_rules_is_refused():
    assert "begins on 2019-01-01" in told(portfolio(), on=date(2017, 8, 16))["underlying"]


@pytest.mark.parametrize(("underlying", "right"), [("SENSEX", "BFO"), ("BANKEX", "BFO")])
def test_the_exchange_of_the_underlying_is_named(underlying, right):
    told_now = told(portfolio(underlying=underlying, expiry="CM"))

    assert told_now == {"exchange": f"{underlying} is traded on {right}, not on NFO; choose {right}"}


@pytest.mark.parametrize("underlying", ["BTC", "ETH"])
def test_coins_trade_any_time_on_their_own_exchange(underlying):
    late = {"start": "00:00", "end": "23:59", "square_off": "23:59:59"}

    assert told(portfolio(underlying=underlying, exchange="CRYPTO", schedule=late), on=SATURDAY) == {}


def test_weekly_expiries_are_refused_where_there_are_none():
    weekly = portfolio(underlying="BANKNIFTY", legs=[{}, {"expiry": "NW"}, {"expiry": "CM"}])

    assert told(weekly).keys() == {"expiry", "legs[1].expiry"}
    assert told(weekly)["expiry"].startswith("BANKNIFTY has no weekly expiries on 2026-08-19; choose a monthly one")


def test_weeks_become_months_where_that_is_switched_on():
    weekly = portfolio(underlying="BANKNIFTY", legs=[{}, {"expiry": "NW"}], contracts={"map_weeks_to_months": True})

    assert told(weekly) == {}


def test_what_a_disabled_leg_means_need_not_be_listed():
    fixed = {"strike": {"type": "fixed", "strike": "24833"}}

    assert told(portfolio(legs=[{}, {**fixed, "lots": 0}]), master=nifty_master()) == {}
    assert (
        told(portfolio(legs=[{**fixed, "guards": {"on_no_strike": "take the nearest"}}]), master=nifty_master()) == {}
    )


def test_the_portfolio_expiry_does_not_matter_where_every_leg_sets_its_own():
    assert told(portfolio(underlying="BANKNIFTY", legs=[{"expiry": "CM"}])) == {}


@pytest.mark.parametrize("with_master", [False, True])
def test_a_fixed_expiry_must_be_listed_and_not_past(with_master):
    days = [{"expiry": {"type": "date", "on": on}} for on in ("2026-08-18", "2026-08-26", "2026-08-25")]

    sentences = told(portfolio(legs=days), master=nifty_master() if with_master else None)

    assert sentences == {
        "legs[0].expiry.on": "the expiry 2026-08-18 is past on 2026-08-19; choose a later one",
        "legs[1].expiry.on": "NIFTY has no expiry on 2026-08-26; listed nearest: 2026-08-25, 2026-09-01",
    }


def test_an_expiry_rule_that_finds_nothing_says_what_is_listed():
    only = listed_contracts(
        rules(), ["NIFTY"], WEDNESDAY, 1, {"NIFTY": price_of(24_850)}, {"NIFTY": [date(2026, 8, 25)]}
    )

    sentences = told(portfolio(expiry="NW"), master=only)

    assert sentences == {"expiry": "NIFTY has no such expiry on 2026-08-19; listed are 2026-08-25"}


@pytest.mark.parametrize(
    ("strike", "with_master", "sentence"),
    [
        ("24833", False, "strikes are 50.00 apart; nearest to 24833: 24800.00 and 24850.00"),
        ("24833", True, "NIFTY 2026-08-25 has no strike 24833; listed nearest: 24800.00, 24850.00"),
        ("30000", True, "NIFTY 2026-08-25 has no strike 30000; listed nearest: 24950.00, 25000.00"),
        ("24850", True, None),
        ("30000", False, None),
    ],
)
def test_a_fixed_strike_must_be_listed(strike, with_master, sentence):
    fixed = portfolio(legs=[{"strike": {"type": "fixed", "strike": strike}}])

    sentences = told(fixed, master=nifty_master() if with_master else None)

    assert sentences == ({} if sentence is None else {"legs[0].strike.strike": sentence})


def test_a_future_needs_no_strike():
    assert told(portfolio(expiry="CM", legs=[{"kind": "FUT", "strike": {"type": "fixed", "strike": "1"}}])) == {}


def test_square_off_after_the_close_names_the_close():
    late = portfolio(schedule={"square_off": "15:45"})

    assert told(late) == {
        "schedule.square_off": "Square off 15:45 is not before the close of NSE F&O at 15:40 on 2026-08-19; "
        "set it earlier"
    }
    assert "15:30" in told(late, on=date(2026, 7, 29))["schedule.square_off"]


def test_an_end_before_the_open_can_never_enter():
    early = portfolio(schedule={"start": "08:00", "end": "09:00"})

    assert told(early) == {"schedule.end": "End 09:00 is before NSE F&O opens at 09:15"}


def test_a_closed_day_is_refused_with_its_reason():
    assert "is closed on 2026-08-22" in told(portfolio(), on=SATURDAY)["schedule"]


def test_a_size_that_cannot_be_sent_before_the_entry_times_out_is_refused():
    # 999 lots of 65 in orders of at most 1,800 (27 lots) are 37 orders; 24 such legs need 111 s at 8 a second.
    huge = portfolio(legs=[{"lots": 999}] * 24)

    assert told(huge) == {
        "legs[0].lots": "999 lots are 37 orders of at most 1800 each; all legs need 111 s at 8 orders/s, longer than "
        "the entry timeout of 60 s; take fewer lots"
    }
    assert told(portfolio(legs=[{"lots": 999}])) == {}


def test_a_range_that_begins_before_the_open_is_refused():
    early = portfolio(range_breakout={"range_start": "09:00", "range_end": "09:30"})

    assert told(early) == {
        "range_breakout.range_start": "Range start 09:00 is before NSE F&O opens at 09:15 on 2026-08-19: there are no "
        "prices yet; set it later"
    }


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({}, True),
        ({"legs": [{"product": "NRML"}]}, False),
        ({"legs": [{"product": "NRML"}, {}]}, True),
        ({"execution": {"product": "NRML"}}, False),
        ({"execution": {"product": "NRML"}, "legs": [{"product": "MIS"}]}, True),
        ({"schedule": {"square_off": "15:25"}}, False),
    ],
)
def test_an_intraday_position_is_squared_off_before_the_broker_does_it(fields, refused):
    # Appendix G 16; the brokers' own square-off of MIS in derivatives begins at 15:25.
    late = portfolio(**{"schedule": {"square_off": "15:28"}, **fields})

    assert ("brokers square off MIS" in told(late).get("schedule.square_off", "")) is refused
