"""What is checked before an order gets a row in the book: a refusal here is answered at once and leaves no trace."""

from brokers.practice.zerodha.book import Book
from brokers.practice.zerodha.instruments import Listing
from brokers.practice.zerodha.ledger import Ledger
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.order_form import Wish
from brokers.practice.zerodha.protection import protected_limit
from brokers.practice.zerodha.settings import MarginRefusal, PracticeSettings
from brokers.practice.zerodha.wire import ErrorType, KiteError, bad_input
from engine.domain.instant import Instant, ist_date, ist_time_of_day
from engine.domain.instrument import Exchange, Instrument, Kind
from engine.domain.money import SCALE, Price, paise_text, plain_text
from engine.domain.quote import QuoteColumn

_AT_MARKET = frozenset({"MARKET", "SL-M"})
_WITH_TRIGGER = frozenset({"SL", "SL-M"})
_SHARES = frozenset({Exchange.NSE, Exchange.BSE})
_HOUR = 3_600 * 1_000_000
_AMO_CLOSED = {
    Exchange.NSE: (9 * _HOUR, 15 * _HOUR + _HOUR * 3 // 4),
    Exchange.NFO: (9 * _HOUR + _HOUR // 6, 15 * _HOUR + _HOUR * 3 // 4),
}
"""From when to when after-market orders are not taken, since Indian midnight."""

_FAR_LIMIT_FROM = 100 * SCALE


class OrderChecks:
    """The pre-checks in their order; the first that fails counts."""

    def __init__(self, market: PracticeMarket, ledger: Ledger, book: Book, settings: PracticeSettings) -> None:
        self._market, self._ledger, self._book, self._settings = market, ledger, book, settings
        self._listing: Listing = market.listing

    def row_of(self, wish: Wish) -> int:
        """Answer the row of a wish's instrument. Raises KiteError where it is not listed or cannot be traded."""
        row = self._listing.row_of(wish.exchange, wish.tradingsymbol)
        if row is None or self._listing.instrument(row).kind is Kind.INDEX:
            raise bad_input("Invalid tradingsymbol.")
        return row

    def check(self, row: int, wish: Wish, now: Instant) -> None:
        """Raise KiteError where a new order cannot be taken."""
        instrument = self._listing.instrument(row)
        if instrument.expiry is not None and instrument.expiry < ist_date(now):
            raise bad_input("Invalid tradingsymbol.")
        self.check_times(instrument, wish, now)
        self._check_product(instrument, wish)
        self._check_quantity(instrument, wish)
        self.check_terms(row, wish)
        self._check_holding(row, wish)
        if self._settings.margin_refusal is MarginRefusal.ANSWER:
            self.check_margin(row, wish)

    def check_times(self, instrument: Instrument, wish: Wish, now: Instant) -> None:
        """Raise KiteError outside the hours of a variety."""
        is_open = self._market.is_open(instrument, now)
        if wish.variety == "auction":
            raise bad_input("Auction session is not open for this instrument.")
        if wish.variety == "amo":
            starts, ends = _AMO_CLOSED.get(instrument.exchange, _AMO_CLOSED[Exchange.NFO])
            trades_today = bool(self._market.sessions(instrument, ist_date(now)))
            if is_open or (starts <= ist_time_of_day(now) < ends and trades_today):
                raise bad_input("After Market Orders (AMO) are not allowed during market hours.")
        elif not is_open:
            raise bad_input(
                f"{wish.product} orders are blocked as the markets are not open for trading. Try placing an AMO order."
            )

    def check_terms(self, row: int, wish: Wish) -> None:
        """Raise KiteError for prices and protection that cannot be taken."""
        instrument, last = self._listing.instrument(row), self._market.last(row)
        tick = instrument.tick_size
        if wish.order_type in ("LIMIT", "SL") and (wish.price <= 0 or wish.price % tick):
            raise _tick_refusal(tick, "price")
        if wish.order_type in _WITH_TRIGGER and (wish.trigger_price <= 0 or wish.trigger_price % tick):
            raise _tick_refusal(tick, "trigger price")
        if wish.order_type == "SL-M" and instrument.kind.is_option:
            raise bad_input("SL-M orders are blocked for options contracts. Use SL orders.")
        if wish.order_type in _AT_MARKET:
            self._check_market(instrument, row, wish, last)
        if wish.order_type in _WITH_TRIGGER and last > 0:
            _check_trigger(wish, last)
        if instrument.kind.is_option and wish.order_type == "LIMIT" and last >= _FAR_LIMIT_FROM:
            far = wish.price > last * 5 // 2 if wish.transaction_type == "BUY" else wish.price < last // 2
            if far:
                raise bad_input("Your order price is far from the last traded price. Enter a price closer to it.")

    def check_margin(self, row: int, wish: Wish, besides: str = "") -> None:
        """Raise KiteError where funds are short."""
        words = self.margin_words(row, wish, besides)
        if words is not None:
            raise KiteError(400, ErrorType.MARGIN, words)

    def margin_words(self, row: int, wish: Wish, besides: str = "") -> str | None:
        """Answer what the broker says about missing funds; None where there is enough."""
        instrument, last = self._listing.instrument(row), self._market.last(row)
        sign = 1 if wish.transaction_type == "BUY" else -1
        if wish.product == "CNC" and sign < 0:
            return None
        price = wish.price or last
        missing = self._ledger.shortfall(instrument, sign, wish.quantity, price, besides)
        if missing is None:
            return None
        free = self._ledger.standing().available
        needed, there = paise_text(free + missing), paise_text(free)
        return f"Insufficient funds. Required margin is {needed} but available margin is {there}."

    def _check_product(self, instrument: Instrument, wish: Wish) -> None:
        is_share = instrument.exchange in _SHARES
        if wish.product in ("CNC", "MTF") and not is_share:
            raise bad_input(f"Product {wish.product} is not allowed for {instrument.exchange.value}.")
        if wish.product == "NRML" and is_share:
            raise bad_input(f"Product NRML is not allowed for {instrument.exchange.value}.")
        if wish.variety == "co" and (wish.product != "MIS" or wish.order_type not in ("MARKET", "LIMIT")):
            raise bad_input("Cover orders are MIS orders of type MARKET or LIMIT.")
        if wish.variety == "co" and wish.trigger_price <= 0:
            raise bad_input("Missing or empty field `trigger_price`")

    def _check_quantity(self, instrument: Instrument, wish: Wish) -> None:
        lot, freeze = instrument.lot_size, instrument.freeze_quantity
        if wish.autoslice and self._settings.refuses_needless_slices and (freeze is None or wish.quantity <= freeze):
            raise bad_input("Autoslice is not needed for this quantity.")
        if wish.quantity % lot:
            raise bad_input(f"Quantity should be in multiples of {lot}.")
        if wish.validity == "TTL" and not 1 <= wish.validity_ttl <= 1_440:
            raise bad_input("Invalid `validity_ttl`.")
        if wish.variety == "iceberg":
            if not 2 <= wish.iceberg_legs <= 50:
                raise bad_input("Iceberg orders have 2 to 50 legs.")
            if wish.iceberg_quantity % lot or wish.iceberg_quantity * wish.iceberg_legs < wish.quantity:
                raise bad_input("Invalid `iceberg_quantity`.")
            return
        if self._settings.checks_freeze and freeze is not None and wish.quantity > freeze and not wish.autoslice:
            raise bad_input(
                f"The order quantity {wish.quantity} ({wish.quantity // lot} lots) is higher than the maximum quantity "
                f"of {freeze} ({freeze // lot} lots) allowed by the exchanges. Use autoslice or smaller orders."
            )

    def _check_market(self, instrument: Instrument, row: int, wish: Wish, last: int) -> None:
        if instrument.kind.is_option and self._is_on_share(instrument):
            raise bad_input("Market orders are blocked for stock options due to illiquidity. Use limit orders.")
        if wish.variety == "amo" and instrument.kind.is_option:
            raise bad_input("Market AMO orders are blocked for index options. Use limit orders.")
        if self._market.board.number(row, QuoteColumn.LAST_PRICE) <= 0:
            raise bad_input(
                "The market order was rejected since there are no trades in this instrument. Try placing a LIMIT order."
            )
        protected_limit(instrument, 1, last, wish.protection)

    def _is_on_share(self, instrument: Instrument) -> bool:
        spot = self._listing.master.spot(instrument.underlying)
        return spot is not None and spot.kind is Kind.EQUITY

    def _check_holding(self, row: int, wish: Wish) -> None:
        if wish.product != "CNC" or wish.transaction_type == "BUY":
            return
        free = self.holding_of(row)
        if wish.quantity > free:
            words = f"Insufficient stock holding in your account. Available quantity is {free}."
            raise KiteError(400, ErrorType.HOLDING, words)

    def holding_of(self, row: int) -> int:
        """Answer how many of a share can still be sold from the holdings."""
        instrument = self._listing.instrument(row)
        held = sum(share.quantity for share in self._settings.shares if share.symbol == instrument.symbol)
        net = self._book.net().get((instrument.exchange.value, instrument.symbol, "CNC"), 0)
        selling = (one for one in self._book.live() if one.row == row and one.product == "CNC" and one.sign < 0)
        return held + net - sum(one.left for one in selling)


def _tick_refusal(tick: Price, field: str) -> KiteError:
    return bad_input(
        f"Tick size for this script is {plain_text(tick)}. "
        f"Kindly enter {field} in the multiple of tick size for this script"
    )


def _check_trigger(wish: Wish, last: int) -> None:
    is_buy = wish.transaction_type == "BUY"
    if (wish.trigger_price <= last) if is_buy else (wish.trigger_price >= last):
        side, beyond = ("buy", "higher") if is_buy else ("sell", "lower")
        raise bad_input(
            f"Trigger price for stoploss {side} orders should be {beyond} than the last traded price "
            f"({plain_text(last)})."
        )
    if wish.order_type == "SL" and ((wish.price < wish.trigger_price) if is_buy else (wish.price > wish.trigger_price)):
        relation = "greater" if is_buy else "less"
        raise bad_input(
            f"Price for stoploss {'buy' if is_buy else 'sell'} orders should be {relation} than the trigger."
        )
