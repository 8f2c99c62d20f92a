"""A page of settings drawn from a declaration: a change holds at once and says so, and each can be taken back."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.composition.failures import EXPECTED
from desktop.forms.form import DeclarationForm
from desktop.windows.panel import muted_label, push_button
from engine.schema.declared import Declared, replace
from engine.schema.describe import FieldSpec, describe
from engine.schema.diff import diff, shown

_TYPING_MS = 700
"""A pause after which what is typed is meant."""

Keep = Callable[[Declared], None]
"""Takes a changed declaration; raises one of EXPECTED where it cannot be kept."""


class LiveForm(QWidget):
    """Fields of one declaration whose changes are kept by themselves, or by a button where ``waits`` says so.

    Attributes:
        form: The fields.
        said: What became of the last change.

    Signals:
        kept: The declaration that holds from now on.
    """

    kept = Signal(object)

    def __init__(
        self,
        declared: Declared,
        keep: Keep,
        note: str = "",
        *,
        waits: bool = False,
        columns: int = 1,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._declared, self._keep, self._waits = declared, keep, waits
        self._as_it_comes = type(declared)()
        self.form = DeclarationForm(type(declared), columns=columns)
        self.form.set_value(declared)
        self.form.changed.connect(self._changed)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said.hide()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_TYPING_MS)
        self._soon.timeout.connect(self.apply)
        self._lay_out(note)
        self._show_differences()

    def apply(self) -> None:
        """Let what is typed hold, and say what changed; while something is wrong nothing changes."""
        self._soon.stop()
        value = self.form.value()
        if value is None:
            self.say("; ".join(str(error) for error in self.form.errors()) + ". Nothing was changed.", wrong=True)
            return
        changes = diff(self._declared, value)
        if not changes:
            self.said.hide()
            return
        try:
            self._keep(value)
        except EXPECTED as error:
            self.say(str(error), wrong=True)
            return
        self._declared = value
        self.say(f"{'; '.join(changes)}. It holds from now on.")
        self._show_differences()
        self.kept.emit(value)

    def flush(self) -> None:
        """Apply what was typed last, where it is right and the pause after it is not over yet."""
        if self._soon.isActive() and self.form.value() is not None:
            self.apply()

    def say(self, sentence: str, *, wrong: bool = False) -> None:
        """Show a sentence below the fields."""
        self.said.setText(f"{'✕' if wrong else '✓'} {sentence}")
        self.said.setProperty("error", wrong)
        self.said.style().unpolish(self.said)
        self.said.style().polish(self.said)
        self.said.show()

    def go_to(self, name: str) -> None:
        """Put the focus on a field."""
        field = self.form.fields.inputs.get(name)
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._area.ensureWidgetVisible(field)

    def add_below(self, widget: QWidget) -> None:
        """Add a control below the fields."""
        self._column.insertWidget(self._column.count() - 1, widget, 0, Qt.AlignmentFlag.AlignLeft)

    def _lay_out(self, note: str) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        if note:
            label = muted_label(note)
            label.setWordWrap(True)
            column.addWidget(label)
        column.addWidget(self.form)
        self._differences = QWidget(inside)
        self._rows = QGridLayout(self._differences)
        self._rows.setContentsMargins(4, 0, 0, 0)
        self._rows.setHorizontalSpacing(10)
        self._rows.setColumnStretch(0, 1)
        column.addWidget(self._differences)
        column.addStretch(1)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._area, 1)
        if self._waits:
            self._column.addWidget(
                push_button("Apply", "Let the settings above hold from now on", self.apply), 0,
                Qt.AlignmentFlag.AlignLeft,
            )  # fmt: skip
        self._column.addWidget(self.said)

    def _changed(self) -> None:
        if not self._waits:
            self._soon.start()

    def _show_differences(self) -> None:
        """Name every field that is not as it came, each with a way back."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                # Gone at once, so that nobody presses it a second time.
                widget.hide()
                widget.deleteLater()
        changed = [spec for spec in describe(type(self._declared)) if not self._is_as_it_came(spec)]
        for row, spec in enumerate(changed):
            came = shown(getattr(self._as_it_comes, spec.name), spec)
            label = muted_label(f"{spec.ask.title} came as {came}")
            label.setWordWrap(True)
            self._rows.addWidget(label, row, 0)
            self._rows.addWidget(self._reset_button(spec, came), row, 1)
        self._differences.setVisible(bool(changed))

    def _reset_button(self, spec: FieldSpec, came: str) -> QPushButton:
        button = push_button("Reset", f"Bring back {came}", lambda: self._reset(spec))
        button.setAccessibleName(f"Reset {spec.ask.title}")
        return button

    def _is_as_it_came(self, spec: FieldSpec) -> bool:
        return bool(getattr(self._declared, spec.name) == getattr(self._as_it_comes, spec.name))

    def _reset(self, spec: FieldSpec) -> None:
        self.form.set_value(replace(self._declared, **{spec.name: getattr(self._as_it_comes, spec.name)}))
        self.apply()
