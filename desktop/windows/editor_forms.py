"""The fields of a portfolio on the eleven tabs, drawn from the declarations, all showing the one draft."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.forms.field_input import DoubtError, first_step
from desktop.forms.form import DeclarationForm
from desktop.forms.item_table import ItemColumn
from desktop.forms.list_editor import ListEditor
from desktop.presentation.theme import Theme
from desktop.viewmodels.leg_words import leg_cells
from desktop.viewmodels.multileg_editor import MultilegEditor
from desktop.windows.side_tabs import SideTabs
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.tabs import TABS
from engine.schema.describe import describe
from engine.schema.load import FieldError

_MOST_COLUMNS = 3
_COLUMN_WIDTH = 270
"""Pixels in which a title, an input and its unit stand side by side."""
_LEGS = TABS.index("Legs")


class EditorForms(SideTabs):
    """One form per tab over the same draft; a tab says how many of its fields are wrong.

    A form is drawn when its tab is first shown.

    Signals:
        legs_pasted: Text was pasted into the table of legs.
    """

    legs_pasted = Signal(str)

    def __init__(self, editor: MultilegEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, list(TABS), parent)
        self.setAccessibleName("Fields of the portfolio")
        self.tabBar().setAccessibleName("Pages of the portfolio")
        self._editor = editor
        self._group_of = {spec.name: spec.ask.group for spec in describe(MultilegPortfolio)}
        self._forms: dict[int, DeclarationForm] = {}
        self._columns = 2
        self._areas = [self._add_area(title) for title in TABS]
        self._stale: set[int] = set()
        self._against: list[FieldError] = []
        self._live: Sequence[Sequence[str]] = ()
        editor.replaced.connect(self._draft_replaced)
        editor.changed.connect(self._show_errors)
        self.currentChanged.connect(self._bring_up_to_date)
        self.setCurrentIndex(_LEGS)
        self._show_errors()

    def form(self, title: str) -> DeclarationForm:
        """Return the form of a tab, drawn if it was not yet."""
        number = TABS.index(title)
        self._bring_up_to_date(number)
        return self._forms[number]

    def show_against(self, refusals: Sequence[FieldError], warnings: Sequence[FieldError]) -> None:
        """Show what the market has against the draft, and what it should be looked at for, beside the fields."""
        self._against = [*refusals, *(DoubtError(warning.path, warning.reason) for warning in warnings)]
        self._show_errors()

    def selected_leg(self) -> int | None:
        """Return the place of the selected leg; None where none is, or the page was never opened."""
        table = self._legs()
        row = -1 if table is None else table.lines.selected_row()
        return row if row >= 0 else None

    def show_first_error(self) -> None:
        """Go to the first tab on which something is wrong."""
        wrong = self._tabs_of([*self._editor.errors(), *self._against])
        if wrong and self.currentIndex() not in wrong:
            self.setCurrentIndex(min(wrong))

    def show_live(self, rows: Sequence[Sequence[str]]) -> None:
        """Fill the live columns of the table of legs."""
        self._live = rows
        table = self._legs()
        if table is not None:
            table.lines.show_live(rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the width there is."""
        super().resizeEvent(event)
        columns = self._fitting_columns()
        if columns != self._columns:
            self._columns = columns
            for form in self._forms.values():
                form.arrange(columns)

    def _fitting_columns(self) -> int:
        room = self.width() - self.tabBar().sizeHint().width()
        return max(1, min(_MOST_COLUMNS, room // _COLUMN_WIDTH))

    def _legs(self) -> ListEditor | None:
        form = self._forms.get(_LEGS)
        found = form.fields.inputs.get("legs") if form is not None else None
        return found if isinstance(found, ListEditor) else None

    def _let_legs_be_pasted(self) -> None:
        table = self._legs()
        if table is not None:
            paste = QAction("Paste…", table.lines)
            paste.setShortcut(QKeySequence.StandardKey.Paste)
            paste.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            paste.setToolTip("Read the clipboard as legs")
            paste.triggered.connect(lambda _checked=False: self.legs_pasted.emit(QGuiApplication.clipboard().text()))
            table.lines.addAction(paste)

    def _add_area(self, title: str) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(title)
        self.addTab(area, title)
        return area

    def _drawn(self, number: int) -> DeclarationForm:
        if number not in self._forms:
            form = DeclarationForm(MultilegPortfolio, (TABS[number],), {Leg: _LEG_COLUMNS}, self._columns, judged=False)
            form.changed.connect(lambda: self._edited(number))
            self._forms[number] = form
            if number == _LEGS:
                self._let_legs_be_pasted()
            self._areas[number].setWidget(form)
            self._stale.add(number)
        return self._forms[number]

    def _edited(self, number: int) -> None:
        self._stale = set(self._forms) - {number}
        self._editor.edit(self._forms[number].data())

    def _draft_replaced(self) -> None:
        self._against = []
        self._stale = set(self._forms)
        self._bring_up_to_date(self.currentIndex())

    def _bring_up_to_date(self, number: int) -> None:
        form = self._drawn(number)
        if number in self._stale:
            self._stale.discard(number)
            form.set_data(self._editor.draft())
            form.lock(self._editor.locks())
            form.show_errors([*self._editor.errors(), *self._against])
            if number == _LEGS:
                self.show_live(self._live)

    def _show_errors(self) -> None:
        errors = [*self._editor.errors(), *self._against]
        form = self._forms.get(self.currentIndex())
        if form is not None and self.currentIndex() not in self._stale:
            form.show_errors(errors)
        # The other forms take them when they are shown.
        self._stale |= set(self._forms) - {self.currentIndex()}
        self._count(errors)

    def _count(self, errors: Sequence[FieldError]) -> None:
        wrong = self._tabs_of(error for error in errors if not isinstance(error, DoubtError))
        doubtful = self._tabs_of(error for error in errors if isinstance(error, DoubtError))
        for number, title in enumerate(TABS):
            marks = f" ✕{wrong.count(number)}" if number in wrong else ""
            marks = marks or (f" ⚠{doubtful.count(number)}" if number in doubtful else "")
            if self.tabText(number) != title + marks:
                self.setTabText(number, title + marks)

    def _tabs_of(self, errors: Iterable[FieldError]) -> list[int]:
        groups = (self._group_of.get(first_step(error.path)[0], TABS[0]) for error in errors)
        return [TABS.index(group) for group in groups if group in TABS]


_LEG_COLUMNS = [
    ItemColumn(title=cell.title, text=cell.text, field=cell.field, tip=cell.tip, letters=cell.letters, hides=cell.hides)
    for cell in leg_cells()
]
