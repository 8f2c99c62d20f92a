"""Save-time rules of actions and waits: each contradiction with its own sentence beside its own field."""

from typing import Any

import pytest

from engine.domain.money import Price, price_of
from engine.domain.multileg.cautions import cautions
from engine.domain.multileg.other_portfolios import unknown_portfolios
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.waiting import CombinedWait, WaitAndTrade, WaitBasis, combined_trigger, trigger_value
from engine.schema.load import dump, load, problems


def told(*legs: dict[str, Any], **fields: Any) -> list[tuple[str, str]]:
    found = problems({"name": "Test", "legs": list(legs), **fields}, MultilegPortfolio)
    return [(error.path, error.reason) for error in found]


def lazy(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"side": "BUY"}
    for _ in range(depth):
        inner = {"on_stop": [{"type": "lazy", "leg": inner}]}
    return inner


WAIT = {"move": "-5"}


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        (["re_execute", "re_enter"], "either re-executed or re-entered"),
        (["re_enter", "re_momentum"], "in one way only"),
        (["keep", "square_off"], "cannot be kept running and squared off"),
        (["keep", "re_enter"], "cannot be entered again"),
        (["keep", "re_execute_first"], "not squared off later"),
        (["pyramid", "square_off"], "keeps the leg open"),
        (["square_off_all", "re_execute"], "everything is closed"),
        ([{"type": "re_execute_portfolio"}, "square_off_all"], "closes everything already"),
        (["reverse", "re_execute"], "in one way only"),
        (["move_to_cost", "move_to_cost"], "twice"),
    ],
)
def test_actions_that_exclude_each_other_are_refused_beside_the_later_one(stack: list[Any], words: str) -> None:
    ((path, reason),) = told({"on_stop": stack, "wait": WAIT})

    assert path == "legs[0].on_stop[1]"
    assert words in reason


@pytest.mark.parametrize(
    "stack", [["keep", "re_execute"], ["keep", "reverse"], ["square_off", {"type": "execute_leg", "leg": 2}], ["keep"]]
)
def test_actions_that_go_together_are_taken(stack: list[Any]) -> None:
    assert told({"on_stop": stack}, {"idle": True}) == []


def test_at_most_three_actions_stand_on_one_hit() -> None:
    many = [{"type": "square_off_other", "portfolio": name} for name in "ABCD"]

    assert told({"on_target": many}) == [("legs[0].on_target", "On target must have at most 3")]


def test_an_executed_leg_must_be_there_and_idle() -> None:
    found = told({"on_stop": [{"type": "execute_leg", "leg": 2}, {"type": "execute_leg", "leg": 9}]}, {})

    assert found == [
        ("legs[0].on_stop[0].leg", "leg 2 is not idle; mark it idle, or choose another leg"),
        ("legs[0].on_stop[1].leg", "there is no leg 9; the portfolio has 2"),
    ]


def test_idle_legs_must_not_execute_each_other_in_a_circle() -> None:
    to_two, to_three = ({"on_stop": [{"type": "execute_leg", "leg": leg}], "idle": True} for leg in (2, 3))

    found = told({}, to_three, to_two)

    assert [path for path, _ in found] == ["legs[1].on_stop[0].leg", "legs[2].on_stop[0].leg"]
    assert "circle" in found[0][1]


def test_a_leg_must_not_square_itself_off_as_another() -> None:
    assert "this leg" in told({"on_stop": [{"type": "square_off_leg", "leg": 1}]})[0][1]


def test_a_portfolio_must_not_name_itself() -> None:
    found = told({"on_stop": [{"type": "execute_other", "portfolio": "Test"}]})

    assert found == [
        ("legs[0].on_stop[0].portfolio",
         "this is the portfolio itself; use Square off or Re-execute the portfolio")
    ]  # fmt: skip


def test_lazy_legs_are_at_most_ten_deep_also_in_hostile_documents() -> None:
    assert told(lazy(10)) == []
    for depth in (11, 40):
        place, words = told(lazy(depth))[0]
        assert place == "legs[0]" + 11 * ".on_stop[0].leg"
        assert "at most 10 deep" in words
    place, words = told(lazy(2_000))[0]
    assert place == "legs[0].on_stop[0]"
    assert "deeper than" in words


def test_a_lazy_leg_is_not_idle_and_has_lots() -> None:
    found = told({"on_stop": [{"type": "lazy", "leg": {"idle": True}}]})

    assert found[0][0] == "legs[0].on_stop[0].leg.idle"


