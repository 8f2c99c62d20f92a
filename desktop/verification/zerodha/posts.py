"""Order requests as they leave the machine, held against the journal: each once, each written before, each tagged."""

from collections import Counter, deque
from collections.abc import Mapping

from desktop.verification.virtual_time import VirtualClock
from engine.core.verification.invariants import FactChecks
from engine.core.verification.violations import Violation
from engine.domain.identifiers import OrderId
from engine.domain.instant import MINUTE, SECOND, Instant

_A_SECOND, _A_MINUTE = 10, 400


class Posts:
    """Looks at what an adapter sends; ``found`` is what was wrong with it."""

    def __init__(self, checks: FactChecks, clock: VirtualClock) -> None:
        self.found: list[Violation] = []
        self.log: list[tuple[Instant, str, str]] = []
        self._checks = checks
        self._clock = clock
        self._sent: Counter[str] = Counter()
        self._times: deque[Instant] = deque()

    def look(self, method: str, path: str, form: Mapping[str, str]) -> None:
        """Look at a request that leaves now."""
        if not path.startswith("/orders"):
            return
        now = self._clock.now()
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
