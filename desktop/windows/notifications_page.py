"""Where alerts are sent: the form of the channels, and a test of the services in it."""

from collections.abc import Callable
from threading import Thread

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton

from desktop.composition.failures import EXPECTED
from desktop.composition.notifications import need_service
from desktop.composition.notifier import send_test
from desktop.windows.live_form import Keep, LiveForm
from engine.domain.settings.notifications import Notifications

_NOTE = (
    "Alerts of a portfolio are chosen on its tab Monitoring; those of account, broker and feed always come. "
    "URLs of services are those of Apprise: https://appriseit.com/services/"
)

SendTest = Callable[[Notifications], list[tuple[str, str | None]]]


class NotificationsPage(LiveForm):
    """Asks where alerts are sent; they hold once they are applied, because a half-typed URL is none.

    Attributes:
        test: Sends a test to every service of the form, saved or not.
        answer: What came of the test.
    """

    def __init__(self, settings: Notifications, keep: Keep, send: SendTest = send_test) -> None:
        super().__init__(settings, keep, _NOTE, waits=True, columns=2)
        self._send = send
        self.test = QPushButton("Send a test", self)
        self.test.setAccessibleName("Send a test")
        self.test.setAutoDefault(False)
        self.test.clicked.connect(self._start)
        self.add_below(self.test)
        self.answer = QLabel(self)
        self.answer.setWordWrap(True)
        self.answer.hide()
        self.add_below(self.answer)

    def _start(self) -> None:
        settings = self.form.value()
        if not isinstance(settings, Notifications):
            self._show("; ".join(str(error) for error in self.form.errors()))
            return
        if not settings.services():
            self._show("There is no service among the channels; popup and sound need no test.")
            return
        try:
            for service in settings.services():
                need_service(service)
        except EXPECTED as error:
            self._show(str(error))
            return
        self.test.setEnabled(False)
        self._show("Sending …")
        attempt = _Attempt(self._send)
        # The page may be gone before the answer is here; Qt then drops it.
        attempt.answered.connect(self._answered, Qt.ConnectionType.QueuedConnection)
        Thread(target=attempt.run, args=(settings,), name="notifications test", daemon=True).start()

    def _answered(self, answers: list[tuple[str, str | None]]) -> None:
        self.test.setEnabled(True)
        said = [f"{label}: {'taken' if why is None else f'not taken: {why}'}" for label, why in answers]
        self._show("\n".join(said))

    def _show(self, words: str) -> None:
        self.answer.setText(words)
        self.answer.show()


class _Attempt(QObject):
    """One test on a thread of its own."""

    answered = Signal(list)

    def __init__(self, send: SendTest) -> None:
        super().__init__()
        self._send = send

    def run(self, settings: Notifications) -> None:
        self.answered.emit(self._send(settings))