def test_a_re_entry_on_momentum_needs_a_wait() -> None:
    assert "needs a wait and trade" in told({"on_stop": ["re_momentum"]})[0][1]


def test_a_leg_that_may_be_turned_round_has_levels_for_both_sides() -> None:
    turned = {"stop_loss": {"distance": 120}, "on_stop": ["reverse"]}

    assert "below nothing" in told(turned)[0][1]
    assert told({"stop_loss": {"distance": 120}}) == []


@pytest.mark.parametrize(
    ("leg", "path"),
    [
        ({"start": "09:00:00"}, "legs[0].start"),
        ({"start": "15:05:00"}, "legs[0].start"),
        ({"last_entry": "15:05:00"}, "legs[0].last_entry"),
        ({"start": "11:00:00", "last_entry": "10:00:00"}, "legs[0].last_entry"),
        ({"wait": {"move": 0}}, "legs[0].wait.move"),
        ({"wait": {"move": -100}}, "legs[0].wait.move"),
    ],
)
def test_times_and_waits_of_a_leg_must_be_possible(leg: dict[str, Any], path: str) -> None:
    assert [found for found, _ in told(leg)] == [path]


def test_not_every_leg_may_be_idle() -> None:
    assert told({"idle": True}) == [("legs", "at least one leg must not be idle, or nothing is ever entered")]


def test_what_repeats_without_end_is_warned_of() -> None:
    portfolio = load(
        {"name": "T", "legs": [{"on_stop": [{"type": "re_execute", "times": "unlimited"}]}]}, MultilegPortfolio
    )

    warned = {warning.path: warning.reason for warning in cautions(portfolio)}

    assert "without end" in warned["legs[0].on_stop[0].times"]


def test_a_portfolio_that_is_not_there_is_told_by_its_field() -> None:
    portfolio = load(
        {"name": "T", "legs": [{"on_stop": [{"type": "start_other", "portfolio": "B"}]}]}, MultilegPortfolio
    )

    assert [error.path for error in unknown_portfolios(portfolio, {"A"})] == ["legs[0].on_stop[0].portfolio"]
    assert unknown_portfolios(portfolio, {"B"}) == []


def test_actions_and_waits_are_saved_and_loaded_unchanged() -> None:
    document = {
        "name": "T",
        "waiting": {"one_side": True, "trail_all": {"step": "2"}, "missed_trigger": {}},
        "wait_coupling": {"combined": {"move": "-5"}, "others": {"type": "after", "seconds": 60}},
        "reexecution": {"leg_delay": {"type": "candle", "minutes": 5}, "most": 4},
        "legs": [{"on_stop": ["keep", {"type": "lazy", "leg": {"on_target": ["re_execute"]}}], "wait": WAIT}, {}],
    }

    portfolio = load(document, MultilegPortfolio)

    assert load(dump(portfolio), MultilegPortfolio) == portfolio


# T17, and the rounding: the whole move must have been made.
@pytest.mark.parametrize(
    ("move", "basis", "reference", "trigger"),
    [
        ("-5", WaitBasis.PREMIUM_PERCENT, "120", "114"),
        ("-5", WaitBasis.PREMIUM_PERCENT, "132", "125.40"),
        ("-5", WaitBasis.PREMIUM_PERCENT, "100.15", "95.10"),
        ("5", WaitBasis.PREMIUM_PERCENT, "100.15", "105.20"),
        ("30", WaitBasis.UNDERLYING_POINTS, "24837", "24867"),
        ("-99", WaitBasis.PREMIUM_PERCENT, "0.10", "0.05"),
    ],
)
def test_the_trigger_of_a_wait(move: str, basis: WaitBasis, reference: str, trigger: str) -> None:
    wait = load({"move": move, "basis": basis.value}, WaitAndTrade)

    assert trigger_value(wait, price_of(reference), Price(500)) == price_of(trigger)


def test_the_trigger_of_a_combined_wait_is_counted_on_the_signed_premium() -> None:
    # §1.5: 235, −5 % → 223.25. A debit of 100 that falls by 5 percent costs 105.
    fall = load({"move": "-5"}, CombinedWait)

    assert combined_trigger(fall, price_of("235")) == price_of("223.25")
    assert combined_trigger(fall, price_of("-100")) == price_of("-105")
