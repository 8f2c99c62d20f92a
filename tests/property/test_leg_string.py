"""Whatever the grammar of leg strings can say survives being said and read, and no text breaks the reader."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.multileg.actions import (
    KeepRunning,
    ReEnter,
    ReExecute,
    SquareOff,
    SquareOffAll,
    Unlimited,
    UpTo,
    Way,
)
from engine.domain.multileg.expiry import (
    CurrentMonth,
    CurrentWeek,
    FarMonth,
    FixedDate,
    FourthWeek,
    NextMonth,
    NextWeek,
    SecondWeek,
    ThirdWeek,
)
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.leg_string import LegStringError, legs_from_string, legs_to_string
from engine.domain.multileg.stop import Basis, StopLoss
from engine.domain.multileg.strike import AtmOffset, FixedStrike
from engine.domain.multileg.target import Target
from engine.domain.multileg.waiting import WaitAndTrade, WaitBasis
from engine.domain.order import Side

CODES = (CurrentWeek, NextWeek, SecondWeek, ThirdWeek, FourthWeek, CurrentMonth, NextMonth, FarMonth)


def amounts(high: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=Decimal("0.0001"), max_value=high, places=4, allow_nan=False)


strikes = st.one_of(
    st.integers(-100, 100).map(lambda steps: AtmOffset(steps=steps)),
    st.integers(1, 1_999_999_980).map(lambda ticks: FixedStrike(strike=ticks * Decimal("0.05"))),
)
expiries = st.one_of(
    st.none(),
    st.sampled_from(CODES).map(lambda code: code()),
    st.dates(date(2019, 1, 1), date(2099, 12, 31)).map(lambda on: FixedDate(on=on)),
)
SAID = (Basis.PREMIUM_POINTS, Basis.PREMIUM_PERCENT, Basis.PREMIUM_PRICE, Basis.UNDERLYING_POINTS, Basis.STRIKE)
often = st.integers(0, 100).map(lambda times: UpTo(times=times)) | st.just(Unlimited())
actions = st.one_of(
    st.just(SquareOff()),
    st.just(SquareOffAll()),
    st.just(KeepRunning()),
    st.builds(ReExecute, times=often, way=st.sampled_from(Way)),
    st.builds(ReEnter, times=often, way=st.sampled_from(Way)),
)
legs = st.builds(
    Leg,
    side=st.sampled_from(Side),
    kind=st.sampled_from(LegKind),
    strike=strikes,
    expiry=expiries,
    lots=st.integers(0, 999),
    hedge_required=st.booleans(),
    wait=st.none()
    | st.builds(
        WaitAndTrade, move=amounts(99), basis=st.sampled_from((WaitBasis.PREMIUM_PERCENT, WaitBasis.PREMIUM_POINTS))
    ),
    stop_loss=st.none() | st.builds(StopLoss, basis=st.sampled_from(SAID), distance=amounts(99)),
    target=st.none() | st.builds(Target, basis=st.sampled_from(SAID), distance=amounts(99)),
    idle=st.booleans(),
    start=st.none() | st.times().map(lambda at: at.replace(microsecond=0)),
    on_stop=actions.map(lambda action: (action,)),
    on_target=actions.map(lambda action: (action,)),
)


@given(st.lists(legs.filter(lambda leg: not list(leg.check())), min_size=1, max_size=6))
def test_legs_that_can_be_said_survive(chosen):
    text, left_out = legs_to_string(chosen)

    assert left_out == []
    assert list(legs_from_string(text)) == chosen


@given(st.text(st.sampled_from("|:ATM+-5PE%SLTxnInsCEBUY. \x00²"), max_size=60))
def test_no_text_breaks_the_reader(text):
    with suppress(LegStringError):
        legs_from_string(text)
