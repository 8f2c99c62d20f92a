"""What the multileg editor says about its draft: its name, what it warns of, or every word of what is wrong."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.viewmodels.entry_words import cautions_counted
from desktop.viewmodels.multileg_editor import MultilegEditor, said
from engine.schema.load import FieldError

_LONGEST_NAME = 40


class EditorVerdict(QLabel):
    """A line under the bar; what is wrong is written out in as many lines as it needs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What is wrong with the portfolio")
        self.setWordWrap(True)
        self.setContentsMargins(6, 0, 6, 1)
        # The width of a sentence must not keep the panel from being narrow.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def show_draft(self, editor: MultilegEditor, wrong: Sequence[FieldError], cautions: Sequence[FieldError]) -> None:
        """Say what is wrong with the draft, or what it is called and how much it should be looked at."""
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            text = f"✕ {said(wrong[0])}{more}"
        else:
            text = _named(editor) + (f" · ⚠ {cautions_counted(cautions)}" if cautions else "")
        value = editor.value()
        self.setToolTip("\n".join([*([value.name] if value else []), *(said(error) for error in wrong or cautions)]))
        if text == self.text():
            return
        self.setText(text)
        self.setProperty("error", bool(wrong))
        self.style().unpolish(self)
        self.style().polish(self)


def _named(editor: MultilegEditor) -> str:
    value = editor.value()
    name = value.name if value is not None else ""
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 1]}…"
    there = f" ({editor.edited} in the engine)" if editor.edited is not None else ""
    return f"{name}{there}{' · edited' if editor.is_dirty else ''}"
