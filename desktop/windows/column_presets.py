"""Ready choices of columns for a table with many: a button whose menu shows one of them."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from desktop.widgets.column_header import ColumnHeader, ColumnLayout


class PresetButton(QToolButton):
    """Shows the columns of a choice, in the order in which it names them, and hides the others."""

    def __init__(self, presets: Mapping[str, Sequence[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = presets
        self.setText("Columns")
        self.setAccessibleName("Choose columns")
        self.setToolTip("Show a ready choice of columns; the header's own menu shows and hides single ones")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def choose_for(self, header: ColumnHeader) -> None:
        """Let the choices be made for a table."""
        menu = QMenu(self)
        for name in self._presets:
            menu.addAction(name).triggered.connect(lambda _checked=False, name=name: self.choose(header, name))
        menu.addSeparator()
        menu.addAction("Reset columns").triggered.connect(lambda _checked=False: header.apply_defaults())
        self.setMenu(menu)

    def choose(self, header: ColumnHeader, name: str) -> None:
        """Show the columns of a choice."""
        wanted = {key: place for place, key in enumerate(self._presets[name])}
        known = header.column_layout()
        shown = sorted((one for one in known if one.key in wanted), key=lambda one: wanted[one.key])
        hidden = [one for one in known if one.key not in wanted]
        header.apply_layout(
            [
                *(ColumnLayout(key=one.key, width=one.width) for one in shown),
                *(ColumnLayout(key=one.key, width=one.width, hidden=True) for one in hidden),
            ]
        )
