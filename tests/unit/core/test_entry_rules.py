"""Entry rules: references, directions, crossings, conditions, and what a waiting portfolio says."""

import pytest

from engine.core.entries import entry_gates
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.messages import OpenSession
from engine.domain.money import price_of
from engine.domain.multileg.states import ExitReason, PortfolioState
from engine.domain.settings.risk_limits import RiskLimits
from tests.helpers.core_desk import ACCOUNT, P1, Desk, at, leg, portfolio

CALL, PUT = (24850, "CE"), (24850, "PE")
STRADDLE = (leg("SELL", "CE"), leg("SELL", "PE"))


def waiting(entry, *legs, **fields):
    desk = Desk()
    desk.add(portfolio(*(legs or STRADDLE), entry=entry, **fields))
    return desk


def state_of(desk):
    return desk.state.books.portfolios[P1].state


def lacks(desk):
    return [one.sentence() for one in entry_gates.lacks(desk.state, desk.state.books.portfolios[P1])]


def show(desk, prices, after=1.0):
    desk.wait(after)
    return desk.quote(prices)


def premium(adjust, based_on="start time", **more):
    price = {"type": "reference", "based_on": based_on, "adjust": adjust, "rounding": 5}
    return {"type": "combined_premium", "price": price, **more}


# --- combined premium ------------------------------------------------------------------------------------------------


def test_combined_premium_enters_at_the_reference_rounded_and_adjusted():
    desk = waiting(premium(-10))
    show(desk, {CALL: "120", PUT: "115.10"})

    taken = next(fact for fact in desk.facts if isinstance(fact, f.EntryReferenceTaken))
    assert (taken.reference, taken.low) == (price_of(240), price_of(216))
    assert lacks(desk) == ["combined premium 235.10, waiting for ≤ 216.00"]

    show(desk, {CALL: "110", PUT: "106.05"})
    assert state_of(desk) is PortfolioState.WAITING
    show(desk, {PUT: "106"})
    assert state_of(desk) is PortfolioState.ENTERING


def test_combined_premium_waits_for_a_rise_where_the_entry_price_lies_above():
    desk = waiting(premium(10))

    show(desk, {CALL: "130", PUT: "120"})
    assert state_of(desk) is PortfolioState.WAITING
    show(desk, {PUT: "134"})

    assert state_of(desk) is PortfolioState.ENTERING


def test_a_debit_is_compared_by_its_sign():
    legs = (leg("BUY", "CE"), leg("BUY", "PE"))
    desk = waiting({"type": "combined_premium", "price": {"type": "typed", "price": "-220"}, "direction": "≥"}, *legs)

    assert lacks(desk) == ["combined premium -240.00, waiting for ≥ -220.00"]
    show(desk, {CALL: "110", PUT: "110"})

    assert state_of(desk) is PortfolioState.ENTERING


def test_an_entry_price_at_the_reference_enters_at_once():
    desk = waiting({"type": "combined_premium", "price": {"type": "reference", "based_on": "start time"}})

    assert state_of(desk) is PortfolioState.ENTERING


def test_the_day_open_is_the_reference_where_it_says_so():
    desk = Desk()
    show(desk, {CALL: "100", PUT: "100"})
    desk.add(portfolio(*STRADDLE, entry=premium(-25, based_on="day open")))

    taken = next(fact for fact in desk.facts if isinstance(fact, f.EntryReferenceTaken))
    assert (taken.reference, taken.low) == (price_of(240), price_of(180))


def test_a_previous_close_that_was_never_seen_is_said_and_waited_for():
    desk = waiting(premium(-10, based_on="previous close"))

    assert state_of(desk) is PortfolioState.WAITING
    assert lacks(desk) == ["combined premium 240.00: its reference is not known, waiting for a previous close"]


def test_the_legs_that_were_watched_are_the_ones_that_are_entered():
    desk = waiting(premium(-10))
    show(desk, {"spot": "25050"})
    show(desk, {CALL: "100", PUT: "100"})
    desk.timer(1)

    strikes = [desk.state.master.by_id(request.instrument).strike for request in desk.requests()]
    assert strikes == [price_of(24_850), price_of(24_850)]


def test_a_straddle_is_watched_without_the_legs():
    wings = (leg("SELL", "CE", 4), leg("SELL", "PE", -4))
    desk = waiting(premium(-10, of="the ATM straddle"), *wings)
    show(desk, {(25050, "CE"): "20", (24650, "PE"): "20"})
    assert state_of(desk) is PortfolioState.WAITING

    show(desk, {CALL: "108", PUT: "108"})

    assert state_of(desk) is PortfolioState.ENTERING


def test_a_crossover_needs_below_then_above_then_below_on_the_day_open():
    entry = {"type": "premium_crossover", "price": {"type": "reference", "based_on": "day open", "adjust": -10}}
    desk = waiting(entry)

    for put, expected in (("94", "WAITING"), ("105", "WAITING"), ("97", "WAITING"), ("95", "ENTERING")):
        show(desk, {PUT: put})
        if put == "94":
            assert lacks(desk) == ["combined premium 214.00, waiting for > 216.00, then below again"]
        assert state_of(desk).value == expected


