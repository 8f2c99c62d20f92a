"""A small simulated day with an engine, a paper broker and one portfolio, run to any time of day."""

import tomllib
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from functools import cache
from pathlib import Path

from brokers.definition import Surroundings
from brokers.paper.gateway import PaperBroker
from brokers.simulated.market import SimulatedMarket
from engine.core.state import EngineState
from engine.domain.commands import AddPortfolio, AnyCommand
from engine.domain.facts import AnyFact
from engine.domain.facts.codec import decode
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.settings.risk_limits import RiskLimits
from engine.ports.journal import Journal
from engine.runtime.engine import Engine
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.market_rules_store import load_market_rules
from engine.runtime.markets import FrameStream
from engine.runtime.run import SimulatedRun
from engine.schema.load import load

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 8, 19)
PAPER = AccountId("PAPER")

HEDGED_STRADDLE = """
name = "Straddle"
stop = {type = "loss", amount = 9000}
target = {type = "profit", amount = 50000}
profit_lock = {reach = 40000, lock = 20000, every = 1000, by = 500}
move_to_cost = {}
[[legs]]
side = "BUY"
kind = "CE"
lots = 2
strike = {type = "atm", steps = 8}
[[legs]]
side = "BUY"
kind = "PE"
lots = 2
strike = {type = "atm", steps = -8}
[[legs]]
side = "SELL"
kind = "CE"
lots = 2
stop_loss = {distance = 25}
[[legs]]
side = "SELL"
kind = "PE"
lots = 2
stop_loss = {distance = 25}
target = {distance = 60}
"""


@cache
def rules() -> MarketRules:
    return load_market_rules(ROOT / "resources" / "market")


def at(hour: int, minute: int = 0, second: int = 0, day: date = DAY) -> Instant:
    return ist_instant(day, time(hour, minute, second))


def portfolio(text: str = HEDGED_STRADDLE) -> MultilegPortfolio:
    return load(tomllib.loads(text, parse_float=Decimal), MultilegPortfolio)


def simulated_run(
    start: Instant | None = None,
    *,
    seed: int = 1,
    step: int = 15 * SECOND,
    portfolios: tuple[MultilegPortfolio, ...] = (),
    until: Instant | None = None,
    underlyings: tuple[str, ...] = ("NIFTY",),
    journal: Journal | None = None,
) -> SimulatedRun:
    """An open session on a NIFTY market of one expiry and 21 strikes; each portfolio is added and armed."""
    market = SimulatedMarket(
        rules(),
        start=start or at(9, 15),
        seed=seed,
        underlyings=underlyings,
        expiries=1,
        strikes_each_side=10,
        step=step,
    )
    broker = PaperBroker(Surroundings(account=PAPER, contracts=market.master))
    state = EngineState(market.master, rules())
    run = SimulatedRun(Engine(state, journal or MemoryJournal()), FrameStream(market.frames(until)), broker)
    run.open_session(start or at(9, 15), PAPER, "TEST1", RiskLimits(), 60 * SECOND)
    for wanted in portfolios:
        run.submit(added(wanted))
    return run


def added(wanted: MultilegPortfolio, account: AccountId = PAPER) -> Callable[[Instant], AnyCommand]:
    return lambda at: AddPortfolio(at=at, portfolio=wanted, account=account, start=True)


def run_until(run: SimulatedRun, end: Instant) -> list[AnyFact]:
    facts: list[AnyFact] = []
    for _ in range(100_000):
        due = run.next_due()
        if due is None or due > end:
            return facts
        facts += run.step(due)
    raise AssertionError("the simulated day does not come to its end")


@cache
def run_at(hour: int, minute: int = 0, second: int = 0) -> SimulatedRun:
    """The hedged straddle's day at a time of day; shared between tests, which only look at it."""
    run = simulated_run(portfolios=(portfolio(),))
    run_until(run, at(hour, minute, second))
    return run


def facts_of(run: SimulatedRun) -> list[AnyFact]:
    return [decode(entry.body) for entry in run.engine.journal.entries()]
