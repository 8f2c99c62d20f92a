import gzip
from datetime import date
from pathlib import Path

import pytest

from engine.domain.instrument import Exchange, Kind
from engine.domain.market_rules import MarketRules
from engine.domain.money import price_of
from engine.runtime.contract_file import FULL_HEADER, REDUCED_HEADER
from engine.runtime.instrument_store import DamagedFileError, load_contracts
from engine.runtime.market_rules_store import load_market_rules

MARKET = Path(__file__).resolve().parents[3] / "resources" / "market"
ON = date(2026, 8, 18)
HEADER = ",".join(FULL_HEADER)
CALL = "101,1,NIFTY2681824350CE,NIFTY,0.0,2026-08-18,24350.0,0.05,65,CE,NFO-OPT,NFO"
PUT = "102,2,NIFTY2681824350PE,NIFTY,0.0,2026-08-18,24350.0,0.05,65,PE,NFO-OPT,NFO"
FUTURE = "103,3,NIFTY26AUGFUT,NIFTY,0.0,2026-08-25,0.0,0.1,65,FUT,NFO-FUT,NFO"


@pytest.fixture(scope="module")
def rules() -> MarketRules:
    return load_market_rules(MARKET)


def written(folder: Path, *lines: str, name: str = "instruments.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_contracts_are_found_by_symbol_and_by_what_they_are(rules: MarketRules, tmp_path: Path) -> None:
    loaded = load_contracts(written(tmp_path, HEADER, CALL, PUT, FUTURE), rules, ON)

    call = loaded.master.by_symbol(Exchange.NFO, "NIFTY2681824350CE")
    assert loaded.master.contract("NIFTY", ON, price_of(24350), Kind.CALL) == call
    assert (call.lot_size, call.tick_size, call.token) == (65, price_of("0.05"), 101)
    assert loaded.master.futures("NIFTY")[0].tick_size == price_of("0.10")
    assert loaded.notes == ()


def test_freeze_quantities_and_the_index_come_from_the_market_rules(rules: MarketRules, tmp_path: Path) -> None:
    master = load_contracts(written(tmp_path, HEADER, CALL), rules, ON).master

    assert master.by_symbol(Exchange.NFO, "NIFTY2681824350CE").freeze_quantity == 1800
    assert master.by_symbol(Exchange.NSE, "NIFTY 50").kind is Kind.INDEX


def test_the_index_of_the_file_keeps_its_token(rules: MarketRules, tmp_path: Path) -> None:
    index = "256265,1001,NIFTY 50,NIFTY 50,0,,0.0,0.0,0,EQ,INDICES,NSE"

    master = load_contracts(written(tmp_path, HEADER, CALL, index), rules, ON).master

    assert master.by_symbol(Exchange.NSE, "NIFTY 50").token == 256265


def test_what_is_not_traded_here_is_left_out_and_counted(rules: MarketRules, tmp_path: Path) -> None:
    gold = "104,4,GOLD26OCTFUT,GOLD,0.0,2026-10-05,0.0,1,1,FUT,MCX-FUT,MCX"
    share = "105,5,ABCD,ABCD LTD,0.0,,0.0,0.05,1,EQ,NSE,NSE"

    loaded = load_contracts(written(tmp_path, HEADER, CALL, gold, share), rules, ON)

    assert loaded.notes == (
        "1 contracts of instruments.csv were left out: MCX is not traded here",
        "1 contracts of instruments.csv were left out: no contract data for this share or index",
    )


def test_a_packed_file_is_known_by_its_content(rules: MarketRules, tmp_path: Path) -> None:
    path = tmp_path / "instruments.csv"
    path.write_bytes(gzip.compress(f"{HEADER}\n{CALL}\n".encode()))

    assert len(load_contracts(path, rules, ON).master) == 2


def test_a_shortened_file_is_loaded_with_a_sentence_about_what_is_missing(rules: MarketRules, tmp_path: Path) -> None:
    path = written(tmp_path, ",".join(REDUCED_HEADER), "NIFTY25O1425000CE,10924290,25000.0,2025-10-14,CE,75")

    loaded = load_contracts(path, rules, date(2025, 10, 9))

    assert "exchange, underlying and tick size are missing" in loaded.notes[0]
    call = loaded.master.by_symbol(Exchange.NFO, "NIFTY25O1425000CE")
    assert (call.underlying, call.lot_size, call.tick_size) == ("NIFTY", 75, price_of("0.05"))


@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        ("65,CE", "0,CE", "line 2 .* a lot of 0 is impossible"),
        ("65,CE", "-65,CE", "lot '-65' is not a whole number"),
        ("65,CE", "1801,CE", "a freeze quantity of 1800 is below one lot of 1801"),
        ("0.05", "0", "a tick of 0 is impossible"),
        ("0.05", "abc", "tick 'abc' is not a plain number"),
        ("0.05", "0.00001", "more than four decimals"),
        ("24350.0", "NaN", "strike 'NaN' is not a plain number"),
        ("24350.0", "1e999999", "strike '1e999999' is not a plain number"),
        ("2026-08-18", "2026-02-30", "expiry '2026-02-30' is not a date like 2026-08-25"),
        ("2026-08-18", "", "expiry '' is not a date"),
        ("CE,NFO-OPT", "XX,NFO-OPT", "instrument type 'XX' is unknown"),
        ("OPT,NFO", "OPT,NF", "exchange 'NF' is unknown"),
        ("101,1", "x,1", "token 'x' is not a whole number"),
        (",NIFTY,", ",,", "the symbol or the underlying is missing"),
    ],
)
def test_an_impossible_row_is_refused_with_its_line(
    rules: MarketRules, tmp_path: Path, old: str, new: str, trouble: str
) -> None:
    path = written(tmp_path, HEADER, CALL.replace(old, new, 1), PUT)

    with pytest.raises(DamagedFileError, match=trouble):
        load_contracts(path, rules, ON)


