"""A crash between two messages: what a new state, folded from the facts alone, goes on with."""

from engine.core.state import EngineState
from engine.domain.messages import OpenSession
from engine.domain.settings.risk_limits import RiskLimits
from tests.helpers.core_desk import ACCOUNT, Desk


def restarted(desk):
    """The desk after a crash: a state from its facts alone, and a new session."""
    again = Desk()
    again.state = EngineState(desk.state.master, desk.state.rules)
    for fact in desk.facts:
        again.state.apply(fact)
    again.facts = list(desk.facts)
    again.now = desk.now
    again.say(OpenSession(at=again.now, account=ACCOUNT, lineage="T", limits=RiskLimits(), stale_after=5_000_000))
    return again
