"""What must always be true of what is held: it is watched, and its stop stands; part of the invariants."""

from collections.abc import Iterator, Mapping

from engine.core.state import EngineState
from engine.core.verification.seen import SeenPortfolio
from engine.core.verification.violations import Violation
from engine.domain.identifiers import PortfolioId
from engine.domain.multileg.states import EXITING, FINAL, LEG_OPEN, LEG_WAITS, LegState


def unprotected(state: EngineState, portfolios: Mapping[PortfolioId, SeenPortfolio]) -> Iterator[Violation]:
    """Answer legs that hold something and are not watched although they declare a stop; to be asked at rest."""
    for run in state.alive():
        if run.state in EXITING or run.state in FINAL:
            continue
        for leg, seen in zip(run.legs, portfolios[run.portfolio_id].legs, strict=True):
            words = f"leg {leg.leg_id} of {run.portfolio_id} holds {leg.net_quantity:+d}"
            if leg.net_quantity and leg.state in LEG_WAITS:
                yield Violation(22, state.now, f"{words} while it waits")
            if leg.state not in {*LEG_OPEN, LegState.ENTERING} or not leg.net_quantity:
                continue
            if state.last_frame_at == 0:
                continue  # Started again, and no quote yet: nothing could fire.
            if leg.leg.stop_loss is not None and leg.stop is None and not (seen.by_hand or seen.was_hit):
                yield Violation(22, state.now, f"{words} without a stop")
            if leg.protected_quantity != leg.entered_quantity:
                yield Violation(23, state.now, f"{words}, protected are {leg.protected_quantity}")
