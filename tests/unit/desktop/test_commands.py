"""The command line as a whole: what is there, how fast it starts, how it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desktop.commands.app import app
from desktop.commands.subcommands import SUBCOMMANDS

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("PySide6", "scipy", "numpy", "pyarrow", "sqlalchemy", "vollib", "rich", "kiteconnect", "aiohttp")


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_overview_names_every_subcommand() -> None:
    shown = run("--help")

    assert shown.exit_code == 0
    assert all(f"  {name} " in shown.stdout for name in SUBCOMMANDS)


def test_the_overview_loads_nothing_heavy() -> None:
    program = (
        "import sys; from typer.testing import CliRunner; from desktop.commands.app import app; "
        f"CliRunner().invoke(app, ['--help']); print(*sorted(sys.modules.keys() & {set(HEAVY)!r}))"
    )

    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == ""


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_subcommand_loads_and_explains_itself(name: str) -> None:
    shown = run(name, "--help")

    assert shown.exit_code == 0
    assert "Usage: legwork " + name in shown.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nothing",), "No such command 'nothing'"),
        (("run", "--speeed", "1"), "No such option: --speeed"),
        (("run", "--headless", "--seed", "x"), "Invalid value for '--seed'"),
        (("run", "--headless", "--latency", "-1"), "Invalid value for '--latency'"),
        (("bench", "nothing"), "'nothing' is not one of 'pricing'"),
        (("journal", "show", "--limit", "0"), "Invalid value for '--limit'"),
    ],
)
def test_misuse_of_options_is_one_document_and_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    left = run(*words, "--json")

    document = json.loads(left.stdout)
    assert left.exit_code == 2
    assert document["ok"] is False
    assert sentence in document["error"]
    assert sentence in left.stderr


def test_misuse_of_options_without_json_prints_nothing_on_standard_output() -> None:
    left = run("run", "--headless", "--seed", "x")

    assert (left.exit_code, left.stdout) == (2, "")


def test_a_damaged_market_data_file_is_a_failure_of_every_command(tmp_path: Path) -> None:
    market = tmp_path / "market"
    market.mkdir()
    (market / "hours.toml").write_text("not [ toml", encoding="utf-8")
    environment = {"LEGWORK_HOME": str(tmp_path), "PATH": ""}

    left = subprocess.run(
        [sys.executable, "-m", "desktop", "contracts", "NIFTY", "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert left.returncode == 1
    assert "hours.toml is damaged" in json.loads(left.stdout)["error"]
    assert "Traceback" not in left.stderr
