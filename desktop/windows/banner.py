"""A line across the window for what must not be overlooked: engine stopped, journal in trouble, books that differ."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QToolBar, QWidget

from desktop.bridge import EngineBridge
from desktop.composition.broker_login import wants_login
from desktop.presentation.theme import Theme
from engine.domain.instant import SECOND
from engine.domain.multileg.states import KillLevel
from engine.domain.reports import Channel
from engine.views.accounts import AccountRow
from engine.views.status import EngineStopped, StatusRow

_KILL_WORDS = {
    KillLevel.NO_OPENINGS: "nothing is opened",
    KillLevel.CANCEL: "nothing is opened and opening orders are cancelled",
    KillLevel.FLATTEN: "everything is being closed and nothing is opened",
}


class Banner(QToolBar):
    """Hidden while all is well; what is gravest is said first.

    Signals:
        login_asked: The trader wants to log in the account that is carried, an AccountRow.
    """

    login_asked = Signal(object)

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Warnings", parent)
        self.setObjectName("banner")
        self.setMovable(False)
        self.toggleViewAction().setVisible(False)
        self.label = QLabel(self)
        self.label.setAccessibleName("Warning")
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        colours = theme.colours
        self.label.setStyleSheet(f"color: {colours.text}; background: {colours.down_tint}; padding: 4px 8px;")
        self.addWidget(self.label)
        self.login = QPushButton("Log in…", self)
        self.login.setAccessibleName("Log in")
        self.login.setToolTip("Log in the account whose orders cannot leave.")
        self.login.clicked.connect(self._ask_login)
        # A tool bar shows and hides its widgets by their actions.
        self._login_shown = self.addWidget(self.login)
        self._login_shown.setVisible(False)
        self._logged_out: AccountRow | None = None
        self._stopped = ""
        bridge.status_changed.connect(self.show_status)
        bridge.engine_stopped.connect(self.show_stopped)
        self._show("")
        if bridge.status is not None:
            self.show_status(bridge.status)

    def show_status(self, status: StatusRow) -> None:
        """Show what is wrong with the engine's surroundings, or nothing."""
        self._logged_out = next((row for row in status.accounts if _wants_login(row)), None)
        self._login_shown.setVisible(self._logged_out is not None and not self._stopped)
        self._show(self._stopped or " ".join(_sentences(status)))

    def show_stopped(self, stopped: EngineStopped) -> None:
        """Say for good that the engine stopped."""
        self._stopped = stopped.sentence
        self._show(stopped.sentence)

    def _ask_login(self) -> None:
        if self._logged_out is not None:
            self.login_asked.emit(self._logged_out)

    def _show(self, sentence: str) -> None:
        if sentence != self.label.text():
            self.label.setText(sentence)
        self.setVisible(bool(sentence))


def _wants_login(row: AccountRow) -> bool:
    """Say whether a login may be what lets an account's orders leave again."""
    return wants_login(row.declared.broker) and any(channel is Channel.ORDERS for channel, _ in row.down)


def _sentences(status: StatusRow) -> list[str]:
    found = []
    if status.journal_failed:
        found.append("The journal cannot be written: nothing is opened; exits go on through the emergency journal.")
    if status.engine_lag:
        late = f"{status.engine_lag / SECOND:.1f} s"
        found.append(f"The engine was late by {late}: stops and orders are late too. Close what strains this machine.")
    if status.kill_level is not KillLevel.OFF:
        reason = f" ({status.kill_reason})" if status.kill_reason else ""
        found.append(f"The kill switch is on{reason}: {_KILL_WORDS[status.kill_level]} until it is released.")
    if status.halted:
        found.append("The daily loss limit was reached: nothing is opened until the next day.")
    found += [
        f"{row.account_id}: {detail or 'the line to the broker is down'}."
        for row in status.accounts
        for channel, detail in row.down
        if channel is Channel.ORDERS
    ]
    if status.drift:
        names = ", ".join(
            f"{instrument} (ours {ours}, broker's {brokers})" for instrument, ours, brokers in status.drift
        )
        found.append(f"Our books and the broker's differ: {names}.")
    if status.unknown_orders:
        found.append(f"{status.unknown_orders} orders are not answered; the broker's books are being asked.")
    return found
