"""The positions panel: groups, gauges, and what is done to a leg, a group or all of it."""

import msgspec
import pytest
from PySide6.QtWidgets import QMenu

from desktop.presentation.theme import built_in_theme
from desktop.viewmodels import held_payoff, position_plans, position_reasons
from desktop.viewmodels.positions import PositionsSource
from desktop.viewmodels.risk_gauges import RiskGauges
from desktop.widgets.gauge_strip import GaugeStrip
from desktop.windows.dialog import QuestionDialog
from desktop.windows.payoff_dialog import PayoffDialog
from desktop.windows.position_dialogs import HedgeDialog, PartLegDialog, RollDialog
from desktop.windows.reason_dialog import ReasonDialog
from engine.domain.commands import SquareOffLeg
from engine.domain.multileg.states import KillLevel, LegOrigin, LegState
from engine.domain.order import Product
from engine.views.positions import Grouping, PositionLevel
from tests.gui.engine_desk import listening, standing_desk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CALL = "NFO:NIFTY26AUG24100CE"


@pytest.fixture
def standing(qapp):
    engine, bridge = standing_desk()
    source = listening(PositionsSource(bridge), bridge)
    source.refresh(0)
    yield engine, bridge, source
    bridge.deleteLater()


@pytest.fixture
def running(open_desk):
    """A whole desk on which the demonstration runs with four open legs."""
    desk = open_desk("2026-08-19T09:19:58", speed=20, workspace="risk")
    desk.window.act("start_demonstration")
    desk.dialog(QuestionDialog).accept()
    desk.wait_until(lambda: "P1" in desk.bridge.portfolios and bool(desk.bridge.portfolios["P1"].running_since))
    panel = desk.panel("positions")
    desk.wait_until(lambda: not desk.bridge.status.seen_from("PAPER", "Default").recovering)
    desk.wait_until(lambda: sum(line.state is LegState.OPEN for line in panel.source.lines) == 4)
    return desk


def leg_of(source, number):
    return next(line for line in source.lines if line.leg_id == number)


def leg_now(desk, number):
    return next(leg for leg in desk.bridge.portfolios["P1"].legs if leg.leg_id == number)


# --- the grid --------------------------------------------------------------------------------------------------------


def test_groups_are_chosen_and_remembered(running, open_desk):
    panel = running.panel("positions")

    panel.group_box.setCurrentIndex(list(Grouping).index(Grouping.CONTRACT))
    running.wait_until(lambda: any(line.level is PositionLevel.CONTRACT for line in panel.source.lines))
    panel.closed_too.setChecked(False)

    assert panel.context() == {"grouping": "contract", "closed": "no"}
    assert panel.shows() == "by contract"
    again = type(panel)(panel._desk, panel._links, {"grouping": "contract", "closed": "no"}, running.window)
    assert again.source.grouping is Grouping.CONTRACT
    assert not again.closed_too.isChecked()
    strange = type(panel)(panel._desk, panel._links, {"grouping": "of my own"}, running.window)
    assert strange.source.grouping is Grouping.UNDERLYING_EXPIRY_PORTFOLIO


def test_a_lines_legs_are_its_own(standing):
    _, _, source = standing

    assert len(source.legs_of(source.total)) == 4
    assert [row.leg_id for row in source.legs_of(leg_of(source, 3))] == [3]


def test_books_that_differ_show_a_button_and_what_is_not_ours(running):
    panel, bridge = running.panel("positions"), running.bridge
    account = bridge.status.accounts[0]
    status = msgspec.structs.replace(
        bridge.status, accounts=(msgspec.structs.replace(account, drift=((CALL, -130, -65),)),)
    )

    bridge.status = status
    panel._seen = None
    panel.source._seen_snapshot = -1
    panel.refresh(10**9)

    assert panel.drift_button.isVisibleTo(panel)
    assert panel._hint.text() == "≠ 1 contract differs"
    assert panel.source.lines[-1].level is PositionLevel.FOREIGN
    panel.deeds.accept_drift()
    dialog = running.dialog(ReasonDialog)
    assert "our books say −130, the broker −65" in dialog.findChild(type(panel._hint)).text()
    dialog.reject()


