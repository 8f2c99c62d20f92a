from datetime import date
from pathlib import Path

import pytest

from engine.domain.instrument import Exchange, Kind
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import price_of
from engine.runtime.market_rules_store import load_market_rules

MARKET = Path(__file__).resolve().parents[3] / "resources" / "market"


@pytest.fixture(scope="module")
def rules() -> MarketRules:
    return load_market_rules(MARKET)


@pytest.mark.parametrize(
    ("underlying", "on", "expiry", "lot"),
    [
        ("NIFTY", date(2019, 8, 22), date(2019, 8, 22), 75),
        ("NIFTY", date(2021, 6, 25), date(2021, 7, 1), 50),
        ("NIFTY", date(2021, 6, 1), date(2021, 6, 24), 75),
        ("NIFTY", date(2024, 5, 6), date(2024, 5, 9), 25),
        ("NIFTY", date(2024, 12, 30), date(2025, 1, 2), 75),
        ("NIFTY", date(2024, 12, 30), date(2025, 1, 30), 25),
        ("NIFTY", date(2024, 12, 30), date(2025, 2, 27), 75),
        ("NIFTY", date(2024, 12, 20), date(2025, 3, 27), 25),
        ("NIFTY", date(2025, 11, 17), date(2026, 1, 6), 65),
        ("NIFTY", date(2025, 11, 17), date(2025, 12, 30), 75),
        ("NIFTY", date(2025, 11, 17), date(2026, 3, 31), 75),
        ("NIFTY", date(2026, 1, 2), date(2026, 3, 30), 65),
        ("BANKNIFTY", date(2019, 8, 22), date(2019, 8, 22), 20),
        ("BANKNIFTY", date(2023, 2, 1), date(2023, 2, 23), 25),
        ("BANKNIFTY", date(2023, 8, 1), date(2023, 8, 31), 15),
        ("BANKNIFTY", date(2025, 7, 21), date(2025, 7, 31), 35),
        ("BANKNIFTY", date(2026, 8, 18), date(2026, 8, 25), 30),
        ("SENSEX", date(2026, 8, 18), date(2026, 8, 20), 20),
        ("RELIANCE", date(2026, 8, 18), date(2026, 8, 25), 500),
    ],
)
def test_the_lot_follows_the_contract_and_not_the_day_alone(
    rules: MarketRules, underlying: str, on: date, expiry: date, lot: int
) -> None:
    assert rules.contract_rule(underlying, on, expiry).lot_size == lot


def test_a_contract_rule_has_steps_ticks_and_freeze_quantity_of_its_day(rules: MarketRules) -> None:
    rule = rules.contract_rule("BANKNIFTY", date(2026, 8, 18))

    assert (rule.strike_step, rule.tick_size, rule.future_tick_size) == (
        price_of(100),
        price_of("0.05"),
        price_of("0.20"),
    )
    assert rule.freeze_quantity == 600
    assert rule.confirmed
    assert not rule.weekly
    assert rules.contract_rule("BANKNIFTY", date(2026, 5, 4)).freeze_quantity == 900


def test_a_freeze_quantity_after_the_last_known_circular_is_not_confirmed(rules: MarketRules) -> None:
    rule = rules.contract_rule("NIFTY", date(2026, 11, 20))

    assert rule.freeze_quantity == 1800
    assert rule.unconfirmed == ("freeze quantity",)


def test_coins_have_ticks_that_fit_their_quantity_scale(rules: MarketRules) -> None:
    for underlying, scale in (("BTC", 100), ("ETH", 10)):
        rule = rules.contract_rule(underlying, date(2026, 11, 22))

        assert (rule.exchange, rule.lot_size, rule.quantity_scale) == (Exchange.CRYPTO, 1, scale)
        assert rule.tick_size % scale == 0


@pytest.mark.parametrize(
    ("kind", "reference", "lowest", "highest"),
    [
        (Kind.CALL, "100", "60", "140"),
        (Kind.CALL, "50", "30", "70"),
        (Kind.PUT, "12", "0", "32"),
        (Kind.FUTURE, "25000", "24250", "25750"),
    ],
)
def test_limit_prices_are_protected_around_the_reference(
    rules: MarketRules, kind: Kind, reference: str, lowest: str, highest: str
) -> None:
    band = rules.price_protection(Exchange.NFO, kind, date(2026, 6, 4), price_of(reference))

    assert band is not None
    assert (band.lowest, band.highest) == (price_of(lowest), price_of(highest))
    assert price_of(highest) in band
    assert price_of(highest) + 1 not in band


def test_there_was_no_price_protection_in_2019(rules: MarketRules) -> None:
    assert rules.price_protection(Exchange.NFO, Kind.CALL, date(2019, 8, 22), price_of(100)) is None


def test_live_trading_is_refused_with_the_names_of_the_unconfirmed_rules(rules: MarketRules) -> None:
    refusal = rules.live_refusal("NIFTY", date(2026, 11, 20))

    assert refusal is not None
    assert "the trading day and its hours, the freeze quantity, the charges of options" in refusal


def test_live_trading_beyond_the_calendar_is_refused_with_the_missing_rule(rules: MarketRules) -> None:
    refusal = rules.live_refusal("NIFTY", date(2027, 3, 4))

    assert refusal is not None
    assert refusal.startswith("NSE F&O has no trading calendar for 2027-03-04")


def test_live_trading_goes_on_where_everything_is_confirmed(rules: MarketRules) -> None:
    assert rules.live_refusal("BTC", date(2026, 11, 20)) is None


def test_an_unknown_underlying_is_refused_with_those_that_are_known(rules: MarketRules) -> None:
    with pytest.raises(UnknownRuleError, match="NIFTI has no contract data; known are NIFTY, BANKNIFTY"):
        rules.contract_rule("NIFTI", date(2026, 8, 18))


def test_every_underlying_has_a_whole_contract_rule_on_every_month_it_is_listed(rules: MarketRules) -> None:
    for underlying in rules.underlyings():
        for month in range(0, 12 * 8 - 1, 9):
            on = date(2019 + month // 12, month % 12 + 1, 4)
            try:
                expiries = rules.expiries(underlying, on)
            except UnknownRuleError:
                assert on < date(2024, 5, 1)
                continue
            for expiry in expiries:
                rule = rules.contract_rule(underlying, on, expiry)

                assert rule.freeze_quantity is None or rule.freeze_quantity >= rule.lot_size
