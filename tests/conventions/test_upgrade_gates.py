"""What an upgrade of Qt or of the pinned libraries must pass before it is taken."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QLabel

ROOT = Path(__file__).resolve().parents[2]
CALLS = 1000
ROUNDS = 3
"""A fault loses references in each; what another test left to be freed is gone after the first."""


def test_calls_into_qt_lose_no_reference_to_none(qapp: QApplication) -> None:
    """PySide6 6.12.0 drops one reference to None with each void call; CPython 3.11 dies of it after some thousands."""
    label, pixmap = QLabel(), QPixmap(8, 8)
    painter = QPainter(pixmap)

    lost = min(_lost_by_calls(label, painter) for _ in range(ROUNDS))

    painter.end()
    label.deleteLater()
    assert lost < CALLS // 10


def _lost_by_calls(label: QLabel, painter: QPainter) -> int:
    """Return the references to None that are gone after the calls; what others free meanwhile counts too."""
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        label.setText("1")
        label.update()
        painter.setPen("red")
        QCoreApplication.processEvents()
    return before - sys.getrefcount(None)


@pytest.mark.parametrize("name", ["run", "test"])
def test_every_library_is_pinned_with_the_fingerprints_of_its_files(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())

    assert len(entries) > 50
    assert all(re.match(r"[a-z0-9.-]+==\S+[^\n]*(\\\n +--hash=sha256:[0-9a-f]{64} ?)+$", entry) for entry in entries)
    assert "://" not in text
    assert "file:" not in text


def test_the_pins_of_the_project_file_are_the_pins_that_are_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    exact = [entry.lower() for entry in project["project"]["dependencies"] if "==" in entry]
    locked = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")

    assert [entry for entry in exact if f"\n{entry} " not in locked] == []


def test_every_direct_library_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        "run": project["project"]["dependencies"],
        "test": [*project["project"]["dependencies"], *project["dependency-groups"]["test"]],
    }
    for name, entries in wanted.items():
        locked = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        names = [re.split(r"[^\w.-]", entry)[0].lower().replace("_", "-") for entry in entries]

        assert [each for each in names if not re.search(rf"^{re.escape(each)}==", locked, re.MULTILINE)] == []


def test_what_the_tests_run_with_is_what_the_workstation_runs_with() -> None:
    pins = {
        name: set(re.findall(r"^[^#\s]\S*==[^\\]+", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE))
        for name in ("run", "test")
    }

    assert pins["run"] <= pins["test"]
