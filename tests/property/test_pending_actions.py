"""A crash between any two facts loses no action that a hit set off, and carries none out twice."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.verification.invariants import FactChecks
from engine.domain import facts as f
from engine.domain.multileg.states import ACTIVE
from engine.domain.order import OrderStatus
from tests.helpers.action_desk import later
from tests.helpers.core_desk import MASTER, Desk, leg, portfolio, stop

TWICE = {"type": "up_to", "times": 2}
OPENS: list[Any] = [
    {"type": "re_execute", "times": TWICE},
    {"type": "re_execute_first", "times": TWICE},
    {"type": "re_enter", "times": TWICE},
    {"type": "reverse", "times": TWICE},
    {"type": "pyramid", "lots": 1, "times": TWICE},
    {"type": "lazy", "leg": leg("BUY", "PE", 2)},
]
OTHERS: list[Any] = [
    {"type": "execute_leg", "leg": 3},
    {"type": "square_off_leg", "leg": 2},
    "square_off_opposite",
    "square_off_linked",
    "move_to_cost",
    {"type": "execute_other", "portfolio": "Nobody"},
]
stacks = st.tuples(st.sampled_from(OPENS), st.lists(st.sampled_from(OTHERS), max_size=2, unique_by=str)).map(
    lambda drawn: [drawn[0], *drawn[1]]
)
paths = st.lists(
    st.tuples(st.sampled_from(["CE", "PE"]), st.sampled_from(["100", "119", "125", "151", "190"]),
              st.sampled_from([0, 1, 3, 7])),
    min_size=1, max_size=6,
)  # fmt: skip


def lived(stack: list[Any], other: list[Any], path: list[tuple[str, str, int]]) -> Desk:
    """Answer a desk that went along a path of prices, filling every order at 120."""
    other = [action for action in other if action != {"type": "square_off_leg", "leg": 2}]
    desk = Desk()
    desk.add(
        portfolio(
            leg("SELL", "CE", stop_loss=stop(25), on_stop=stack),
            leg("SELL", "PE", stop_loss=stop(25), on_stop=other),
            leg("BUY", "CE", 4, idle=True),
        )
    )
    desk.fill_all("120")
    for kind, price, seconds in path:
        desk.quote({(24850, kind): price})
        desk.fill_all(price)
        later(desk, seconds)
    return desk


def reborn(desk: Desk, facts: list[f.AnyFact]) -> Desk:
    """Answer a desk whose engine died after these facts; the broker had filled every order that was asked."""
    new = Desk()
    new.facts, new.now = list(facts), max(facts[-1].at, new.now)
    new.die()
    new.open_session()
    rows = [
        new.as_book_row(one, OrderStatus.COMPLETE, one.quantity, "120")
        for one in new.requests()
        if new.state.books.orders[one.order_id].is_working
    ]
    new.books(*rows, net=brokers_net(new))
    return new


def brokers_net(desk: Desk) -> dict[str, int]:
    net: dict[str, int] = {}
    for one in desk.requests():
        order = desk.state.books.orders[one.order_id]
        filled = one.quantity if order.is_working else order.filled
        net[one.instrument] = net.get(one.instrument, 0) + one.side.sign * filled
    return net


@settings(max_examples=60, deadline=None)
@given(stacks, stacks, paths, st.floats(min_value=0, max_value=1))
def test_no_action_is_lost_or_doubled_by_a_crash(
    stack: list[Any], other: list[Any], path: list[tuple[str, str, int]], where: float
) -> None:
    before = lived(stack, other, path)
    entered = next(n for n, fact in enumerate(before.facts) if isinstance(fact, f.PortfolioRunning))
    cut = entered + 1 + round(where * (len(before.facts) - entered - 1))

    desk = reborn(before, before.facts[:cut])
    desk.chain()
    for _ in range(4):
        later(desk, 8)

    checks = FactChecks(MASTER)
    broken = [wrong for fact in desk.facts for wrong in checks.see(fact) if wrong.number in (2, 13, 43, 44, 45, 46)]
    assert broken == []
    run = desk.run
    if run.state in ACTIVE:
        assert [todo for one in run.legs for todo in one.todo] == []
    made = sum(one.todos for one in run.legs)
    answers = desk.of(f.ActionDone) + desk.of(f.ReentryBlocked) + [a for a in desk.of(f.LegAdded) if a.answers]
    assert len(answers) == made or run.state not in ACTIVE
