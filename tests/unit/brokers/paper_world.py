"""A small market with a paper broker in it, for tests: prices in rupees, times in microseconds after 09:20."""

from datetime import date, time
from pathlib import Path

import numpy as np

from brokers.definition import ChargeRule, PriceBandRule, Surroundings
from brokers.paper.faults import FaultPlan
from brokers.paper.gateway import PaperBroker
from brokers.paper.report_line import PaperReport
from brokers.paper.settings import PaperSettings
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, BrokerOrderId, OrderId
from engine.domain.instant import SECOND, Instant, ist_instant, ist_time_of_day
from engine.domain.instrument import Exchange, Instrument, Kind, instrument_id
from engine.domain.money import Price, price_of
from engine.domain.order import OrderType, Product, Purpose, Side
from engine.domain.quote import COLUMNS, DEPTH_LEVELS, QuoteColumn, QuoteFrame
from engine.domain.reports import BooksReport, OrderReport
from engine.ports.broker import CancelOrder, ChangeOrder, PlaceOrder

DAY = date(2026, 8, 18)
NINE_TWENTY = ist_instant(DAY, time(9, 20))
ACCOUNT = AccountId("PAPER")
LOT = 65
LATENCY = 50_000
"""The default latency of either way."""


def _option(strike: int, kind: Kind, expiry: date = date(2026, 8, 20)) -> Instrument:
    symbol = f"NIFTY{expiry:%d%b%y}{strike}{kind.value}".upper()
    return Instrument(
        id=instrument_id(Exchange.NFO, symbol),
        exchange=Exchange.NFO,
        symbol=symbol,
        underlying="NIFTY",
        kind=kind,
        expiry=expiry,
        strike=price_of(strike),
        lot_size=LOT,
        tick_size=price_of("0.05"),
        freeze_quantity=1755,
    )


def _plain(
    exchange: Exchange,
    symbol: str,
    underlying: str,
    kind: Kind,
    *,
    lot: int = 1,
    scale: int = 1,
    expiry: date | None = None,
) -> Instrument:
    return Instrument(
        id=instrument_id(exchange, symbol),
        exchange=exchange,
        symbol=symbol,
        underlying=underlying,
        kind=kind,
        expiry=expiry,
        lot_size=lot,
        tick_size=price_of("0.05"),
        quantity_scale=scale,
    )


INDEX = _plain(Exchange.NSE, "NIFTY 50", "NIFTY", Kind.INDEX)
CE, PE = _option(24850, Kind.CALL), _option(24850, Kind.PUT)
CE_WING, PE_WING = _option(25350, Kind.CALL), _option(24350, Kind.PUT)
EXPIRED = _option(24850, Kind.CALL, date(2026, 8, 13))
FUTURE = _plain(Exchange.NFO, "NIFTY26AUGFUT", "NIFTY", Kind.FUTURE, lot=LOT, expiry=date(2026, 8, 27))
COIN = _plain(Exchange.CRYPTO, "BTCINR", "BTC", Kind.EQUITY, scale=100)
CONTRACTS = ContractMaster([INDEX, CE, PE, CE_WING, PE_WING, EXPIRED, FUTURE, COIN])

Shown = tuple[str, str, int, str, int]
"""Last price, bid, bid quantity, ask, ask quantity; prices in rupees."""

USUAL: dict[Instrument, Shown] = {
    INDEX: ("24850", "0", 0, "0", 0),
    CE: ("100", "99.50", 650, "100.50", 650),
    PE: ("100", "99.50", 650, "100.50", 650),
    CE_WING: ("10", "9.95", 6500, "10.05", 6500),
    PE_WING: ("10", "9.95", 6500, "10.05", 6500),
    FUTURE: ("24900", "24899", 650, "24901", 650),
    COIN: ("5000000", "4999000", 500, "5001000", 500),
}


def frame(after: int, shown: dict[Instrument, Shown], depth: dict[Instrument, list[Shown]] | None = None) -> QuoteFrame:
    """Answer a frame ``after`` microseconds after 09:20; ``depth`` lists levels beyond the best."""
    rows = np.array([CONTRACTS.row(instrument.id) for instrument in shown], dtype=np.int64)
    values = np.zeros((len(shown), COLUMNS), dtype=np.int64)
    levels = np.zeros((len(shown), DEPTH_LEVELS, 4), dtype=np.int64)
    for number, (instrument, (last, bid, bid_quantity, ask, ask_quantity)) in enumerate(shown.items()):
        values[number, QuoteColumn.LAST_PRICE] = price_of(last)
        values[number, QuoteColumn.BID : QuoteColumn.VOLUME] = price_of(bid), bid_quantity, price_of(ask), ask_quantity
        for level, (_, b, bq, a, aq) in enumerate([shown[instrument], *(depth or {}).get(instrument, [])]):
            levels[number, level] = price_of(b), bq, price_of(a), aq
    return QuoteFrame(at=Instant(NINE_TWENTY + after), rows=rows, values=values, depth=levels if depth else None)


