"""The delta of all legs together is kept in a band with futures (executor reference §1.6)."""

from datetime import time

import numpy as np
import pytest

from engine.core.hedges import delta_hedge
from engine.core.hedges.delta_hedge import SCALE, lots_to_trade
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.instant import Instant, ist_instant
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, KillLevel, LegOrigin, LegState, PortfolioState
from engine.domain.order import OrderStatus, Purpose, Side
from engine.domain.quote import COLUMNS, QuoteFrame
from engine.pricing.black76 import price
from engine.pricing.time_to_expiry import years_to_expiry
from tests.helpers.core_desk import DAY, EXPIRY, LOT, MASTER, P1, RULES, Desk, leg, portfolio, stop

FUTURE = next(one for one in MASTER.instruments if one.kind.value == "FUT")
VOLATILITY = 0.125


def show(desk, spot):
    """Show the chain by the model at a spot, the future beside it, and the spot."""
    close = RULES.expiry_close(FUTURE.exchange, EXPIRY)
    years = years_to_expiry(desk.now, close)
    rows, values = [], []
    for row, one in enumerate(MASTER.instruments):
        if one.kind.is_option:
            fair = float(price(float(spot), one.strike / SCALE, years, 0.0, VOLATILITY, one.kind.value == "CE"))
            shown = max(500, round(fair * 20) * 500)
        else:
            shown = price_of(spot)
        rows.append(row)
        values.append([shown, shown, 6_500, shown, 6_500, 1, 1, desk.now])
    table = np.array(values, dtype=np.int64).reshape(-1, COLUMNS)
    return desk.say(QuoteFrame(desk.now, np.array(rows, dtype=np.int64), table))


def straddle(lots=10, **band):
    """A desk on which a straddle was sold at 24850, with a band around its delta."""
    desk = Desk()
    show(desk, 24850)
    legs = (leg("SELL", "CE", lots=lots), leg("SELL", "PE", lots=lots))
    desk.add(portfolio(*legs, delta_band={"confirm": 3, **band}))
    desk.fill_all()
    return desk


def pass_seconds(desk, spot, seconds):
    """Let seconds pass at a spot, a frame and a timer each."""
    facts = []
    for _ in range(seconds):
        desk.wait(1)
        facts += show(desk, spot)
        facts += desk.timer()
    return facts


def added(desk):
    """The futures and options that were added to keep the delta."""
    return [one for one in desk.of(f.LegAdded) if one.origin is LegOrigin.DELTA]


@pytest.mark.parametrize(
    ("net", "inner", "lots"),
    [
        (-257, 0, 4),  # executor reference §1.6: 257 / 65 = 3.95
        (257, 0, -4),
        (-257, 130, 2),  # 127 / 65 = 1.95
        (-32, 0, 0),
        (-32.5, 0, 1),  # halves go up
        (100, 150, 1),  # below the target: back out to it
    ],
)
def test_the_lots_bring_the_delta_to_its_target(net, inner, lots):
    assert lots_to_trade(round(net * SCALE), inner * SCALE, 65) == lots


def test_the_delta_is_that_of_the_model_on_the_implied_forward():
    desk = straddle()
    show(desk, 25000)

    deltas = delta_hedge.deltas_of(desk.state, desk.run)

    # Δ of call and put together is 2·N(d1) − 1 ≈ 0.28 here: six days to live, 0.6 % away from the strike.
    assert -650 * 0.32 < deltas.net / SCALE < -650 * 0.24
    assert 640 < deltas.short / SCALE < 660  # |Δ| of call and put at one strike make one


def test_a_delta_that_stays_outside_is_hedged_once_with_what_brings_it_back():
    desk = straddle()

    early = pass_seconds(desk, 25000, 3)
    desk.fill_all()
    left = next(fact for fact in early if isinstance(fact, f.DeltaBandLeft))
    pass_seconds(desk, 25000, 1)
    (hedge,) = added(desk)
    desk.fill_all("25000")
    later = pass_seconds(desk, 25000, 5)

    lots = round(-left.delta / SCALE / LOT)
    assert (hedge.leg.side, hedge.leg.lots, hedge.instrument) == (Side.BUY, lots, FUTURE.id)
    assert "outside its band of 130.0" in hedge.why
    assert not [fact for fact in later if isinstance(fact, f.LegAdded | f.DeltaBandLeft)]
    assert desk.run.state is PortfolioState.RUNNING


def test_a_delta_that_comes_back_in_time_is_not_hedged():
    desk = straddle()
    pass_seconds(desk, 25000, 2)

    facts = pass_seconds(desk, 24850, 10)

    assert [type(fact) for fact in facts if not isinstance(fact, f.SessionFact)] == [f.DeltaBandRegained]
    assert not added(desk)


def test_the_band_may_be_a_share_of_what_is_sold():
    narrow = straddle(unit="% of the shorts' delta", band="20")
    wide = straddle(unit="% of the shorts' delta", band="60")

    for desk in (narrow, wide):
        pass_seconds(desk, 25000, 5)

    assert added(narrow)
    assert not added(wide)


def test_a_second_hedge_waits_for_its_pause():
    desk = straddle(pause=60)
    pass_seconds(desk, 25000, 4)
    desk.fill_all("25000")
    first = len(added(desk))

    pass_seconds(desk, 25200, 50)
    meanwhile = len(added(desk))
    pass_seconds(desk, 25200, 10)

    assert (first, meanwhile, len(added(desk))) == (1, 1, 2)


