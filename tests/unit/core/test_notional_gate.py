"""The cap on notional value: of a portfolio and of an account, at the gate and when a portfolio is saved."""

from datetime import date
from decimal import Decimal

import pytest

from engine.domain import facts as f
from engine.domain.denial import DenialReason
from engine.domain.multileg.checks import refusals
from engine.domain.multileg.states import PortfolioState
from engine.domain.order import Side
from engine.domain.settings.risk_limits import RiskLimits
from tests.helpers.core_desk import DAY, MASTER, RULES, Desk, leg, portfolio

ONE_LEG = 24_850 * 65
FIXED = {"type": "fixed", "strike": "24850"}


def denials(desk):
    """The reasons of our own refusals so far."""
    return [fact.reason for fact in desk.of(f.OrderDenied)]


@pytest.mark.parametrize(("most", "enters"), [(2 * ONE_LEG, True), (2 * ONE_LEG - 1, False)])
def test_a_basket_beyond_the_portfolios_cap_is_refused_before_its_first_order(most, enters):
    desk = Desk()

    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "PE"), execution={"most_notional": str(most)}))
    desk.fill_all()

    assert bool(desk.requests()) is enters
    assert denials(desk) == ([] if enters else [DenialReason.NOTIONAL])
    assert desk.run.state is (PortfolioState.RUNNING if enters else PortfolioState.REJECTED)


def test_the_accounts_cap_counts_what_other_portfolios_hold():
    desk = Desk(RiskLimits(most_notional=Decimal(2 * ONE_LEG)))
    for name in ("A", "B", "C"):
        desk.add(portfolio(leg("SELL", "CE"), name=name))
        desk.fill_all()

    (refused,) = desk.of(f.OrderDenied)
    assert (refused.reason, refused.portfolio_id) == (DenialReason.NOTIONAL, "P3")
    assert refused.detail == "₹4845750.00 open in TEST together, at most ₹3230500.00"


def test_what_is_closed_counts_no_more():
    desk = Desk()
    declared = portfolio(
        leg("SELL", "CE", on_target=[{"type": "re_execute"}], target={"distance": "10"}),
        execution={"most_notional": str(ONE_LEG)},
    )
    desk.add(declared)
    desk.fill_all()
    desk.wait(1)
    desk.quote({(24850, "CE"): "100"})
    desk.fill_all("100")
    desk.timer(5)
    desk.fill_all("100")

    assert denials(desk) == []
    assert [leg.net_quantity for leg in desk.run.legs] == [0, -65]


@pytest.mark.parametrize(
    ("more", "total"),
    [
        ({}, 2 * ONE_LEG),
        ({"waiting": {"one_side": True}}, ONE_LEG),
    ],
)
def test_strikes_that_are_written_down_are_counted_when_it_is_saved(more, total):
    waits = {"wait": {"move": "-5"}, "strike": FIXED}
    legs = ({"side": "SELL", "kind": "CE", **waits}, {"side": "BUY", "kind": "PE", **waits})
    fits = portfolio(*legs, execution={"most_notional": str(total)}, **more)
    beyond = portfolio(*legs, execution={"most_notional": str(total - 1)}, **more)

    assert refusals(fits, RULES, MASTER, DAY) == []
    assert [error.path for error in refusals(beyond, RULES, MASTER, DAY)] == ["execution.most_notional"]


def test_idle_legs_and_strikes_that_are_chosen_later_are_not_counted_when_it_is_saved():
    legs = (leg("SELL", "CE", lots=50), {"side": "SELL", "kind": "PE", "strike": FIXED, "lots": 50, "idle": True})
    declared = portfolio(*legs, execution={"most_notional": "1000000", "entry_timeout": 3_600})

    assert declared.legs[0].side is Side.SELL
    assert refusals(declared, RULES, MASTER, date(2026, 8, 19)) == []
