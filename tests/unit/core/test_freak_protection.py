"""How long a price that jumps without a reason pauses stops and targets, by the portfolio's own protection."""

import pytest

from engine.domain.multileg.states import ExitReason, LegState
from tests.helpers.core_desk import leg
from tests.unit.core.levels_desk import CALL, entered, level, show


def protected(freak):
    desk = entered(leg("SELL", "CE", stop_loss=level(25, "premium percent")), freak=freak)
    show(desk, "121")
    return desk


def outside(price):
    """A print far outside bid and ask."""
    return {CALL: (price, "120.50", "121.50")}


@pytest.mark.parametrize(("freak", "state"), [("off", LegState.EXITING), ("smart", LegState.OPEN)])
def test_a_single_freak_print_is_ignored_unless_protection_is_off(freak, state):
    desk = protected(freak)
    show(desk, outside("410"), outside("121"))

    assert desk.run.legs[0].state is state  # 120 → 410 → 121


@pytest.mark.parametrize(("freak", "seconds"), [("off", 1), ("smart", 4), ("strong", 11)])
def test_a_jump_that_stays_is_believed_after_its_pause(freak, seconds):
    desk = protected(freak)
    reasons = show(desk, *[outside("160")] * (seconds - 1))
    last = show(desk, outside("160.50"))

    assert reasons == []
    assert last == [ExitReason.LEG_SL]


def test_a_pause_holds_back_the_monitors_and_not_the_square_off_time():
    schedule = {"start": "09:20", "end": "09:20:02", "square_off": "09:20:03"}
    desk = entered(leg("SELL", "CE", stop_loss=level(25, "premium percent")), freak="strong", schedule=schedule)
    show(desk, "121")

    assert show(desk, outside("410")) == []
    assert show(desk, outside("410")) == [ExitReason.TIME]
