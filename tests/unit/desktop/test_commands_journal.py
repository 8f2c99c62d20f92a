"""`legwork journal show` tells a trader what happened in sentences; the facts themselves stay one option away."""

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from desktop.commands.journal import app
from desktop.composition.journals import JournalEntry, open_journal
from engine.domain.facts import CommandRefused, JournalFailed
from engine.domain.facts.codec import encode, kind_of
from engine.domain.instant import Instant
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import dump, load

AT = Instant(1_787_111_400_123_000)
FACTS = (
    JournalFailed(at=AT, detail="The disk is full."),
    CommandRefused(at=AT, command="start", sentence="Straddle [bold]runs[/bold] already"),
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "journal.sqlite"
    entries = [JournalEntry(fact.at, kind_of(fact), encode(fact)) for fact in FACTS]
    with open_journal(str(path)) as journal:
        journal.append([*entries, JournalEntry(AT, "of_tomorrow", b'{"type":"of_tomorrow","at":1}')])
    return path


def shown(place: Path, *words: str) -> Sequence[str]:
    result = CliRunner().invoke(app, ["show", str(place), *words])
    assert result.exit_code == 0, result.stderr
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_facts_are_shown_as_sentences_with_their_level(place: Path) -> None:
    lines = shown(place)

    assert lines[0] == "No. Time Level Portfolio Message"
    assert lines[1].startswith("1 2026-08-19 ")
    assert "The disk is full." in lines[1]
    assert "Straddle [bold]runs[/bold] already" in lines[2]


def test_a_fact_that_this_program_does_not_know_is_shown_as_it_was_written(place: Path) -> None:
    assert any("of_tomorrow {}" in line for line in shown(place))


def test_a_sentence_is_the_same_whether_older_facts_are_shown_or_not(place: Path) -> None:
    assert shown(place)[2] == shown(place, "--after", "1")[1]


def test_raw_shows_kinds_and_fields(place: Path) -> None:
    lines = shown(place, "--raw")

    assert lines[0] == "No. Time Kind Fact"
    assert any("journal_failed" in line and '"detail":' in line for line in lines)


def test_json_keeps_the_facts(place: Path) -> None:
    document = json.loads(CliRunner().invoke(app, ["show", str(place), "--json"]).stdout)

    assert [fact["kind"] for fact in document["facts"]] == ["journal_failed", "command_refused", "of_tomorrow"]
    assert document["facts"][0]["fact"]["detail"] == "The disk is full."


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    """A tag's two copies of one portfolio, each with an order, and another portfolio."""
    path = tmp_path / "copies.sqlite"
    declared = load({"name": "Straddle", "legs": [{}]}, MultilegPortfolio)
    other = load({"name": "Other", "legs": [{}]}, MultilegPortfolio)
    bodies: list[tuple[str, dict[str, object]]] = [
        ("portfolio_added", {"portfolio_id": "P1-A", "parent": "P1", "portfolio": dump(declared)}),
        ("portfolio_added", {"portfolio_id": "P1-B", "parent": "P1", "portfolio": dump(declared)}),
        ("portfolio_added", {"portfolio_id": "P2", "portfolio": dump(other)}),
        *(("order_requested", {"portfolio_id": one, "order_id": f"{one}-1"}) for one in ("P1-A", "P1-B", "P2")),
        *(("order_moved", {"order_id": f"{one}-1"}) for one in ("P1-A", "P1-B", "P2")),
        ("leg_opened", {"portfolio_id": "P2"}),
        ("order_requested", {}),
    ]
    with open_journal(str(path)) as journal:
        journal.append([JournalEntry(AT, kind, json.dumps(body, default=str).encode()) for kind, body in bodies])
    return path


@pytest.mark.parametrize(
    ("portfolio", "numbers"),
    [("Straddle", [1, 2, 4, 5, 7, 8]), ("P1", [1, 2, 4, 5, 7, 8]), ("P1-B", [2, 5, 8]), ("Other", [3, 6, 9, 10])],
)
def test_a_portfolio_is_shown_with_its_orders_by_name_id_and_parent(
    copies: Path, portfolio: str, numbers: list[int]
) -> None:
    words = ["show", str(copies), "--portfolio", portfolio, "--json"]
    whole = json.loads(CliRunner().invoke(app, words).stdout)
    later = json.loads(CliRunner().invoke(app, [*words, "--after", "6"]).stdout)

    assert [fact["seq"] for fact in whole["facts"]] == numbers
    assert [fact["seq"] for fact in later["facts"]] == [number for number in numbers if number > 6]


def test_an_unknown_portfolio_is_refused_with_the_names_there_are(copies: Path) -> None:
    left = CliRunner().invoke(app, ["show", str(copies), "--portfolio", "Stradle"])

    assert left.exit_code == 2
    assert "there are Straddle" in left.stderr


def exported(place: Path, name: str) -> Path:
    out = place.with_name(name)
    result = CliRunner().invoke(app, ["export", str(out), str(place)])
    assert result.exit_code == 0, result.stderr
    return out


def test_an_export_has_the_same_facts_in_every_form(place: Path) -> None:
    document = json.loads(exported(place, "facts.json").read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in exported(place, "facts.jsonl").read_text(encoding="utf-8").splitlines()]
    table = pq.read_table(exported(place, "facts.parquet"))

    assert document == lines
    assert table.column_names == ["seq", "at", "kind", "fact", "hash"]
    assert [json.loads(fact) for fact in table.column("fact").to_pylist()] == [one["fact"] for one in document]
    assert table.column("hash").to_pylist() == [one["hash"] for one in document]
    assert exported(place, "facts.xlsx").read_bytes().startswith(b"PK")


def test_an_ending_that_means_nothing_is_refused_with_those_that_do(place: Path) -> None:
    result = CliRunner().invoke(app, ["export", str(place.with_name("facts.txt")), str(place)])

    assert result.exit_code == 2
    assert ".jsonl, .json, .csv, .xlsx, .parquet" in result.stderr
