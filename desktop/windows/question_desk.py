"""What is asked, what is not asked any more, and what can be taken back for some seconds."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from desktop.widgets.toast import ToastStack
from desktop.windows.panel import Desk
from desktop.windows.questions_dialog import QuestionsDialog


class QuestionDesk:
    """Lets questions and ways back be seen in the window."""

    def __init__(self, window: QWidget, desk: Desk, toasts: ToastStack, say: Callable[[str], None]) -> None:
        self._window, self._desk, self._toasts, self._say = window, desk, toasts, say
        desk.questions.tell = say
        desk.way_back.say = say
        desk.way_back.show = lambda done, act: toasts.show_offer(done, "Undo", act)
        if desk.questions.trouble:
            say(desk.questions.trouble)

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Answer who carries out which action."""
        return {
            "questions": lambda: QuestionsDialog(self._window, self._desk.questions).open(),
            "ask_again": self._ask_again,
            "take_back": self._take_back,
            "check_all": self._check_all,
            "check_none": lambda: self._desk.checked.check(()),
        }

    def _check_all(self) -> None:
        self._desk.checked.check(row.portfolio_id for row in self._desk.bridge.portfolios.values())

    def _ask_again(self) -> None:
        self._desk.questions.ask_again()
        self._say("Every question is asked again.")

    def _take_back(self) -> None:
        if not self._toasts.take_newest_offer():
            self._say("There is nothing to take back now; what can be, is offered for some seconds after it was done.")
