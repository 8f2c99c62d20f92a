"""What a portfolio's log level lets into the message log; the journal has everything at each of them."""

import pytest

from engine.domain.multileg.monitoring import LogLevel, Monitoring
from engine.views.messages import MessageLevel, MessageWriter
from tests.helpers.scenario import ScenarioRun

LEG = {"side": "SELL", "kind": "CE", "stop_loss": {"distance": "25"}, "trailing": {"every": "5", "by": "5"}}


def messages_of(level, *, edited_to=None):
    """The messages of a sold call whose stop trails and is hit, its account's included."""
    said = {"name": "Call", "entry": "manual", "legs": [LEG], "monitoring": {"log_level": level}}
    run = ScenarioRun({"portfolios": [said], "steps": []})
    run.step(1, {})
    if edited_to is not None:
        edit = {"type": "edit_portfolio", "portfolio": {"monitoring": {"log_level": edited_to}}}
        run.step(2, {"command": edit})
    run.step(3, {"prices": {"24850CE": "110"}})
    run.step(4, {"prices": {"24850CE": "150"}})
    writer = MessageWriter()
    return [writer.message(fact) for fact in run.desk.facts]


def told(messages):
    return {message.kind for message in messages if message.told and message.portfolio == "Call"}


def test_everything_is_told_unless_something_else_is_declared():
    messages = messages_of("everything")

    assert Monitoring().log_level is LogLevel.EVERYTHING
    assert all(message.told for message in messages)
    assert {"order_moved", "stop_moved"} <= told(messages)


def test_decisions_are_told_without_the_steps_of_orders_and_trails():
    messages = messages_of("decisions")

    assert not {"order_moved", "stop_moved"} & told(messages)
    assert {"portfolio_started", "leg_opened", "leg_exit_decided", "leg_closed", "portfolio_closed"} <= told(messages)


def test_only_alarms_are_told_where_only_they_are_wanted():
    messages = messages_of("alarms only")

    shown = [message for message in messages if message.told and message.portfolio == "Call"]
    assert shown
    assert MessageLevel.INFO not in {message.level for message in shown}
    assert "leg_exit_decided" in told(messages)


@pytest.mark.parametrize("level", ["decisions", "alarms only"])
def test_what_concerns_no_portfolio_is_always_told(level):
    assert all(message.told for message in messages_of(level) if message.portfolio_id is None)


def test_an_edit_changes_what_is_told_from_then_on_and_not_before():
    messages = messages_of("everything", edited_to="alarms only")

    kinds = [message.kind for message in messages if message.told]
    assert "order_moved" in kinds
    assert "stop_moved" not in kinds
    assert len(messages_of("everything")) == len(messages) - 1
