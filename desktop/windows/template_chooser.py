"""Choose one of the predefined structures to start from, by market view, with a picture of its payoff."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSplitter, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from desktop.presentation.theme import Theme
from desktop.viewmodels.leg_words import leg_line
from desktop.widgets.payoff_icon import SIZE, payoff_icon
from desktop.windows.dialog import DeskDialog
from desktop.windows.own_template_bar import OwnTemplateBar
from desktop.windows.template_details import Figures, TemplateDetails
from engine.domain.multileg.adapting import MarketView, market_view
from engine.domain.multileg.templates import Template
from engine.schema.load import dump
from engine.views.template_picture import picture_of

_HEADERS = ("Template", "Risk", "Legs")
_TEMPLATE = Qt.ItemDataRole.UserRole
_WORDS = Qt.ItemDataRole.UserRole + 1
_REFRESH_MS = 1_000
_SETTLE_MS = 60
_NAMES, _MOST_FOR_NAMES = 340, 470
_SIZE = QSize(1_240, 660)
"""Pixels; the longest name stands beside its picture, and the window fits a screen of 1,280 × 720."""


class TemplateChooser(DeskDialog):
    """A searchable list of templates under their market views; Enter or a double click takes one as it was adjusted."""

    def __init__(
        self,
        parent: QWidget,
        theme: Theme,
        templates: Sequence[Template],
        figures_of: Figures,
        take: Callable[[Template], None],
        own: OwnTemplateBar | None = None,
    ) -> None:
        """``own`` renames and deletes what the trader saved; without it only the program's templates are there."""
        super().__init__(parent, "Choose a template")
        self._own = own
        self.setObjectName("template_chooser")
        self._theme, self._take = theme, take
        self.resize(_SIZE)
        self.search_line = QLineEdit(self)
        self.search_line.setPlaceholderText("Search: condor, bull, naked, calendar …")
        self.search_line.setAccessibleName("Search templates")
        self.search_line.setClearButtonEnabled(True)
        self.search_line.textChanged.connect(self._search)
        self.tree = self._made_tree()
        self.details = TemplateDetails(theme, figures_of, self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._show_selected)
        refresh = QTimer(self)
        refresh.timeout.connect(self.details.refresh)
        refresh.start(_REFRESH_MS)
        self._lay_out()
        self._templates = templates
        self._fill()
        self.tree.itemSelectionChanged.connect(self._settle.start)
        self.add_buttons("Open in the editor", "Leave it")
        self.accepted.connect(self._accepted)
        self.search_line.setFocus()
        self._show_selected()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice from the search line with the arrow keys."""
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.tree.setFocus()
        super().keyPressEvent(event)

    def selected(self) -> Template | None:
        """Return the selected template as it is shipped."""
        items = self.tree.selectedItems()
        template = items[0].data(0, _TEMPLATE) if items else None
        return template if isinstance(template, Template) else None

    def _made_tree(self) -> QTreeWidget:
        tree = QTreeWidget(self)
        tree.setAccessibleName("Templates")
        tree.setHeaderLabels(list(_HEADERS))
        tree.setIconSize(SIZE)
        tree.setIndentation(8)
        tree.setRootIsDecorated(True)
        tree.itemActivated.connect(lambda item, _column: self._chosen(item))
        return tree

    def _lay_out(self) -> None:
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.search_line)
        column.addWidget(self.tree, 1)
        if self._own is not None:
            self._own.changed.connect(self._refill)
            column.addWidget(self._own)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(left)
        splitter.addWidget(self.details)
        splitter.setSizes([620, 560])
        splitter.setChildrenCollapsible(False)
        row = QHBoxLayout()
        row.addWidget(splitter)
        self.column.addLayout(row, 1)

    def _refill(self) -> None:
        """Show the templates as they are now, found by the same words."""
        self.tree.clear()
        self._fill()
        self._search(self.search_line.text())

    def _headings(self) -> list[tuple[str, list[Template]]]:
        """Return the headings with their templates: the trader's own first."""
        own = [] if self._own is None else [("Own templates", list(self._own.templates.listed()))]
        views = [(view.value, [one for one in self._templates if market_view(one) is view]) for view in MarketView]
        return [(title, sorted(found, key=lambda one: one.name.casefold())) for title, found in own + views if found]

    def _fill(self) -> None:
        first: QTreeWidgetItem | None = None
        ratio = self.devicePixelRatioF()
        for title, listed in self._headings():
            group = QTreeWidgetItem(self.tree, [f"{title} ({len(listed)})"])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setFirstColumnSpanned(True)
            for template in listed:
                item = QTreeWidgetItem(group, [template.name, template.risk.label, str(len(template.portfolio.legs))])
                item.setData(0, _TEMPLATE, template)
                item.setData(0, _WORDS, _searched(template, title))
                picture = picture_of(template.portfolio)
                item.setIcon(0, payoff_icon(picture.across.tolist(), picture.profit.tolist(), self._theme, ratio))
                item.setToolTip(0, f"{template.name}: {template.risk.tails}")
                first = first or item
            group.setExpanded(True)
        names = min(max(_NAMES, self.tree.sizeHintForColumn(0)), _MOST_FOR_NAMES)
        for column, width in enumerate((names, 66, 36)):
            self.tree.setColumnWidth(column, width)
        self._choose(first)

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.tree.setCurrentItem(item)
        else:
            self.tree.clearSelection()

    def _search(self, text: str) -> None:
        words = text.casefold().split()
        first: QTreeWidgetItem | None = None
        for group in self._groups():
            any_shown = False
            for item in _children(group):
                shown = all(word in item.data(0, _WORDS) for word in words)
                item.setHidden(not shown)
                any_shown = any_shown or shown
                first = first or (item if shown else None)
            group.setHidden(not any_shown)
        self._choose(first)

    def _groups(self) -> list[QTreeWidgetItem]:
        found = (self.tree.topLevelItem(number) for number in range(self.tree.topLevelItemCount()))
        return [group for group in found if group is not None]

    def _show_selected(self) -> None:
        self.details.show_template(self.selected())
        if self._own is not None:
            self._own.show_template(self.selected())

    def _chosen(self, item: QTreeWidgetItem) -> None:
        if isinstance(item.data(0, _TEMPLATE), Template):
            self.tree.setCurrentItem(item)
            self.accept()

    def _accepted(self) -> None:
        template = self.selected()
        if template is not None:
            self.details.show_template(template)
            adjusted = self.details.adjusted()
            self._take(adjusted if adjusted is not None else template)


def _children(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (group.child(number) for number in range(group.childCount()))
    return [item for item in found if item is not None]


def _searched(template: Template, heading: str) -> str:
    words = [
        template.name,
        template.id.replace("_", " "),
        template.view,
        heading,
        template.risk.label,
        template.note,
    ]
    return " ".join([*words, *(leg_line(dump(leg)) for leg in template.portfolio.legs)]).casefold()
