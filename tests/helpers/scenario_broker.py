"""The broker of a scenario: a truth of its own, and what it tells of it."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from engine.domain import facts as f
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, OrderId
from engine.domain.instant import Instant
from engine.domain.money import Money, money_of, price_of
from engine.domain.order import TERMINAL, OrderStatus, Side
from engine.domain.quote import IntArray, QuoteColumn
from engine.domain.reports import (
    BookOrder,
    BookPosition,
    BooksReport,
    ChangeRefused,
    OrderReport,
    Report,
    SendReport,
)
from tests.helpers.book_rows import book_row
from tests.helpers.scenario_market import ScenarioError

DEEDS = ("fill", "reject", "cancel", "rest", "silent", "unknown")
_TRUTHS = {
    "filled": OrderStatus.COMPLETE,
    "resting": OrderStatus.OPEN,
    "rejected": OrderStatus.REJECTED,
    "absent": None,
}


class TrueOrder(msgspec.Struct, kw_only=True):
    """An order as the broker has it; ``status`` None means that it never arrived."""

    request: f.OrderRequested
    quantity: int
    limit: int | None
    trigger: int | None = None
    status: OrderStatus | None = OrderStatus.OPEN
    filled: int = 0
    value: int = 0
    wording: str = ""
    updated_at: Instant
    held: bool = False
    """It rests whatever the market shows."""
    mute: bool = False
    """What happens to it is not told; only the books show it."""

    @property
    def works(self) -> bool:
        """Say whether more of it may be filled."""
        return self.status is not None and self.status not in TERMINAL


class ScenarioBroker:
    """Takes orders, fills them by the market or as it is told, and tells of it, or not."""

    def __init__(self, accounts: list[AccountId], master: ContractMaster) -> None:
        self.accounts = accounts
        self.default = "fill"
        self.rules: list[dict[str, Any]] = []
        self.cancels = "confirm"
        self.changes = "take"
        self.funds: Money | None = None
        self.orders: dict[OrderId, TrueOrder] = {}
        self.outside: dict[InstrumentId, int] = {}
        self.now = Instant(0)
        self._master = master
        self._shown: IntArray | None = None

    # --- what comes in -----------------------------------------------------------------------------------------------

    def react(self, facts: list[f.AnyFact], matches: Any) -> Iterator[Report]:
        """Answer what the broker says to new orders, changes and cancellations among facts.

        ``matches(match, request)`` says whether a rule is about an order.
        """
        for fact in facts:
            match fact:
                case f.OrderRequested():
                    yield SendReport(at=self.now, account=fact.account, order_id=fact.order_id)
                    yield from self._take(fact, matches)
                case f.OrderCancelRequested():
                    yield from self._cancel(self.orders[fact.order_id])
                case f.OrderModifyRequested():
                    yield from self._change(fact)
                case _:
                    pass

    def show(self, values: IntArray) -> Iterator[Report]:
        """Take what the market shows, and fill what it reaches."""
        self._shown = values
        for order in list(self.orders.values()):
            if order.works and not order.held:
                yield from self._match(order)

    def do(self, order: TrueOrder, deed: Mapping[str, Any]) -> Iterator[Report]:
        """Carry out one deed on an order."""
        what = deed["do"]
        order.mute = bool(deed.get("quiet", what == "silent"))
        order.wording = deed.get("words", "")
        match what:
            case "fill":
                price = price_of(deed["price"]) if "price" in deed else self._price(order)
                order.held = True
                yield from self._fill(order, deed.get("quantity", order.quantity - order.filled), price)
            case "reject":
                yield from self._end(order, OrderStatus.REJECTED)
            case "cancel":
                yield from self._end(order, OrderStatus.CANCELLED)
            case "rest" | "silent":
                order.held = True
                yield from self._tell(order)
            case "unknown":
                yield from self._lose(order, deed.get("truth", "absent"))
            case _:
                raise ScenarioError(f"a broker cannot {what!r}; it can {', '.join(DEEDS)}")

    def _take(self, request: f.OrderRequested, matches: Any) -> Iterator[Report]:
        order = TrueOrder(
            request=request,
            quantity=request.quantity,
            limit=request.limit_price,
            trigger=request.trigger_price,
            updated_at=self.now,
        )
        self.orders[request.order_id] = order
        for rule in self.rules:
            if rule.get("times") != 0 and matches(rule, request):
                if "times" in rule:
                    rule["times"] -= 1
                yield from self.do(order, rule)
                return
        match self.default:
            case "fill":
                if request.trigger_price is not None:
                    order.status = OrderStatus.TRIGGER_PENDING
                told = list(self._match(order))
                yield from told or self._tell(order)
            case other:
                yield from self.do(order, {"do": other})

    def _cancel(self, order: TrueOrder) -> Iterator[Report]:
        if not order.works:
            yield self._refused(order, "the order is not open")
            return
        match self.cancels:
            case "confirm":
                yield from self._end(order, OrderStatus.CANCELLED)
            case "fill":
                yield from self._fill(order, order.quantity - order.filled, self._price(order))
            case "refuse":
                yield self._refused(order, "the exchange is busy")
            case _:
                return

    def _refused(self, order: TrueOrder, wording: str) -> ChangeRefused:
        request = order.request
        return ChangeRefused(at=self.now, account=request.account, order_id=request.order_id, wording=wording)

    def _change(self, fact: f.OrderModifyRequested) -> Iterator[Report]:
        order = self.orders[fact.order_id]
        if self.changes == "ignore":
            return
        if self.changes == "refuse" or not order.works:
            yield self._refused(order, "cannot be changed")
            return
        order.quantity, order.limit, order.trigger = fact.quantity, fact.limit_price, fact.trigger_price
        order.status = OrderStatus.OPEN if fact.trigger_price is None else OrderStatus.TRIGGER_PENDING
        yield from self._tell(order)
        if not order.held:
            yield from self._match(order)

    # --- the truth ---------------------------------------------------------------------------------------------------

    def _match(self, order: TrueOrder) -> Iterator[Report]:
        price = self._price(order)
        trigger = order.trigger
        sign = order.request.side.sign
        if order.status is OrderStatus.TRIGGER_PENDING and trigger is not None:
            if not price or (self._last(order) - trigger) * sign < 0:
                return
            order.status = OrderStatus.OPEN
        if price and (order.limit is None or (order.limit - price) * sign >= 0):
            yield from self._fill(order, order.quantity - order.filled, price)

    def _fill(self, order: TrueOrder, quantity: int, price: int) -> Iterator[Report]:
        order.filled += quantity
        order.value += quantity * price
        done = order.filled >= order.quantity
        order.status = OrderStatus.COMPLETE if done else order.status or OrderStatus.OPEN
        yield from self._tell(order)

    def _end(self, order: TrueOrder, status: OrderStatus) -> Iterator[Report]:
        order.status = status
        yield from self._tell(order)

    def _lose(self, order: TrueOrder, truth: str) -> Iterator[Report]:
        if truth not in _TRUTHS:
            raise ScenarioError(f"the truth of a lost answer is one of {', '.join(_TRUTHS)}, not {truth!r}")
        order.held = order.mute = True
        if truth == "filled":
            list(self._fill(order, order.quantity - order.filled, self._price(order)))
        order.status = _TRUTHS[truth]
        order.updated_at = self.now
        yield OrderReport(
            at=self.now,
            account=order.request.account,
            order_id=order.request.order_id,
            status=OrderStatus.UNKNOWN,
            wording=order.wording or "the line broke before an answer came",
        )

    def _tell(self, order: TrueOrder) -> Iterator[Report]:
        order.updated_at = self.now
        if order.mute or order.status is None:
            return
        yield OrderReport(
            at=self.now,
            account=order.request.account,
            order_id=order.request.order_id,
            broker_order_id=BrokerOrderId(f"B{order.request.order_id}"),
            status=order.status,
            wording=order.wording,
            quantity=order.quantity,
            limit_price=order.limit,  # type: ignore[arg-type]
            trigger_price=order.trigger,  # type: ignore[arg-type]
            filled=order.filled,
            value=Money(order.value),
        )

    def _price(self, order: TrueOrder) -> int:
        column = QuoteColumn.ASK if order.request.side is Side.BUY else QuoteColumn.BID
        return self._number(order, column) or self._last(order)

    def _last(self, order: TrueOrder) -> int:
        return self._number(order, QuoteColumn.LAST_PRICE)

    def _number(self, order: TrueOrder, column: QuoteColumn) -> int:
        assert self._shown is not None, "the market shows something before the first order"
        return int(self._shown[self._master.row(order.request.instrument), column])

    # --- what it shows -----------------------------------------------------------------------------------------------

    def positions(self, account: AccountId | None = None) -> dict[InstrumentId, int]:
        """Answer what the broker's positions show, of one account or of all, flat ones left out."""
        held = dict(self.outside) if account in (None, self.accounts[0]) else {}
        for order in self._orders_of(account):
            signed = order.request.side.sign * order.filled
            held[order.request.instrument] = held.get(order.request.instrument, 0) + signed
        return {name: quantity for name, quantity in held.items() if quantity}

    def books(self) -> Iterator[BooksReport]:
        """Answer the broker's whole books, read now, of every account."""
        for account in self.accounts:
            orders = self._orders_of(account)
            known = {order.request.instrument for order in orders} | set(self.outside)
            held = self.positions(account)
            yield BooksReport(
                at=self.now,
                account=account,
                read_at=self.now,
                fresh=True,
                orders=tuple(_row(order) for order in orders if order.status is not None),
                positions=tuple(
                    BookPosition(instrument=name, product="MIS", net_quantity=held.get(name, 0))  # type: ignore[arg-type]
                    for name in sorted(known)
                ),
                available_funds=self.funds,
            )

    def _orders_of(self, account: AccountId | None) -> list[TrueOrder]:
        return [order for order in self.orders.values() if account in (None, order.request.account)]

    def set_funds(self, rupees: str) -> None:
        """Show free funds in the books from now on."""
        self.funds = money_of(rupees)


def _row(order: TrueOrder) -> BookOrder:
    request = order.request
    assert order.status is not None
    return book_row(
        request,
        quantity=order.quantity,
        filled=order.filled,
        value=Money(order.value),
        limit_price=order.limit,
        status=order.status,
        wording=order.wording,
        updated_at=order.updated_at,
    )
