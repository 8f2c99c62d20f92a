"""What is done to whole portfolios: start, arm, square off, panic, resume, clone, and the kill switch."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from desktop.viewmodels.live_marks import mark_now
from desktop.viewmodels.portfolio_deeds import clone_question, close_question, copy_name, start_question
from desktop.viewmodels.risk_console import present_effects
from desktop.windows.dialog import ask
from desktop.windows.kill_switch_dialog import KillSwitchDialog
from desktop.windows.panel import Desk
from desktop.windows.portfolio_changes import PortfolioChanges
from desktop.windows.portfolio_targets import PortfolioTargets, Targets
from engine.domain.commands import (
    AddPortfolio,
    ArmPortfolio,
    ReleaseKillSwitch,
    ResumePortfolio,
    SquareOffPortfolio,
    StartPortfolio,
)
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import Instant
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import KillLevel, PortfolioState
from engine.schema.declared import replace
from engine.views.kill_effects import level_sentences
from engine.views.portfolios import PortfolioRow


class PortfolioDesk:
    """Asks once, with the numbers, before anything that cannot be taken back; offers the way back where there is one.

    Deeds are done to the checked portfolios, and to the selected one where none is checked.
    """

    def __init__(self, window: QWidget, desk: Desk, say: Callable[[str], None]) -> None:
        self._window, self._desk, self._say = window, desk, say
        self.targets = PortfolioTargets(window, desk, say)
        self.changes = PortfolioChanges(window, desk, say, self.targets)
        self._kill_dialog: KillSwitchDialog | None = None

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Answer who carries out which action."""
        return {
            "start_demonstration": self.start_demonstration,
            "start_selected": self.start_selected,
            "arm_selected": self.arm_selected,
            "square_off_selected": self.square_off_selected,
            "panic_selected": self.panic_selected,
            "resume_selected": self.resume_selected,
            "part_exit_selected": self.changes.part_exit,
            "part_entry_selected": self.changes.part_entry,
            "mark_completed_selected": self.changes.mark_completed,
            "reset_selected": self.changes.reset,
            "disable_selected": self.changes.disable,
            "enable_selected": self.changes.enable,
            "kill_switch": self.open_kill_switch,
        }

    def select(self, portfolio_id: PortfolioId | None) -> None:
        """Make a portfolio the one that keys mean."""
        self.targets.selected_id = portfolio_id

    def selected(self) -> PortfolioRow | None:
        """Return the selected portfolio, or the only one alive."""
        return self.targets.selected()

    def start_demonstration(self) -> None:
        """Ask, then arm the demonstration portfolio."""
        template = next((one for one in self._desk.templates if one.id == "demonstration"), None)
        if template is None:
            self._say("The demonstration is missing from this installation; install the program again.")
            return
        portfolio = template.portfolio
        real = self._desk.real_money
        ask(
            self._window,
            "Start the demonstration",
            [
                (
                    f"{portfolio.remarks}. It enters at {portfolio.schedule.start:%H:%M} at {self._desk.broker}, with "
                    f"{self._desk.money}."
                ),
                (
                    "Wings first, then the straddle, two lots each; 25 % leg stops, a combined stop of ₹9,000 and a "
                    "profit lock watch it until it squares off."
                ),
            ],
            "Arm it",
            lambda: self._desk.bridge.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, start=True)),
            danger=real,
            # Real money is asked about every time.
            question=None if real else self._desk.questions["start_demonstration"],
        )

    def start_selected(self) -> None:
        """Ask, then start the portfolios now."""
        found = self.targets.of("start_selected", "start")
        if found is not None:
            asked = start_question(found.rows, found.left_out)
            ask(
                self._window,
                asked.title,
                asked.paragraphs,
                "Start now",
                lambda: self.targets.send(
                    "start_selected", found, lambda one: lambda at: StartPortfolio(at=at, portfolio_id=one)
                ),
                question=self.targets.question("start_portfolio"),
            )

    def arm_selected(self) -> None:
        """Let the portfolios watch their entry rules; it can be taken back."""
        found = self.targets.of("arm_selected", "wait for its entry rule")
        if found is not None:
            self._arm(found)
            self._desk.way_back.offer(f"{found.names}: armed, watching for the entry.", lambda: self._take_back(found))

    def square_off_selected(self) -> None:
        """Ask, then close everything that the portfolios hold; one that only waits is taken back, and can be armed."""
        found = self.targets.of("square_off_selected", "square off")
        if found is None:
            return
        armed = Targets(tuple(row for row in found.rows if row.state is PortfolioState.WAITING), ())
        self._close(found, panic=False, after=lambda: self._offer_arming(armed) if armed.rows else None)

    def panic_selected(self) -> None:
        """Ask, every time, then close everything at once."""
        found = self.targets.of("panic_selected", "panic")
        if found is not None:
            self._close(found, panic=True)

    def resume_selected(self) -> None:
        """Finish the entries that the restart caught."""
        found = self.targets.of("resume_selected", "resume")
        if found is not None:
            self.targets.send("resume_selected", found, lambda one: lambda at: ResumePortfolio(at=at, portfolio_id=one))

    def clone_selected(self) -> bool:
        """Open a copy of the portfolio in the editor, or ask and add copies of several; return whether it is open."""
        found = self.targets.of("clone_selected", "clone")
        if found is None:
            return False
        if len(found.rows) == 1:
            row = found.rows[0]
            self._desk.editor.open_portfolio(replace(row.portfolio, name=copy_name(row.name)))
            return True
        asked = clone_question(found.rows)
        ask(self._window, asked.title, asked.paragraphs, "Add them", lambda: self._clone(found))
        return False

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

    def _close(self, found: Targets, *, panic: bool, after: Callable[[], None] | None = None) -> None:
        marks = {row.portfolio_id: mark_now(self._desk.bridge, row) for row in found.rows}
        asked = close_question(found.rows, marks, panic=panic, left_out=found.left_out)
        held = sum(leg.net_quantity != 0 for row in found.rows for leg in row.legs)

        def close() -> None:
            self.targets.send(
                "panic_selected" if panic else "square_off_selected",
                found,
                lambda one: lambda at: SquareOffPortfolio(at=at, portfolio_id=one, panic=panic),
            )
            if after is not None:
                after()

        ask(
            self._window,
            asked.title,
            asked.paragraphs,
            "Panic exit" if panic else "Square off",
            close,
            danger=True,
            question=None if panic or held > 1 else self.targets.question("square_off_portfolio"),
        )

    def _arm(self, found: Targets) -> None:
        self.targets.send("arm_selected", found, lambda one: lambda at: ArmPortfolio(at=at, portfolio_id=one))

    def _offer_arming(self, armed: Targets) -> None:
        def arm_again() -> str:
            self._arm(armed)
            return f"{armed.names}: armed again."

        self._desk.way_back.offer(f"{armed.names}: taken back before the entry.", arm_again)

    def _take_back(self, found: Targets) -> str:
        """Take back what was armed; what has begun to enter meanwhile is left alone."""
        rows = [self._desk.bridge.portfolios[row.portfolio_id] for row in found.rows]
        waiting = Targets(tuple(row for row in rows if row.state is PortfolioState.WAITING), ())
        self.targets.send(
            "square_off_selected", waiting, lambda one: lambda at: SquareOffPortfolio(at=at, portfolio_id=one)
        )
        if len(waiting.rows) < len(rows):
            return "What has begun to enter is not taken back: square it off."
        return f"{found.names}: taken back before the entry."

    def _clone(self, found: Targets) -> None:
        for row in found.rows:
            self._desk.bridge.submit(_adding(replace(row.portfolio, name=copy_name(row.name))))


def _adding(portfolio: MultilegPortfolio) -> Callable[[Instant], AddPortfolio]:
    return lambda at: AddPortfolio(at=at, portfolio=portfolio)
