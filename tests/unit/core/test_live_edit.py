"""Edit a portfolio while it runs: what may change, what that does at once, and what must be confirmed."""

import msgspec
import pytest

from engine.core.desk.live_edit import standings
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.money import price_of
from engine.domain.multileg.at_broker import AtBroker
from engine.domain.multileg.execution import Execution
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.live_edit import AT_BROKER, EXECUTION, LEG, PORTFOLIO, SCHEDULE, Rule, locked
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.schedule import Schedule
from engine.domain.multileg.states import ExitReason, LegOrigin, LegState, PortfolioState
from engine.domain.order import OrderStatus
from engine.schema.describe import describe
from engine.schema.load import dump, load
from tests.helpers.core_desk import P1, Desk, leg, portfolio, stop


def running(*legs, **fields):
    """A desk on which a portfolio runs, every leg filled at 120."""
    desk = Desk()
    desk.add(portfolio(*legs, **fields))
    desk.fill_all()
    assert desk.run.state is PortfolioState.RUNNING
    return desk


def edited(desk, *, confirmed=False, **fields):
    """Edit some fields of the running declaration, given as in a file; answer the facts."""
    new = load({**dump(desk.run.portfolio), **fields}, MultilegPortfolio)
    return desk.say(c.EditPortfolio(at=desk.now, portfolio_id=P1, portfolio=new, confirmed=confirmed))


def leg_edited(desk, number, *, confirmed=False, **fields):
    """Edit some fields of one leg."""
    legs = list(dump(desk.run.portfolio)["legs"])
    legs[number - 1] = {**legs[number - 1], **fields}
    return edited(desk, legs=legs, confirmed=confirmed)


def refusal(facts):
    """The sentence of a refusal, empty where there is none."""
    return next((fact.sentence for fact in facts if isinstance(fact, f.CommandRefused)), "")


def wanted(facts):
    """What a confirmation is wanted for, empty where it is not."""
    return next((fact.sentence for fact in facts if isinstance(fact, f.ConfirmationWanted)), "")


# --- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "declaration"),
    [(PORTFOLIO, MultilegPortfolio), (SCHEDULE, Schedule), (EXECUTION, Execution), (AT_BROKER, AtBroker), (LEG, Leg)],
)
def test_every_field_says_whether_it_may_change_while_running(table, declaration):
    assert set(table) == {spec.name for spec in describe(declaration)}


NOT_LIVE = {
    "name": "Other",
    "exchange": None,
    "underlying": None,
    "expiry": "NW",
    "underlying_reference": "future",
    "atm_rounding": "floor",
    "contracts": {"map_weeks_to_months": True},
    "entry": {"type": "time"},
    "tag": "Other",
    "sync_users": {},
    "wait_coupling": {"combined": {"move": "-5"}},
    "dynamic_hedge": {},
    "extra_conditions": {},
    "range_breakout": {},
}


def test_every_field_that_may_not_change_is_tried_below():
    assert set(NOT_LIVE) == {name for name, verdict in PORTFOLIO.items() if isinstance(verdict, str)}


@pytest.mark.parametrize("name", [name for name, value in NOT_LIVE.items() if value is not None])
def test_what_a_running_portfolio_is_made_of_is_refused_with_its_sentence(name):
    desk = running(leg("SELL", "PE"))
    spec = next(spec for spec in describe(MultilegPortfolio) if spec.name == name)
    before = desk.run.portfolio

    try:
        facts = edited(desk, **{name: NOT_LIVE[name]})
    except ValueError:
        pytest.skip(f"{spec.ask.title} has no such value any more")

    assert f"{name}: " in refusal(facts)
    assert desk.run.portfolio == before


@pytest.mark.parametrize(
    ("path", "value"),
    [("schedule.start", "09:25"), ("execution.product", "NRML"), ("execution.buy_first", False)],
)
def test_parts_of_schedule_and_orders_that_are_behind_us_are_refused(path, value):
    desk = running(leg("SELL", "PE"))
    group, field = path.split(".")

    facts = edited(desk, **{group: {**dump(desk.run.portfolio)[group], field: value}})

    assert f"{path}: " in refusal(facts)


@pytest.mark.parametrize(
    ("field", "value"), [("side", "BUY"), ("kind", "CE"), ("lots", 3), ("strike", {"type": "atm", "steps": 1})]
)
def test_contract_side_and_lots_of_a_filled_leg_are_refused(field, value):
    desk = running(leg("SELL", "PE"))

    facts = leg_edited(desk, 1, **{field: value})

    assert f"legs[0].{field}: " in refusal(facts)
    assert "already" in refusal(facts)


