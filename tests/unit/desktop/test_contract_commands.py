import json
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from desktop.commands import charges, contracts
from engine.runtime.market_rules_store import load_market_rules

MARKET = Path(__file__).resolve().parents[3] / "resources" / "market"


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    app = typer.Typer()
    contracts.register(app, lambda: load_market_rules(MARKET), lambda: date(2026, 8, 19))
    charges.register(app, lambda: load_market_rules(MARKET), lambda: date(2026, 8, 19))
    return app


def test_contracts_are_one_json_document(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["contracts", "nifty", "--on", "2026-08-18", "--json"])

    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["expiries"][0] == {"date": "2026-08-18", "monthly": False, "lot_size": 65, "confirmed": True}
    assert document["day"]["sessions"] == [{"open": "09:15", "close": "15:40"}]
    assert document["day"]["confirmed"] is False
    assert document["charges"]["options"]["stt_sell_percent"] == "0.15"


def test_contracts_without_a_date_are_those_of_today(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["contracts", "BANKNIFTY"])

    assert result.stdout.startswith("BANKNIFTY on 2026-08-19 (NFO, spot NSE:NIFTY BANK)")


def test_a_holiday_is_shown_as_closed_with_its_name(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["contracts", "NIFTY", "--on", "2026-10-02"])

    assert "closed  (Gandhi Jayanti)" in result.stdout


def test_charges_show_every_order_the_total_and_the_contract_note(app: typer.Typer) -> None:
    orders = ["sell:130@120", "sell:130@115", "buy:130@90", "buy:130@100"]

    result = CliRunner().invoke(app, ["charges", *orders, "--json"])

    document = json.loads(result.stdout)
    assert len(document["orders"]) == 4
    assert (document["total"]["exact"], document["total"]["shown"]) == ("164.1949785", "164.19")
    assert (document["contract_note"]["stt"], document["contract_note"]["stamp"]) == ("46", "1")


def test_charges_take_the_brokers_own_fee(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["charges", "sell:65@100", "--brokerage", "0", "--json"])

    assert json.loads(result.stdout)["total"]["brokerage"] == "0"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["contracts", "FOO"], "FOO has no contract data"),
        (["contracts", "NIFTY", "--on", "yesterday"], "'yesterday' is not a date; write it like 2026-08-18"),
        (["contracts", "NIFTY", "--on", "2031-01-01"], "NSE F&O has no trading calendar for 2031-01-01"),
        (["charges", "sell:130"], "'sell:130' is not an order; write it like sell:130@120.00"),
        (["charges", "sell:1@1", "--brokerage", "1e999999"], "A brokerage of 1e999999 is impossible"),
        (["charges", "sell:1@1", "--brokerage", "x"], "'x' is not an amount in ₹"),
        (["charges", "sell:1@1", "--on", "2031-01-01"], "NSE F&O has no trading calendar for 2031-01-01"),
        (["charges", "sell:0@100"], "'sell:0@100' trades nothing: quantity and price are above 0"),
        (["charges", "buy:65@0.00"], "'buy:65@0.00' trades nothing"),
        (["charges", "exercise:65@0"], "'exercise:65@0' trades nothing"),
        (["charges", "sell:999999999@999999999"], "cannot be charged"),
        (["charges", "sell:1@1", "--on", "2001-01-01"], "Charges of NSE F&O for CE on 2001-01-01 are not known"),
    ],
)
def test_misuse_is_answered_with_a_sentence_and_status_two(
    app: typer.Typer, arguments: list[str], sentence: str
) -> None:
    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""
