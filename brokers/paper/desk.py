"""The broker's desk at the exchange: takes requests as they arrive, keeps the books, says what happened."""

from collections import Counter

import msgspec

from brokers.definition import Surroundings
from brokers.paper.books import PaperBooks
from brokers.paper.books_file import FundsLine
from brokers.paper.funds import Funds, Standing
from brokers.paper.order_checks import OrderChecks
from brokers.paper.refusals import Refusal, wording
from brokers.paper.settings import PaperRules, PaperSettings
from brokers.simulated.matching import ExchangeOrder, Fill, Matching
from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, OrderId
from engine.domain.instant import DAY, Instant, ist_date, ist_time_of_day
from engine.domain.instrument import Instrument, Kind, value_of
from engine.domain.money import Money, Price, divide_half_up, money_of, plain_text
from engine.domain.order import OrderStatus, OrderType, Product, Side
from engine.domain.quote import QuoteFrame
from engine.domain.reports import BookOrder, ChangeRefused, ConversionReport, OrderReport
from engine.ports.broker import CancelOrder, ChangeOrder, ConvertPosition, PlaceOrder

Answers = list[OrderReport | ChangeRefused | ConversionReport]

_DAY_ENDED = "The day order lapsed at the end of the session"


class Desk:
    """One account at one exchange. Every call is told its time and answers with reports stamped with it.

    Times may stand still but a new Indian date, once seen, is never left again: at its first call day orders of the
    day before lapse and expired positions are settled. Raises BooksFileError as PaperBooks does.
    """

    def __init__(self, settings: PaperSettings, rules: PaperRules, around: Surroundings) -> None:
        self.account: AccountId = around.account
        self._contracts, self._rule = around.contracts, around.charges
        self.books = PaperBooks(around.account, around.books_file, self._charge)
        self._matching = Matching(
            around.contracts, slippage_ticks=settings.slippage_ticks, walks_depth=settings.walks_depth
        )
        shown = self._matching.shown
        opening = money_of(settings.funds)
        self._funds = Funds(opening, self.books, around.contracts, shown, rules.margin)
        self._checks = OrderChecks(
            around.contracts, around.hours, shown, around.price_band or rules.protection.band, self._funds
        )
        self._most_changes = settings.modifications_per_order
        self._changes: Counter[BrokerOrderId] = Counter()
        self._midnight = 0
        for order in self.books.working.values():
            if order.instrument in around.contracts:
                self._matching.rest(self._at_exchange(order))

    def place(self, request: PlaceOrder, at: Instant, fill_percent: int = 100) -> Answers:
        """Take a new order, or reject it; at first it fills at most ``fill_percent`` of its lots."""
        answers = self.new_day(at)
        order = BookOrder(
            order_id=request.order_id,
            broker_order_id=self.books.next_order_id(),
            instrument=request.instrument,
            side=request.side,
            product=request.product,
            order_type=request.order_type,
            quantity=request.quantity,
            filled=0,
            value=Money(0),
            limit_price=None if request.order_type is OrderType.MARKET else request.limit_price,
            status=OrderStatus.OPEN if request.trigger_price is None else OrderStatus.TRIGGER_PENDING,
            wording="",
            updated_at=at,
            trigger_price=request.trigger_price,
        )
        refusal = self._checks.refusal(order, at)
        if refusal is not None:
            return [*answers, *self._keep(_closed(order, OrderStatus.REJECTED, refusal, at))]
        answers += self._told(_restated(order, OrderStatus.ACKED))
        answers += self._keep(order)
        return answers + self._enter(order, at, self._first_lots(order, fill_percent))

    def modify(self, request: ChangeOrder, at: Instant) -> Answers:
        """Give a working order new terms, or refuse; it loses its place and may trade at once."""
        answers = self.new_day(at)
        order = self.books.working.get(request.broker_order_id)
        if order is None:
            return [*answers, self._too_late(request, at)]
        changed = msgspec.structs.replace(
            order,
            quantity=request.quantity,
            limit_price=request.limit_price,
            order_type=_type_of(request),
            trigger_price=request.trigger_price,
            status=OrderStatus.OPEN if request.trigger_price is None else OrderStatus.TRIGGER_PENDING,
            updated_at=at,
        )
        refusal = self._change_refusal(order, changed, at)
        if refusal is not None:
            return [*answers, self._refused(request, refusal, at)]
        self._changes[order.broker_order_id] += 1
        self._matching.withdraw(order.broker_order_id)
        if changed.filled == changed.quantity:
            return answers + self._keep(_closed(changed, OrderStatus.COMPLETE, "", at))
        answers += self._keep(changed)
        return answers + self._enter(changed, at)

    def cancel(self, request: CancelOrder, at: Instant, *, filled_just_before: bool = False) -> Answers:
        """Take a working order away, or refuse because it is finished."""
        answers = self.new_day(at)
        if filled_just_before:
            answers += self._filled(self._matching.fill_rest(request.broker_order_id), at)
        if request.broker_order_id not in self.books.working:
            return [*answers, self._too_late(request, at)]
        return answers + self.withdraw(request.broker_order_id, at, "Cancelled at your request")

    def convert(self, request: ConvertPosition, at: Instant) -> Answers:
        """Move a position to another product, or refuse; margin is the same in both, as peak-margin rules have it."""
        answers = self.new_day(at)
        refusal = self._conversion_refusal(request, at)
        if refusal is None:
            self.books.convert(request.instrument, request.quantity, request.before, request.after, at)
        words = refusal or f"Converted from {request.before.value} to {request.after.value}"
        report = ConversionReport(
            at=at, account=self.account, reference=request.reference, done=refusal is None, wording=words
        )
        return [*answers, report]

    def _conversion_refusal(self, request: ConvertPosition, at: Instant) -> str | None:
        if request.instrument not in self._contracts:
            return wording(Refusal.CONTRACT, f"{request.instrument} is not listed")
        held = self.books.net.get((request.instrument, request.before), 0)
        if request.before is request.after or not request.quantity:
            return wording(Refusal.BOOKS, "there is nothing to convert")
        if held * request.quantity <= 0 or abs(held) < abs(request.quantity):
            words = f"{held:+d} are held in {request.before.value}, {request.quantity:+d} cannot be converted"
            return wording(Refusal.BOOKS, words)
        if not self._checks.is_open(self._contracts.by_id(request.instrument), at):
            return wording(Refusal.MARKET_CLOSED, "positions are converted while the market is open")
        missing = -self.standing().available
        if missing > 0:
            return wording(Refusal.MARGIN, f"₹{plain_text(missing)} are missing; nothing is converted before that")
        return None

    def withdraw(self, order: BrokerOrderId, at: Instant, reason: str) -> Answers:
        """Cancel a working order, whoever wants it."""
        self._matching.withdraw(order)
        return self._keep(_closed(self.books.working[order], OrderStatus.CANCELLED, reason, at))

    def take_quotes(self, frame: QuoteFrame) -> Answers:
        """See a frame, and fill what it lets fill."""
        answers = self.new_day(frame.at)
        for row in self._matching.see(frame):
            if self._checks.is_open(self._contracts.instruments[row], frame.at):
                answers += self._woken(self._matching.wake(row), frame.at)
                answers += self._filled(self._matching.match(row), frame.at)
        return answers

    def trade_by_hand(
        self, instrument: Instrument, side: Side, quantity: int, price: Price, product: Product, at: Instant
    ) -> BookOrder:
        """Write down a trade that somebody made in the broker's own terminal; it has no tag and is not reported."""
        self.new_day(at)
        value = value_of(price, quantity, instrument)
        order = BookOrder(
            order_id=None,
            broker_order_id=self.books.next_order_id(),
            instrument=instrument.id,
            side=side,
            product=product,
            order_type=OrderType.LIMIT,
            quantity=quantity,
            filled=quantity,
            value=value,
            limit_price=price,
            status=OrderStatus.COMPLETE,
            wording="",
            updated_at=at,
        )
        return self.books.put_fill(order, quantity, price, value)

    def standing(self) -> Standing:
        """Answer the account's funds now."""
        return self._funds.standing()

    def close(self, at: Instant) -> None:
        """Close the books with the funds as they are."""
        standing = self.standing()
        self.books.close(
            FundsLine(at=at, available=standing.available, blocked=standing.blocked, charges=standing.charges)
        )

    def _charge(self, order: BookOrder) -> Money:
        if self._rule is None or order.instrument not in self._contracts:
            return Money(0)
        contract = self._contracts.by_id(order.instrument)
        return self._rule(contract, order.side, order.value, order.updated_at)

    def new_day(self, at: Instant) -> Answers:
        """Close yesterday where ``at`` is on a later Indian date: orders lapse, expired positions are settled."""
        if at < self._midnight:
            return []
        self._midnight = at - ist_time_of_day(at) + DAY
        today = ist_date(at)
        if today <= self.books.day:
            return []
        answers: Answers = []
        for order in list(self.books.working):
            answers += self.withdraw(order, at, _DAY_ENDED)
        self._settle_expired(at)
        self._changes.clear()
        self.books.begin_day(today)
        return answers

    def _settle_expired(self, at: Instant) -> None:
        for position, quantity in list(self.books.net.items()):
            if position[0] not in self._contracts:
                continue
            instrument = self._contracts.by_id(position[0])
            if instrument.expiry is None or instrument.expiry >= ist_date(at):
                continue
            price = self._settlement_price(instrument)
            self.books.settle(position, price, value_of(price, abs(quantity), instrument), at)

    def _settlement_price(self, instrument: Instrument) -> Price:
        """Answer the intrinsic value at the underlying's last price, or the contract's own last price without one."""
        spot = self._funds.spot(instrument.underlying)
        strike = instrument.strike or Price(0)
        if spot == 0:
            return self._matching.shown.reference_price(self._contracts.row(instrument.id))
        match instrument.kind:
            case Kind.CALL:
                price = max(spot - strike, 0)
            case Kind.PUT:
                price = max(strike - spot, 0)
            case _:
                price = spot
        return Price(price // instrument.quantity_scale * instrument.quantity_scale)

    def _change_refusal(self, order: BookOrder, changed: BookOrder, at: Instant) -> str | None:
        if self._changes[order.broker_order_id] >= self._most_changes:
            return wording(Refusal.MODIFICATIONS, f"an order may be changed {self._most_changes} times")
        if changed.quantity < order.filled:
            return wording(Refusal.TOO_LATE, f"{order.filled} are filled already, more than {changed.quantity}")
        return self._checks.refusal(changed, at, besides=order)

    def _first_lots(self, order: BookOrder, percent: int) -> int | None:
        if percent >= 100:
            return None
        lot = self._contracts.by_id(order.instrument).lot_size
        return max(order.quantity * percent // 100 // lot, 1) * lot

    def _enter(self, order: BookOrder, at: Instant, at_most: int | None = None) -> Answers:
        return self._filled(self._matching.enter(self._at_exchange(order), at_most), at)

    def _at_exchange(self, order: BookOrder) -> ExchangeOrder:
        instrument = self._contracts.by_id(order.instrument)
        return ExchangeOrder(
            id=order.broker_order_id,
            row=self._contracts.row(order.instrument),
            side=order.side,
            order_type=order.order_type,
            quantity=order.quantity - order.filled,
            limit=self._checks.worst_price(
                instrument, order.side, order.order_type, order.limit_price, order.updated_at
            ),
            trigger=order.trigger_price if order.status is OrderStatus.TRIGGER_PENDING else None,
        )

    def _filled(self, fills: list[Fill], at: Instant) -> Answers:
        answers: Answers = []
        for fill in fills:
            order = self.books.orders[fill.order]
            value = value_of(fill.price, fill.quantity, self._contracts.by_id(order.instrument))
            filled = order.filled + fill.quantity
            after = msgspec.structs.replace(
                order,
                filled=filled,
                value=Money(order.value + value),
                status=OrderStatus.COMPLETE if filled == order.quantity else OrderStatus.OPEN,
                updated_at=at,
            )
            answers += self._told(self.books.put_fill(after, fill.quantity, fill.price, value))
        return answers

    def _woken(self, orders: list[BrokerOrderId], at: Instant) -> Answers:
        """Say that sleeping stop orders are limit orders from now on."""
        answers: Answers = []
        for number in orders:
            awake = msgspec.structs.replace(self.books.orders[number], status=OrderStatus.OPEN, updated_at=at)
            answers += self._keep(awake)
        return answers

    def _keep(self, order: BookOrder) -> Answers:
        return self._told(self.books.put(order))

    def _told(self, order: BookOrder) -> Answers:
        return [] if order.order_id is None else [self._report(order, order.order_id)]

    def _report(self, order: BookOrder, tag: OrderId) -> OrderReport:
        return OrderReport(
            at=order.updated_at,
            account=self.account,
            order_id=tag,
            broker_order_id=order.broker_order_id,
            status=order.status,
            wording=order.wording,
            quantity=order.quantity,
            limit_price=order.limit_price,
            trigger_price=order.trigger_price,
            filled=order.filled,
            value=order.value,
            average_price=self._average(order.instrument, order.value, order.filled),
        )

    def _average(self, instrument: InstrumentId, value: Money, filled: int) -> Price | None:
        if filled == 0:
            return None
        scale = self._contracts.by_id(instrument).quantity_scale if instrument in self._contracts else 1
        return Price(divide_half_up(value * scale, filled))

    def _too_late(self, request: ChangeOrder | CancelOrder, at: Instant) -> ChangeRefused:
        order = self.books.orders.get(request.broker_order_id)
        if order is None:
            return self._refused(request, wording(Refusal.BOOKS, f"there is no order {request.broker_order_id}"), at)
        sentence = f"order {request.broker_order_id} is already {order.status.value}"
        return self._refused(request, wording(Refusal.TOO_LATE, sentence), at)

    def _refused(self, request: ChangeOrder | CancelOrder, words: str, at: Instant) -> ChangeRefused:
        return ChangeRefused(at=at, account=self.account, order_id=request.order_id, wording=words)


def _type_of(request: ChangeOrder) -> OrderType:
    if request.limit_price is None:
        return OrderType.MARKET
    return OrderType.LIMIT if request.trigger_price is None else OrderType.STOP_LIMIT


def _closed(order: BookOrder, status: OrderStatus, reason: str, at: Instant) -> BookOrder:
    return msgspec.structs.replace(order, status=status, wording=reason, updated_at=at)


def _restated(order: BookOrder, status: OrderStatus) -> BookOrder:
    return msgspec.structs.replace(order, status=status)
