"""The doctor finds what is wrong, says what to do, and leaves with status 1 only where Legwork cannot work."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from desktop.commands import doctor_checks
from desktop.commands.app import app
from desktop.commands.doctor_checks import Verdict
from desktop.composition.journals import open_journal
from desktop.composition.rules import market_rules


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    return tmp_path


def examined() -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit status, and the checks by their subjects."""
    result = CliRunner().invoke(app, ["doctor", "--json"])
    document = json.loads(result.stdout)
    assert document["ok"] is (result.exit_code == 0)
    return result.exit_code, {check["subject"]: check for check in document["checks"]}


def test_a_fresh_installation_is_sound(home: Path) -> None:
    status, checks = examined()

    assert status == 0
    assert {checks[name]["verdict"] for name in ("Python", "Libraries", "Fonts", "Data folder", "Market rules")} == {
        "ok"
    }
    assert "none yet" in checks["Journal"]["found"]
    assert "µs per flush" in checks["Disk speed"]["found"]


def test_every_line_that_is_not_well_says_what_to_do() -> None:
    findings = [finding for check in doctor_checks.CHECKS for finding in check()]

    assert [finding for finding in findings if finding.verdict is not Verdict.OK and not finding.advice] == []


def test_a_sound_journal_is_counted_and_free(home: Path) -> None:
    open_journal(str(home / "journal.sqlite")).close()

    _, checks = examined()

    assert "0 facts, all as they were written" in checks["Journal"]["found"]
    assert checks["Journal lock"]["found"] == "free"


def test_a_journal_in_use_is_said_to_be_so_and_is_no_failure(home: Path) -> None:
    with open_journal(str(home / "journal.sqlite")):
        status, checks = examined()

    assert status == 0
    assert "is in use by another Legwork" in checks["Journal lock"]["found"]


def test_a_damaged_journal_is_a_failure(home: Path) -> None:
    (home / "journal.sqlite").write_bytes(b"SQLite format 3\0" + bytes(5_000))

    status, checks = examined()

    assert status == 1
    assert checks["Journal"]["verdict"] == "fail"


def test_a_data_folder_that_cannot_be_made_is_a_failure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").touch()
    monkeypatch.setenv("LEGWORK_HOME", str(home / "file" / "folder"))

    status, checks = examined()

    assert status == 1
    assert "LEGWORK_HOME" in checks["Data folder"]["advice"]


def test_damaged_market_rules_are_a_failure_that_names_the_file(home: Path) -> None:
    (home / "market").mkdir()
    (home / "market" / "lots.toml").write_text("not [ toml", encoding="utf-8")
    market_rules.cache_clear()

    status, checks = examined()
    market_rules.cache_clear()

    assert status == 1
    assert "lots.toml is damaged" in checks["Market rules"]["found"]


def test_a_missing_display_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")

    (finding,) = doctor_checks.display()

    assert finding.verdict is Verdict.WARN
    assert "legwork run --headless works without one" in finding.advice


def test_people_see_one_line_a_check() -> None:
    shown = CliRunner().invoke(app, ["doctor"])

    assert shown.exit_code == 0
    assert shown.stdout.startswith("ok    Python")
