"""Which facts alert, of what class, and what a portfolio's choice and the account's own alerts make of it."""

from typing import Union, get_args

import pytest

from engine.domain import facts as f
from engine.domain.alert import AlertClass
from engine.domain.denial import DenialReason
from engine.domain.multileg.monitoring import Monitoring
from engine.domain.multileg.states import ExitReason
from engine.domain.order import OrderStatus
from engine.domain.reports import Channel
from engine.views.alerts import OF_ACCOUNT, OF_PORTFOLIO, AlertWatch, Topic, topic_of
from engine.views.line import MessageLevel
from tests.helpers.scenario import ScenarioRun

SILENT = {
    # The session as it goes, and what somebody just asked for.
    f.SessionOpened, f.RiskLimitsSet, f.AccountSet, f.TagSet, f.TagRemoved, f.DayStarted, f.CommandRefused,
    f.AccountFloorMoved, f.TagFloorMoved,
    # On the way to an entry.
    f.PortfolioAdded, f.PortfolioArmed, f.SyncAwaited, f.DayCarried, f.StraddleWidthTaken, f.ConditionsMet, f.RangeSet,
    f.RangeArmed, f.RangeBroken, f.EntryReferenceTaken, f.EntrySideSeen, f.LotsMultiplied, f.PortfolioReset,
    f.SignalTaken, f.CombinedWaitSet, f.CombinedWaitOver, f.LegResolved, f.LegWaits, f.LegWaitMissed, f.LegRetried,
    f.LegConditionsMet, f.LegResized, f.LegCancelled, f.LegOpened, f.LegProtected, f.PortfolioResumed,
    f.CombinedPremiumSet,
    # What follows of something that alerted.
    f.ActionDone, f.PortfolioActionDone, f.ReentryBlocked, f.PortfolioReentryBlocked, f.CostMoveWanted, f.HedgeReused,
    f.DeltaBandLeft, f.DeltaBandRegained, f.LegDelayStarted, f.LegDelayCleared, f.CombinedDelayStarted,
    f.CombinedDelayCleared, f.CombinedReferencesSet, f.LegClosed, f.PartEntryOver,
    # What the trader did.
    f.PortfolioEdited, f.SecretWordSealed, f.ConfirmationWanted, f.PortfolioDisabled, f.PortfolioEnabled,
    f.LegLevelsEdited, f.RollDecided, f.ConversionRequested, f.LegConverted,
    # Orders that go their way.
    f.OrderRequested, f.OrderFilled, f.OrderModifyRequested, f.OrderModified, f.OrderCancelRequested,
    f.OrderPricedAnew,
}  # fmt: skip
JUDGED = {
    f.PortfolioExitDecided, f.LegExitDecided, f.LegHit, f.LegReduced, f.PortfolioReduced, f.CombinedHitInPart,
    f.OrderMoved, f.OrderDenied,
}  # fmt: skip
"""Facts whose class is in what they say."""


def _with(kind, fields):
    """A fact of a kind with the fields that its class depends on; the others are not looked at."""
    blank = dict.fromkeys(kind.__struct_fields__)
    return kind(**{**blank, **fields})


def test_every_kind_of_fact_is_either_an_alert_or_silent_on_purpose():
    kinds = set(get_args(Union[f.AnyFact]))  # noqa: UP007 - flattens the aliases

    assert kinds - SILENT - JUDGED - set(OF_PORTFOLIO) - set(OF_ACCOUNT) == set()
    assert SILENT & (JUDGED | set(OF_PORTFOLIO) | set(OF_ACCOUNT)) == set()


@pytest.mark.parametrize("kind", sorted(SILENT, key=lambda one: one.__name__))
def test_a_silent_fact_alerts_nobody(kind):
    assert topic_of(_with(kind, {})) is None


@pytest.mark.parametrize(("kind", "about"), sorted(OF_PORTFOLIO.items(), key=lambda one: one[0].__name__))
def test_a_fact_of_a_portfolio_has_its_class(kind, about):
    assert topic_of(_with(kind, {})) == Topic(about)


@pytest.mark.parametrize(("kind", "about"), sorted(OF_ACCOUNT.items(), key=lambda one: one[0].__name__))
def test_a_fact_of_the_account_always_has_a_topic(kind, about):
    assert topic_of(_with(kind, {})) == Topic(about)


