"""Good-till-triggered orders: kept, watched on the last price, fired once."""

from collections.abc import Callable, Mapping
from datetime import time, timedelta
from typing import Any

import msgspec

from brokers.practice.zerodha.desk import OrderDesk
from brokers.practice.zerodha.faults import FaultDice, Kind
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.order_form import Wish, wish_of
from brokers.practice.zerodha.records import Line, Trigger
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.practice.zerodha.wire import KiteError, bad_input, json_of, json_text, number, stamp, units_of
from engine.domain.instant import Instant, ist_date, ist_instant
from engine.domain.instrument import Exchange, Instrument

_LEGS = {"single": 1, "two-leg": 2}
_MOST_ACTIVE = 500
_FIRST_ID = 4_711_000
_PRODUCTS = ("CNC", "NRML", "MTF")


class Triggers:
    """The account's good-till-triggered orders; every change goes to ``write``."""

    def __init__(
        self,
        market: PracticeMarket,
        desk: OrderDesk,
        dice: FaultDice,
        settings: PracticeSettings,
        write: Callable[[Line], None],
    ) -> None:
        self._market, self._desk, self._dice, self._write = market, desk, dice, write
        self._user, self._success = settings.user_id, settings.gtt_success
        self.kept: dict[int, Trigger] = {}

    def recall(self, trigger: Trigger) -> None:
        """Take a line of the state file back in."""
        self.kept[trigger.id] = trigger

    def place(self, fields: Mapping[str, str], now: Instant) -> dict[str, int]:
        """Keep a new trigger. Raises KiteError."""
        if sum(one.status == "active" for one in self.kept.values()) >= _MOST_ACTIVE:
            raise bad_input(f"At most {_MOST_ACTIVE} active triggers are allowed.")
        return self._keep(self._read(fields, _FIRST_ID + len(self.kept) + 1, now, now))

    def modify(self, number_text: str, fields: Mapping[str, str], now: Instant) -> dict[str, int]:
        """Replace an active trigger. Raises KiteError."""
        before = self._active(number_text)
        return self._keep(self._read(fields, before.id, before.created_at, now))

    def delete(self, number_text: str, now: Instant) -> dict[str, int]:
        """Take an active trigger away. Raises KiteError."""
        return self._keep(msgspec.structs.replace(self._active(number_text), status="deleted", updated_at=now))

    def rows(self) -> list[dict[str, Any]]:
        """Answer every trigger as it is listed."""
        return [self._row(one) for one in self.kept.values()]

    def row(self, number_text: str) -> dict[str, Any]:
        """Answer one trigger. Raises KiteError."""
        return self._row(self._find(number_text))

    def watch(self, now: Instant) -> None:
        """Fire what the last prices reach, and expire what is over."""
        for trigger in list(self.kept.values()):
            if trigger.status != "active":
                continue
            if now >= trigger.expires_at:
                self._keep(msgspec.structs.replace(trigger, status="expired", updated_at=now))
            elif self._market.is_open(self._market.listing.instrument(trigger.row), now):
                self._look(trigger, now)

    def _look(self, trigger: Trigger, now: Instant) -> None:
        last = self._market.last(trigger.row)
        for place, value in enumerate(trigger.values):
            rises = value > trigger.last_price
            if last > 0 and (last >= value if rises else last <= value):
                self._fire(trigger, place, last, now)
                return

    def _fire(self, trigger: Trigger, place: int, last: int, now: Instant) -> None:
        fields = trigger.orders[place]
        try:
            if self._dice.strikes("gtt", Kind.GTT_FAILS) is not None:
                raise bad_input("Insufficient funds. Required margin is more than what is available.")
            order = self._desk.place(_wish(trigger, fields), now, by_api=False)
            outcome = {"status": self._success, "order_id": order.order_id, "rejection_reason": ""}
        except KiteError as error:
            outcome = {"status": "failed", "order_id": "", "rejection_reason": error.message}
        results = list(trigger.results)
        results[place] = {**outcome, "at": str(now), "last": str(last)}
        self._keep(msgspec.structs.replace(trigger, status="triggered", updated_at=now, results=tuple(results)))

    def _keep(self, trigger: Trigger) -> dict[str, int]:
        self._write(trigger)
        self.kept[trigger.id] = trigger
        return {"trigger_id": trigger.id}

    def _find(self, number_text: str) -> Trigger:
        found = self.kept.get(int(number_text)) if number_text.isascii() and number_text.isdigit() else None
        if found is None:
            raise KiteError(404, bad_input("").kind, "Trigger not found.")
        return found

    def _active(self, number_text: str) -> Trigger:
        trigger = self._find(number_text)
        if trigger.status != "active":
            raise bad_input(f"The trigger is {trigger.status} and cannot be changed.")
        return trigger

    def _read(self, fields: Mapping[str, str], number_: int, created: Instant, now: Instant) -> Trigger:
        kind = fields.get("type", "")
        if kind not in _LEGS:
            raise bad_input("Invalid `type`.")
        condition, orders = json_of(fields.get("condition", "")), json_of(fields.get("orders", ""))
        if not isinstance(condition, dict) or not isinstance(orders, list):
            raise bad_input("Invalid `condition` or `orders`.")
        given = condition.get("trigger_values")
        if not isinstance(given, list) or len(given) != _LEGS[kind] or len(orders) != _LEGS[kind]:
            raise bad_input("Invalid `trigger_values`: one for a single trigger, two for two legs.")
        values = tuple(units_of(value, "trigger_values") for value in given)
        exchange, symbol = str(condition.get("exchange", "")), str(condition.get("tradingsymbol", ""))
        row = self._market.listing.row_of(exchange, symbol)
        if row is None:
            raise bad_input("Invalid tradingsymbol.")
        if list(values) != sorted(set(values)) or values[0] <= 0:
            raise bad_input("Invalid `trigger_values`: the lower one comes first.")
        instrument = self._market.listing.instrument(row)
        trigger = Trigger(
            id=number_,
            kind=kind,
            created_at=created,
            updated_at=now,
            expires_at=_expiry(instrument, now),
            status="active",
            exchange=exchange,
            tradingsymbol=symbol,
            row=row,
            last_price=units_of(condition.get("last_price"), "last_price") or self._market.last(row),
            values=values,
            orders=tuple(_order_fields(one) for one in orders),
            results=(None,) * len(orders),
        )
        for one in trigger.orders:
            _refuse(_wish(trigger, one), instrument, kind)
        return trigger

    def _row(self, trigger: Trigger) -> dict[str, Any]:
        return {
            "id": trigger.id,
            "user_id": self._user,
            "parent_trigger": None,
            "type": trigger.kind,
            "created_at": stamp(trigger.created_at),
            "updated_at": stamp(trigger.updated_at),
            "expires_at": stamp(trigger.expires_at),
            "status": trigger.status,
            "condition": {
                "exchange": trigger.exchange,
                "last_price": number(trigger.last_price),
                "tradingsymbol": trigger.tradingsymbol,
                "trigger_values": [number(value) for value in trigger.values],
                "instrument_token": self._market.listing.token(trigger.row),
            },
            "orders": [self._order_row(trigger, place) for place in range(len(trigger.orders))],
            "meta": {},
        }

    def _order_row(self, trigger: Trigger, place: int) -> dict[str, Any]:
        wish, result = _wish(trigger, trigger.orders[place]), trigger.results[place]
        row = {
            "exchange": wish.exchange,
            "tradingsymbol": wish.tradingsymbol,
            "product": wish.product,
            "order_type": wish.order_type,
            "transaction_type": wish.transaction_type,
            "quantity": wish.quantity,
            "price": number(wish.price),
        }
        if result is None:
            return {**row, "result": None}
        meta = json_text({"app_id": 101, "gtt": trigger.id}).decode()
        told = {
            **row,
            "account_id": self._user,
            "validity": "DAY",
            "meta": meta,
            "timestamp": stamp(int(result["at"])),
            "triggered_at": number(int(result["last"])),
            "order_result": {name: result[name] for name in ("status", "order_id", "rejection_reason")},
        }
        return {**row, "result": told}


