"""Save-time rules of strikes and contracts, each beside its own field."""

from datetime import date, time

import pytest

from engine.domain.multileg.cautions import cautions
from engine.domain.multileg.expiry import (
    CurrentMonth,
    CurrentWeek,
    FixedDate,
    FourthWeek,
    NextWeek,
    ThirdWeek,
    UseCurrent,
    UseCurrentUntil,
    UseNext,
    mapped,
    resolve,
    usable_expiries,
)
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import load, problems

ATM = {"strike": "atm"}


def told(*legs, **fields) -> dict[str, str]:
    return {
        error.path: error.reason for error in problems({"name": "x", "legs": list(legs), **fields}, MultilegPortfolio)
    }


def relative(leg):
    return {"strike": {"type": "relative", "leg": leg, "steps": 2}}


@pytest.mark.parametrize(
    ("legs", "fields", "path", "sentence"),
    [
        ([{"lots": 0}], {}, "legs", "every leg has 0 lots; give at least one leg lots"),
        ([ATM], {"contracts": {"mode": "fixed strikes"}}, "legs[0].strike", "the portfolio takes fixed strikes only"),
        (
            [ATM, {"strike": {"type": "fixed", "strike": 1}}],
            {"contracts": {"mode": "relative strikes"}},
            "legs[1].strike",
            "the portfolio takes no fixed strikes",
        ),
        ([{"strike": {"type": "atm", "steps": 26}}], {}, "legs[0].strike.steps", "more than 25 strikes from the money"),
        (
            [{"strike": {"type": "atm", "steps": -13}}],
            {"contracts": {"strike_step_multiple": 2}},
            "legs[0].strike.steps",
            "more than 25 strikes from the money",
        ),
        ([ATM, relative(3)], {}, "legs[1].strike.leg", "there is no leg 3; the portfolio has 2"),
        ([ATM, relative(2)], {}, "legs[1].strike.leg", "a leg cannot follow itself"),
        ([{"kind": "FUT"}, relative(1)], {}, "legs[1].strike.leg", "leg 1 is a future and has no strike"),
        ([{"lots": 0}, relative(1)], {}, "legs[1].strike.leg", "leg 1 has 0 lots and is never entered"),
        ([relative(2), relative(1)], {}, "legs[0].strike.leg", "leg 2 follows this leg in turn"),
        (
            [{"strike": {"type": "delta", "delta": "0.2"}}],
            {"contracts": {"straddle_width_multiplier": 1}},
            "contracts.straddle_width_multiplier",
            "no leg counts its strike from the money",
        ),
        (
            [ATM],
            {"contracts": {"straddle_width_multiplier": 0}},
            "contracts.straddle_width_multiplier",
            "a multiplier of 0 moves nothing",
        ),
        (
            [ATM],
            {"contracts": {"selection_time": "15:01"}},
            "contracts.selection_time",
            "strikes must be chosen before End (15:00:00)",
        ),
        (
            [{"strike": {"type": "premium_range", "low": 60, "high": 40}}],
            {},
            "legs[0].strike.high",
            "To must not be below From (60)",
        ),
        ([{"strike": {"type": "greek_range"}}], {}, "legs[0].strike.low", "a range needs at least one end"),
        (
            [{"strike": {"type": "itm_otm", "where": "both sides"}}],
            {},
            "legs[0].strike.where",
            "a step has one direction",
        ),
    ],
)
def test_a_contradiction_is_told_beside_its_field(legs, fields, path, sentence):
    reasons = told(*legs, **fields)

    assert reasons[path].startswith(sentence) or sentence in reasons[path], reasons


def test_all_contradictions_are_told_at_once():
    assert told({"strike": {"type": "atm", "steps": 30}}, relative(9), exchange="BFO", underlying="BTC").keys() == {
        "legs[0].strike.steps",
        "legs[1].strike.leg",
        "exchange",
    }


@pytest.mark.parametrize(
    ("legs", "fields"),
    [
        ([{"strike": {"type": "atm", "steps": 40}}], {"contracts": {"allow_far": True}}),
        ([ATM, relative(1), {"strike": {"type": "match_premium", "leg": 2}}], {}),
        ([{"kind": "FUT"}], {"contracts": {"mode": "fixed strikes"}}),
        ([{"lots": 0}, ATM], {}),
        ([{"strike": {"type": "greek_range", "greek": "theta", "low": 14}}], {}),
    ],
)
def test_what_is_right_passes(legs, fields):
    assert told(*legs, **fields) == {}


def test_a_leg_of_another_product_is_a_caution_and_no_error():
    portfolio = load({"name": "x", "legs": [{}, {"product": "NRML"}, {"product": "MIS"}]}, MultilegPortfolio)

    (caution,) = [one for one in cautions(portfolio) if one.path.endswith("product")]

    assert caution.path == "legs[1].product"
    assert "does not net" in caution.reason


TODAY = date(2026, 8, 25)
LISTED = tuple(date(2026, 8, 25).replace(month=month, day=day) for month, day in ((8, 25), (9, 1), (9, 8), (9, 29)))


@pytest.mark.parametrize(
    ("use", "at", "first"),
    [
        (UseCurrent(), time(15), 0),
        (UseNext(), time(9), 1),
        (UseCurrentUntil(until=time(13)), time(12, 59), 0),
        (UseCurrentUntil(until=time(13)), time(13), 1),
    ],
)
def test_codes_count_from_the_expiry_that_the_expiry_day_leaves(use, at, first):
    assert usable_expiries(LISTED, TODAY, at, use) == LISTED[first:]


def test_a_week_that_is_not_listed_is_not_the_next_month():
    def monthly(day: date) -> bool:
        return day.day >= 25

    assert resolve(NextWeek(), LISTED, LISTED, monthly) == date(2026, 9, 1)
    assert resolve(ThirdWeek(), LISTED, LISTED, monthly) is None
    assert resolve(FixedDate(on=TODAY), LISTED[1:], LISTED, monthly) == TODAY


def test_weeks_become_months_only_where_that_is_wanted():
    assert mapped(CurrentWeek(), weekly=True, map_weeks=False) == CurrentWeek()
    assert mapped(CurrentWeek(), weekly=False, map_weeks=True) == CurrentMonth()
    assert mapped(CurrentWeek(), weekly=False, map_weeks=False) is None
    assert mapped(FourthWeek(), weekly=False, map_weeks=True) is None
