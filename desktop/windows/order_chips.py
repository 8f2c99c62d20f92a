"""Buttons that put the usual words into the order book's filter: working, refused or unknown, complete."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.viewmodels.row_filter import values_of, with_values
from desktop.widgets.data_table import DataTable

_FIELD = "status"
_CHIPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Working", ("working",), "Show orders that may still fill"),
    ("Refused", ("refused", "unknown"), "Show orders that were refused, not sent, or not answered"),
    ("Complete", ("complete",), "Show orders that are filled"),
)


class OrderChips(QWidget):
    """Chips that show and change the word ``status:`` of a filter; several together show either."""

    def __init__(self, table: DataTable, parent: QWidget) -> None:
        super().__init__(parent)
        self._table = table
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.buttons: list[QPushButton] = []
        for title, words, tip in _CHIPS:
            button = QPushButton(title, self)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setToolTip(tip)
            button.setAccessibleName(f"Filter: {title.casefold()}")
            button.setAccessibleDescription(tip)
            button.clicked.connect(lambda on, words=words: self._toggle(words, on=on))
            self.buttons.append(button)
            row.addWidget(button)
        table.look_changed.connect(self._show)
        self._show()

    def _toggle(self, words: tuple[str, ...], *, on: bool) -> None:
        line = self._table.filter_line
        before = [one for one in values_of(line.text(), _FIELD) if one not in words]
        line.setText(with_values(line.text(), _FIELD, [*before, *(words if on else ())]))

    def _show(self) -> None:
        asked = values_of(self._table.filter_line.text(), _FIELD)
        for button, (_title, words, _tip) in zip(self.buttons, _CHIPS, strict=True):
            button.setChecked(set(words) <= set(asked))
