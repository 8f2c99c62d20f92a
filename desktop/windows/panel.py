"""What every panel of the workstation is: a widget that is refreshed by frames and remembers what it shows."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.bridge import EngineBridge
from desktop.composition.broker_login import wants_login
from desktop.composition.curves import Curves
from desktop.composition.desk_choice import PRACTICE_ZERODHA
from desktop.composition.display import Display
from desktop.composition.grid_log import GridLog
from desktop.composition.notifier import Notifier
from desktop.composition.own_templates import OwnTemplates
from desktop.composition.questions import Questions
from desktop.presentation.theme import Theme
from desktop.viewmodels.checked_portfolios import CheckedPortfolios
from desktop.viewmodels.multileg_editor import MultilegEditor
from desktop.viewmodels.table_look import TableLook
from desktop.viewmodels.take_back import TakeBack
from desktop.widgets.column_header import ColumnHeader, ColumnLayout
from desktop.widgets.data_grid import FastGrid
from desktop.widgets.data_table import DataTable
from desktop.widgets.link_chip import LinkChip
from desktop.workspace.frame_clock import FrameHealth
from desktop.workspace.links import Subject
from engine.domain.identifiers import AccountId, InstrumentId, PortfolioId
from engine.domain.multileg.templates import Template
from engine.domain.settings.account import Account


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What panels are built from.

    Attributes:
        bridge: The way to the engine.
        theme: Colours and sizes.
        editor: The one draft of the window, which chain and portfolios write to.
        templates: Predefined portfolios, the demonstration first.
        account: Where new portfolios are traded.
        broker: What the broker is called on screen.
        real_money: Whether its orders cost something.
        keeps_settings: Whether changes of accounts, tags and notifications are written to the trader's files.
        curves: What portfolios made over time; None where nothing notes it.
        notifier: Sends alerts to services; None leaves them in the window.
        grid_log: Writes the message log for scrapers; None where the window keeps no journal.
        display: What the trader chose to see; ``theme`` comes of it.
        own_templates: Templates that the trader saved; None where nothing is written.
        questions: What is not asked any more.
        checked: Portfolios to which one deed is done together.
        way_back: Offers to take back what was just done.
    """

    bridge: EngineBridge
    theme: Theme
    editor: MultilegEditor
    templates: Sequence[Template]
    account: AccountId
    broker: str
    real_money: bool = False
    keeps_settings: bool = True
    notifier: Notifier | None = None
    display: Display = Display()
    curves: Curves | None = None
    grid_log: GridLog | None = None
    own_templates: OwnTemplates | None = None
    questions: Questions = msgspec.field(default_factory=Questions)
    checked: CheckedPortfolios = msgspec.field(default_factory=CheckedPortfolios)
    way_back: TakeBack = msgspec.field(default_factory=TakeBack)

    @property
    def money(self) -> str:
        """What is traded with, in words."""
        return "real money" if self.real_money else "simulated money"

    @property
    def asked_account(self) -> Account | None:
        """The first account whose broker can be asked by the session that its login left; None on paper.

        A practice server's session belongs to the engine alone.
        """
        status = self.bridge.status
        if status is None or self.broker == PRACTICE_ZERODHA:
            return None
        return next((row.declared for row in status.accounts if wants_login(row.declared.broker)), None)


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """What a panel may ask of the window; it knows no other panel.

    Attributes:
        act: Carry out a declared action by its name.
        action: Return a declared action, for buttons and menus that follow its text and keys.
        select_portfolio: Make a portfolio the one that keys and other panels mean.
        show_instrument: Show an instrument in the chart of the panel's link group, and bring that to the front.
        show_premium: Show a portfolio's combined premium, likewise.
        find_orders: Show the orders in whose lines some words stand.
        choose: Show an underlying, expiry, contract, portfolio or account in the panels of the same link group.
        say: Tell the trader a sentence in passing.
        frame_health: How smoothly the window was drawn in the last second; None before the first.
    """

    act: Callable[[str], None]
    action: Callable[[str], QAction]
    select_portfolio: Callable[[PortfolioId | None], None]
    show_instrument: Callable[[InstrumentId], None]
    show_premium: Callable[[PortfolioId], None]
    find_orders: Callable[[str], None]
    choose: Callable[[Subject], None]
    say: Callable[[str], None]
    frame_health: Callable[[], FrameHealth | None]


