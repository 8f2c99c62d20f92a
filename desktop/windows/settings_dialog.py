"""A dialog drawn from a declaration: fill in an account or a strategy tag; wrong fields are named beside them."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.composition.failures import EXPECTED
from desktop.forms.form import DeclarationForm
from desktop.windows.dialog import DeskDialog
from engine.schema.declared import Declared

_SIZE = (760, 560)


class SettingsDialog(DeskDialog):
    """Asks for one declaration; ``keep`` takes it, and what it raises is shown, with nothing lost of what was typed.

    Attributes:
        form: The fields.
    """

    def __init__(
        self,
        parent: QWidget,
        title: str,
        declaration: type[Declared],
        declared: Declared | None,
        keep: Callable[[Declared], None],
        note: str = "",
    ) -> None:
        super().__init__(parent, title)
        self._keep = keep
        if note:
            self.add_text(note, muted=True)
        self.form = DeclarationForm(declaration, columns=2)
        if declared is not None:
            self.form.set_value(declared)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.form)
        self.column.addWidget(area, 1)
        self._error = self.add_text("")
        self._error.setProperty("error", True)
        self._error.hide()
        self.add_buttons("Save", "Leave it")
        self.resize(*_SIZE)

    def accept(self) -> None:
        """Keep what was typed, or say what is wrong with it."""
        value = self.form.value()
        if value is None:
            self._say("; ".join(str(error) for error in self.form.errors()))
            return
        try:
            self._keep(value)
        except EXPECTED as error:
            self._say(str(error))
            return
        super().accept()

    def _say(self, sentence: str) -> None:
        self._error.setText(f"✕ {sentence}")
        self._error.show()
