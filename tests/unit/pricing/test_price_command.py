"""The command ``legwork price`` and the pricing benchmark, run in this process."""

import json

import pytest
import typer
from typer.testing import CliRunner

from desktop.commands import price as command
from desktop.commands.bench_pricing import benchmark_options
from engine.pricing.black76 import price as black76_price


@pytest.fixture(scope="module")
def app():
    application = typer.Typer()
    application.command()(command.price)
    return application


def run(app, *arguments):
    return CliRunner().invoke(app, list(arguments))


def test_reference_option_is_priced_as_json(app):
    shown = run(app, "24850", "25050", "call", "--days", "3.2291666667", "--volatility", "12.5", "--json")

    answer = json.loads(shown.stdout)
    assert shown.exit_code == 0
    assert answer["premium"] == pytest.approx(43.220, abs=6e-4)
    assert answer["delta"] == pytest.approx(0.24955, abs=6e-6)


def test_premium_gives_its_volatility_and_agrees_with_the_library(app):
    shown = run(app, "24850", "24650", "put", "--days", "3.2291666667", "--premium", "53.76", "--check", "--json")

    answer = json.loads(shown.stdout)
    assert shown.exit_code == 0
    assert answer["volatility"] == pytest.approx(0.14, abs=1e-6)
    assert answer["check"]["agrees"] is True


@pytest.mark.parametrize(
    "arguments",
    [
        ("24850", "24050", "call", "--days", "3", "--premium", "800"),
        ("24850", "24050", "call", "--days", "3", "--premium", "30000"),
        ("24850", "24050", "call", "--days", "3", "--premium", "803.35", "--rate", "6.5"),
        ("24850", "24050", "put", "--days", "0", "--premium", "5"),
        ("24850", "24050", "put", "--days", "0", "--volatility", "13"),
        ("24850", "24850", "put", "--days", "0.001", "--volatility", "13"),
        ("24850", "24050", "put", "--days", "3", "--volatility", "0"),
        ("24850", "49000", "call", "--days", "3", "--volatility", "13"),
    ],
)
def test_check_agrees_on_edges(app, arguments):
    shown = run(app, *arguments, "--check")

    assert shown.exit_code == 0
    assert "agrees with vollib" in shown.stdout


def test_missing_volatility_is_a_dash_with_its_reason(app):
    shown = run(app, "24850", "24050", "call", "--days", "3", "--premium", "700")

    assert "–" in shown.stdout
    assert "at or below intrinsic value" in shown.stdout


def test_missing_number_is_null_in_json(app):
    shown = run(app, "24850", "24050", "call", "--days", "3", "--premium", "700", "--json")

    answer = json.loads(shown.stdout)
    assert answer["volatility"] is None
    assert answer["delta"] is None
    assert answer["volatility_status"] == "below_intrinsic"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("24850", "24050", "call", "--days", "3"), "either the volatility or the premium"),
        (("24850", "24050", "call", "--days", "3", "--premium", "5", "--volatility", "5"), "either the volatility"),
        (("0", "24050", "call", "--days", "3", "--premium", "5"), "above zero"),
        (("24850", "nan", "call", "--days", "3", "--premium", "5"), "above zero"),
        (("24850", "24050", "call", "--days", "-3", "--premium", "5"), "zero or more"),
        (("24850", "24050", "call", "--days", "3", "--volatility", "-5"), "zero or more"),
        (("24850", "24050", "call", "--days", "3", "--volatility", "5", "--rate", "nan"), "rate"),
        (("24850", "24050", "straddle", "--days", "3", "--volatility", "5"), "straddle"),
    ],
)
def test_misuse_is_refused_with_a_sentence(app, arguments, sentence):
    shown = run(app, *arguments)

    assert shown.exit_code == 2
    assert sentence in shown.output


def test_library_that_differs_is_reported(app, monkeypatch):
    library = command.reference_library()
    wrong = type(library)(lambda *_: 1.0, library.implied_volatility, library.greeks, library.refused)
    monkeypatch.setattr(command, "reference_library", lambda: wrong)

    shown = run(app, "24850", "24850", "call", "--days", "3", "--volatility", "13", "--check")

    assert shown.exit_code == 1
    assert "DIFFERS" in shown.stdout


def test_benchmark_options_are_the_same_every_time():
    first, second = benchmark_options(), benchmark_options()

    assert first.premium.tolist() == second.premium.tolist()
    assert first.first(3).strike.size == 3
    assert black76_price(24_500.0, 24_500.0, 0.01, 0.0, 0.1, True) > 0.0
