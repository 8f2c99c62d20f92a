"""What the window stands on: an engine, in this process or in its own, and what the window asks besides."""

from collections.abc import Sequence
from functools import cache

from desktop.composition.asides import hear
from desktop.composition.clock import now
from desktop.composition.curves import Curves
from desktop.composition.desk_choice import DeskChoice
from desktop.composition.desk_program import DeskProgram
from desktop.composition.desk_run import DeskRun
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import layout_path
from desktop.composition.notifications import load_notifications, prepare
from desktop.composition.notifier import Notifier
from desktop.composition.own_words import OwnWords
from desktop.composition.rules import market_rules
from engine.api import EngineClient
from engine.domain.instant import Instant
from engine.domain.multileg.templates import Template, templates_from_toml
from engine.domain.profit_curve import Noted
from engine.domain.settings.notifications import Notifications
from engine.runtime.run import SimulatedRun
from engine.views.alerts import Alert

__all__ = ["Desk", "DeskChoice", "templates"]


class Desk:
    """An engine that is built but not started, and what the window asks besides.

    The notifier, the message log's own words and the curves that the window draws live here in both ways; journal,
    brokers and the files behind them live where the engine does.

    Attributes:
        client: Starts and stops the engine; opening happens where the engine runs.
        rules: The exchange's dated rules.
        notifier: Sends alerts to the trader's services.
        words: What the services around the engine say; attach the window to it.
        curves: The profit curves of the session; known once the engine is open.
        warnings: What makes the journal's place unwise, sentence by sentence; known once the engine is open.
    """

    def __init__(self, choice: DeskChoice) -> None:
        self.choice = choice
        self.rules = market_rules()
        self.warnings: tuple[str, ...] = ()
        self.curves: Curves | None = None
        self._run: DeskRun | None = None
        self._trouble: str | None = None
        self.client = self._new_client()
        self.words = OwnWords(self._time)
        self.notifier = Notifier(self._notifications(), self.words.say, about=f"Legwork, {choice.broker} trading")

    def close(self) -> None:
        """Stop the engine and close broker and journal; safe to call twice.

        Raises FailureError where the broker's books cannot be written; the journal is closed all the same.
        """
        self.client.stop()
        run, self._run = self._run, None
        trouble, self._trouble = self._trouble, None
        try:
            if run is not None:
                run.close()
        finally:
            self.notifier.close()
        if trouble is not None:
            raise FailureError(trouble)

    # --- what the run says, from any thread --------------------------------------------------------------------------

    def begin(self) -> None:
        """Load what sending needs now, so that the first alert of the day does not have to."""
        prepare(self.notifier.settings, self.words.say)

    def say(self, sentence: str) -> None:
        """Hear a sentence for the message log."""
        self.words.say(sentence)

    def warn(self, sentences: Sequence[str]) -> None:
        """Hear what the trader has to be warned of when the window opens."""
        self.warnings = (*self.warnings, *sentences)

    def offer(self, alerts: Sequence[Alert]) -> None:
        """Hear alerts for the trader's services."""
        self.notifier.offer(alerts)

    def begin_curves(self, curves: Curves) -> None:
        """See the profit curves of the session."""
        self.curves = curves

    def note(self, noted: Noted) -> None:
        """Hear what was noted of profits; curves of this process have taken it already."""
        if self._run is None and self.curves is not None:
            self.curves.keep(noted)

    def fail_to_close(self, sentence: str) -> None:
        """Hear what went wrong when the engine's process closed its files; ``close`` says it."""
        self._trouble = sentence

    # --- opening -----------------------------------------------------------------------------------------------------

    def _new_client(self) -> EngineClient:
        choice = self.choice
        if not choice.engine_process:
            self._run = DeskRun(choice, self.rules, self)
            return EngineClient(self._open_run, speed=choice.speed)
        return EngineClient.own_process(
            DeskProgram(choice), self.rules, speed=choice.speed, take_aside=lambda body: hear(body, self)
        )

    def _open_run(self) -> SimulatedRun:
        assert self._run is not None
        return self._run.open()

    def _notifications(self) -> Notifications:
        """Answer where alerts are sent; a wrong file is said and must not keep the window from opening."""
        if self.choice.journal is None:
            return Notifications()
        try:
            return load_notifications()
        except (FailureError, MisuseError) as error:
            self.words.say(f"No alert leaves the window: {error}")
            return Notifications()

    def _time(self) -> Instant:
        return self.client.now() if self.client.is_running else now()


@cache
def templates() -> tuple[Template, ...]:
    """Answer the predefined portfolios shipped with the program, the demonstration first."""
    files = sorted(layout_path("multileg").glob("*.toml"))
    found = templates_from_toml({file.name: file.read_text(encoding="utf-8") for file in files})
    return tuple(sorted(found, key=lambda template: template.id != "demonstration"))
