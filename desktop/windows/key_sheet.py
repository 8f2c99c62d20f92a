"""The list of all keys as they are now: searched, printed, and the way to change them."""

from collections.abc import Callable
from html import escape

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QPagedPaintDevice, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from desktop.actions import ACTIONS, Menu
from desktop.viewmodels.key_words import shown_keys
from desktop.viewmodels.keymap import KeyMap
from desktop.windows.deeds import DEEDS, OTHER_KEYS
from desktop.windows.dialog import DeskDialog
from desktop.windows.panel import push_button

_SIZE = (940, 700)
_KEYS_WIDTH, _TITLE_WIDTH = 190, 220


class KeyLine(msgspec.Struct, frozen=True):
    """One key, or keys of one kind, with what they do."""

    group: str
    keys: str
    title: str
    tip: str


def key_lines(keymap: KeyMap) -> list[KeyLine]:
    """Return every key as it is now: grouped as the menus, then those of panels."""
    lines = [
        KeyLine(menu.value.replace("&", ""), shown_keys(keymap.keys(spec.name)), spec.plain_title, spec.tip)
        for menu in Menu
        for spec in ACTIONS
        if spec.menu is menu and keymap.keys(spec.name)
    ]
    lines += [KeyLine(where, keys, "", tip) for where, keys, tip in OTHER_KEYS if where == "Everywhere"]
    others = [
        *(KeyLine(deed.where, deed.keys, deed.title.format("…").strip(" …:"), deed.tip) for deed in DEEDS if deed.keys),
        *(KeyLine(where, keys, "", tip) for where, keys, tip in OTHER_KEYS if where != "Everywhere"),
    ]
    return lines + sorted(others, key=lambda line: line.group)


def printed(lines: list[KeyLine]) -> str:
    """Return the list as a page of HTML, black on white."""
    rows, group = [], ""
    for line in lines:
        if line.group != group:
            group = line.group
            rows.append(f'<tr><td colspan="2"><h3>{escape(group)}</h3></td></tr>')
        what = f"{line.title}: {line.tip}" if line.title else line.tip
        rows.append(f"<tr><td><b>{escape(line.keys)}</b>&nbsp;&nbsp;</td><td>{escape(what)}</td></tr>")
    style = "body { color: black; background: white; font-size: 9pt; } h3 { margin-bottom: 2px; }"
    return f"<html><style>{style}</style><body><h2>Keys of Legwork</h2><table>{''.join(rows)}</table></body></html>"


def print_keys(lines: list[KeyLine], device: QPagedPaintDevice) -> None:
    """Print the list on a printer or into a PDF."""
    document = QTextDocument()
    document.setHtml(printed(lines))
    document.print_(device)


class KeySheet(DeskDialog):
    """Every key with what it does; it follows changes while it is open.

    Attributes:
        tree: The keys in their groups.
    """

    def __init__(self, parent: QWidget, keymap: KeyMap, open_editor: Callable[[], None]) -> None:
        super().__init__(parent, "Keys")
        self.setObjectName("key_sheet")
        self._keymap, self._open_editor = keymap, open_editor
        self.resize(*_SIZE)
        self.search_line = QLineEdit(self)
        self.search_line.setPlaceholderText("Search: a key, or words of what it does")
        self.search_line.setAccessibleName("Search keys")
        self.search_line.setClearButtonEnabled(True)
        self.search_line.textChanged.connect(lambda _text: self._search())
        self.tree = QTreeWidget(self)
        self.tree.setAccessibleName("Keys")
        self.tree.setHeaderLabels(["Keys", "Action", "What happens"])
        self.tree.setColumnWidth(0, _KEYS_WIDTH)
        self.tree.setColumnWidth(1, _TITLE_WIDTH)
        self.column.addWidget(self.search_line)
        self.column.addWidget(self.tree, 1)
        row = QHBoxLayout()
        row.addWidget(push_button("Change keys…", "Give actions other keys", self._change))
        row.addWidget(push_button("Print…", "Print the list, or write it to a PDF file", self._print))
        row.addStretch(1)
        self.column.addLayout(row)
        self.add_buttons(None, "Close")
        keymap.changed.connect(self._fill)
        self._fill()
        self.search_line.setFocus()

    def _fill(self) -> None:
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for line in key_lines(self._keymap):
            group = groups.get(line.group)
            if group is None:
                group = groups[line.group] = QTreeWidgetItem(self.tree, [line.group])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                group.setFirstColumnSpanned(True)
                group.setExpanded(True)
            item = QTreeWidgetItem(group, [line.keys, line.title, line.tip])
            item.setToolTip(2, line.tip)
        self._search()

    def _search(self) -> None:
        words = self.search_line.text().casefold().split()
        for number in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(number)
            if group is None:
                continue
            shown = 0
            for item in filter(None, map(group.child, range(group.childCount()))):
                said = " ".join(item.text(column) for column in range(3)).casefold()
                hidden = not all(word in said for word in words)
                item.setHidden(hidden)
                shown += not hidden
            group.setHidden(not shown)

    def _change(self) -> None:
        self.accept()
        self._open_editor()

    def _print(self) -> None:
        # Loaded when it is wanted: few traders print, and every start would pay for it.
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setWindowTitle("Print the keys")
        dialog.accepted.connect(lambda: print_keys(key_lines(self._keymap), printer))
        dialog.finished.connect(dialog.deleteLater)
        # Its own ``open`` wants a receiver by name; this is the same.
        dialog.setModal(True)
        dialog.show()
