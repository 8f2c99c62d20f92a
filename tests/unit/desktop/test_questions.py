"""What is not asked any more: the table of questions, and the file that keeps the trader's choices."""

import re
from pathlib import Path

import pytest

from desktop.composition.questions import QUESTIONS, Questions

WINDOWS = Path(__file__).parents[3] / "desktop" / "windows"


def test_what_is_not_asked_any_more_is_so_after_a_restart(tmp_path):
    path = tmp_path / "questions.toml"
    Questions(path)["square_off_leg"].ask_no_more()

    again = Questions(path)

    assert not again["square_off_leg"].is_asked
    assert again["start_portfolio"].is_asked


def test_everything_is_asked_again_from_one_place(tmp_path):
    questions = Questions(tmp_path / "questions.toml")
    questions.ask_no_more("square_off_leg")
    questions.ask_no_more("start_portfolio")

    questions.ask_again()

    assert not Questions(tmp_path / "questions.toml").not_asked


def test_a_question_that_is_not_declared_cannot_be_switched_off():
    with pytest.raises(KeyError, match="kill_switch"):
        Questions()["kill_switch"]


@pytest.mark.parametrize(
    "text", ["not_asked = [", 'format = 9\nnot_asked = ["start_portfolio"]', "format = 1\nfoo = 2", "format = 1\n\x00"]
)
def test_a_file_that_cannot_be_used_switches_nothing_off_and_is_kept(tmp_path, text):
    path = tmp_path / "questions.toml"
    path.write_text(text)

    questions = Questions(path)
    questions.ask_no_more("start_portfolio")

    assert "Every question is asked" in questions.trouble
    assert path.read_text() == text


def test_names_of_another_version_are_left_out(tmp_path):
    path = tmp_path / "questions.toml"
    path.write_text('format = 1\nnot_asked = ["start_portfolio", "something_of_tomorrow"]')

    assert Questions(path).not_asked == {"start_portfolio"}


def test_every_declared_question_is_asked_somewhere_and_no_other():
    asked = set()
    for module in WINDOWS.glob("*.py"):
        asked |= set(re.findall(r'question(?:s\[|\()"(\w+)"', module.read_text(encoding="utf-8")))

    assert asked == set(QUESTIONS)


def test_what_closes_everything_is_asked_every_time():
    assert not {name for name in QUESTIONS if "kill" in name or "panic" in name or "flatten" in name}
