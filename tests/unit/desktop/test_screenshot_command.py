"""`legwork screenshot`: what it refuses before any window is opened."""

import pytest
from typer.testing import CliRunner

from desktop.commands.app import app


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("picture.jpg",), "must end in .png"),
        (("nowhere/picture.png",), "There is no folder"),
        (("picture.png", "--size", "9x9"), "must be width x height"),
        (("picture.png", "--theme", "pink"), "choose one of: dark, terminal, light, contrast"),
        (("nowhere", "--all"), "There is no folder"),
    ],
)
def test_a_picture_that_cannot_be_taken_is_refused_with_a_sentence(words, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    answer = CliRunner().invoke(app, ["screenshot", *words])

    assert answer.exit_code == 2
    assert sentence in answer.stderr
    assert list(tmp_path.iterdir()) == []
