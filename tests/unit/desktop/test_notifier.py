"""Alerts reach a real service on this machine; one that fails is tried again, said in a sentence, and stops nothing."""

import logging
from datetime import date, time
from threading import Event

import pytest

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.notifications import (
    load_notifications,
    need_service,
    notifications_file,
    save_notifications,
    without_secrets,
)
from desktop.composition.notifier import MOST_WAITING, Notifier, send_test
from engine.domain.alert import AlertClass
from engine.domain.instant import ist_instant
from engine.domain.settings.notifications import Notifications, Popup, QuietHours, Service, Sound
from engine.views.alerts import Alert
from engine.views.line import MessageLevel
from tests.helpers.receiver import receiver

SECRET = "s3cret-token"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))


@pytest.fixture
def service():
    with receiver() as taker:
        yield taker


def alert(about=AlertClass.STOP, sentence="Call: leg 1 is closed", at=time(10, 5), portfolio="Call"):
    level = MessageLevel.WARNING
    return Alert(
        at=ist_instant(date(2026, 8, 19), at), about=about, level=level, sentence=sentence, portfolio=portfolio
    )


def notifying(*channels, pauses=(0.01, 0.01), **more):
    """A notifier with its list of troubles."""
    troubles = []
    return Notifier(Notifications(channels=channels), troubles.append, pauses=pauses, **more), troubles


def test_an_alert_arrives_at_a_real_service_with_title_time_and_sentence(service):
    notifier, troubles = notifying(Service(url=service.url(), name="Phone"), about="Legwork, paper trading")

    notifier.offer([alert()])
    notifier.close()

    (got,) = service.got
    assert got["title"] == "Legwork, paper trading: stop, Call"
    assert got["message"] == "10:05:00 Call: leg 1 is closed"
    assert troubles == []


def test_alerts_that_come_together_are_one_message(service):
    notifier, _ = notifying(Service(url=service.url()))

    notifier.offer([alert(sentence=f"number {number}") for number in range(3)])
    notifier.close()

    (got,) = service.got
    assert got["title"] == "Legwork: 3 alerts"
    assert [line[9:] for line in got["message"].splitlines()] == ["number 0", "number 1", "number 2"]


def test_a_service_gets_what_it_takes_outside_its_quiet_hours_and_always_the_accounts(service):
    quiet = QuietHours(begin=time(22, 0), end=time(9, 20))
    notifier, _ = notifying(Service(url=service.url(), takes=(AlertClass.STOP,), quiet=quiet))

    notifier.offer(
        [alert(AlertClass.ENTRY, "entry"), alert(None, "kill switch"), alert(at=time(9, 15), sentence="early")]
    )
    notifier.offer([alert(AlertClass.ENTRY, "entry again"), alert(at=time(23, 0), sentence="late")])
    notifier.close()

    assert [got["message"] for got in service.got] == ["10:05:00 kill switch"]


def test_a_service_that_refuses_is_tried_again_and_nothing_is_said_when_it_then_takes_it(service):
    service.refusals = [500, 503]
    notifier, troubles = notifying(Service(url=service.url()))

    notifier.offer([alert()])
    got = service.wait_for(messages=1)
    notifier.close()

    assert len(got) == 1
    assert troubles == []


def test_a_service_that_goes_on_refusing_is_said_once_without_its_secrets_and_works_again_later(service):
    service.refusals = [500] * 6
    notifier, troubles = notifying(Service(url=service.url(SECRET), name="Phone"))

    notifier.offer([alert(sentence="first")])
    service.wait_for(asked=3)
    notifier.offer([alert(sentence="second")])
    service.wait_for(asked=6)
    notifier.offer([alert(sentence="third")])
    got = service.wait_for(messages=1)
    notifier.close()

    assert [one["message"][9:] for one in got] == ["third"]
    (sentence,) = troubles
    assert sentence.startswith("1 alert was not sent to Phone (json://…): ")
    assert "500" in sentence
    assert SECRET not in sentence


def test_a_service_that_does_not_answer_holds_up_neither_the_caller_nor_another_service(service):
    answers = Event()

    def send(one, _title, _body):
        if one.name == "slow":
            answers.wait(10)
        else:
            service.take(b"{}")

    notifier, _ = notifying(Service(url="json://slow", name="slow"), Service(url="json://quick"), send=send)

    notifier.offer([alert()])
    service.wait_for(messages=1)
    answers.set()
    notifier.close()