def test_a_crossover_based_on_the_start_needs_above_then_below():
    entry = {"type": "premium_crossover", "price": {"type": "reference", "based_on": "start time", "adjust": 5}}
    desk = waiting(entry)

    for put, expected in (("131", "WAITING"), ("133", "WAITING"), ("131", "ENTERING")):
        show(desk, {PUT: put})
        assert state_of(desk).value == expected


# --- underlying ------------------------------------------------------------------------------------------------------


def level(price, direction="auto"):
    return {"type": "underlying_level", "price": {"type": "typed", "price": price}, "direction": direction}


def test_an_underlying_level_is_waited_for_in_the_direction_it_lies():
    desk = waiting(level("24900"))
    show(desk, {"spot": "24899.95"})
    assert lacks(desk) == ["underlying 24899.95, waiting for ≥ 24900.00"]

    show(desk, {"spot": "24900"})

    assert state_of(desk) is PortfolioState.ENTERING


def test_a_level_from_a_reference_has_to_be_crossed():
    price = {"type": "reference", "based_on": "day open", "adjust": 50, "unit": "points"}
    desk = Desk()
    show(desk, {"spot": "24950"})
    desk.add(portfolio(*STRADDLE, entry={"type": "underlying_level", "price": price}))
    assert state_of(desk) is PortfolioState.WAITING

    show(desk, {"spot": "24960"})
    assert state_of(desk) is PortfolioState.WAITING
    show(desk, {"spot": "24890"})
    show(desk, {"spot": "24905"})

    assert state_of(desk) is PortfolioState.ENTERING


def test_a_band_is_left_on_either_side():
    for spot in ("24974.30", "24725.70"):
        desk = waiting({"type": "underlying_band", "distance": "0.5"})
        show(desk, {"spot": "24900"})
        assert lacks(desk) == ["underlying 24900.00, waiting for ≤ 24725.75 or ≥ 24974.25"]

        show(desk, {"spot": spot})

        assert state_of(desk) is PortfolioState.ENTERING


def test_a_quote_inside_the_band_needs_no_look():
    desk = waiting({"type": "underlying_band", "distance": "0.5"})
    show(desk, {"spot": "24900"})

    assert P1 in desk.state.resting


def test_a_rolling_straddle_goes_with_the_underlying():
    desk = waiting({"type": "rolling_straddle", "based_on": "start time", "by": 15})
    show(desk, {"spot": "24900", (24900, "CE"): "105", (24900, "PE"): "105"})
    assert lacks(desk) == ["rolling straddle 210.00, waiting for ≤ 204.00"]

    show(desk, {(24900, "CE"): "100", (24900, "PE"): "104"})

    assert state_of(desk) is PortfolioState.ENTERING


# --- conditions ------------------------------------------------------------------------------------------------------


def condition(*lines, minutes=1, **more):
    return {"type": "condition", "condition": {"minutes": minutes, "groups": [{"lines": list(lines), **more}]}}


def compare(left, operator, right, **more):
    return {"left": left, "operator": operator, "right": right, **more}


PRICE = {"type": "price"}


def test_a_condition_is_decided_at_the_close_of_a_bar_only():
    desk = waiting(condition(compare(PRICE, "above", {"type": "number", "value": "24900"})))
    show(desk, {"spot": "24950"}, after=10)
    assert state_of(desk) is PortfolioState.WAITING
    show(desk, {"spot": "24890"}, after=45)

    desk.timer(5)
    assert state_of(desk) is PortfolioState.WAITING
    assert lacks(desk) == ["underlying 24,890.00, waiting for > 24,900.00"]
    show(desk, {"spot": "24910"}, after=55)
    desk.timer(5)

    assert state_of(desk) is PortfolioState.ENTERING
    started = next(fact for fact in desk.facts if isinstance(fact, f.PortfolioStarted))
    assert started.why == "underlying 24,910.00 > 24,900.00 at the close of 09:22:00"


def test_a_crossing_compares_with_the_bar_before():
    line = compare(PRICE, "crosses above", {"type": "number", "value": "24900"})
    desk = waiting(condition(line))
    prices = iter(("24910", "24920", "24880", "24905"))
    for expected in ("WAITING", "WAITING", "WAITING", "ENTERING"):
        show(desk, {"spot": next(prices)}, after=57)
        desk.timer(3)
        assert state_of(desk).value == expected


def test_points_are_counted_in_a_scored_group():
    lines = (
        compare(PRICE, "above", {"type": "number", "value": "24800"}, weight=2),
        compare(PRICE, "above", {"type": "number", "value": "25000"}, weight=3),
    )
    few, many = ({"holds_with": {"type": "points", "at_least": points}} for points in (2, 3))
    assert state_after_a_minute(condition(*lines, **few)) is PortfolioState.ENTERING
    assert state_after_a_minute(condition(*lines, **many)) is PortfolioState.WAITING


