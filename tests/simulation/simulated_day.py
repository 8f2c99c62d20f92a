"""A small simulated day for tests: NIFTY from 09:15, a paper broker, and a hedged straddle from 09:20 to 10:30."""

from datetime import date, time
from decimal import Decimal
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from brokers.definition import Surroundings
from brokers.paper.gateway import PaperBroker
from brokers.paper.settings import PaperSettings
from brokers.simulated.market import SimulatedMarket
from engine.domain.commands import AddPortfolio
from engine.domain.contract_master import ContractMaster
from engine.domain.facts import AnyFact, OrderCancelRequested, OrderModifyRequested, OrderRequested
from engine.domain.facts.codec import decode
from engine.domain.identifiers import AccountId, OrderId
from engine.domain.instant import Instant, ist_instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.quote import QuoteFrame
from engine.domain.settings.risk_limits import RiskLimits
from engine.ports.broker import CancelOrder, ChangeOrder, PlaceOrder
from engine.ports.journal import Journal
from engine.runtime.engine import Engine, FactListener
from engine.runtime.free_space import FreeSpace
from engine.runtime.market_rules_store import load_market_rules
from engine.runtime.markets import FrameStream
from engine.runtime.run import SimulatedRun
from engine.runtime.snapshots import state_from_journal
from engine.schema.load import load

ACCOUNT = AccountId("PAPER")
DAY = date(2026, 8, 19)
OPENS = ist_instant(DAY, time(9, 15))
ENDS = ist_instant(DAY, time(10, 40))
STEP = 5_000_000
_MARKET_FILES = Path(__file__).resolve().parents[2] / "resources" / "market"


@cache
def rules() -> MarketRules:
    """The dated rules that ship with the program."""
    return load_market_rules(_MARKET_FILES)


@cache
def recorded(seed: int) -> tuple[ContractMaster, tuple[QuoteFrame, ...]]:
    """The contracts and frames of a seed, made once."""
    market = SimulatedMarket(
        rules(), start=OPENS, seed=seed, underlyings=["NIFTY"], step=STEP, expiries=1, strikes_each_side=7
    )
    return market.master, tuple(market.frames(ENDS))


def straddle(
    name: str = "Straddle", start: str = "09:20:00", *, stops: bool = True, **changes: Any
) -> MultilegPortfolio:
    """Wings first, then a sold straddle, by default with 10 % stops; squared off at 10:30."""
    hour = time.fromisoformat(start)
    legs = [
        {"side": side, "kind": kind, "lots": 2, "strike": {"type": "atm", "steps": steps}}
        for side, kind, steps in (("BUY", "CE", 4), ("BUY", "PE", -4), ("SELL", "CE", 0), ("SELL", "PE", 0))
    ]
    for leg in legs[2:] if stops else []:
        leg["stop_loss"] = {"basis": "premium percent", "distance": Decimal(10)}
    data = {
        "name": name,
        "legs": legs,
        "schedule": {"start": hour, "end": time(10, 20), "square_off": time(10, 30)},
        "entry": {"type": "time"},
        "execution": {"buy_first": True},
    }
    return load(data | changes, MultilegPortfolio)


class Wire:
    """The line to the paper broker; it refuses a request that is not in the journal, and remembers what left.

    ``cut`` is raised right after ``cut_after`` orders have left, where that is set.
    """

    cut_after: int | None = None
    cut: type[Exception]

    def __init__(self, broker: PaperBroker) -> None:
        self._broker = broker
        self.journal: Journal
        self.placed: list[PlaceOrder] = []
        self.capabilities = broker.capabilities
        self.at, self.next_due, self.take = broker.at, broker.next_due, broker.take
        self.take_quotes, self.ask_books = broker.take_quotes, broker.ask_books

    def place(self, order: PlaceOrder) -> None:
        """Send a new order."""
        self._check_written(OrderRequested, order.order_id)
        assert order.order_id not in [older.order_id for older in self.placed], f"{order.order_id} left twice"
        self.placed.append(order)
        self._broker.place(order)
        if len(self.placed) == self.cut_after:
            raise self.cut

    def modify(self, change: ChangeOrder) -> None:
        """Send new terms."""
        self._check_written(OrderModifyRequested, change.order_id)
        self._broker.modify(change)

    def cancel(self, cancel: CancelOrder) -> None:
        """Send a cancellation."""
        self._check_written(OrderCancelRequested, cancel.order_id)
        self._broker.cancel(cancel)

    def _check_written(self, kind: type, order_id: OrderId) -> None:
        facts = (decode(entry.body) for entry in self.journal.entries())
        assert any(isinstance(fact, kind) and fact.order_id == order_id for fact in facts), f"{order_id} is not written"


class SimulatedDay:
    """One day that can be stopped and started again; the paper broker lives on, as another party would."""

    def __init__(
        self,
        journal: Journal,
        *,
        seed: int = 1,
        listeners: tuple[FactListener, ...] = (),
        space: FreeSpace | None = None,
    ) -> None:
        self.master, frames = recorded(seed)
        self.market = FrameStream(chain(frames))
        around = Surroundings(
            account=ACCOUNT,
            contracts=self.master,
            hours=lambda instrument, at: rules().is_open(instrument.exchange, at),
        )
        self.broker = PaperBroker(around, PaperSettings(funds=Decimal(5_000_000)))
        self.wire = Wire(self.broker)
        self.start(journal, listeners=listeners, space=space)

    def start(
        self, journal: Journal, *, listeners: tuple[FactListener, ...] = (), space: FreeSpace | None = None
    ) -> None:
        """Start an engine on a journal, as a process does: what was in the memory of an older one is gone."""
        self.broker.hang_up()
        self.journal = self.wire.journal = journal
        state = state_from_journal(journal, self.master, rules())
        self.run = SimulatedRun(Engine(state, journal, listeners, space=space), self.market, self.wire)

    def open(self, at: Instant = OPENS) -> None:
        """Open the session."""
        self.run.open_session(at, ACCOUNT, "T01", RiskLimits(), 3 * STEP)

    def add(self, portfolio: MultilegPortfolio) -> None:
        """Add a portfolio and start it at its time."""
        self.run.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, account=ACCOUNT, start=True))

    def play(self, until: Instant = ENDS) -> list[AnyFact]:
        """Play on until an instant and answer the facts."""
        facts: list[AnyFact] = []
        while (due := self.run.next_due()) is not None and due <= until:
            facts += self.run.step(due)
        return facts

    def net_quantities(self) -> dict[str, int]:
        """What the broker says we hold, flat contracts left out."""
        return {one.instrument: one.net_quantity for one in self.broker.positions if one.net_quantity}
