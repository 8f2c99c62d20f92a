"""The base of every dialog: never blocks the loop, and keeps the emergency keys working."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.composition.questions import Question
from desktop.forms.field_menu import HELP_ACTION

_WIDTH = 460


class DeskDialog(QDialog):
    """A dialog that is opened, never executed, and deletes itself when it is done.

    The actions that must work everywhere (kill switch, panic exit) are found on the window and added here too, because
    Qt does not deliver the keys of a window that a dialog covers.
    """

    def __init__(self, parent: QWidget | None, title: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in emergency_actions(parent):
            self.addAction(action)
        self._by_tab: tuple[QPushButton, ...] = ()
        self._help = help_above(parent)
        if self._help is not None:
            self.addAction(self._help)
        rise_above_pinned(self)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(14, 12, 14, 12)
        self.column.setSpacing(8)

    def add_text(self, text: str, *, muted: bool = False) -> QLabel:
        """Add a paragraph."""
        label = QLabel(text, self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setMinimumWidth(_WIDTH)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if muted:
            label.setProperty("muted", True)
        self.column.addWidget(label)
        return label

    def add_no_more(self, question: Question) -> QCheckBox:
        """Add the box by which the trader is not asked again, once the dialog was accepted."""
        box = QCheckBox(f"Do not ask again: {question.about}", self)
        box.setAccessibleName(box.text())
        box.setToolTip("It is then done at once. In the menu Desk, Questions… lets everything be asked again.")
        self.accepted.connect(lambda: question.ask_no_more() if box.isChecked() else None)
        self.column.addWidget(box)
        return box

    def add_buttons(self, confirm: str | None, dismiss: str, *, danger: bool = False) -> QPushButton | None:
        """Add the closing row: ``confirm`` accepts (None: there is nothing to accept), ``dismiss`` rejects."""
        box = QDialogButtonBox(self)
        leave = box.addButton(dismiss, QDialogButtonBox.ButtonRole.RejectRole)
        leave.setAccessibleName(dismiss)
        button = None
        if confirm is not None:
            button = box.addButton(confirm, QDialogButtonBox.ButtonRole.AcceptRole)
            button.setAccessibleName(confirm)
            button.setProperty("danger", danger)
            button.setAutoDefault(not danger)
            button.setDefault(not danger)
        if danger or confirm is None:
            # What cannot be taken back must not lie under a blind Enter.
            leave.setDefault(True)
            leave.setFocus()
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        row = QHBoxLayout()
        if self._help is not None:
            explain = QPushButton("Help", self)
            explain.setAccessibleName("Help")
            explain.setToolTip(self._help.toolTip())
            explain.setAutoDefault(False)
            explain.clicked.connect(self._explain)
            row.addWidget(explain)
            # An answer comes before an explanation: Tab goes from one answer to the other first.
            answers = (leave, button) if danger else (button, leave)
            self._by_tab = tuple(one for one in (*answers, explain) if one is not None)
        row.addWidget(box, 1)
        self.column.addLayout(row)
        return button

    def showEvent(self, event: QShowEvent) -> None:
        """Put the buttons into their order; the box that holds them has one of its own until now."""
        super().showEvent(event)
        for one, following in pairwise(self._by_tab):
            QWidget.setTabOrder(one, following)

    def _explain(self) -> None:
        if self._help is not None:
            self._help.trigger()


class QuestionDialog(DeskDialog):
    """Ask before something that cannot be taken back.

    Attributes:
        asked: Title and first paragraph, by which the same question is known again.
        no_more: Whether it is the last time; None for what is asked every time.
    """

    def __init__(
        self,
        parent: QWidget,
        title: str,
        paragraphs: Sequence[str],
        confirm: str,
        *,
        danger: bool = False,
        question: Question | None = None,
    ) -> None:
        super().__init__(parent, title)
        self.asked = (title, paragraphs[0])
        for number, text in enumerate(paragraphs):
            self.add_text(text, muted=number > 0)
        self.no_more = None if question is None else self.add_no_more(question)
        self.add_buttons(confirm, "Leave it", danger=danger)


class SentenceDialog(DeskDialog):
    """Tell the trader something that must be seen."""

    def __init__(self, parent: QWidget | None, title: str, paragraphs: Sequence[str]) -> None:
        super().__init__(parent, title)
        for number, text in enumerate(paragraphs):
            self.add_text(text, muted=number > 0)
        self.add_buttons(None, "Close")


def ask(
    parent: QWidget,
    title: str,
    paragraphs: Sequence[str],
    confirm: str,
    when_confirmed: Callable[[], None],
    *,
    danger: bool = False,
    question: Question | None = None,
) -> QuestionDialog | None:
    """Open a question; ``when_confirmed`` is called if the trader agrees.

    One that the trader does not want to be asked again is done at once, and said (``question``; None: asked every
    time). The same question is never open twice: a second click brings the first to the front.
    """
    if question is not None and not question.is_asked:
        when_confirmed()
        question.questions.tell(f"{title}: done without asking.")
        return None
    for open_one in parent.window().findChildren(QuestionDialog):
        if open_one.isVisible() and open_one.asked == (title, paragraphs[0]):
            open_one.raise_()
            open_one.activateWindow()
            return open_one
    dialog = QuestionDialog(parent, title, paragraphs, confirm, danger=danger, question=question)
    dialog.accepted.connect(when_confirmed)
    dialog.open()
    return dialog


def tell(parent: QWidget, title: str, *paragraphs: str) -> SentenceDialog:
    """Open a notice."""
    dialog = SentenceDialog(parent, title, paragraphs)
    dialog.open()
    return dialog


def rise_above_pinned(dialog: QDialog) -> None:
    """Keep a dialog that is not shown yet above panels pinned on top, which would lie over its questions."""
    flag = Qt.WindowType.WindowStaysOnTopHint
    if any(window.isVisible() and window.windowFlags() & flag for window in QApplication.topLevelWidgets()):
        dialog.setWindowFlag(flag)


def help_above(parent: QWidget | None) -> QAction | None:
    """Return the action that opens Help, of the window above; None where there is no Help."""
    window = parent.window() if parent is not None else None
    while window is not None:
        found = next((action for action in window.actions() if action.objectName() == HELP_ACTION), None)
        if found is not None:
            return found
        above = window.parentWidget()
        window = above.window() if above is not None else None
    return None


def emergency_actions(parent: QWidget | None) -> list[QAction]:
    """Return the actions of the window above that must work everywhere."""
    window = parent.window() if parent is not None else None
    while window is not None:
        found = [action for action in window.actions() if action.shortcutContext() == _EVERYWHERE]
        if found:
            return found
        above = window.parentWidget()
        if above is None:
            return []
        window = above.window()
    return []


_EVERYWHERE = Qt.ShortcutContext.ApplicationShortcut