def test_every_field_that_may_not_change_is_locked_on_the_form_with_the_same_words():
    desk = running(leg("SELL", "PE"), {**leg("SELL", "CE"), "idle": True})

    found = locked(desk.run.portfolio, standings(desk.run))

    assert {"name", "execution.product", "legs[0].lots"} <= set(found)
    assert not {"legs[0].stop_loss", "legs[1].lots"} & set(found)


# --- what an edit does -----------------------------------------------------------------------------------------------


def test_a_new_stop_of_an_open_leg_is_counted_from_its_entry_and_may_be_looser():
    desk = running(leg("SELL", "PE", stop_loss=stop(25)))

    facts = leg_edited(desk, 1, stop_loss=stop(50))

    assert desk.run.legs[0].stop.value == price_of("180")
    (fact,) = [fact for fact in facts if isinstance(fact, f.PortfolioEdited)]
    assert fact.changes == ("Legs 1 › Stop loss › Distance: 25 → 50",)
    assert desk.run.version == 2


def test_a_stop_set_by_hand_stays_unless_its_own_rule_changes():
    desk = running(leg("SELL", "PE", stop_loss=stop(25), target=stop(50)))
    desk.say(c.ChangeLegProtection(at=desk.now, portfolio_id=P1, leg_id=1, stop=price_of("140"), target=price_of("60")))

    leg_edited(desk, 1, target=stop(60))

    assert desk.run.legs[0].stop.value == price_of("140")
    assert desk.run.legs[0].target.value == price_of("48")
    leg_edited(desk, 1, stop_loss=stop(30))
    assert desk.run.legs[0].stop.value == price_of("156")


def test_a_stop_beyond_the_price_is_asked_about_and_closes_only_when_it_is_confirmed():
    desk = running(leg("SELL", "PE", stop_loss=stop(25)))
    desk.chain(premium="135")

    asked = leg_edited(desk, 1, stop_loss=stop(10))

    assert "leg 1 would be closed at once: stop loss: 135.00 ≥ 132.00" in wanted(asked)
    assert desk.run.legs[0].stop.value == price_of("150")
    assert desk.run.version == 1
    leg_edited(desk, 1, stop_loss=stop(10), confirmed=True)
    assert desk.run.legs[0].state is LegState.EXITING
    assert desk.run.legs[0].exit_reason is ExitReason.LEG_SL


def test_a_combined_stop_beyond_the_loss_is_asked_about():
    desk = running(leg("SELL", "PE"), stop={"type": "loss", "amount": "5000"})
    desk.chain(premium="150")

    asked = edited(desk, stop={"type": "loss", "amount": "1000"})

    assert "everything would be closed at once" in wanted(asked)
    assert desk.run.state is PortfolioState.RUNNING
    assert not refusal(edited(desk, stop={"type": "loss", "amount": "9000"}))


def test_a_square_off_time_that_has_passed_is_asked_about_and_a_later_one_is_kept():
    desk = running(leg("SELL", "PE"))
    schedule = dump(desk.run.portfolio)["schedule"]
    desk.timer(3_600)
    desk.chain()

    asked = edited(desk, schedule={**schedule, "end": "10:00", "square_off": "10:10"})

    assert "square-off time 10:10" in wanted(asked)
    edited(desk, schedule={**schedule, "square_off": "15:20"})
    assert desk.run.square_off_at == desk.run.started_at + 6 * 3_600 * 1_000_000


def test_a_profit_lock_that_was_on_is_counted_anew_by_its_new_rule():
    lock = {"reach": "1000", "lock": "500", "every": "100", "by": "50"}
    desk = running(leg("SELL", "PE"), profit_lock=lock)
    desk.chain(premium="100")
    before = desk.run.floor

    edited(desk, profit_lock={**lock, "lock": "200"})

    assert before > desk.run.floor > 0


def test_an_added_leg_is_entered_and_an_idle_one_waits_for_a_word():
    desk = running(leg("SELL", "PE"))
    legs = dump(desk.run.portfolio)["legs"]

    facts = edited(desk, legs=[*legs, leg("BUY", "PE", -4), {**leg("SELL", "CE"), "idle": True}])

    assert [fact.origin for fact in facts if isinstance(fact, f.LegAdded)] == [LegOrigin.ADDED, LegOrigin.ADDED]
    assert len(desk.pending()) == 1
    desk.fill_all("20")
    assert [one.state for one in desk.run.legs] == [LegState.OPEN, LegState.OPEN, LegState.IDLE_LEG]
    assert desk.run.combined_premium == price_of("100")


