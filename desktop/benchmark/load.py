"""A busy day: portfolios that ticks enter and leave all the time, and a journal with thousands of orders of today."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from desktop.composition.accounts import PAPER
from desktop.composition.clock import nanoseconds
from desktop.composition.desk import Desk, DeskChoice
from desktop.composition.failures import FailureError
from desktop.composition.markets import MarketChoice
from engine.api import Notice
from engine.domain.commands import AddPortfolio
from engine.domain.instant import SECOND, Instant, instant_of
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag
from engine.schema.load import load
from engine.views.orders import OrderRow
from engine.views.status import StatusRow

ACCOUNTS = 5
"""Each with a rate of orders of its own, so that what is measured is the machine and not the broker's rate."""

QUOTES_PER_SECOND = 20_000

_BEGIN = instant_of(datetime.fromisoformat("2026-08-19T09:30:00+05:30"))
_CHANGES = 730
"""Contracts of NIFTY that a frame of the simulated market changes; with this step they make QUOTES_PER_SECOND."""

_STEP = _CHANGES * SECOND // QUOTES_PER_SECOND
_PORTFOLIOS_PER_SECOND = 4.0
_MOST_ALIVE = 40
_MOST_ALIVE_BEFORE = 15
"""While the journal is prepared: what is left alive must leave room for portfolios whose requests are measured."""

_PREPARING_SPEED = 60.0
_PREPARING_PER_SECOND = 60.0
_LONGEST_PREPARATION = 360 * 1_000_000_000

Submit = Callable[[Callable[[Instant], AddPortfolio]], None]
"""How an engine takes a command."""


def desk_choice(journal: Path, begin: Instant = _BEGIN) -> DeskChoice:
    """Answer the desk that every way runs: NIFTY with all its expiries at 20,000 quotes a second, five accounts."""
    limits = RiskLimits(lots_per_position=100_000, orders_per_day=100_000, orders_per_second=10)
    names = [PAPER, *(f"PAPER{number}" for number in range(2, ACCOUNTS + 1))]
    accounts = tuple(Account(id=name, starting_cash=Decimal(10**9), limits=limits) for name in names)
    tags = tuple(
        load({"name": f"LOAD{place}", "members": [{"account": name}]}, StrategyTag) for place, name in enumerate(names)
    )
    return DeskChoice(
        market=MarketChoice(begin=begin, underlyings=("NIFTY",), step=_STEP),
        journal=str(journal),
        latency=1_000,
        limits=limits,
        hierarchy=Hierarchy(accounts=accounts, tags=tags),
    )


def portfolio(number: int) -> MultilegPortfolio:
    """Answer a portfolio that a tick enters after a small move and another tick leaves: two orders, each of a tick."""
    near: dict[str, Any] = {"basis": "premium percent", "distance": Decimal("0.5")}
    leg = {
        "side": "SELL",
        "kind": "CE" if number % 2 else "PE",
        "strike": {"type": "atm", "steps": number % 7 - 3},
        "wait": {"move": Decimal("0.1") if number % 4 < 2 else Decimal("-0.1")},
        "stop_loss": near,
        "target": near,
    }
    data = {"name": f"Load {number}", "entry": {"type": "manual"}, "tag": f"LOAD{number % ACCOUNTS}", "legs": [leg]}
    return load(data, MultilegPortfolio)


class Driver:
    """Hands one portfolio after the other to an engine, from a thread of its own, until it is stopped.

    ``alive`` answers how many portfolios run; while there are many, none is added, so that a slow machine is not
    buried under what it has not done yet.
    """

    def __init__(
        self,
        submit: Submit,
        alive: Callable[[], int],
        first: int,
        per_second: float = _PORTFOLIOS_PER_SECOND,
        most: int = _MOST_ALIVE,
    ) -> None:
        self._submit, self._alive, self._most = submit, alive, most
        self._number, self._wait = first, 1.0 / per_second
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._drive, name="benchmark driver", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the thread."""
        self._stop.set()
        self._thread.join()

    def _drive(self) -> None:
        while not self._stop.wait(self._wait):
            if self._alive() < self._most:
                self._submit(_adding(portfolio(self._number)))
                self._number += 1


def _adding(declared: MultilegPortfolio) -> Callable[[Instant], AddPortfolio]:
    return lambda at: AddPortfolio(at=at, portfolio=declared, start=True)


class Told(Protocol):
    """What keeps the newest status of an engine, as a window's bridge does."""

    status: StatusRow | None


def portfolios_alive(told: Told) -> int:
    """Answer how many portfolios run; 0 before the first status."""
    return 0 if told.status is None else told.status.portfolios_alive


class _Counter:
    """Counts the orders that an engine tells of."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._orders: set[str] = set()
        self.reached = threading.Event()
        self.alive = 0

    def take_notices(self, notices: Sequence[Notice]) -> None:
        """See notices, on the engine's thread."""
        for one in notices:
            if isinstance(one, OrderRow):
                self._orders.add(one.order_id)
            elif isinstance(one, StatusRow):
                self.alive = one.portfolios_alive
        if len(self._orders) >= self._wanted:
            self.reached.set()


def prepare(journal: Path, orders: int) -> Instant:
    """Write a journal with as many orders of one day, and answer the instant at which the day can be gone on with.

    Raises FailureError where that takes longer than six minutes.
    """
    desk = Desk(desk_choice(journal))
    counter = _Counter(orders)
    began = nanoseconds()
    try:
        desk.client.start(counter)
        desk.client.set_speed(_PREPARING_SPEED)
        driver = Driver(desk.client.submit, lambda: counter.alive, 0, _PREPARING_PER_SECOND, _MOST_ALIVE_BEFORE)
        driver.start()
        reached = counter.reached.wait(_LONGEST_PREPARATION / 1e9)
        driver.stop()
        until = desk.client.now()
    finally:
        desk.close()
    if not reached:
        took = (nanoseconds() - began) // 1_000_000_000
        raise FailureError(f"{orders} orders were not made in {took} s; close what strains this machine, and try again")
    return until
