"""What can be done to orders: cancelled, changed, their legs squared off; each asked once with its numbers."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from desktop.composition.questions import Question
from desktop.presentation import formats
from desktop.windows.dialog import ask
from desktop.windows.limit_dialog import LimitDialog
from desktop.windows.panel import Desk
from engine.domain.commands import CancelWorkingOrder, ModifyWorkingOrder, SquareOffLeg
from engine.domain.identifiers import OrderId
from engine.domain.instant import Instant
from engine.domain.money import Price
from engine.domain.order import Purpose
from engine.views.orders import OrderRow
from engine.views.portfolios import LegRow

Say = Callable[[str], None]

_SENT_AGAIN = (
    "A cancelled stop or exit is placed anew while its leg is open, and a cancelled entry counts as one that failed: "
    "its portfolio's own rule says whether it is tried again. To end that, square off, or use the kill switch."
)
"""What the engine does after a cancellation by hand."""


class OrderDeeds:
    """Carries out what the order book is asked for."""

    def __init__(self, parent: QWidget, desk: Desk, say: Say) -> None:
        self._parent, self._desk, self._say = parent, desk, say

    def cancel(self, orders: Sequence[OrderRow]) -> None:
        """Cancel what the chosen orders still have open; stops that protect open legs are asked about first."""
        working = [order for order in orders if order.is_working]
        if not working:
            self._say("Select an order that is still working to cancel it.")
        elif any(order.protects for order in working):
            self._ask_to_cancel(working, "Cancel working orders", self._desk.questions["cancel_orders"])
        else:
            self._cancel(working)

    def cancel_shown(self, orders: Sequence[OrderRow]) -> None:
        """Ask once, then cancel every order shown that works; where that is all that work, it is asked every time."""
        working = [order for order in orders if order.is_working]
        some = len(working) < sum(order.is_working for order in self._desk.bridge.orders.values())
        self._cancel_many(working, "the orders shown", self._desk.questions["cancel_shown_orders"] if some else None)

    def cancel_all(self) -> None:
        """Ask, every time, then cancel every order that works."""
        self._cancel_many([order for order in self._desk.bridge.orders.values() if order.is_working], "all orders")

    def _cancel_many(self, working: Sequence[OrderRow], which: str, question: Question | None = None) -> None:
        if working:
            self._ask_to_cancel(working, f"Cancel {which}", question)
        else:
            self._say(f"There is nothing to cancel: none of {which} is working.")

    def modify(self, orders: Sequence[OrderRow]) -> None:
        """Ask for another limit of the one chosen order."""
        working = [order for order in orders if order.is_working and order.limit_price is not None]
        if len(working) != 1:
            self._say("Select one working limit order to change its limit.")
            return
        LimitDialog(self._parent, working[0], self._modify).open()

    def square_off(self, orders: Sequence[OrderRow]) -> None:
        """Ask, then close the legs that the chosen orders filled."""
        legs = self._open_legs(orders)
        if not legs:
            self._say("Select an order whose leg is still open to square it off.")
            return
        held = [
            f"{formats.signed_quantity(leg.net_quantity)} {leg.contract} of {order.portfolio}" for order, leg in legs
        ]
        names = ", ".join(sorted({order.portfolio for order, _leg in legs}))
        whole = (
            f"A leg is closed whole, whichever of its orders filled it. The other legs of {names} go on, with stops."
        )
        ask(
            self._parent,
            "Square off what was filled",
            [f"Close {_counted(len(legs), 'leg')}: {'; '.join(held)}?", whole],
            "Square off",
            lambda: self._square_off([order for order, _leg in legs]),
            danger=True,
            question=self._desk.questions["square_off_leg"] if len(legs) == 1 else None,
        )

    def can_square_off(self, order: OrderRow) -> bool:
        """Say whether an order filled something of a leg that is still open."""
        return bool(self._open_legs([order]))

    def _ask_to_cancel(self, working: Sequence[OrderRow], title: str, question: Question | None) -> None:
        stops = sum(order.protects for order in working)
        exits = sum(order.purpose is Purpose.EXIT and not order.protects for order in working)
        among = [words for words in (_stops(stops), f"{_counted(exits, 'exit')}" if exits else "") if words]
        sentence = f"Cancel {_counted(len(working), 'working order')}"
        sentence += f", among them {' and '.join(among)}?" if among else "?"
        later = len(working) - sum(order.can_be_cancelled for order in working)
        notes = [_SENT_AGAIN]
        if later:
            notes.append(
                f"{_counted(later, 'order')} of these cannot be cancelled before the broker answered; it stays."
            )
        ids = [order.order_id for order in working]
        ask(
            self._parent,
            title,
            [sentence, *notes],
            "Cancel them",
            lambda: self._cancel_ids(ids),
            danger=True,
            question=question,
        )

    def _cancel_ids(self, ids: Sequence[OrderId]) -> None:
        """Cancel what of these still works: some may have been filled while the question stood."""
        known = self._desk.bridge.orders
        self._cancel([known[order_id] for order_id in ids if known[order_id].is_working])

    def _cancel(self, working: Sequence[OrderRow]) -> None:
        possible = [order for order in working if order.can_be_cancelled]
        for order in possible:
            self._desk.bridge.submit(_cancelling(order.order_id))
        waiting = len(working) - len(possible)
        if waiting:
            self._say(
                f"{_counted(waiting, 'order')} could not be cancelled: the broker has not answered yet. Try again in a "
                "moment; one of unknown outcome is decided by the broker's books."
            )

    def _modify(self, order: OrderRow, limit: Price) -> None:
        self._desk.bridge.submit(lambda at: ModifyWorkingOrder(at=at, order_id=order.order_id, limit_price=limit))

    def _open_legs(self, orders: Sequence[OrderRow]) -> list[tuple[OrderRow, LegRow]]:
        """Return each leg that these orders filled and that holds something, with one of its orders."""
        found: dict[tuple[str, int], tuple[OrderRow, LegRow]] = {}
        for order in orders:
            portfolio = self._desk.bridge.portfolios.get(order.portfolio_id)
            if portfolio is None or not order.filled:
                continue
            leg = next((leg for leg in portfolio.legs if leg.leg_id == order.leg_id), None)
            if leg is not None and leg.net_quantity and leg.instrument == order.instrument:
                found[order.portfolio_id, order.leg_id] = (order, leg)
        return list(found.values())

    def _square_off(self, orders: Sequence[OrderRow]) -> None:
        for order in orders:
            self._desk.bridge.submit(_squaring_off(order))


def _cancelling(order_id: OrderId) -> Callable[[Instant], CancelWorkingOrder]:
    return lambda at: CancelWorkingOrder(at=at, order_id=order_id)


def _squaring_off(order: OrderRow) -> Callable[[Instant], SquareOffLeg]:
    return lambda at: SquareOffLeg(at=at, portfolio_id=order.portfolio_id, leg_id=order.leg_id)


def _stops(count: int) -> str:
    if not count:
        return ""
    return "1 stop that protects an open leg" if count == 1 else f"{count} stops that protect open legs"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