def test_an_added_leg_that_cannot_be_entered_closes_nothing():
    desk = running(leg("SELL", "PE"))
    legs = dump(desk.run.portfolio)["legs"]
    edited(desk, legs=[*legs, leg("BUY", "PE", -4)])

    desk.report(desk.pending()[0].order_id, OrderStatus.REJECTED, words="RESTRICTED: no")

    assert desk.run.legs[1].state is LegState.ENTRY_FAILED
    assert desk.run.legs[0].state is LegState.OPEN
    assert desk.run.state is PortfolioState.RUNNING


def test_a_waiting_leg_is_switched_off_and_on_again():
    desk = running(leg("SELL", "PE"), leg("SELL", "CE", wait={"move": "-5"}))

    leg_edited(desk, 2, lots=0)

    assert desk.run.legs[1].state is LegState.CANCELLED
    leg_edited(desk, 2, lots=1)
    assert desk.run.legs[2].state is LegState.WAIT_TRADE
    assert desk.run.legs[2].origin is LegOrigin.ADDED


def test_the_trigger_of_a_waiting_leg_moves_with_its_wait():
    desk = running(leg("SELL", "PE"), leg("SELL", "CE", wait={"move": "-5"}))
    before = desk.run.legs[1].trigger.value

    leg_edited(desk, 2, wait={"move": "-10"})

    assert (before, desk.run.legs[1].trigger.value) == (price_of("114"), price_of("108"))


def test_a_trigger_that_is_reached_already_is_asked_about():
    desk = running(leg("SELL", "PE"), leg("SELL", "CE", wait={"move": "-5"}))
    desk.chain(premium="116")

    asked = leg_edited(desk, 2, wait={"move": "-2"})

    assert "leg 2 would be entered at once" in wanted(asked)
    assert desk.run.legs[1].state is LegState.WAIT_TRADE


def test_before_the_entry_everything_may_change_and_it_is_armed_anew():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "PE"), entry={"type": "time"}, schedule={"start": "10:00"}))
    assert desk.run.state is PortfolioState.WAITING

    schedule = {**dump(desk.run.portfolio)["schedule"], "start": "10:30"}
    facts = edited(desk, legs=[leg("BUY", "CE"), leg("SELL", "CE", 2)], schedule=schedule)

    assert not refusal(facts)
    assert [one.leg.kind.value for one in desk.run.legs] == ["CE", "CE"]
    assert desk.run.state is PortfolioState.WAITING
    assert desk.run.starts_at > desk.now + 3_600 * 1_000_000


def test_a_portfolio_that_is_done_or_being_closed_is_not_edited():
    desk = running(leg("SELL", "PE"))
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id=P1))

    assert "is being closed" in refusal(edited(desk, remarks="late"))
    desk.fill_all()
    assert "reset it to idle first" in refusal(edited(desk, remarks="late"))


def test_an_edit_that_changes_nothing_is_refused():
    desk = running(leg("SELL", "PE"))

    assert "declared so already" in refusal(edited(desk))


def test_a_running_leg_is_not_removed():
    desk = running(leg("SELL", "PE"), leg("SELL", "CE"))

    facts = edited(desk, legs=dump(desk.run.portfolio)["legs"][:1])

    assert "is not removed" in refusal(facts)


def test_what_an_edit_says_wrong_is_refused_field_by_field():
    desk = running(leg("SELL", "PE"))
    wrong = msgspec.structs.replace(desk.run.portfolio, default_lots=0)

    facts = desk.say(c.EditPortfolio(at=desk.now, portfolio_id=P1, portfolio=wrong))

    assert "default_lots" in refusal(facts)


def test_an_edit_survives_a_restart():
    desk = running(leg("SELL", "PE", stop_loss=stop(25)), stop={"type": "loss", "amount": "5000"})
    leg_edited(desk, 1, stop_loss=stop(50))
    edited(desk, stop={"type": "loss", "amount": "7000"})
    before = desk.state.books

    desk.die()

    assert desk.state.books.portfolios == before.portfolios


def test_switches_are_live_only_one_way_where_orders_rest():
    assert all(AT_BROKER[name] is Rule.ONLY_ON for name in ("leg_stop", "leg_target", "leg_reentry", "leg_wait"))
    desk = Desk()
    desk.add(portfolio(leg("SELL", "PE", stop_loss=stop(25)), at_broker={"leg_stop": True}))
    desk.fill(desk.pending()[0])

    assert "at_broker.leg_stop: " in refusal(edited(desk, at_broker={"leg_stop": False}))
    assert "at_broker: " in refusal(edited(desk, at_broker=None))
