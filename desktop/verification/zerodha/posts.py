"""Order requests as they leave the machine, held against the journal: each once, each written before, each tagged."""

from collections import Counter, deque
from collections.abc import Callable, Mapping

from desktop.verification.virtual_time import VirtualClock
from engine.core.verification.invariants import FactChecks
from engine.core.verification.violations import Violation
from engine.domain.identifiers import OrderId
from engine.domain.instant import MINUTE, SECOND, Instant

_A_SECOND, _A_MINUTE = 10, 400


class Posts:
    """Looks at what an adapter sends; ``found`` is what was wrong, ``asked`` answers the conversions asked for."""

    def __init__(self, checks: FactChecks, clock: VirtualClock, asked: Callable[[], int]) -> None:
        self.found: list[Violation] = []
        self.log: list[tuple[Instant, str, str]] = []
        self._checks = checks
        self._clock = clock
        self._asked = asked
        self._conversions = 0
        self._sent: Counter[str] = Counter()
        self._times: deque[Instant] = deque()

    def look(self, method: str, path: str, form: Mapping[str, str]) -> None:
        """Look at a request that leaves now."""
        now = self._clock.now()
        if path == "/portfolio/positions":
            self._conversions += 1
            if self._conversions > self._asked():
                self._wrong(63, now, f"{self._conversions} conversions leave, and {self._asked()} were asked for")
        if not path.startswith("/orders"):
            return
        self.log.append((now, method, path if method != "POST" else form.get("tag", "")))
        self._paced(now)
        if method != "POST":
            return
        tag = form.get("tag", "")
        seen = self._checks.orders.get(OrderId(tag))
        if not tag:
            self._wrong(4, now, "an order leaves without a tag")
        elif seen is None:
            self._wrong(3, now, f"{tag} leaves and is not in the journal")
        elif int(form["quantity"]) != seen.request.quantity:
            self._wrong(3, now, f"{tag} leaves with {form['quantity']} instead of {seen.request.quantity}")
        self._sent[tag] += 1
        if self._sent[tag] > 1:
            self._wrong(1, now, f"{tag} leaves a second time")

    def _paced(self, now: Instant) -> None:
        self._times.append(now)
        while self._times[0] <= now - MINUTE:
            self._times.popleft()
        within = sum(1 for at in self._times if at > now - SECOND)
        if within > _A_SECOND or len(self._times) > _A_MINUTE:
            self._wrong(28, now, f"{within} requests within a second, {len(self._times)} within a minute")

    def _wrong(self, number: int, now: Instant, words: str) -> None:
        self.found.append(Violation(number, now, words))
