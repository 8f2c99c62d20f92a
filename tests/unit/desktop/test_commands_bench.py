"""The benchmarks measure, answer one document, and show a person what matters. No figure is judged here."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from desktop.commands.app import app
from desktop.commands.bench import HEADLINES, Subject, headline_text
from desktop.commands.bench_order_path import order_path_benchmark
from desktop.commands.bench_replay import replay_benchmark


def test_one_subject_is_one_document() -> None:
    result = CliRunner().invoke(app, ["bench", "journal", "--rounds", "1", "--json"])

    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(document) == ["journal"]
    assert document["journal"]["ratio_to_raw"] > 0


def test_a_person_is_shown_the_figures_that_matter() -> None:
    result = CliRunner().invoke(app, ["bench", "journal", "--rounds", "1"])

    assert result.stdout.startswith("journal\n")
    assert "× the time of raw sqlite3 without a chain" in result.stdout


@pytest.mark.parametrize("subject", Subject)
def test_every_headline_has_words(subject: Subject) -> None:
    figures: dict[str, Any] = {}
    for path, _ in HEADLINES[subject]:
        place = figures
        *above, last = path.split(".")
        for name in above:
            place = place.setdefault(name, {})
        place[last] = 1234.5

    assert headline_text(subject, figures).count("1,234") == len(HEADLINES[subject]) > 0


def test_every_start_of_the_order_path_sends_an_order(tmp_path: Path) -> None:
    figures: Any = order_path_benchmark(rounds=3, folder=tmp_path)

    assert (figures["in_memory"]["orders"], figures["durable"]["orders"]) == (3, 3)
    assert figures["ratio_to_peer"] > 0


def test_a_replay_is_measured_against_a_plain_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEGWORK_DATA", raising=False)

    figures: Any = replay_benchmark(rounds=1, minutes=1)

    assert figures["simulated"]["frames"] == 61
    assert figures["simulated"]["ratio_to_peer"] > 0
    assert figures["real_2019"] is None
