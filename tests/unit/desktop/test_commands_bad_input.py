"""Everything that can be wrong with a run is refused with a sentence and the right status, and nothing is lost."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desktop.commands.app import app
from desktop.composition.folders import layout_path
from desktop.composition.journals import JournalEntry, open_journal
from desktop.composition.rules import market_rules
from desktop.composition.sample_recording import sample_recording
from engine.domain.instant import MINUTE, Instant

ROOT = Path(__file__).resolve().parents[3]
NIFTY = 'schema = 1\nname = "X"\n'
LEG = '[[legs]]\nkind = "CE"\n'


def refused(*words: object) -> tuple[int, str]:
    """Exit status and sentence of a run that is refused; both streams must say the same."""
    result = CliRunner().invoke(app, ["run", "--headless", "--json", *(str(word) for word in words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert result.stderr.strip() == document["error"]
    return result.exit_code, document["error"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not [ toml", "the document is not TOML"),
        ("", "Legs must be given"),
        ("x = " + "[" * 100_000, "nested far deeper"),
        (NIFTY + "nane = 1\n" + LEG, "nane: there is no such field; did you mean 'name'?"),
        (NIFTY + LEG + "lots = -1\n", "legs[0].lots: Lots must be at least 0"),
        (NIFTY + LEG + "lots = 1000000000\n", "legs[0].lots: Lots must be at most"),
        (NIFTY + LEG + 'lots = "many"\n', "legs[0].lots: Lots must be a number"),
        (
            NIFTY + LEG + 'strike = { type = "fixed", strike = "24013" }\n',
            "has no strike 24013; listed nearest: 24000",
        ),
        (NIFTY + LEG + 'expiry = { type = "date", on = 2020-01-02 }\n', "2020-01-02"),
        (NIFTY + LEG + 'stop_loss = { distance = "-25" }\n', "Distance must be above 0"),
        (
            NIFTY + LEG + 'side = "BUY"\nstop_loss = { distance = "250" }\n',
            "the stop of a bought leg must be below",
        ),
        (NIFTY + 'underlying = "DOW"\n' + LEG, "DOW"),
    ],
)
def test_a_wrong_portfolio_is_refused_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "portfolio.toml"
    path.write_text(text, encoding="utf-8")

    status, said = refused("--portfolio", path)

    assert status == 2
    assert sentence in said
    assert path.read_text(encoding="utf-8") == text


def test_a_portfolio_that_is_no_text_no_file_or_far_too_large_is_refused(tmp_path: Path) -> None:
    binary, large = tmp_path / "binary.toml", tmp_path / "large.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    large.write_bytes(b"#" * 1_100_000)

    said = [refused("--portfolio", path) for path in (binary, large, tmp_path, tmp_path / "none.toml")]

    assert [status for status, _ in said] == [2, 2, 2, 2]
    words = ("not text in UTF-8", "larger than a portfolio can be", "is a folder", "There is no file")
    assert all(word in sentence for word, (_, sentence) in zip(words, said, strict=True))


def test_two_portfolios_of_one_name_are_refused() -> None:
    demonstration = layout_path("multileg", "demonstration.toml")

    status, said = refused("--portfolio", demonstration, "--portfolio", demonstration)

    assert (status, said) == (2, "Two portfolios are called Demonstration; give each its own name")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "yesterday"), "--from 'yesterday' is not a date and time; write it like"),
        (("--from", "2026-08-19T25:00"), "is not a date and time"),
        (("--from", "0001-01-01"), "no market data reaches the year 1"),
        (("--from", "2001-01-01"), "NSE F&O has no trading calendar for 2001-01-01"),
        (("--until", "2031-01-01"), "NSE F&O has no trading calendar for 2031-01-01"),
        (("--until", "2026-08-19T09:00"), "where the market begins"),
        (("--from", "2026-08-19T11:00", "--until", "2026-08-19T10:00"), "is not after --from"),
        (("--speed", "-1"), "--speed '-1' must be a number from 0.01 to 1000000, or max"),
        (("--speed", "1e-83"), "--speed '1e-83' must be a number from 0.01"),
        (("--speed", "nan"), "must be a number from 0.01 to 1000000, or max"),
        (("--scenario", "doomsday"), "There is no scenario 'doomsday'; choose from calm"),
        (("--market", "none.parquet"), "none.parquet is not a file"),
        (("--journal", "mysql://host/base"), "Journals in mysql:// are not known"),
        (("--journal", ""), "The journal's path is empty"),
        (("--journal", "x\0y"), "NUL character"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_status_two(words: tuple[str, ...], sentence: str) -> None:
    status, said = refused(*words)

    assert status == 2
    assert sentence in said


def test_without_headless_the_window_is_named() -> None:
    result = CliRunner().invoke(app, ["run"])

    assert result.exit_code == 2
    assert "--headless" in result.stderr


def test_a_recording_that_is_empty_or_cut_short_fails_and_stays_as_it_is(tmp_path: Path) -> None:
    whole, cut, empty = (tmp_path / name for name in ("whole.parquet", "cut.parquet", "empty.parquet"))
    sample_recording(whole, market_rules(), minutes=1, step=MINUTE // 4)
    cut.write_bytes(whole.read_bytes()[:-100])
    empty.touch()

    found = [refused("--market", path) for path in (cut, empty)]

    assert [status for status, _ in found] == [1, 1]
    assert all("is not a whole Parquet file" in sentence for _, sentence in found)
    assert cut.read_bytes() == whole.read_bytes()[:-100]


def test_a_recording_of_another_underlying_is_refused(tmp_path: Path) -> None:
    recording, portfolio = tmp_path / "day.parquet", tmp_path / "portfolio.toml"
    sample_recording(recording, market_rules(), minutes=1, step=MINUTE // 4)
    portfolio.write_text(NIFTY + 'underlying = "BANKNIFTY"\n' + LEG, encoding="utf-8")

    status, said = refused("--market", recording, "--portfolio", portfolio)

    assert status == 2
    assert "not of BANKNIFTY; choose a recording of BANKNIFTY" in said


def test_times_outside_a_recording_are_refused(tmp_path: Path) -> None:
    recording = tmp_path / "day.parquet"
    sample_recording(recording, market_rules(), minutes=1, step=MINUTE // 4)

    status, said = refused("--market", recording, "--from", "2027-01-01")

    assert status == 2
    assert "covers 2026-08-19T09:15:00+05:30 to" in said


def test_a_journal_that_is_another_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear broker, " * 200, encoding="utf-8")

    status, said = refused("--journal", other)

    assert status == 2
    assert "is not a journal" in said
    assert other.read_text(encoding="utf-8") == "Dear broker, " * 200


def test_a_damaged_journal_is_a_failure_and_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "journal.sqlite"
    open_journal(str(place)).close()
    damaged = place.read_bytes()[:5_000]
    place.write_bytes(damaged)

    status, said = refused("--journal", place)

    assert status == 1
    assert "damaged" in said
    assert place.read_bytes() == damaged


def test_a_journal_with_a_fact_of_a_later_legwork_is_a_failure(tmp_path: Path) -> None:
    place = tmp_path / "journal.sqlite"
    with open_journal(str(place)) as journal:
        journal.append([JournalEntry(Instant(1), "telepathy_received", b'{"type":"telepathy_received","at":1}')])

    status, said = refused("--journal", place)

    assert status == 1
    assert "holds a fact that this Legwork cannot read" in said


def test_a_second_run_on_one_journal_is_refused_with_a_sentence(tmp_path: Path) -> None:
    place = tmp_path / "journal.sqlite"
    with open_journal(str(place)):
        status, said = refused("--journal", place)

    assert status == 1
    assert "is in use by another Legwork" in said


FULL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from desktop.commands.app import app
app()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="this system cannot limit the size of files")
@pytest.mark.parametrize("room", [0, 30_000])
def test_a_disk_without_room_for_a_journal_is_a_failure_with_a_sentence(tmp_path: Path, room: int) -> None:
    place = tmp_path / "journal.sqlite"
    words = ["run", "--headless", "--json", "--until", "2026-08-19T09:16", "--journal", str(place)]

    left = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(room), *words], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert left.returncode == 1
    assert "Traceback" not in left.stderr
    assert str(tmp_path) in json.loads(left.stdout)["error"]


def test_a_journal_begun_on_another_market_is_refused(tmp_path: Path) -> None:
    place, recording = tmp_path / "journal.sqlite", tmp_path / "sensex.parquet"
    words = ["run", "--headless", "--json", "--journal", str(place)]
    begun = CliRunner().invoke(app, [*words, "--until", "2026-08-19T09:21"])
    sample_recording(recording, market_rules(), underlying="SENSEX", minutes=10)
    portfolio = tmp_path / "sensex.toml"
    portfolio.write_text(NIFTY + 'underlying = "SENSEX"\nexchange = "BFO"\n' + LEG, encoding="utf-8")

    status, said = refused("--journal", place, "--market", recording, "--portfolio", portfolio)

    assert begun.exit_code == 0
    assert status == 2
    assert "belongs to another market" in said
