"""Limits, locks and retry policies of accounts and strategy tags, and what they leave alone."""

from datetime import time, timedelta
from decimal import Decimal

from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.instant import ist_instant
from engine.domain.money import money_of
from engine.domain.multileg.states import ExitReason, PortfolioState
from engine.domain.order import OrderStatus, Purpose
from engine.domain.settings.account import Account
from engine.domain.settings.day_limits import DayLock, DayUnit, HaltCause
from engine.domain.settings.retry_policy import RetryPolicy
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag, TagMember
from tests.helpers.core_desk import ACCOUNT, DAY, leg, portfolio
from tests.helpers.two_accounts import SECOND, TwoDesk, hierarchy

SHORT = leg("SELL", "CE")
STRIKE = (24_850, "CE")


def both(**fields):
    return portfolio(SHORT, tag="BOTH", **fields)


def added(desk, declared):
    """Take a portfolio by its tag and start it."""
    return desk.say(c.AddPortfolio(at=desk.now, portfolio=declared, start=True))


def running(declared=None, accounts=None):
    desk = TwoDesk(accounts)
    added(desk, declared or both())
    desk.fill_all("120")
    return desk


def refusals(desk):
    return [fact.sentence for fact in desk.of(f.CommandRefused)]


def test_the_loss_limit_of_one_account_does_not_touch_the_other():
    desk = running(accounts=hierarchy(second={"limits": RiskLimits(daily_loss=Decimal(1_900))}))

    desk.wait(1)
    desk.quote({STRIKE: "130"})

    (halt,) = desk.of(f.AccountHalted)
    assert (halt.account, halt.cause, halt.loss, halt.limit) == (
        SECOND,
        HaltCause.MAX_LOSS,
        money_of("1950"),
        money_of("1900"),
    )
    assert "SECOND: the max loss of the day of ₹1900.00 is reached: the day stands at ₹-1950.00" in halt.why
    assert desk.run_of(SECOND).exit_reason is ExitReason.USER_LIMIT
    assert desk.run_of(ACCOUNT).state is PortfolioState.RUNNING


def test_a_halted_account_opens_nothing_until_the_next_day():
    desk = running(accounts=hierarchy(second={"max_profit": Decimal(1_900)}))
    desk.wait(1)
    desk.quote({STRIKE: "110"})
    desk.fill_all("110")

    added(desk, portfolio(SHORT, name="Another", tag="BOTH"))

    assert desk.of(f.AccountHalted)[0].cause is HaltCause.MAX_PROFIT
    entries = [request.account for request in desk.requests() if request.purpose is Purpose.ENTRY]
    assert entries == [ACCOUNT, SECOND, ACCOUNT]
    assert "A limit of the account's day is reached" in refusals(desk)[-1]
    desk.state.books.of(SECOND).begin_day()
    assert desk.state.books.of(SECOND).floor is None


def test_the_profit_lock_of_an_account_only_tightens_and_closes_at_its_floor():
    lock = DayLock(reach=Decimal(1_950), lock=Decimal(975), every=Decimal(195), by=Decimal(195))
    desk = running(accounts=hierarchy(second={"profit_lock": lock}))

    for price in ("110", "108", "109", "114"):
        desk.wait(1)
        desk.quote({STRIKE: price})

    floors = [move.floor for move in desk.of(f.AccountFloorMoved)]
    assert floors == [money_of("975"), money_of("1365")]
    assert desk.of(f.AccountHalted)[0].cause is HaltCause.PROFIT_LOCK
    assert desk.run_of(ACCOUNT).state is PortfolioState.RUNNING


def test_a_lock_in_percent_is_counted_from_the_starting_cash_of_the_account():
    lock = DayLock(reach=Decimal(2), lock=Decimal(1), every=Decimal("0.2"), by=Decimal("0.2"), unit=DayUnit.CASH)
    desk = running(accounts=hierarchy(second={"profit_lock": lock, "starting_cash": Decimal(97_500)}))

    for price in ("110", "108", "109", "114"):
        desk.wait(1)
        desk.quote({STRIKE: price})

    floors = [move.floor for move in desk.of(f.AccountFloorMoved)]
    assert floors == [money_of("975"), money_of("1365")]
    assert desk.of(f.AccountHalted)[0].cause is HaltCause.PROFIT_LOCK


def test_a_lock_in_percent_is_refused_where_there_is_nothing_it_could_be_of():
    lock = DayLock(reach=Decimal(2), lock=Decimal(1), every=Decimal(1), by=Decimal(0), unit=DayUnit.CASH)
    tag = StrategyTag(name="T", members=(TagMember(account="A"),), profit_lock=lock)
    account = Account(id="A", profit_lock=lock, starting_cash=Decimal(100_000), max_profit=Decimal(2_000))

    assert [str(error.path) for error in tag.check()] == ["profit_lock.unit"]
    assert [str(error.path) for error in account.check()] == ["profit_lock.reach"]


def test_the_square_off_time_of_an_account_closes_it_and_wakes_by_itself():
    desk = running(accounts=hierarchy(second={"square_off": time(14, 0)}))
    due = desk.state.day_wake

    desk.now = due
    desk.chain()

    (halt,) = desk.of(f.AccountHalted)
    assert (halt.account, halt.cause) == (SECOND, HaltCause.SQUARE_OFF)
    assert desk.run_of(SECOND).exit_why == "the account's square-off time 14:00:00 has come"
    assert desk.run_of(ACCOUNT).state is PortfolioState.RUNNING


