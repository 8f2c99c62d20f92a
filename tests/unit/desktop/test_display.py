"""The display: its file, its command, and what wrong words in either are told."""

import json

import pytest
from typer.testing import CliRunner

from desktop.commands.app import app
from desktop.composition.display import (
    Density,
    Display,
    GainColours,
    Grouping,
    ThemeName,
    display_file,
    load_display,
    save_display,
)
from desktop.composition.failures import MisuseError

FAR_FROM_DEFAULT = Display(
    theme=ThemeName.CONTRAST,
    gains=GainColours.BLUE_ORANGE,
    text_size=17,
    density=Density.ROOMY,
    grouping=Grouping.MILLIONS,
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path / "own"))


def legwork(*words):
    return CliRunner().invoke(app, ["display", *words])


def test_what_was_kept_is_given_back():
    save_display(FAR_FROM_DEFAULT)

    assert load_display() == FAR_FROM_DEFAULT


def test_without_a_file_the_display_is_as_it_comes():
    assert load_display() == Display()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('theme = "pink"', "theme"),
        ("text_size = 400", "Text size"),
        ("schema = 99", "newer"),
        ("theme = [", "cannot be used"),
        ('colour = "red"', "no such field"),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence_and_left_alone(text, sentence):
    display_file().parent.mkdir(parents=True)
    display_file().write_text(text, encoding="utf-8")

    with pytest.raises(MisuseError, match=sentence):
        load_display()
    assert display_file().read_text(encoding="utf-8") == text


def test_a_wrong_file_lies_beside_the_one_that_replaces_it():
    display_file().parent.mkdir(parents=True)
    display_file().write_text('theme = "pink"', encoding="utf-8")

    save_display(FAR_FROM_DEFAULT)

    assert load_display() == FAR_FROM_DEFAULT
    assert display_file().with_name("display.toml.bak").read_text(encoding="utf-8") == 'theme = "pink"'


def test_the_command_changes_what_it_is_told_and_keeps_the_rest():
    assert legwork("--theme", "terminal", "--text-size", "15").exit_code == 0

    answer = json.loads(legwork("--numbers", "millions", "--json").stdout)

    assert answer["display"]["theme"] == "terminal"
    assert load_display() == Display(theme=ThemeName.TERMINAL, text_size=15, grouping=Grouping.MILLIONS)


def test_the_command_puts_the_display_back():
    save_display(FAR_FROM_DEFAULT)

    legwork("--reset")

    assert load_display() == Display()


def test_the_command_refuses_what_it_does_not_know_and_changes_nothing():
    save_display(FAR_FROM_DEFAULT)

    answer = legwork("--theme", "pink", "--text-size", "3")

    assert answer.exit_code == 2
    assert "theme" in answer.stderr.lower()
    assert "text size" in answer.stderr.lower()
    assert load_display() == FAR_FROM_DEFAULT
