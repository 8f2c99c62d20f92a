"""Legs as one line of text: paste a leg string into the draft, and copy the draft's legs as one."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPlainTextEdit, QRadioButton, QWidget

from desktop.viewmodels.leg_words import leg_line
from desktop.windows.dialog import DeskDialog, tell
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.leg_string import HEDGES_ON, LegStringError, hedges_for, legs_from_string, legs_to_string
from engine.schema.load import dump

_EXAMPLE = "Strike:ATM+5|Txn:SELL|Ins:CE|Expiry:CW|Lots:2|WT:-5%|SL:Premium:20P||Strike:ATM-5|Txn:SELL|Ins:PE|…"
_SENTENCES_SHOWN = 6
_MOST_SHOWN = 40_000
"""Letters of a pasted text that are shown: more than a leg string has, so that its length is what is refused."""


class LegStringDialog(DeskDialog):
    """Reads a leg string while it is typed: says what its legs are, or everything that is wrong with it."""

    def __init__(
        self, parent: QWidget, default_lots: int, take: Callable[[Sequence[Leg], bool], None], text: str = ""
    ) -> None:
        """``text`` is what was pasted elsewhere, read at once."""
        super().__init__(parent, "Legs from text")
        self.setObjectName("leg_string_dialog")
        self._default_lots, self._take = default_lots, take
        self._legs: tuple[Leg, ...] = ()
        self.add_text("Paste a leg string. Legs are parted by ||, their fields by |, and a field is Key:Value.")
        self.text_box = QPlainTextEdit(self)
        self.text_box.setAccessibleName("Leg string")
        self.text_box.setPlaceholderText(_EXAMPLE)
        self.text_box.setMinimumHeight(110)
        self.text_box.setTabChangesFocus(True)
        self.text_box.textChanged.connect(self._read)
        self.column.addWidget(self.text_box)
        self.verdict = QLabel(self)
        self.verdict.setWordWrap(True)
        self.verdict.setAccessibleName("What the leg string says")
        self.column.addWidget(self.verdict)
        self.replace_choice, self.append_choice = QRadioButton("Replace the legs"), QRadioButton("Add to the legs")
        self.replace_choice.setChecked(True)
        together = QButtonGroup(self)
        row = QHBoxLayout()
        for choice in (self.replace_choice, self.append_choice):
            together.addButton(choice)
            row.addWidget(choice)
        row.addStretch(1)
        self.column.addLayout(row)
        self._confirm = self.add_buttons("Take these legs", "Leave it")
        self.text_box.setPlainText(text[:_MOST_SHOWN])
        self._read()
        self.text_box.setFocus()

    def accept(self) -> None:
        """Hand the legs over; while something is wrong nothing happens."""
        if self._legs:
            self._take(self._legs, self.replace_choice.isChecked())
            super().accept()

    def _read(self) -> None:
        text = self.text_box.toPlainText().strip()
        self._legs, lines, wrong = (), [], False
        if text:
            try:
                self._legs = legs_from_string(text, self._default_lots)
                lines = [f"{number}  {leg_line(dump(leg))}" for number, leg in enumerate(self._legs, start=1)]
                if hedges_for(self._legs):
                    lines.append(f"{HEDGES_ON}, unless it is on already")
            except LegStringError as error:
                wrong = True
                lines = [f"✕ {sentence}" for sentence in error.sentences[:_SENTENCES_SHOWN]]
                if len(error.sentences) > _SENTENCES_SHOWN:
                    lines.append(f"and {len(error.sentences) - _SENTENCES_SHOWN} more")
        self.verdict.setText("\n".join(lines))
        self.verdict.setProperty("error", wrong)
        self.verdict.style().unpolish(self.verdict)
        self.verdict.style().polish(self.verdict)
        if self._confirm is not None:
            self._confirm.setEnabled(bool(self._legs))


def copy_legs(parent: QWidget, legs: Sequence[Leg]) -> None:
    """Put legs on the clipboard as a leg string, and tell what it cannot say."""
    try:
        text, left_out = legs_to_string(legs)
    except LegStringError as error:
        tell(parent, "These legs cannot be said as text", *error.sentences[:_SENTENCES_SHOWN])
        return
    QGuiApplication.clipboard().setText(text)
    shown = left_out[:_SENTENCES_SHOWN]
    if shown:
        tell(parent, "The legs are on the clipboard, but not all of them", *shown)
