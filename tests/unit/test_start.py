"""start.py: what it decides before anything is installed, and the sentences it has for what goes wrong."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import start


def empty_path(monkeypatch: pytest.MonkeyPatch, folder: Path, **scripts: str) -> None:
    """Let the PATH hold nothing but the given shell scripts."""
    for name, text in scripts.items():
        program = folder / name.replace("_", ".")
        program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize(
    ("version", "suitable"),
    [
        ((3, 6), False),
        ((3, 10), False),
        ((3, 11), True),
        ((3, 12), True),
        ((3, 13), True),
        ((3, 14), False),
        ((), False),
    ],
)
def test_legwork_runs_on_python_3_11_to_3_13(version: tuple[int, ...], suitable: bool) -> None:
    assert start.is_suitable(version) is suitable


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
def test_a_stub_that_starts_no_python_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_path(monkeypatch, tmp_path, python3_13="echo 'not installed' >&2; exit 127", python3_12="echo 3 12")

    assert start.other_python() == ["python3.12"]


def test_no_other_python_is_no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_path(monkeypatch, tmp_path)

    assert start.other_python() == []


@pytest.mark.parametrize(
    ("arguments", "purpose"),
    [
        ([], "window"),
        (["--market", "day.parquet"], "window"),
        (["--help"], "plain"),
        (["--version"], "plain"),
        (["run", "--headless"], "plain"),
        (["journal", "verify"], "plain"),
        (["screenshot", "window.png"], "offscreen"),
        (["test", "-k", "money"], "test"),
    ],
)
def test_a_start_prepares_only_what_it_is_for(arguments: list[str], purpose: str) -> None:
    assert start.purpose_of(arguments) == purpose


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has sessions without a display")
@pytest.mark.parametrize(
    ("environ", "shown"),
    [
        ({}, False),
        ({"DISPLAY": ""}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"QT_QPA_PLATFORM": "offscreen:configfile=screens.json"}, True),
        ({"QT_QPA_PLATFORM": "xcb"}, False),
    ],
)
def test_a_window_needs_a_display(environ: dict[str, str], shown: bool) -> None:
    assert start.has_display(environ) is shown


def test_no_display_is_answered_with_the_way_to_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(start.SetupError, match=r"run --headless"):
        start.open_workstation([])


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("WARNING: Retrying ... NewConnectionError('...: Failed to establish a new connection')", "cannot be reached"),
        (
            "socket.gaierror: Temporary failure in name resolution\nERROR: No matching distribution found",
            "cannot be reached",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "fingerprint"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for scipy==1.17.1", r"for scipy==1\.17\.1"),
        ("first\nERROR: something new", "something new"),
        ("", "did not say why"),
    ],
)
def test_what_pip_says_becomes_a_sentence(said: str, sentence: str) -> None:
    assert re.search(sentence, start.explain(said))
    assert "Traceback" not in start.explain(said)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
def test_the_newest_package_name_that_the_distribution_knows_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = start.QT_LIBRARIES["libglib-2.0.so.0"]

    empty_path(monkeypatch, tmp_path, **{"apt-cache": 'echo "Package: $2"'})
    assert start.known_package(names) == "libglib2.0-0t64"
    empty_path(monkeypatch, tmp_path, **{"apt-cache": "echo 'N: purely virtual' >&2; exit 100"})
    assert start.known_package(names) == "libglib2.0-0"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system packages are Linux's")
def test_without_leave_to_install_a_missing_qt_library_is_named_with_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_path(monkeypatch, tmp_path, **{"apt-get": "exit 1", "sudo": "echo 'a password is required' >&2; exit 1"})
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(start, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(start, "QT_LIBRARIES", {"libNotHere.so.7": ("libnothere7",)})
    monkeypatch.setattr(start, "WINDOW_LIBRARIES", {})

    with pytest.raises(
        start.SetupError, match=r"without libNotHere\.so\.7\. Install: sudo apt-get install libnothere7$"
    ):
        start.provide_system_packages("window")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system packages are Linux's")
def test_a_missing_test_program_is_asked_for_once_and_never_stops_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    attempts = tmp_path / "attempts"
    empty_path(
        monkeypatch, tmp_path, **{"apt-get": "exit 1", "env": f'echo "$*" >> {attempts}; exit 1', "sudo": "exit 0"}
    )
    monkeypatch.setattr(start, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(start, "QT_LIBRARIES", {})
    monkeypatch.setattr(start, "WINDOW_LIBRARIES", {})
    monkeypatch.setattr(start, "TEST_PROGRAMS", {"no-such-program": ("no-such-package",)})
    monkeypatch.setattr(start, "root_prefix", list)

    start.provide_system_packages("test")
    tried = attempts.read_text(encoding="utf-8").count("\n")
    start.provide_system_packages("test")

    assert tried == attempts.read_text(encoding="utf-8").count("\n") == 2
    assert capsys.readouterr().out.count("sudo apt-get install no-such-package") == 2


def test_the_environment_is_made_again_when_what_it_was_made_from_changes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("qasync==0.28.0", encoding="utf-8")
    second.write_text("qasync==0.29.0", encoding="utf-8")

    prints = {start.fingerprint(file, version) for file in (first, second) for version in ((3, 11), (3, 12))}

    assert len(prints) == 4


def test_an_environment_whose_python_is_gone_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "ENVIRONMENT", tmp_path)
    (tmp_path / "pyvenv.cfg").write_text("home = somewhere\nversion = 3.12.1\n", encoding="utf-8")
    assert start.environment_version() == ()

    start.program("python").parent.mkdir()
    start.program("python").touch()
    assert start.environment_version() == (3, 12)


@pytest.mark.parametrize(
    ("arguments", "cores", "spread"),
    [([], 2, ["-n", "2"]), ([], 1, []), ([], 16, ["-n", "4"]), (["-n0"], 8, []), (["--pdb"], 8, [])],
)
def test_tests_run_side_by_side_unless_told_otherwise(arguments: list[str], cores: int, spread: list[str]) -> None:
    assert start.pytest_command(arguments, cores)[3:] == [*spread, *arguments]


def test_an_unknown_python_gets_a_sentence_and_not_a_traceback(tmp_path: Path) -> None:
    program = (
        "import sys; sys.version_info = (3, 9, 2); sys.argv = ['start.py']; import start; sys.exit(start.main([]))"
    )

    run = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=start.ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert run.returncode == 1
    assert run.stderr.startswith("Legwork needs Python 3.11, 3.12 or 3.13; this is Python 3.9.2")
    assert "Traceback" not in run.stderr
