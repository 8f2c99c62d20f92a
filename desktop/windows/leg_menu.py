"""What can be done to one leg of a running portfolio, as entries of a menu."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QWidget

from desktop.composition.questions import Question
from desktop.presentation import formats
from desktop.viewmodels.leg_levels import premium_of
from desktop.viewmodels.positions import PositionsSource
from desktop.windows.closed_outside_dialog import ask_closed_outside
from desktop.windows.deeds import add_deed
from desktop.windows.dialog import ask
from desktop.windows.panel import Desk, Links
from desktop.windows.position_deeds import PositionDeeds
from engine.domain.commands import (
    CancelWaitingLeg,
    ChangeLegProtection,
    ExecuteIdleLeg,
    MoveLegToCost,
    RearmLeg,
)
from engine.domain.multileg.states import ACTIVE, ENTERS, LEG_DONE, LEG_WAITS, LegState
from engine.views.portfolios import LegRow, PortfolioRow
from engine.views.positions import PositionRow

_COST_NOTE = "Buffer and charges are those of the portfolio. A leg that loses, or has a better stop, is left as it is."

Deed = Callable[[PortfolioRow, LegRow], None]


_OF_POSITIONS = ("part_exit_leg", "roll_legs", "add_hedge", "convert_leg", "open_payoff")
"""Deeds of positions that a leg without a position has greyed."""


class _PositionsAtHand(PositionsSource):
    """Positions that no grid shows: counted when somebody asks, from the portfolios as they are then."""

    def refresh(self, now_ms: int) -> None:
        """Count anew."""
        self.read_anew()
        super().refresh(now_ms)

    def legs_of(self, row: PositionRow) -> list[PositionRow]:
        """Return the legs that a line stands for, as they are now."""
        self.refresh(0)
        return super().legs_of(row)

    def of_leg(self, portfolio: PortfolioRow, leg: LegRow) -> PositionRow | None:
        """Return the position of a leg; None where it holds nothing."""
        self.refresh(0)
        wanted = portfolio.portfolio_id, leg.leg_id
        return next((line for line in self.lines if (line.portfolio_id, line.leg_id) == wanted), None)


class LegMenu:
    """Adds the deeds of a leg to a menu; what cannot be done now is greyed."""

    def __init__(
        self, parent: QWidget, desk: Desk, links: Links, square_off: Deed, edit: Callable[[LegRow, str], None]
    ) -> None:
        """``square_off`` closes a leg, ``edit`` changes its ``"stop"`` or ``"target"``."""
        self._parent, self._desk, self._square_off, self._edit = parent, desk, square_off, edit
        self._positions = _PositionsAtHand(desk.bridge)
        self._position_deeds = PositionDeeds(parent, desk, links, self._positions)

    def fill(self, menu: QMenu, portfolio: PortfolioRow, leg: LegRow) -> None:
        """Add the entries of a leg."""
        held, number = leg.net_quantity != 0, str(leg.leg_id)
        runs = portfolio.state in ACTIVE
        again = leg.state in LEG_DONE and portfolio.state in ENTERS and leg.execution == portfolio.execution
        closing = f"leg {number}: {formats.signed_quantity(leg.net_quantity)}"
        entries: tuple[tuple[str, str, bool, Callable[[], None]], ...] = (
            ("square_off_leg", closing, held, lambda: self._square_off(portfolio, leg)),
            ("edit_stop", number, held, lambda: self._edit(leg, "stop")),
            ("edit_target", number, held, lambda: self._edit(leg, "target")),
            ("move_to_cost", number, held and runs, lambda: self._move_to_cost(portfolio, leg)),
            ("execute_leg", number, leg.state is LegState.IDLE_LEG, lambda: self._execute(portfolio, leg)),
            ("give_up_leg", number, leg.state in LEG_WAITS, lambda: self._cancel(portfolio, leg)),
            ("closed_outside", f"Leg {number}", held, lambda: self._closed_outside(portfolio, leg)),
            ("rearm_leg", number, again, lambda: self._rearm(portfolio, leg)),
        )
        for name, about, possible, act in entries:
            add_deed(menu, name, act, about=about, possible=possible)
        menu.addSeparator()
        self._add_position_deeds(menu, portfolio, leg)
        menu.addSeparator()

    def _add_position_deeds(self, menu: QMenu, portfolio: PortfolioRow, leg: LegRow) -> None:
        """Add what is done to the position of a leg, with the words and reasons that Positions has for it."""
        position = self._positions.of_leg(portfolio, leg)
        if position is not None:
            self._position_deeds.add_to(menu, position)
            return
        for name in _OF_POSITIONS:
            add_deed(menu, name, lambda: None, about="this leg", against="it holds nothing")

    def _question(self, name: str) -> Question:
        return self._desk.questions[name]

    def _move_to_cost(self, portfolio: PortfolioRow, leg: LegRow) -> None:
        entry = formats.price(leg.average_entry, leg.tick_size)
        stop = premium_of(leg.stop)
        what = f"Move the stop of leg {leg.leg_id}, {leg.contract}, to its cost?"
        now = "none" if stop is None else f"₹{formats.price(stop, leg.tick_size)}"

        def move() -> None:
            self._desk.bridge.submit(
                lambda at: MoveLegToCost(at=at, portfolio_id=portfolio.portfolio_id, leg_id=leg.leg_id)
            )
            if leg.stop is None or stop is not None:
                self._desk.way_back.offer(f"Stop of leg {leg.leg_id} to its cost.", take_back)

        def take_back() -> str:
            self._desk.bridge.submit(
                lambda at: ChangeLegProtection(
                    at=at,
                    portfolio_id=portfolio.portfolio_id,
                    leg_id=leg.leg_id,
                    stop=stop,
                    target=None,
                    keeps_target=True,
                )
            )
            return f"Stop of leg {leg.leg_id}: {now} again."

        ask(
            self._parent,
            "Move the stop to cost",
            [f"{what} It entered at ₹{entry}, its stop is {now}.", _COST_NOTE],
            "Move it",
            move,
            question=self._question("move_to_cost"),
        )

    def _execute(self, portfolio: PortfolioRow, leg: LegRow) -> None:
        ask(
            self._parent,
            "Execute an idle leg",
            [f"Enter leg {leg.leg_id} of {portfolio.name} now? {leg.side.value} {leg.contract or 'its contract'}."],
            "Execute it",
            lambda: self._desk.bridge.submit(
                lambda at: ExecuteIdleLeg(at=at, portfolio_id=portfolio.portfolio_id, leg_id=leg.leg_id)
            ),
            question=self._question("execute_leg"),
        )

    def _closed_outside(self, portfolio: PortfolioRow, leg: LegRow) -> None:
        ask_closed_outside(
            self._parent,
            self._desk,
            portfolio.portfolio_id,
            leg.leg_id,
            leg.contract,
            leg.net_quantity,
            leg.tick_size,
        )

    def _rearm(self, portfolio: PortfolioRow, leg: LegRow) -> None:
        ask(
            self._parent,
            "Arm a leg again",
            [f"Enter leg {leg.number} of {portfolio.name} once more? Its contract is chosen anew."],
            "Arm it again",
            lambda: self._desk.bridge.submit(
                lambda at: RearmLeg(at=at, portfolio_id=portfolio.portfolio_id, leg_id=leg.leg_id)
            ),
            question=self._question("rearm_leg"),
        )

    def _cancel(self, portfolio: PortfolioRow, leg: LegRow) -> None:
        ask(
            self._parent,
            "Give up a waiting leg",
            [f"Leg {leg.leg_id} of {portfolio.name} is not entered any more. The other legs go on."],
            "Give it up",
            lambda: self._desk.bridge.submit(
                lambda at: CancelWaitingLeg(at=at, portfolio_id=portfolio.portfolio_id, leg_id=leg.leg_id)
            ),
            question=self._question("give_up_leg"),
        )
