"""The money behind the orders: what is held, what it blocks, what is left, on the paper exchange's funds."""

from collections.abc import Iterable

from brokers.paper.books import PaperBooks
from brokers.paper.funds import Funds, Standing, Wish
from brokers.practice.zerodha.records import Carried, Order, Trade
from brokers.simulated.shown_book import ShownBook
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, BrokerOrderId
from engine.domain.instrument import Instrument, value_of
from engine.domain.margin import MarginRules
from engine.domain.money import Money, Price
from engine.domain.order import OrderStatus, OrderType, Product, Side
from engine.domain.reports import BookOrder

_PRODUCTS = {"MIS": Product.INTRADAY}
_TYPES = {"LIMIT": OrderType.LIMIT, "MARKET": OrderType.LIMIT, "SL": OrderType.STOP_LIMIT, "SL-M": OrderType.STOP_LIMIT}


class Ledger:
    """Positions, cash and working orders as the margin rules see them; amounts in 1/10,000 ₹."""

    def __init__(self, user: str, opening: Money, contracts: ContractMaster, shown: ShownBook) -> None:
        self.opening = opening
        self._contracts = contracts
        self._books = PaperBooks(AccountId(user), None)
        self._funds = Funds(opening, self._books, contracts, shown, MarginRules())

    @property
    def cash(self) -> int:
        """Answer what all trades have paid and received."""
        return self._books.cash

    def keep(self, order: Order) -> None:
        """See a new state of an order; a finished one blocks nothing."""
        number = BrokerOrderId(order.order_id)
        if order.is_live and order.left > 0:
            self._books.working[number] = self._working(order)
        else:
            self._books.working.pop(number, None)

    def forget(self, order_id: str) -> None:
        """Leave an order out until a new state of it is seen."""
        self._books.working.pop(BrokerOrderId(order_id), None)

    def traded(self, trade: Trade) -> None:
        """See a trade."""
        instrument = self._contracts.instruments[trade.row]
        self._hold(instrument, trade.product, trade.sign * trade.quantity)
        value = trade.sign * value_of(trade.price, trade.quantity, instrument)
        self._books.cash = Money(self._books.cash - value)

    def begin_day(self, cash: int, carried: Iterable[Carried]) -> None:
        """Begin with yesterday's cash and positions."""
        self._books.net.clear()
        self._books.cash = Money(cash)
        for one in carried:
            self._hold(self._contracts.instruments[one.row], one.product, one.quantity)

    def standing(self) -> Standing:
        """Answer what is free and what is blocked now."""
        return self._funds.standing()

    def shortfall(
        self, instrument: Instrument, sign: int, quantity: int, price: int, besides: str = ""
    ) -> Money | None:
        """Answer what is missing for a trade; None where there is enough. ``besides`` is the order it replaces."""
        wish = Wish(instrument, Side.BUY if sign > 0 else Side.SELL, quantity, Price(price))
        return self._funds.shortfall(wish, self._books.working.get(BrokerOrderId(besides)))

    def spot(self, underlying: str) -> Price:
        """Answer the price of an underlying; 0 without a quote."""
        return self._funds.spot(underlying)

    def _hold(self, instrument: Instrument, product: str, quantity: int) -> None:
        position = (instrument.id, _PRODUCTS.get(product, Product.CARRY_FORWARD))
        self._books.net[position] = self._books.net.get(position, 0) + quantity

    def _working(self, order: Order) -> BookOrder:
        return BookOrder(
            order_id=None,
            broker_order_id=BrokerOrderId(order.order_id),
            instrument=self._contracts.instruments[order.row].id,
            side=Side.BUY if order.sign > 0 else Side.SELL,
            product=_PRODUCTS.get(order.product, Product.CARRY_FORWARD),
            order_type=_TYPES[order.order_type],
            quantity=order.quantity,
            filled=order.filled_quantity,
            value=Money(order.value),
            limit_price=Price(order.limit or order.price),
            status=OrderStatus.OPEN,
            wording="",
            updated_at=order.order_timestamp,
        )
