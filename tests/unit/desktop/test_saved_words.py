"""Secret words in the trader's saved portfolios are hashed at the first start; nothing else of a file is touched."""

import pytest

from desktop.composition.saved_portfolios import saved_portfolios, seal_saved_words, without_plain_word
from engine.domain.multileg.secret_words import fits, is_sealed

SAVED = """# My own words about it
name = "Signals"
entry = { type = "signal", token = "s3cret-word" }  # from the chart

[[legs]]
side = "SELL"
kind = "CE"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    folder = tmp_path / "multileg"
    folder.mkdir()
    return folder


def test_a_plain_word_is_hashed_and_comments_stay(folder):
    file = folder / "signals.toml"
    file.write_text(SAVED, encoding="utf-8")

    problems = seal_saved_words()

    text = file.read_text(encoding="utf-8")
    token = saved_portfolios()["Signals"].entry.token
    assert problems == []
    assert fits(token, "s3cret-word")
    assert text == SAVED.replace("s3cret-word", token)


def test_a_second_start_and_files_without_a_word_change_nothing(folder):
    (folder / "signals.toml").write_text(SAVED, encoding="utf-8")
    (folder / "broken.toml").write_text("token = [", encoding="utf-8")
    seal_saved_words()
    before = {file: file.read_bytes() for file in folder.iterdir()}

    assert seal_saved_words() == []
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


def test_a_word_that_cannot_be_found_in_the_text_is_named(folder):
    written = SAVED.replace('"s3cret-word"', '"s3cret\\u002dword"')
    (folder / "signals.toml").write_text(written, encoding="utf-8")

    (problem,) = seal_saved_words()

    assert "signals.toml holds a secret word that anybody can read" in problem


def test_two_files_with_one_word_have_different_hashes():
    first, second = without_plain_word(SAVED), without_plain_word(SAVED)

    assert first != second
    assert all(is_sealed(text.split('token = "')[1].split('"')[0]) for text in (first, second))
