"""`legwork notifications`, `legwork data volatility`, and `legwork run --notify`."""

import json
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

from desktop.commands.app import app
from desktop.composition.notifications import load_notifications, notifications_file
from desktop.composition.volatility import volatility_file
from engine.domain.alert import AlertClass
from engine.domain.settings.notifications import Popup, Service
from tests.helpers.receiver import receiver


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))


def said(*words):
    """Exit status, standard output and standard error of `legwork …`."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def days(count=25, first=date(2026, 1, 1)):
    return "".join(f"{first + timedelta(number)},NIFTY,{10 + number}\n" for number in range(count))


def test_a_channel_is_added_listed_and_removed_and_no_url_is_ever_shown():
    url = "json://host/t0ken"
    added = said("notifications", "add", url, "--for", "stop, target", "--quiet", "23:00-07:00", "--name", "Phone")
    listed = said("notifications", "list", "--json")
    removed = said("notifications", "remove", 1)

    assert (added[0], listed[0], removed[0]) == (0, 0, 0)
    assert "2. Phone (json://…): stop, target, quiet 23:00 to 07:00" in added[1]
    assert json.loads(listed[1])["channels"][1]["takes"] == ["stop", "target"]
    assert all("t0ken" not in text for shown in (added, listed, removed) for text in shown[1:])
    (kept,) = load_notifications().channels
    assert isinstance(kept, Service)
    assert kept.takes == (AlertClass.STOP, AlertClass.TARGET)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "hello"), "must begin with a service and ://"),
        (("add", "pigeon://x"), "No service takes the URL pigeon://…"),
        (("add", "popup", "--for", "luck"), "There is no kind of alert luck"),
        (("add", "popup", "--for", ","), "There is no kind of alert"),
        (("add", "popup", "--quiet", "night"), "write them like 23:00-07:00"),
        (("add", "popup", "--quiet", "09:00-09:00"), "must differ from From"),
        (("add", "popup", "--name", "Window"), "has no name"),
        (("remove", "7"), "There is no channel 7"),
        (("test",), "There is no service to test"),
    ],
)
def test_misuse_is_a_sentence_and_changes_nothing(words, sentence):
    status, _, stderr = said("notifications", *words)

    assert status == 2
    assert sentence in stderr
    assert load_notifications().channels == (Popup(),)
    assert not notifications_file().exists()


def test_a_test_says_of_every_service_whether_it_was_taken():
    with receiver() as service:
        said("notifications", "add", service.url(), "--name", "Phone")
        taken = said("notifications", "test")
        service.refusals = [500]
        refused = said("notifications", "test", "--json")

    assert taken[:2] == (0, "Phone (json://…): taken\n")
    assert refused[0] == 1
    assert json.loads(refused[1])["ok"] is False
    assert [one["title"] for one in service.got] == ["Legwork: test"]


def test_a_headless_run_tells_its_alerts_when_asked_and_gives_the_same_report():
    run = ("run", "--headless", "--until", "2026-08-19T09:25", "--json")
    with receiver() as service:
        said("notifications", "add", service.url(), "--for", "entry")
        quiet = said(*run)
        before = len(service.got)
        told = said(*run, "--notify")

    assert (quiet[0], told[0]) == (0, 0)
    assert before == 0
    assert any("runs: combined premium" in one["message"] for one in service.got)
    assert all(one["title"].startswith("Legwork, simulated run") for one in service.got)
    assert json.loads(quiet[1]) == json.loads(told[1])


def test_a_headless_run_has_nobody_to_tell_without_a_service():
    status, _, stderr = said("run", "--headless", "--notify")

    assert status == 2
    assert "There is no service to notify" in stderr


def test_days_are_imported_once_and_listed_with_the_rank_of_the_last(tmp_path):
    file = tmp_path / "days.csv"
    file.write_text("date,underlying,volatility\n" + days())

    first = said("data", "volatility", "import", file)
    again = said("data", "volatility", "import", file, "--json")
    listed = said("data", "volatility", "list", "nifty")

    assert first[:2] == (0, "25 days are new, 0 were known already\n")
    assert json.loads(again[1]) == {"ok": True, "new": 0, "known": 25}
    assert listed[1].splitlines()[0] == "2026-01-01  10 %"
    assert "IV rank 100.00 %, IV percentile 100.00 %" in listed[1]


def test_an_import_with_wrong_lines_names_them_all_and_imports_nothing(tmp_path):
    file = tmp_path / "days.csv"
    file.write_text(f"{days(2)}yesterday,NIFTY,12\n2026-01-09,NIFTY,-1\n")

    status, _, stderr = said("data", "volatility", "import", file)

    assert status == 2
    assert "days.csv, line 3: 'yesterday' is no date" in stderr
    assert "days.csv, line 4: a volatility of -1 %" in stderr
    assert "Nothing was imported" in stderr
    assert not volatility_file().exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("import", "nowhere.csv"), "There is no file nowhere.csv"),
        (("list", "NIFTY"), "No volatility of NIFTY is recorded; recorded are none yet"),
    ],
)
def test_what_is_not_there_is_said(words, sentence):
    status, _, stderr = said("data", "volatility", *words)

    assert status == 2
    assert sentence in stderr


def test_a_wrong_line_in_the_record_itself_is_named_and_the_others_count(tmp_path):
    volatility_file().write_text(f"{days(3)}broken\n")

    status, stdout, stderr = said("data", "volatility", "list", "NIFTY")

    assert status == 0
    assert len(stdout.splitlines()) == 4
    assert "volatility.csv, line 4" in stderr
