"""The line on which the paper broker's reports come back: late, and by plan lost, doubled or out of order."""

import heapq
from itertools import count

import msgspec

from brokers.paper.faults import Fault, FaultDice
from engine.domain.identifiers import AccountId, OrderId
from engine.domain.instant import SECOND, Instant
from engine.domain.reports import (
    BooksReport,
    ChangeRefused,
    Channel,
    ConnectionReport,
    ConversionReport,
    OrderReport,
)

PaperReport = OrderReport | ChangeRefused | ConversionReport | BooksReport | ConnectionReport
"""Everything that the paper broker says."""


class ReportLine:
    """Reports on their way to the engine, in time order; those of one instant in the order they were sent.

    While the session is lost, the broker's reports that fall due vanish; what our own side of the line says does not.
    """

    def __init__(self, account: AccountId, latency: int, dice: FaultDice) -> None:
        self._account = account
        self._latency = latency
        self._dice = dice
        self._sequence = count()
        self._due: list[tuple[Instant, int, bool, PaperReport]] = []
        self._silent_until: dict[OrderId, Instant] = {}
        self._losses: list[tuple[Instant, Instant]] = []
        for start, end in dice.plan.session_losses:
            dice.injected[Fault.SESSION_LOSS.value] += 1
            self.lose_session(start, end)

    def send(self, report: OrderReport | ChangeRefused | ConversionReport | BooksReport, extra: int = 0) -> None:
        """Send what the broker says; it is due after the latency, or ``extra`` microseconds later still."""
        at = Instant(report.at + self._latency + extra)
        if isinstance(report, OrderReport):
            if self._is_silent(report):
                return
            at = Instant(at + self._disorder(report))
            if self._dice.strikes(Fault.DUPLICATED_REPORT, report.at):
                self._push(Instant(at + self._dice.between(0, self._dice.plan.longest_disorder)), report)
            if self._dice.strikes(Fault.LOST_REPORT, report.at):
                return
        self._push(at, report)

    def tell(self, report: PaperReport) -> None:
        """Send what our own side of the line knows by itself, due at its own time: it cannot be lost."""
        heapq.heappush(self._due, (report.at, next(self._sequence), True, report))

    def silence(self, order: OrderId, until: Instant) -> None:
        """Lose every report about an order that would be due before ``until``."""
        self._silent_until[order] = until

    def lose_session(self, start: Instant, end: Instant) -> None:
        """End the session at ``start``; it is back at ``end``. Both are reported; what falls between is lost."""
        self._losses.append((start, end))
        self.session_is_lost(start)
        self.tell(self._connection(end, connected=True, detail="Logged in again"))

    def session_is_lost(self, at: Instant) -> None:
        """Say that the session is lost; its return is reported by itself."""
        self.tell(self._connection(at, connected=False, detail="The broker's session has ended; logging in again"))

    def has_session(self, at: Instant) -> bool:
        """Say whether the broker takes requests at an instant."""
        return not any(start <= at < end for start, end in self._losses)

    def books_failed(self, at: Instant) -> None:
        """Say that a read of the books failed, and a second later, or with the session's return, that all is well."""
        self.tell(self._connection(at, connected=False, detail="The broker's books could not be read; asking again"))
        soon = Instant(at + SECOND)
        back = max((end for start, end in self._losses if start <= soon < end), default=soon)
        self.tell(self._connection(back, connected=True, detail="The broker answers again"))

    def note(self, at: Instant, detail: str) -> None:
        """Report a sentence on a line that is up and has lost nothing."""
        self.tell(
            ConnectionReport(
                at=at, account=self._account, channel=Channel.ORDERS, connected=True, data_lost=False, detail=detail
            )
        )

    def hang_up(self) -> None:
        """Lose every report on its way: nobody listens any more."""
        self._due.clear()
        self._silent_until.clear()

    def next_due(self) -> Instant | None:
        """Answer when the next report is due; None where none is on its way."""
        return self._due[0][0] if self._due else None

    def take(self, until: Instant) -> list[PaperReport]:
        """Answer the reports due up to and including ``until``, each stamped with the time it is due."""
        taken: list[PaperReport] = []
        while self._due and self._due[0][0] <= until:
            at, _, is_own, report = heapq.heappop(self._due)
            if is_own:
                taken.append(report)
            elif self.has_session(at):
                taken.append(_stamped(report, at))
            else:
                self._dice.injected["report_lost_with_session"] += 1
        return taken

    def _push(self, at: Instant, report: OrderReport | ChangeRefused | ConversionReport | BooksReport) -> None:
        heapq.heappush(self._due, (at, next(self._sequence), False, report))

    def _is_silent(self, report: OrderReport) -> bool:
        until = self._silent_until.get(report.order_id)
        if until is None:
            return False
        if report.at + self._latency < until:
            return True
        del self._silent_until[report.order_id]
        return False

    def _disorder(self, report: OrderReport) -> int:
        if not self._dice.strikes(Fault.REORDERED_REPORT, report.at):
            return 0
        return self._dice.between(1, self._dice.plan.longest_disorder)

    def _connection(self, at: Instant, *, connected: bool, detail: str) -> ConnectionReport:
        return ConnectionReport(
            at=at, account=self._account, channel=Channel.ORDERS, connected=connected, detail=detail
        )


def _stamped(report: PaperReport, at: Instant) -> PaperReport:
    return msgspec.structs.replace(report, at=at)
