"""On which day a portfolio enters, and when it squares off."""

from datetime import date, time

import pytest

from engine.core.readings import entry_days
from engine.core.records.books import Books
from engine.core.records.portfolio_run import PortfolioRun, new_leg
from engine.core.state import EngineState
from engine.domain.identifiers import LegId, PortfolioId
from engine.domain.instant import ist_date, ist_instant
from engine.domain.market_rules import UnknownRuleError
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import load, problems
from tests.helpers.core_desk import ACCOUNT, MASTER, RULES, leg

WEDNESDAY = date(2026, 8, 19)
TUESDAY = date(2026, 8, 25)
"""The weekly and monthly expiry of NIFTY after it; the 26th, not a trading day, follows."""


def armed(day=WEDNESDAY, at=time(9, 0), product="NRML", **schedule):
    document = {"name": "T", "legs": [leg("SELL", "CE")], "schedule": schedule, "execution": {"product": product}}
    portfolio = load(document, MultilegPortfolio)
    state = EngineState(MASTER, RULES, Books())
    state.now = ist_instant(day, at)
    run = PortfolioRun(
        portfolio_id=PortfolioId("P1"),
        account=ACCOUNT,
        portfolio=portfolio,
        legs=[new_leg(LegId(1), portfolio.legs[0])],
        added_at=state.now,
    )
    return entry_days.arm(state, run)


def day_of(fact):
    return ist_date(fact.starts_at)


def test_the_next_run_day_is_chosen_and_what_is_left_out_is_said():
    fact = armed(days=["FRI"])

    assert day_of(fact) == date(2026, 8, 21)
    assert fact.why == "not on 2026-08-19: WED is no run day; not on 2026-08-20: THU is no run day"


def test_event_days_are_left_out():
    fact = armed(blackouts=[{"on": "2026-08-19", "event": "RBI"}])

    assert day_of(fact) == date(2026, 8, 20)
    assert fact.why == "not on 2026-08-19: event day (RBI)"


def test_days_to_the_expiry_count_trading_days():
    # The 19th is Wednesday, the expiry Tuesday the 25th: four trading days ahead.
    assert day_of(armed(days_to_expiry="4")) == WEDNESDAY
    assert day_of(armed(days_to_expiry="0,1")) == date(2026, 8, 24)
    assert day_of(armed(days_to_expiry="0")) == TUESDAY
    assert day_of(armed(days_to_expiry="2-3")) == date(2026, 8, 20)


def test_expiry_days_only_and_never():
    assert day_of(armed(expiry_days="only on expiry days")) == TUESDAY
    assert day_of(armed(day=TUESDAY, expiry_days="never on expiry days")) > TUESDAY


def test_a_positional_portfolio_squares_off_days_before_the_expiry():
    fact = armed(positional={"square_off_before": 1})

    assert day_of(fact) == WEDNESDAY
    assert fact.square_off_at == ist_instant(date(2026, 8, 24), time(15, 15))


def test_a_positional_portfolio_enters_days_before_the_expiry():
    fact = armed(positional={"enter_before": 2})

    assert day_of(fact) == date(2026, 8, 21)
    assert fact.square_off_at == ist_instant(TUESDAY, time(15, 15))


def test_on_its_last_day_a_positional_portfolio_enters_until_its_square_off_only():
    monday, schedule = date(2026, 8, 24), {"square_off": "09:36", "positional": {"square_off_before": 1}}

    fact = armed(day=monday, **schedule)

    assert fact.ends_at == fact.square_off_at == ist_instant(monday, time(9, 36))
    assert day_of(armed(day=monday, at=time(9, 37), **schedule)) > TUESDAY


@pytest.mark.parametrize(("counted", "expected"), [
    ("trading days", date(2026, 8, 21)),
    ("calendar days, the trading day before if closed", date(2026, 8, 21)),
    ("calendar days, the trading day after if closed", date(2026, 8, 24)),
])  # fmt: skip
def test_days_before_the_expiry_that_are_closed_are_moved(counted, expected):
    days = 2
    fact = armed(positional={"square_off_before": days, "counted": counted})

    assert ist_date(fact.square_off_at) == expected


def test_a_schedule_that_never_lets_it_enter_is_said():
    with pytest.raises(UnknownRuleError, match=r"finds no day to enter .*4 trading days to the expiry"):
        armed(days_to_expiry="99")


def test_after_the_end_the_next_day_is_taken():
    assert day_of(armed(at=time(15, 1))) == date(2026, 8, 20)


@pytest.mark.parametrize(("schedule", "path"), [
    ({"days_to_expiry": "4-2"}, "schedule.days_to_expiry"),
    ({"days_to_expiry": "soon"}, "schedule.days_to_expiry"),
    ({"days_to_expiry": "1", "expiry_days": "only on expiry days"}, "schedule.days_to_expiry"),
    ({"blackouts": [{"on": "2026-08-19"}, {"on": "2026-08-19"}]}, "schedule.blackouts[1].on"),
    ({"positional": {"enter_before": 1, "square_off_before": 2}}, "schedule.positional.square_off_before"),
    ({"start": "10:00", "end": "09:30"}, "schedule.end"),
])  # fmt: skip
def test_contradictions_of_a_schedule_stand_beside_their_field(schedule, path):
    document = {"name": "T", "legs": [leg("SELL", "CE")], "schedule": schedule, "execution": {"product": "NRML"}}

    assert path in [error.path for error in problems(document, MultilegPortfolio)]


def test_a_positional_portfolio_needs_nrml():
    document = {"name": "T", "legs": [leg("SELL", "CE")], "schedule": {"positional": {}}}

    assert [error.path for error in problems(document, MultilegPortfolio)] == ["execution.product"]
