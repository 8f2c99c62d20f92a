"""Real recorded days as recordings, imported once a session."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from desktop.commands.app import app


@pytest.fixture(scope="session")
def real_chain(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real chain of 2019 as a recording."""
    return _imported("nse-chain", real_data / "optionchain" / "nse_chain_2019_NIFTY.parquet", tmp_path_factory)


@pytest.fixture(scope="session")
def real_minutes(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real minutes of 19 August 2026 as a recording."""
    return _imported("chain-1min", real_data / "optionchain" / "nifty_chain_20260819.parquet", tmp_path_factory)


def _imported(kind: str, source: Path, folders: pytest.TempPathFactory) -> Path:
    if not source.is_file():
        pytest.skip(f"{source.name} is not among the recorded market data")
    out = folders.mktemp("recordings") / f"{kind}.parquet"
    result = CliRunner().invoke(app, ["data", "import", kind, str(source), "--out", str(out)])
    assert result.exit_code == 0, result.stderr
    return out
