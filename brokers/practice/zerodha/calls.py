"""What each call of the API answers."""

import gzip
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from brokers.practice.zerodha.broker import PracticeBroker
from brokers.practice.zerodha.history import History
from brokers.practice.zerodha.instruments import DUMPED
from brokers.practice.zerodha.margins import Margins
from brokers.practice.zerodha.order_form import VARIETIES, change_of
from brokers.practice.zerodha.portfolio import Portfolio
from brokers.practice.zerodha.quotes import Quotes
from brokers.practice.zerodha.records import Order, Trade
from brokers.practice.zerodha.routes import Arguments
from brokers.practice.zerodha.rows import order_row, trade_row
from brokers.practice.zerodha.session import full_profile, profile
from brokers.practice.zerodha.settings import EmptyBook
from brokers.practice.zerodha.wire import CSV, Answer, ErrorType, KiteError, Request, bad_input
from engine.domain.instant import Instant, day_time, ist_date, ist_time_of_day

_FUND_HEADER = (
    b"tradingsymbol,amc,name,purchase_allowed,redemption_allowed,minimum_purchase_amount,purchase_amount_multiplier,"
    b"minimum_additional_purchase_amount,minimum_redemption_quantity,redemption_quantity_multiplier,dividend_type,"
    b"scheme_type,plan,settlement_type,last_price,last_price_date\n"
)

Handler = Callable[[Request, Arguments, Instant], Any]


