"""Signals sent by hand to a portfolio that waits for them, as entries of a menu."""

from PySide6.QtWidgets import QMenu, QWidget

from desktop.windows.dialog import ask
from desktop.windows.panel import Desk
from engine.domain.commands import Signal
from engine.domain.multileg.entry import OnSignal
from engine.domain.multileg.states import SignalAction
from engine.views.portfolios import PortfolioRow

_SENTENCES = {
    SignalAction.START: "It enters when its gates are open.",
    SignalAction.STOP: "Nothing more is opened; what it holds stays.",
    SignalAction.EXIT: "Everything it holds is closed.",
}


class SignalMenu:
    """Adds the signals that a portfolio takes to a menu; nothing for one that takes none."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        self._parent, self._desk = parent, desk

    def fill(self, menu: QMenu, portfolio: PortfolioRow) -> None:
        """Add the entries of a portfolio."""
        entry = portfolio.portfolio.entry
        if not isinstance(entry, OnSignal):
            return
        signals = menu.addMenu("Send signal")
        for action in _SENTENCES:
            chosen = signals.addAction(f"{action.value.capitalize()}…")
            chosen.triggered.connect(lambda _checked=False, action=action: self._send(portfolio, entry, action))

    def _send(self, portfolio: PortfolioRow, entry: OnSignal, action: SignalAction) -> None:
        ask(
            self._parent,
            f"Send signal: {action.value}",
            [f"Send the signal {action.value} to {portfolio.name}, as its source would? {_SENTENCES[action]}"],
            "Send it",
            lambda: self._desk.bridge.submit(
                lambda at: Signal(at=at, name=portfolio.portfolio.name, token=entry.token, action=action)
            ),
        )
