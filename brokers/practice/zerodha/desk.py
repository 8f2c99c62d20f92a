"""The broker's order desk: takes, changes and cancels orders, and moves them through their statuses."""

from collections.abc import Callable
from functools import partial

import msgspec

from brokers.practice.zerodha.book import Book
from brokers.practice.zerodha.exchange import Event, ExchangeFloor
from brokers.practice.zerodha.faults import FaultDice, Kind
from brokers.practice.zerodha.ledger import Ledger
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.order_checks import OrderChecks
from brokers.practice.zerodha.order_form import AUTOMATIC, Change, Wish
from brokers.practice.zerodha.order_terms import OrderTerms, settled, wish_of_order
from brokers.practice.zerodha.records import RESTING, Order
from brokers.practice.zerodha.settings import MarginRefusal, PracticeSettings, Step
from brokers.practice.zerodha.timers import Timers
from brokers.practice.zerodha.wire import KiteError, bad_input
from engine.domain.instant import Instant

_IN_TRANSIT = frozenset({Step.PUT.value, Step.VALIDATION.value, Step.OPEN.value})

BEING_PROCESSED = "Order cannot be modified as it is being processed. Try later."


class OrderDesk:
    """Orders on their way between the client and the exchange."""

    def __init__(
        self,
        book: Book,
        floor: ExchangeFloor,
        market: PracticeMarket,
        ledger: Ledger,
        timers: Timers,
        dice: FaultDice,
        settings: PracticeSettings,
    ) -> None:
        self._book, self._floor, self._market, self._ledger = book, floor, market, ledger
        self._timers, self._dice, self._settings = timers, dice, settings
        self.checks = OrderChecks(market, ledger, book, settings)
        self._terms = OrderTerms(market, settings)
        self._skipped = frozenset(step.value for step in settings.skipped_steps)

    def place(
        self, wish: Wish, now: Instant, *, by_api: bool = True, parent: str | None = None, meta: Order | None = None
    ) -> Order:
        """Take an order, or raise KiteError; its way to the exchange begins. ``meta`` lends its iceberg fields."""
        row = self.checks.row_of(wish)
        if wish.variety == "co" and wish.protection == 0 and not self._settings.cover_needs_protection:
            wish = msgspec.structs.replace(wish, protection=AUTOMATIC)
        self.checks.check(row, wish, now)
        order = self._new_order(row, wish, now, by_api=by_api, parent=parent)
        if meta is not None:
            order = msgspec.structs.replace(order, meta=meta.meta, wish=meta.wish, tags=meta.tags or order.tags)
        self._floor.put(order)
        if wish.variety == "amo":
            self._wait_for_open(order, now)
        else:
            self._step(order.order_id, self._first_delay(), self._validated, now)
        return order

    def tag(self, order: Order, tags: tuple[str, ...]) -> None:
        """Add the broker's own tags to an order that was just placed."""
        current = self._book.orders[order.order_id]
        self._floor.put(msgspec.structs.replace(current, tags=current.tags + tags))

    def modify(self, order_id: str, change: Change, now: Instant) -> None:
        """Queue a modification, or raise KiteError."""
        order = self._resting(order_id)
        wish = self._terms.changed(order, change)
        self.checks.check_terms(order.row, wish)
        if wish.quantity <= order.filled_quantity:
            raise bad_input("Invalid `quantity`: that much is filled already.")
        self.checks.check_margin(
            order.row, msgspec.structs.replace(wish, quantity=wish.quantity - order.filled_quantity), besides=order_id
        )
        self._floor.put(
            msgspec.structs.replace(
                order,
                status=Step.MODIFY_VALIDATION.value,
                order_timestamp=now,
                modifications=order.modifications + 1,
                modified=True,
            )
        )
        self._step(order_id, self._settings.step_delay, partial(self._modify_pending, wish), now)

    def cancel(self, order_id: str, now: Instant) -> None:
        """Queue a cancellation, or raise KiteError."""
        order = self._resting(order_id, waiting_too=True)
        fault = self._dice.strikes("cancel", Kind.FILLED_BEFORE_CANCEL)
        self._floor.put(msgspec.structs.replace(order, status=Step.CANCEL.value, order_timestamp=now))
        self._step(order_id, self._settings.step_delay * 2, partial(self._cancelled, fault is not None), now)

    def resume(self, now: Instant) -> None:
        """After a restart: put resting orders back, and send on those that were on their way."""
        for order in self._book.live():
            self._ledger.keep(order)
            if order.status in _IN_TRANSIT:
                self._step(order.order_id, self._settings.step_delay, self._validated, now)
            elif order.status == "AMO REQ RECEIVED":
                self._wait_for_open(order, now)
            else:
                rests = order if order.status in RESTING else self._floor.put(settled(order))
                self._floor.restore(rests)
                self._floor.set_end(rests, now)

    def find(self, order_id: str) -> Order:
        """Answer an order of the day. Raises KiteError."""
        order = self._book.orders.get(order_id)
        if order is None:
            raise bad_input(f"Couldn't find that `order_id`: {order_id[:32]}.")
        return order

    def _resting(self, order_id: str, *, waiting_too: bool = False) -> Order:
        order = self.find(order_id)
        if order.status in RESTING or (waiting_too and order.status == "AMO REQ RECEIVED"):
            return order
        if order.is_live:
            raise bad_input(BEING_PROCESSED)
        raise bad_input(f"Order cannot be changed: it is {order.status}.")

    def _new_order(self, row: int, wish: Wish, now: Instant, *, by_api: bool, parent: str | None) -> Order:
        order_id = self._book.next_order_id(now)
        limit, shown, tags = self._terms.of(row, wish)
        own = () if wish.tag is None else (wish.tag,)
        return Order(
            order_id=order_id,
            parent_order_id=parent,
            status="AMO REQ RECEIVED" if wish.variety == "amo" else Step.PUT.value,
            order_timestamp=now,
            variety=wish.variety,
            exchange=wish.exchange,
            tradingsymbol=wish.tradingsymbol,
            row=row,
            order_type=wish.order_type,
            shown_type=shown,
            transaction_type=wish.transaction_type,
            validity=wish.validity,
            validity_ttl=wish.validity_ttl,
            product=wish.product,
            quantity=wish.quantity,
            disclosed_quantity=wish.disclosed_quantity,
            price=wish.price if wish.order_type in ("LIMIT", "SL") else limit,
            trigger_price=0 if wish.variety == "co" else wish.trigger_price,
            stop=wish.trigger_price if wish.variety == "co" else 0,
            limit=limit,
            protection=wish.protection,
            tag=wish.tag,
            tags=own + tags,
            guid=f"01X{order_id[-9:]}",
            by_api=by_api,
        )

    def _first_delay(self) -> int:
        fault = self._dice.strikes("place", Kind.STUCK)
        return self._settings.step_delay if fault is None else fault.length

    def _step(self, order_id: str, delay: int, then: Callable[[Order, Instant], None], now: Instant) -> None:
        def go_on(at: Instant) -> None:
            order = self._book.orders.get(order_id)
            if order is not None and order.is_live:
                then(order, at)

        self._timers.at(now + delay, go_on)

    def _show(self, order: Order, status: str, at: Instant) -> Order:
        if status in self._skipped:
            return order
        return self._floor.put(msgspec.structs.replace(order, status=status, order_timestamp=at))

    def _validated(self, order: Order, at: Instant) -> None:
        self._show(order, Step.VALIDATION.value, at)
        self._step(order.order_id, self._settings.step_delay, self._open_pending, at)

    def _open_pending(self, order: Order, at: Instant) -> None:
        self._show(order, Step.OPEN.value, at)
        self._step(order.order_id, self._settings.step_delay, self._arrives, at)

    def _arrives(self, order: Order, at: Instant) -> None:
        reason = self._rejection(order)
        if reason is None:
            self._floor.arrive(order, at)
            return
        human, raw = reason
        rejected = self._floor.put(
            msgspec.structs.replace(
                order, status="REJECTED", status_message=human, status_message_raw=raw, order_timestamp=at
            )
        )
        self._floor.tell(rejected, Event.REJECTED, at)

    def _rejection(self, order: Order) -> tuple[str, str] | None:
        if self._dice.strikes("place", Kind.REJECTED) is not None:
            return "Order rejected by the exchange.", "16387 : Security is not allowed to trade in this market"
        if self._settings.margin_refusal is MarginRefusal.ROW:
            self._ledger.forget(order.order_id)  # Whether it can be afforded is asked as if it were not there.
            words = self.checks.margin_words(order.row, wish_of_order(order))
            if words is not None:
                return words, f"RMS:Margin Exceeds,{words}"
        return None

    def _modify_pending(self, wish: Wish, order: Order, at: Instant) -> None:
        self._show(order, Step.MODIFY.value, at)
        self._step(order.order_id, self._settings.step_delay, partial(self._modified, wish), at)

    def _modified(self, wish: Wish, order: Order, at: Instant) -> None:
        try:
            if wish.quantity <= order.filled_quantity:
                raise bad_input("16346 : Order cannot be modified")
            limit, shown, tags = self._terms.of(order.row, wish)
        except KiteError as error:
            self._not_modified(order, error.message, at)
            return
        self._floor.withdraw(order)
        changed = msgspec.structs.replace(
            order,
            quantity=wish.quantity,
            price=wish.price if wish.order_type in ("LIMIT", "SL") else limit,
            trigger_price=wish.trigger_price,
            order_type=wish.order_type,
            shown_type=shown,
            limit=limit,
            validity=wish.validity,
            disclosed_quantity=wish.disclosed_quantity,
            protection=wish.protection,
            tags=order.tags if "mktp" in order.tags else order.tags + tags,
            exchange_update_timestamp=at,
            order_timestamp=at,
        )
        self._show(changed, Step.MODIFIED.value, at)
        sleeps = wish.order_type in ("SL", "SL-M")
        rests = self._floor.put(msgspec.structs.replace(changed, status="TRIGGER PENDING" if sleeps else "OPEN"))
        self._floor.tell(rests, Event.MODIFIED, at)
        self._floor.replace(rests, at)

    def _not_modified(self, order: Order, reason: str, at: Instant) -> None:
        self._show(order, "NOT MODIFIED", at)
        rests = msgspec.structs.replace(settled(order), status_message=reason, status_message_raw=reason)
        self._floor.tell(self._floor.put(rests), Event.NOT_MODIFIED, at)

    def _cancelled(self, filled_first: bool, order: Order, at: Instant) -> None:
        if filled_first:
            self._floor.fill_rest(order, at)
            order = self._book.orders[order.order_id]
        if order.is_live:
            self._floor.cancel(order, at, None)

    def _wait_for_open(self, order: Order, now: Instant) -> None:
        opens = self._market.next_open(self._market.listing.instrument(order.row), now)
        if opens is not None:
            self._timers.at(opens, partial(self._amo_leaves, order.order_id))

    def _amo_leaves(self, order_id: str, at: Instant) -> None:
        self._step(order_id, self._settings.step_delay, self._validated, at)
