"""How the machine is used: the file, the option of the window, and what wrong words are told."""

import pytest
from typer.testing import CliRunner

from desktop.commands import window
from desktop.commands.app import app
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.own_settings import PERFORMANCE, Performance


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))


def test_what_was_kept_is_given_back_and_nothing_is_the_default():
    before = PERFORMANCE.load()
    PERFORMANCE.save(Performance(engine_process=True))

    assert before == Performance(engine_process=False)
    assert PERFORMANCE.load() == Performance(engine_process=True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("engine_process = 3", "Engine in its own process"), ("schema = 99", "newer"), ("threads = 2", "no such field")],
)
def test_a_wrong_file_is_refused_with_a_sentence_and_left_alone(text, sentence):
    PERFORMANCE.path().write_text(text, encoding="utf-8")

    with pytest.raises(MisuseError, match=sentence):
        PERFORMANCE.load()
    assert PERFORMANCE.path().read_text(encoding="utf-8") == text


def test_a_file_that_cannot_be_read_is_a_failure():
    PERFORMANCE.path().mkdir()

    with pytest.raises(FailureError, match="cannot be read"):
        PERFORMANCE.load()


@pytest.mark.parametrize(
    ("kept", "words", "expected"),
    [
        (False, [], False),
        (True, [], True),
        (False, ["--engine-process"], True),
        (True, ["--engine-thread"], False),
    ],
)
def test_the_option_of_the_window_counts_before_the_file(monkeypatch, kept, words, expected):
    PERFORMANCE.save(Performance(engine_process=kept))
    chosen = []
    monkeypatch.setattr(window, "_open", lambda choice, _workspace: chosen.append(choice.engine_process) or 0)

    ended = CliRunner().invoke(app, ["window", *words])

    assert ended.exit_code == 0
    assert chosen == [expected]
