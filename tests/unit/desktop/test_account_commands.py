"""`legwork accounts` and `legwork tags`, and what `legwork run` makes of them."""

import json

import pytest
from typer.testing import CliRunner

from desktop.commands.app import app
from desktop.composition.accounts import accounts_file, load_hierarchy
from tests.simulation.headless_runs import MORNING


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))


def said(*words):
    """Exit status, standard output and standard error of `legwork …`."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_default_account_and_tag_are_there_without_any_file():
    accounts, tags = said("accounts", "list"), said("tags", "list")

    assert accounts[1].startswith("PAPER: paper, on, ×1")
    assert tags[1].startswith("Default: PAPER ×1, on")
    assert not accounts_file().exists()


def test_an_account_is_added_changed_and_removed():
    added = said("accounts", "add", "A2", "alias=Mine", "multiplier=2", "limits.daily_loss=20000")
    changed = said("accounts", "set", "A2", "square_off=15:10", "enabled=no", "alias=", "--json")
    removed = said("accounts", "remove", "A2")

    assert (added[0], changed[0], removed[0]) == (0, 0, 0)
    assert "A2 (Mine): paper, on, ×2, max loss ₹20,000" in added[1]
    document = json.loads(changed[1])["account"]
    assert (document["square_off"], document["enabled"], document["multiplier"]) == ("15:10:00", False, 2)
    assert load_hierarchy().account("A2") is None


def test_a_tag_is_added_changed_and_removed():
    said("accounts", "add", "A2")
    added = said("tags", "add", "BOTH", "members=PAPER,A2:3", "max_loss=9000")
    changed = said("tags", "set", "BOTH", "max_loss=off", "entry_retry.retries=5", "--json")
    removed = said("tags", "remove", "BOTH")

    assert "BOTH: PAPER ×1, A2 ×3, on, max loss ₹9,000" in added[1]
    document = json.loads(changed[1])["tag"]
    assert "max_loss" not in document or document["max_loss"] == "off"
    assert document["entry_retry"]["retries"] == 5
    assert removed[0] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("accounts", "add", "PAPER"), "There is an account PAPER already"),
        (("accounts", "add", "A 2"), "Account must be letters, digits, - and _ only"),
        (("accounts", "add", "A" * 21), "Account must have at most 20 characters"),
        (("accounts", "add", "A2", "broker=nobody"), "There is no broker called 'nobody'"),
        (("accounts", "set", "A9", "alias=x"), "There is no account A9; there are PAPER"),
        (("accounts", "set", "PAPER", "alias"), "'alias' is not a change; write FIELD=VALUE"),
        (("accounts", "set", "PAPER", "colour=red"), "There is no field colour"),
        (("accounts", "set", "PAPER", "multiplier=0"), "Quantity multiplier must be at least 1"),
        (("accounts", "set", "PAPER", "id=OTHER"), "The id of an account cannot be changed"),
        (("accounts", "remove", "PAPER"), "PAPER is the default account and always there"),
        (("tags", "add", "T", "members=A9"), "there is no account A9; there are PAPER"),
        (("tags", "add", "T"), "Accounts must be given"),
        (("tags", "add", "T", "members=PAPER,PAPER"), "PAPER is named twice"),
        (("tags", "add", "A|B", "members=PAPER"), "Name must not contain | or ~"),
        (("tags", "set", "Default", "profit_lock.reach=100"), "Lock minimum must be given"),
        (("tags", "remove", "Default"), "Default is always there"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence_and_changes_nothing(words, sentence):
    status, _, complained = said(*words)

    assert status == 2
    assert sentence in complained
    assert not accounts_file().exists()


def test_an_account_of_a_tag_is_not_removed():
    said("accounts", "add", "A2")
    said("tags", "add", "BOTH", "members=PAPER,A2")

    status, _, complained = said("accounts", "remove", "A2")

    assert status == 2
    assert "A2 belongs to the tags BOTH" in complained


@pytest.mark.parametrize("text", ["accounts = 3", "not toml [", "\x00", "schema = 99", '[[accounts]]\nid = "A B"'])
def test_a_bad_file_is_named_and_stays_as_it_is(text):
    accounts_file().write_text(text)

    status, _, complained = said("accounts", "add", "A2")

    assert status == 2
    assert str(accounts_file()) in complained
    assert "Nothing was changed" in complained
    assert accounts_file().read_text() == text


def test_what_the_file_said_before_lies_beside_it():
    said("accounts", "add", "A2")
    before = accounts_file().read_text()

    said("accounts", "add", "A3")

    assert accounts_file().with_name("accounts.toml.bak").read_text() == before


def test_a_run_under_a_tag_trades_in_its_accounts_and_under_an_account_in_that_alone():
    said("accounts", "add", "A2")
    said("tags", "add", "BOTH", "members=PAPER,A2:2")

    both = json.loads(said("run", "--headless", *MORNING, "--tag", "BOTH", "--json")[1])
    alone = json.loads(said("run", "--headless", *MORNING, "--tag", "BOTH", "--account", "A2", "--json")[1])

    assert [one["account"] for one in both["portfolios"]] == ["PAPER", "A2"]
    assert [one["account"] for one in alone["portfolios"]] == ["A2"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--tag", "NOWHERE"), "there is no strategy tag NOWHERE; see: legwork tags list"),
        (("--account", "A9"), "no account of A9 exists and is switched on; see: legwork accounts list"),
    ],
)
def test_a_run_without_its_tag_or_account_says_so(words, sentence):
    status, _, complained = said("run", "--headless", *MORNING, *words)

    assert status == 2
    assert sentence in complained


def test_the_list_says_the_starting_cash_and_the_funds_at_the_close(tmp_path):
    said("accounts", "set", "PAPER", "starting_cash=250000")
    journal = str(tmp_path / "desk.sqlite")
    before = said("accounts", "list", "--journal", journal)
    said("run", "--headless", "--journal", journal, *MORNING)

    after = said("accounts", "list", "--journal", journal)
    document = json.loads(said("accounts", "list", "--journal", journal, "--json")[1])["accounts"][0]

    assert "starting cash ₹2,50,000.00; it trades now, or never did" in before[1]
    assert "starting cash ₹2,50,000.00; when closed at 2026-08-19T09:45" in after[1]
    assert set(document["funds"]) == {"at", "available", "utilised", "charges"}