@pytest.mark.parametrize(
    ("reason", "about"),
    [
        (ExitReason.LEG_SL, AlertClass.STOP),
        (ExitReason.LEG_SL_TRAIL, AlertClass.STOP),
        (ExitReason.SL_BROKER, AlertClass.STOP),
        (ExitReason.COMB_SL, AlertClass.STOP),
        (ExitReason.DAY_LOSS, AlertClass.STOP),
        (ExitReason.LEG_TGT, AlertClass.TARGET),
        (ExitReason.COMB_TGT_TRAIL, AlertClass.TARGET),
        (ExitReason.TIME, AlertClass.EXIT),
        (ExitReason.MANUAL, AlertClass.EXIT),
        (ExitReason.KILL, AlertClass.EXIT),
        (ExitReason.MARGIN, AlertClass.MARGIN),
        (ExitReason.FEED_DEAD, AlertClass.FEED),
        (ExitReason.LATE_FILL, AlertClass.DIFFERENCE),
        (ExitReason.MANUAL_EXTERNAL, AlertClass.DIFFERENCE),
        (ExitReason.LEG_FAIL, AlertClass.REJECTION),
    ],
)
@pytest.mark.parametrize("kind", sorted(JUDGED - {f.OrderMoved, f.OrderDenied}, key=lambda one: one.__name__))
def test_an_exit_has_the_class_of_its_reason(kind, reason, about):
    assert topic_of(_with(kind, {"reason": reason})) == Topic(about)


@pytest.mark.parametrize("reason", ExitReason)
def test_no_reason_of_an_exit_is_silent(reason):
    assert topic_of(_with(f.LegExitDecided, {"reason": reason})) is not None


@pytest.mark.parametrize("status", OrderStatus)
def test_an_order_alerts_when_it_is_refused_or_its_outcome_is_unknown(status):
    about = {
        OrderStatus.REJECTED: AlertClass.REJECTION,
        OrderStatus.NOT_SENT: AlertClass.REJECTION,
        OrderStatus.UNKNOWN: AlertClass.DIFFERENCE,
    }.get(status)

    assert topic_of(_with(f.OrderMoved, {"status": status})) == (None if about is None else Topic(about))


def test_a_refusal_of_ours_is_about_margin_where_funds_lack():
    assert topic_of(_with(f.OrderDenied, {"reason": DenialReason.MARGIN})) == Topic(AlertClass.MARGIN)
    assert topic_of(_with(f.OrderDenied, {"reason": DenialReason.FREEZE_QUANTITY})) == Topic(AlertClass.REJECTION)


def test_lines_and_recoveries_are_told_apart():
    market = _with(f.ConnectionChanged, {"channel": Channel.MARKET_DATA})
    orders = _with(f.ConnectionChanged, {"channel": Channel.ORDERS})

    assert topic_of(market) == Topic(AlertClass.FEED)
    assert topic_of(orders) == Topic(None)
    assert topic_of(_with(f.RecoveryFinished, {"unresolved": 0})) is None
    assert topic_of(_with(f.RecoveryFinished, {"unresolved": 2})) == Topic(None)


def alerts_of(monitoring):
    """What alerts of a straddle whose leg is stopped, told to whoever listens."""
    heard = []
    leg = {"side": "SELL", "kind": "CE", "stop_loss": {"distance": "25"}}
    run = ScenarioRun(
        {"portfolios": [{"name": "Call", "entry": "manual", "legs": [leg], "monitoring": monitoring}], "steps": []}
    )
    run.step(1, {})
    before = len(run.desk.facts)
    run.step(2, {"prices": {"24850CE": "150"}})
    run.step(3, {"command": {"type": "trip_kill_switch", "level": "NO_OPENINGS", "reason": "enough"}})
    AlertWatch(heard.extend).take_facts(run.desk.facts[before:], run.desk.state)
    return heard


def test_a_stop_is_told_in_a_sentence_that_names_portfolio_leg_and_contract():
    stop, closed, killed = alerts_of({})

    assert (stop.about, stop.level, stop.portfolio) == (AlertClass.STOP, MessageLevel.WARNING, "Call")
    assert stop.sentence.startswith("Call: leg 1 NIFTY")
    assert "(LEG_SL)" in stop.sentence
    assert (closed.about, closed.portfolio) == (AlertClass.EXIT, "Call")
    assert (killed.about, killed.level, killed.portfolio) == (None, MessageLevel.ATTENTION, "")


def test_a_portfolio_that_wants_no_alerts_is_silent_and_the_account_is_not():
    assert [one.about for one in alerts_of({"alerts": []})] == [None]
    assert [one.about for one in alerts_of({"alerts": ["exit"]})] == [AlertClass.EXIT, None]


def test_a_level_that_follows_the_price_is_told_only_where_that_is_wanted():
    assert AlertClass.TRAIL not in Monitoring().alerts
    assert len(Monitoring().alerts) == len(AlertClass) - 1
