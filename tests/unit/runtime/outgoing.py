"""An outbox with orders to send and a gateway that remembers what left."""

from datetime import date

from engine.core.records.account_books import AccountBooks
from engine.core.records.books import Books
from engine.core.records.order_record import Order
from engine.core.state import EngineState
from engine.domain.contract_master import ContractMaster
from engine.domain.facts import ConversionRequested, OrderCancelRequested, OrderModifyRequested, OrderRequested
from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import Exchange, Instrument, Kind, instrument_id
from engine.domain.money import price_of
from engine.domain.order import OrderStatus, OrderType, Product, Purpose, Side
from engine.domain.reports import HeldBackReport, OrderReport, SendReport
from engine.domain.settings.account import Account
from engine.domain.settings.risk_limits import RiskLimits
from engine.runtime.outbox import Outbox
from engine.runtime.request_stages import RequestStages
from tests.simulation.simulated_day import rules

NOW = Instant(1_787_111_400_000_000)
ACCOUNT = AccountId("PAPER")
CALL = Instrument(
    id=instrument_id(Exchange.NFO, "NIFTY26AUG24100CE"),
    exchange=Exchange.NFO,
    symbol="NIFTY26AUG24100CE",
    underlying="NIFTY",
    kind=Kind.CALL,
    expiry=date(2026, 8, 20),
    strike=price_of(24100),
    lot_size=65,
    tick_size=price_of("0.05"),
    freeze_quantity=1755,
)


class Sent:
    """A gateway that remembers what left it and when; it answers nothing."""

    def __init__(self):
        self.log = []
        self.limits = []
        self.now = NOW

    def place(self, order):
        """Remember an order."""
        self.log.append((self.now, "place", order.order_id))

    def modify(self, change):
        """Remember new terms."""
        self.log.append((self.now, "modify", change.order_id))
        self.limits.append(change.limit_price)

    def cancel(self, cancel):
        """Remember a cancellation."""
        self.log.append((self.now, "cancel", cancel.order_id))

    def convert(self, conversion):
        """Remember a conversion."""
        self.log.append((self.now, "convert", conversion.reference))

    def names(self):
        """What left, in order, like ``"place E1"``."""
        return [f"{kind} {order_id}" for _, kind, order_id in self.log]


class Desk:
    """An outbox over books that the test writes itself."""

    def __init__(self, orders_per_second=8):
        limits = RiskLimits(orders_per_second=orders_per_second)
        books = AccountBooks(declared=Account(id=ACCOUNT), limits=limits, is_open=True, recovering=False)
        self.state = EngineState(ContractMaster([CALL]), rules(), Books(account=ACCOUNT, accounts={ACCOUNT: books}))
        self.gateway = Sent()
        self.stages = RequestStages()
        self.outbox = Outbox(self.gateway, self.state, ACCOUNT, self.stages)
        self.told = []
        self.held_back = []
        self.at(0)

    @property
    def books(self):
        """The books."""
        return self.state.books

    def at(self, seconds):
        """Let it be so many seconds after the beginning."""
        self.state.now = self.gateway.now = Instant(NOW + int(seconds * SECOND))

    def order(self, name, purpose=Purpose.ENTRY, status=OrderStatus.NEW, number=None):
        """Put an order into the books; one that is not NEW gets a broker's number."""
        if number is None and status is not OrderStatus.NEW:
            number = f"B{name}"
        self.books.orders[OrderId(name)] = Order(
            order_id=OrderId(name),
            account=ACCOUNT,
            portfolio_id=PortfolioId("P1"),
            leg_id=LegId(1),
            cycle=1,
            purpose=purpose,
            instrument=InstrumentId(CALL.id),
            side=Side.SELL,
            quantity=65,
            product=Product.INTRADAY,
            order_type=OrderType.LIMIT,
            limit_price=price_of(100),
            why="",
            requested_at=NOW,
            updated_at=NOW,
            priced_at=self.state.now,
            status=status,
            broker_order_id=None if number is None else BrokerOrderId(number),
        )

    def request(self, name, purpose=Purpose.ENTRY):
        """Queue a new order."""
        self.order(name, purpose)
        order = self.books.orders[OrderId(name)]
        fact = OrderRequested(
            at=self.state.now,
            order_id=order.order_id,
            account=ACCOUNT,
            portfolio_id=order.portfolio_id,
            leg_id=order.leg_id,
            cycle=1,
            purpose=purpose,
            instrument=order.instrument,
            side=order.side,
            quantity=order.quantity,
            product=order.product,
            order_type=order.order_type,
            limit_price=order.limit_price,
            why="",
        )
        self.outbox.take([fact])
        return fact

    def convert(self, reference):
        """Queue a conversion that the books wait for."""
        fact = ConversionRequested(
            at=self.state.now,
            portfolio_id=PortfolioId("P1"),
            leg_id=LegId(1),
            reference=reference,
            account=ACCOUNT,
            instrument=InstrumentId(CALL.id),
            quantity=-65,
            before=Product.INTRADAY,
            after=Product.CARRY_FORWARD,
        )
        self.books.of(ACCOUNT).converting[reference] = fact.portfolio_id, fact.leg_id
        self.outbox.take([fact])
        return fact

    def exit(self, name):
        """Queue a new closing order."""
        return self.request(name, Purpose.EXIT)

    def modify(self, name):
        """Queue new terms."""
        price = price_of(101)
        fact = OrderModifyRequested(at=self.state.now, order_id=OrderId(name), quantity=65, limit_price=price, why="")
        self.outbox.take([fact])
        return fact

    def cancel(self, name):
        """Queue a cancellation."""
        fact = OrderCancelRequested(at=self.state.now, order_id=OrderId(name), why="")
        self.outbox.take([fact])
        return fact

    def release(self):
        """Release, fold what the outbox says into the books as the engine would, and answer it.

        Old prices are asked for first; here the engine finds that they still hold.
        """
        reports = self.outbox.release(self.state.now)
        self.held_back += [report for report in reports if isinstance(report, HeldBackReport)]
        if reports and all(isinstance(report, HeldBackReport) for report in reports):
            reports = self.outbox.release(self.state.now)
        for report in reports:
            order = self.books.orders[report.order_id]
            match report:
                case SendReport():
                    order.status = OrderStatus.SENT
                case OrderReport():
                    order.status = report.status
        self.told += reports
        return reports