def test_a_contract_listed_twice_is_refused_with_both_lines(rules: MarketRules, tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match=r"line 4 .* listed twice, first on line 2"):
        load_contracts(written(tmp_path, HEADER, CALL, PUT, CALL.replace("101", "109")), rules, ON)


def test_a_token_used_twice_is_refused_with_both_lines(rules: MarketRules, tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match=r"line 3 .* token 101 is used twice, first on line 2"):
        load_contracts(written(tmp_path, HEADER, CALL, PUT.replace("102", "101")), rules, ON)


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (f"{HEADER}\n".encode(), "lists no options"),
        (f"{HEADER}\n{FUTURE}\n".encode(), "lists no options"),
        (f"{HEADER}\n{CALL}\n{PUT[:20]}\n".encode(), "is not a readable contract list"),
        (f"{HEADER}\n{CALL}".encode(), "ends in the middle of a line"),
        (b"token,symbol\n1,NIFTY\n", "is not a Kite instruments file: its first line lacks instrument_token"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\n", "is not text"),
        (f"{HEADER}\n".encode() + CALL.encode().replace(b"NIFTY", b"\xff\xfe", 1) + b"\n", "is not text"),
        (f"{HEADER},name\n{CALL},NIFTY\n".encode(), "two columns of the same name"),
        (gzip.compress(f"{HEADER}\n{CALL}\n".encode())[:-9], "is damaged or cut off"),
        (b"\x1f\x8bnothing", "is damaged or cut off"),
    ],
)
def test_a_broken_file_is_refused_with_a_sentence(
    rules: MarketRules, tmp_path: Path, content: bytes, trouble: str
) -> None:
    path = tmp_path / "contracts.csv"
    path.write_bytes(content)

    with pytest.raises(DamagedFileError, match=trouble):
        load_contracts(path, rules, ON)


def test_a_missing_file_is_refused_with_a_sentence(rules: MarketRules, tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="cannot be read: No such file"):
        load_contracts(tmp_path / "none.csv", rules, ON)


def test_the_whole_contract_file_of_august_2026_loads(rules: MarketRules, real_data: Path) -> None:
    loaded = load_contracts(real_data / "kite" / "kite_instruments_NFO_BFO_20260818.csv.gz", rules, ON)

    contracts = [one for one in loaded.master.instruments if one.expiry is not None]
    assert len(contracts) == 39_941
    assert loaded.notes == ()


def test_the_shortened_contract_file_of_october_2025_has_our_lots(rules: MarketRules, real_data: Path) -> None:
    on = date(2025, 10, 9)

    loaded = load_contracts(real_data / "kite" / "kite_nifty_instruments_reduced_20251009.csv.gz", rules, on)

    for contract in loaded.master.instruments:
        if contract.expiry is not None:
            assert contract.lot_size == rules.contract_rule("NIFTY", on, contract.expiry).lot_size