def _order_fields(one: object) -> dict[str, str]:
    if not isinstance(one, dict):
        raise bad_input("Invalid `orders`.")
    return {str(name): str(value) for name, value in one.items()}


def _wish(trigger: Trigger, fields: Mapping[str, str]) -> Wish:
    """Answer the order that a leg sends; its instrument is the trigger's."""
    own = {"exchange": trigger.exchange, "tradingsymbol": trigger.tradingsymbol}
    return wish_of("regular", {**{name: fields[name] for name in fields if name != "tag"}, **own, "validity": "DAY"})


def _refuse(wish: Wish, instrument: Instrument, kind: str) -> None:
    if wish.order_type != "LIMIT" or wish.price <= 0:
        raise bad_input("GTT orders are LIMIT orders with a price.")
    is_share = instrument.exchange in (Exchange.NSE, Exchange.BSE)
    if wish.product not in _PRODUCTS or (kind == "two-leg" and not is_share and wish.product != "NRML"):
        raise bad_input(f"Product {wish.product} is not allowed for this trigger.")
    if kind == "two-leg" and is_share and wish.transaction_type == "BUY":
        raise bad_input("Two-leg triggers that buy are allowed for derivatives only.")


def _expiry(instrument: Instrument, now: Instant) -> Instant:
    if instrument.expiry is not None:
        return ist_instant(instrument.expiry, time(15, 30))
    return ist_instant(ist_date(now) + timedelta(days=365), time(15, 30))