def test_a_tags_limit_closes_its_portfolios_in_every_account_and_no_other():
    desk = TwoDesk(hierarchy(tag={"max_loss": Decimal(2_500)}))
    added(desk, both())
    added(desk, portfolio(SHORT, name="Other tag"))
    desk.fill_all("120")

    desk.wait(1)
    desk.quote({STRIKE: "130"})

    (halt,) = desk.of(f.TagHalted)
    assert (halt.name, halt.profit, halt.limit) == ("BOTH", money_of("-2600"), money_of("2500"))
    reasons = {run.portfolio_id: run.exit_reason for run in desk.state.books.portfolios.values()}
    assert reasons == {"P1.1": ExitReason.TAG_LIMIT, "P1.2": ExitReason.TAG_LIMIT, "P2": None}


def test_a_user_limit_goes_before_a_tags():
    desk = running(
        accounts=hierarchy(second={"limits": RiskLimits(daily_loss=Decimal(1_900))}, tag={"max_loss": Decimal(2_500)})
    )

    desk.wait(1)
    desk.quote({STRIKE: "130"})

    assert desk.run_of(SECOND).exit_reason is ExitReason.USER_LIMIT
    assert desk.run_of(ACCOUNT).exit_reason is ExitReason.TAG_LIMIT


def test_a_mark_in_doubt_neither_halts_nor_saves_an_account():
    lock = DayLock(reach=Decimal(1_950), lock=Decimal(975), every=Decimal(195), by=Decimal(0))
    desk = running(accounts=hierarchy(second={"profit_lock": lock}))
    desk.wait(1)
    desk.quote({STRIKE: "109"})

    desk.wait(0.1)
    desk.quote({STRIKE: ("400", "108", "110")})

    assert desk.of(f.AccountFloorMoved)
    assert not desk.of(f.AccountHalted)


def test_exit_only_mode_cancels_waiting_entries_of_its_account_and_lets_exits_go():
    desk = TwoDesk()
    added(desk, both())
    waiting = {request.account: request for request in desk.pending()}
    desk.report(waiting[SECOND].order_id, OrderStatus.OPEN)

    desk.say(c.SetExitOnly(at=desk.now, account=SECOND, on=True, reason="results tonight"))

    (cancelled,) = desk.of(f.OrderCancelRequested)
    assert cancelled.order_id == waiting[SECOND].order_id
    assert cancelled.why == "exit-only mode: results tonight"


def test_the_tag_gives_the_retries_and_their_growing_pauses():
    policy = RetryPolicy(retries=2, wait=Decimal(2), longest_wait=Decimal(3))
    desk = TwoDesk(hierarchy(tag={"entry_retry": policy}))
    added(desk, both())

    waits = []
    for _ in range(3):
        for request in [one for one in desk.pending() if one.account == ACCOUNT]:
            desk.report(request.order_id, OrderStatus.REJECTED, words="gateway busy")
        retried = [one for one in desk.of(f.LegRetried) if one.portfolio_id == "P1.1"]
        waits.append(retried[-1].again_at - desk.now)
        desk.wait(4)
        desk.chain()

    assert [wait // 1_000_000 for wait in waits[:2]] == [2, 3]
    assert desk.run_of(ACCOUNT).state is PortfolioState.REJECTED


def test_the_portfolios_own_retries_win_over_the_tags():
    desk = TwoDesk(hierarchy(tag={"entry_retry": RetryPolicy(retries=9)}))
    added(desk, both(execution={"retries": 0}))

    for request in desk.pending():
        desk.report(request.order_id, OrderStatus.REJECTED, words="gateway busy")

    assert not desk.of(f.LegRetried)


def test_the_tags_hold_is_kept_between_the_bought_and_the_sold_legs():
    desk = TwoDesk(hierarchy(tag={"hold": 5}))
    added(desk, portfolio(leg("BUY", "CE", 4), SHORT, tag="BOTH"))
    desk.fill_all()

    before = len(desk.requests())
    desk.timer(5)

    assert before == 2
    assert len(desk.requests()) == 4


def test_market_orders_become_limits_where_the_account_does_not_allow_them():
    desk = TwoDesk(hierarchy(second={"market_orders": False}))

    added(desk, both(execution={"pricing": "market"}))

    assert {request.account: request.order_type.value for request in desk.requests()} == {
        ACCOUNT: "MARKET",
        SECOND: "LIMIT",
    }


def test_a_carried_portfolio_counts_from_the_previous_close():
    desk = running(
        both(execution={"product": "NRML"}, schedule={"positional": {}}),
        hierarchy(second={"limits": RiskLimits(daily_loss=Decimal(1_900))}),
    )
    desk.wait(1)
    desk.quote({STRIKE: "125"})

    desk.now = ist_instant(DAY + timedelta(days=1), time(9, 20))
    desk.chain(premium="130")
    carried = {fact.portfolio_id: fact.profit for fact in desk.of(f.DayCarried)}
    halted = len(desk.of(f.AccountHalted))
    desk.wait(1)
    desk.quote({STRIKE: "135"})

    assert carried == {"P1.1": money_of("-325"), "P1.2": money_of("-975")}
    assert halted == 0
    assert desk.of(f.AccountHalted)[0].loss == money_of("1950")
