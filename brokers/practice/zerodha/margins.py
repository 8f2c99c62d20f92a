"""Funds, margins of orders and baskets, and the virtual contract note."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from brokers.practice.zerodha.book import Book
from brokers.practice.zerodha.ledger import Ledger
from brokers.practice.zerodha.market import PracticeMarket
from brokers.practice.zerodha.order_form import Wish, wish_of
from brokers.practice.zerodha.wire import bad_input, number
from engine.domain.charges import NO_CHARGES, Charges, order_charges
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import Instant, ist_date
from engine.domain.instrument import Instrument, Kind, value_of
from engine.domain.margin import Holding, MarginRules, blocked_margin
from engine.domain.market_rules import UnknownRuleError
from engine.domain.money import Price
from engine.domain.order import Side

_MOST_ORDERS = 500
_SEGMENTS = ("equity", "commodity")


class Asked(msgspec.Struct, frozen=True):
    """One order of a what-if: its row, its wish, and the price it would trade at."""

    row: int
    wish: Wish
    price: int

    @property
    def signed(self) -> int:
        """Answer its signed quantity."""
        return self.wish.quantity if self.wish.transaction_type == "BUY" else -self.wish.quantity


class Margins:
    """Answers what orders need and cost, by the paper exchange's margin rules and the dated charges."""

    def __init__(self, market: PracticeMarket, ledger: Ledger, book: Book) -> None:
        self._market, self._ledger, self._book = market, ledger, book
        self._rules = MarginRules()

    def funds(self) -> dict[str, Any]:
        """Answer the funds of both segments; derivatives live in equity."""
        standing, opening = self._ledger.standing(), self._ledger.opening
        blocked, free = int(standing.blocked), int(standing.available)
        exposure = blocked // 6
        premium = max(int(opening) - free - blocked, 0)
        equity = _segment(int(opening), free, exposure, blocked - exposure, premium, int(opening) - free)
        return {"equity": equity, "commodity": _segment(0, 0, 0, 0, 0, 0)}

    def segment(self, name: str) -> dict[str, Any]:
        """Answer the funds of one segment. Raises KiteError for an unknown one."""
        if name not in _SEGMENTS:
            raise bad_input("Invalid segment.")
        found: dict[str, Any] = self.funds()[name]
        return found

    def orders(self, document: Any, now: Instant, *, compact: bool) -> list[dict[str, Any]]:
        """Answer the margin of every order by itself."""
        return [self._row(one, now, compact=compact) for one in self._asked(document)]

    def basket(self, document: Any, now: Instant, *, with_positions: bool, compact: bool) -> dict[str, Any]:
        """Answer the margin of orders together, without and with the benefit of hedges."""
        asked = self._asked(document)
        rows = [self._row(one, now, compact=False) for one in asked]
        premium = sum(self._premium(one) for one in asked)
        initial = sum(self._blocked([one], {}) for one in asked)
        held = self._held() if with_positions else {}
        final = max(self._blocked(asked, held) - self._blocked([], held), 0)
        paid = sum(max(self._premium(one), 0) for one in asked)
        orders = [_compact(row) for row in rows] if compact else rows
        if compact:
            return {
                "initial": _compact(_whole(initial, paid)),
                "final": _compact(_whole(final, premium)),
                "orders": orders,
            }
        nothing = _charges(NO_CHARGES, "")
        answer = {"initial": _whole(initial, paid), "final": _whole(final, premium)}
        return {**answer, "orders": orders, "charges": nothing}

    def contract_note(self, document: Any, now: Instant) -> list[dict[str, Any]]:
        """Answer the charges of every order, by its place in the request."""
        rows = []
        for fields in _objects(document):
            one = self._one(fields)
            price = wish_of("regular", {**_text(fields), "price": str(fields.get("average_price", 0))}).price
            if price <= 0:
                raise bad_input("Missing or empty field `average_price`")
            instrument = self._market.listing.instrument(one.row)
            charges = self._charges(instrument, one.wish, price, now)
            rows.append(
                {
                    "transaction_type": one.wish.transaction_type,
                    "tradingsymbol": one.wish.tradingsymbol,
                    "exchange": one.wish.exchange,
                    "variety": one.wish.variety,
                    "product": one.wish.product,
                    "order_type": one.wish.order_type,
                    "quantity": one.wish.quantity,
                    "price": number(price),
                    "charges": _charges(charges, "stt"),
                }
            )
        return rows

    def _asked(self, document: Any) -> list[Asked]:
        return [self._one(fields) for fields in _objects(document)]

    def _one(self, fields: Mapping[str, Any]) -> Asked:
        wish = wish_of(str(fields.get("variety", "regular")), _text(fields))
        row = self._market.listing.row_of(wish.exchange, wish.tradingsymbol)
        if row is None or self._market.listing.instrument(row).kind is Kind.INDEX:
            raise bad_input("Invalid tradingsymbol.")
        return Asked(row, wish, wish.price or self._market.last(row))

    def _row(self, one: Asked, now: Instant, *, compact: bool) -> dict[str, Any]:
        instrument = self._market.listing.instrument(one.row)
        blocked, paid = self._blocked([one], {}), max(self._premium(one), 0)
        is_share = instrument.kind is Kind.EQUITY
        exposure = 0 if is_share else blocked // 6
        row = {
            "type": "equity",
            "tradingsymbol": one.wish.tradingsymbol,
            "exchange": one.wish.exchange,
            "span": number(0 if is_share else blocked - exposure),
            "exposure": number(exposure),
            "option_premium": number(0 if is_share else paid),
            "additional": 0,
            "bo": 0,
            "cash": number(paid if is_share and one.wish.product == "CNC" else 0),
            "var": number(blocked + paid if is_share and one.wish.product != "CNC" else 0),
            "pnl": {"realised": 0, "unrealised": 0},
            "leverage": 1,
            "charges": _charges(self._charges(instrument, one.wish, one.price, now), "stt"),
            "total": number(blocked + paid),
        }
        return _compact(row) if compact else row

    def _premium(self, one: Asked) -> int:
        """Answer what an order pays for options and shares; negative where it receives."""
        instrument = self._market.listing.instrument(one.row)
        return 0 if instrument.kind is Kind.FUTURE else int(value_of(one.price, one.signed, instrument))

    def _blocked(self, asked: Iterable[Asked], held: Mapping[int, int]) -> int:
        net = dict(held)
        prices: dict[InstrumentId, Price] = {}
        for one in asked:
            net[one.row] = net.get(one.row, 0) + one.signed
            prices[self._market.listing.instrument(one.row).id] = Price(one.price)
        holdings = [self._holding(row, quantity) for row, quantity in net.items() if quantity]
        for row in net:
            prices.setdefault(self._market.listing.instrument(row).id, Price(self._market.last(row)))
        spots = {name: self._ledger.spot(name) for name in {one.instrument.underlying for one in holdings}}
        return int(blocked_margin(holdings, prices, spots, self._rules))

    def _holding(self, row: int, quantity: int) -> Holding:
        instrument = self._market.listing.instrument(row)
        spot = self._market.master.spot(instrument.underlying)
        return Holding(instrument, quantity, spot is not None and spot.kind is Kind.EQUITY)

    def _held(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for (exchange, symbol, _), quantity in self._book.net().items():
            row = self._market.listing.row_of(exchange, symbol)
            if row is not None and quantity:
                found[row] = found.get(row, 0) + quantity
        return found

    def _charges(self, instrument: Instrument, wish: Wish, price: int, now: Instant) -> Charges:
        try:
            rates = self._market.rules.charge_rates(instrument.exchange, instrument.kind, ist_date(now))
        except UnknownRuleError:
            return NO_CHARGES
        side = Side.BUY if wish.transaction_type == "BUY" else Side.SELL
        return order_charges(rates, side, value_of(price, wish.quantity, instrument))


def _objects(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, list) or not document or not all(isinstance(one, dict) for one in document):
        raise bad_input("Invalid JSON in the request: a list of orders is expected.")
    if len(document) > _MOST_ORDERS:
        raise bad_input(f"At most {_MOST_ORDERS} orders are allowed in one request.")
    return document


def _text(fields: Mapping[str, Any]) -> dict[str, str]:
    """Answer JSON fields as the texts of a form; nested ones are not fields of an order."""
    plain = {name: value for name, value in fields.items() if isinstance(value, (str, int, Decimal))}
    return {name: str(value) for name, value in plain.items() if name not in ("tag", "market_protection")}


def _segment(cash: int, net: int, exposure: int, span: int, premium: int, debits: int) -> dict[str, Any]:
    return {
        "enabled": True,
        "net": number(net),
        "available": {
            "adhoc_margin": 0,
            "cash": number(cash),
            "opening_balance": number(cash),
            "live_balance": number(net),
            "collateral": 0,
            "intraday_payin": 0,
        },
        "utilised": {
            "debits": number(debits),
            "exposure": number(exposure),
            "m2m_realised": 0,
            "m2m_unrealised": 0,
            "option_premium": number(premium),
            "payout": 0,
            "span": number(span),
            "holding_sales": 0,
            "turnover": 0,
            "liquid_collateral": 0,
            "stock_collateral": 0,
            "delivery": 0,
        },
    }


def _whole(blocked: int, premium: int) -> dict[str, Any]:
    exposure = blocked // 6
    return {
        "type": "",
        "tradingsymbol": "",
        "exchange": "",
        "span": number(blocked - exposure),
        "exposure": number(exposure),
        "option_premium": number(premium),
        "additional": 0,
        "bo": 0,
        "cash": 0,
        "var": 0,
        "pnl": {"realised": 0, "unrealised": 0},
        "leverage": 0,
        "charges": _charges(NO_CHARGES, ""),
        "total": number(blocked + premium),
    }


def _compact(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("type", "tradingsymbol", "exchange", "total")}


def _charges(charges: Charges, tax: str) -> dict[str, Any]:
    return {
        "transaction_tax": charges.stt,
        "transaction_tax_type": tax,
        "exchange_turnover_charge": charges.transaction + charges.ipft,
        "sebi_turnover_charge": charges.sebi,
        "brokerage": charges.brokerage,
        "stamp_duty": charges.stamp,
        "gst": {"igst": charges.gst, "cgst": 0, "sgst": 0, "total": charges.gst},
        "total": charges.total,
    }
