"""The state tables walked whole: every state is reached, and from every one that is not final there is a way out.

A state added to PortfolioState or LegState fails here until it has a row: how it is reached, and where each event of
the rulings on the state tables (executor reference §0.6) takes it from there.
"""

from typing import Any

import pytest

from engine.domain.multileg.states import FINAL, LEG_DONE, LegState, PortfolioState
from tests.helpers.scenario import ScenarioRun

P, L = PortfolioState, LegState
TIMES = {"start": "09:20", "end": "09:30", "square_off": "09:40"}
REFUSED = "RESTRICTED: no"

# --- how a state is reached ------------------------------------------------------------------------------------------

WING = {"side": "BUY", "kind": "CE", "strike": {"type": "atm", "steps": 4}}
CALL = {"side": "SELL", "kind": "CE"}
PUT = {"side": "SELL", "kind": "PE"}


def declared(*legs: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A portfolio that is entered by hand and squares off at 09:40."""
    return {"name": "A", "entry": "manual", "schedule": TIMES, "legs": list(legs), **fields}


RANGE = {"range_start": "09:20", "range_end": "09:25", "entry_end": "09:30"}
UNKNOWN = {
    "leg_filters": [{"legs": "calls", "day_change": {"low": "-40", "high": "10"}}],
    "unmet": "keep waiting",
}
"""Nobody knows what the contract closed at yesterday."""
LATER = declared(PUT, entry="time", schedule={**TIMES, "start": "09:25"})
SLOW = {"leg_order": "one by one"}
KEPT = {"on_leg_failure": "keep placed legs"}
EXITED = {"on_leg_failure": "exit placed legs"}


def refuse(leg: int) -> dict[str, Any]:
    """A broker that refuses one leg for good."""
    return {"rules": [{"leg": leg, "purpose": "ENTRY", "do": "reject", "words": REFUSED}], "add": "A"}


START = {"add": "A"}
REST = {"rules": [{"purpose": "ENTRY", "do": "rest"}], "add": "A"}
EXIT_RESTS = {"rules": [{"purpose": "EXIT", "do": "rest"}], "command": "square_off_portfolio"}
EXIT_REFUSED = {
    "rules": [{"purpose": "EXIT", "do": "reject", "words": "RMS: no", "times": 4}],
    "command": "square_off_portfolio",
}

PORTFOLIOS: dict[PortfolioState, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    P.IDLE: (declared(PUT), [{"command": {"type": "add_portfolio", "portfolio": "A"}}]),
    P.DISABLED: (
        declared(PUT),
        [{"command": {"type": "add_portfolio", "portfolio": "A"}}, {"command": "disable_portfolio"}],
    ),
    P.WAITING: (LATER, [START]),
    P.ENTERING: (declared(PUT), [REST]),
    P.HELD: (
        declared(WING, CALL),
        [{"rules": [{"leg": 2, "do": "reject", "words": "SYSTEM: busy"}], **START}, {"rules": [], "restart": True}],
    ),
    P.RUNNING: (declared(PUT), [START]),
    P.RUNNING_PARTIAL: (declared(CALL, PUT, execution=KEPT), [refuse(1)]),
    P.EXITING: (declared(PUT), [START, EXIT_RESTS]),
    P.EXIT_BLOCKED: (declared(PUT), [START, EXIT_REFUSED, {"at": "09:20:05"}]),
    P.COMPLETED: (declared(PUT), [START, {"command": "square_off_portfolio"}]),
    P.FAILED: (declared(WING, PUT, execution=EXITED), [refuse(2)]),
    P.REJECTED: (declared(PUT), [refuse(1)]),
}
"""How each state is reached: a portfolio, and the steps after which it stands there."""

LEGS: dict[LegState, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    L.IDLE_LEG: (declared(PUT, {**CALL, "idle": True}), [START]),
    L.SCHEDULED: (declared(PUT, {**CALL, "start": "09:30"}), [START]),
    L.WAIT_TRADE: (declared(PUT, {**CALL, "wait": {"move": -5}}), [START]),
    L.WAIT_RBO: (declared({**PUT, "breakout_exempt": True}, CALL, range_breakout=RANGE), [START]),
    L.WAIT_CONDITION: (declared(PUT, CALL, extra_conditions=UNKNOWN), [START]),
    L.WAIT_STOP: (declared(PUT, CALL, execution={"pricing": "stop limit"}), [START]),
    L.WAIT_REENTRY: (
        declared(PUT, {**CALL, "stop_loss": {"distance": 25}, "on_stop": ["re_enter"]}),
        [START, {"prices": {"24850CE": "151"}}, {}],
    ),
    L.SL_CONFIRM: (
        declared(PUT, {**CALL, "stop_loss": {"distance": 25}, "confirmation": {"seconds": 900}}),
        [START, {"prices": {"24850CE": "151"}}],
    ),
    L.WAITING: (LATER, [START]),
    L.RESOLVED: (declared(PUT, CALL, execution=SLOW | KEPT), [REST, {}]),
    L.ENTERING: (declared(PUT), [REST]),
    L.OPEN: (declared(PUT), [START]),
    L.EXITING: (declared(PUT), [START, EXIT_RESTS]),
    L.CLOSED: (declared(PUT, CALL), [START, {"command": {"type": "square_off_leg", "leg": 1}}]),
    L.ENTRY_FAILED: (declared(CALL, PUT, execution=KEPT), [refuse(1)]),
    L.CANCELLED: (declared(WING, CALL, PUT, execution=KEPT), [refuse(1)]),
}
"""How each state is reached by a leg."""

WATCHED_LEG = dict.fromkeys(
    (
        L.IDLE_LEG,
        L.SCHEDULED,
        L.WAIT_TRADE,
        L.WAIT_RBO,
        L.WAIT_CONDITION,
        L.WAIT_STOP,
        L.SL_CONFIRM,
        L.RESOLVED,
        L.CANCELLED,
    ),
    2,
) | {L.WAIT_REENTRY: 3}
"""Where another leg than the first is the one that stands there; an execution that follows has the next number."""

# --- what can happen to it -------------------------------------------------------------------------------------------

EVENTS: dict[str, list[dict[str, Any]]] = {
    "kill switch": [{"command": {"type": "trip_kill_switch", "level": "FLATTEN", "reason": "enough"}}],
    "by hand": [{"command": "square_off_portfolio"}],
    "End": [{"at": "09:30:00"}],
    "SqOff": [{"at": "09:40:00"}],
    "fill": [{"settle": True}],
    "session loss": [
        {"feed": "silent", "report": {"type": "connection_report", "channel": "ORDERS", "connected": False}},
        {"at": "09:20:20"},
        {"feed": "on", "report": {"type": "connection_report", "channel": "ORDERS", "connected": True}},
        {"at": "09:20:22"},
    ],
    "restart": [{"restart": True}],
}
"""The events of the rulings, as steps."""

AFTER: dict[PortfolioState, tuple[PortfolioState, ...]] = {
    # state:            kill switch  by hand      End          SqOff        fill         session loss restart
    P.IDLE:            (P.IDLE,      P.COMPLETED, P.IDLE,      P.IDLE,      P.IDLE,      P.IDLE,      P.IDLE),
    P.DISABLED:        (P.DISABLED,  P.COMPLETED, P.DISABLED,  P.DISABLED,  P.DISABLED,  P.DISABLED,  P.DISABLED),
    P.WAITING:         (P.COMPLETED, P.COMPLETED, P.RUNNING,   P.COMPLETED, P.WAITING,   P.WAITING,   P.WAITING),
    P.ENTERING:        (P.COMPLETED, P.COMPLETED, P.REJECTED,  P.REJECTED,  P.RUNNING,   P.ENTERING,  P.HELD),
    P.HELD:            (P.EXITING,   P.EXITING,   P.HELD,      P.COMPLETED, P.HELD,      P.HELD,      P.HELD),
    P.RUNNING:         (P.COMPLETED, P.COMPLETED, P.RUNNING,   P.COMPLETED, P.RUNNING,   P.RUNNING,   P.RUNNING),
    P.RUNNING_PARTIAL: (P.COMPLETED, P.COMPLETED, P.RUNNING_PARTIAL, P.COMPLETED, P.RUNNING_PARTIAL,
                        P.RUNNING_PARTIAL, P.RUNNING_PARTIAL),
    P.EXITING:         (P.EXITING,   P.EXITING,   P.EXITING,   P.EXITING,   P.COMPLETED, P.EXITING,   P.EXITING),
    P.EXIT_BLOCKED:    (P.EXIT_BLOCKED, P.EXIT_BLOCKED, P.COMPLETED, P.COMPLETED, P.EXIT_BLOCKED, P.COMPLETED,
                        P.EXIT_BLOCKED),
}  # fmt: skip
"""Where each event takes each state that is not final, the broker going on as it did; HELD exits wait for a quote."""

LEG_AFTER: dict[LegState, tuple[LegState, ...]] = {
    # state:       kill switch  by hand      End          SqOff        fill         session loss restart
    L.WAITING:     (L.CANCELLED, L.CANCELLED, L.OPEN,      L.CLOSED,    L.WAITING,   L.WAITING,   L.WAITING),
    L.IDLE_LEG:    (L.CANCELLED, L.CANCELLED, L.CANCELLED, L.CANCELLED, L.IDLE_LEG, L.IDLE_LEG, L.IDLE_LEG),
    L.SCHEDULED:   (L.CANCELLED, L.CANCELLED, L.CANCELLED, L.CANCELLED, L.SCHEDULED, L.SCHEDULED, L.SCHEDULED),
    L.WAIT_TRADE:  (L.CANCELLED, L.CANCELLED, L.CANCELLED, L.CANCELLED, L.WAIT_TRADE, L.WAIT_TRADE, L.WAIT_TRADE),
    L.WAIT_RBO:    (L.CANCELLED, L.CANCELLED, L.CANCELLED, L.CANCELLED, L.WAIT_RBO, L.WAIT_RBO, L.WAIT_RBO),
    L.WAIT_CONDITION: (L.CANCELLED, L.CANCELLED, L.CANCELLED, L.CANCELLED, L.WAIT_CONDITION, L.WAIT_CONDITION,
                       L.WAIT_CONDITION),
    L.WAIT_STOP:   (L.CANCELLED, L.CANCELLED, L.CANCELLED, L.CANCELLED, L.OPEN,      L.WAIT_STOP, L.WAIT_STOP),
    L.WAIT_REENTRY: (L.CANCELLED, L.CANCELLED, L.CANCELLED, L.CANCELLED, L.WAIT_REENTRY, L.WAIT_REENTRY,
                     L.WAIT_REENTRY),
    L.SL_CONFIRM:  (L.CLOSED,   L.CLOSED,    L.SL_CONFIRM, L.CLOSED,   L.SL_CONFIRM, L.SL_CONFIRM, L.SL_CONFIRM),
    L.RESOLVED:    (L.CANCELLED, L.CANCELLED, L.ENTRY_FAILED, L.ENTRY_FAILED, L.OPEN, L.RESOLVED, L.RESOLVED),
    L.ENTERING:    (L.CANCELLED, L.CANCELLED, L.ENTRY_FAILED, L.ENTRY_FAILED, L.OPEN, L.ENTERING, L.ENTERING),
    L.OPEN:        (L.CLOSED,   L.CLOSED,    L.OPEN,      L.CLOSED,    L.OPEN,      L.OPEN,      L.OPEN),
    L.EXITING:     (L.EXITING,  L.EXITING,   L.EXITING,   L.EXITING,   L.CLOSED,    L.EXITING,   L.EXITING),
}  # fmt: skip
"""The same for the leg."""


def standing(reached: tuple[dict[str, Any], list[dict[str, Any]]]) -> ScenarioRun:
    """A run whose portfolio stands where its steps took it."""
    portfolio, steps = reached
    run = ScenarioRun({"portfolios": [portfolio], "steps": [{"add": "A"}]})
    for number, step in enumerate(steps):
        run.step(number, step)
    return run


def happens(run: ScenarioRun, event: str) -> None:
    """Let an event happen."""
    for number, step in enumerate(EVENTS[event]):
        run.step(number, step)


def final(run: ScenarioRun) -> bool:
    return run.run("A").state in FINAL and not run.run("A").holds_something


def test_every_state_has_a_row():
    assert set(PORTFOLIOS) == set(PortfolioState)
    assert set(AFTER) == set(PortfolioState) - FINAL
    assert set(LEGS) == set(LegState)
    assert set(LEG_AFTER) == set(LegState) - LEG_DONE


@pytest.mark.parametrize("state", PORTFOLIOS, ids=lambda state: state.value)
def test_every_state_of_a_portfolio_is_reached(state):
    assert standing(PORTFOLIOS[state]).run("A").state is state


@pytest.mark.parametrize("state", LEGS, ids=lambda state: state.value)
def test_every_state_of_a_leg_is_reached(state):
    run = standing(LEGS[state])

    assert run.run("A").legs[WATCHED_LEG.get(state, 1) - 1].state is state


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", AFTER, ids=lambda state: state.value)
def test_every_event_has_its_answer_in_every_state(state, event):
    run = standing(PORTFOLIOS[state])

    happens(run, event)

    expected = AFTER[state][list(EVENTS).index(event)]
    assert run.run("A").state is expected, run.log()


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", LEG_AFTER, ids=lambda state: state.value)
def test_every_event_has_its_answer_in_every_state_of_a_leg(state, event):
    run = standing(LEGS[state])

    happens(run, event)

    expected = LEG_AFTER[state][list(EVENTS).index(event)]
    assert run.run("A").legs[WATCHED_LEG.get(state, 1) - 1].state is expected, run.log()


@pytest.mark.parametrize("way", ["kill switch", "by hand", "SqOff"])
@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", AFTER, ids=lambda state: state.value)
def test_whatever_happens_there_is_a_way_out(state, event, way):
    run = standing(PORTFOLIOS[state])
    happens(run, event)

    if not final(run) and not (way == "SqOff" and event == "SqOff"):
        happens(run, way)
    run.step(99, {"settle": True, "rules": [], "broker": "fill"})
    run.step(99, {"at": "09:43:00", "settle": True})

    never_started = state in (P.IDLE, P.DISABLED) and run.run("A").state is state
    assert final(run) or never_started, run.log()


@pytest.mark.parametrize("purpose", ["ENTRY", "EXIT"])
def test_an_unknown_outcome_is_reached_from_entries_and_exits_and_left_by_the_books(purpose):
    lost = {"rules": [{"purpose": purpose, "do": "unknown", "truth": "filled"}], "books": "off"}
    run = ScenarioRun({"portfolios": [declared(PUT)], "steps": [{"add": "A"}]})
    run.step(1, {**lost, "add": "A"})
    if purpose == "EXIT":
        run.step(2, {"command": "square_off_portfolio"})
    unknown = run.order_statuses()

    run.step(3, {"at": "09:20:30", "books": "now"})

    assert "UNKNOWN" in unknown
    assert "UNKNOWN" not in run.order_statuses()
    assert run.run("A").state is (P.RUNNING if purpose == "ENTRY" else P.COMPLETED)
