"""The scenario runner itself: what it refuses, and what it says when an expectation fails."""

from pathlib import Path

import pytest

from engine.domain.instant import DAY, MINUTE, Instant
from engine.domain.instrument import Exchange
from engine.domain.money import price_of
from engine.domain.quote import QuoteColumn
from tests.helpers.core_desk import EXPIRY, RULES
from tests.helpers.scenario import run_scenario
from tests.helpers.scenario_market import ScenarioError, ScenarioMarket

SOLD_CALL = """
about = "A call is sold."
[[portfolios]]
name = "Call"
entry = "manual"
[[portfolios.legs]]
side = "SELL"
kind = "CE"
"""


def written(folder: Path, steps: str) -> Path:
    """A scenario file with some steps."""
    path = folder / "story.toml"
    path.write_text(f"{SOLD_CALL}\n{steps}", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ('[[steps]]\nprice = "1"', "step 1 has no price"),
        ("[[steps]]\nat = 09:00:00", "time does not go back"),
        ('[[steps]]\nprices = { 24851CE = "1" }', "24851CE is not listed"),
        ('[[steps]]\nprices = { CALL = "1" }', "'CALL' is no contract"),
        ('[[steps]]\nprices = { 24850CE = { mark = "1" } }', "24850CE has no mark"),
        ('[[steps]]\ncommand = "fly"', "there is no command or report 'fly'"),
        ('[[steps]]\ncommand = { type = "square_off_leg", leg = 1, price = "1" }', "square_off_leg has no price"),
        ('[[steps]]\ncommand = "trip_kill_switch"', "trip_kill_switch needs level, reason"),
        ('[[steps]]\nbroker = "dance"\nadd = "Call"', "a broker cannot 'dance'"),
    ],
)
def test_what_the_format_does_not_have_is_refused_with_a_sentence(tmp_path: Path, steps: str, sentence: str) -> None:
    with pytest.raises(ScenarioError, match=sentence):
        run_scenario(written(tmp_path, steps))


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ('expect = [{ fact = "leg_closed" }]', "fact = 'leg_closed' did not come"),
        ('expect = [{ fact = "leg_opened" }, { fact = "order_requested" }]', "did not come after the one before it"),
        ('expect = [{ fact = "leg_opened", average_price = "121" }]', "there was LegOpened"),
        ('expect = [{ fact = "order_requested", times = 2 }]', "came 1 times"),
        ('never = [{ fact = "order_requested", leg = 1 }]', "came 1 times"),
        ('state = "IDLE"', "state of Call is RUNNING, not IDLE"),
        ('legs = { 1 = "CLOSED" }', "leg 1 of Call is OPEN, not CLOSED"),
        ('exit = "TIME"', "exit reason of Call is none, not TIME"),
        ('levels = { 1 = { stop = "150" } }', "stop of leg 1 is none, not 150"),
        ("holds = {}", "our ledger holds"),
        ("broker_holds = { 24850CE = 65 }", "the broker holds"),
        ("books_say = { feed_stale = true }", "books.feed_stale is False, not True"),
        ('run_says = { exit_why = "no" }', "exit_why is , not no"),
        ('why = "the moon"', "the why panel does not say 'the moon'"),
    ],
)
def test_an_expectation_that_fails_says_so_with_the_log_in_sentences(tmp_path: Path, step: str, sentence: str) -> None:
    with pytest.raises(AssertionError) as failed:
        run_scenario(written(tmp_path, f"[[steps]]\n{step}"))

    assert sentence in str(failed.value)
    assert "step 1 at 09:20:00" in str(failed.value)
    assert "Call enters, underlying at 24850.00: started by hand" in str(failed.value)


def test_orders_rest_until_the_market_reaches_them(tmp_path: Path) -> None:
    steps = """
[[steps]]
rules = [{ do = "rest", times = 1 }]
add = "Call"
broker_holds = {}

[[steps]]
orders = [{ do = "fill", quantity = 65, price = "119" }]
expect = [{ fact = "leg_opened", average_price = "119" }]
broker_holds = { 24850CE = -65 }
"""

    run_scenario(written(tmp_path, steps))


def test_premiums_follow_the_model_where_nothing_is_typed() -> None:
    # Executor reference §4.1: 24850CE at 13 %, forward 24,850, 3 d 5.5 h to expiry, is 121.220.
    market = ScenarioMarket({"volatility": "13", "prices": {"24850PE": "115"}})
    close = RULES.expiry_close(Exchange.NFO, EXPIRY)

    shown = market.frame(Instant(close - 3 * DAY - 330 * MINUTE)).values[:, QuoteColumn.LAST_PRICE]

    assert shown[market.row("24850CE")] == price_of("121.20")
    assert shown[market.row("24850PE")] == price_of("115")
    assert shown[market.row("spot")] == price_of("24850")
