"""The order book, the histories and the trades of the day, and the positions that it began with."""

from collections.abc import Callable

from brokers.practice.zerodha.records import Carried, Line, NewDay, Order, Trade
from engine.domain.instant import Instant, ist_date, ist_datetime

Position = tuple[str, str, str]
"""Exchange, symbol, product."""


class Book:
    """Everything of the day that the broker has written down; every change goes to ``write`` first."""

    def __init__(self, write: Callable[[Line], None], seed: int) -> None:
        self._write = write
        self._seed = seed
        self._numbers = 0
        self.orders: dict[str, Order] = {}
        self.histories: dict[str, list[Order]] = {}
        self.trades: list[Trade] = []
        self.carried: dict[Position, Carried] = {}
        self.day = 0

    def next_order_id(self, now: Instant) -> str:
        """Answer a new order id of 19 digits, the day first."""
        self._numbers += 1
        mixed = (self._numbers * 46_137_344 + self._seed * 7_919) % 10**13
        return f"{ist_datetime(now):%y%m%d}{mixed:013d}"

    def next_exchange_id(self) -> str:
        """Answer a new exchange order id of 16 digits."""
        self._numbers += 1
        return f"12{self._numbers:014d}"

    def put(self, order: Order) -> Order:
        """Write down a new state of an order, and answer it."""
        self._write(order)
        self._keep_order(order)
        return order

    def put_trade(self, trade: Trade) -> Trade:
        """Write down a trade, and answer it."""
        self._write(trade)
        self.trades.append(trade)
        return trade

    def next_trade_id(self) -> str:
        """Answer the id of the next trade, eight digits."""
        return f"{70_000_000 + len(self.trades) + 1 + self.day % 97 * 10_000:d}"

    def begin(self, day: NewDay) -> None:
        """Forget yesterday's orders and trades; carry what is held."""
        self._write(day)
        self._keep_day(day)

    def recall(self, line: Line) -> None:
        """Take a line of the state file back in."""
        match line:
            case Order():
                self._keep_order(line)
                self._numbers += 1
            case Trade():
                self.trades.append(line)
                self._numbers += 1
            case NewDay():
                self._keep_day(line)
                self._numbers += 1
            case _:
                pass

    def live(self) -> list[Order]:
        """Answer the orders to which something can still happen, oldest first."""
        return [order for order in self.orders.values() if order.is_live]

    def net(self) -> dict[Position, int]:
        """Answer the signed quantity of every position."""
        quantities = {position: one.quantity for position, one in self.carried.items()}
        for trade in self.trades:
            position = (trade.exchange, trade.tradingsymbol, trade.product)
            quantities[position] = quantities.get(position, 0) + trade.sign * trade.quantity
        return quantities

    def carrying(self) -> tuple[Carried, ...]:
        """Answer what the next day begins with: every position that is not flat, at what it cost."""
        carried = dict(self.carried)
        for trade in self.trades:
            position = (trade.exchange, trade.tradingsymbol, trade.product)
            before = carried.get(position)
            carried[position] = _added(before, trade)
        return tuple(one for one in carried.values() if one.quantity)

    def _keep_order(self, order: Order) -> None:
        self.orders[order.order_id] = order
        self.histories.setdefault(order.order_id, []).append(order)

    def _keep_day(self, day: NewDay) -> None:
        self.day = day.day
        self.orders = {number: order for number, order in self.orders.items() if order.is_live}
        self.histories = {number: self.histories[number] for number in self.orders}
        self.trades = []
        self.carried = {(one.exchange, one.tradingsymbol, one.product): one for one in day.carried}


def day_number(now: Instant) -> int:
    """Answer the number of the Indian day."""
    return ist_date(now).toordinal()


def _added(before: Carried | None, trade: Trade) -> Carried:
    """Answer a position after a trade: adding averages its cost, reducing keeps the average."""
    quantity, value = (before.quantity, before.value) if before is not None else (0, 0)
    signed = trade.sign * trade.quantity
    after = quantity + signed
    if quantity * signed >= 0:
        value += signed * trade.price
    elif quantity * after > 0:
        value = value * after // quantity
    else:
        value = after * trade.price
    return Carried(
        exchange=trade.exchange,
        tradingsymbol=trade.tradingsymbol,
        row=trade.row,
        product=trade.product,
        quantity=after,
        value=value,
    )
