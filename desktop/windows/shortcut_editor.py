"""Give actions other keys: a tree by menu, fields into which keys are typed, and conflicts in a sentence."""

from collections.abc import Callable

from PySide6.QtCore import QKeyCombination, QModelIndex, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from desktop.actions import ACTIONS, Menu
from desktop.viewmodels.key_words import KeyRefusedError, shown_key, shown_keys
from desktop.viewmodels.keymap import MOST_KEYS, KeyMap
from desktop.windows.dialog import DeskDialog, ask

_NAME = Qt.ItemDataRole.UserRole
_SIZE = (720, 620)
_KEYS_WIDTH, _CHANGED_WIDTH = 170, 80
_FIELDS = ("Keys", "Other keys")


class ShortcutEditor(DeskDialog):
    """Changes hold at once, and are kept in the trader's folder.

    Attributes:
        tree: Actions by menu with their keys.
        fields: Where keys are typed.
        sentence: What stands against the typed keys, or what came of them.
        take_button: Takes the typed key away from its owner; shown only while it has one.
    """

    def __init__(self, parent: QWidget, keymap: KeyMap, keep: Callable[[], str]) -> None:
        super().__init__(parent, "Change keys")
        self.setObjectName("shortcut_editor")
        self._keymap, self._keep = keymap, keep
        self._items: dict[str, QTreeWidgetItem] = {}
        self.resize(*_SIZE)
        self.search_line = self._made_search_line()
        self.tree = self._made_tree()
        self.fields = [self._made_field(title) for title in _FIELDS]
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setAccessibleName("What stands against these keys")
        self.take_button = self._made_button("Take it away there", "Give the key to this action", self._take_away)
        self.set_button = self._made_button("Use these keys", "Give the action the keys above", self._use)
        self.clear_button = self._made_button("No keys", "Take the action's keys away", self._clear)
        self.reset_button = self._made_button("As declared", "Give the action its declared keys again", self._reset)
        self.reset_all_button = self._made_button(
            "Reset all…", "Give every action its declared keys again", self._reset_all
        )
        self._lay_out()
        self.tree.setCurrentItem(next(iter(self._items.values())))
        self.search_line.setFocus()

    def selected(self) -> str | None:
        """Return the selected action; None on a menu's line."""
        item = self.tree.currentItem()
        return item.data(0, _NAME) if item is not None else None

    def select(self, name: str) -> None:
        """Select an action."""
        self.tree.setCurrentItem(self._items[name])

    def type_keys(self, *keys: str) -> None:
        """Write keys into the fields, as if they had been typed."""
        for number, field in enumerate(self.fields):
            field.setKeySequence(QKeySequence(keys[number] if number < len(keys) else ""))

    # --- what is built once -----------------------------------------------------------------------------------------

    def _made_search_line(self) -> QLineEdit:
        line = QLineEdit(self)
        line.setPlaceholderText("Search: words of the action, or its keys")
        line.setAccessibleName("Search actions")
        line.setClearButtonEnabled(True)
        line.textChanged.connect(self._search)
        return line

    def _made_tree(self) -> QTreeWidget:
        tree = QTreeWidget(self)
        tree.setAccessibleName("Actions and their keys")
        tree.setHeaderLabels(["Action", "Keys", "Changed"])
        for menu in Menu:
            group = QTreeWidgetItem(tree, [menu.value.replace("&", "")])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setFirstColumnSpanned(True)
            for spec in ACTIONS:
                if spec.menu is menu:
                    item = QTreeWidgetItem(group, [spec.plain_title, "", ""])
                    item.setData(0, _NAME, spec.name)
                    item.setToolTip(0, spec.tip)
                    self._items[spec.name] = item
            group.setExpanded(True)
        width = _SIZE[0] - _KEYS_WIDTH - _CHANGED_WIDTH - 50
        for column, pixels in enumerate((width, _KEYS_WIDTH, _CHANGED_WIDTH)):
            tree.setColumnWidth(column, pixels)
        tree.currentItemChanged.connect(lambda _now, _before: self._show_selected())
        for name in self._items:
            self._write(name)
        self._keymap.changed.connect(self._write_all)
        return tree

    def _made_field(self, title: str) -> QKeySequenceEdit:
        field = QKeySequenceEdit(self)
        field.setMaximumSequenceLength(1)
        field.setClearButtonEnabled(True)
        field.setAccessibleName(title)
        # Tab leaves the field as it leaves every other; it cannot be an action's key anyway.
        field.setFinishingKeyCombinations([QKeyCombination(Qt.Key.Key_Tab), QKeyCombination(Qt.Key.Key_Backtab)])
        inner = field.findChild(QLineEdit)
        if inner is not None:
            inner.setAccessibleName(title)
        field.keySequenceChanged.connect(lambda _keys: self._judge())
        return field

    def _made_button(self, text: str, tip: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(text.rstrip("…"))
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: act())
        return button

    def _lay_out(self) -> None:
        self.column.addWidget(self.search_line)
        self.column.addWidget(self.tree, 1)
        grid = QGridLayout()
        for row, (title, field) in enumerate(zip(_FIELDS, self.fields, strict=True)):
            label = QLabel(title, self)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        grid.addWidget(self.sentence, 0, 2, 2, 1)
        grid.setColumnMinimumWidth(1, 190)
        grid.setColumnStretch(2, 1)
        self.column.addLayout(grid)
        buttons = QHBoxLayout()
        for button in (self.set_button, self.take_button, self.clear_button, self.reset_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.reset_all_button)
        self.column.addLayout(buttons)
        self.add_buttons(None, "Close")

    # --- what changes -------------------------------------------------------------------------------------------------

    def _write_all(self) -> None:
        for name in self._items:
            self._write(name)
        self._show_selected()

    def _write(self, name: str) -> None:
        item = self._items[name]
        item.setText(1, shown_keys(self._keymap.keys(name)))
        item.setText(2, "changed" if self._keymap.is_own(name) else "")

    def _show_selected(self) -> None:
        name = self.selected()
        self.type_keys(*(self._keymap.keys(name) if name is not None else ()))
        for field in self.fields:
            field.setEnabled(name is not None)
        self._judge()

    def _typed(self) -> list[str]:
        texts = (field.keySequence().toString(QKeySequence.SequenceFormat.PortableText) for field in self.fields)
        return [text for text in texts if text][:MOST_KEYS]

    def _judge(self) -> None:
        """Say what stands against the typed keys, before they are used."""
        name, typed = self.selected(), self._typed()
        known = name is not None
        differs = known and tuple(dict.fromkeys(typed)) != self._keymap.keys(name or "")
        owners: dict[str, str] = {}
        try:
            if name is not None:
                for key in typed:
                    portable = self._keymap.check(name, key)
                    other = self._keymap.conflict(name, portable)
                    owners |= {portable: other} if other is not None else {}
        except KeyRefusedError as error:
            self._tell(str(error), wrong=True)
            differs, owners = False, {}
        else:
            self._tell(
                " ".join(
                    f"{shown_key(key)} already is {self._keymap.title(other)}: take it away there?"
                    for key, other in owners.items()
                ),
                wrong=bool(owners),
            )
        self.take_button.setVisible(bool(owners))
        self.set_button.setEnabled(bool(differs) and not owners)
        self.clear_button.setEnabled(name is not None and bool(self._keymap.keys(name)))
        self.reset_button.setEnabled(name is not None and self._keymap.is_own(name))

    def _tell(self, sentence: str, *, wrong: bool) -> None:
        self.sentence.setText(f"✕ {sentence}" if wrong and sentence else sentence)
        self.sentence.setProperty("error", wrong)
        self.sentence.style().unpolish(self.sentence)
        self.sentence.style().polish(self.sentence)

    def _use(self) -> None:
        self._change(lambda name: self._keymap.give(name, self._typed()))

    def _take_away(self) -> None:
        self._change(lambda name: self._keymap.give(name, self._typed()))

    def _clear(self) -> None:
        self._change(lambda name: self._keymap.give(name, ()))

    def _reset(self) -> None:
        self._change(self._keymap.reset)

    def _change(self, change: Callable[[str], None]) -> None:
        name = self.selected()
        if name is None:
            return
        try:
            change(name)
        except KeyRefusedError as error:
            self._tell(str(error), wrong=True)
            return
        self._show_selected()
        self._kept(f"{self._keymap.title(name)}: {shown_keys(self._keymap.keys(name)) or 'no keys'}.")

    def _kept(self, sentence: str) -> None:
        trouble = self._keep()
        self._tell(trouble or sentence, wrong=bool(trouble))

    def _reset_all(self) -> None:
        def reset() -> None:
            self._keymap.reset_all()
            self._kept("All keys are as declared.")

        ask(self, "Reset all keys", ["Give every action its declared keys again?"], "Reset all", reset, danger=True)

    def _search(self, text: str) -> None:
        words = text.casefold().split()
        first: QTreeWidgetItem | None = None
        for name, item in self._items.items():
            found = f"{item.text(0)} {item.text(1)} {item.toolTip(0)} {name}".casefold()
            hidden = not all(word in found for word in words)
            item.setHidden(hidden)
            first = first or (None if hidden else item)
        for number in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(number)
            if group is not None:
                children = (group.child(place) for place in range(group.childCount()))
                group.setHidden(all(child is None or child.isHidden() for child in children))
        if first is not None:
            self.tree.setCurrentItem(first)
        else:
            self.tree.setCurrentIndex(QModelIndex())
