"""What is shown when something went wrong that should not: what happened, what is open, and what to do now."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from desktop.windows.dialog import DeskDialog
from desktop.windows.panel import push_button
from desktop.windows.settings_pages import open_folder

_OPEN_HEIGHT = 130


class WaysOut(msgspec.Struct, frozen=True, kw_only=True):
    """What the trader can do.

    Attributes:
        start_again: Close everything in order and start the program anew on the same journal.
        close: Close everything in order.
    """

    start_again: Callable[[], None]
    close: Callable[[], None]


class CrashDialog(DeskDialog):
    """A mistake in the window: the engine trades on.

    Attributes:
        report: Where the report lies; None where it could not be written.
        text: The report itself.
    """

    title = "Something in the window went wrong"
    leave = "Go on"

    def __init__(
        self, parent: QWidget | None, paragraphs: Sequence[str], text: str, report: Path | None, ways: WaysOut
    ) -> None:
        super().__init__(parent, self.title)
        self.text, self.report, self._ways = text, report, ways
        for number, paragraph in enumerate(paragraphs):
            self.add_text(paragraph, muted=number > 0)
        self._add_between()
        row = QHBoxLayout()
        row.addWidget(push_button("Copy the report", "Put the report on the clipboard", self._copy))
        if report is not None:
            row.addWidget(push_button("Open the folder", "Show the folder in which the report lies", self._open_folder))
        row.addStretch(1)
        self.column.addLayout(row)
        row = QHBoxLayout()
        self.again_button = push_button(
            "Start again", "Close in order, then start Legwork anew on the same journal", self._start_again
        )
        row.addWidget(self.again_button)
        row.addWidget(push_button("Close Legwork", "Close in order; the next start recovers everything", self._close))
        row.addStretch(1)
        self.column.addLayout(row)
        self.add_buttons(None, self.leave)

    def _add_between(self) -> None:
        """Add what stands between the words and the buttons."""

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)

    def _open_folder(self) -> None:
        if self.report is not None:
            open_folder(self.report)

    def _start_again(self) -> None:
        self.accept()
        self._ways.start_again()

    def _close(self) -> None:
        self.accept()
        self._ways.close()


class EngineStoppedDialog(CrashDialog):
    """The engine stopped: nothing is watched any more, and what is open must be seen to."""

    title = "The engine stopped"
    leave = "Look at the desk"

    def __init__(
        self,
        parent: QWidget | None,
        paragraphs: Sequence[str],
        still_open: Sequence[str],
        text: str,
        report: Path | None,
        ways: WaysOut,
    ) -> None:
        self._still_open = tuple(still_open)
        super().__init__(parent, paragraphs, text, report, ways)
        self.again_button.setDefault(True)
        self.again_button.setFocus()

    def _add_between(self) -> None:
        if not self._still_open:
            self.add_text("As far as was known, nothing is open at the broker.")
            return
        self.add_text("Still open at the broker, as far as was known:")
        lines = QPlainTextEdit("\n".join(self._still_open), self)
        lines.setReadOnly(True)
        lines.setTabChangesFocus(True)
        lines.setAccessibleName("Still open at the broker")
        lines.setMaximumHeight(_OPEN_HEIGHT)
        self.column.addWidget(lines)
