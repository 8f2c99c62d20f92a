from datetime import date, timedelta
from pathlib import Path

import pytest
from pyarrow import parquet

from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.runtime.instrument_store import load_contracts
from engine.runtime.market_rules_store import load_market_rules

MARKET = Path(__file__).resolve().parents[3] / "resources" / "market"


@pytest.fixture(scope="module")
def rules() -> MarketRules:
    return load_market_rules(MARKET)


@pytest.mark.parametrize(
    ("underlying", "on", "nearest"),
    [
        ("NIFTY", date(2019, 5, 17), date(2019, 5, 23)),
        ("NIFTY", date(2019, 8, 9), date(2019, 8, 14)),  # Independence Day was a Thursday
        ("BANKNIFTY", date(2023, 9, 4), date(2023, 9, 6)),
        ("BANKNIFTY", date(2024, 11, 14), date(2024, 11, 27)),
        ("FINNIFTY", date(2024, 6, 5), date(2024, 6, 11)),
        ("MIDCPNIFTY", date(2024, 6, 11), date(2024, 6, 14)),  # Monday 17 June was Bakri Id
        ("SENSEX", date(2024, 12, 30), date(2025, 1, 7)),
        ("SENSEX", date(2025, 8, 27), date(2025, 9, 4)),
        ("NIFTY", date(2025, 8, 29), date(2025, 9, 2)),
        ("NIFTY", date(2025, 10, 15), date(2025, 10, 20)),  # Tuesday 21 October was Muhurat day
        ("NIFTY", date(2026, 11, 20), date(2026, 11, 23)),  # Tuesday 24 November is a holiday
        ("BTC", date(2026, 11, 20), date(2026, 11, 20)),
    ],
)
def test_the_nearest_expiry_follows_the_weekday_rule_of_its_time(
    rules: MarketRules, underlying: str, on: date, nearest: date
) -> None:
    assert rules.expiries(underlying, on)[0] == nearest


def test_expiries_of_an_expiry_day_begin_with_that_day(rules: MarketRules) -> None:
    assert rules.expiries("NIFTY", date(2026, 8, 18))[:3] == (date(2026, 8, 18), date(2026, 8, 25), date(2026, 9, 1))


def test_contracts_moved_to_tuesday_on_one_day_and_not_before(rules: MarketRules) -> None:
    before = rules.monthly_expiries("NIFTY", date(2025, 7, 21))
    after = rules.monthly_expiries("NIFTY", date(2025, 9, 1))

    assert date(2025, 9, 25) in before
    assert date(2025, 9, 30) in after
    assert date(2025, 9, 25) not in after


def test_the_last_weekly_of_a_month_is_the_monthly(rules: MarketRules) -> None:
    assert rules.is_monthly("NIFTY", date(2026, 8, 25))
    assert not rules.is_monthly("NIFTY", date(2026, 8, 18))
    assert rules.is_monthly("BANKNIFTY", date(2023, 9, 28))


def test_an_underlying_that_was_not_listed_yet_is_refused_with_a_sentence(rules: MarketRules) -> None:
    with pytest.raises(UnknownRuleError, match="SENSEX has no contract data for 2019-05-20; it begins on 2023-05-15"):
        rules.expiries("SENSEX", date(2019, 5, 20))


def test_every_trading_day_since_2019_has_expiries_on_days_that_trade(rules: MarketRules) -> None:
    for on in (date(2019, 1, 1) + timedelta(days=29 * step) for step in range(98)):
        for underlying in ("NIFTY", "BANKNIFTY", "RELIANCE"):
            expiries = rules.expiries(underlying, on)

            assert list(expiries) == sorted(set(expiries))
            assert expiries[0] >= on
            assert all(expiry.weekday() < 5 for expiry in expiries)


def test_the_expiries_of_the_contract_file_of_august_2026_are_ours(rules: MarketRules, real_data: Path) -> None:
    on = date(2026, 8, 18)
    master = load_contracts(real_data / "kite" / "kite_instruments_NFO_BFO_20260818.csv.gz", rules, on).master

    for underlying in rules.underlyings():
        if master.expiries(underlying):
            assert master.expiries(underlying) == rules.expiries(underlying, on)


def test_the_nineteen_expiries_of_the_recorded_chains_of_2019_are_ours(rules: MarketRules, real_data: Path) -> None:
    table = parquet.read_table(real_data / "optionchain" / "nse_chain_2019_NIFTY.parquet", columns=["ts", "expiry"])
    days = table["ts"].cast("date32", safe=False).unique().to_pylist()
    expiries = {expiry.date() for expiry in table["expiry"].unique().to_pylist()}
    listed = {expiry for on in days for expiry in rules.expiries("NIFTY", on)}

    assert len(expiries) == 19
    assert expiries <= listed
