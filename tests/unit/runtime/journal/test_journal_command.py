"""`legwork journal` answers a person and a machine, and leaves with the right status."""

import csv
import json

import pytest
from typer.testing import CliRunner

from desktop.commands.journal import app
from engine.runtime.journal.opening import open_journal


@pytest.fixture
def place(tmp_path, facts):
    path = str(tmp_path / "journal.sqlite")
    with open_journal(path) as journal:
        journal.append(facts(5))
    return path


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_verify_says_that_all_is_well(place):
    spoken, read = run("verify", place), run("verify", "--journal", place, "--json")

    assert (spoken.exit_code, read.exit_code) == (0, 0)
    assert "5 facts, all as they were written" in spoken.stdout
    document = json.loads(read.stdout)
    assert (document["ok"], document["count"], len(document["head"])) == (True, 5, 64)


def test_verify_fails_for_a_changed_fact(place, execute):
    execute(place, "DROP TRIGGER facts_no_update", "UPDATE facts SET kind = 'x' WHERE seq = 2")

    spoken, read = run("verify", place), run("verify", place, "--json")

    assert (spoken.exit_code, read.exit_code) == (1, 1)
    assert "fact 2 was changed" in spoken.stdout
    assert "fact 2 was changed" in json.loads(read.stdout)["problem"]


def test_verify_checks_against_a_noted_head(place):
    head = json.loads(run("verify", place, "--json").stdout)["head"]

    assert run("verify", place, "--anchor", head.upper()).exit_code == 0
    assert run("verify", place, "--anchor", "f" * 64).exit_code == 1
    assert run("verify", place, "--anchor", "f00").exit_code == 2


def test_show_prints_the_last_facts_or_those_after_a_number(place):
    last = json.loads(run("show", place, "--limit", 2, "--json").stdout)
    after = json.loads(run("show", place, "--after", 1, "--limit", 2, "--json").stdout)

    assert [fact["seq"] for fact in last["facts"]] == [4, 5]
    assert [fact["seq"] for fact in after["facts"]] == [2, 3]
    assert after["facts"][0]["at"].startswith("2026-08-19T")
    assert after["facts"][0]["fact"]["order_id"] == "LW0000002"


def test_show_filters_by_kind(place):
    hits = json.loads(run("show", place, "--kind", "stop_loss_hit", "--json").stdout)

    assert [fact["seq"] for fact in hits["facts"]] == [3]


def test_show_prints_a_table(place):
    shown = run("show", place)

    assert shown.exit_code == 0
    assert "stop_loss_hit" in shown.stdout
    assert "5 of 5 facts" in shown.stdout


def test_export_writes_json_lines_and_csv(place, tmp_path):
    lines, table = tmp_path / "out.jsonl", tmp_path / "out.csv"

    assert run("export", lines, place).exit_code == 0
    assert json.loads(run("export", table, place, "--after", 2, "--json").stdout)["facts"] == 3

    written = [json.loads(line) for line in lines.read_text().splitlines()]
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [fact["seq"] for fact in written] == [1, 2, 3, 4, 5]
    assert [row["seq"] for row in rows] == ["3", "4", "5"]
    assert json.loads(rows[0]["fact"]) == written[2]["fact"]


def test_export_replaces_nothing_unasked_and_leaves_no_part(place, tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_text("mine")

    assert run("export", out, place).exit_code == 2
    assert out.read_text() == "mine"
    assert run("export", out, place, "--force").exit_code == 0
    assert run("export", tmp_path / "out.txt", place).exit_code == 2
    assert run("export", tmp_path / "nowhere" / "out.csv", place).exit_code == 1
    assert sorted(file.name for file in tmp_path.glob("*out*")) == ["out.jsonl"]


def test_an_export_that_meets_damage_leaves_no_file(place, tmp_path, execute):
    execute(place, "DROP TRIGGER facts_no_update", "UPDATE facts SET kind = 'x' WHERE seq = 2")

    left = run("export", tmp_path / "out.csv", place)

    assert left.exit_code == 1
    assert "breaks at fact 2" in left.stderr
    assert list(tmp_path.glob("*out.csv*")) == []


@pytest.mark.parametrize("command", ["verify", "show"])
def test_a_missing_journal_is_misuse_and_a_broken_one_a_failure(place, tmp_path, command):
    missing = run(command, tmp_path / "none.sqlite", "--json")
    content = bytearray((tmp_path / "journal.sqlite").read_bytes())
    (tmp_path / "journal.sqlite").write_bytes(content[:5000])
    broken = run(command, place)

    assert missing.exit_code == 2
    assert "There is no journal at" in json.loads(missing.stdout)["error"]
    assert broken.exit_code == 1
    assert "damaged" in broken.stderr
    assert broken.stdout == ""


def test_two_journals_at_once_are_misuse(place):
    assert run("verify", place, "--journal", "other.sqlite").exit_code == 2


def test_the_default_is_the_journal_of_the_workstation(place, tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))

    assert run("verify").exit_code == 0


def test_the_benchmark_compares_with_raw_sqlite(tmp_path):
    from desktop.commands.bench_journal import journal_benchmark

    figures = journal_benchmark(rounds=1, folder=tmp_path)

    assert set(figures["bursts"]) == {"1", "4", "10", "50"}
    assert figures["ratio_to_raw"] > 0
