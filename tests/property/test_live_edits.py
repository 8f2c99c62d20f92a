"""Whatever is edited, entered or closed in part while a portfolio runs, the invariants hold and it ends flat."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain.multileg.states import FINAL, NOT_BEGUN
from tests.helpers.scenario import ScenarioRun

MOVES = 6


def a_leg(draw: Any) -> dict[str, Any]:
    """A leg with some levels, waits and actions."""
    leg: dict[str, Any] = {
        "side": draw.choice(["SELL", "BUY"]),
        "kind": draw.choice(["CE", "PE"]),
        "lots": draw.randint(1, 3),
        "strike": {"type": "atm", "steps": draw.randint(-3, 3)},
    }
    if draw.random() < 0.6:
        leg |= {"stop_loss": {"distance": draw.randint(10, 60)}}
        leg |= {"trailing": {"every": 5, "by": draw.randint(1, 5)}} if draw.random() < 0.5 else {}
        leg |= {"on_stop": [draw.choice(["re_execute", "re_enter"])]} if draw.random() < 0.4 else {}
    leg |= {"target": {"distance": draw.randint(10, 60)}} if draw.random() < 0.4 else {}
    return leg | ({"wait": {"move": draw.choice([-10, -5, 5])}} if draw.random() < 0.2 else {})


def rules(draw: Any) -> dict[str, Any]:
    """Combined levels, some of them per lot."""
    found: dict[str, Any] = {"per_lot_basis": draw.random() < 0.3}
    if draw.random() < 0.6:
        found["stop"] = {"type": "loss", "amount": draw.randint(1_000, 9_000)}
    if draw.random() < 0.4:
        found["profit_lock"] = {"reach": "1000", "lock": str(draw.randint(100, 900)), "every": "100", "by": "50"}
    return found


def an_edit(draw: Any, run: ScenarioRun) -> dict[str, Any]:
    """Other combined rules, and another rule of one leg or one leg more."""
    now = run.run("A").portfolio
    number = draw.randint(1, len(now.legs) + 1)
    leg = a_leg(draw)
    if number <= len(now.legs):
        leg = {name: leg[name] for name in ("stop_loss", "target", "wait") if name in leg}
    fields = {**rules(draw), "legs": {number: leg}}
    return {"type": "edit_portfolio", "portfolio": fields, "confirmed": draw.random() < 0.5}


def a_deed(draw: Any, run: ScenarioRun) -> dict[str, Any]:
    """Something that a trader does to a portfolio that is there."""
    others: list[dict[str, Any]] = [
        {"type": "part_exit", "lots": 1},
        {"type": "part_exit", "percent": "50", "confirmed": True},
        {"type": "part_entry", "lots": draw.randint(1, 2)},
        {"type": "rearm_leg", "leg": 1},
        {"type": "reset_portfolio"},
    ]
    return an_edit(draw, run) if draw.random() < 0.5 else draw.choice(others)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_edits_and_parts_keep_the_invariants_and_end_flat(draw):
    portfolio = {
        "name": "A",
        "entry": "manual",
        "legs": [a_leg(draw) for _ in range(draw.randint(1, 3))],
        **rules(draw),
    }
    run = ScenarioRun({"portfolios": [portfolio], "steps": [{"add": "A"}]})
    run.step(0, {"add": "A"})

    for number in range(1, MOVES):
        run.step(number, {"at": f"09:{20 + 5 * number}:00", "premium": str(draw.randint(100, 140))})
        refused = {"rules": [{"leg": 1, "purpose": "ENTRY", "do": "reject", "words": "RESTRICTED: no"}]}
        step = {"command": a_deed(draw, run), **({"restart": True} if draw.random() < 0.2 else {})}
        run.step(number, step | (refused if draw.random() < 0.2 else {"rules": []}))
    run.step(MOVES, {"rules": [], "settle": True})
    run.step(MOVES, {"at": "15:20:00"})

    assert not run.run("A").holds_something
    assert run.run("A").state in FINAL | NOT_BEGUN
