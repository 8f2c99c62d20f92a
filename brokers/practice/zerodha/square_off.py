"""The broker's own squaring off: before the close it cancels intraday orders and closes intraday positions."""

from brokers.practice.zerodha.book import Book
from brokers.practice.zerodha.desk import OrderDesk
from brokers.practice.zerodha.exchange import ExchangeFloor
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.order_form import Wish
from brokers.practice.zerodha.protection import protected_limit
from brokers.practice.zerodha.wire import KiteError
from engine.domain.instant import Instant
from engine.domain.money import SCALE

_PROTECTION = 5 * SCALE
"""Per cent beyond the last price that the broker's own orders may trade."""

_REASON = "Order cancelled by the broker before it squared off intraday positions"


class SquareOff:
    """Closes what is intraday, with orders that are nobody's: no tag, no postback."""

    def __init__(self, desk: OrderDesk, floor: ExchangeFloor, book: Book, market: PracticeMarket) -> None:
        self._desk, self._floor, self._book, self._market = desk, floor, book, market

    def at(self, now: Instant) -> None:
        """Square off now."""
        for order in self._book.live():
            if order.product == "MIS" and order.status != "AMO REQ RECEIVED":
                self._floor.cancel(order, now, _REASON)
        for (exchange, symbol, product), net in self._book.net().items():
            if product == "MIS" and net:
                self._close(exchange, symbol, net, now)

    def _close(self, exchange: str, symbol: str, net: int, now: Instant) -> None:
        row = self._market.listing.row_of(exchange, symbol)
        if row is None:
            return
        instrument = self._market.listing.instrument(row)
        sign = -1 if net > 0 else 1
        price = protected_limit(instrument, sign, self._market.last(row), _PROTECTION)
        most = instrument.freeze_quantity or abs(net)
        most -= most % instrument.lot_size
        for first in range(0, abs(net), most):
            wish = Wish(
                variety="regular",
                exchange=exchange,
                tradingsymbol=symbol,
                transaction_type="BUY" if sign > 0 else "SELL",
                order_type="LIMIT",
                product="MIS",
                quantity=min(most, abs(net) - first),
                price=price,
            )
            try:
                self._desk.place(wish, now, by_api=False)
            except KiteError:
                return  # The market is closed, or the price too far: the position stays, as at a real broker.
