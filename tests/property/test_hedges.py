"""Whatever the broker does with hedged legs: never more sold than hedged, nothing doubled, and flat in the end."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.verification.invariants import FactChecks
from engine.domain import commands as c
from engine.domain.identifiers import PortfolioId
from engine.domain.multileg.states import FINAL, LegOrigin, PortfolioState
from engine.domain.order import OrderStatus, Side
from tests.helpers.core_desk import LOT, MASTER, P1, Desk, leg, portfolio, stop
from tests.helpers.hedge_desk import hedge_desk, show_chain

POLICIES = (
    "automatic",
    "keep placed legs",
    "exit placed legs",
    "retry, then exit",
    "resize shorts to the filled wings",
)
WORDS = ("RESTRICTED: no new positions in this strike", "MARGIN: short of funds", "INVALID: no")
AGAIN = ([{"type": "square_off"}], [{"type": "re_enter"}], [{"type": "re_execute"}])

hedges = st.fixed_dictionaries(
    {
        "unsatisfied": st.sampled_from(("stop execution", "skip the leg", "ignore the field")),
        "other_strikes": st.booleans(),
        "sell_on": st.sampled_from(("parent closed", "all shorts closed", "portfolio end")),
        "reuse": st.booleans(),
        "roll": st.booleans(),
    }
)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("fill"), st.integers(0, 3)),
        st.tuples(st.just("part"), st.integers(0, 3)),
        st.tuples(st.just("reject"), st.integers(0, 3), st.sampled_from(WORDS)),
        st.tuples(st.just("cancel"), st.integers(0, 3)),
        st.tuples(st.just("price"), st.sampled_from(("90", "119", "121", "160"))),
        st.tuples(st.just("wait"), st.sampled_from((1, 5, 70))),
        st.tuples(st.just("restart")),
        st.tuples(st.just("leg"), st.integers(1, 6)),
    ),
    min_size=3,
    max_size=25,
)


class Checked:
    """A desk whose facts are held against the invariants as they come."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.checks = FactChecks(MASTER)
        self.quotes: dict[Any, Any] = {"spot": "24850", (24850, "PE"): "115"}
        self._seen = 0
        self.look()

    def look(self) -> None:
        """Hold the new facts against the invariants."""
        for fact in self.desk.facts[self._seen :]:
            broken = [f"{one.number} {one.detail}" for one in self.checks.see(fact)]
            assert not broken, broken
        self._seen = len(self.desk.facts)

    def working(self) -> list[Any]:
        """Answer the orders that the broker may still answer."""
        orders = [self.desk.state.books.orders[one.order_id] for one in self.desk.requests()]
        return [order for order in orders if order.is_working]

    def happen(self, what: tuple[Any, ...]) -> None:
        """Let one thing happen."""
        desk, orders = self.desk, self.working()
        if what[0] in ("fill", "part", "reject", "cancel") and orders:
            self.answer(what, orders[what[1] % len(orders)])
        elif what[0] == "price":
            desk.quote({(24850, "CE"): what[1]})
        elif what[0] == "wait":
            self.pass_time(what[1])
        elif what[0] == "restart":
            desk.die()
            desk.open_session()
            self.books()
            show_chain(desk)
            self.checks.resumed_by_hand.add(P1)
            desk.say(c.ResumePortfolio(at=desk.now, portfolio_id=P1))
        elif what[0] == "leg" and what[1] <= len(desk.run.legs):
            desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=PortfolioId(P1), leg_id=what[1]))
        self.look()

    def answer(self, what: tuple[Any, ...], order: Any) -> None:
        """Let the broker answer an order."""
        price = "120" if order.limit_price is None else str(order.limit_price / 10_000)
        match what[0]:
            case "fill":
                self.desk.report(order.order_id, OrderStatus.COMPLETE, order.quantity, price)
            case "part":
                filled = min(order.filled + LOT, order.quantity)
                done = OrderStatus.COMPLETE if filled == order.quantity else OrderStatus.OPEN
                self.desk.report(order.order_id, done, filled, price)
            case "reject" if order.filled == 0 and order.status in (OrderStatus.NEW, OrderStatus.SENT):
                self.desk.report(order.order_id, OrderStatus.REJECTED, words=what[2])
            case "cancel":
                self.desk.report(order.order_id, OrderStatus.CANCELLED, order.filled, price, "cancelled")

    def books(self) -> None:
        """Show the broker's books: every order that is under way rests there as far as we know."""
        rows = []
        for request in self.desk.requests():
            order = self.desk.state.books.orders[request.order_id]
            if order.is_working:
                status = OrderStatus.OPEN
                rows.append(self.desk.as_book_row(request, status, order.filled, "120"))
        self.desk.books(*rows)

    def pass_time(self, seconds: int) -> None:
        """Let time pass in small steps with quotes, timers and books."""
        for _ in range(min(seconds, 10)):
            self.desk.wait(seconds / min(seconds, 10))
            self.books()
            self.desk.quote(self.quotes)
            self.desk.timer()
            self.look()


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    hedge=hedges,
    execution=st.fixed_dictionaries({"on_leg_failure": st.sampled_from(POLICIES), "buy_first": st.booleans()}),
    again=st.sampled_from(AGAIN),
    lots=st.integers(1, 3),
    path=happenings,
)
def test_hedged_legs_are_never_naked_and_end_flat(hedge, execution, again, lots, path):
    desk = hedge_desk()
    call = leg("SELL", "CE", hedge_required=True, lots=lots, stop_loss=stop(25), on_stop=again)
    put = leg("SELL", "PE", hedge_required=True)
    desk.add(portfolio(call, put, dynamic_hedge=hedge, execution=execution))
    checked = Checked(desk)

    for what in path:
        checked.happen(what)
    if desk.run.state not in FINAL:
        desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    for _ in range(12):
        for order in checked.working():
            checked.answer(("fill",), order)
        checked.pass_time(40)

    assert desk.run.state in FINAL
    assert all(one.net_quantity == 0 for one in desk.run.legs)
    hedged = [one for one in desk.run.legs if one.origin is LegOrigin.HEDGE]
    assert desk.run.state is PortfolioState.REJECTED or hedged


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    path=happenings,
    spots=st.lists(st.sampled_from(("24850", "24980", "24700", "25100")), min_size=1, max_size=6),
    instrument=st.sampled_from(("near future", "option leg")),
)
def test_a_delta_band_never_turns_a_position_round_and_ends_flat(path, spots, instrument):
    desk = hedge_desk()
    legs = [leg("SELL", kind, lots=10) for kind in ("CE", "PE")]
    desk.add(portfolio(*legs, delta_band={"confirm": 1, "pause": 5, "band": "40", "instrument": instrument}))
    checked = Checked(desk)
    desk.fill_all()
    future = next(row for row, one in enumerate(MASTER.instruments) if one.kind.value == "FUT")

    def show_future() -> None:
        desk.state.board.values[future, :] = desk.state.board.values[desk.row("spot"), :]
        desk.state.board.arrived_at[future] = desk.now

    for number, what in enumerate(path):
        spot = spots[number % len(spots)]
        show_future()
        beyond = int(spot) - 24850
        checked.quotes = {
            "spot": spot,
            (24850, "CE"): str(100 + max(0, beyond)),
            (24850, "PE"): str(100 - min(0, beyond)),
        }
        checked.pass_time(5)
        checked.happen(what)
    if desk.run.state not in FINAL:
        desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    for _ in range(12):
        show_future()  # A restart forgets it.
        for order in checked.working():
            checked.answer(("fill",), order)
        checked.pass_time(40)

    assert desk.run.state in FINAL
    assert all(one.net_quantity == 0 for one in desk.run.legs)
    if instrument == "option leg":
        hedges = [one for one in desk.run.legs if one.origin is LegOrigin.DELTA]
        assert all(one.leg.side is Side.BUY and one.leg.kind.kind.is_option for one in hedges)
