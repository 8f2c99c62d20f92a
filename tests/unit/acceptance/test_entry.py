"""Acceptance vectors of entries and their orders (executor reference, Appendix C)."""

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.instant import SECOND
from engine.domain.messages import OpenSession
from engine.domain.multileg.states import PortfolioState, SignalAction
from engine.domain.order import OrderStatus, Purpose
from engine.domain.settings.risk_limits import RiskLimits
from tests.helpers.core_desk import ACCOUNT, LOT, P1, Desk, leg, portfolio
from tests.unit.runtime.outgoing import Desk as OutgoingDesk

LEVEL = {"type": "underlying_level", "price": {"type": "typed", "price": "25000"}, "direction": "crosses up"}


def waiting(entry, *legs, **fields):
    desk = Desk()
    desk.add(portfolio(*(legs or (leg("SELL", "CE"),)), entry=entry, **fields))
    return desk


def starts(desk):
    return [fact for fact in desk.facts if isinstance(fact, f.PortfolioStarted)]


def spot(desk, price):
    desk.wait(1)
    desk.quote({"spot": price})


def test_T26_a_fill_that_comes_half_a_minute_after_an_exit_during_the_entry_is_mopped_up():
    # T26: exit during entry, late fill 30 s after → mop-up exit auto-sent; flat verified.
    desk = waiting({"type": "manual"})
    entry = desk.requests()[0]
    desk.report(entry.order_id, OrderStatus.OPEN)
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    desk.report(entry.order_id, OrderStatus.CANCELLED)
    desk.books()

    desk.wait(30)
    desk.chain()
    desk.report(entry.order_id, OrderStatus.CANCELLED, filled=LOT, price="120")
    desk.books()
    exits = [request for request in desk.requests() if request.purpose is Purpose.EXIT]
    desk.fill_all()

    assert [(one.side.value, one.quantity) for one in exits] == [("BUY", LOT)]
    assert desk.state.books.portfolios[P1].leg(1).net_quantity == 0


def test_T27_a_second_signal_within_five_seconds_is_ignored():
    # T27: duplicate webhook in 5 s → second ignored (the relay that answers HTTP 200 stands outside the engine).
    desk = waiting({"type": "signal", "token": "s3cret-word"})

    def send():
        return desk.say(c.Signal(at=desk.now, name="Test", token="s3cret-word", action=SignalAction.START))

    send()
    desk.wait(5)
    second = send()

    assert len(starts(desk)) == 1
    assert [type(fact) for fact in second] == [f.CommandRefused]


def test_T28_an_order_without_an_answer_that_is_found_complete_is_adopted():
    # T28: order timeout, later found COMPLETE by tag → adopted, no second order.
    desk = waiting({"type": "manual"})
    request = desk.requests()[0]
    desk.report(request.order_id, OrderStatus.UNKNOWN)

    desk.wait(20)
    desk.chain()
    desk.books(desk.as_book_row(request, OrderStatus.COMPLETE, LOT, "119.90"), net={request.instrument: -LOT})

    assert len(desk.requests()) == 1
    assert desk.state.books.portfolios[P1].leg(1).entered_quantity == LOT


def test_T29_an_order_that_three_fresh_books_do_not_show_is_tried_once_more_under_another_tag():
    # T29: order timeout, absent after 3 polls → 1 retry with attempt+1 tag. Ours waits two minutes as well.
    desk = waiting({"type": "manual"}, execution={"entry_timeout": 600})
    request = desk.requests()[0]
    desk.report(request.order_id, OrderStatus.UNKNOWN)

    for _ in range(4):
        desk.wait(50)
        desk.chain()
        desk.books()
    desk.timer(2)

    tags = [one.order_id for one in desk.requests()]
    assert len(tags) == len(set(tags)) == 2
    assert desk.state.books.portfolios[P1].leg(1).attempt == 2


def test_T34_a_crossing_fires_once():
    # T34: underlying level 25,000 crossing 24,990→25,010 → one trigger.
    desk = waiting(LEVEL)

    for price in ("24990", "25010", "24990", "25010"):
        spot(desk, price)

    assert len(starts(desk)) == 1


def test_T35_a_crossing_that_happened_during_a_restart_fires_at_the_first_tick():
    # T35: crossover at restart: first tick 25,050 → trigger (gap rule); ruling 13: against the last persisted side.
    desk = waiting(LEVEL)
    spot(desk, "24990")
    stale = desk.state.books.stale_after
    desk.say(OpenSession(at=desk.now, account=ACCOUNT, lineage="T", limits=RiskLimits(), stale_after=stale))
    desk.books()

    spot(desk, "25050")

    assert len(starts(desk)) == 1


def test_T38_an_order_above_the_freeze_quantity_is_split():
    # T38: 3,900 qty NIFTY → 1,755 + 1,755 + 390.
    desk = waiting({"type": "manual"}, leg("SELL", "CE", lots=60))

    assert [request.quantity for request in desk.requests()] == [1_755, 1_755, 390]


def test_T47_thirty_orders_leave_eight_a_second_and_exits_first():
    # T47: OPS: 30 orders requested in 1 s → ≤ 8–10 in the first second, exits first. Ruling 17: at most 8.
    desk = OutgoingDesk(orders_per_second=8)
    for number in range(1, 31):
        desk.request(f"O{number}", Purpose.EXIT if number > 26 else Purpose.ENTRY)

    desk.release()

    placed = [order_id for at, kind, order_id in desk.gateway.log if kind == "place"]
    assert len(placed) == 8
    assert placed[:4] == ["O27", "O28", "O29", "O30"]
    first = desk.gateway.log[0][0]
    assert all(at - first < SECOND for at, _, _ in desk.gateway.log)


def test_F10_a_stop_while_others_still_enter_ends_the_entry():
    # Failure path F10: exit that leg at once; default abort entry.
    sold = leg("SELL", "CE", stop_loss={"basis": "premium percent", "distance": "25"})
    desk = waiting({"type": "manual"}, sold, leg("SELL", "PE"))
    desk.fill(desk.requests()[0])

    desk.wait(6)
    desk.quote({(24850, "CE"): "160"})
    desk.wait(1)
    desk.quote({(24850, "CE"): "160"})

    run = desk.state.books.portfolios[P1]
    assert run.state is PortfolioState.EXITING
    assert "leg 1 was stopped" in run.exit_why
