"""Ready choices of columns for a table with many: a button whose menu shows one of them."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from desktop.widgets.column_header import ColumnHeader, ColumnLayout


class PresetButton(QToolButton):
    """Shows the columns of a choice, in the order in which it names them, and hides the others.

    Attributes:
        chosen: The choice that was made last; the usual one at first.
    """

    def __init__(self, presets: Mapping[str, Sequence[str]], usual: str, parent: QWidget | None = None) -> None:
        """The columns of ``usual`` give way where there is no room; those of the others are scrolled to."""
        super().__init__(parent)
        self._presets, self._usual, self.chosen = presets, usual, usual
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
        menu.addAction("Reset columns").triggered.connect(lambda _checked=False: self._reset(header))
        self.setMenu(menu)

    def remember(self, header: ColumnHeader, name: str) -> None:
        """Take a choice as made, whose columns are there already; an unknown one is the usual one."""
        self.chosen = name if name in self._presets else self._usual
        header.gives_way = self.chosen == self._usual

    def _reset(self, header: ColumnHeader) -> None:
        self.remember(header, self._usual)
        header.apply_defaults()

    def choose(self, header: ColumnHeader, name: str) -> None:
        """Show the columns of a choice."""
        self.remember(header, name)
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