def test_no_more_hedges_are_made_than_the_day_allows():
    desk = straddle(pause=1, most_per_day=1)
    pass_seconds(desk, 25000, 4)
    desk.fill_all("25000")

    pass_seconds(desk, 25300, 10)

    assert len(added(desk)) == 1
    assert "1 delta hedges today" in delta_hedge.obstacle(desk.state, desk.run, desk.run.portfolio.delta_band)


def test_futures_of_the_other_direction_are_closed_before_others_are_opened():
    desk = straddle(pause=1)
    pass_seconds(desk, 25000, 4)
    desk.fill_all("25000")
    bought = desk.run.leg(3)

    facts = pass_seconds(desk, 24600, 6)
    facts += desk.fill_all("24600")

    closing = next(fact for fact in facts if isinstance(fact, f.LegExitDecided))
    assert closing.leg_id == 3
    assert closing.reason is ExitReason.HEDGE_PARENT
    assert bought.net_quantity == 0
    assert [one.leg.side for one in added(desk)] == [Side.BUY, Side.SELL]


def test_a_synthetic_future_is_a_call_bought_and_a_put_sold_at_the_money():
    desk = straddle(instrument="synthetic future of options")

    pass_seconds(desk, 25000, 4)
    desk.fill_all()

    call, put = added(desk)
    assert (call.leg.side, call.leg.kind.value) == (Side.BUY, "CE")
    assert (put.leg.side, put.leg.kind.value) == (Side.SELL, "PE")
    assert [desk.run.leg(number).net_quantity > 0 for number in (3, 4)] == [True, False]


def test_the_window_keeps_the_band_unwatched_outside_it():
    desk = straddle(times={"start": time(9, 30), "end": time(15)})

    pass_seconds(desk, 25000, 5)

    assert not desk.of(f.DeltaBandLeft)
    sentence = delta_hedge.obstacle(desk.state, desk.run, desk.run.portfolio.delta_band)
    assert sentence == "the band is watched from 09:30 to 15:00"


def test_the_last_quarter_hour_of_an_expiry_day_is_let_be():
    desk = straddle()
    desk.now = Instant(ist_instant(EXPIRY, time(15, 24)))
    desk.state.now = desk.now
    show(desk, 25000)
    before = delta_hedge.obstacle(desk.state, desk.run, desk.run.portfolio.delta_band)

    desk.now = Instant(ist_instant(EXPIRY, time(15, 26)))
    desk.state.now = desk.now
    show(desk, 25000)

    after = delta_hedge.obstacle(desk.state, desk.run, desk.run.portfolio.delta_band)
    assert DAY != EXPIRY
    assert before is None
    assert after == "the last 15 minutes of an expiry day"


def test_closing_everything_buys_the_options_back_before_the_futures_go():
    desk = straddle()
    pass_seconds(desk, 25000, 4)
    desk.fill_all("25000")

    facts = desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))
    first = desk.requests(facts)
    for request in first:
        desk.fill(request)

    assert {one.leg_id for one in first} == {1, 2}
    assert {one.leg_id for one in desk.pending()} == {3}
    desk.fill_all("25000")
    assert desk.run.state is PortfolioState.COMPLETED


def test_futures_that_are_left_alone_are_closed_and_end_the_portfolio():
    desk = Desk()
    show(desk, 24850)
    legs = [leg("SELL", kind, lots=10, stop_loss=stop(300)) for kind in ("CE", "PE")]
    desk.add(portfolio(*legs, delta_band={"confirm": 1}))
    desk.fill_all()
    pass_seconds(desk, 25000, 3)
    desk.fill_all("25000")

    for number in (1, 2):
        desk.say(c.SquareOffLeg(at=desk.now, portfolio_id=P1, leg_id=number))
        desk.fill_all()
    desk.timer()
    desk.fill_all("25000")

    assert desk.run.leg(3).exit_why == "every leg whose delta it offsets is closed"
    assert desk.run.state is PortfolioState.COMPLETED


def test_a_future_that_is_refused_closes_nothing_and_is_tried_again_after_the_pause():
    desk = straddle(pause=10)
    pass_seconds(desk, 25000, 4)

    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words="INVALID: no futures today")
    failed = desk.run.leg(3).state
    pass_seconds(desk, 25000, 15)

    assert failed is LegState.ENTRY_FAILED
    assert desk.run.state is PortfolioState.RUNNING
    assert len(added(desk)) == 2
    assert not [one for one in desk.requests() if one.purpose is Purpose.EXIT]


def test_futures_count_in_the_profit_but_not_in_the_premium_of_the_entry():
    desk = straddle()
    premium = desk.run.combined_premium

    pass_seconds(desk, 25000, 4)
    desk.fill_all("25000")

    assert desk.run.combined_premium == premium


def test_a_restart_while_the_delta_is_confirmed_hedges_once():
    desk = straddle(confirm=5)
    pass_seconds(desk, 25000, 3)
    desk.die()
    desk.open_session()
    desk.books()

    pass_seconds(desk, 25000, 6)
    desk.fill_all("25000")
    pass_seconds(desk, 25000, 5)

    assert len(added(desk)) == 1


def test_where_the_delta_stands_is_said_with_what_a_hedge_waits_for():
    desk = straddle()
    calm = delta_hedge.standing(desk.state, desk.run)
    pass_seconds(desk, 25000, 1)
    outside = delta_hedge.standing(desk.state, desk.run)
    desk.say(c.TripKillSwitch(at=desk.now, level=KillLevel.NO_OPENINGS, reason="test"))

    hindered = delta_hedge.standing(desk.state, desk.run)
    assert calm.endswith("band 130.0")
    assert outside.endswith("band 130.0: hedged at 09:20:04 if it stays outside")
    assert hindered.endswith("not hedged now, nothing is opened now")
