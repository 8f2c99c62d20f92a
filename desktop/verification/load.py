"""Many running portfolios under a full chain's quotes: what the core has to carry on a busy day."""

from collections import Counter
from datetime import date, time
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from brokers.definition import Surroundings
from brokers.paper.gateway import PaperBroker
from brokers.paper.settings import PaperSettings
from brokers.simulated.market import SimulatedMarket
from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain.identifiers import AccountId
from engine.domain.instant import MINUTE, SECOND, Instant, ist_instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import RUNNING
from engine.domain.quote import QuoteFrame
from engine.domain.settings.risk_limits import RiskLimits
from engine.runtime.engine import Engine
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.markets import FrameStream
from engine.runtime.run import SimulatedRun
from engine.schema.load import load

_ACCOUNT = AccountId("PAPER")
_STEP = SECOND // 4
_LONGEST_ENTRY = 30 * MINUTE


class Loaded(msgspec.Struct, frozen=True):
    """An engine with its portfolios running, and the frames that come next."""

    run: SimulatedRun
    frames: tuple[QuoteFrame, ...]
    running: int

    def lone_row(self) -> int:
        """Answer the row of a contract that the first portfolio alone holds."""
        return self.run.state.alive()[0].legs[0].row

    def watchers(self) -> dict[int, int]:
        """Answer for every row how many of the running portfolios hold its contract; for the spot's all of them."""
        state = self.run.state
        counted: Counter[int] = Counter()
        for one in state.alive():
            counted.update({leg.row for leg in one.legs if leg.net_quantity})
            spot = state.master.spot(one.portfolio.underlying)
            if spot is not None:
                counted[state.master.row(spot.id)] += 1
        return dict(counted)


def _portfolio(number: int) -> MultilegPortfolio:
    far = {"basis": "premium percent", "distance": Decimal(300)}
    near = {"basis": "premium percent", "distance": Decimal(95)}
    # The first one's wings are nobody else's.
    out = 12 if number == 0 else 4 + number % 7
    data: dict[str, Any] = {
        "name": f"Load {number}",
        "entry": {"type": "manual"},
        "legs": [
            {"side": "BUY", "kind": "CE", "strike": {"type": "atm", "steps": out}},
            {"side": "BUY", "kind": "PE", "strike": {"type": "atm", "steps": -out}},
            {"side": "SELL", "kind": "CE", "strike": {"type": "atm", "steps": number % 4}, "stop_loss": far},
            {"side": "SELL", "kind": "PE", "strike": {"type": "atm", "steps": -(number % 4)}, "stop_loss": far},
        ],
        "stop": {"type": "loss", "amount": Decimal(1_000_000)},
        "profit_lock": {"reach": Decimal(900_000), "lock": Decimal(1), "every": Decimal(1_000), "by": Decimal(500)},
        "move_to_cost": {},
    }
    data["legs"][number % 2]["stop_loss"] = near
    return load(data, MultilegPortfolio)


def loaded(rules: MarketRules, portfolios: int, seconds: int) -> Loaded:
    """Answer an engine in which ``portfolios`` of four legs run, and ``seconds`` of quotes after that.

    The chain is NIFTY's, spot, future and every simulated expiry, four frames a second.
    """
    opens = ist_instant(date(2026, 8, 19), time(9, 15))
    market = SimulatedMarket(rules, start=opens, seed=1, underlyings=["NIFTY"], step=_STEP)
    state = EngineState(market.master, rules)
    settings = PaperSettings(funds=Decimal(10**9), request_latency=0, report_latency=0)
    broker = PaperBroker(Surroundings(account=_ACCOUNT, contracts=market.master), settings)
    frames = market.frames()
    run = SimulatedRun(Engine(state, MemoryJournal()), FrameStream(frames), broker)
    limits = RiskLimits(lots_per_position=100_000, orders_per_day=100_000, orders_per_second=10)
    run.open_session(opens, _ACCOUNT, "LD1", limits, 5 * SECOND)
    _until(run, Instant(opens + MINUTE))
    for number in range(portfolios):
        declared = _portfolio(number)
        run.submit(partial(_added, declared))
    _until(run, Instant(opens + _LONGEST_ENTRY), portfolios)
    following = tuple(run.market.take_next() for _ in range(seconds * SECOND // _STEP))
    running = sum(one.state in RUNNING for one in state.alive())
    return Loaded(run, following, running)


def _added(declared: MultilegPortfolio, at: Instant) -> c.AddPortfolio:
    return c.AddPortfolio(at=at, portfolio=declared, account=_ACCOUNT, start=True)


def _until(run: SimulatedRun, end: Instant, running: int | None = None) -> None:
    while (due := run.next_due()) is not None and due < end:
        run.step(due)
        if running is not None and sum(one.state in RUNNING for one in run.state.alive()) == running:
            return