def _type_of(limit: str | None, trigger: str | None) -> OrderType:
    if trigger is not None:
        return OrderType.STOP_LIMIT
    return OrderType.MARKET if limit is None else OrderType.LIMIT


def open_from_0915_to_1530(instrument: Instrument, at: Instant) -> bool:
    """Say whether it is between 09:15 and 15:30, or the instrument is a coin."""
    minutes = ist_time_of_day(at) // (60 * SECOND)
    return instrument.exchange is Exchange.CRYPTO or 9 * 60 + 15 <= minutes < 15 * 60 + 30


class PaperWorld:
    """A paper broker, the time, and short ways to trade with it."""

    def __init__(
        self,
        settings: PaperSettings | None = None,
        *,
        faults: FaultPlan | None = None,
        seed: int = 1,
        books_file: Path | None = None,
        price_band: PriceBandRule | None = None,
        charges: ChargeRule | None = None,
        usual: bool = True,
    ) -> None:
        around = Surroundings(
            account=ACCOUNT,
            contracts=CONTRACTS,
            hours=open_from_0915_to_1530,
            price_band=price_band,
            books_file=books_file,
            charges=charges,
        )
        self.broker = PaperBroker(around, settings, faults=faults, dice=np.random.default_rng(seed))
        self.now = 0
        self.sent = 0
        self.broker.at(NINE_TWENTY)
        if usual:
            self.show(USUAL)

    def show(self, shown: dict[Instrument, Shown], depth: dict[Instrument, list[Shown]] | None = None) -> None:
        """Show a frame now."""
        self.broker.take_quotes(frame(self.now, shown, depth))

    def wait(self, microseconds: int) -> list[PaperReport]:
        """Let time pass and answer the reports of it."""
        self.now += microseconds
        return list(self.broker.take(Instant(NINE_TWENTY + self.now)))

    def settle(self) -> list[PaperReport]:
        """Let three minutes pass, longer than any fault lasts."""
        return self.wait(180 * SECOND)

    def place(
        self,
        instrument: Instrument,
        side: Side,
        quantity: int,
        limit: str | None = None,
        product: Product = Product.INTRADAY,
        account: AccountId = ACCOUNT,
        trigger: str | None = None,
    ) -> OrderId:
        """Send an order, at market without a limit, asleep with a trigger; answer its tag."""
        self.sent += 1
        tag = OrderId(f"T{self.sent:05d}")
        self.broker.place(
            PlaceOrder(
                account=account,
                order_id=tag,
                instrument=instrument.id,
                side=side,
                quantity=quantity,
                product=product,
                order_type=_type_of(limit, trigger),
                limit_price=None if limit is None else price_of(limit),
                purpose=Purpose.ENTRY,
                trigger_price=None if trigger is None else price_of(trigger),
            )
        )
        return tag

    def modify(self, tag: OrderId, number: str, quantity: int, limit: str | None, trigger: str | None = None) -> None:
        """Send new terms."""
        self.broker.modify(
            ChangeOrder(
                account=ACCOUNT,
                order_id=tag,
                broker_order_id=BrokerOrderId(number),
                quantity=quantity,
                limit_price=None if limit is None else price_of(limit),
                trigger_price=None if trigger is None else price_of(trigger),
            )
        )

    def cancel(self, tag: OrderId, number: str) -> None:
        """Send a cancellation."""
        self.broker.cancel(CancelOrder(account=ACCOUNT, order_id=tag, broker_order_id=BrokerOrderId(number)))

    def trade(self, instrument: Instrument, side: Side, quantity: int, limit: str | None = None) -> list[OrderReport]:
        """Place an order, wait a second, and answer its reports."""
        tag = self.place(instrument, side, quantity, limit)
        reports = self.wait(SECOND)
        return [report for report in reports if isinstance(report, OrderReport) and report.order_id == tag]

    def books(self) -> BooksReport:
        """Ask for the books and wait for them."""
        self.broker.ask_books(ACCOUNT)
        return next(report for report in self.wait(SECOND) if isinstance(report, BooksReport))


def rupee(text: str) -> Price:
    """Answer a price; short for tables of cases."""
    return price_of(text)
