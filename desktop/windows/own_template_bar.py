"""Rename and delete the templates of the trader's own, and the dialog that asks for their names."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from desktop.composition.failures import EXPECTED
from desktop.composition.own_templates import OwnTemplates
from desktop.composition.questions import Questions
from desktop.windows.dialog import DeskDialog, ask, tell
from desktop.windows.panel import muted_label, push_button
from engine.domain.multileg.templates import Template

_LONGEST_NAME = 60


class TemplateNameDialog(DeskDialog):
    """Asks for the name of a template; one that cannot be used is refused with a sentence beside it.

    Attributes:
        name_line: Where the name is typed.
    """

    def __init__(self, parent: QWidget, title: str, words: str, name: str, take: Callable[[str], None]) -> None:
        """``take`` may raise what is expected; its sentence is then shown and the dialog stays."""
        super().__init__(parent, title)
        self._take = take
        self.add_text(words)
        self.name_line = QLineEdit(name[:_LONGEST_NAME], self)
        self.name_line.setAccessibleName("Name of the template")
        self.name_line.setMaxLength(_LONGEST_NAME)
        self.name_line.selectAll()
        self.column.addWidget(self.name_line)
        self._error = QLabel(self)
        self._error.setProperty("error", True)
        self._error.setWordWrap(True)
        self._error.hide()
        self.column.addWidget(self._error)
        self.add_buttons("Save it", "Leave it")

    def accept(self) -> None:
        """Take the name, or say what is wrong with it."""
        try:
            self._take(self.name_line.text())
        except EXPECTED as error:
            self._error.setText(f"✕ {error}")
            self._error.show()
            return
        super().accept()


class OwnTemplateBar(QWidget):
    """Two buttons for the selected template, where it is the trader's own.

    Attributes:
        templates: The own templates.

    Signals:
        changed: A template was renamed or deleted.
    """

    changed = Signal()

    def __init__(self, parent: QWidget, templates: OwnTemplates, questions: Questions) -> None:
        super().__init__(parent)
        self.templates, self._questions = templates, questions
        self._template: Template | None = None
        self.rename_button = push_button("Rename…", "Give your template another name", self._rename)
        self.delete_button = push_button("Delete…", "Take your template away", self._delete, danger=True)
        self._words = muted_label()
        self._words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.rename_button)
        row.addWidget(self.delete_button)
        row.addWidget(self._words, 1)
        self.show_template(None)

    def show_template(self, template: Template | None) -> None:
        """Let the selected template be renamed and deleted, where it is the trader's own."""
        is_own = template is not None and self.templates.is_own(template)
        self._template = template if is_own else None
        self.rename_button.setEnabled(is_own)
        self.delete_button.setEnabled(is_own)
        troubles = self.templates.troubles
        self._words.setText(troubles[0] if troubles else "" if is_own else "Save the edited portfolio to have your own")

    def _rename(self) -> None:
        template = self._template
        if template is not None:
            words = f"{template.name} is called from now on:"
            TemplateNameDialog(
                self, "Rename a template", words, template.name, lambda name: self._renamed(template, name)
            ).open()

    def _renamed(self, template: Template, name: str) -> None:
        self.templates.rename(template, name)
        self.changed.emit()

    def _delete(self) -> None:
        template = self._template
        if template is not None:
            legs = len(template.portfolio.legs)
            ask(
                self,
                f"Delete {template.name}",
                [f"Take {template.name} with its {legs} legs away? Its file stays, under another name."],
                "Delete it",
                lambda: self._deleted(template),
                danger=True,
                question=self._questions["delete_template"],
            )

    def _deleted(self, template: Template) -> None:
        try:
            self.templates.delete(template)
        except EXPECTED as error:
            tell(self, "Not deleted", str(error))
        self.changed.emit()
