"""The kill switch: three latching levels, each said in numbers before it is tripped, and the release."""

from collections.abc import Callable

from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton, QWidget

from desktop.windows.dialog import DeskDialog
from desktop.windows.panel import push_button
from engine.domain.multileg.states import KillLevel

Trip = Callable[[KillLevel, str], None]
Release = Callable[[str], None]

_NO_REASON = "by hand"

LEVEL_NAMES: dict[KillLevel, str] = {
    KillLevel.OFF: "off",
    KillLevel.NO_OPENINGS: "no new openings",
    KillLevel.CANCEL: "openings cancelled",
    KillLevel.FLATTEN: "flattened",
}


class KillSwitchDialog(DeskDialog):
    """Choose a level and a reason, or release the switch with a reason."""

    def __init__(
        self,
        parent: QWidget,
        level: KillLevel,
        reason: str,
        sentences: dict[KillLevel, str],
        trip: Trip,
        release: Release,
        wanted: KillLevel = KillLevel.OFF,
    ) -> None:
        """``sentences`` say what each level would do now; ``wanted`` is chosen to begin with, where it is higher."""
        super().__init__(parent, "Kill switch")
        self.setObjectName("kill_switch_dialog")
        self._trip, self._release, self._level = trip, release, level
        if level is not KillLevel.OFF:
            self.add_text(f"The kill switch is on: {LEVEL_NAMES[level]}. Reason: {reason or 'none given'}.")
        self.add_text(
            "Choose how much to stop. The switch stays on, also after a restart, until it is released.",
            muted=level is not KillLevel.OFF,
        )
        self.choices = QButtonGroup(self)
        for number, sentence in sentences.items():
            button = QRadioButton(sentence, self)
            button.setAccessibleName(sentence)
            # A latched level never goes down without a release.
            button.setEnabled(number > level)
            self.choices.addButton(button, int(number))
            self.column.addWidget(button)
        enabled = [button for button in self.choices.buttons() if button.isEnabled()]
        first = next((one for one in enabled if self.choices.id(one) >= wanted), next(iter(enabled), None))
        if first is not None:
            first.setChecked(True)
        self.reason_line = QLineEdit(self)
        self.reason_line.setPlaceholderText("Reason, kept in the journal")
        self.reason_line.setAccessibleName("Reason")
        self.reason_line.setMaxLength(200)
        self.column.addWidget(self.reason_line)
        self._add_rows(can_trip=first is not None, can_release=level is not KillLevel.OFF)

    def chosen(self) -> KillLevel:
        """Answer the chosen level."""
        return KillLevel(max(self.choices.checkedId(), 0))

    def _add_rows(self, *, can_trip: bool, can_release: bool) -> None:
        if can_release:
            self.release_button = push_button(
                "Release the kill switch", "Let portfolios open again, with the reason above", self._released
            )
            self.column.addWidget(self.release_button)
        self.trip_button = self.add_buttons("Trip the kill switch", "Leave it", danger=True)
        if self.trip_button is not None:
            self.trip_button.setEnabled(can_trip)
            # Who opens the kill switch means it: Enter in the reason trips it.
            self.trip_button.setDefault(can_trip)
            self.reason_line.setFocus()
        self.accepted.connect(self._tripped)

    def _tripped(self) -> None:
        self._trip(self.chosen(), self.reason_line.text().strip() or _NO_REASON)

    def _released(self) -> None:
        self._release(self.reason_line.text().strip() or _NO_REASON)
        self.reject()
