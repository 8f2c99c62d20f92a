"""Quotes, history and the instrument dump of the practice Kite (kite protocol sheet §5, §6)."""

import csv
import gzip
from io import StringIO

from engine.domain.instant import SECOND
from tests.helpers.practice_desk import CALL, FUTURE, VirtualClient, at

TOKEN = 256265
"""The token of NIFTY 50."""


def rows_of(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.decode())))


def test_the_dump_lists_every_contract_with_its_token_and_segment() -> None:
    client = VirtualClient()

    rows = rows_of(client.send("GET", "/instruments").body)

    assert list(rows[0])[:3] == ["instrument_token", "exchange_token", "tradingsymbol"]
    assert all(int(row["instrument_token"]) // 256 == int(row["exchange_token"]) for row in rows)
    by_symbol = {row["tradingsymbol"]: row for row in rows}
    index, option = by_symbol["NIFTY 50"], by_symbol[CALL]
    assert (index["instrument_token"], index["segment"], index["lot_size"]) == ("256265", "INDICES", "0")
    assert (option["name"], option["expiry"], option["strike"]) == ("NIFTY", "2026-08-25", "24100")
    assert (option["tick_size"], option["lot_size"], option["segment"]) == ("0.05", "65", "NFO-OPT")


def test_the_dump_of_an_exchange_holds_only_its_own_and_may_be_gzipped() -> None:
    client = VirtualClient()
    client.headers["Accept-Encoding"] = "gzip, deflate"

    answer = client.send("GET", "/instruments/NFO")

    assert answer.headers["Content-Encoding"] == "gzip"
    assert {row["exchange"] for row in rows_of(gzip.decompress(answer.body))} == {"NFO"}
    assert client.refused("GET", "/instruments/XYZ")[0] == 400


def test_a_quote_has_five_levels_on_each_side_and_keys_without_data_are_left_out() -> None:
    client = VirtualClient().log_in()

    data = client.call("GET", "/quote", i=[f"NFO:{CALL}", "NFO:NOTHING", "NSE:NIFTY 50", str(TOKEN)])

    assert list(data) == [f"NFO:{CALL}", "NSE:NIFTY 50", str(TOKEN)]
    quote = data[f"NFO:{CALL}"]
    assert [len(quote["depth"][side]) for side in ("buy", "sell")] == [5, 5]
    assert quote["depth"]["buy"][0]["price"] < quote["depth"]["sell"][0]["price"]
    assert quote["ohlc"]["low"] <= quote["last_price"] <= quote["ohlc"]["high"]
    assert data["NSE:NIFTY 50"]["volume"] == 0


def test_more_instruments_than_allowed_are_refused() -> None:
    client = VirtualClient().log_in()

    refused = client.refused("GET", "/quote", i=[f"NFO:X{number}" for number in range(501)])

    assert refused[0] == 400


def test_history_gives_the_same_candles_however_often_it_is_asked() -> None:
    client = VirtualClient().log_in()
    span = {"from": "2026-08-10 09:15:00", "to": "2026-08-18 15:40:00"}

    first = client.call("GET", f"/instruments/historical/{TOKEN}/minute", **span)
    second = client.call("GET", f"/instruments/historical/{TOKEN}/minute", **span)

    assert first == second
    assert len(first["candles"]) > 6 * 375
    assert all(
        low <= min(opened, close) and high >= max(opened, close) for _, opened, high, low, close, _ in first["candles"]
    )


def test_candles_of_five_minutes_and_of_a_day_are_made_of_the_minutes() -> None:
    client = VirtualClient().log_in()
    span = {"from": "2026-08-18 09:15:00", "to": "2026-08-18 15:40:00", "oi": "1"}
    minutes = client.call("GET", f"/instruments/historical/{TOKEN}/minute", **span)["candles"]

    fives = client.call("GET", f"/instruments/historical/{TOKEN}/5minute", **span)["candles"]
    span["from"] = "2026-08-18"
    (day,) = client.call("GET", f"/instruments/historical/{TOKEN}/day", **span)["candles"]

    assert fives[0][0] == "2026-08-18T09:15:00+0530"
    assert fives[0][1] == minutes[0][1]
    assert fives[0][2] == max(candle[2] for candle in minutes[:5])
    assert fives[0][4] == minutes[4][4]
    assert (day[1], day[2], day[3], day[4]) == (
        minutes[0][1],
        max(candle[2] for candle in minutes),
        min(candle[3] for candle in minutes),
        minutes[-1][4],
    )
    assert len(day) == 7


def test_the_last_close_before_the_market_is_the_previous_close_of_the_quote() -> None:
    client = VirtualClient().log_in()
    close = client.call("GET", "/quote/ohlc", i="NSE:NIFTY 50")["NSE:NIFTY 50"]["ohlc"]["close"]

    candles = client.call(
        "GET", f"/instruments/historical/{TOKEN}/day", **{"from": "2026-08-18 00:00:00", "to": "2026-08-18 23:59:00"}
    )["candles"]

    assert candles[-1][4] == close


def test_today_holds_a_drawn_morning_and_then_the_market_itself() -> None:
    client = VirtualClient(start=at(10)).log_in()
    client.wait(180 * SECOND)

    candles = client.call(
        "GET", f"/instruments/historical/{TOKEN}/minute", **{"from": "2026-08-19 09:15:00", "to": "2026-08-19 15:30:00"}
    )["candles"]

    stamps = [candle[0][11:16] for candle in candles]
    assert stamps[:46] == [f"{9 + minute // 60:02d}:{minute % 60:02d}" for minute in range(15, 61)]
    assert stamps[-1] == "10:03"
    assert client.call("GET", "/quote/ohlc", i="NSE:NIFTY 50")["NSE:NIFTY 50"]["ohlc"]["open"] == candles[0][1]


def test_too_long_a_span_and_an_unknown_interval_or_token_are_refused() -> None:
    client = VirtualClient().log_in()
    path = f"/instruments/historical/{TOKEN}"
    span = {"from": "2026-05-01 09:15:00", "to": "2026-08-18 15:40:00"}

    assert client.refused("GET", f"{path}/minute", **span)[2] == "interval exceeds max limit: 60 days"
    assert client.refused("GET", f"{path}/7minute", **span)[0] == 400
    assert client.refused("GET", "/instruments/historical/12/day", **span)[0] == 400
    assert client.refused("GET", f"{path}/day", **{"from": "x", "to": "y"})[0] == 400


def test_trigger_ranges_are_answered_for_a_side() -> None:
    client = VirtualClient().log_in()

    data = client.call("GET", "/instruments/trigger_range/buy", i=f"NFO:{FUTURE}")

    assert data[f"NFO:{FUTURE}"]["lower"] < data[f"NFO:{FUTURE}"]["upper"]