# --- gauges ----------------------------------------------------------------------------------------------------------


def test_gauges_tell_risk_with_numbers_and_their_parts(standing):
    _, bridge, source = standing

    gauges = {one.title: one for one in RiskGauges().gauges(source.underlyings, source.held, bridge.status)}

    assert list(gauges)[:3] == ["Day P&L ₹", "Net Δ ₹/1%", "Margin used"]
    assert gauges["Θ ₹/day"].text.startswith("+")
    assert gauges["V ₹/pt"].fraction == -1.0
    assert "NIFTY: " in gauges["Γ ₹/1%"].tip


def test_a_gauge_near_its_limit_warns_by_more_than_colour(standing):
    _, bridge, source = standing
    account = bridge.status.accounts[0]
    full = msgspec.structs.replace(account, is_open=True, margin_used=9_000, margin_free=1_000)
    status = msgspec.structs.replace(bridge.status, accounts=(full,))

    gauges = {one.title: one for one in RiskGauges().gauges(source.underlyings, source.held, status)}

    assert gauges["Margin used"].text == "90 % ⚠"


def test_a_narrow_strip_shows_the_most_important_gauges(standing, qtbot):
    _, bridge, source = standing
    strip = GaugeStrip(built_in_theme(), "Risk gauges")
    qtbot.addWidget(strip)
    strip.show_gauges(RiskGauges().gauges(source.underlyings, source.held, bridge.status))

    strip.resize(220, strip.sizeHint().height())
    narrow = [one.title for one in strip.shown()]
    strip.resize(900, strip.sizeHint().height())

    assert narrow == ["Day P&L ₹", "Net Δ ₹/1%"]
    assert len(strip.shown()) == 6
    assert "Margin used" in strip.accessibleDescription()


# --- plans and reasons -----------------------------------------------------------------------------------------------


def test_the_plan_of_a_part_books_its_share(standing):
    _, bridge, source = standing
    row = leg_of(source, 3)

    plan = position_plans.part_plan(row, 1, bridge.quotes)

    assert (plan.quantity, plan.of) == (65, 2)
    assert plan.books == (row.average_price - plan.price) * 65
    assert plan.sentence(row.name).startswith("Buy 1 of 2 lots (65) of NIFTY 25 Aug 24100 CE at about ₹")


def test_a_roll_counts_what_both_halves_bring(standing):
    _, bridge, source = standing
    row = leg_of(source, 3)

    plan = position_plans.roll_plan([row], 4, None, bridge.master, bridge.quotes)

    leg = plan.legs[0]
    assert leg.to.strike - row.strike == 4 * 500_000
    assert leg.cash == (leg.opens_at - leg.closes_at) * 130
    assert position_plans.roll_plan([row], 0, None, bridge.master, bridge.quotes).against.endswith("or expiry")
    assert "no such contract" in position_plans.roll_plan([row], 500, None, bridge.master, bridge.quotes).against


def test_hedges_lie_outward_and_the_nearest_cheap_one_is_found(standing):
    _, bridge, source = standing

    calls = position_plans.hedge_candidates(leg_of(source, 3), bridge.master, bridge.quotes)
    puts = position_plans.hedge_candidates(leg_of(source, 4), bridge.master, bridge.quotes)

    assert [one.steps for one in calls[:3]] == [1, 2, 3]
    assert calls[0].contract.strike > leg_of(source, 3).strike
    assert puts[0].contract.strike < leg_of(source, 4).strike
    place = position_plans.nearest_premium(calls, 200_000)
    assert calls[place].price <= 200_000 < calls[place - 1].price


