"""The import contracts of the project file bite: each planted violation breaks the contract meant for it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS = PROJECT["contracts"]

HOUSE = "The house: imports only ever go downstairs"
ENGINE = "Floors inside the engine"
ROOMS = "Rooms of the core"
STAGES = "Only the pipeline knows the stages; no stage knows another"
JUDGES = "Who verifies does not ask who decided"
DESKTOP = "Floors inside the desktop"
FRONT_DOOR = "The desktop uses the front door; only composition meets brokers and the runtime"
ADAPTER = "An adapter knows the engine's words, not its workings"
BROKERS = "Floors inside the brokers: registry, practice, adapters, shared tools"
NO_QT = "No Qt below the desktop"
COMMANDS = "The command line starts without Qt"
PURE = "The functional core touches no clock, loop, thread, disk, network or dice"
CYCLES = "No cycles anywhere"

PLANTED = [
    ("engine.domain", "brokers.paper", HOUSE),
    ("engine.api", "desktop.viewmodels", HOUSE),
    ("brokers.paper", "desktop.forms", HOUSE),
    ("engine.domain", "engine.core.state", ENGINE),
    ("engine.core.orders.risk_gate", "engine.ports", ENGINE),
    ("engine.views", "engine.runtime", ENGINE),
    ("engine.core.orders.risk_gate", "engine.core.orders.order_router", STAGES),
    ("engine.core.exits.leg_exits", "engine.core.exits.cost_moves", STAGES),
    ("engine.core.state", "engine.core.pipeline", ROOMS),
    ("engine.core.orders", "engine.core.exits", ROOMS),
    ("engine.core.verification", "engine.core.readings.ledger", JUDGES),
    ("desktop.presentation", "desktop.viewmodels", DESKTOP),
    ("desktop.viewmodels", "desktop.forms", DESKTOP),
    ("desktop.windows", "brokers.paper", FRONT_DOOR),
    ("desktop.windows", "engine.runtime", FRONT_DOOR),
    ("desktop.viewmodels", "engine.core.state", FRONT_DOOR),
    ("brokers.paper", "engine.core.state", ADAPTER),
    ("brokers.zerodha", "engine.api", ADAPTER),
    ("brokers.paper", "brokers.zerodha", BROKERS),
    ("brokers.http", "brokers.zerodha", BROKERS),
    ("engine.runtime", "PySide6.QtCore", NO_QT),
    ("brokers.simulated", "pyqtgraph", NO_QT),
    ("desktop.commands", "PySide6.QtWidgets", COMMANDS),
    ("engine.core.state", "time", PURE),
    ("engine.core.pipeline", "asyncio", PURE),
    ("engine.pricing", "random", PURE),
    ("engine.domain", "pathlib", PURE),
]


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house of empty rooms: a module for every name the contracts give, and the contracts themselves."""
    folder = tmp_path_factory.mktemp("house")
    for contract in CONTRACTS:
        for container in contract.get("containers", []):
            names = " | ".join(contract["layers"]).replace("(", "").replace(")", "").split(" | ")
            for name in names:
                _write(folder, f"{container}.{name}", "")
        for module in contract.get("modules", []):
            _write(folder, module, "")
    _write(folder, "engine.api", "import engine.runtime\n")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _write(folder: Path, module: str, text: str) -> None:
    """Write a module as a package, so that it can stand above others; its parents come into being with it."""
    place = folder
    for part in module.split("."):
        place /= part
        place.mkdir(exist_ok=True)
        (place / "__init__.py").touch()
    (place / "__init__.py").write_text(text, encoding="utf-8")


def _broken_contracts(folder: Path) -> set[str]:
    """Names of the contracts that the modules of a folder break."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    check = subprocess.run([*command, "--no-cache"], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    broken = {line.removesuffix(" BROKEN") for line in check.stdout.splitlines() if line.endswith(" BROKEN")}
    assert check.returncode == bool(broken), check.stdout + check.stderr
    return broken


def test_a_house_of_empty_rooms_breaks_no_contract(stubs: Path) -> None:
    assert _broken_contracts(stubs) == set()


@pytest.mark.parametrize(("importer", "imported", "contract"), PLANTED)
def test_a_planted_import_breaks_the_contract_meant_for_it(
    stubs: Path, tmp_path: Path, importer: str, imported: str, contract: str
) -> None:
    house = shutil.copytree(stubs, tmp_path / "house")
    _write(house, importer, f"import {imported}\n")

    assert contract in _broken_contracts(house)


def test_two_rooms_that_need_each_other_are_a_cycle(stubs: Path, tmp_path: Path) -> None:
    house = shutil.copytree(stubs, tmp_path / "house")
    _write(house, "engine.domain.order", "import engine.domain.money\n")
    _write(house, "engine.domain.money", "import engine.domain.order\n")

    assert _broken_contracts(house) == {CYCLES}


def test_a_new_room_without_a_floor_is_noticed(stubs: Path, tmp_path: Path) -> None:
    house = shutil.copytree(stubs, tmp_path / "house")
    _write(house, "engine.extras", "")

    assert _broken_contracts(house) == {ENGINE}


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract["name"] for contract in CONTRACTS} == {contract for _, _, contract in PLANTED} | {CYCLES}