class Panel(QWidget):
    """A panel; derive from it and fill ``column``.

    Attributes:
        linkable: Whether it tells or follows what is chosen in its link group; its first bar then has a chip.
        chip: Shows and changes the link group; None for a panel that takes no part.

    Signals:
        shows_changed: What it shows now, in a word or two for its tab.
    """

    shows_changed = Signal(str)
    linkable: ClassVar[bool] = False

    def __init__(self, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(accessible_name)
        self.chip: LinkChip | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(1)

    def refresh(self, now_ms: int) -> None:
        """Show what changed since the last frame; called once per frame while the panel can be seen."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus on to where the keys of the panel work."""
        super().focusInEvent(event)
        target = self.first_stop()
        if target is not None:
            target.setFocus(event.reason())

    def first_stop(self) -> QWidget | None:
        """Return what has the focus when the panel is gone to: its table, else the first control that can have it."""
        header = self.table_header()
        table = header.parentWidget() if header is not None else None
        if table is not None and table.isVisible():
            return table
        inside = (one for one in self.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus)
        return next((one for one in inside if one.isVisible() and one.isEnabled()), None)

    def word_line(self) -> QLineEdit | None:
        """Return the line in which words are typed to find something in the panel; None where there is none."""
        lines = self.findChildren(QLineEdit)
        return next((line for line in lines if line.isVisible() and line.property("finds")), None)

    def context(self) -> Mapping[str, str]:
        """Return what the panel shows, for the saved workspace."""
        return {}

    def shows(self) -> str:
        """Return what the panel shows in a word or two for its tab; empty where it shows everything."""
        return ""

    def follow(self, subject: Subject) -> None:
        """Show what was chosen in another panel of the link group, where this one can."""

    def table_header(self) -> ColumnHeader | None:
        """Return the header of the panel's table, whose columns are saved."""
        return None

    def column_layout(self) -> list[ColumnLayout]:
        """Return the columns as the trader left them."""
        header = self.table_header()
        return header.column_layout() if header else []

    def apply_columns(self, layout: Sequence[ColumnLayout]) -> None:
        """Restore saved columns."""
        header = self.table_header()
        if header is not None and layout:
            header.apply_layout(layout)

    def table_widget(self) -> DataTable | FastGrid | None:
        """Return the table or grid whose header ``table_header`` answers."""
        widget: QWidget | None = self.table_header()
        while widget is not None and not isinstance(widget, DataTable | FastGrid):
            widget = widget.parentWidget()
        return widget

    def table_look(self) -> TableLook:
        """Return how the trader looks at the table: filter, grouping, sort and place."""
        table = self.table_widget()
        return table.look() if table is not None else TableLook()

    def apply_look(self, look: TableLook) -> None:
        """Look at the table as it was saved."""
        table = self.table_widget()
        if table is not None and look != TableLook():
            table.apply_look(look)

    def bar(self) -> QHBoxLayout:
        """Add a row for controls and return it."""
        row = QHBoxLayout()
        row.setContentsMargins(4, 3, 4, 2)
        row.setSpacing(5)
        self.column.addLayout(row)
        if self.linkable and self.chip is None:
            self.chip = LinkChip(self.accessibleName(), self)
            row.addWidget(self.chip)
        return row


def push_button(text: str, tip: str, act: Callable[[], None], *, danger: bool = False) -> QPushButton:
    """Return a button with its tip and accessible name."""
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAccessibleName(text.replace("&", "").rstrip("…"))
    button.setAccessibleDescription(tip)
    button.setProperty("danger", danger)
    button.setAutoDefault(False)
    button.clicked.connect(lambda _checked=False: act())
    return button


def muted_label(text: str = "") -> QLabel:
    """Return a label for what matters less."""
    label = QLabel(text)
    label.setProperty("muted", True)
    return label
