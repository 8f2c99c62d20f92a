"""Every scenario file below tests/simulation/scenarios does what it expects; its README describes the format."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.helpers.scenario import read_scenario, run_scenario

FOLDER = Path(__file__).parent / "scenarios"
FILES = sorted(path for path in FOLDER.rglob("*.toml") if path.name != "awaited.toml")
ROW = re.compile(r"§[\d.]+.*|E\d{1,2}|E[a-f]|F\d{1,2}|P\d{1,2}|L\d{1,2}|T\d{1,2}|S\d|G\d{1,2}|AppF")
MATRIX = [f"E{rank}" for rank in range(1, 13)] + [f"E{rule}" for rule in "abcdef"]
FAILURES = [f"F{number}" for number in range(1, 33)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).with_suffix("").as_posix())
def test_what_a_scenario_expects_follows(path: Path) -> None:
    run_scenario(path)


def proved() -> set[str]:
    """Every row that a scenario proves."""
    rows = {row for path in FILES for row in read_scenario(path).get("proves", [])}
    assert not [row for row in rows if not ROW.fullmatch(row)]
    return rows


def test_every_row_of_the_matrix_and_of_the_failure_catalogue_is_proved_or_awaited() -> None:
    awaited = tomllib.loads((FOLDER / "awaited.toml").read_text(encoding="utf-8"))

    rows = proved()

    known = rows | set(awaited.get("elsewhere", {})) | set(awaited.get("awaited", {}))
    assert [row for row in (*MATRIX, *FAILURES) if row not in known] == []
    assert sorted(rows & set(awaited.get("awaited", {}))) == []
