"""What the broker and the exchange check before they take an order."""

from brokers.definition import PriceBandRule, TradingHours
from brokers.paper.funds import Funds, Wish
from brokers.paper.refusals import Refusal, wording
from brokers.simulated.shown_book import ShownBook
from engine.domain.contract_master import ContractMaster
from engine.domain.instant import Instant, ist_date
from engine.domain.instrument import Instrument
from engine.domain.money import Price, down_to_tick, paise_text, plain_text, up_to_tick
from engine.domain.order import OrderType, Side
from engine.domain.price_protection import PriceBand
from engine.domain.reports import BookOrder


class OrderChecks:
    """The rules of the simulated exchange and broker, asked one after the other; the first refusal counts."""

    def __init__(
        self,
        contracts: ContractMaster,
        hours: TradingHours,
        shown: ShownBook,
        price_band: PriceBandRule,
        funds: Funds,
    ) -> None:
        self._contracts = contracts
        self._hours = hours
        self._shown = shown
        self._price_band = price_band
        self._funds = funds

    def refusal(self, order: BookOrder, at: Instant, besides: BookOrder | None = None) -> str | None:
        """Answer why an order cannot be taken at this time, in the broker's words; None where it can.

        ``besides`` is the working order that it would replace.
        """
        if order.instrument not in self._contracts:
            return wording(Refusal.CONTRACT, f"{order.instrument} is not in today's contract list")
        instrument = self._contracts.by_id(order.instrument)
        return (
            _size_refusal(instrument, order.quantity)
            or self._time_refusal(instrument, at)
            or self._price_refusal(instrument, order, at)
            or self._trigger_refusal(instrument, order)
            or self._margin_refusal(instrument, order, besides)
        )

    def worst_price(
        self, instrument: Instrument, side: Side, order_type: OrderType, limit: Price | None, at: Instant
    ) -> Price:
        """Answer the worst price an order may trade at: its limit, or at market the edge of the price protection."""
        if order_type is not OrderType.MARKET and limit is not None:
            return limit
        band = self._band(instrument, at)
        if band is None:
            return Price(1 << 60) if side is Side.BUY else instrument.tick_size
        return band.highest if side is Side.BUY else band.lowest

    def is_open(self, instrument: Instrument, at: Instant) -> bool:
        """Say whether the exchange trades an instrument now."""
        return self._hours(instrument, at)

    def _band(self, instrument: Instrument, at: Instant, around: Price | None = None) -> PriceBand | None:
        """Answer the accepted prices on ticks; None without a rule or without a price to measure from."""
        reference = around or self._shown.reference_price(self._contracts.row(instrument.id))
        band = self._price_band(instrument, at, reference) if reference > 0 else None
        if band is None:
            return None
        tick = instrument.tick_size
        lowest = max(up_to_tick(band.lowest, tick), tick)
        return PriceBand(lowest, max(down_to_tick(band.highest, tick), lowest))

    def _time_refusal(self, instrument: Instrument, at: Instant) -> str | None:
        if instrument.expiry is not None and instrument.expiry < ist_date(at):
            return wording(Refusal.EXPIRED, f"{instrument.symbol} expired on {instrument.expiry.isoformat()}")
        if not self._hours(instrument, at):
            return wording(Refusal.MARKET_CLOSED, f"{instrument.exchange.value} does not trade at this time")
        return None

    def _price_refusal(self, instrument: Instrument, order: BookOrder, at: Instant) -> str | None:
        limit = order.limit_price
        if order.order_type is OrderType.MARKET:
            if self._shown.reference_price(self._contracts.row(instrument.id)) > 0:
                return None
            return wording(Refusal.NO_QUOTE, f"{instrument.symbol} has no price yet; a market order cannot be placed")
        if limit is None or limit <= 0 or limit % instrument.tick_size:
            tick = plain_text(instrument.tick_size)
            return wording(Refusal.TICK, f"the limit of {instrument.symbol} must be a multiple of {tick} above zero")
        band = self._band(instrument, at)
        trigger = order.trigger_price
        if band is not None and trigger is not None and trigger not in band:
            band = self._band(instrument, at, around=trigger)  # Exchanges test a far stop when it wakes.
        if band is not None and limit not in band:
            span = f"{plain_text(band.lowest)} to {plain_text(band.highest)}"
            return wording(Refusal.PRICE_BAND, f"{instrument.symbol} may be priced from {span} now")
        return None

    def _trigger_refusal(self, instrument: Instrument, order: BookOrder) -> str | None:
        trigger, limit = order.trigger_price, order.limit_price
        if order.order_type is not OrderType.STOP_LIMIT:
            return None
        if trigger is None or trigger <= 0 or trigger % instrument.tick_size:
            tick = plain_text(instrument.tick_size)
            return wording(Refusal.TICK, f"the trigger of {instrument.symbol} must be a multiple of {tick} above zero")
        if limit is not None and order.side.sign * (limit - trigger) < 0:
            return wording(Refusal.TRIGGER, f"the limit of {instrument.symbol} must lie beyond its trigger")
        last = self._shown.last_price(self._contracts.row(instrument.id))
        if last > 0 and order.side.sign * (last - trigger) >= 0:
            beyond = "above" if order.side is Side.BUY else "below"
            words = f"the trigger of {instrument.symbol} must be {beyond} the last price {plain_text(last)}"
            return wording(Refusal.TRIGGER, words)
        return None

    def _margin_refusal(self, instrument: Instrument, order: BookOrder, besides: BookOrder | None) -> str | None:
        price = order.limit_price or self._shown.reference_price(self._contracts.row(instrument.id))
        wish = Wish(instrument, order.side, order.quantity - order.filled, price)
        missing = self._funds.shortfall(wish, besides)
        if missing is None:
            return None
        return wording(Refusal.MARGIN, f"{instrument.symbol} needs ₹{paise_text(missing)} more than is available")


def _size_refusal(instrument: Instrument, quantity: int) -> str | None:
    if not instrument.is_tradable:
        return wording(Refusal.CONTRACT, f"{instrument.symbol} is an index and cannot be traded")
    if quantity <= 0 or quantity % instrument.lot_size:
        return wording(Refusal.LOT, f"{quantity} of {instrument.symbol} is not a multiple of {instrument.lot_size}")
    if instrument.freeze_quantity is not None and quantity > instrument.freeze_quantity:
        return wording(
            Refusal.QTY_FREEZE,
            f"{instrument.freeze_quantity} is the largest order in {instrument.symbol}, {quantity} is too large",
        )
    return None
