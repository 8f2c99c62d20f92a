"""The contract list answers by id, by symbol and by what a contract is."""

from datetime import date

import msgspec
import pytest

from engine.domain.contract_master import ContractMaster, UnknownInstrumentError
from engine.domain.instrument import Exchange, Instrument, Kind, instrument_id, value_of
from engine.domain.money import price_of

NEAR, FAR = date(2026, 8, 25), date(2026, 9, 1)


def instrument(symbol: str, kind: Kind, expiry: date | None = None, strike: int | None = None) -> Instrument:
    exchange = Exchange.NSE if kind is Kind.INDEX else Exchange.NFO
    return Instrument(
        id=instrument_id(exchange, symbol),
        exchange=exchange,
        symbol=symbol,
        underlying="NIFTY",
        kind=kind,
        expiry=expiry,
        strike=None if strike is None else price_of(strike),
        lot_size=65,
        tick_size=price_of("0.05"),
    )


SPOT = instrument("NIFTY 50", Kind.INDEX)
CALL = instrument("NIFTY26AUG24850CE", Kind.CALL, NEAR, 24_850)
PUT = instrument("NIFTY26AUG24850PE", Kind.PUT, NEAR, 24_850)
LOWER = instrument("NIFTY26AUG24800PE", Kind.PUT, NEAR, 24_800)
LATER = instrument("NIFTY2690124850CE", Kind.CALL, FAR, 24_850)
FUTURE = instrument("NIFTY26AUGFUT", Kind.FUTURE, NEAR)
LATER_FUTURE = instrument("NIFTY26SEPFUT", Kind.FUTURE, date(2026, 9, 29))
MASTER = ContractMaster([LATER, LATER_FUTURE, SPOT, CALL, PUT, LOWER, FUTURE])


def test_every_instrument_is_found_by_id_symbol_and_row():
    for row, listed in enumerate(MASTER.instruments):
        assert MASTER.row(listed.id) == row
        assert MASTER.by_id(listed.id) is listed
        assert MASTER.by_symbol(listed.exchange, listed.symbol) is listed
        assert listed.id in MASTER
    assert len(MASTER) == 7


def test_contracts_are_found_by_what_they_are():
    assert MASTER.contract("NIFTY", NEAR, price_of(24_850), Kind.PUT) is PUT
    assert MASTER.contract("NIFTY", NEAR, None, Kind.FUTURE) is FUTURE
    assert MASTER.contract("NIFTY", FAR, price_of(24_850), Kind.PUT) is None


def test_what_is_listed_comes_in_order():
    assert MASTER.expiries("NIFTY") == (NEAR, FAR)
    assert MASTER.strikes("NIFTY", NEAR) == (price_of(24_800), price_of(24_850))
    assert MASTER.futures("NIFTY") == (FUTURE, LATER_FUTURE)
    assert MASTER.spot("NIFTY") is SPOT
    assert MASTER.underlyings() == ("NIFTY",)


def test_an_underlying_that_is_not_listed_has_nothing():
    assert (MASTER.expiries("X"), MASTER.strikes("X", NEAR), MASTER.futures("X")) == ((), (), ())
    assert MASTER.spot("X") is None


def test_an_unknown_instrument_is_named():
    with pytest.raises(UnknownInstrumentError, match="NFO:NOPE is not in today's contract list"):
        MASTER.by_symbol(Exchange.NFO, "NOPE")


def test_an_instrument_listed_twice_is_refused():
    with pytest.raises(ValueError, match="is listed twice; the contract file is damaged"):
        ContractMaster([CALL, CALL])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tick_size": 0}, "a tick of 0/10000"),
        ({"tick_size": 500, "quantity_scale": 1000}, "a tick of 500/10000"),
        ({"lot_size": 0}, "a lot of 0; it must be at least 1"),
        ({"quantity_scale": 0}, "a quantity scale of 0; it must be at least 1"),
    ],
)
def test_an_instrument_that_cannot_be_traded_is_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        ContractMaster([msgspec.structs.replace(CALL, **change)])


def test_options_and_indices_are_told_apart():
    assert (Kind.CALL.is_option, Kind.PUT.is_option, Kind.FUTURE.is_option) == (True, True, False)
    assert (CALL.is_tradable, FUTURE.is_tradable, SPOT.is_tradable) == (True, True, False)


def test_value_is_price_times_quantity_with_the_scale_of_coins():
    coin = msgspec.structs.replace(CALL, quantity_scale=100, lot_size=1, tick_size=price_of("0.01"))

    assert value_of(price_of("120.05"), 65, CALL) == price_of("7803.25")
    assert value_of(price_of("5000000.01"), 3, coin) == 1_500_000_003  # 0.03 of ₹50,00,000.01
    assert value_of(price_of("5000000.01"), -3, coin) == -1_500_000_003
