import contextlib
import gzip
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.instrument import Kind
from engine.domain.listing import option_symbol, parse_option_symbol
from engine.domain.money import Price
from engine.runtime.contract_file import FULL_HEADER
from engine.runtime.instrument_store import DamagedFileError, load_contracts
from engine.runtime.market_rules_store import load_market_rules

RULES = load_market_rules(Path(__file__).resolve().parents[2] / "resources" / "market")
ON = date(2026, 8, 18)
GOOD = (
    ",".join(FULL_HEADER)
    + "\n101,1,NIFTY2681824350CE,NIFTY,0.0,2026-08-18,24350.0,0.05,65,CE,NFO-OPT,NFO"
    + "\n102,2,NIFTY2681824350PE,NIFTY,0.0,2026-08-18,24350.0,0.05,65,PE,NFO-OPT,NFO"
    + "\n103,3,NIFTY26AUGFUT,NIFTY,0.0,2026-08-25,0.0,0.1,65,FUT,NFO-FUT,NFO\n"
).encode()


def loads_or_refuses(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "instruments.csv"
        path.write_bytes(content)
        with contextlib.suppress(DamagedFileError):
            assert len(load_contracts(path, RULES, ON).master) >= 1


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_a_sentence(content: bytes) -> None:
    loads_or_refuses(content)


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=4), st.integers(0, 6))
@settings(max_examples=200)
def test_a_file_with_any_small_damage_loads_or_is_refused(at: int, put: bytes, cut: int) -> None:
    loads_or_refuses(GOOD[:at] + put + GOOD[at + cut :])


@given(st.integers(0, 400), st.booleans())
def test_a_file_cut_anywhere_loads_or_is_refused(at: int, packed: bool) -> None:
    content = gzip.compress(GOOD, mtime=0) if packed else GOOD

    loads_or_refuses(content[:at])


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12),
        min_size=len(FULL_HEADER),
        max_size=len(FULL_HEADER),
    )
)
def test_any_cells_are_loaded_or_refused(cells: list[str]) -> None:
    loads_or_refuses(GOOD + ",".join(cells).encode() + b"\n")


@given(
    st.sampled_from(RULES.underlyings()),
    st.dates(date(2019, 1, 1), date(2031, 12, 31)),
    st.booleans(),
    st.integers(1, 10**10).map(lambda half: Price(half * 5_000)),
    st.sampled_from([Kind.CALL, Kind.PUT]),
)
def test_a_spelled_symbol_reads_back(underlying: str, expiry: date, monthly: bool, strike: Price, kind: Kind) -> None:
    symbol = option_symbol(underlying, expiry, monthly, strike, kind)

    parsed = parse_option_symbol(symbol, RULES.underlyings())

    assert parsed is not None
    assert (parsed.underlying, parsed.strike, parsed.kind) == (underlying, strike, kind)
    assert (parsed.year, parsed.month, parsed.day) == (expiry.year, expiry.month, None if monthly else expiry.day)


@given(st.text(max_size=30))
def test_no_text_crashes_the_reading_of_symbols(symbol: str) -> None:
    parse_option_symbol("NIFTY" + symbol, RULES.underlyings())
