"""`legwork defaults`: what new portfolios begin with, without a window."""

import json

import pytest
from typer.testing import CliRunner

from desktop.commands.app import app


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    return tmp_path


def run(*words):
    return CliRunner().invoke(app, ["defaults", *words])


def test_a_default_is_changed_shown_and_put_back():
    run("product=NRML", "square_off=15:10")

    shown = json.loads(run("--json").stdout)["defaults"]
    back = json.loads(run("--reset", "--json").stdout)["defaults"]

    assert (shown["product"], shown["square_off"]) == ("NRML", "15:10:00")
    assert back["product"] == "MIS"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["colour=red"], "write FIELD=VALUE"),
        (["product"], "write FIELD=VALUE"),
        (["product=CNC"], "Nothing was changed"),
        (["end=09:00"], "End must be after Start"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(words, sentence, home):
    left = run(*words)

    assert left.exit_code == 2
    assert sentence in left.stderr
    assert not (home / "defaults.toml").exists()


def test_a_template_begins_with_them():
    run("product=NRML")

    made = CliRunner().invoke(app, ["portfolio", "new", "--template", "short_straddle"])

    assert 'product = "NRML"' in made.stdout


def test_a_broken_file_is_named_and_kept(home):
    (home / "defaults.toml").write_text("tag = 3\n", encoding="utf-8")

    left = run()

    assert left.exit_code == 2
    assert "defaults.toml cannot be used" in left.stderr
    assert (home / "defaults.toml").read_text(encoding="utf-8") == "tag = 3\n"
