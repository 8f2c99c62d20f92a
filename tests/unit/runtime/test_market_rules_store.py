import shutil
from datetime import date
from pathlib import Path

import pytest

from engine.domain.instrument import Exchange
from engine.runtime.market_rules_store import MarketDataError, load_market_rules

MARKET = Path(__file__).resolve().parents[3] / "resources" / "market"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MARKET, tmp_path / "market"))


def test_every_entry_has_a_source() -> None:
    for file in MARKET.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        assert 'source = ""' not in text


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"[[hours]\n", "is damaged"),
        (b"\xff\xfe\x00", "is damaged"),
        (b"[[hours]]\nopen = 09:15:00\n", "is wrong: .*missing required field"),
        (b"[[ours]]\n", "is wrong: .*unknown field `ours`"),
        (b"hours = 7\n", "is wrong"),
    ],
)
def test_a_broken_file_is_refused_with_its_name_and_the_trouble(copied: Path, content: bytes, trouble: str) -> None:
    (copied / "hours.toml").write_bytes(content)

    with pytest.raises(MarketDataError, match=rf"hours\.toml {trouble}"):
        load_market_rules(copied)


@pytest.mark.parametrize(
    ("file", "old", "new", "trouble"),
    [
        ("hours.toml", "close = 15:30:00", "close = 09:00:00", "cannot close at 09:00:00 when it opens at 09:15:00"),
        ("lots.toml", "lot = 75", "lot = 0", "Expected `int` >= 1"),
        ("contracts.toml", 'tick = "0.05"', 'tick = "-0.05"', "tick of -0.05 is impossible; it must be above zero"),
        ("contracts.toml", 'tick = "0.05"', 'tick = "NaN"', "tick of NaN is impossible"),
        ("contracts.toml", 'tick = "1"', 'tick = "0.0001"', "does not fit a quantity scale of 100"),
        ("charges.toml", 'gst = "18"', 'gst = "-18"', "gst of -18 is impossible; it must be zero or more"),
        ("charges.toml", 'flat = "20"', 'flat = "Infinity"', "brokerage of Infinity is impossible"),
        ("price_protection.toml", 'percent = "40"', 'percent = "0"', "percent of 0 is impossible"),
        ("expiries.toml", 'monthly = "thursday"', 'monthly = "sunday"', "Invalid enum value 'sunday'"),
        ("freeze_quantities.toml", "quantity = 5000", "quantity = -1", "Expected `int` >= 1"),
    ],
)
def test_an_impossible_value_is_refused_with_its_file(
    copied: Path, file: str, old: str, new: str, trouble: str
) -> None:
    path = copied / file
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(f"\n{old}", f"\n{new}", 1).replace(f"{{ {old} }}", f"{{ {new} }}", 1), encoding="utf-8"
    )

    with pytest.raises(MarketDataError, match=rf"{file} is wrong: .*{trouble}"):
        load_market_rules(copied)


def test_a_missing_file_is_refused_with_its_name(copied: Path) -> None:
    (copied / "lots.toml").unlink()

    with pytest.raises(MarketDataError, match=r"lots\.toml cannot be read"):
        load_market_rules(copied)


def test_a_traders_own_file_adds_a_session_and_confirms_hours(tmp_path: Path) -> None:
    (tmp_path / "special_sessions.toml").write_text(
        """
        [[session]]
        exchanges = ["NFO"]
        day = 2026-11-08
        name = "Diwali Muhurat trading"
        sessions = [{ open = 18:00:00, close = 19:00:00 }]
        source = "Circular read by the trader"
        confirmed = true
        """,
        encoding="utf-8",
    )

    rules = load_market_rules(MARKET, own=tmp_path)

    assert rules.is_trading_day(Exchange.NFO, date(2026, 11, 8))
    assert rules.trading_day(Exchange.NFO, date(2026, 11, 8)).confirmed
    assert not rules.is_trading_day(Exchange.BFO, date(2026, 11, 8))
