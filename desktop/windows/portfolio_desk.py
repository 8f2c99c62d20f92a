"""What is done to whole portfolios: start, square off, panic, resume, clone, and the kill switch."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.presentation import formats
from desktop.viewmodels.risk_console import present_effects
from desktop.windows.dialog import ask
from desktop.windows.kill_switch_dialog import KillSwitchDialog
from desktop.windows.panel import Desk
from desktop.windows.portfolio_changes import PortfolioChanges
from engine.domain.commands import (
    AddPortfolio,
    ReleaseKillSwitch,
    ResumePortfolio,
    SquareOffPortfolio,
    StartPortfolio,
)
from engine.domain.identifiers import PortfolioId
from engine.domain.multileg.states import FINAL, KillLevel, PortfolioState
from engine.views.kill_effects import level_sentences
from engine.views.portfolios import LegRow, PortfolioRow


class PortfolioDesk:
    """Knows the selected portfolio and asks before anything that cannot be taken back."""

    def __init__(self, window: QWidget, desk: Desk, say: Callable[[str], None]) -> None:
        self._window, self._desk, self._say = window, desk, say
        self._selected: PortfolioId | None = None
        self.changes = PortfolioChanges(window, desk, say, self._needed)
        self._kill_dialog: KillSwitchDialog | None = None

    def select(self, portfolio_id: PortfolioId | None) -> None:
        """Make a portfolio the one that keys mean."""
        self._selected = portfolio_id

    def selected(self) -> PortfolioRow | None:
        """Return the selected portfolio, or the only one alive."""
        rows = self._desk.bridge.portfolios
        found = rows.get(self._selected or "")
        alive = [row for row in rows.values() if not row.is_done]
        return found if found is not None else alive[0] if len(alive) == 1 else None

    def start_demonstration(self) -> None:
        """Ask, then arm the demonstration portfolio."""
        template = next((one for one in self._desk.templates if one.id == "demonstration"), None)
        if template is None:
            self._say("The demonstration is missing from this installation; install the program again.")
            return
        portfolio = template.portfolio
        ask(
            self._window,
            "Start the demonstration",
            [
                (
                    f"{portfolio.remarks}. It enters at {portfolio.schedule.start:%H:%M} on the simulated market, with "
                    "simulated money."
                ),
                (
                    "Wings first, then the straddle, two lots each; 25 % leg stops, a combined stop of ₹9,000 and a "
                    "profit lock watch it until it squares off."
                ),
            ],
            "Arm it",
            lambda: self._desk.bridge.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, start=True)),
        )

    def start_selected(self) -> None:
        """Ask, then start the selected portfolio now."""
        row = self._needed("start")
        if row is None:
            return
        is_over = row.state in FINAL and not row.open_legs
        if row.state not in (PortfolioState.IDLE, PortfolioState.WAITING) and not is_over:
            self._say(f"{row.name} is {row.state.value.lower().replace('_', ' ')} already.")
            return
        ask(
            self._window,
            f"Start {row.name}",
            [f"Enter {len(row.legs)} legs on {row.underlying} now, whatever the entry rule says?"],
            "Start now",
            lambda: self._desk.bridge.submit(lambda at: StartPortfolio(at=at, portfolio_id=row.portfolio_id)),
        )

    def square_off_selected(self) -> None:
        """Ask, then close everything the selected portfolio holds."""
        self._close("square off", "Square off", panic=False)

    def panic_selected(self) -> None:
        """Ask, then close everything at once."""
        self._close("panic", "Panic exit", panic=True)

    def resume_selected(self) -> None:
        """Finish the entry that a restart caught."""
        row = self._needed("resume")
        if row is None:
            return
        if row.state is not PortfolioState.HELD:
            self._say(f"{row.name} is not held; only an entry that a restart caught is resumed.")
            return
        self._desk.bridge.submit(lambda at: ResumePortfolio(at=at, portfolio_id=row.portfolio_id))

    def clone_selected(self) -> bool:
        """Open a copy of the selected portfolio in the editor; return whether there was one."""
        row = self._needed("clone")
        if row is not None:
            self._desk.editor.open_portfolio(row.portfolio)
        return row is not None

    def open_kill_switch(self) -> None:
        """Open the kill switch, once."""
        if self._kill_dialog is not None:
            self._kill_dialog.raise_()
            self._kill_dialog.activateWindow()
            return
        bridge, status = self._desk.bridge, self._desk.bridge.status
        sentences = level_sentences(present_effects(bridge))
        self._kill_dialog = KillSwitchDialog(
            self._window,
            status.kill_level if status else KillLevel.OFF,
            status.kill_reason if status else "",
            sentences,
            bridge.trip_kill_switch,
            lambda reason: bridge.submit(lambda at: ReleaseKillSwitch(at=at, reason=reason)),
        )
        self._kill_dialog.finished.connect(self._kill_dialog_closed)
        self._kill_dialog.open()

    def _kill_dialog_closed(self) -> None:
        self._kill_dialog = None

    def _close(self, verb: str, title: str, *, panic: bool) -> None:
        row = self._needed(verb)
        if row is None:
            return
        if row.state in FINAL and not row.open_legs:
            self._say(f"{row.name} is flat and over.")
            return
        held = [leg for leg in row.legs if leg.net_quantity]
        lines = "\n".join(_held_sentence(leg) for leg in held) or "It holds nothing; what it waits for is cancelled."
        pace = "At once, without pauses between steps." if panic else "Shorts first, then the bought legs."
        ask(
            self._window,
            f"{title}: {row.name}",
            [f"Close everything of {row.name} ({row.portfolio_id})? {pace}", lines],
            title,
            lambda: self._desk.bridge.submit(
                lambda at: SquareOffPortfolio(at=at, portfolio_id=row.portfolio_id, panic=panic)
            ),
            danger=True,
        )

    def _needed(self, verb: str) -> PortfolioRow | None:
        row = self.selected()
        if row is None:
            self._say(f"Select a portfolio to {verb}.")
        return row


def _held_sentence(leg: LegRow) -> str:
    return f"{formats.signed_quantity(leg.net_quantity)}  {leg.contract}"
