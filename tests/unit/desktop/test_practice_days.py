"""A practice server begins a new day with nothing of the old one, where nothing is held."""

from datetime import date

from brokers.practice.zerodha.records import Carried, Line, NewDay, Trade
from desktop.composition.practice_days import begins_anew, next_open
from tests.helpers.simulated_desk import at, rules

THURSDAY = date(2026, 8, 20)


def _trade(side: str, quantity: int = 65) -> Trade:
    return Trade(
        trade_id="T",
        order_id="O",
        exchange_order_id="E",
        exchange="NFO",
        tradingsymbol="NIFTY26AUG24100CE",
        row=1,
        product="NRML",
        transaction_type=side,
        quantity=quantity,
        price=1_000_000,
        at=at(10),
        ordered_at=at(10),
    )


def _carried(quantity: int) -> NewDay:
    row = Carried(exchange="NFO", tradingsymbol="NIFTY26AUG24100CE", row=1, product="NRML", quantity=quantity, value=0)
    return NewDay(day=1, cash=0, carried=(row,))


def test_a_market_that_trades_or_will_today_goes_on() -> None:
    assert next_open(rules(), at(12)) == at(12)
    assert next_open(rules(), at(8)) == at(9, 15)
    assert begins_anew([], at(12), rules()) is None
    assert begins_anew([], at(8), rules()) is None


def test_after_the_close_a_flat_record_begins_the_next_trading_day_anew() -> None:
    lines: list[Line] = [_trade("BUY"), _trade("SELL")]

    assert begins_anew(lines, at(16), rules()) == at(9, 15, day=THURSDAY)


def test_what_is_held_overnight_is_gone_on_with() -> None:
    assert begins_anew([_trade("BUY"), _trade("SELL", quantity=30)], at(16), rules()) is None
    assert begins_anew([_trade("BUY"), _trade("SELL"), _carried(65)], at(16), rules()) is None
    assert begins_anew([_carried(65), _trade("SELL")], at(16), rules()) == at(9, 15, day=THURSDAY)
