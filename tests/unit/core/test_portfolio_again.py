"""What follows the close of a whole portfolio: its next execution, now, on complete, or at its entry premium."""

from typing import Any

from engine.core.state import EngineState
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from tests.helpers.action_desk import P1, again, hit, later, run_of, running, sold
from tests.helpers.core_desk import ACCOUNT, Desk, leg, portfolio


def re_execute(when: str = "now", times: int = 1) -> dict[str, Any]:
    return {"type": "re_execute_portfolio", "when": when, "times": {"type": "up_to", "times": times}}


def test_the_portfolio_is_executed_again_after_it_is_flat_and_the_safety_time() -> None:
    desk = running(sold("CE", re_execute()), leg("SELL", "PE"))
    hit(desk, "150")

    assert (desk.run.state, desk.run.execution) == (PortfolioState.WAITING, 2)
    assert desk.state.wakes[P1] == desk.now + 5_000_000
    desk.quote({(24850, "CE"): "120"})
    later(desk, 5)
    assert desk.run.state is PortfolioState.RUNNING
    assert [(one.number, one.execution, one.state) for one in desk.run.legs[2:]] == [
        (1, 2, LegState.OPEN), (2, 2, LegState.OPEN)
    ]  # fmt: skip


def test_it_is_executed_again_as_often_as_declared_and_then_it_is_complete() -> None:
    desk = running(sold("CE", re_execute(times=2)))

    for _ in range(3):
        hit(desk, "150")
        desk.quote({(24850, "CE"): "120"})
        later(desk, 5)

    assert (desk.run.state, desk.run.execution) == (PortfolioState.COMPLETED, 3)
    assert "as often as declared" in desk.of(f.PortfolioReentryBlocked)[0].why
    assert desk.run.exit_reason is ExitReason.LEG_SL
    assert desk.of(f.PortfolioClosed)[0].realised == sum(one.cash for one in desk.run.legs)


def test_on_complete_the_other_legs_go_on_first() -> None:
    desk = running(sold("CE", re_execute("when it is complete")), sold("PE"))
    hit(desk, "150")
    assert (desk.run.state, desk.run.execution) == (PortfolioState.RUNNING, 1)

    hit(desk, "150", "PE")
    desk.quote({(24850, "CE"): "120", (24850, "PE"): "120"})
    later(desk, 5)

    assert (desk.run.state, desk.run.execution) == (PortfolioState.RUNNING, 2)


def test_at_entry_price_it_waits_for_the_premium_of_the_contracts_it_had() -> None:
    desk = running(sold("CE", re_execute("at its entry premium")), leg("SELL", "PE"))
    hit(desk, "150")
    desk.quote({"spot": "24900"})
    later(desk, 10)
    assert desk.run.state is PortfolioState.WAITING

    desk.quote({"spot": "24900", (24850, "CE"): "121", (24850, "PE"): "119"})
    desk.fill_all("120")

    assert desk.run.state is PortfolioState.RUNNING
    assert desk.run.legs[2].instrument.endswith("24850CE") or desk.run.legs[2].instrument.endswith("24900CE")


def test_at_entry_price_with_the_same_strikes_the_contracts_are_kept() -> None:
    desk = running(sold("CE", re_execute("at its entry premium, same strikes")), leg("SELL", "PE"))
    hit(desk, "150")
    desk.wait(10)

    desk.quote({"spot": "24950", (24850, "CE"): "120", (24850, "PE"): "120"})
    desk.fill_all("120")

    assert [one.instrument for one in desk.run.legs[2:]] == [one.instrument for one in desk.run.legs[:2]]
    assert desk.run.state is PortfolioState.RUNNING


def test_what_an_execution_had_come_to_is_forgotten_by_the_next() -> None:
    desk = running(sold("CE", re_execute()), leg("SELL", "PE"),
                   profit_lock={"reach": 500, "lock": 100, "every": 1000, "by": 500})  # fmt: skip
    desk.quote({(24850, "PE"): "50"})
    assert desk.run.floor is not None

    hit(desk, "150")

    run = desk.run
    assert (run.floor, run.trailed_stop, run.combined_premium, run.exit_reason) == (None, None, None, None)


