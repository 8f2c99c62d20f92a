"""One portfolio start after another on a real engine, timed from the decision to the order on the wire."""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal

from brokers.definition import Surroundings
from brokers.paper.gateway import PaperBroker
from brokers.paper.settings import PaperSettings
from brokers.simulated.market import SimulatedMarket
from desktop.composition.markets import DEMONSTRATION_DAY
from desktop.composition.opening import PAPER, hours_by
from engine.domain.commands import AddPortfolio
from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.schedule import Schedule
from engine.domain.order import Side
from engine.domain.settings.risk_limits import RiskLimits
from engine.ports.broker import PlaceOrder
from engine.ports.journal import Journal
from engine.runtime.clock import stopwatch
from engine.runtime.engine import Engine
from engine.runtime.markets import FrameStream
from engine.runtime.run import SimulatedRun
from engine.runtime.snapshots import state_from_journal

_STALE_AFTER = 5 * SECOND


class StampingBroker(PaperBroker):
    """A paper broker that notes when an order reaches its gateway."""

    placed_at = 0

    def place(self, order: PlaceOrder) -> None:
        """Note the moment, then take the order."""
        self.placed_at = stopwatch()
        super().place(order)


class OrderPath:
    """An engine with a market and a broker on simulated time; every ``start`` is one decision and one order.

    A start takes a new one-leg portfolio through declaration, strike selection, risk gate, journal and outbox.
    """

    def __init__(self, rules: MarketRules, journal: Journal) -> None:
        begin = ist_instant(DEMONSTRATION_DAY, time(10, 0))
        market = SimulatedMarket(rules, start=begin, seed=1, underlyings=("NIFTY",), expiries=1, step=SECOND)
        settings = PaperSettings(funds=Decimal(1_000_000_000), orders_per_second=None)
        self._broker = StampingBroker(
            Surroundings(account=PAPER, contracts=market.master, hours=hours_by(rules)), settings
        )
        engine = Engine(state_from_journal(journal, market.master, rules), journal)
        frames = FrameStream(market.frames(Instant(begin + 3_600 * SECOND)))
        self._run = SimulatedRun(engine, frames, self._broker)
        self._run.open_session(begin, PAPER, "BENCH", RiskLimits(), _STALE_AFTER)
        self._number = 0
        self._play(10)

    def start(self) -> int:
        """Start one portfolio and answer the nanoseconds from taking the command to the order at the gateway.

        Answers 0 where no order left: the engine refused.
        """
        self._play(1)
        self._number += 1
        portfolio = MultilegPortfolio(
            name=f"Start {self._number}",
            legs=(Leg(kind=LegKind.CALL, side=Side.BUY),),
            schedule=Schedule(start=time(9, 20), end=time(15, 0), square_off=time(15, 15)),
        )
        self._broker.placed_at = 0
        self._run.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, account=PAPER, start=True))
        began = stopwatch()
        self._run.step(self._run.now)
        return max(0, self._broker.placed_at - began)

    def close(self) -> None:
        """Let go of the broker; the journal belongs to the caller."""
        self._broker.close()

    def _play(self, seconds: int) -> None:
        """Let simulated time go on, and settle everything that is due until then."""
        until = Instant(self._run.now + seconds * SECOND)
        for due in self._due(until):
            self._run.step(due)

    def _due(self, until: Instant) -> Iterator[Instant]:
        while (due := self._run.next_due()) is not None and due <= until:
            yield due
