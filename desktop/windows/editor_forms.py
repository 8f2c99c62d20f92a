"""The fields of a portfolio on tabs, drawn from the declarations, all showing the one draft."""

from collections.abc import Iterable

from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget

from desktop.forms.field_input import first_step
from desktop.forms.form import DeclarationForm
from desktop.viewmodels.multileg_editor import MultilegEditor, leg_line
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.describe import describe
from engine.schema.load import FieldError

_TABS: dict[str, tuple[str, ...]] = {
    "Legs": ("Legs",),
    "Portfolio": ("Portfolio",),
    "Execution": ("Execution",),
    "Target and stop": ("Target", "Stop loss"),
    "Exit": ("Exit",),
}
_COLUMNS = 2


class EditorForms(QTabWidget):
    """One form per tab over the same draft; a tab says how many of its fields are wrong."""

    def __init__(self, editor: MultilegEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Fields of the portfolio")
        self.setDocumentMode(True)
        self._editor = editor
        self._group_of = {spec.name: spec.ask.group for spec in describe(MultilegPortfolio)}
        self.forms: list[DeclarationForm] = []
        self._stale: set[int] = set()
        for title, groups in _TABS.items():
            self._add_tab(title, groups)
        editor.replaced.connect(self._draft_replaced)
        editor.changed.connect(self._count_errors)
        self.currentChanged.connect(self._bring_up_to_date)
        self._draft_replaced()
        self._count_errors()

    def show_refusals(self, refusals: list[FieldError]) -> None:
        """Show what the market has against the draft beside the fields in view."""
        self.forms[self.currentIndex()].show_refusals(refusals)

    def show_first_error(self) -> None:
        """Go to the first tab on which something is wrong."""
        wrong = self._tabs_of(self._editor.errors() or self._editor.refusals())
        if wrong and self.currentIndex() not in wrong:
            self.setCurrentIndex(min(wrong))

    def _add_tab(self, title: str, groups: tuple[str, ...]) -> None:
        form = DeclarationForm(MultilegPortfolio, groups, {Leg: leg_line}, _COLUMNS)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(form)
        number = len(self.forms)
        self.forms.append(form)
        self.addTab(area, title)
        form.changed.connect(lambda: self._edited(number))

    def _edited(self, number: int) -> None:
        self._stale = set(range(len(self.forms))) - {number}
        self._editor.edit(self.forms[number].data())

    def _draft_replaced(self) -> None:
        self._stale = set(range(len(self.forms)))
        self._bring_up_to_date(self.currentIndex())

    def _bring_up_to_date(self, number: int) -> None:
        if number in self._stale:
            self._stale.discard(number)
            self.forms[number].set_data(self._editor.draft())

    def _count_errors(self) -> None:
        errors = self._tabs_of(self._editor.errors())
        for number, title in enumerate(_TABS):
            count = errors.count(number)
            self.setTabText(number, f"{title} ✕{count}" if count else title)

    def _tabs_of(self, errors: Iterable[FieldError]) -> list[int]:
        found = []
        for error in errors:
            group = self._group_of.get(first_step(error.path)[0], "Portfolio")
            found += [number for number, groups in enumerate(_TABS.values()) if group in groups]
        return found