def test_what_cannot_be_done_says_why(standing):
    _, bridge, source = standing
    portfolios, status = bridge.portfolios, bridge.status
    sold, bought = leg_of(source, 3), leg_of(source, 1)

    assert position_reasons.against_part(sold, portfolios) == ""
    assert "only sold options" in position_reasons.against_hedge(bought, portfolios, status)
    killed = msgspec.structs.replace(status, kill_level=KillLevel.NO_OPENINGS)
    assert "kill switch" in position_reasons.against_hedge(sold, portfolios, killed)
    closing = msgspec.structs.replace(sold, state=LegState.EXITING)
    assert "being entered or closed" in position_reasons.against_roll([closing], portfolios, status)
    one_lot = msgspec.structs.replace(sold, net_quantity=-65)
    assert "one lot" in position_reasons.against_part(one_lot, portfolios)
    guard = msgspec.structs.replace(bought, origin=LegOrigin.GUARD)
    assert position_reasons.to_roll([sold, guard]) == [sold]


def test_the_payoff_of_what_is_held_agrees_with_the_grid(standing):
    _, _, source = standing
    legs = source.legs_of(source.total)

    found = held_payoff.held_payoff(legs)

    assert found.profit == pytest.approx(source.total.profit / 10_000)
    assert len(found.summary.break_evens) == 2
    assert found.summary.max_loss > -1e9
    now = float(found.today[abs(found.underlying - found.forward).argmin()])
    assert now == pytest.approx(found.profit, abs=400)
    other = msgspec.structs.replace(legs[0], underlying="BANKNIFTY")
    assert "several underlyings" in held_payoff.against([other, *legs[1:]])
    assert held_payoff.held_payoff([]) is None


# --- the same from the portfolios -------------------------------------------------------------------------------------


def menu_of(desk, number):
    panel = desk.panel("portfolios")
    menu = QMenu(panel)
    panel._leg_menu.fill(menu, desk.bridge.portfolios["P1"], leg_now(desk, number))
    return {entry.objectName(): entry for entry in menu.actions() if entry.objectName()}, menu


def test_the_menu_of_a_leg_offers_what_positions_offer_with_their_reasons(running):
    sold, _keep = menu_of(running, 3)
    bought, _kept = menu_of(running, 1)

    assert {"part_exit_leg", "roll_legs", "add_hedge", "convert_leg", "open_payoff"} <= sold.keys()
    assert all(sold[name].isEnabled() for name in ("part_exit_leg", "roll_legs", "add_hedge", "convert_leg"))
    assert sold["convert_leg"].text() == "Convert this leg to NRML…"
    assert bought["add_hedge"].toolTip().endswith("Not now: only sold options are hedged by a farther strike.")


def test_a_part_is_closed_from_the_menu_of_a_leg_and_its_payoff_follows(running):
    entries, _menu = menu_of(running, 3)
    entries["open_payoff"].trigger()
    payoff = running.dialog(PayoffDialog)
    entries["part_exit_leg"].trigger()
    running.dialog(PartLegDialog).accept()
    running.wait_until(lambda: leg_now(running, 3).net_quantity == -65)

    assert "Break-evens" in payoff.figures.text()
    payoff.close()


def test_a_leg_that_holds_nothing_says_so_for_each(running):
    running.bridge.submit(lambda at: SquareOffLeg(at=at, portfolio_id="P1", leg_id=3))
    running.wait_until(lambda: leg_now(running, 3).net_quantity == 0)

    entries, _menu = menu_of(running, 3)

    for name in ("part_exit_leg", "roll_legs", "add_hedge", "convert_leg", "open_payoff"):
        assert not entries[name].isEnabled()
        assert entries[name].toolTip().endswith("Not now: it holds nothing.")


# --- deeds -----------------------------------------------------------------------------------------------------------


