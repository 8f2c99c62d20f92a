"""The chip that shows and changes the link group of a panel: a coloured square with the group's number."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QColor, QIcon, QKeyEvent, QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from desktop.presentation.link_colours import LINK_COLOURS

_SIDE = 18


class LinkChip(QToolButton):
    """Opens the list of groups on a click, Space or Down; a digit chooses one at once.

    Signals:
        group_chosen: Number of the group the trader wants; 0 for none.
    """

    group_chosen = Signal(int)

    def __init__(self, panel_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panel_name, self._group = panel_name, 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(_SIDE + 4, _SIDE)
        self.clicked.connect(lambda _checked=False: self.open_list())
        self.show_group(0)

    @property
    def shown_group(self) -> int:
        """The group that is shown."""
        return self._group

    def show_group(self, group: int) -> None:
        """Show a group; 0 for none."""
        self._group = group
        name = LINK_COLOURS[group].name
        said = f"Link group {group}, {name}" if group else "Link group: none"
        self.setAccessibleName(f"{said} ({self._panel_name})")
        self.setToolTip(f"{said}. Panels of one group show the same underlying, contract or portfolio. Keys: 0 to 9")
        self.update()

    def list_menu(self) -> QMenu:
        """Return the list of groups as a menu that deletes itself."""
        menu = QMenu(self)
        menu.setAccessibleName("Link groups")
        menu.aboutToHide.connect(menu.deleteLater)
        choices = QActionGroup(menu)
        for number, colour in enumerate(LINK_COLOURS):
            # A swatch stands where the check mark would.
            text = f"&{number}  {colour.name.capitalize()}" + ("\t✓" if number == self._group else "")
            action = menu.addAction(_swatch(colour.fill), text) if colour.fill else menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(number == self._group)
            choices.addAction(action)
            action.triggered.connect(lambda _checked=False, number=number: self.group_chosen.emit(number))
        return menu

    def open_list(self) -> None:
        """Open the list of groups below the chip."""
        self.list_menu().popup(self.mapToGlobal(self.rect().bottomLeft()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a group by its digit, or open the list."""
        text = event.text()
        if len(text) == 1 and text in "0123456789":
            self.group_chosen.emit(int(text))
        elif event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.open_list()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return QSize(_SIDE + 4, _SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the square, the number, and a ring where the keyboard is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour, muted = LINK_COLOURS[self._group], self.palette().color(QPalette.ColorRole.PlaceholderText)
        square = QRect(2, 1, self.width() - 5, self.height() - 3)
        painter.setPen(QColor(colour.fill) if colour.fill else muted)
        if colour.fill:
            painter.setBrush(QColor(colour.fill))
        painter.drawRoundedRect(square, 3, 3)
        painter.setPen(QColor(colour.ink) if colour.ink else muted)
        painter.drawText(square, Qt.AlignmentFlag.AlignCenter, str(self._group) if self._group else "–")
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.palette().color(QPalette.ColorRole.Link))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)
        painter.end()


def _swatch(fill: str) -> QIcon:
    pixmap = QPixmap(14, 14)
    pixmap.fill(QColor(fill))
    return QIcon(pixmap)
