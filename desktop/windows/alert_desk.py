"""What the window does with alerts: popups, sounds, and the settings of all notifications."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from desktop.composition.notifications import save_notifications
from desktop.presentation.tones import Tone
from desktop.windows.panel import Desk
from engine.domain.instant import ist_datetime
from engine.domain.settings.notifications import Notifications, Popup, Sound
from engine.schema.declared import Declared
from engine.views.alerts import Alert
from engine.views.messages import MessageLevel
from engine.views.status import EngineStopped

TOAST_TONES = {
    MessageLevel.ATTENTION: Tone.ACCENT,
    MessageLevel.ERROR: Tone.DOWN,
    MessageLevel.WARNING: Tone.WARNING,
}
"""Levels that are loud, and their colours."""

MOST_TOASTS_AT_ONCE = 3


class AlertDesk(QObject):
    """Shows alerts as the trader's notifications say, as long as its window lives.

    Attributes:
        settings: Where alerts are sent.
        beep: Makes the sound.
    """

    def __init__(self, window: QWidget, desk: Desk, say: Callable[[str, Tone], None]) -> None:
        super().__init__(window)
        self._window, self._desk, self._say = window, desk, say
        self.settings = Notifications() if desk.notifier is None else desk.notifier.settings
        self.beep: Callable[[], None] = QApplication.beep

    def take(self, alerts: list[Alert]) -> None:
        """Show the newest alerts and sound once for all of them."""
        shown = [one for one in alerts if self.settings.wanted(Popup, one.about, ist_datetime(one.at).time())]
        for alert in shown[-MOST_TOASTS_AT_ONCE:]:
            self._say(alert.sentence, TOAST_TONES.get(alert.level, Tone.PLAIN))
        if any(self.settings.wanted(Sound, one.about, ist_datetime(one.at).time()) for one in alerts):
            self.beep()

    def engine_stopped(self, stopped: EngineStopped) -> None:
        """Tell everybody that nothing is watched any more; the engine cannot say so itself."""
        alert = Alert(at=stopped.at, about=None, level=MessageLevel.ATTENTION, sentence=stopped.sentence, portfolio="")
        self.take([alert])
        if self._desk.notifier is not None:
            self._desk.notifier.offer([alert])

    def keep(self, settings: Declared) -> None:
        """Let alerts go where these settings say. Raises MisuseError, FailureError; nothing is changed then."""
        if not isinstance(settings, Notifications):
            raise TypeError(f"{settings!r} are no notifications")
        if self._desk.keeps_settings and self._desk.notifier is not None:
            save_notifications(settings)
        self.settings = settings
        if self._desk.notifier is not None:
            self._desk.notifier.use(settings)
