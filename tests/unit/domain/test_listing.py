from datetime import date
from pathlib import Path

import pytest

from engine.domain.instrument import Exchange, Kind
from engine.domain.listing import (
    OptionSymbol,
    future_symbol,
    listed_contracts,
    option_symbol,
    parse_option_symbol,
    symbol_expiry,
)
from engine.domain.market_rules import MarketRules
from engine.domain.money import price_of
from engine.runtime.instrument_store import load_contracts
from engine.runtime.market_rules_store import load_market_rules

MARKET = Path(__file__).resolve().parents[3] / "resources" / "market"
ON = date(2026, 8, 18)


@pytest.fixture(scope="module")
def rules() -> MarketRules:
    return load_market_rules(MARKET)


@pytest.mark.parametrize(
    ("symbol", "underlying", "expiry", "is_monthly", "strike", "kind"),
    [
        ("NIFTY2681824350CE", "NIFTY", date(2026, 8, 18), False, "24350", Kind.CALL),
        ("NIFTY26AUG24350CE", "NIFTY", date(2026, 8, 25), True, "24350", Kind.CALL),
        ("NIFTY25O0725000CE", "NIFTY", date(2025, 10, 7), False, "25000", Kind.CALL),
        ("SENSEX26N0571000PE", "SENSEX", date(2026, 11, 5), False, "71000", Kind.PUT),
        ("BANKNIFTY21SEP35300PE", "BANKNIFTY", date(2021, 9, 30), True, "35300", Kind.PUT),
        ("HDFCBANK26AUG787.5PE", "HDFCBANK", date(2026, 8, 25), True, "787.5", Kind.PUT),
    ],
)
def test_symbols_are_spelled_and_read_as_kite_does(
    rules: MarketRules, symbol: str, underlying: str, expiry: date, is_monthly: bool, strike: str, kind: Kind
) -> None:
    parsed = parse_option_symbol(symbol, rules.underlyings())

    assert option_symbol(underlying, expiry, is_monthly, price_of(strike), kind) == symbol
    assert parsed == OptionSymbol(
        underlying=underlying,
        year=expiry.year,
        month=expiry.month,
        day=None if is_monthly else expiry.day,
        strike=price_of(strike),
        kind=kind,
    )
    assert symbol_expiry(parsed, rules, expiry) == expiry


def test_an_underlying_that_ends_in_digits_is_told_from_a_shorter_one() -> None:
    parsed = parse_option_symbol("SENSEX5026AUG24000CE", ["SENSEX", "SENSEX50"])

    assert parsed is not None
    assert (parsed.underlying, parsed.strike) == ("SENSEX50", price_of(24000))


@pytest.mark.parametrize(
    "symbol",
    ["", "NIFTY", "NIFTY26AUGFUT", "NIFTY26XXX24350CE", "NIFTY2683224350CE", "NIFTY26AUG24350XE", "NIFTY26AUG१२CE"],
)
def test_what_is_not_the_symbol_of_an_option_is_not_guessed(symbol: str) -> None:
    assert parse_option_symbol(symbol, ["NIFTY"]) is None


def test_a_day_is_listed_from_the_rules_alone(rules: MarketRules) -> None:
    master = listed_contracts(rules, ["NIFTY", "BTC"], ON, 2, {"NIFTY": price_of("24337.40"), "BTC": price_of(9040500)})

    assert master.expiries("NIFTY") == rules.expiries("NIFTY", ON)[:7]
    assert master.strikes("NIFTY", ON) == tuple(price_of(24250 + 50 * step) for step in range(5))
    assert [future.symbol for future in master.futures("NIFTY")] == ["NIFTY26AUGFUT", "NIFTY26SEPFUT", "NIFTY26OCTFUT"]
    call = master.by_symbol(Exchange.NFO, "NIFTY2681824350CE")
    assert (call.lot_size, call.freeze_quantity, call.tick_size) == (65, 1800, price_of("0.05"))
    coin = master.by_symbol(Exchange.CRYPTO, "BTC26AUG9050000CE")
    assert (coin.expiry, coin.quantity_scale) == (date(2026, 8, 28), 100)
    spot = master.spot("NIFTY")
    assert spot is not None
    assert spot.id == "NSE:NIFTY 50"


def test_chosen_expiries_are_listed_and_no_others(rules: MarketRules) -> None:
    master = listed_contracts(rules, ["NIFTY"], ON, 1, {"NIFTY": price_of(24350)}, {"NIFTY": [date(2026, 12, 29)]})

    assert master.expiries("NIFTY") == (date(2026, 12, 29),)


def test_strikes_below_zero_are_not_listed(rules: MarketRules) -> None:
    master = listed_contracts(rules, ["NIFTY"], ON, 5, {"NIFTY": price_of(100)})

    assert master.strikes("NIFTY", ON)[0] == price_of(50)


def test_a_missing_reference_price_is_refused_with_a_sentence(rules: MarketRules) -> None:
    with pytest.raises(ValueError, match="NIFTY needs a reference price above zero"):
        listed_contracts(rules, ["NIFTY"], ON, 5, {})


def test_every_symbol_of_the_contract_file_of_august_2026_is_spelled_as_ours(
    rules: MarketRules, real_data: Path
) -> None:
    master = load_contracts(real_data / "kite" / "kite_instruments_NFO_BFO_20260818.csv.gz", rules, ON).master
    known = frozenset(rules.underlyings())
    names = {instrument.underlying for instrument in master.instruments}
    options = [instrument for instrument in master.instruments if instrument.kind.is_option]
    ours = [option for option in options if option.underlying in known]

    for option in options:
        parsed = parse_option_symbol(option.symbol, {option.underlying})
        assert parsed is not None
        assert (parsed.strike, parsed.kind) == (option.strike, option.kind)
    for option in ours[::7]:
        assert option.expiry is not None
        assert option.strike is not None
        is_monthly = rules.is_monthly(option.underlying, option.expiry)
        assert option_symbol(option.underlying, option.expiry, is_monthly, option.strike, option.kind) == option.symbol
        parsed = parse_option_symbol(option.symbol, names)
        assert parsed is not None
        assert symbol_expiry(parsed, rules, ON) == option.expiry
    for future in (instrument for instrument in master.instruments if instrument.kind is Kind.FUTURE):
        assert future.expiry is not None
        assert future_symbol(future.underlying, future.expiry) == future.symbol


def test_lots_and_ticks_of_the_contract_file_of_august_2026_are_ours(rules: MarketRules, real_data: Path) -> None:
    master = load_contracts(real_data / "kite" / "kite_instruments_NFO_BFO_20260818.csv.gz", rules, ON).master
    known = frozenset(rules.underlyings())

    for contract in master.instruments:
        if contract.underlying in known and contract.expiry is not None:
            rule = rules.contract_rule(contract.underlying, ON, contract.expiry)
            tick = rule.future_tick_size if contract.kind is Kind.FUTURE else rule.tick_size
            assert (contract.lot_size, contract.tick_size) == (rule.lot_size, tick), contract.symbol
