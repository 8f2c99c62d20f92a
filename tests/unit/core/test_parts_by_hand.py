"""Part exits, part entries, marking as done, reset, disabling and arming a leg again."""

from decimal import Decimal

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.identifiers import LegId
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, KillLevel, LegState, PortfolioState
from engine.domain.order import OrderStatus
from engine.domain.reports import Channel, ConnectionReport
from engine.views.desk import Desk as ViewDesk
from engine.views.portfolios import PortfolioRow, portfolio_row
from tests.helpers.core_desk import ACCOUNT, LOT, P1, Desk, leg, portfolio, stop, symbol

KEPT = {"on_leg_failure": "exit placed legs"}


def running(*legs, **fields):
    """A desk on which a portfolio runs, every leg filled at 120."""
    desk = Desk()
    desk.add(portfolio(*legs, **fields))
    desk.fill_all()
    assert desk.run.state is PortfolioState.RUNNING
    return desk


def refusal(facts):
    """The sentence of a refusal, empty where there is none."""
    return next((fact.sentence for fact in facts if isinstance(fact, f.CommandRefused)), "")


def part_exit(desk, **how):
    return desk.say(c.PartExit(at=desk.now, portfolio_id=P1, **how))


def part_entry(desk, lots):
    return desk.say(c.PartEntry(at=desk.now, portfolio_id=P1, lots=lots))


def held(desk):
    return [one.net_quantity for one in desk.run.legs]


def test_a_part_exit_in_lots_keeps_the_ratio_of_the_legs():
    desk = running(leg("SELL", "PE", lots=2), leg("BUY", "PE", -4, lots=4))

    part_exit(desk, lots=1)
    desk.fill_all()

    assert held(desk) == [-LOT, 2 * LOT]
    assert desk.run.state is PortfolioState.RUNNING


def test_a_part_exit_in_percent_is_of_what_is_held_now():
    desk = running(leg("SELL", "PE", lots=4))

    part_exit(desk, percent=Decimal(50))
    desk.fill_all()
    part_exit(desk, percent=Decimal(50))
    desk.fill_all()

    assert held(desk) == [-LOT]


def test_a_part_exit_of_all_or_of_nothing_is_refused():
    desk = running(leg("SELL", "PE", lots=2))

    assert "square it off instead" in refusal(part_exit(desk, lots=2))
    assert "less than one lot" in refusal(part_exit(desk, percent=Decimal(10)))
    assert "lots or percent" in refusal(part_exit(desk))


def test_limits_in_rupees_stay_after_a_part_exit_unless_they_are_per_lot():
    stays = running(leg("SELL", "PE", lots=2), stop={"type": "loss", "amount": "4000"})
    falls = running(leg("SELL", "PE", lots=2), stop={"type": "loss", "amount": "4000"}, per_lot_basis=True)

    for desk in (stays, falls):
        part_exit(desk, lots=1)
        desk.fill_all()

    assert portfolio_row(stays.state, stays.run).stop == -price_of("4000")
    assert portfolio_row(falls.state, falls.run).stop == -price_of("4000")
    assert falls.run.lots_now == 1


def test_a_part_entry_averages_the_entry_and_counts_levels_and_premium_anew():
    desk = running(leg("SELL", "PE", lots=2, stop_loss=stop(25)), leg("BUY", "PE", -4, lots=2))

    part_entry(desk, 2)
    desk.fill_all("100")

    sold, bought = desk.run.legs
    assert held(desk) == [-4 * LOT, 4 * LOT]
    assert (sold.average_entry, bought.average_entry) == (price_of("110"), price_of("110"))
    assert sold.stop.value == price_of("137.50")
    assert desk.run.combined_premium == 0
    assert desk.run.base_quantity == 4 * LOT
    assert desk.run.scaling is None


def test_a_part_entry_after_a_part_exit_brings_back_what_was_held():
    desk = running(leg("SELL", "PE", lots=2))
    part_exit(desk, lots=1)
    desk.fill_all()

    part_entry(desk, 1)
    desk.fill_all()

    assert held(desk) == [-2 * LOT]
    assert desk.run.state is PortfolioState.RUNNING


def test_where_one_leg_cannot_follow_the_others_are_cut_back_and_nothing_else_is_closed():
    parallel = {"buy_first": False, **KEPT}
    desk = running(leg("SELL", "PE", lots=2), leg("BUY", "PE", -4, lots=2), execution=parallel)

    part_entry(desk, 2)
    for request in desk.pending():
        if request.leg_id == 1:
            desk.fill(request)
    for request in desk.pending():
        if request.leg_id == 2:
            desk.report(request.order_id, OrderStatus.REJECTED, words="RESTRICTED: no")
    desk.fill_all()

    assert held(desk) == [-2 * LOT, 2 * LOT]
    assert desk.run.state is PortfolioState.RUNNING
    assert [one.state for one in desk.run.legs] == [LegState.OPEN, LegState.OPEN]


