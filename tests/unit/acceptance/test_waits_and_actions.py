"""Acceptance vectors T17 to T22 of the executor reference: wait and trade, re-entries, re-executions."""

from typing import Any

import pytest

from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import ExitReason, LegState, PortfolioState
from engine.schema.load import DeclarationError, load
from tests.helpers.core_desk import LOT, Desk, leg, portfolio, stop


def hit(desk: Desk, price: str, strike: int = 24850, kind: str = "CE") -> list[f.AnyFact]:
    """Show one price of a contract and fill what follows at it."""
    facts = desk.quote({(strike, kind): price})
    return facts + desk.fill_all(price)


# T17: W&T −5 % of 120 → trigger 114.00
def test_T17_a_wait_for_a_fall_of_5_percent_of_120_ends_at_114() -> None:
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", wait={"move": "-5"})))

    (waits,) = desk.of(f.LegWaits)
    assert (waits.state, waits.reference, waits.trigger.value) == (
        LegState.WAIT_TRADE, price_of("120"), price_of("114")
    )  # fmt: skip
    assert not desk.requests()
    assert not desk.quote({(24850, "CE"): "114.05"})
    facts = desk.quote({(24850, "CE"): "114"})
    assert [type(fact) for fact in facts][:2] == [f.LegReleased, f.OrderRequested]


# T18: W&T with trailing reference 132 → 125.40
def test_T18_a_trailed_reference_of_132_ends_the_wait_at_125_40() -> None:
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", wait={"move": "-5", "trail": {"step": "1"}})))

    desk.quote({(24850, "CE"): "132"})
    assert desk.run.legs[0].trigger.value == price_of("125.40")
    desk.quote({(24850, "CE"): "126"})
    assert desk.run.legs[0].trigger.value == price_of("125.40")
    desk.quote({(24850, "CE"): "125.40"})
    assert len(desk.requests()) == 1


# T19: RE-COST SELL: re-enter when LTP ≤ 120 after SL at 150
def test_T19_a_stopped_sale_is_re_entered_when_its_price_is_back_at_the_entry() -> None:
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE", stop_loss=stop(25), on_stop=[{"type": "re_enter"}])))
    desk.fill_all("120")

    hit(desk, "150")
    again = desk.run.legs[1]
    assert (again.state, again.trigger.value, again.trigger.rising) == (
        LegState.WAIT_REENTRY, price_of("120"), False
    )  # fmt: skip
    assert again.instrument == desk.run.legs[0].instrument
    assert desk.run.state is PortfolioState.RUNNING
    hit(desk, "120.05")
    assert again.state is LegState.WAIT_REENTRY
    desk.timer(3)
    hit(desk, "119.95")
    assert again.state is LegState.OPEN
    assert (again.cycle, again.net_quantity) == (2, -LOT)
    hit(desk, "150")
    assert desk.run.state is PortfolioState.COMPLETED
    assert "as often as declared" in desk.of(f.ReentryBlocked)[0].why


# T20: RE-COST, "No ReEntry if SL moved to cost" on, and the stop was at cost → blocked, REENTRY_BLOCKED
def test_T20_a_leg_that_was_stopped_at_cost_is_not_re_entered() -> None:
    desk = Desk()
    sold: dict[str, Any] = {"stop_loss": stop(25), "on_stop": [{"type": "re_enter"}]}
    desk.add(portfolio(leg("SELL", "CE", stop_loss=stop(25)), leg("SELL", "PE", **sold), move_to_cost={}))
    desk.fill_all("120")
    desk.quote({(24850, "PE"): "84"})
    hit(desk, "150")
    assert desk.run.legs[1].stop.value == price_of("120")

    hit(desk, "120", kind="PE")

    (blocked,) = desk.of(f.ReentryBlocked)
    assert blocked.reason is ExitReason.REENTRY_BLOCKED
    assert "moved to cost" in blocked.why
    assert desk.run.state is PortfolioState.COMPLETED


# T21: Re-Execute count 2 → 3 executions total
def test_T21_two_re_executions_make_three_executions() -> None:
    desk = Desk()
    twice = {"type": "re_execute", "times": {"type": "up_to", "times": 2}}
    desk.add(portfolio(leg("SELL", "CE", stop_loss=stop(25), on_stop=[twice])))
    desk.fill_all("120")

    for _ in range(4):
        hit(desk, "150")
        desk.quote({(24850, "CE"): "120"})
        desk.timer(3)
        desk.fill_all("120")

    assert [one.cycle for one in desk.run.legs] == [1, 2, 3]
    assert desk.run.state is PortfolioState.COMPLETED


# T22: Re-Execute + ReEntry stacked → save error
def test_T22_re_execute_and_re_enter_on_one_hit_are_refused_at_save() -> None:
    declared = {"name": "T", "legs": [{"on_stop": [{"type": "re_execute"}, {"type": "re_enter"}]}]}

    with pytest.raises(DeclarationError) as refused:
        load(declared, MultilegPortfolio)

    assert [error.path for error in refused.value.errors] == ["legs[0].on_stop[1]"]
    assert "either re-executed or re-entered" in refused.value.errors[0].reason
