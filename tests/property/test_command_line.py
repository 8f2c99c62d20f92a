"""Whatever is typed or lies in the files, a command answers with a status of 0, 1 or 2 and never with a traceback."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from desktop.commands.app import app
from desktop.composition.folders import layout_path
from desktop.composition.rules import market_rules
from desktop.composition.sample_recording import sample_recording
from engine.domain.instant import MINUTE

BOUNDED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DEMONSTRATION = layout_path("multileg", "demonstration.toml").read_text(encoding="utf-8")

odd_words = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "-1",
            "0",
            "1e9",
            "nan",
            "inf",
            "max",
            "now",
            "",
            " ",
            "--",
            "\0",
            "2026-08-19T09:16",
            "0001-01-01",
            "9999-12-31",
        ]
    ),
    st.integers().map(str),
    st.floats().map(str),
)
run_options = st.sampled_from(["--from", "--until", "--speed", "--seed", "--scenario", "--latency", "--slippage"])


def takes_minutes(option: tuple[str, str]) -> bool:
    """Whether an option lets a run go at a pace at which two minutes of data are not over at once."""
    name, word = option
    try:
        return name == "--speed" and 0.01 <= float(word) < 1_000
    except ValueError:
        return False


odd_options = st.tuples(run_options, odd_words).filter(lambda option: not takes_minutes(option))
small_commands = st.sampled_from(
    [
        ("contracts",),
        ("contracts", "NIFTY", "--on"),
        ("charges",),
        ("charges", "sell:1@1", "--on"),
        ("charges", "sell:1@1", "--brokerage"),
        ("data", "show"),
        ("data", "import"),
        ("journal", "verify"),
        ("journal", "show", "--limit"),
        ("journal", "export"),
        ("price", "24500", "24500", "call", "--days"),
        ("price", "24500"),
        ("help",),
        ("portfolio", "check"),
        ("portfolio", "check", "--on"),
        ("portfolio", "new", "--template"),
        ("portfolio", "new", "--template", "iron_condor", "--expiry"),
        ("portfolio", "new", "--template", "iron_condor", "--underlying"),
        ("portfolio", "new", "--template", "iron_condor", "--width"),
        ("portfolio", "templates", "--view"),
        ("portfolio", "import", "--legs"),
        ("portfolio", "import"),
        ("portfolio", "export"),
        ("explain",),
    ]
)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder with a whole recording in it."""
    with tempfile.TemporaryDirectory(prefix="legwork-fuzz-") as folder:
        sample_recording(Path(folder) / "whole.parquet", market_rules(), minutes=2, step=MINUTE // 4)
        yield Path(folder)


def answers(*words: str) -> int:
    """The exit status of a command that says what it has to say; a traceback fails."""
    result = CliRunner().invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1, 2)
    if result.exit_code:
        assert result.stderr.strip()
        assert "Traceback" not in result.output
    return result.exit_code


@BOUNDED
@given(command=small_commands, word=odd_words)
def test_odd_words_never_break_a_command(command: tuple[str, ...], word: str) -> None:
    answers(*command, word)


@BOUNDED
@given(options=st.lists(odd_options, min_size=1, max_size=3))
def test_odd_options_never_break_a_run(place: Path, options: list[tuple[str, str]]) -> None:
    words = [word for option in options for word in option]

    answers("run", "--headless", "--json", "--market", str(place / "whole.parquet"), *words)


@BOUNDED
@given(data=st.data())
def test_a_portfolio_with_changed_bytes_is_refused_or_runs(place: Path, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(DEMONSTRATION) - 1))
    length = data.draw(st.integers(0, 20))
    changed = DEMONSTRATION[:at] + data.draw(st.text(max_size=20)) + DEMONSTRATION[at + length :]
    path = place / "changed.toml"
    path.write_text(changed, encoding="utf-8", errors="surrogatepass")

    answers("run", "--headless", "--json", "--market", str(place / "whole.parquet"), "--portfolio", str(path))


@BOUNDED
@given(data=st.data())
def test_a_recording_with_changed_bytes_is_refused_or_runs(place: Path, data: st.DataObject) -> None:
    raw = bytearray((place / "whole.parquet").read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at : at + 4] = data.draw(st.binary(max_size=8))
    path = place / "changed.parquet"
    path.write_bytes(raw)

    answers("run", "--headless", "--json", "--market", str(path))


@BOUNDED
@given(options=st.lists(odd_options, min_size=1, max_size=2))
def test_a_machine_always_gets_one_document(place: Path, options: list[tuple[str, str]]) -> None:
    words = [word for option in options for word in option]

    result = CliRunner().invoke(app, ["run", "--headless", "--market", str(place / "whole.parquet"), "--json", *words])

    assert isinstance(json.loads(result.stdout), dict)
