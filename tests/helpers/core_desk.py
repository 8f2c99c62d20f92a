"""A desk for tests of the core: quotes, fills and reports are given by hand, and the facts are answered."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from engine.core.pipeline import advance
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.identifiers import AccountId, BrokerOrderId, OrderId, PortfolioId
from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.instrument import Kind
from engine.domain.listing import listed_contracts
from engine.domain.messages import Message, OpenSession
from engine.domain.money import Money, price_of
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.order import OrderStatus
from engine.domain.quote import COLUMNS, QuoteFrame
from engine.domain.reports import BookOrder, BookPosition, BooksReport, OrderReport, SendReport, TimerDue
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.risk_limits import RiskLimits
from engine.runtime.market_rules_store import load_market_rules
from engine.schema.load import load
from tests.helpers.book_rows import book_row

RULES = load_market_rules(Path(__file__).resolve().parents[2] / "resources" / "market")
DAY = date(2026, 8, 19)
EXPIRY = RULES.expiries("NIFTY", DAY)[0]
ACCOUNT = AccountId("TEST")
LOT = 65
MASTER = listed_contracts(RULES, ("NIFTY",), DAY, 12, {"NIFTY": price_of("24850")}, {"NIFTY": (EXPIRY,)})
P1 = PortfolioId("P1")
_TICK = 500


def at(hour: int, minute: int, second: int = 0) -> Instant:
    """Answer an instant of the day."""
    return ist_instant(DAY, time(hour, minute, second))


def portfolio(*legs: dict[str, Any], **fields: Any) -> MultilegPortfolio:
    """Answer a portfolio that is entered by hand."""
    return load({"name": "Test", "entry": {"type": "manual"}, "legs": list(legs), **fields}, MultilegPortfolio)


def leg(side: str, kind: str, steps: int = 0, **fields: Any) -> dict[str, Any]:
    """Answer a leg at the money or some strikes from it."""
    return {"side": side, "kind": kind, "strike": {"type": "atm", "steps": steps}, **fields}


def stop(distance: int | str, basis: str = "premium percent") -> dict[str, Any]:
    """Answer a stop or target at a distance."""
    return {"basis": basis, "distance": Decimal(distance)}


class Desk:
    """One engine state, driven message by message; ``facts`` keeps all that happened."""

    account = ACCOUNT
    hierarchy: Hierarchy | None = None
    """Accounts and strategy tags; None for the one account alone."""

    def __init__(self, limits: RiskLimits | None = None, *, stale_after: int = 5 * SECOND) -> None:
        self.limits = limits or RiskLimits()
        self.stale_after = stale_after
        self.state = EngineState(MASTER, RULES)
        self.facts: list[f.AnyFact] = []
        self.now = at(9, 20)
        self.begin()

    def begin(self) -> None:
        """Open the session, read the broker's books, and show the chain."""
        self.open_session()
        self.books()
        self.chain()

    # --- what comes in -----------------------------------------------------------------------------------------------

    def open_session(self) -> list[f.AnyFact]:
        """Say that the engine starts."""
        return self.say(
            OpenSession(
                at=self.now,
                account=self.account,
                lineage="T",
                limits=self.limits,
                stale_after=self.stale_after,
                hierarchy=self.hierarchy,
            )
        )

    def die(self) -> None:
        """Lose everything but the facts, as a crash does; ``open_session`` goes on from them."""
        self.state = EngineState(self.state.master, self.state.rules, volatility=self.state.volatility)
        for fact in self.facts:
            self.state.apply(fact)

    def say(self, message: Message) -> list[f.AnyFact]:
        """Give the engine one message and answer its facts."""
        facts = list(advance(self.state, message))
        self.facts += facts
        return facts

    def wait(self, seconds: float) -> None:
        """Let time pass without a message."""
        self.now = Instant(self.now + round(seconds * SECOND))

    def timer(self, seconds: float = 0) -> list[f.AnyFact]:
        """Let time pass and the clock say so."""
        self.wait(seconds)
        return self.say(TimerDue(at=self.now))

    def quote(self, prices: dict[tuple[int, str] | str, str | tuple[str, str, str]]) -> list[f.AnyFact]:
        """Show a frame: strike and type, or "spot", to the last price, or to last, bid and ask."""
        rows, values = [], np.zeros((len(prices), COLUMNS), dtype=np.int64)
        for number, (what, price) in enumerate(prices.items()):
            last, bid, ask = (price, price, price) if isinstance(price, str) else price
            rows.append(self.row(what))
            values[number] = [price_of(last), price_of(bid), 6_500, price_of(ask), 6_500, 1, 1, self.now]
        return self.say(QuoteFrame(self.now, np.array(rows, dtype=np.int64), values))

    def chain(self, spot: str = "24850", premium: str = "120") -> list[f.AnyFact]:
        """Show every option of the chain at one premium, and the spot."""
        prices: dict[tuple[int, str] | str, str | tuple[str, str, str]] = {"spot": spot}
        for strike in MASTER.strikes("NIFTY", EXPIRY):
            prices[strike // 10_000, "CE"] = premium
            prices[strike // 10_000, "PE"] = premium
        return self.quote(prices)

    def row(self, what: tuple[int, str] | str) -> int:
        """Answer the row of a contract, or of the spot."""
        if isinstance(what, str):
            spot = MASTER.spot("NIFTY")
            assert spot is not None
            return MASTER.row(spot.id)
        contract = MASTER.contract("NIFTY", EXPIRY, price_of(what[0]), Kind(what[1]))
        assert contract is not None
        return MASTER.row(contract.id)

    def add(self, declared: MultilegPortfolio) -> list[f.AnyFact]:
        """Add a portfolio and start it."""
        return self.say(c.AddPortfolio(at=self.now, portfolio=declared, account=ACCOUNT, start=True))

    # --- the broker --------------------------------------------------------------------------------------------------

    def requests(self, facts: list[f.AnyFact] | None = None) -> list[f.OrderRequested]:
        """Answer the orders among facts, or all that were ever requested."""
        return [fact for fact in (self.facts if facts is None else facts) if isinstance(fact, f.OrderRequested)]

    def pending(self) -> list[f.OrderRequested]:
        """Answer the requested orders that the broker has not answered."""
        return [one for one in self.requests() if self.state.books.orders[one.order_id].status is OrderStatus.NEW]

    def report(
        self, order_id: OrderId, status: OrderStatus, filled: int = 0, price: str = "0", words: str = ""
    ) -> list[f.AnyFact]:
        """Let the broker tell of an order; ``filled`` in units, ``price`` their average."""
        order = self.state.books.orders[order_id]
        if order.status is OrderStatus.NEW:
            self.say(SendReport(at=self.now, account=ACCOUNT, order_id=order_id))
        number = None if status is OrderStatus.UNKNOWN else BrokerOrderId(f"B{order_id}")
        return self.say(
            OrderReport(
                at=self.now,
                account=ACCOUNT,
                order_id=order_id,
                broker_order_id=number,
                status=status,
                wording=words,
                quantity=order.quantity,
                limit_price=order.limit_price,
                filled=filled,
                value=Money(price_of(price) * filled),
            )
        )

    def fill(self, request: f.OrderRequested, price: str = "120") -> list[f.AnyFact]:
        """Fill an order whole."""
        return self.report(request.order_id, OrderStatus.COMPLETE, request.quantity, price)

    def fill_all(self, price: str = "120") -> list[f.AnyFact]:
        """Fill every pending order, and those that follow, until none is left."""
        facts: list[f.AnyFact] = []
        while pending := self.pending():
            facts += self.fill(pending[0], price)
        return facts

    def books(
        self, *orders: BookOrder, fresh: bool = True, read_at: Instant | None = None, net: dict[str, int] | None = None
    ) -> list[f.AnyFact]:
        """Show the broker's books; positions are our own fills unless ``net`` says otherwise."""
        shown = dict(self.state.books.net_quantity) if net is None else net
        positions = tuple(
            BookPosition(instrument=name, product="MIS", net_quantity=quantity)  # type: ignore[arg-type]
            for name, quantity in shown.items()
        )
        return self.say(
            BooksReport(
                at=self.now,
                account=ACCOUNT,
                read_at=self.now if read_at is None else read_at,
                fresh=fresh,
                orders=orders,
                positions=positions,
            )
        )

    def as_book_row(self, request: f.OrderRequested, status: OrderStatus, filled: int, price: str) -> BookOrder:
        """Answer how the broker's book shows one of our orders."""
        value = Money(price_of(price) * filled)
        return book_row(request, filled=filled, value=value, status=status, updated_at=self.now)

    # --- what can be asked -----------------------------------------------------------------------------------------

    @property
    def run(self) -> Any:
        """The first portfolio."""
        return self.state.books.portfolios[P1]

    def of(self, kind: type) -> list[Any]:
        """Answer every fact of a kind so far."""
        return [fact for fact in self.facts if isinstance(fact, kind)]


def symbol(strike: int, kind: str) -> str:
    """Answer the id of a contract of the nearest expiry."""
    contract = MASTER.contract("NIFTY", EXPIRY, price_of(strike), Kind(kind))
    assert contract is not None
    return contract.id
