"""The paper broker under the conformance cases."""

from collections.abc import Callable

from brokers.paper.faults import CERTAIN, FaultPlan
from engine.domain.instant import SECOND, Instant
from engine.domain.reports import Report
from tests.conformance.harness import GatewayHarness, Trouble
from tests.unit.brokers.paper_world import ACCOUNT, CE, INDEX, LOT, NINE_TWENTY, USUAL, PaperWorld

PLANS: dict[Trouble, FaultPlan] = {
    Trouble.NONE: FaultPlan(),
    Trouble.LOST_ANSWERS: FaultPlan(lost_answer=CERTAIN),
    Trouble.DUPLICATES: FaultPlan(duplicated_report=CERTAIN),
    Trouble.FILL_BEFORE_CANCEL: FaultPlan(fill_before_cancel=CERTAIN),
    Trouble.SESSION_LOSS: FaultPlan(
        session_losses=((Instant(NINE_TWENTY + SECOND), Instant(NINE_TWENTY + 11 * SECOND)),)
    ),
}


class PaperHarness:
    """A paper broker at 09:20 that shows only its index."""

    def __init__(self, trouble: Trouble) -> None:
        self._world = PaperWorld(faults=PLANS[trouble], usual=False)
        self._world.show({INDEX: USUAL[INDEX]})
        self.gateway = self._world.broker
        self.account = ACCOUNT
        self.instrument = CE.id
        self.lot = LOT
        self.freeze_quantity = CE.freeze_quantity or 0

    def show(self, bid: str, bid_quantity: int, ask: str, ask_quantity: int) -> None:
        """Let the exchange show this quote."""
        self._world.show({CE: (bid, bid, bid_quantity, ask, ask_quantity)})

    def call(self, action: Callable[..., None], *arguments: object) -> None:
        """Call the broker; it lives on no loop."""
        action(*arguments)

    def close(self) -> None:
        """Let go of the broker."""
        self._world.broker.close()

    def wait(self, seconds: int) -> list[Report]:
        """Let time pass."""
        return list(self._world.wait(seconds * SECOND))


def paper(trouble: Trouble) -> GatewayHarness:
    """Answer a paper broker whose venue has this trouble."""
    return PaperHarness(trouble)
