"""Choose the broker to trade at; Legwork starts again there, on that broker's own journal."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from desktop.composition.run_brokers import RunBroker
from desktop.windows.dialog import DeskDialog


class BrokerDialog(DeskDialog):
    """Asks where to trade.

    Attributes:
        choices: The brokers' buttons, by name.
        start: Starts again at the chosen one; of use once another than the present one is chosen.
    """

    def __init__(
        self,
        parent: QWidget,
        brokers: Sequence[RunBroker],
        current: str,
        open_legs: int,
        when_chosen: Callable[[str], None],
    ) -> None:
        super().__init__(parent, "Trade at another broker")
        self.setObjectName("broker_dialog")
        self._when_chosen = when_chosen
        self.choices: dict[str, QRadioButton] = {}
        group = QButtonGroup(self)
        for broker in brokers:
            button = QRadioButton(broker.title, self)
            button.setAccessibleName(broker.title)
            button.setChecked(broker.name == current)
            button.setEnabled(not broker.why_not)
            group.addButton(button)
            self.choices[broker.name] = button
            self.column.addWidget(button)
            self.add_text(broker.why_not or broker.detail, muted=True)
        self.add_text(
            "Legwork closes and starts again there, on a journal of its own. What was begun here stays in the journal "
            "of here, and goes on when you come back."
        )
        if open_legs:
            self.add_text(f"{open_legs} legs are open here. Nothing watches their stops while you trade elsewhere.")
        self.start = self.add_buttons("Start again there", "Stay here", danger=bool(open_legs))
        assert self.start is not None  # It has something to accept.
        self._current = current
        group.buttonToggled.connect(self._show_whether_it_is_another)
        self._show_whether_it_is_another()

    def chosen(self) -> str:
        """Return the name of the chosen broker."""
        return next((name for name, button in self.choices.items() if button.isChecked()), self._current)

    def accept(self) -> None:
        """Start again at the chosen broker."""
        super().accept()
        self._when_chosen(self.chosen())

    def _show_whether_it_is_another(self) -> None:
        assert self.start is not None
        self.start.setEnabled(self.chosen() != self._current)
