from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from pyarrow import parquet

from engine.domain.instant import IST, instant_of
from engine.domain.instrument import Exchange
from engine.domain.market_rules import MarketRules, Session, UnknownRuleError
from engine.runtime.market_rules_store import load_market_rules

MARKET = Path(__file__).resolve().parents[3] / "resources" / "market"


@pytest.fixture(scope="module")
def rules() -> MarketRules:
    return load_market_rules(MARKET)


@pytest.mark.parametrize(
    ("day", "sessions"),
    [
        (date(2019, 8, 22), (Session(time(9, 15), time(15, 30)),)),
        (date(2019, 8, 15), ()),
        (date(2019, 10, 27), (Session(time(18, 15), time(19, 15)),)),
        (date(2020, 2, 1), (Session(time(9, 15), time(15, 30)),)),
        (date(2021, 2, 24), (Session(time(9, 15), time(17, 0)),)),
        (date(2024, 3, 2), (Session(time(9, 15), time(10, 0)), Session(time(11, 30), time(12, 30)))),
        (date(2026, 1, 15), ()),
        (date(2026, 2, 1), (Session(time(9, 15), time(15, 30)),)),
        (date(2026, 7, 31), (Session(time(9, 15), time(15, 30)),)),
        (date(2026, 8, 3), (Session(time(9, 15), time(15, 40)),)),
        (date(2026, 11, 21), ()),
    ],
)
def test_sessions_of_a_date_come_from_the_dated_files(
    rules: MarketRules, day: date, sessions: tuple[Session, ...]
) -> None:
    assert rules.trading_day(Exchange.NFO, day).sessions == sessions


def test_the_later_close_of_2026_is_not_confirmed_and_the_earlier_one_is(rules: MarketRules) -> None:
    assert rules.trading_day(Exchange.NFO, date(2026, 7, 31)).confirmed
    assert not rules.trading_day(Exchange.NFO, date(2026, 8, 3)).confirmed


def test_a_special_day_without_known_hours_counts_as_closed_and_says_so(rules: MarketRules) -> None:
    day = rules.trading_day(Exchange.NFO, date(2026, 11, 8))

    assert day.sessions == ()
    assert day.note == "Diwali Muhurat trading: hours not known"
    assert rules.next_trading_day(Exchange.NFO, date(2026, 11, 6)) == date(2026, 11, 9)


def test_holidays_of_bse_that_were_taken_over_from_nse_are_not_confirmed(rules: MarketRules) -> None:
    assert rules.trading_day(Exchange.NFO, date(2026, 5, 1)).confirmed
    assert not rules.trading_day(Exchange.BFO, date(2026, 5, 1)).confirmed


@pytest.mark.parametrize("day", [date(2027, 3, 4), date(2018, 12, 31)])
def test_a_date_without_a_calendar_is_refused_with_a_sentence(rules: MarketRules, day: date) -> None:
    with pytest.raises(UnknownRuleError, match=f"NSE F&O has no trading calendar for {day.isoformat()}; add the year"):
        rules.trading_day(Exchange.NFO, day)


def test_trading_days_are_found_over_a_long_weekend(rules: MarketRules) -> None:
    assert rules.next_trading_day(Exchange.NFO, date(2024, 3, 28)) == date(2024, 4, 1)
    assert rules.previous_trading_day(Exchange.NFO, date(2024, 4, 1)) == date(2024, 3, 28)


def test_the_closing_instant_is_closed_and_the_opening_one_open(rules: MarketRules) -> None:
    opening = instant_of(datetime(2026, 6, 4, 9, 15, tzinfo=IST))
    closing = instant_of(datetime(2026, 6, 4, 15, 30, tzinfo=IST))

    assert rules.session_instants(Exchange.NFO, date(2026, 6, 4)) == ((opening, closing),)
    assert rules.is_open(Exchange.NFO, opening)
    assert not rules.is_open(Exchange.NFO, closing)
    assert rules.expiry_close(Exchange.NFO, date(2026, 6, 4)) == closing


def test_contracts_of_a_year_without_a_calendar_still_have_a_closing_instant(rules: MarketRules) -> None:
    expiry = date(2031, 6, 24)

    assert rules.expiry_close(Exchange.NFO, expiry) == instant_of(datetime(2031, 6, 24, 15, 40, tzinfo=IST))


@pytest.mark.parametrize(
    ("recording", "first", "last", "missing"),
    [
        ("nifty_banknifty_1min_2012_2023.parquet", date(2019, 1, 1), date(2023, 1, 31), set()),
        (
            "nifty_banknifty_1min_20240101_20240823.parquet",
            date(2024, 1, 1),
            date(2024, 8, 23),
            # The recording has holes on these days; the daily India VIX has them.
            {date(2024, 2, 1), date(2024, 3, 4), date(2024, 4, 5), date(2024, 5, 7), date(2024, 7, 10)},
        ),
    ],
)
def test_the_calendar_has_the_days_of_the_recorded_minutes(
    rules: MarketRules, real_data: Path, recording: str, first: date, last: date, missing: set[date]
) -> None:
    stamps = (
        parquet.read_table(real_data / "minute" / recording, columns=["ts"])["ts"].cast("date32", safe=False).unique()
    )
    recorded = {day for day in stamps.to_pylist() if first <= day <= last}
    span = (first + timedelta(days=offset) for offset in range((last - first).days + 1))

    open_days = {day for day in span if rules.is_trading_day(Exchange.NFO, day)}

    assert open_days - recorded == missing
    assert recorded <= open_days


def test_the_calendar_has_the_days_of_the_daily_india_vix(rules: MarketRules, real_data: Path) -> None:
    recorded: set[date] = set()
    for file in sorted((real_data / "vix").glob("*.csv")):
        lines = file.read_text(encoding="utf-8").splitlines()[1:]
        recorded |= {date.fromisoformat(line[:10]) for line in lines}
    # The recording has no row between these two days.
    hole = (date(2020, 12, 16), date(2021, 6, 15))
    span = (
        date(2019, 1, 1) + timedelta(days=offset) for offset in range((date(2026, 8, 7) - date(2019, 1, 1)).days + 1)
    )
    known = {day for day in span if not hole[0] < day < hole[1]}

    open_days = {day for day in known if rules.is_trading_day(Exchange.NFO, day)}

    assert open_days - recorded == {date(2024, 3, 2)}
    assert recorded & known <= open_days


def test_the_coin_market_is_open_every_minute_of_every_day(rules: MarketRules) -> None:
    sunday = date(2031, 1, 5)

    assert (
        rules.session_instants(Exchange.CRYPTO, sunday)[0][1]
        == rules.session_instants(Exchange.CRYPTO, date(2031, 1, 6))[0][0]
    )
    assert rules.is_open(Exchange.CRYPTO, instant_of(datetime(2031, 1, 5, 23, 59, 59, tzinfo=IST)))
