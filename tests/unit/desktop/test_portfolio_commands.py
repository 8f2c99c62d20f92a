"""`legwork explain` and `legwork portfolio`: sentences for people, documents for machines, a status for scripts."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desktop.commands.app import app
from desktop.composition.folders import layout_path
from engine.domain.multileg.documents import portfolio_from_toml

CONDOR = layout_path("multileg", "iron_condor.toml")
DAY = "2026-08-19"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_template_becomes_a_portfolio_file(tmp_path: Path) -> None:
    out = tmp_path / "mine.toml"

    left = run("portfolio", "new", "--template", "iron_condor", "--lots", 3, "--width", 2, "--name", "Mine", "-o", out)
    portfolio = portfolio_from_toml(out.read_text(encoding="utf-8"))

    assert (left.exit_code, portfolio.name) == (0, "Mine")
    assert [(leg.lots, leg.strike.steps) for leg in portfolio.legs] == [(3, -16), (3, 16), (3, -8), (3, 8)]


def test_without_a_file_the_portfolio_goes_to_standard_output() -> None:
    left = run("portfolio", "new", "--template", "long_call", "--expiry", "NM")

    assert portfolio_from_toml(left.stdout).expiry.__struct_config__.tag == "NM"


def test_a_monthly_underlying_takes_months_for_weeks() -> None:
    left = run("portfolio", "new", "--template", "call_calendar", "--underlying", "banknifty")
    portfolio = portfolio_from_toml(left.stdout)

    assert portfolio.underlying == "BANKNIFTY"
    assert portfolio.expiry.__struct_config__.tag == "CM"
    assert portfolio.legs[0].expiry.__struct_config__.tag == "NM"


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "mine.toml"
    out.write_text("kept", encoding="utf-8")

    left = run("portfolio", "new", "--template", "long_call", "-o", out)

    assert (left.exit_code, out.read_text(encoding="utf-8")) == (2, "kept")
    assert "already" in left.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("portfolio", "new", "--template", "ironcondor"), "near are iron_condor"),
        (("portfolio", "new", "--template", "long_call", "--expiry", "XX"), "must be one of CW, NW"),
        (("portfolio", "new", "--template", "long_call", "--underlying", "NOSUCH"), "NOSUCH"),
        (("portfolio", "templates", "--view", "sideways"), "no template has the view"),
        (("portfolio", "check", "/nowhere.toml"), "There is no file"),
        (("portfolio", "check", CONDOR, "--on", "soon"), "not a date"),
        (("portfolio", "import"), "one of the two"),
        (("portfolio", "import", "--legs", "Strike:XX"), "Strike"),
        (("explain", "/nowhere.toml"), "There is no file"),
    ],
)
def test_misuse_is_a_sentence_and_status_2(words: tuple[object, ...], sentence: str) -> None:
    left = run(*words)

    assert left.exit_code == 2
    assert sentence in left.stderr


def test_check_names_every_error_with_its_path_and_leaves_with_1(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = ""\n[[legs]]\nlots = -1\nside = "HOLD"\n', encoding="utf-8")

    left = run("portfolio", "check", wrong, CONDOR, "--on", DAY)
    document = json.loads(run("portfolio", "check", wrong, CONDOR, "--on", DAY, "--json").stdout)

    assert left.exit_code == 1
    assert "✕ legs[0].lots:" in left.stdout
    assert (document["ok"], [len(one["errors"]) > 0 for one in document["files"]]) == (False, [True, False])
    assert {one["path"] for one in document["files"][0]["errors"]} == {"name", "legs[0].lots", "legs[0].side"}


def test_check_cautions_a_naked_portfolio_and_leaves_with_0() -> None:
    left = run("portfolio", "check", layout_path("multileg", "short_straddle.toml"), "--on", DAY)

    assert left.exit_code == 0
    assert "⚠ legs: the loss is not capped" in left.stdout


def test_check_asks_the_market_rules(tmp_path: Path) -> None:
    left = run("portfolio", "check", CONDOR, "--on", "2026-08-23")

    assert left.exit_code == 1
    assert "closed" in left.stdout


def test_all_templates_are_listed_by_view() -> None:
    document = json.loads(run("portfolio", "templates", "--json").stdout)
    shown = run("portfolio", "templates").stdout

    structures = [one for one in document["templates"] if one["kind"] == "structure"]
    assert len(structures) == 67
    assert {one["id"] for one in structures if one["naked"]} >= {"short_call_calendar", "short_put_calendar"}
    assert "Bullish" in shown
    assert "  iron_condor " in shown


def test_legs_go_out_as_text_and_come_back(tmp_path: Path) -> None:
    out = tmp_path / "back.toml"
    text = run("portfolio", "export", CONDOR, "--legs").stdout.strip()
    file = tmp_path / "legs.txt"
    file.write_text(text, encoding="utf-8")

    left = run("portfolio", "import", file, "--name", "Back", "-o", out)

    assert left.exit_code == 0
    assert (
        portfolio_from_toml(out.read_text(encoding="utf-8")).legs
        == portfolio_from_toml(run("portfolio", "new", "--template", "iron_condor").stdout).legs
    )


def test_explain_speaks_for_people_and_machines() -> None:
    shown = run("explain", layout_path("multileg", "demonstration.toml"))
    document = json.loads(run("explain", layout_path("multileg", "demonstration.toml"), "--all", "--json").stdout)

    assert "  Leg 3: sell 2 lots of the call at the money" in shown.stdout
    assert document["ok"] is True
    assert document["chapters"][0]["title"] == "Default portfolio"


def test_check_goes_on_after_a_file_that_is_no_text(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_bytes(b"\xff\xfe")

    left = run("portfolio", "check", wrong, CONDOR, "--on", DAY)
    document = json.loads(run("portfolio", "check", wrong, CONDOR, "--on", DAY, "--json").stdout)

    assert left.exit_code == 1
    assert [len(one["errors"]) for one in document["files"]] == [1, 0]
    assert "not text in UTF-8" in document["files"][0]["errors"][0]["sentence"]


def test_check_names_unknown_portfolios_rings_and_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    saved = tmp_path / "multileg"
    saved.mkdir()
    (saved / "kept.toml").write_text('name = "Kept"\n[[legs]]\n', encoding="utf-8")
    for name, other, tag in (
        ("A", "B", "Default"),
        ("B", "A", "Nope"),
        ("C", "Kept", "Default"),
        ("D", "X", "Default"),
    ):
        action = f'on_stop = [{{ type = "execute_other", portfolio = "{other}" }}]'
        stop = 'stop = { type = "loss", amount = 900 }'
        text = f'name = "{name}"\ntag = "{tag}"\n{stop}\n{action}\n[[legs]]\n'
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")

    files = [tmp_path / f"{name}.toml" for name in "ABCD"]
    found = json.loads(run("portfolio", "check", *files, "--on", DAY, "--json").stdout)["files"]

    assert [[one["path"] for one in each["errors"]] for each in found] == [[], ["tag"], [], []]
    about = [[one["sentence"] for one in each["warnings"] if "portfolio" in one["path"]] for each in found]
    assert "A → B → A" in about[0][0]
    assert "B → A → B" in about[1][0]
    assert about[2] == []
    assert "no portfolio 'X'" in about[3][0]


def test_a_leg_that_asks_for_a_hedge_switches_hedges_on() -> None:
    left = run("portfolio", "import", "--legs", "Strike:ATM+5|Txn:SELL|Ins:CE|Hedge:YES||Strike:ATM-5|Txn:SELL|Ins:PE")

    assert left.exit_code == 0
    assert portfolio_from_toml(left.stdout).dynamic_hedge is not None
    assert "the dynamic hedge is switched on" in left.stderr


def test_a_strike_between_ticks_is_refused() -> None:
    left = run("portfolio", "import", "--legs", "Strike:24000.025|Txn:SELL|Ins:CE")

    assert left.exit_code == 2
    assert "must be a multiple of 0.05" in left.stderr