def test_any_line_and_any_group_are_or():
    holds = compare(PRICE, "above", {"type": "number", "value": "24800"})
    fails = compare(PRICE, "above", {"type": "number", "value": "25000"})
    groups = [{"lines": [fails]}, {"lines": [holds, fails], "holds_with": {"type": "any"}}]
    for joined, expected in (("all groups", "WAITING"), ("any group", "ENTERING")):
        tree = {"minutes": 1, "groups": groups, "holds_with": joined}
        assert state_after_a_minute({"type": "condition", "condition": tree}).value == expected


def state_after_a_minute(entry):
    desk = waiting(entry)
    show(desk, {"spot": "24850"}, after=57)
    desk.timer(3)
    return state_of(desk)


def test_an_indicator_with_too_few_bars_says_so():
    average = {"type": "average", "kind": "SMA", "period": 3, "minutes": 1}
    desk = waiting(condition(compare(PRICE, "above", average, plus="10")))
    show(desk, {"spot": "24850"}, after=57)
    desk.timer(3)
    assert lacks(desk) == ["SMA(3)[1 min] of underlying is not known yet: too few closed bars, or no quote"]

    for spot in ("24850", "24850", "24880"):
        show(desk, {"spot": spot}, after=57)
        desk.timer(3)

    assert state_of(desk) is PortfolioState.ENTERING


def test_day_figures_leave_the_newest_bar_out():
    desk = waiting(condition(compare(PRICE, "above", {"type": "day", "figure": "day high"})))
    for spot, expected in (("24860", "WAITING"), ("24855", "WAITING"), ("24861", "ENTERING")):
        show(desk, {"spot": spot}, after=57)
        desk.timer(3)
        assert state_of(desk).value == expected


def test_a_time_is_compared_with_a_time():
    desk = waiting(condition(compare({"type": "clock"}, "at least", {"type": "time", "at": "09:23"})))
    for expected in ("WAITING", "WAITING", "ENTERING"):
        show(desk, {"spot": "24850"}, after=57)
        desk.timer(3)
        assert state_of(desk).value == expected


def test_a_condition_on_the_combined_premium_sees_bars_of_its_sum():
    line = compare({"type": "price", "of": {"type": "combined"}}, "below", {"type": "number", "value": "230"})
    desk = waiting(condition(line))
    desk.timer(1)
    show(desk, {CALL: "110", PUT: "115"}, after=56)
    desk.timer(3)

    assert state_of(desk) is PortfolioState.ENTERING


# --- gates, end, restart ----------------------------------------------------------------------------------------------


def test_no_entry_says_what_was_missing():
    desk = waiting(level("25000"), schedule={"start": "09:20", "end": "09:30"})
    desk.wait(600)

    desk.timer()

    closed = next(fact for fact in desk.facts if isinstance(fact, f.PortfolioClosed))
    assert closed.reason is ExitReason.NO_ENTRY
    assert "waiting for a fresh quote" in closed.why


def test_a_premium_gap_holds_the_entry_back():
    desk = Desk()
    show(desk, {PUT: "90"})
    desk.add(portfolio(*STRADDLE, entry={"type": "time"}, execution={"premium_gap": {"most": 20}}))
    assert lacks(desk) == ["call and put premium (120.00 and 90.00) differ by 25.00 %, waiting for ≤ 20 %"]

    show(desk, {PUT: "96"})
    desk.timer(1)

    assert state_of(desk) is PortfolioState.ENTERING


def test_the_kill_switch_keeps_a_waiting_portfolio_waiting():
    desk = waiting(level("24900"))
    desk.say(c.TripKillSwitch(at=desk.now, level=1, reason="test"))
    show(desk, {"spot": "24950"})
    assert state_of(desk) is PortfolioState.WAITING

    desk.say(c.ReleaseKillSwitch(at=desk.now, reason="over"))
    desk.timer(1)

    assert state_of(desk) is PortfolioState.ENTERING


@pytest.mark.parametrize(("first_tick", "expected"), [("25050", "ENTERING"), ("24950", "WAITING")])
def test_a_crossing_during_a_restart_counts(first_tick, expected):
    desk = waiting(level("25000", "crosses up"))
    show(desk, {"spot": "24990"})

    desk.wait(60)
    limits = RiskLimits()
    desk.say(
        OpenSession(at=desk.now, account=ACCOUNT, lineage="T", limits=limits, stale_after=desk.state.books.stale_after)
    )
    desk.books()
    show(desk, {"spot": first_tick})

    assert state_of(desk).value == expected


def test_a_portfolio_waits_until_its_start_time():
    desk = waiting(level("24900"), schedule={"start": "09:25"})
    show(desk, {"spot": "24950"})
    assert state_of(desk) is PortfolioState.WAITING

    desk.now = at(9, 25)
    show(desk, {"spot": "24950"}, after=0)

    assert state_of(desk) is PortfolioState.WAITING
    assert lacks(desk) == ["underlying 24950.00, waiting for ≤ 24900.00"]
