"""The paper broker's books: orders and trades of the day, positions, cash and charges."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from brokers.paper.books_file import (
    VERSION,
    BooksFile,
    BooksFileError,
    DayLine,
    FundsLine,
    Line,
    OrderLine,
    PaperTrade,
)
from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId
from engine.domain.instant import Instant
from engine.domain.money import Money, Price
from engine.domain.order import TERMINAL, Product, Side
from engine.domain.reports import BookOrder, BookPosition

Charge = Callable[[BookOrder], Money]
"""Answers what an order cost that was filled as far as it says."""


def free_of_charge(_order: BookOrder) -> Money:
    """Answer nothing: for coins, and where no rates are known."""
    return Money(0)


class PaperBooks:
    """What the paper broker has written down, kept in a file where a path is given.

    ``cash`` is what trades have paid and received since the account was opened: minus the sum of signed values;
    ``charges`` is what the orders cost besides, which ``charge`` answers. Raises BooksFileError where an existing file
    is damaged, newer, or of another account. A disk that fails later does not stop the books: ``trouble`` then holds a
    sentence, and changes stay in memory.
    """

    def __init__(self, account: AccountId, path: Path | None, charge: Charge = free_of_charge) -> None:
        self.account = account
        self._charge = charge
        self._charged: dict[BrokerOrderId, Money] = {}
        self.charges = Money(0)
        self.day = date.min
        self.orders: dict[BrokerOrderId, BookOrder] = {}
        self.working: dict[BrokerOrderId, BookOrder] = {}
        self.trades: list[PaperTrade] = []
        self.net: dict[tuple[InstrumentId, Product], int] = {}
        self.cash = Money(0)
        self.trouble = ""
        self._orders_so_far = 0
        self._trades_so_far = 0
        self._file = BooksFile(path) if path is not None else None
        if self._file is not None:
            self._recall(self._file)

    def next_order_id(self) -> BrokerOrderId:
        """Answer the number of the next order, ``"PB000123"``; never given twice, not even on another day."""
        self._orders_so_far += 1
        return BrokerOrderId(f"PB{self._orders_so_far:06d}")

    def put(self, order: BookOrder) -> BookOrder:
        """Write down a new or changed order, and answer it."""
        self._keep_order(order)
        self._write(OrderLine(order))
        return order

    def put_fill(self, order: BookOrder, quantity: int, price: Price, value: Money) -> BookOrder:
        """Write down an order as a trade of it left it, together with the trade, and answer the order."""
        trade = PaperTrade(
            number=self._trades_so_far + 1,
            broker_order_id=order.broker_order_id,
            order_id=order.order_id,
            instrument=order.instrument,
            product=order.product,
            side=order.side,
            quantity=quantity,
            price=price,
            value=value,
            at=order.updated_at,
        )
        self._keep_order(order)
        self._keep_trade(trade)
        self._write(OrderLine(order), trade)
        return order

    def settle(self, position: tuple[InstrumentId, Product], price: Price, value: Money, at: Instant) -> None:
        """Close an expired position at its settlement price and forget it; ``value`` is of its whole quantity."""
        instrument, product = position
        net = self.net[position]
        trade = PaperTrade(
            number=self._trades_so_far + 1,
            broker_order_id=None,
            order_id=None,
            instrument=instrument,
            product=product,
            side=Side.SELL if net > 0 else Side.BUY,
            quantity=abs(net),
            price=price,
            value=value,
            at=at,
        )
        self._keep_trade(trade)
        self._write(trade)
        del self.net[position]

    def convert(self, instrument: InstrumentId, quantity: int, before: Product, after: Product, at: Instant) -> None:
        """Move a signed quantity from one product to another: two trades of no value, so that no money moves."""
        for product, moved in ((before, -quantity), (after, quantity)):
            trade = PaperTrade(
                number=self._trades_so_far + 1,
                broker_order_id=None,
                order_id=None,
                instrument=instrument,
                product=product,
                side=Side.BUY if moved > 0 else Side.SELL,
                quantity=abs(moved),
                price=Price(0),
                value=Money(0),
                at=at,
            )
            self._keep_trade(trade)
            self._write(trade)

    def begin_day(self, day: date) -> None:
        """Forget yesterday's finished orders and trades; positions and cash stay."""
        self.day = day
        self.orders = dict(self.working)
        self._charged = {number: self._charged.get(number, Money(0)) for number in self.working}
        self.trades = []
        if self._file is None or self.trouble:
            return
        try:
            self._file.begin(self._head(), *map(OrderLine, self.working.values()))
        except BooksFileError as error:
            self.trouble = str(error)

    def positions(self) -> tuple[BookPosition, ...]:
        """Answer the positions that were traded and not settled, flat ones included."""
        return tuple(
            BookPosition(instrument=instrument, product=product, net_quantity=quantity)
            for (instrument, product), quantity in self.net.items()
        )

    def close(self, funds: FundsLine | None = None) -> None:
        """Close the file, with the funds as its last line; the books must not be used afterwards."""
        if funds is not None:
            self._write(funds)
        if self._file is not None:
            self._file.close()
            self._file = None

    def _head(self) -> DayLine:
        return DayLine(
            version=VERSION,
            account=self.account,
            day=0 if self.day == date.min else self.day.toordinal(),
            orders_so_far=self._orders_so_far,
            trades_so_far=self._trades_so_far,
            cash=self.cash,
            positions=self.positions(),
            charges=Money(self.charges - sum(self._charged.values())),
        )

    def _recall(self, file: BooksFile) -> None:
        for line in file.lines:
            match line:
                case DayLine():
                    self._keep_head(line, file.path)
                case OrderLine(order):
                    self._keep_order(order)
                    self._orders_so_far = max(self._orders_so_far, int(order.broker_order_id[2:]))
                case PaperTrade():
                    self._keep_trade(line)
                case FundsLine():
                    pass  # They are counted anew.
        if not file.lines:
            file.begin(self._head())

    def _keep_head(self, head: DayLine, path: Path) -> None:
        if head.account != self.account:
            raise BooksFileError(
                f"The paper broker's books {path} belong to the account {head.account}, not to {self.account}; "
                "choose another file"
            )
        self.day = date.fromordinal(head.day) if head.day else date.min
        self._orders_so_far, self._trades_so_far, self.cash = head.orders_so_far, head.trades_so_far, head.cash
        self.charges = head.charges
        self.net = {(position.instrument, position.product): position.net_quantity for position in head.positions}

    def _keep_order(self, order: BookOrder) -> None:
        self.orders[order.broker_order_id] = order
        if order.filled:
            charge, before = self._charge(order), self._charged.get(order.broker_order_id, Money(0))
            self._charged[order.broker_order_id] = charge
            self.charges = Money(self.charges + charge - before)
        if order.status in TERMINAL:
            self.working.pop(order.broker_order_id, None)
        else:
            self.working[order.broker_order_id] = order

    def _keep_trade(self, trade: PaperTrade) -> None:
        self._trades_so_far = trade.number
        self.trades.append(trade)
        position = (trade.instrument, trade.product)
        self.net[position] = self.net.get(position, 0) + trade.side.sign * trade.quantity
        self.cash = Money(self.cash - trade.side.sign * trade.value)

    def _write(self, *lines: Line) -> None:
        if self._file is None or self.trouble:
            return
        try:
            self._file.append(*lines)
        except BooksFileError as error:
            self.trouble = str(error)
