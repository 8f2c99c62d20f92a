"""What goes wrong on purpose at the practice Kite: a plan of faults, and the dice that follow it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import Enum
from fnmatch import fnmatchcase
from typing import Annotated

import numpy as np

from brokers.errors import BrokerError
from brokers.practice.zerodha.routes import ROUTES
from engine.domain.instant import SECOND
from engine.schema.declared import Declared, FieldError
from engine.schema.documents import DocumentError, document_from_toml
from engine.schema.field import ask
from engine.schema.load import DeclarationError, load

CALLS = frozenset({route.call for route in ROUTES} | {"update", "ticks", "connect", "gtt"})
"""Everything that a fault can strike at: calls of the API, order updates, ticks, connections, triggers that fire."""

CERTAIN = 10_000
"""A chance that always strikes: chances are whole numbers out of 10,000."""


class Kind(Enum):
    """A kind of trouble. Those of requests strike at calls, those of sockets at order updates, ticks or connections."""

    LOST_REQUEST = "lost request"
    LOST_ANSWER = "lost answer"
    CUT_ANSWER = "cut answer"
    SLOW_ANSWER = "slow answer"
    TIMED_OUT_THEN_PLACED = "timed out then placed"
    REFUSED_BY_GATEWAY = "refused by gateway"
    ACCEPTED_BEHIND_GATEWAY = "accepted behind gateway"
    TOO_MANY = "too many requests"
    TOKEN_ENDS = "token ends"
    ADDRESS_REFUSED = "address refused"
    DAY_CAP = "day cap"
    NOT_JSON = "not json"
    STALE_BOOK = "stale book"
    NULL_LIST = "null list"
    MISSING_QUOTES = "missing quotes"
    CUT_DUMP = "cut dump"
    OLD_DUMP = "old dump"
    STUCK = "stuck"
    REJECTED = "rejected"
    FILLED_BEFORE_CANCEL = "filled before cancel"
    UNKNOWN_STATUS = "unknown status"
    GTT_FAILS = "gtt fails"
    LOST_UPDATE = "lost update"
    REPEATED_UPDATE = "repeated update"
    LATE_UPDATE = "late update"
    SILENT_SOCKET = "silent socket"
    DROPPED_SOCKET = "dropped socket"
    DROPPED_MID_FRAME = "dropped mid frame"
    REFUSED_SOCKET = "refused socket"
    UNKNOWN_PACKET = "unknown packet"
    UNKNOWN_TEXT = "unknown text"


class Fault(Declared, frozen=True, kw_only=True):
    """One fault of a plan: what goes wrong, at which calls, how often."""

    kind: Annotated[Kind, ask("Kind", "What goes wrong.")]
    calls: Annotated[
        str, ask("Calls", "Names of calls, with * and ? as wildcards, divided by spaces: place, orders, quote*.")
    ] = "*"
    chance: Annotated[int, ask("Chance", "Out of 10,000, for every call that it can strike.", ge=0, le=CERTAIN)] = (
        CERTAIN
    )
    after: Annotated[int, ask("After", "How many such calls go well first.", ge=0, le=1_000_000)] = 0
    times: Annotated[int | None, ask("Times", "How often it strikes at most; off for always.", ge=1)] = None
    seconds: Annotated[
        int, ask("Seconds", "How long an answer is late, an order is stuck, a socket is silent.", ge=0, le=3_600)
    ] = 8
    status: Annotated[int, ask("Status", "The HTTP status of a gateway's refusal.", ge=400, le=599)] = 503

    @property
    def length(self) -> int:
        """Answer its length in µs."""
        return self.seconds * SECOND

    def meets(self, call: str) -> bool:
        """Say whether it can strike at a call."""
        return any(fnmatchcase(call, pattern) for pattern in self.calls.split())


class FaultPlan(Declared, frozen=True, kw_only=True):
    """A fault plan."""

    faults: Annotated[
        tuple[Fault, ...], ask("Faults", "What goes wrong; of several at one call the first counts.")
    ] = ()

    def check(self) -> Iterator[FieldError]:
        """Yield what cannot be meant: a fault that names no call, or one that there is not."""
        for place, fault in enumerate(self.faults):
            patterns = fault.calls.split()
            if not patterns:
                yield FieldError(f"faults[{place}].calls", "name at least one call, or * for all of them")
            for pattern in patterns:
                if not any(fnmatchcase(call, pattern) for call in CALLS):
                    yield FieldError(
                        f"faults[{place}].calls", f"no call is named {pattern!r}; see brokers/practice/README.md"
                    )


class FaultPlanError(BrokerError):
    """A fault plan that cannot be used; the message says what is wrong with it."""


def _plan(*faults: Fault) -> FaultPlan:
    return FaultPlan(faults=faults)


_ORDERS = "place modify cancel"

NAMED_PLANS: Mapping[str, FaultPlan] = {
    "none": _plan(),
    "lost-answers": _plan(Fault(kind=Kind.LOST_ANSWER, calls=_ORDERS, chance=2_000)),
    "timeouts": _plan(
        Fault(kind=Kind.TIMED_OUT_THEN_PLACED, calls="place", chance=1_000),
        Fault(kind=Kind.SLOW_ANSWER, calls=_ORDERS, chance=1_000, seconds=15),
    ),
    "gateway": _plan(
        Fault(kind=Kind.REFUSED_BY_GATEWAY, calls=_ORDERS, chance=700),
        Fault(kind=Kind.ACCEPTED_BEHIND_GATEWAY, calls=_ORDERS, chance=700, status=504),
        Fault(kind=Kind.REFUSED_BY_GATEWAY, chance=300, status=502),
    ),
    "rate-limits": _plan(Fault(kind=Kind.TOO_MANY, chance=1_500)),
    "stale-books": _plan(Fault(kind=Kind.STALE_BOOK, calls="orders trades positions", chance=5_000)),
    "untidy-updates": _plan(
        Fault(kind=Kind.LOST_UPDATE, calls="update", chance=1_500),
        Fault(kind=Kind.REPEATED_UPDATE, calls="update", chance=4_000, seconds=2),
        Fault(kind=Kind.LATE_UPDATE, calls="update", chance=3_000, seconds=2),
    ),
    "untidy-sockets": _plan(
        Fault(kind=Kind.SILENT_SOCKET, calls="ticks", chance=20, seconds=20),
        Fault(kind=Kind.DROPPED_SOCKET, calls="ticks", chance=20),
        Fault(kind=Kind.DROPPED_MID_FRAME, calls="ticks", chance=20),
        Fault(kind=Kind.UNKNOWN_PACKET, calls="ticks", chance=100),
        Fault(kind=Kind.UNKNOWN_TEXT, calls="ticks", chance=100),
    ),
    "token-ends": _plan(Fault(kind=Kind.TOKEN_ENDS, calls="orders", after=30, times=1)),
    "storm": _plan(
        Fault(kind=Kind.LOST_ANSWER, calls=_ORDERS, chance=500),
        Fault(kind=Kind.LOST_REQUEST, calls=_ORDERS, chance=300),
        Fault(kind=Kind.TIMED_OUT_THEN_PLACED, calls="place", chance=300),
        Fault(kind=Kind.ACCEPTED_BEHIND_GATEWAY, calls=_ORDERS, chance=300),
        Fault(kind=Kind.REFUSED_BY_GATEWAY, chance=300),
        Fault(kind=Kind.TOO_MANY, chance=300),
        Fault(kind=Kind.STALE_BOOK, calls="orders trades positions", chance=1_500),
        Fault(kind=Kind.CUT_ANSWER, chance=200),
        Fault(kind=Kind.NOT_JSON, chance=200),
        Fault(kind=Kind.STUCK, calls="place", chance=200, seconds=30),
        Fault(kind=Kind.FILLED_BEFORE_CANCEL, calls="cancel", chance=1_500),
        Fault(kind=Kind.REPEATED_UPDATE, calls="update", chance=3_000, seconds=2),
        Fault(kind=Kind.LATE_UPDATE, calls="update", chance=2_000, seconds=2),
        Fault(kind=Kind.LOST_UPDATE, calls="update", chance=500),
        Fault(kind=Kind.DROPPED_SOCKET, calls="ticks", chance=15),
        Fault(kind=Kind.SILENT_SOCKET, calls="ticks", chance=10, seconds=20),
    ),
}
"""Plans that have a name; docs: README.md."""


def plan_from_toml(text: str) -> FaultPlan:
    """Answer the plan in TOML text. Raises FaultPlanError naming everything that is wrong with it."""
    try:
        return load(document_from_toml(text), FaultPlan)
    except (DocumentError, DeclarationError) as error:
        raise FaultPlanError(f"The fault plan cannot be used: {error}") from error


class FaultDice:
    """Rolls for a plan's faults and counts those that struck."""

    def __init__(self, plan: FaultPlan, dice: np.random.Generator) -> None:
        self.injected: Counter[Kind] = Counter()
        self._dice = dice
        self.follow(plan)

    def follow(self, plan: FaultPlan) -> None:
        """Go on by another plan, counting its calls anew."""
        self.plan = plan
        self._met: Counter[int] = Counter()
        self._struck: Counter[int] = Counter()

    def strikes(self, call: str, *kinds: Kind) -> Fault | None:
        """Answer the fault of these kinds that strikes at a call now; None where all goes well."""
        for place, fault in enumerate(self.plan.faults):
            if fault.kind in kinds and fault.meets(call) and self._falls(place, fault):
                self.injected[fault.kind] += 1
                return fault
        return None

    def between(self, low: int, high: int) -> int:
        """Answer a whole number from ``low`` to ``high``, both included."""
        return int(self._dice.integers(low, high + 1)) if high > low else low

    def _falls(self, place: int, fault: Fault) -> bool:
        self._met[place] += 1
        if self._met[place] <= fault.after or (fault.times is not None and self._struck[place] >= fault.times):
            return False
        if fault.chance < CERTAIN and self._dice.integers(CERTAIN) >= fault.chance:
            return False
        self._struck[place] += 1
        return True
