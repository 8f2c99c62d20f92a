"""The kill switch laid open: its state, what each of its levels would do now in numbers, and its release."""

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from desktop.bridge import EngineBridge
from desktop.viewmodels.risk_console import present_effects
from desktop.windows.kill_switch_dialog import LEVEL_NAMES, KillSwitchDialog
from desktop.windows.panel import push_button
from desktop.windows.reason_dialog import ReasonDialog
from engine.domain.commands import ReleaseKillSwitch
from engine.domain.multileg.states import KillLevel
from engine.views.kill_effects import level_sentences
from engine.views.status import StatusRow

_BUTTONS = {
    KillLevel.NO_OPENINGS: ("Stop openings…", "Let nothing open any more; stops and exits go on"),
    KillLevel.CANCEL: ("Cancel openings…", "Also cancel what still waits at the broker to open more"),
    KillLevel.FLATTEN: ("Flatten…", "Also square off everything at the market, shorts first"),
}


class KillStrip(QWidget):
    """Three levels below each other, each with what it would do at this moment; ``refresh`` counts anew.

    Attributes:
        sentences: What each level would do.
        buttons: Open the question of each level.
        release_button: Opens the release; only there while the switch is on.
    """

    def __init__(self, bridge: EngineBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.state = QLabel(self)
        self.sentences: dict[KillLevel, QLabel] = {}
        self.buttons: dict[KillLevel, QPushButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 2, 6, 4)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.state, 0, 0, 1, 2)
        for number, level in enumerate(_BUTTONS, 1):
            text, tip = _BUTTONS[level]
            self.buttons[level] = push_button(text, tip, self._opener(level), danger=True)
            label = self.sentences[level] = QLabel(self)
            # One line each: a sentence that does not fit is cut and whole in its tip.
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            grid.addWidget(self.buttons[level], number, 0)
            grid.addWidget(label, number, 1)
        self.release_button = push_button("Release…", "Let portfolios open again, with a reason", self.release)
        grid.addWidget(self.release_button, 0, 2)
        bridge.status_changed.connect(self._show_state)
        if bridge.status is not None:
            self._show_state(bridge.status)
        self.refresh()

    def refresh(self) -> None:
        """Count anew what the levels would do."""
        for level, sentence in level_sentences(present_effects(self._bridge)).items():
            label = self.sentences[level]
            if label.text() != sentence:
                label.setText(sentence)
                label.setToolTip(sentence)
                self.buttons[level].setAccessibleDescription(sentence)

    def trip(self, level: KillLevel) -> None:
        """Ask for a reason, then trip the switch at a level."""
        status = self._bridge.status
        KillSwitchDialog(
            self,
            status.kill_level if status else KillLevel.OFF,
            status.kill_reason if status else "",
            level_sentences(present_effects(self._bridge)),
            self._bridge.trip_kill_switch,
            self._release,
            level,
        ).open()

    def release(self) -> None:
        """Ask for a reason, then release the switch."""
        status = self._bridge.status
        if status is not None and status.kill_level:
            on = f"{LEVEL_NAMES[status.kill_level]}. Reason: {status.kill_reason or 'none given'}"
            text = f"The kill switch is on, {on}. Portfolios may open again."
            ReasonDialog(self, "Release the kill switch", text, "Release", self._release).open()

    def _opener(self, level: KillLevel) -> Callable[[], None]:
        return lambda: self.trip(level)

    def _release(self, reason: str) -> None:
        self._bridge.submit(lambda at: ReleaseKillSwitch(at=at, reason=reason))

    def _show_state(self, status: StatusRow) -> None:
        level = status.kill_level
        words = "Kill switch off" if not level else f"Kill switch ON: {LEVEL_NAMES[level]}. {status.kill_reason}"
        if self.state.text() != words:
            self.state.setText(words)
            self.state.setProperty("error", bool(level))
            self.state.style().polish(self.state)
        self.release_button.setVisible(bool(level))
        for which, button in self.buttons.items():
            # A latched level never goes down without a release.
            button.setEnabled(which > level)