def test_after_end_it_is_not_executed_again() -> None:
    desk = running(sold("CE", re_execute()), schedule={"end": "09:21:00"})
    later(desk, 120)

    hit(desk, "150")

    assert desk.run.state is PortfolioState.COMPLETED
    assert "nothing is executed again" in desk.of(f.PortfolioReentryBlocked)[0].why


def test_a_wait_for_the_entry_premium_is_given_up_at_end() -> None:
    desk = running(sold("CE", re_execute("at its entry premium")), schedule={"end": "10:00:00"})
    hit(desk, "150")

    later(desk, 2_400)

    assert (desk.run.state, desk.run.exit_reason) == (PortfolioState.COMPLETED, ExitReason.LEG_SL)
    assert "not executed again until 10:00:00" in desk.run.exit_why


def test_a_square_off_by_hand_ends_what_waits_to_be_executed_again() -> None:
    desk = running(sold("CE", re_execute()))
    hit(desk, "150")

    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    later(desk, 60)

    assert desk.run.state is PortfolioState.COMPLETED
    assert desk.of(f.PortfolioClosed)[0].realised == desk.run.legs[0].cash


def test_a_re_execution_survives_a_restart_while_it_waits() -> None:
    desk = running(sold("CE", re_execute()))
    hit(desk, "150")

    again(desk)
    later(desk, 5)

    assert (desk.run.state, desk.run.execution) == (PortfolioState.RUNNING, 2)


def test_a_restart_in_the_middle_of_the_exit_forgets_nothing_of_what_follows() -> None:
    desk = running(sold("CE", re_execute()), leg("SELL", "PE"))
    desk.quote({(24850, "CE"): "150"})
    desk.fill(desk.pending()[0], "150")
    assert desk.run.state is PortfolioState.EXITING

    again(desk)
    desk.books(*[desk.as_book_row(one, desk.state.books.orders[one.order_id].status, one.quantity, "120")
                 for one in desk.requests()])  # fmt: skip
    for request in desk.requests():
        if desk.state.books.orders[request.order_id].is_working:
            desk.fill(request, "120")
    later(desk, 130)
    later(desk, 5)

    assert desk.run.execution == 2


def test_another_portfolio_may_follow_the_close() -> None:
    desk = Desk()
    desk.say(c.AddPortfolio(at=desk.now, portfolio=portfolio(leg("BUY", "CE", 2), name="Next"), account=ACCOUNT))
    stack = ["square_off_all", {"type": "execute_other", "portfolio": "Next"}]
    desk.add(portfolio(sold("CE", *stack), name="First"))
    desk.fill_all("120")

    hit(desk, "150")

    assert run_of(desk, "First").state is PortfolioState.COMPLETED
    assert run_of(desk, "Next").state is PortfolioState.RUNNING
    assert desk.of(f.PortfolioActionDone)[0].what == "Next is executed"


def test_the_replayed_books_are_the_lived_ones() -> None:
    desk = running(sold("CE", re_execute("at its entry premium")), sold("PE", "re_enter"))
    hit(desk, "150")
    later(desk, 10)

    replayed = EngineState(desk.state.master, desk.state.rules)
    for fact in desk.facts:
        replayed.apply(fact)

    assert replayed.books == desk.state.books
    assert desk.run.again.premium == price_of("240")


def test_waits_may_be_left_out_of_what_is_executed_again() -> None:
    for waits, expected in ((True, LegState.WAIT_TRADE), (False, LegState.OPEN)):
        desk = Desk()
        desk.add(portfolio(sold("CE", re_execute(), wait={"move": "-5"}), reexecution={"wait_again": waits}))
        hit(desk, "114")
        hit(desk, "142.50")
        desk.quote({(24850, "CE"): "120"})
        later(desk, 5)

        assert desk.run.legs[1].state is expected


def test_wings_of_the_execution_before_do_not_keep_the_next_ones_from_being_covered() -> None:
    desk = running(leg("BUY", "CE", 4), sold("CE", re_execute()))
    hit(desk, "150")
    desk.quote({(24850, "CE"): "120"})

    later(desk, 5)

    assert [one.net_quantity for one in desk.run.present] == [65, -65]
    assert not desk.of(f.OrderDenied)
