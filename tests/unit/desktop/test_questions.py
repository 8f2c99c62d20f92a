"""What is not asked any more: the table of questions, and the file that keeps the trader's choices."""

import ast
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


ALWAYS_ASKED = {
    "Mark as done": "what it holds is left to the trader",
    "title": "closing a part of a portfolio although its hedges go first",
    "Square off": "a group or a strategy of several legs",
    "Delete it": "a file of the trader's, which no other has",
    "Reset all": "every key of the trader's own",
    "Do it all the same": "an edit of running portfolios that does more than it says",
    "Cancel the order": "an order at the broker that was made elsewhere",
    "Close Legwork": "what runs is watched by nobody after it",
    "Replace it": "a file of the trader's, which no other has",
}
"""Answers of dangerous questions that cannot be switched off, and what each is about."""


def dangerous_questions(module):
    """Answer the word of each dangerous question of a module, and whether it can be switched off."""
    for call in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "ask":
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            if "danger" in given:
                answer = call.args[3]
                word = answer.value if isinstance(answer, ast.Constant) else ast.unparse(answer)
                yield word, "question" in given


def test_a_dangerous_question_can_be_switched_off_or_has_a_reason_why_not():
    found = [one for module in WINDOWS.glob("*.py") for one in dangerous_questions(module)]

    assert {word for word, can_be_off in found if not can_be_off} == set(ALWAYS_ASKED)


def test_what_closes_everything_is_asked_every_time():
    assert not {name for name in QUESTIONS if "kill" in name or "panic" in name or "flatten" in name}
