"""Fills that are told only after the order counts as cancelled, as brokers do when updates overtake each other."""

from collections import Counter

import msgspec
import numpy as np

from engine.core.verification.invariants import FactChecks
from engine.domain.identifiers import OrderId
from engine.domain.instant import SECOND, Instant
from engine.domain.order import OrderStatus
from engine.domain.reports import OrderReport, Report

_LATE = 3 * SECOND


class LateFills:
    """Swallows the news of some fills, and gives it a few seconds after the order ended."""

    def __init__(self, checks: FactChecks, dice: np.random.Generator, chance: int, injected: Counter[str]) -> None:
        self._checks = checks
        self._dice = dice
        self._chance = chance
        self._injected = injected
        self._hidden: dict[OrderId, tuple[int, int]] = {}
        self._later: list[OrderReport] = []

    def next_due(self) -> Instant | None:
        """Answer when the next late fill is told."""
        return min((report.at for report in self._later), default=None)

    def hang_up(self) -> None:
        """Forget what was not told yet: only the books tell of it then."""
        self._hidden.clear()
        self._later.clear()

    def passed(self, reports: list[Report], until: Instant) -> list[Report]:
        """Answer what the engine hears of the reports due up to an instant."""
        due = [report for report in self._later if report.at <= until]
        self._later = [report for report in self._later if report.at > until]
        heard: list[Report] = []
        for report in reports:
            heard += self._heard(report) if isinstance(report, OrderReport) else [report]
        return heard + [msgspec.structs.replace(report, at=until) for report in due]

    def _heard(self, report: OrderReport) -> list[Report]:
        seen = self._checks.orders.get(report.order_id)
        if seen is None or self._chance == 0:
            return [report]
        news = report.filled > seen.filled
        hidden = self._hidden.get(report.order_id)
        if report.status is OrderStatus.OPEN and news and (hidden or self._dice.integers(10_000) < self._chance):
            self._hidden.setdefault(report.order_id, (seen.filled, seen.value))
            return []
        if hidden is None:
            return [report]
        del self._hidden[report.order_id]
        if report.status is not OrderStatus.CANCELLED or not news:
            return [report]
        self._injected["fill_after_cancel"] += 1
        self._later.append(msgspec.structs.replace(report, at=Instant(report.at + _LATE)))
        return [msgspec.structs.replace(report, filled=hidden[0], value=hidden[1])]