def test_nothing_more_is_entered_under_the_kill_switch_or_after_end():
    desk = running(leg("SELL", "PE"))
    desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.NO_OPENINGS, reason="wait"))

    assert "kill switch" in refusal(part_entry(desk, 1))
    assert not desk.pending()


def test_a_part_entry_that_the_funds_do_not_cover_is_refused_and_closes_nothing():
    desk = running(leg("SELL", "PE"))
    desk.state.margin_free = price_of("100")

    assert "funds" in refusal(part_entry(desk, 1))
    assert desk.run.state is PortfolioState.RUNNING


def test_a_portfolio_closed_at_the_broker_is_marked_as_done_once_the_books_show_it():
    desk = running(leg("SELL", "PE"))

    early = desk.say(c.MarkCompleted(at=desk.now, portfolio_id=P1))
    for _ in range(2):
        desk.wait(10)
        desk.books(net={symbol(24850, "PE"): 0})
    desk.say(c.MarkCompleted(at=desk.now, portfolio_id=P1))

    assert "do not show that it is gone" in refusal(early)
    assert desk.run.state is PortfolioState.COMPLETED
    assert desk.run.exit_reason is ExitReason.MANUAL_EXTERNAL
    assert held(desk) == [0]
    assert not desk.requests()[1:]


def test_a_portfolio_that_is_done_is_reset_and_started_again():
    desk = running(leg("SELL", "PE"), execution={"executions_a_day": 2, "cooling_off": 5})
    assert "done and flat" in refusal(desk.say(c.ResetPortfolio(at=desk.now, portfolio_id=P1)))
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    desk.fill_all()

    desk.say(c.ResetPortfolio(at=desk.now, portfolio_id=P1))

    assert desk.run.state is PortfolioState.IDLE
    early = desk.say(c.StartPortfolio(at=desk.now, portfolio_id=P1))
    assert "its cooling-off of 5 s ends at" in refusal(early)
    desk.timer(5)
    desk.say(c.StartPortfolio(at=desk.now, portfolio_id=P1))
    desk.fill_all()
    assert desk.run.state is PortfolioState.RUNNING


def test_nothing_starts_a_disabled_portfolio():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "PE"), entry={"type": "time"}, schedule={"start": "09:30"}))

    desk.say(c.DisablePortfolio(at=desk.now, portfolio_id=P1))
    desk.timer(900)
    desk.chain()

    assert desk.run.state is PortfolioState.DISABLED
    assert "enable it first" in refusal(desk.say(c.StartPortfolio(at=desk.now, portfolio_id=P1)))
    desk.say(c.EnablePortfolio(at=desk.now, portfolio_id=P1))
    assert desk.run.state is PortfolioState.IDLE


def test_a_running_portfolio_is_not_disabled():
    desk = running(leg("SELL", "PE"))

    assert "square it off first" in refusal(desk.say(c.DisablePortfolio(at=desk.now, portfolio_id=P1)))


def test_a_closed_leg_is_armed_again_while_the_others_run():
    desk = running(leg("SELL", "PE"), leg("SELL", "CE"))
    desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(1)))
    desk.fill_all()

    early = desk.say(c.RearmLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(2)))
    desk.say(c.RearmLeg(at=desk.now, portfolio_id=P1, leg_id=LegId(1)))
    desk.fill_all()

    assert "only a leg that is done" in refusal(early)
    assert held(desk) == [0, -LOT, -LOT]
    assert desk.run.legs[2].cycle == 2


def test_a_lost_order_line_is_shown_at_the_portfolio_and_leaves_its_state():
    desk = running(leg("SELL", "PE"))

    desk.say(ConnectionReport(at=desk.now, account=ACCOUNT, channel=Channel.ORDERS, connected=False, detail="down"))

    row = portfolio_row(desk.state, desk.run)
    assert row.state is PortfolioState.RUNNING
    assert row.suspended
    desk.say(ConnectionReport(at=desk.now, account=ACCOUNT, channel=Channel.ORDERS, connected=True))
    assert not portfolio_row(desk.state, desk.run).suspended


def test_the_next_trading_day_makes_what_was_done_ready_again():
    desk = running(leg("SELL", "PE"))
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    desk.fill_all()

    desk.timer(12 * 3_600)
    assert desk.run.state is PortfolioState.COMPLETED
    desk.timer(11.5 * 3_600)

    assert desk.run.state is PortfolioState.IDLE


def test_the_screen_is_told_of_a_lost_line_at_every_portfolio_of_the_account():
    desk = running(leg("SELL", "PE"))
    view = ViewDesk(desk.state.rules)
    view.everything(desk.facts, desk.state)

    facts = desk.say(ConnectionReport(at=desk.now, account=ACCOUNT, channel=Channel.ORDERS, connected=False))

    rows = [row for row in view.take(facts, desk.state) if isinstance(row, PortfolioRow)]
    assert [row.suspended != "" for row in rows] == [True]
