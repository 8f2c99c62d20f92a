"""Alerts in the window: popups and sounds as the trader's notifications say, and the form of those."""

from datetime import date, time

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QPushButton

from desktop.composition.notifications import load_notifications
from desktop.composition.notifier import Notifier
from desktop.windows.notifications_page import NotificationsPage
from engine.domain.alert import AlertClass
from engine.domain.instant import ist_instant
from engine.domain.multileg.states import KillLevel
from engine.domain.settings.notifications import Notifications, Popup, QuietHours, Service, Sound
from engine.views.alerts import Alert
from engine.views.messages import MessageLevel, MessageRow
from engine.views.status import EngineStopped
from tests.helpers.receiver import receiver


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))


def alert(about=AlertClass.STOP, sentence="Call: leg 1 is closed", at=time(10, 5)):
    level = MessageLevel.WARNING
    return Alert(at=ist_instant(date(2026, 8, 19), at), about=about, level=level, sentence=sentence, portfolio="Call")


def toasts(desk):
    return [toast.text() for toast in desk.window.toasts.toasts()]


def said_by(desk, settings, *alerts):
    """What popped up and how often it sounded when alerts are raised under some settings."""
    sounds = []
    desk.window.alerts.settings = settings
    desk.window.alerts.beep = lambda: sounds.append(1)
    desk.bridge.alerts_raised.emit(list(alerts))
    return toasts(desk), len(sounds)


def test_an_alert_pops_up_and_sounds_as_the_channels_say(open_desk):
    desk = open_desk()
    quiet = QuietHours(begin=time(10, 0), end=time(11, 0))
    settings = Notifications(channels=(Popup(takes=(AlertClass.STOP,)), Sound(quiet=quiet)))

    shown, sounds = said_by(desk, settings, alert(), alert(AlertClass.ENTRY, "entered"), alert(None, "kill switch on"))
    _, later = said_by(desk, settings, alert(AlertClass.ENTRY, "entered", time(11, 0)))

    assert shown == ["Call: leg 1 is closed", "kill switch on"]
    assert (sounds, later) == (0, 1)


def test_without_channels_no_alert_shows_in_the_window(open_desk):
    desk = open_desk()

    assert said_by(desk, Notifications(channels=()), alert(), alert(None, "kill switch on")) == ([], 0)


def test_the_engine_raises_alerts_and_the_window_shows_each_once(open_desk):
    desk = open_desk()
    heard = []
    desk.bridge.alerts_raised.connect(heard.extend)

    desk.bridge.trip_kill_switch(KillLevel.NO_OPENINGS, "enough")
    desk.wait_until(lambda: bool(heard))
    desk.wait_until(lambda: bool(toasts(desk)))

    assert [one.about for one in heard] == [None]
    assert [text for text in toasts(desk) if "Kill switch on" in text] == [heard[0].sentence]


def test_a_loud_message_that_is_no_alert_still_pops_up(open_desk):
    desk = open_desk()
    row = MessageRow(
        number=9_999,
        at=ist_instant(date(2026, 8, 19), time(10, 0)),
        level=MessageLevel.WARNING,
        kind="command_refused",
        sentence="Not done",
        account="PAPER",
        tag="",
        portfolio_id=None,
        portfolio="",
    )

    desk.window._show_messages([row])

    assert "Not done" in toasts(desk)


def test_the_form_keeps_what_is_typed_and_the_window_goes_by_it_at_once(open_desk):
    desk = open_desk()
    desk.window.alerts._desk = replaced(desk)

    desk.window.act("notifications")
    dialog = desk.dialog(NotificationsPage)
    assert dialog.form.value() == Notifications()
    wanted = Notifications(channels=(Sound(takes=(AlertClass.STOP,)), Service(url="json://host/t0ken", name="Phone")))
    dialog.form.set_value(wanted)
    dialog.apply()

    assert desk.window.alerts.settings == wanted
    assert load_notifications() == wanted
    assert desk.window.alerts._desk.notifier.settings == wanted


def replaced(desk):
    """The window's desk with a notifier of its own that writes settings."""
    return replace(desk.window.desk, notifier=Notifier(Notifications(), lambda _sentence: None), keeps_settings=True)


def test_an_engine_that_stopped_is_told_everywhere(open_desk):
    desk = open_desk()
    at = ist_instant(date(2026, 8, 19), time(10, 5))
    with receiver() as service:
        settings = Notifications(channels=(Popup(takes=()), Service(url=service.url(), takes=())))
        notifier = Notifier(settings, lambda _sentence: None)
        desk.window.alerts._desk = replace(desk.window.desk, notifier=notifier)

        desk.bridge.engine_stopped.emit(EngineStopped(at=at, sentence="The engine stopped", detail="why"))
        notifier.close()

    assert [one["message"] for one in service.got] == ["10:05:00 The engine stopped"]
    assert "The engine stopped" in toasts(desk)


def test_a_url_that_no_service_has_is_said_in_the_form_and_nothing_is_kept(open_desk):
    desk = open_desk()
    desk.window.alerts._desk = replaced(desk)
    desk.window.act("notifications")
    dialog = desk.dialog(NotificationsPage)

    dialog.form.set_value(Notifications(channels=(Service(url="pigeon://t0ken"),)))
    dialog.apply()

    assert dialog.isVisible()
    assert "No service takes the URL pigeon://…" in dialog.said.text()
    assert desk.window.alerts.settings == Notifications()


def test_a_test_is_sent_from_the_form_without_saving(open_desk, qtbot):
    desk = open_desk()
    desk.window.act("notifications")
    dialog = desk.dialog(NotificationsPage)
    button = next(one for one in dialog.findChildren(QPushButton) if one.text() == "Send a test")

    button.click()
    assert "There is no service" in dialog.answer.text()
    with receiver() as service:
        dialog.form.set_value(Notifications(channels=(Service(url=service.url(), name="Phone"),)))
        button.click()
        qtbot.waitUntil(lambda: dialog.answer.text() == "Phone (json://…): taken", timeout=20_000)
        service.refusals = [500]
        button.click()
        qtbot.waitUntil(lambda: "not taken" in dialog.answer.text(), timeout=20_000)

    assert [one["title"] for one in service.got] == ["Legwork: test"]
    assert load_notifications() == Notifications()


def test_what_the_services_around_the_engine_say_stands_in_the_message_log(open_desk):
    desk = open_desk()
    desk._composed.words.say("before the window listened")

    desk._composed.words.attach(desk.bridge.take_notices)
    desk._composed.words.say("an alert was not sent")
    desk.wait_until(lambda: any(row.sentence == "an alert was not sent" for row in desk.bridge.messages))

    own = [row for row in desk.bridge.messages if row.kind == "service"]
    assert [row.sentence for row in own] == ["before the window listened", "an alert was not sent"]
    assert len({row.number for row in own}) == 2
    assert "an alert was not sent" in toasts(desk)
