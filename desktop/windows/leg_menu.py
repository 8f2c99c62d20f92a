"""What can be done to one leg of a running portfolio, as entries of a menu."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QWidget

from desktop.presentation import formats
from desktop.windows.closed_outside_dialog import ask_closed_outside
from desktop.windows.deeds import add_deed
from desktop.windows.dialog import ask
from desktop.windows.panel import Desk
from engine.domain.commands import CancelWaitingLeg, ExecuteIdleLeg, RearmLeg
from engine.domain.multileg.states import ENTERS, LEG_DONE, LEG_WAITS, LegState
from engine.views.portfolios import LegRow, PortfolioRow


class LegMenu:
    """Adds the deeds of a leg to a menu; what cannot be done now is greyed."""

    def __init__(self, parent: QWidget, desk: Desk, square_off: Callable[[PortfolioRow, LegRow], None]) -> None:
        self._parent, self._desk, self._square_off = parent, desk, square_off

    def fill(self, menu: QMenu, portfolio: PortfolioRow, leg: LegRow) -> None:
        """Add the entries of a leg."""
        held = formats.signed_quantity(leg.net_quantity)
        entries: tuple[tuple[str, str, bool, Callable[[], None]], ...] = (
            (
                "square_off_leg",
                f"leg {leg.leg_id}: {held}",
                leg.net_quantity != 0,
                lambda: self._square_off(portfolio, leg),
            ),
            (
                "execute_leg",
                str(leg.leg_id),
                leg.state is LegState.IDLE_LEG,
                lambda: self._execute(portfolio, leg),
            ),
            (
                "give_up_leg",
                str(leg.leg_id),
                leg.state in LEG_WAITS,
                lambda: self._cancel(portfolio, leg),
            ),
        )
        entries += (
            (
                "closed_outside",
                f"Leg {leg.leg_id}",
                leg.net_quantity != 0,
                lambda: self._closed_outside(portfolio, leg),
            ),
            (
                "rearm_leg",
                str(leg.leg_id),
                leg.state in LEG_DONE and portfolio.state in ENTERS and leg.execution == portfolio.execution,
                lambda: self._rearm(portfolio, leg),
            ),
        )
        for name, about, possible, act in entries:
            add_deed(menu, name, act, about=about, possible=possible)

    def _execute(self, portfolio: PortfolioRow, leg: LegRow) -> None:
        ask(
            self._parent,
            "Execute an idle leg",
            [f"Enter leg {leg.leg_id} of {portfolio.name} now? {leg.side.value} {leg.contract or 'its contract'}."],
            "Execute it",
            lambda: self._desk.bridge.submit(
                lambda at: ExecuteIdleLeg(at=at, portfolio_id=portfolio.portfolio_id, leg_id=leg.leg_id)
            ),
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
        )
