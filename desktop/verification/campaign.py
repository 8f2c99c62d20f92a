"""Many seeded days, on one core or on several, and what they came to together."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import msgspec

from desktop.composition.rules import market_rules
from desktop.verification.day import Outcome, live
from desktop.verification.zerodha.day import live_zerodha
from desktop.verification.zerodha.loopback import live_on_loopback
from engine.core.verification.violations import SENTENCES
from engine.domain.instant import iso_text
from engine.domain.market_rules import MarketRules

Way = Callable[[int, MarketRules], Outcome]
"""How the day of a seed is played."""

WAYS: dict[str, Way] = {"paper": live, "zerodha": live_zerodha, "zerodha-loopback": live_on_loopback}
"""The brokers that days are played with; over loopback with real sockets and the official client."""

_BATCH = 8
"""Seeds that a process plays before it answers."""


class Tally(msgspec.Struct, kw_only=True):
    """What the days so far came to together."""

    seeds: int = 0
    facts: int = 0
    orders: int = 0
    trades: int = 0
    portfolios: int = 0
    power_losses: int = 0
    faults: Counter[str] = msgspec.field(default_factory=Counter)
    failures: list[Outcome] = msgspec.field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one more day."""
        self.seeds += 1
        self.facts += outcome.facts
        self.orders += outcome.orders
        self.trades += outcome.trades
        self.portfolios += outcome.portfolios
        self.power_losses += outcome.power_losses
        self.faults.update(outcome.faults)
        if outcome.violation is not None:
            self.failures.append(outcome)


def play(first: int, seeds: int, jobs: int, way: str = "paper") -> Iterator[Outcome]:
    """Play the days of ``seeds`` seeds from ``first`` on, and answer each in the order of the seeds."""
    if jobs <= 1 or seeds <= _BATCH:
        yield from _played(way, range(first, first + seeds))
        return
    batches = [range(at, min(at + _BATCH, first + seeds)) for at in range(first, first + seeds, _BATCH)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        for outcomes in workers.map(partial(_batch, way), batches):
            yield from outcomes


def _played(way: str, seeds: Iterable[int]) -> Iterator[Outcome]:
    rules, lived = market_rules(), WAYS[way]
    return (lived(seed, rules) for seed in seeds)


def _batch(way: str, seeds: range) -> list[Outcome]:
    return list(_played(way, seeds))


def failure_document(outcome: Outcome) -> dict[str, object]:
    """Answer a failed day as plain data. Raises ValueError for a day in which nothing failed."""
    if outcome.violation is None:
        raise ValueError(f"seed {outcome.seed} did not fail")
    violation = outcome.violation
    return {
        "seed": outcome.seed,
        "invariant": violation.number,
        "sentence": SENTENCES[violation.number],
        "at": iso_text(violation.at),
        "detail": violation.detail,
    }