def test_a_part_of_a_leg_is_closed_after_one_question(running):
    panel = running.panel("positions")

    panel.deeds.close_part(leg_of(panel.source, 3))
    dialog = running.dialog(PartLegDialog)
    assert "1 of 2 lots (65)" in dialog.answer.text()
    dialog.accept()

    running.wait_until(lambda: leg_now(running, 3).net_quantity == -65)
    assert leg_now(running, 4).net_quantity == -130


def test_a_leg_is_rolled_after_one_question(running):
    panel = running.panel("positions")

    panel.deeds.roll(leg_of(panel.source, 3))
    dialog = running.dialog(RollDialog)
    assert not dialog._button.isEnabled()
    dialog.steps.setValue(2)
    assert "then sell 2 lots of NIFTY 25 Aug 24200 CE" in dialog.answer.text()
    dialog.accept()

    running.wait_until(lambda: len(running.bridge.portfolios["P1"].legs) == 5)
    running.wait_until(lambda: leg_now(running, 5).net_quantity == -130)
    assert leg_now(running, 3).net_quantity == 0


def test_a_hedge_is_bought_after_one_question(running):
    panel = running.panel("positions")

    panel.deeds.hedge(leg_of(panel.source, 4))
    dialog = running.dialog(HedgeDialog)
    dialog.strikes.setValue(5)
    dialog.lots.setValue(1)
    assert "estimated margin" in dialog.answer.text()
    dialog.accept()

    running.wait_until(lambda: len(running.bridge.portfolios["P1"].legs) == 5)
    running.wait_until(lambda: leg_now(running, 5).net_quantity == 65)
    assert leg_now(running, 5).hedge_of == 4


def test_a_group_is_squared_off_after_one_question_with_its_numbers(running):
    panel = running.panel("positions")

    panel.deeds.square_off_all(panel.source.total)
    dialog = running.dialog(QuestionDialog)
    words = " ".join(label.text() for label in dialog.findChildren(type(panel._hint)))
    assert "Close 4 legs of 1 portfolio" in words
    dialog.accept()

    running.wait_until(lambda: running.bridge.portfolios["P1"].is_done)


def test_a_group_is_converted_after_one_question(running):
    panel = running.panel("positions")

    panel.deeds.convert(panel.source.total)
    dialog = running.dialog(QuestionDialog)
    words = " ".join(label.text() for label in dialog.findChildren(type(panel._hint)))
    assert "Convert 4 legs from MIS to NRML? The estimated margin stays ₹" in words
    dialog.accept()

    running.wait_until(lambda: {leg.product for leg in running.bridge.portfolios["P1"].legs} == {Product.CARRY_FORWARD})


def test_one_leg_is_converted_or_closed_without_a_question_where_that_was_chosen(running):
    panel = running.panel("positions")
    for name in ("convert_leg", "square_off_leg"):
        running.window.desk.questions.ask_no_more(name)

    panel.deeds.convert(leg_of(panel.source, 3))
    running.wait_until(lambda: leg_now(running, 3).product is Product.CARRY_FORWARD)
    panel.square_off(leg_of(panel.source, 3))
    running.wait_until(lambda: not leg_of(panel.source, 3).net_quantity)
    panel.deeds.convert(panel.source.total)

    assert running.dialog(QuestionDialog).no_more is None


def test_the_payoff_opens_beside_and_follows(running):
    panel = running.panel("positions")

    panel.deeds.payoff(panel.source.total)
    dialog = running.dialog(PayoffDialog)

    assert not dialog.isModal()
    assert "Break-evens" in dialog.figures.text()
    dialog.close()


def test_the_menu_of_a_group_greys_what_is_done_to_a_leg_with_the_reason(running):
    panel = running.panel("positions")
    menu = QMenu(panel)

    panel._add_deeds(menu, panel.source.total)

    entries = {entry.objectName(): entry for entry in menu.actions() if entry.objectName()}
    assert entries["square_off_group"].isEnabled()
    assert not entries["add_hedge"].isEnabled()
    assert entries["add_hedge"].toolTip().endswith("Not now: this is done to one leg; choose its line.")
    menu.deleteLater()
