"""Every fact becomes a line that a trader can read."""

import types
import typing
from enum import Enum

import msgspec
import pytest

from engine.domain import facts as f
from engine.domain.identifiers import OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import KillLevel
from engine.domain.order import OrderStatus
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import default_tag
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag
from engine.views.messages import MessageLevel, MessageWriter
from tests.helpers.simulated_desk import facts_of, portfolio, run_at

FACTS: tuple[type[msgspec.Struct], ...] = typing.get_args(f.AnyFact)


def sample(kind: typing.Any, *, absent: bool) -> typing.Any:
    """A value of an annotated type; ``absent`` chooses None where that is allowed."""
    parts = typing.get_args(kind)
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return None if absent and type(None) in parts else sample(parts[0], absent=absent)
    if typing.get_origin(kind) is tuple:
        return ()
    while isinstance(kind, typing.NewType):
        kind = kind.__supertype__
    if kind is MultilegPortfolio:
        return portfolio()
    if kind is RiskLimits:
        return RiskLimits()
    if kind is Account:
        return Account(id="A1")
    if kind is StrategyTag:
        return default_tag("A1")
    if issubclass(kind, Enum):
        return next(iter(kind))
    if kind is Leg:
        return portfolio().legs[0]
    if issubclass(kind, msgspec.Struct):
        return fact(kind, absent=absent)
    return {str: "words", int: 740_000, bool: True}[kind]


def fact(kind: type[msgspec.Struct], *, absent: bool = False) -> f.AnyFact:
    hints = typing.get_type_hints(kind)
    return kind(**{name: sample(hints[name], absent=absent) for name in kind.__struct_fields__})  # type: ignore[return-value]


@pytest.mark.parametrize("absent", [False, True])
@pytest.mark.parametrize("kind", FACTS)
def test_every_fact_becomes_a_sentence(kind: type[msgspec.Struct], absent: bool) -> None:
    message = MessageWriter().message(fact(kind, absent=absent))

    assert message.sentence
    assert "None" not in message.sentence
    assert "<" not in message.sentence
    assert not message.sentence.endswith((" ", ":"))


@pytest.mark.parametrize("status", OrderStatus)
def test_every_status_of_an_order_becomes_a_sentence(status: OrderStatus) -> None:
    moved = f.OrderMoved(at=Instant(1), order_id=OrderId("T1"), status=status, wording="RMS: blocked")

    message = MessageWriter().message(moved)

    assert message.sentence.startswith("order T1 ")
    assert message.sentence.endswith("RMS: blocked")


@pytest.mark.parametrize("level", list(KillLevel)[1:])
def test_the_kill_switch_wants_attention(level: KillLevel) -> None:
    message = MessageWriter().message(f.KillSwitchTripped(at=Instant(1), level=level, reason="too much"))

    assert message.level is MessageLevel.ATTENTION
    assert "too much" in message.sentence


def test_messages_of_a_day_name_portfolio_tag_and_account() -> None:
    writer = MessageWriter()

    messages = [writer.message(fact) for fact in facts_of(run_at(15, 20))]

    assert [message.number for message in messages] == list(range(1, len(messages) + 1))
    filled = next(message for message in messages if message.kind == "order_filled")
    assert (filled.portfolio, filled.portfolio_id, filled.account) == ("Straddle", PortfolioId("P1"), "PAPER")
    assert filled.tag == "TEST100001"
    assert "BUY 130 NIFTY26AUG24500CE, leg 1" in filled.sentence


def test_a_stop_is_told_with_price_level_and_code() -> None:
    writer = MessageWriter()
    messages = [writer.message(fact) for fact in facts_of(run_at(15, 20))]

    stop = next(message for message in messages if message.kind == "leg_exit_decided")

    assert stop.level is MessageLevel.WARNING
    assert stop.sentence == "Leg 4 NIFTY26AUG24100PE is closed: stop loss: 188.30 ≥ 187.10 (LEG_SL)"


def test_an_unknown_outcome_wants_attention() -> None:
    moved = f.OrderMoved(at=Instant(1), order_id=OrderId("T1"), status=OrderStatus.UNKNOWN)

    assert MessageWriter().message(moved).level is MessageLevel.ATTENTION
