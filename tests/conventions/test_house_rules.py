"""The rules of the house that no linter knows: names, sizes, floats, docstrings, broad excepts, machine paths."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("desktop", "engine", "brokers")
LONGEST_FILE = 400

# Each exception is named with its reason.
LONGER_FILES: dict[str, str] = {}
FLOAT_FREE = ("engine/domain/", "engine/core/", "engine/ports/", "brokers/")
FLOATS_ALLOWED: dict[str, str] = {
    "brokers/simulated/": "the inside of a simulated market is a stochastic model; what it quotes is whole ticks",
}
BROAD_EXCEPT_SEAMS: dict[str, str] = {
    "engine/runtime/engine.py": "the engine loop's outermost frame: the engine stops at once and says so",
    "desktop/windows/exception_hook.py": "the Qt exception hook: a mistake of ours becomes a banner",
}
QT = frozenset({"PySide6", "PySide6QtAds", "pyqtgraph", "qasync", "qtawesome", "shiboken6"})
OWNERLESS_NAMES = frozenset({"util", "utils", "helper", "helpers", "common", "misc"})
# Written in two pieces so that this file does not find itself.
MACHINE_PLACES = re.compile(
    r"(?<![\w./~<}*-])/(?:wo" + r"rk|ro" + r"ot|tm" + r"p|home/\w+|Users/\w+)/"
    r"|python" + r"hosted|registry\.npm" + r"js|deb\.deb" + r"ian\.org|py" + r"pi\.org/simple"
)


def product_files() -> list[str]:
    """Every Python file of the product, relative to the checkout."""
    return sorted(
        path.relative_to(ROOT).as_posix()
        for package in PRODUCT
        for path in (ROOT / package).rglob("*.py")
        if "__pycache__" not in path.parts
    )


@cache
def tree_of(file: str) -> ast.Module:
    """The syntax tree of a file of the checkout."""
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def imported_names(tree: ast.AST) -> Iterator[str]:
    """Full names of what a module imports, wherever in it."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                yield from (f"{module}.{alias.name}" for alias in node.names)


def floats_in(tree: ast.AST) -> list[int]:
    """Lines that name the type ``float`` or write a number with a fraction."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]


def broad_excepts_in(tree: ast.AST) -> list[int]:
    """Lines that catch everything: bare, ``Exception``, ``BaseException``, also through ``suppress``."""
    broad = {"Exception", "BaseException"}
    lines = []
    for node in ast.walk(tree):
        match node:
            case ast.ExceptHandler(type=None):
                lines.append(node.lineno)
            case ast.ExceptHandler(type=ast.expr() as caught):
                lines += [node.lineno for name in ast.walk(caught) if isinstance(name, ast.Name) and name.id in broad]
            case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress")):
                lines += [node.lineno for name in node.args if isinstance(name, ast.Name) and name.id in broad]
    return lines


def tracked_files() -> list[str]:
    """Every file that is or would be handed in, relative to the checkout."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("only a git checkout knows which files are handed in")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout
    return sorted(file for file in listed.split("\0") if file and (ROOT / file).is_file())


def test_no_module_has_an_ownerless_name() -> None:
    parts = {(file, part.removesuffix(".py")) for file in product_files() for part in file.split("/")}

    assert [file for file, part in sorted(parts) if part in OWNERLESS_NAMES] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        file
        for file in product_files()
        if not ast.get_docstring(tree_of(file)) and not (file.endswith("/__init__.py") and not tree_of(file).body)
    ]

    assert silent == []


def test_no_file_grows_beyond_one_idea() -> None:
    lengths = {file: len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file in product_files()}

    too_long = {file: length for file, length in lengths.items() if length > LONGEST_FILE and file not in LONGER_FILES}

    assert too_long == {}


def test_no_float_where_money_and_orders_live() -> None:
    checked = [file for file in product_files() if file.startswith(FLOAT_FREE)]
    strict = [file for file in checked if not file.startswith(tuple(FLOATS_ALLOWED))]

    assert [f"{file}:{line}" for file in strict for line in floats_in(tree_of(file))] == []


def test_everything_is_caught_only_at_the_two_seams() -> None:
    caught = {file: broad_excepts_in(tree_of(file)) for file in product_files()}

    assert {file: lines for file, lines in caught.items() if lines and file not in BROAD_EXCEPT_SEAMS} == {}
    assert all(len(caught.get(file, [])) <= 1 for file in BROAD_EXCEPT_SEAMS)


def test_view_models_know_no_widget() -> None:
    files = [file for file in product_files() if file.startswith("desktop/viewmodels/")]

    assert [file for file in files for name in imported_names(tree_of(file)) if "QtWidgets" in name] == []


def test_the_composition_root_and_the_command_line_name_no_qt() -> None:
    files = [file for file in product_files() if file.startswith(("desktop/composition", "desktop/commands/"))]

    assert [file for file in files for name in imported_names(tree_of(file)) if name.split(".")[0] in QT] == []


def test_composing_an_engine_loads_no_qt() -> None:
    program = f"import sys, desktop.composition.headless; print(*sorted(sys.modules.keys() & {set(QT)!r}))"

    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )

    assert (loaded.stdout.strip(), loaded.stderr) == ("", "")


def test_no_file_names_one_machine_or_one_package_index() -> None:
    found = []
    for file in tracked_files():
        text = (ROOT / file).read_bytes().decode("utf-8", errors="ignore")
        found += [f"{file}: {place.group(0)}" for place in MACHINE_PLACES.finditer(text)]

    assert found == []


@pytest.mark.parametrize(
    ("source", "check"),
    [
        ("price: float", floats_in),
        ("def at(level: 'int', share=0.5): ...", floats_in),
        ("try:\n    go()\nexcept:\n    pass", broad_excepts_in),
        ("try:\n    go()\nexcept (KeyError, Exception):\n    pass", broad_excepts_in),
        ("with contextlib.suppress(BaseException):\n    go()", broad_excepts_in),
    ],
)
def test_the_rules_see_what_they_are_for(source: str, check: object) -> None:
    assert callable(check)
    assert check(ast.parse(source))
