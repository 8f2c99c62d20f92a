"""The pages of the settings window: what stands on each, drawn from declarations, panels and actions."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QTabWidget, QVBoxLayout, QWidget

from desktop.bridge import EngineBridge
from desktop.forms.inputs import StillComboBox
from desktop.viewmodels.key_words import shown_key
from desktop.windows.live_form import LiveForm
from desktop.windows.panel import Panel, muted_label, push_button
from engine.domain.identifiers import AccountId
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.declared import Declared
from engine.schema.describe import describe

_TITLE_WIDTH = 220


class SettingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page.

    Attributes:
        title: What lists call it.
        make: Builds it when it is first shown.
        declarations: What its fields are drawn from, for the search.
        words: Further words that find it.
    """

    title: str
    make: Callable[[], QWidget]
    declarations: tuple[type[Declared], ...] = ()
    words: str = ""

    def fields(self) -> list[tuple[str, str, str]]:
        """Return name, title and help of every field that stands on it."""
        return [(spec.name, spec.ask.title, spec.ask.help) for one in self.declarations for spec in describe(one)]


def panels_page(panels: Sequence[tuple[str, Panel]]) -> QWidget:
    """Return a page that shows panels of the desk in tabs."""
    tabs = QTabWidget()
    tabs.setDocumentMode(True)
    tabs.setAccessibleName("Accounts and tags")
    tabs.tabBar().setAccessibleName("Accounts or tags")
    for title, panel in panels:
        tabs.addTab(panel, title)
    return tabs


def actions_page(note: str, actions: Sequence[QAction]) -> QWidget:
    """Return a page with a button for each action, its keys and what it does."""
    page = QWidget()
    grid = QGridLayout(page)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    said = muted_label(note)
    said.setWordWrap(True)
    grid.addWidget(said, 0, 0, 1, 3)
    for row, action in enumerate(actions, 1):
        button = push_button(action.iconText(), action.toolTip(), action.trigger)
        button.setMinimumWidth(_TITLE_WIDTH)
        if action.isCheckable():
            button.setCheckable(True)
            button.setChecked(action.isChecked())
            action.toggled.connect(button.setChecked)
        grid.addWidget(button, row, 0)
        grid.addWidget(muted_label(shown_key(action.shortcut().toString())), row, 1)
        tip = QLabel(action.toolTip())
        tip.setWordWrap(True)
        grid.addWidget(tip, row, 2)
    grid.setColumnStretch(2, 1)
    grid.setRowStretch(len(actions) + 1, 1)
    return page


class RiskPage(QWidget):
    """The risk limits of one account after the other.

    Attributes:
        account_box: Whose limits are shown.
        form: The limits of the chosen account; None before the engine has told any.
    """

    def __init__(self, bridge: EngineBridge, keep: Callable[[AccountId, RiskLimits], None]) -> None:
        super().__init__()
        self._bridge, self._keep = bridge, keep
        self.form: LiveForm | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        label = QLabel("Account")
        self.account_box = StillComboBox(self)
        self.account_box.setAccessibleName("Account")
        label.setBuddy(self.account_box)
        row.addWidget(label)
        row.addWidget(self.account_box)
        row.addStretch(1)
        self._column.addLayout(row)
        status = bridge.status
        for account in status.accounts if status is not None else ():
            self.account_box.addItem(str(account.account_id))
        self.account_box.currentTextChanged.connect(lambda _name: self._show())
        self._show()

    def go_to(self, name: str) -> None:
        """Put the focus on a limit."""
        if self.form is not None:
            self.form.go_to(name)

    def flush(self) -> None:
        """Apply what was typed last."""
        if self.form is not None:
            self.form.flush()

    def _show(self) -> None:
        if self.form is not None:
            self.form.flush()
            self.form.deleteLater()
            self.form = None
        account = AccountId(self.account_box.currentText())
        status = self._bridge.status
        found = next((one for one in status.accounts if one.account_id == account), None) if status else None
        if found is None:
            return

        def keep(limits: Declared) -> None:
            assert isinstance(limits, RiskLimits)  # The form was drawn from it.
            self._keep(account, limits)

        note = "Openings are refused beyond these limits; what closes is never refused."
        self.form = LiveForm(found.limits, keep, note, parent=self)
        self._column.addWidget(self.form, 1)


def paths_page(places: Mapping[str, Path], note: str = "") -> QWidget:
    """Return a page that names files and folders, each to be opened or copied; ``note`` stands below them."""
    page = QWidget()
    grid = QGridLayout(page)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(6)
    for row, (title, place) in enumerate(places.items()):
        grid.addWidget(QLabel(title), row, 0)
        shown_place = QLabel(str(place))
        shown_place.setWordWrap(True)
        shown_place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(shown_place, row, 1)
        for column, (text, tip, act) in enumerate(
            (
                ("Open", f"Open the folder of: {title}", lambda place=place: open_folder(place)),
                ("Copy", f"Copy the place of: {title}", lambda place=place: _copy(place)),
            ),
            2,
        ):
            button = push_button(text, tip, act)
            button.setAccessibleName(f"{text}: {title}")
            grid.addWidget(button, row, column)
    grid.setColumnStretch(1, 1)
    said = muted_label(note)
    said.setWordWrap(True)
    grid.addWidget(said, len(places), 0, 1, 4)
    grid.setRowStretch(len(places) + 1, 1)
    return page


def open_folder(place: Path) -> None:
    """Show a folder, or the folder of a file, in the desktop's own file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(place if place.is_dir() else place.parent)))


def _copy(place: Path) -> None:
    QGuiApplication.clipboard().setText(str(place))
