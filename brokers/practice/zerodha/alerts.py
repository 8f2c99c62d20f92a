"""Price alerts: kept, watched, their firings told; those with a basket place its orders."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from brokers.practice.zerodha.desk import OrderDesk
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.order_form import wish_of
from brokers.practice.zerodha.records import Alert, Line
from brokers.practice.zerodha.wire import KiteError, bad_input, json_of, number, stamp, units_of
from engine.domain.instant import Instant

_NEEDED = ("name", "type", "lhs_exchange", "lhs_tradingsymbol", "lhs_attribute", "operator", "rhs_type")
_MOST_ACTIVE = 500
_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "==": lambda left, right: left == right,
}


class Alerts:
    """The account's alerts; every change goes to ``write``."""

    def __init__(self, market: PracticeMarket, desk: OrderDesk, user: str, write: Callable[[Line], None]) -> None:
        self._market, self._desk, self._user, self._write = market, desk, user, write
        self.kept: dict[str, Alert] = {}

    def recall(self, alert: Alert) -> None:
        """Take a line of the state file back in."""
        self.kept[alert.uuid] = alert

    def create(self, fields: Mapping[str, str], now: Instant) -> dict[str, Any]:
        """Keep a new alert. Raises KiteError."""
        if sum(one.status == "enabled" for one in self.kept.values()) >= _MOST_ACTIVE:
            raise bad_input(f"At most {_MOST_ACTIVE} active alerts are allowed.")
        digest = hashlib.sha256(f"{self._user}{len(self.kept)}{now}".encode()).hexdigest()
        uuid = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
        alert = Alert(uuid=uuid, fields=self._read(fields), status="enabled", created_at=now, updated_at=now)
        return self._keep(alert)

    def change(self, uuid: str, fields: Mapping[str, str], now: Instant) -> dict[str, Any]:
        """Replace an alert's fields. Raises KiteError."""
        before = self._find(uuid)
        status = fields.get("status") or before.status
        if status not in ("enabled", "disabled"):
            raise bad_input("Invalid `status`.")
        read = self._read({**before.fields, **fields})
        return self._keep(msgspec.structs.replace(before, fields=read, status=status, updated_at=now))

    def delete(self, uuids: Sequence[str], now: Instant) -> None:
        """Take alerts away. Raises KiteError."""
        for alert in [self._find(uuid) for uuid in uuids]:
            self._keep(msgspec.structs.replace(alert, status="deleted", updated_at=now))

    def rows(self) -> list[dict[str, Any]]:
        """Answer the alerts that are not deleted."""
        return [self._row(one) for one in self.kept.values() if one.status != "deleted"]

    def row(self, uuid: str) -> dict[str, Any]:
        """Answer one alert. Raises KiteError."""
        return self._row(self._find(uuid))

    def history(self, uuid: str) -> list[dict[str, Any]]:
        """Answer when an alert fired. Raises KiteError."""
        alert = self._find(uuid)
        condition = " ".join(alert.fields.get(name, "") for name in ("lhs_tradingsymbol", "operator", "rhs_constant"))
        return [
            {
                "uuid": alert.uuid,
                "type": alert.fields["type"],
                "meta": [{"last_price": number(price), "timestamp": stamp(at)}],
                "condition": condition,
                "created_at": stamp(at),
                "order_meta": list(alert.orders) or None,
            }
            for at, price in alert.fired
        ]

    def watch(self, now: Instant) -> None:
        """Fire the alerts whose condition holds, each once until it is enabled again."""
        for alert in list(self.kept.values()):
            if alert.status == "enabled" and not alert.fired:
                left, right = self._sides(alert)
                if left > 0 and right > 0 and _COMPARE[alert.fields["operator"]](left, right):
                    orders = self._placed(alert, now)
                    fired = msgspec.structs.replace(alert, fired=((now, left),), orders=orders, updated_at=now)
                    self._keep(fired)

    def _placed(self, alert: Alert, now: Instant) -> tuple[dict[str, str], ...]:
        """Place the orders of an alert's basket; what is refused is told beside it."""
        results: list[dict[str, str]] = []
        for item in _items(alert.fields):
            try:
                order = self._desk.place(wish_of("regular", item), now, by_api=False)
                results.append({"status": "success", "order_id": order.order_id})
            except KiteError as error:
                results.append({"status": "failed", "rejection_reason": error.message})
        return tuple(results)

    def _sides(self, alert: Alert) -> tuple[int, int]:
        fields = alert.fields
        left = self._price(fields, "lhs")
        if fields["rhs_type"] == "constant":
            return left, units_of(fields["rhs_constant"], "rhs_constant")
        return left, self._price(fields, "rhs")

    def _price(self, fields: Mapping[str, str], side: str) -> int:
        row = self._row_of(fields, side)
        return 0 if row is None else self._market.last(row)

    def _row_of(self, fields: Mapping[str, str], side: str) -> int | None:
        exchange, symbol = fields.get(f"{side}_exchange", ""), fields.get(f"{side}_tradingsymbol", "")
        places = ("NSE", "BSE") if exchange == "INDICES" else (exchange,)
        rows = (self._market.listing.row_of(place, symbol) for place in places)
        return next((row for row in rows if row is not None), None)

    def _read(self, fields: Mapping[str, str]) -> dict[str, str]:
        for name in _NEEDED:
            if not fields.get(name):
                raise bad_input(f"Missing or empty field `{name}`")
        if fields["type"] not in ("simple", "ato"):
            raise bad_input("Invalid `type`.")
        if fields["operator"] not in _COMPARE:
            raise bad_input("Invalid `operator`.")
        if fields["rhs_type"] not in ("constant", "instrument"):
            raise bad_input("Invalid `rhs_type`.")
        if self._row_of(fields, "lhs") is None:
            raise bad_input("Invalid tradingsymbol.")
        if fields["rhs_type"] == "constant":
            units_of(fields.get("rhs_constant"), "rhs_constant")
        elif self._row_of(fields, "rhs") is None:
            raise bad_input("Invalid tradingsymbol.")
        if fields["type"] == "ato" and not _items(fields):
            raise bad_input("Invalid `basket`.")
        return {name: value for name, value in fields.items() if name != "status"} | {
            "rhs_constant": fields.get("rhs_constant") or "0"
        }

    def _keep(self, alert: Alert) -> dict[str, Any]:
        self._write(alert)
        self.kept[alert.uuid] = alert
        return self._row(alert)

    def _find(self, uuid: str) -> Alert:
        found = self.kept.get(uuid)
        if found is None:
            raise KiteError(404, bad_input("").kind, "Alert not found.")
        return found

    def _row(self, alert: Alert) -> dict[str, Any]:
        fields = alert.fields
        return {
            "type": fields["type"],
            "user_id": self._user,
            "uuid": alert.uuid,
            "name": fields["name"],
            "status": alert.status,
            "disabled_reason": "",
            "lhs_attribute": fields["lhs_attribute"],
            "lhs_exchange": fields["lhs_exchange"],
            "lhs_tradingsymbol": fields["lhs_tradingsymbol"],
            "operator": fields["operator"],
            "rhs_type": fields["rhs_type"],
            "rhs_attribute": fields.get("rhs_attribute", ""),
            "rhs_exchange": fields.get("rhs_exchange", ""),
            "rhs_tradingsymbol": fields.get("rhs_tradingsymbol", ""),
            "rhs_constant": number(units_of(fields["rhs_constant"], "rhs_constant")),
            "alert_count": len(alert.fired),
            "created_at": stamp(alert.created_at),
            "updated_at": stamp(alert.updated_at),
            **({"basket": json_of(fields["basket"])} if fields["type"] == "ato" else {}),
        }


def _items(fields: Mapping[str, str]) -> list[dict[str, str]]:
    """Answer the orders of an alert's basket as forms; none where it has no basket, or a wrong one."""
    if fields["type"] != "ato":
        return []
    match json_of(fields.get("basket", "")):
        case {"items": list() as items}:
            return [_form(item) for item in items if isinstance(item, dict)]
        case _:
            return []


def _form(item: Mapping[str, Any]) -> dict[str, str]:
    params = item.get("params")
    given = {**item, **(params if isinstance(params, dict) else {})}
    return {name: str(value) for name, value in given.items() if isinstance(value, (str, int, Decimal))}
