"""Send alerts to the trader's services, each on a thread of its own; a service that fails stops nothing."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from threading import Condition, Lock, Thread

from desktop.composition.notifications import deliver
from engine.domain.instant import clock_text, ist_datetime
from engine.domain.settings.notifications import Notifications, Service
from engine.views.alerts import Alert

MOST_WAITING = 200
"""Alerts that wait for one service; more are counted and left out."""

PAUSES = (1.0, 5.0, 20.0)
"""Seconds before each further try."""

_MOST_LINES = 25
"""Alerts in one message; a service may refuse long ones."""

TEST_SENTENCE = "This is a test of Legwork's notifications."

Deliver = Callable[[Service, str, str], str | None]
"""Sends title and body to a service; answers None when taken, else why not."""


class Notifier:
    """Sends alerts to every service that takes them.

    ``trouble`` gets a sentence where a service fails, once until it works again. ``about`` says in the title whose
    alerts these are. Nothing here raises or keeps the caller waiting.
    """

    def __init__(
        self,
        settings: Notifications,
        trouble: Callable[[str], None],
        *,
        about: str = "Legwork",
        pauses: Sequence[float] = PAUSES,
        send: Deliver = deliver,
    ) -> None:
        self._settings = settings
        self._trouble = trouble
        self._about = about
        self.pauses = tuple(pauses)
        self._send = send
        self._lines: dict[Service, _Line] = {}
        self._lock = Lock()

    @property
    def settings(self) -> Notifications:
        """Where alerts are sent."""
        return self._settings

    def use(self, settings: Notifications) -> None:
        """Send alerts elsewhere from now on; what already waits for a service that is gone is not sent."""
        with self._lock:
            self._settings = settings
            for service in [one for one in self._lines if one not in settings.services()]:
                self._lines.pop(service).end()

    def offer(self, alerts: Iterable[Alert]) -> None:
        """Queue alerts for every service that takes them; returns at once."""
        wanted = list(alerts)
        with self._lock:
            for service in self._settings.services():
                chosen = [one for one in wanted if service.wants(one.about, ist_datetime(one.at).time())]
                if chosen:
                    self._line(service).add(chosen)

    def close(self, patience: float = 5.0) -> None:
        """Let every service take what waits, ``patience`` seconds at most for each, and end."""
        with self._lock:
            lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            line.end(hurry=False)
        for line in lines:
            line.join(patience)

    def _line(self, service: Service) -> "_Line":
        line = self._lines.get(service)
        if line is None:
            line = self._lines[service] = _Line(service, self._about, self.pauses, self._send, self._trouble)
        return line


class _Line:
    """The queue of one service and the thread that works it off."""

    def __init__(
        self,
        service: Service,
        about: str,
        pauses: tuple[float, ...],
        send: Deliver,
        trouble: Callable[[str], None],
    ) -> None:
        self._service, self._about, self._pauses = service, about, pauses
        self._send, self._trouble = send, trouble
        self._waiting: deque[Alert] = deque()
        self._left_out = 0
        self._ending = False
        self._is_broken = False
        self._changed = Condition()
        self._thread = Thread(target=self._live, name="notifications", daemon=True)
        self._thread.start()

    def add(self, alerts: Iterable[Alert]) -> None:
        with self._changed:
            for alert in alerts:
                if len(self._waiting) < MOST_WAITING:
                    self._waiting.append(alert)
                else:
                    self._left_out += 1
            self._changed.notify()

    def end(self, *, hurry: bool = True) -> None:
        """Let the thread end: at once, or after one try for what waits."""
        with self._changed:
            if hurry:
                self._waiting.clear()
            self._ending = True
            self._changed.notify()

    def join(self, patience: float) -> None:
        self._thread.join(patience)

    def _live(self) -> None:
        ended = False
        try:
            self._work()
            ended = True
        finally:
            if not ended:
                self._trouble(
                    f"Alerts to {self._service.label} stopped after a mistake of the program. Everything else goes on; "
                    "start Legwork again to have them sent"
                )

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ending)
                if not self._waiting:
                    return
                alerts = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_LINES))]
                left_out, self._left_out = self._left_out, 0
            self._tell(alerts, left_out)

    def _tell(self, alerts: list[Alert], left_out: int) -> None:
        why = self._tried(*_message(self._about, alerts, left_out))
        if why is None:
            self._is_broken = False
            return
        if not self._is_broken:
            self._is_broken = True
            self._trouble(
                f"{len(alerts)} {'alert was' if len(alerts) == 1 else 'alerts were'} not sent to "
                f"{self._service.label}: {why}. Everything else goes on; look at its URL and the network, then send a "
                "test from Notifications"
            )

    def _tried(self, title: str, body: str) -> str | None:
        """Send, again after each pause; answer None when it was taken, else why not."""
        why = self._send(self._service, title, body)
        for pause in self._pauses:
            if why is None:
                break
            with self._changed:
                if self._changed.wait_for(lambda: self._ending, pause):
                    break
            why = self._send(self._service, title, body)
        return why


def _message(about: str, alerts: list[Alert], left_out: int) -> tuple[str, str]:
    """Answer title and body for some alerts, oldest first."""
    lines = [f"{clock_text(one.at)} {one.sentence}" for one in alerts]
    if left_out:
        lines.append(f"and {left_out} more before these, too many to send; see the message log")
    if len(alerts) > 1:
        return f"{about}: {len(alerts)} alerts", "\n".join(lines)
    (alert,) = alerts
    kind = "account" if alert.about is None else alert.about.value
    return f"{about}: {kind}{f', {alert.portfolio}' if alert.portfolio else ''}", "\n".join(lines)


def send_test(settings: Notifications, send: Deliver = deliver) -> list[tuple[str, str | None]]:
    """Send a test to every service and wait for the answers.

    Answers each service's label with None where it was taken, else why not.
    """
    return [(one.label, send(one, "Legwork: test", TEST_SENTENCE)) for one in settings.services()]
