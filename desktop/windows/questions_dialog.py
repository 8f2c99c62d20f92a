"""What is asked before it is done: every question that can be switched off, each with its own box."""

from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.composition.questions import QUESTIONS, Questions
from desktop.windows.dialog import DeskDialog
from desktop.windows.panel import push_button

_WORDS = (
    "What has its mark is asked before it is done. The kill switch, panic exits, and what cancels everything or closes "
    "several legs at once are always asked."
)


class QuestionsDialog(DeskDialog):
    """A box for each question; what is changed holds at once.

    Attributes:
        boxes: The boxes by the names of their questions.
        all_button: Lets everything be asked again.
    """

    def __init__(self, parent: QWidget, questions: Questions) -> None:
        super().__init__(parent, "Questions")
        self.setObjectName("questions_dialog")
        self._questions = questions
        self.add_text(_WORDS)
        if questions.trouble:
            self.add_text(questions.trouble, muted=True)
        self.boxes = {name: self._box(name, about) for name, about in QUESTIONS.items()}
        self.all_button = push_button("Ask again everywhere", "Let every question be asked", self._ask_all)
        self.column.addWidget(self.all_button)
        self.add_buttons(None, "Close")

    def _box(self, name: str, about: str) -> QCheckBox:
        box = QCheckBox(f"Ask before {about}", self)
        box.setAccessibleName(box.text())
        box.setChecked(self._questions[name].is_asked)
        box.toggled.connect(lambda asked: self._set(name, asked=asked))
        self.column.addWidget(box)
        return box

    def _set(self, name: str, *, asked: bool) -> None:
        if asked:
            self._questions.ask_again(name)
        else:
            self._questions.ask_no_more(name)

    def _ask_all(self) -> None:
        self._questions.ask_again()
        for box in self.boxes.values():
            box.setChecked(True)