class Calls:
    """Answers the calls by their names; each handler raises KiteError to refuse."""

    def __init__(self, broker: PracticeBroker) -> None:
        self._broker = broker
        self._listing = broker.market.listing
        self._portfolio = Portfolio(broker.book, broker.market, broker.ledger, broker.settings)
        self._margins = Margins(broker.market, broker.ledger, broker.book)
        self._quotes = Quotes(broker.market)
        self._history = History(broker.market, broker.settings)
        self._handlers: Mapping[str, Handler] = {
            **self._session_handlers(),
            **self._order_handlers(),
            **self._portfolio_handlers(),
            **self._market_handlers(),
            **self._trigger_handlers(),
        }

    def answer(self, call: str, request: Request, arguments: Arguments, now: Instant) -> Any:
        """Answer the data of a call, or a whole Answer. Raises KiteError."""
        return self._handlers[call](request, arguments, now)

    def _session_handlers(self) -> dict[str, Handler]:
        broker, settings = self._broker, self._broker.settings
        return {
            "login": lambda request, _, now: broker.sessions.exchange(request.fields(), now),
            "logout": lambda request, _, __: self._log_out(request.fields()),
            "renew": lambda *_: self._renew(),
            "profile": lambda *_: {**profile(settings), "meta": {"demat_consent": "consent"}},
            "full_profile": lambda *_: full_profile(settings),
            "funds": lambda *_: self._margins.funds(),
            "funds_of_segment": lambda _, arguments, __: self._margins.segment(arguments["segment"]),
        }

    def _order_handlers(self) -> dict[str, Handler]:
        broker = self._broker
        return {
            "orders": lambda *_: self._listed([self._row(one) for one in broker.book.orders.values()]),
            "trades": lambda *_: self._listed([self._trade(one) for one in broker.book.trades if one.order_id]),
            "order_history": lambda _, arguments, __: self._order_history(arguments["order_id"]),
            "order_trades": lambda _, arguments, __: self._order_trades(arguments["order_id"]),
            "place": lambda request, arguments, now: broker.placing.place(arguments["variety"], request.fields(), now),
            "modify": self._modify,
            "cancel": self._cancel,
        }

    def _portfolio_handlers(self) -> dict[str, Handler]:
        portfolio, margins = self._portfolio, self._margins
        return {
            "positions": lambda *_: portfolio.positions(),
            "convert": lambda request, _, now: portfolio.convert(request.fields(), now),
            "holdings": lambda _, __, now: self._listed(portfolio.holdings(now)),
            "holdings_summary": lambda _, __, now: portfolio.summary(now),
            "holdings_compact": lambda _, __, now: [_compact_holding(row) for row in portfolio.holdings(now)],
            "auctions": lambda *_: [],
            "authorise": lambda *_: {"request_id": f"practice{len(self._broker.book.orders):024d}"},
            "order_margins": lambda request, _, now: margins.orders(
                request.document(), now, compact=_is_compact(request)
            ),
            "basket_margins": lambda request, _, now: margins.basket(
                request.document(),
                now,
                with_positions=self._considers_positions(request),
                compact=_is_compact(request),
            ),
            "contract_note": lambda request, _, now: margins.contract_note(request.document(), now),
        }

    def _market_handlers(self) -> dict[str, Handler]:
        quotes = self._quotes
        asked: dict[str, Handler] = {name: partial(self._quoted, name) for name in ("quote", "ohlc", "ltp")}
        return {
            **asked,
            "instruments": self._dump,
            "history": lambda request, arguments, _: self._history.answer(
                request, arguments["token"], arguments["interval"]
            ),
            "trigger_range": lambda request, arguments, _: quotes.trigger_range(
                request.values().get("i", []), arguments["side"]
            ),
            "mutual_funds": lambda *_: [],
            "mutual_fund_list": lambda *_: Answer(body=_FUND_HEADER, headers={"Content-Type": CSV}),
        }

    def _trigger_handlers(self) -> dict[str, Handler]:
        triggers, alerts = self._broker.triggers, self._broker.alerts
        return {
            "gtts": lambda *_: self._listed(triggers.rows()),
            "gtt": lambda _, arguments, __: triggers.row(arguments["trigger_id"]),
            "place_gtt": lambda request, _, now: triggers.place(request.fields(), now),
            "modify_gtt": lambda request, arguments, now: triggers.modify(
                arguments["trigger_id"], request.fields(), now
            ),
            "delete_gtt": lambda _, arguments, now: triggers.delete(arguments["trigger_id"], now),
            "alerts": lambda *_: alerts.rows(),
            "alert": lambda _, arguments, __: alerts.row(arguments["uuid"]),
            "create_alert": lambda request, _, now: alerts.create(request.fields(), now),
            "change_alert": lambda request, arguments, now: alerts.change(arguments["uuid"], request.fields(), now),
            "delete_alerts": lambda request, _, now: alerts.delete(request.values().get("uuid", []), now),
            "alert_history": lambda _, arguments, __: alerts.history(arguments["uuid"]),
        }

    def _listed(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        is_null = not rows and self._broker.settings.empty_book is EmptyBook.NULL
        return None if is_null else rows

    def _row(self, order: Order) -> dict[str, Any]:
        return order_row(order, self._broker.settings, self._listing)

    def _trade(self, trade: Trade) -> dict[str, Any]:
        return trade_row(trade, self._listing)

    def _order_history(self, order_id: str) -> list[dict[str, Any]]:
        self._broker.desk.find(order_id)
        return [self._row(state) for state in self._broker.book.histories[order_id]]

    def _order_trades(self, order_id: str) -> list[dict[str, Any]] | None:
        self._broker.desk.find(order_id)
        return self._listed([self._trade(one) for one in self._broker.book.trades if one.order_id == order_id])

    def _quoted(self, call: str, request: Request, _arguments: Arguments, now: Instant) -> dict[str, Any]:
        return self._quotes.answer(call, request.values().get("i", []), now)

    def _considers_positions(self, request: Request) -> bool:
        said = _query(request).get("consider_positions")
        return self._broker.settings.basket_considers_positions if said is None else said.lower() == "true"

    def _modify(self, request: Request, arguments: Arguments, now: Instant) -> dict[str, str]:
        _known_variety(arguments["variety"])
        order = self._broker.desk.find(arguments["order_id"])
        self._broker.limits.count_modification(order.modifications)
        self._broker.desk.modify(order.order_id, change_of(request.fields()), now)
        return {"order_id": order.order_id}

    def _cancel(self, request: Request, arguments: Arguments, now: Instant) -> dict[str, str]:
        _known_variety(arguments["variety"])
        order = self._broker.desk.find(arguments["order_id"])
        if order.variety == "co" and order.parent_order_id is not None and order.is_live:
            if request.fields().get("parent_order_id") != order.parent_order_id:
                raise bad_input("Missing or empty field `parent_order_id`")
            self._broker.placing.leave_cover(order, now)
        else:
            self._broker.desk.cancel(order.order_id, now)
        return {"order_id": order.order_id}

    def _log_out(self, fields: Mapping[str, str]) -> bool:
        token = fields.get("access_token", "")
        if fields.get("api_key") != self._broker.settings.api_key:
            raise KiteError(403, ErrorType.TOKEN, "Invalid `api_key`.")
        self._broker.sessions.end(token)
        return True

    def _renew(self) -> None:
        raise KiteError(403, ErrorType.TOKEN, "Token is invalid or has expired.")

    def _dump(self, request: Request, arguments: Arguments, now: Instant) -> Answer:
        exchange = arguments.get("exchange")
        if exchange is not None and exchange not in DUMPED:
            raise bad_input("Invalid exchange.")
        settings = self._broker.settings
        is_out = ist_time_of_day(now) >= day_time(settings.dump_published)
        body = self._listing.dump(exchange, ist_date(now) - timedelta(days=not is_out)).encode()
        headers = {"Content-Type": CSV}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, compresslevel=3, mtime=0)
        return Answer(body=body, headers=headers)


def _query(request: Request) -> dict[str, str]:
    return Request(method="GET", path="", query=request.query).fields()


def _is_compact(request: Request) -> bool:
    return _query(request).get("mode") == "compact"


def _known_variety(variety: str) -> None:
    if variety not in VARIETIES:
        raise bad_input("Invalid `variety`.")


def _compact_holding(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("exchange", "tradingsymbol", "instrument_token", "quantity")}
