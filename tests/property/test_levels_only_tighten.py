"""Whatever the prices do, stops and floors only tighten, parts only shrink, and nothing is turned round."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.verification.invariants import FactChecks
from engine.domain import facts as f
from tests.helpers.core_desk import MASTER, leg
from tests.unit.core.levels_desk import CALL, PUT, SPOT, entered, level

PRICES = st.integers(1, 6_000).map(lambda ticks: f"{ticks * 5 // 100}.{ticks * 5 % 100:02d}")
FRAMES = st.lists(st.tuples(PRICES, PRICES, st.integers(24_000, 25_700)), min_size=1, max_size=12)
MODES = st.sampled_from(["in steps", "continuously"])


@st.composite
def _legs(draw: st.DrawFn) -> list[dict[str, Any]]:
    legs = []
    for kind in ("CE", "PE"):
        fields: dict[str, Any] = {"lots": draw(st.integers(1, 4))}
        if draw(st.booleans()):
            fields["stop_loss"] = level(draw(st.integers(1, 90)), "premium percent")
            if draw(st.booleans()):
                every, by = draw(st.integers(1, 20)), draw(st.integers(1, 20))
                fields["trailing"] = {"every": every, "by": by, "mode": draw(MODES)}
        if draw(st.booleans()):
            fields["profit_lock"] = {"reach": 20, "lock": 10, "every": 5, "by": 4, "mode": draw(MODES)}
        if draw(st.booleans()):
            fields["confirmation"] = {"seconds": draw(st.integers(1, 5))}
        legs.append(leg(draw(st.sampled_from(["SELL", "BUY"])), kind, **fields))
    return legs


@st.composite
def _combined(draw: st.DrawFn) -> dict[str, Any]:
    fields: dict[str, Any] = {"freak": draw(st.sampled_from(["off", "smart", "strong"]))}
    if draw(st.booleans()):
        fields["stop"] = {"type": "loss", "amount": draw(st.integers(500, 9_000))}
        if draw(st.booleans()):
            fields["stop_trail"] = {"every": 500, "by": draw(st.integers(1, 500)), "mode": draw(MODES)}
        if draw(st.booleans()):
            fields["stop_closes"] = {"which": "legs in loss", "rearm": draw(st.integers(1, 2_000))}
    if draw(st.booleans()):
        steps = [{"profit": 500, "part": draw(st.integers(1, 100)), "stop": 0}, {"profit": 2_000}, {"profit": 4_000}]
        fields["target"] = {"type": "several", "steps": steps}
    if draw(st.booleans()):
        fields["profit_lock"] = {"reach": 900, "lock": 300, "every": 300, "by": 200, "mode": draw(MODES)}
    if draw(st.booleans()):
        fields["move_to_cost"] = {"legs": draw(st.sampled_from(["all legs", "all, losing ones behind the price"]))}
    if draw(st.booleans()):
        fields["call_side"] = {"max_loss": draw(st.integers(500, 5_000))}
    return fields


@settings(max_examples=60, deadline=None)
@given(legs=_legs(), fields=_combined(), frames=FRAMES)
def test_stops_only_tighten_parts_only_shrink_and_nothing_is_turned_round(legs, fields, frames):
    desk = entered(*legs, **fields)

    for call, put, spot in frames:
        desk.wait(2)
        desk.quote({CALL: call, PUT: put, SPOT: str(spot)})
        desk.fill_all(call)

    checks = FactChecks(MASTER)
    broken = [violation for fact in desk.facts for violation in checks.see(fact)]
    assert [one for one in broken if one.number in (13, 14, 15, 35)] == []
    assert all(one.net_quantity * one.leg.side.sign >= 0 for one in desk.run.legs)
    assert f.PortfolioRunning in {type(fact) for fact in desk.facts}
