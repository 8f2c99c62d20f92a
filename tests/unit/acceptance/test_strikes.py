"""Acceptance vectors of strikes and contracts (executor reference, Appendix C)."""

import pytest

from engine.core.readings import market_data
from engine.domain.money import Price, price_of
from engine.domain.multileg.cautions import whole_lots
from engine.domain.multileg.portfolio import AtmRounding
from engine.domain.open_interest import max_pain, payout
from tests.helpers.strike_world import EXPIRIES, StrikeWorld


def test_T1_the_money_of_24837_is_24850():
    # T1: spot 24,837 step 50 → ATM 24,850
    assert StrikeWorld("24837").strike({"type": "atm"}) == 24_850


def test_T2_half_a_step_goes_up():
    # T2: spot 24,825 nearest tie-up → 24,850
    assert StrikeWorld("24825").strike({"type": "atm"}) == 24_850
    assert market_data.at_the_money(price_of(24_825), price_of(50), AtmRounding.NEAREST) == price_of(24_850)


def test_T3_call_less_put_implies_the_future():
    # T3: C120 P115 at 24,850 → implied 24,855
    world = StrikeWorld()

    forward = market_data.implied_forward(world.state, "NIFTY", EXPIRIES[0], price_of(24_837))

    assert forward == price_of(24_855)


def test_T4_five_steps_above_the_money_are_above_for_a_put_too():
    # T4: ATM+5 PE → strike 25,100 (above)
    world = StrikeWorld()
    world.show(25_100, "PE", "280")

    assert world.strike({"type": "atm", "steps": 5}, "PE") == 25_100


def test_T5_five_strikes_out_of_the_money_are_below_for_a_put():
    # T5: OTM5 PE → 24,600
    assert StrikeWorld().strike({"type": "itm_otm", "where": "out of the money", "steps": 5}, "PE") == 24_600


@pytest.mark.parametrize(("multiple", "kind", "strike"), [("0.5", "CE", 24_950), ("0.5", "PE", 24_750)])
def test_T6_half_the_straddle_goes_outward(multiple, kind, strike):
    # T6: width 235 × 0.5 → CE 24,950 PE 24,750 (24,967.5 and 24,732.5 to the nearest strike)
    assert StrikeWorld().strike({"type": "straddle_width", "multiple": multiple}, kind) == strike


@pytest.mark.parametrize(("kind", "strike"), [("CE", 24_750), ("PE", 24_950)])
def test_T7_a_negative_width_goes_into_the_money(kind, strike):
    # T7: width × −0.5 → CE 24,750 PE 24,950 (ITM)
    assert StrikeWorld().strike({"type": "straddle_width", "multiple": "-0.5"}, kind) == strike


def test_T8_forty_percent_of_the_straddle_looks_for_a_premium_of_94():
    # T8: straddle premium 40 % → target premium 94
    choice = StrikeWorld().choose({"type": "straddle_percent", "percent": 40})

    assert "nearest 94.00" in choice.why
    assert "premium 93.00" in choice.why


def test_T44_a_quantity_of_the_old_lot_is_not_a_whole_number_of_new_lots():
    # T44: lot change 75→65 with qty 150 → warn not a multiple (2.31 lots)
    assert whole_lots(150, 65) == "150 is not a whole number of lots of 65 (2.31 lots); trade 130 or 195"
    assert whole_lots(130, 65) is None


def test_T45_max_pain_is_the_strike_at_which_least_is_paid():
    # T45: OI CE{24,800:10; 24,900:20}, PE{24,800:15; 24,700:5}: pain 1,500, 0, 1,000 → 24,800
    calls = {Price(24_800): 10, Price(24_900): 20}
    puts = {Price(24_800): 15, Price(24_700): 5}

    assert [payout(calls, puts, at) for at in (24_700, 24_800, 24_900)] == [1_500, 0, 1_000]
    assert max_pain(calls, puts, 0) == 24_800