def test_more_alerts_than_can_wait_are_counted_and_said_in_the_message():
    begun, go_on, bodies = Event(), Event(), []

    def send(_one, _title, body):
        bodies.append(body)
        begun.set()
        go_on.wait(10)

    notifier, _ = notifying(Service(url="json://slow"), send=send)

    notifier.offer([alert()])
    assert begun.wait(10)
    notifier.offer([alert(sentence=f"number {number}") for number in range(MOST_WAITING + 7)])
    go_on.set()
    notifier.close()

    assert "and 7 more before these" in bodies[1]
    assert sum(body.count("number") for body in bodies) == MOST_WAITING


def test_other_settings_hold_from_the_next_alert_on(service):
    notifier, _ = notifying(Service(url=service.url("old")))
    notifier.offer([alert(sentence="old")])
    service.wait_for(messages=1)

    notifier.use(Notifications(channels=(Popup(),)))
    notifier.offer([alert(sentence="nobody hears it")])
    notifier.close()

    assert len(service.got) == 1


def test_settings_are_kept_for_their_owner_alone_and_read_back():
    kept = Notifications(channels=(Sound(), Service(url="json://host/token", takes=(AlertClass.FEED,))))

    save_notifications(Notifications())
    save_notifications(kept)

    assert load_notifications() == kept
    assert notifications_file().stat().st_mode & 0o077 == 0
    assert load_notifications(notifications_file().with_name("notifications.toml.bak")) == Notifications()


def test_without_a_file_popups_alone_are_told():
    assert load_notifications() == Notifications(channels=(Popup(),))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("channels = 3", "must be a list"),
        ('[[channels]]\ntype = "pigeon"', "one of popup, sound or service"),
        (f'[[channels]]\ntype = "service"\nurl = "{SECRET}"', "must begin with a service and ://"),
        ('[[channels]]\ntype = "popup"\ntakes = ["luck"]', "luck"),
        ('[[channels]]\ntype = "popup"\nquiet = { begin = 09:00:00, end = 09:00:00 }', "must differ from From"),
        ("schema = 99", "newer"),
        ("[[", "not TOML"),
    ],
)
def test_a_wrong_file_is_a_sentence_and_stays_as_it_is(text, words):
    notifications_file().write_text(text)

    with pytest.raises(MisuseError, match="cannot be used") as caught:
        load_notifications()

    assert words in str(caught.value)
    assert SECRET not in str(caught.value)
    assert notifications_file().read_text() == text


def test_a_url_that_no_service_has_is_refused_and_not_shown():
    with pytest.raises(MisuseError, match=r"No service takes the URL pigeon://…") as caught:
        need_service(Service(url=f"pigeon://{SECRET}"))

    assert SECRET not in str(caught.value)
    with pytest.raises(MisuseError):
        save_notifications(Notifications(channels=(Service(url=f"tgram://{SECRET}"),)))
    assert not notifications_file().exists()


def test_a_disk_that_refuses_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(FailureError, match="cannot be written"):
        save_notifications(Notifications(), tmp_path / "file" / "notifications.toml")


def test_secrets_stay_out_of_words_logs_and_representations(service, caplog):
    one = Service(url=service.url(SECRET))
    service.refusals = [404]

    with caplog.at_level(logging.WARNING):
        ((label, why),) = send_test(Notifications(channels=(one,)))

    assert label == "json://…"
    assert why
    assert all(SECRET not in text for text in (why, caplog.text, repr(one), str(Notifications(channels=(one,)))))
    assert without_secrets(f"cannot reach {SECRET} at x", f"json://user:pass@h/{SECRET}") == "cannot reach … at x"


def test_a_test_message_says_what_it_is(service):
    answers = send_test(Notifications(channels=(Popup(), Service(url=service.url(), name="Phone"))))

    assert answers == [("Phone (json://…)", None)]
    assert service.got[0]["title"] == "Legwork: test"


@pytest.mark.parametrize(
    ("begin", "end", "at", "holds"),
    [
        (time(22, 0), time(7, 0), time(23, 0), True),
        (time(22, 0), time(7, 0), time(6, 59), True),
        (time(22, 0), time(7, 0), time(7, 0), False),
        (time(12, 0), time(13, 0), time(12, 0), True),
        (time(12, 0), time(13, 0), time(13, 0), False),
    ],
)
def test_quiet_hours_may_lie_over_midnight_and_end_at_their_end(begin, end, at, holds):
    assert QuietHours(begin=begin, end=end).hold(at) is holds
