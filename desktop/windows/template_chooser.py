"""Choose one of the predefined structures to start from."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from desktop.viewmodels.multileg_editor import leg_line
from desktop.windows.dialog import DeskDialog
from engine.domain.multileg.templates import Template, TemplateKind
from engine.schema.load import dump

_TITLES = {TemplateKind.PRESET: "Ready to run, with times and exits", TemplateKind.STRUCTURE: "Structures of legs"}
_HEADERS = ("Template", "View", "Risk", "Legs", "What is traded")


class TemplateChooser(DeskDialog):
    """A searchable list of templates; Enter or a double click takes one."""

    def __init__(self, parent: QWidget, templates: Sequence[Template], take: Callable[[Template], None]) -> None:
        super().__init__(parent, "Choose a template")
        self.setObjectName("template_chooser")
        self._take = take
        self.resize(860, 560)
        self.search_line = QLineEdit(self)
        self.search_line.setPlaceholderText("Search: condor, neutral, naked …")
        self.search_line.setAccessibleName("Search templates")
        self.search_line.setClearButtonEnabled(True)
        self.search_line.textChanged.connect(self._search)
        self.column.addWidget(self.search_line)
        self.tree = QTreeWidget(self)
        self.tree.setAccessibleName("Templates")
        self.tree.setHeaderLabels(list(_HEADERS))
        self.tree.setUniformRowHeights(True)
        self.tree.itemActivated.connect(lambda item, _column: self._chosen(item))
        self.column.addWidget(self.tree)
        self._fill(templates)
        self.add_buttons("Open in the editor", "Leave it")
        self.accepted.connect(self._accepted)
        self.search_line.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice from the search line with the arrow keys."""
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.tree.setFocus()
        super().keyPressEvent(event)

    def _fill(self, templates: Sequence[Template]) -> None:
        first: QTreeWidgetItem | None = None
        for kind, title in _TITLES.items():
            group = QTreeWidgetItem(self.tree, [title])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setFirstColumnSpanned(True)
            for template in templates:
                if template.kind is kind:
                    item = QTreeWidgetItem(group, _cells(template))
                    item.setData(0, Qt.ItemDataRole.UserRole, template)
                    item.setToolTip(4, item.text(4))
                    first = first or item
            group.setExpanded(True)
        for column, width in enumerate((240, 110, 80, 40)):
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
        for item in self._items():
            line = " ".join(item.text(column) for column in range(len(_HEADERS))).casefold()
            shown = all(word in line for word in words)
            item.setHidden(not shown)
            first = first or (item if shown else None)
        self._choose(first)

    def _items(self) -> list[QTreeWidgetItem]:
        groups = [self.tree.topLevelItem(number) for number in range(self.tree.topLevelItemCount())]
        found = (group.child(number) for group in groups if group is not None for number in range(group.childCount()))
        return [item for item in found if item is not None]

    def _chosen(self, item: QTreeWidgetItem) -> None:
        if isinstance(item.data(0, Qt.ItemDataRole.UserRole), Template):
            self.tree.setCurrentItem(item)
            self.accept()

    def _accepted(self) -> None:
        items = self.tree.selectedItems()
        template = items[0].data(0, Qt.ItemDataRole.UserRole) if items else None
        if isinstance(template, Template):
            self._take(template)


def _cells(template: Template) -> list[str]:
    legs = dump(template.portfolio)["legs"]
    lines = ";  ".join(leg_line(leg) for leg in legs)
    return [template.name, template.view, template.risk.label, str(len(legs)), lines]
