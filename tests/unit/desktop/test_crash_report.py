"""Reports of trouble: everything that helps, nothing that is secret, and whether the last run ended well."""

import faulthandler
import os

import pytest

from desktop.composition.crash_report import Incident, report_text, secrets_in, without_secrets, write_report
from desktop.composition.failures import FailureError
from desktop.composition.last_run import RunMark
from desktop.composition.starting_again import command_again
from engine.domain.instant import Instant

SECRET = "s3cr3t-W0rd-77"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    yield tmp_path
    # The runner's own net for hard crashes, which a mark takes over while it stands.
    faulthandler.enable()


def incident(**changes):
    told = {
        "what": "a mistake in the window",
        "sentence": "ZeroDivisionError: by nothing",
        "detail": "Traceback",
        "still_open": ["PAPER  −130  NIFTY 25 Aug 24850 CE"],
        "messages": [f"09:20:00 info message {number}" for number in range(300)],
        "versions": "Legwork 1",
    }
    return Incident(**{**told, **changes})


def test_a_report_tells_what_is_open_and_the_last_two_hundred_messages():
    text = report_text(incident(), Instant(0))

    assert "NIFTY 25 Aug 24850 CE" in text
    assert "message 299" in text
    assert "message 100\n" in text
    assert "message 99\n" not in text


@pytest.mark.parametrize(
    "said",
    [
        f"tgram://{SECRET}/chat",
        f"postgresql://trader:{SECRET}@host/db",
        f"token = '{SECRET}'",
        f'{{"api_key": "{SECRET}"}}',
        f"password={SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"access_token: {SECRET},",
        f"enctoken={SECRET}; path=/",
    ],
)
def test_words_and_tokens_never_appear(said):
    text = report_text(incident(detail=said, sentence=said, messages=[said], still_open=[said]), Instant(0))

    assert SECRET not in text


def test_a_known_secret_is_taken_out_wherever_it_stands():
    assert without_secrets(f"a{SECRET}b", [SECRET]) == "a…b"
    assert SECRET in secrets_in(f"json://{SECRET}@host/path")


def test_reports_are_for_their_owner_and_the_newest_twenty_stay(home):
    places = [write_report("x", "window") for _ in range(25)]

    assert sorted((home / "logs").glob("report-*.txt")) == places[-20:]
    assert places[-1].stat().st_mode & 0o077 == 0


def test_a_report_that_cannot_be_written_is_a_sentence(home):
    (home / "logs").write_text("in the way", encoding="utf-8")

    with pytest.raises(FailureError, match="cannot be written"):
        write_report("x", "window")


def test_a_run_that_said_goodbye_leaves_nothing(home):
    mark = RunMark("journal.sqlite")

    first = mark.begin()
    mark.end()
    mark.end()

    assert first is None
    assert list((home / "logs").iterdir()) == []


def test_a_run_without_goodbye_is_known_at_the_next_start(home):
    lost = RunMark("journal.sqlite")
    lost.begin()
    os.write(lost._file.fileno(), b"Fatal Python error: Segmentation fault\n")

    next_run, other_run = RunMark("journal.sqlite"), RunMark("another.sqlite")
    found, other = next_run.begin(), other_run.begin()
    for one in (lost, next_run, other_run):
        one.end()

    assert other is None
    assert "Segmentation fault" in found.report.read_text(encoding="utf-8")
    assert "ended without goodbye" in found.sentence("All is known.")


def test_the_mark_never_holds_the_address_of_a_journal(home):
    mark = RunMark(f"postgresql://trader:{SECRET}@host/db")
    mark.begin()

    written = [path.read_text(encoding="utf-8") + path.name for path in (home / "logs").iterdir()]

    assert SECRET not in "".join(written)
    mark.end()


def test_it_starts_again_as_it_was_started_but_not_from_the_beginning():
    again = command_again(["python", "-m", "desktop", "--from", "2026-08-19T09:18", "--seed", "5", "--from=x"])

    assert again[1:] == ["-m", "desktop", "--seed", "5"]


def test_it_starts_again_at_another_broker_without_what_belongs_to_the_one_of_before():
    again = command_again(
        ["python", "-m", "desktop", "--journal", "a", "--speed=5", "--practice-server", "b", "--workspace", "risk"],
        broker="zerodha",
    )

    assert again[1:] == ["-m", "desktop", "--workspace", "risk", "--broker", "zerodha"]
