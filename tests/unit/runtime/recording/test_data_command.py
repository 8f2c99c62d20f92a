"""`legwork data` answers with a sentence and the right exit status, whatever it is given."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from desktop.commands.data import register
from engine.domain.market_rules import MarketRules
from engine.runtime.market_rules_store import MarketDataError
from tests.unit.runtime.recording.sources import nse_row, rules, wall, write_nse

FILE = "nse_chain_2019_NIFTY.parquet"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_nse(tmp_path / FILE, [nse_row(wall(10, 0))])


def run(*words: object) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command."""
    app = typer.Typer()
    register(app, rules)
    result = CliRunner().invoke(app, ["data", *(str(word) for word in words)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_import_and_show_give_the_same_document(source: Path) -> None:
    out = source.with_name("day.parquet")

    status, imported, _ = run("import", "nse-chain", source, "--out", out, "--json")
    _, shown, _ = run("show", out, "--json")

    document = json.loads(imported)
    assert status == 0
    assert json.loads(shown) == document
    assert document["from"] == "2019-07-24T10:00:00+05:30"
    assert document["underlyings"] == ["NIFTY"]
    assert document["report"] == {"rows_read": 1, "quotes_kept": 3, "cleaned": {}, "notes": []}
    assert document["sources"][0]["name"] == FILE


def test_without_json_the_report_is_written_in_sentences(source: Path) -> None:
    status, said, _ = run("import", "nse-chain", source, "--out", source.with_name("day.parquet"))

    assert status == 0
    assert "1 rows read, 3 quotes kept" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("tick-soup", "{source}", "--out", "{folder}/o.parquet"), "not a kind of source; use one of nse-chain"),
        (("nse-chain", "{folder}/none.parquet", "--out", "{folder}/o.parquet"), "does not exist"),
        (("nse-chain", "{folder}", "--out", "{folder}/o.parquet"), "is not a file"),
        (("nse-chain", "{source}", "{source}", "--out", "{folder}/o.parquet"), "named twice"),
        (("nse-chain", "{source}", "--out", "{source}"), "is there already"),
        (("nse-chain", "{source}", "--out", "{source}", "--force"), "also a source"),
        (("nse-chain", "{source}", "--out", "{folder}"), "is a folder"),
        (("nse-chain", "{source}", "--out", "{folder}/no/o.parquet"), "is not a folder; make it first"),
        (("nse-chain", "{source}", "--out", "{folder}/o.parquet", "--labels", "end"), "--labels has no meaning"),
        (("nse-chain", "{source}", "--out", "{folder}/o.parquet", "--underlying", "DOW"), "not a known underlying"),
        (("nse-chain", "{source}", "--out", "{folder}/" + "o" * 300), "cannot be looked at"),
    ],
)
def test_misuse_exits_with_2_and_a_sentence(source: Path, words: tuple[str, ...], sentence: str) -> None:
    status, said, complained = run("import", *(word.format(source=source, folder=source.parent) for word in words))

    assert (status, said) == (2, "")
    assert sentence in complained
    assert [path.name for path in source.parent.iterdir()] == [FILE]


@pytest.mark.parametrize("kind", ["nse-chain", "chain-1min", "index-1min"])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"\x00" * 1000, b"ts,open\n1,2\n"])
def test_a_source_that_is_not_parquet_exits_with_1(tmp_path: Path, kind: str, content: bytes) -> None:
    source = tmp_path / FILE
    source.write_bytes(content)

    status, said, complained = run("import", kind, source, "--out", tmp_path / "o.parquet")

    assert (status, said) == (1, "")
    assert "cut short or not a Parquet file" in complained


def test_the_wrong_layout_exits_with_1_and_names_what_is_missing(source: Path) -> None:
    status, _, complained = run("import", "chain-1min", source, "--out", source.with_name("o.parquet"))

    assert status == 1
    assert "has no column timestamp, symbol" in complained


def test_showing_what_is_no_recording_exits_with_1(source: Path) -> None:
    status, _, complained = run("show", source)

    assert status == 1
    assert "not a recording" in complained


def test_force_replaces_an_old_recording(source: Path) -> None:
    out = source.with_name("day.parquet")
    out.write_bytes(b"old")

    status, _, _ = run("import", "nse-chain", source, "--out", out, "--force")

    assert status == 0
    assert run("show", out)[0] == 0


def test_market_data_that_cannot_be_read_exits_with_1(source: Path) -> None:
    def broken() -> MarketRules:
        raise MarketDataError("The market data file hours.toml is damaged")

    app = typer.Typer()
    register(app, broken)
    result = CliRunner().invoke(app, ["data", "import", "nse-chain", str(source), "--out", str(source) + "x"])

    assert (result.exit_code, result.stderr) == (1, "The market data file hours.toml is damaged\n")
