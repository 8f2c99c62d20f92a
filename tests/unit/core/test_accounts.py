"""Accounts and strategy tags: copies, multipliers, sync, and what one account's trouble leaves alone."""

from decimal import Decimal

import pytest

from engine.core.state import EngineState
from engine.core.verification.restart_checks import differences
from engine.domain import commands as c
from engine.domain import facts as f
from engine.domain.denial import DenialReason
from engine.domain.facts.codec import decode, encode
from engine.domain.multileg.states import PortfolioState
from engine.domain.order import OrderStatus, Purpose
from engine.domain.settings.account import Account
from engine.domain.settings.risk_limits import RiskLimits
from tests.helpers.core_desk import ACCOUNT, LOT, Desk, leg, portfolio
from tests.helpers.two_accounts import BOTH, SECOND, TwoDesk, hierarchy

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


# --- copies --------------------------------------------------------------------------------------------------------


def test_a_tag_of_two_accounts_makes_two_copies_of_one_parent():
    desk = TwoDesk()

    added(desk, both())

    copies = desk.of(f.PortfolioAdded)
    assert [(one.portfolio_id, one.account, one.parent, one.tag) for one in copies] == [
        ("P1.1", ACCOUNT, "P1", "BOTH"),
        ("P1.2", SECOND, "P1", "BOTH"),
    ]
    assert desk.state.books.portfolios_made == 1


def test_quantities_are_lots_times_the_tags_and_the_accounts_multipliers():
    desk = TwoDesk(hierarchy(second={"multiplier": 2}))

    added(desk, portfolio(leg("SELL", "CE", lots=2), tag="BOTH"))

    asked = {request.account: request.quantity for request in desk.requests()}
    assert asked == {ACCOUNT: 2 * LOT, SECOND: 2 * 3 * 2 * LOT}


def test_without_any_setup_one_copy_trades_as_ever():
    desk = Desk()

    desk.say(c.AddPortfolio(at=desk.now, portfolio=portfolio(SHORT), start=True))

    (one,) = desk.of(f.PortfolioAdded)
    assert (one.portfolio_id, one.account, one.tag, one.parent, one.multiplier) == ("P1", ACCOUNT, "Default", None, 1)
    assert not desk.of(f.AccountSet)
    assert not desk.of(f.TagSet)


def test_one_account_can_be_named_instead_of_the_tags():
    desk = TwoDesk()

    desk.say(c.AddPortfolio(at=desk.now, portfolio=both(), account=SECOND, start=True))

    (one,) = desk.of(f.PortfolioAdded)
    assert (one.account, one.parent, one.multiplier) == (SECOND, None, 3)


@pytest.mark.parametrize(
    ("changed", "tag", "words"),
    [
        ({}, "NOWHERE", "There is no such strategy tag. add the tag NOWHERE"),
        ({"tag": {"enabled": False}}, "BOTH", "The strategy tag is switched off"),
        (
            {"first": {"enabled": False}, "second": {"enabled": False}},
            "BOTH",
            "The account is switched off: nothing is opened in it. enable TEST",
        ),
    ],
)
def test_a_missing_or_disabled_tag_or_account_blocks_with_a_sentence(changed, tag, words):
    desk = TwoDesk(hierarchy(**changed))

    added(desk, portfolio(SHORT, tag=tag))

    assert words in refusals(desk)[0]
    assert not desk.state.books.portfolios


def test_a_disabled_account_is_left_out_and_the_other_goes_on():
    desk = TwoDesk(hierarchy(second={"enabled": False}))

    added(desk, both())

    assert [request.account for request in desk.requests()] == [ACCOUNT]
    assert "is not added in SECOND" in desk.of(f.AlarmRaised)[0].sentence


def test_a_parent_is_squared_off_with_all_its_copies():
    desk = running()

    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id="P1"))
    desk.fill_all("110")

    assert [run.state for run in desk.state.books.portfolios.values()] == [PortfolioState.COMPLETED] * 2


def test_a_later_multiplier_leaves_running_copies_alone():
    desk = running()

    desk.say(c.SetAccount(at=desk.now, declared=Account(id=SECOND, multiplier=7)))
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id="P1"))

    exits = {request.account: request.quantity for request in desk.requests() if request.purpose is Purpose.EXIT}
    assert exits == {ACCOUNT: LOT, SECOND: 3 * LOT}


# --- one account's trouble -------------------------------------------------------------------------------------------


def test_a_rejected_copy_fails_alone():
    desk = TwoDesk()
    added(desk, both(execution={"retries": 0}))

    for request in desk.pending():
        if request.account == SECOND:
            desk.report(request.order_id, OrderStatus.REJECTED, words="RMS BLOCK")
    desk.fill_all()

    assert desk.run_of(SECOND).state is PortfolioState.REJECTED
    assert desk.run_of(ACCOUNT).state is PortfolioState.RUNNING


def test_a_broken_line_and_a_difference_hold_back_their_own_account_only():
    desk = TwoDesk()
    desk.line(SECOND, up=False)

    added(desk, both())

    assert [request.account for request in desk.requests()] == [ACCOUNT]
    assert desk.of(f.OrderDenied)[0].reason is DenialReason.BROKER_DOWN
    desk.line(SECOND, up=True)
    assert [request.account for request in desk.requests()] == [ACCOUNT, SECOND]


def test_drift_is_found_and_accepted_in_its_own_account():
    desk = TwoDesk()
    for _ in range(2):
        desk.account_books(SECOND, net={"NFO:X": 75})

    held = desk.state.books.of(SECOND).drift
    assert held == {"NFO:X": (0, 75)}
    assert not desk.state.books.of(ACCOUNT).drift
    desk.say(c.AcceptDrift(at=desk.now, reason="mine by hand", account=SECOND))
    assert desk.state.books.of(SECOND).outside == {"NFO:X": 75}


def test_orders_and_positions_are_counted_by_account():
    desk = running()

    first, second = (desk.state.books.of(account) for account in (ACCOUNT, SECOND))
    assert (first.orders_today, second.orders_today) == (1, 1)
    assert list(first.net_quantity.values()) == [-LOT]
    assert list(second.net_quantity.values()) == [-3 * LOT]


def test_the_budget_of_orders_is_the_accounts_own():
    desk = TwoDesk(hierarchy(first={"limits": RiskLimits(orders_per_day=1)}))
    added(desk, both())

    added(desk, portfolio(SHORT, name="Another", tag="BOTH"))

    denied = desk.of(f.OrderDenied)
    assert [one.reason for one in denied] == [DenialReason.ORDER_BUDGET]
    assert [request.account for request in desk.requests()] == [ACCOUNT, SECOND, SECOND]


def test_an_account_that_is_not_open_sends_not_even_exits():
    desk = running()
    alone = hierarchy()

    desk.open(type(alone)(accounts=alone.accounts[:1], tags=alone.tags[:1]))
    desk.account_books(ACCOUNT)
    desk.say(c.SquareOffPortfolio(at=desk.now, portfolio_id="P1"))

    exits = [request.account for request in desk.requests() if request.purpose is Purpose.EXIT]
    assert exits == [ACCOUNT]
    assert desk.of(f.OrderDenied)[-1].reason is DenialReason.ACCOUNT_NOT_OPEN


# --- keep all users in sync ------------------------------------------------------------------------------------------


def test_copies_in_sync_start_in_the_same_step():
    desk = TwoDesk()

    facts = added(desk, both(sync_users={}))

    starts = [fact for fact in facts if isinstance(fact, f.PortfolioStarted)]
    assert [start.portfolio_id for start in starts] == ["P1.1", "P1.2"]
    assert {request.account for request in desk.requests()} == {ACCOUNT, SECOND}


def test_nobody_starts_until_all_accounts_are_ready():
    desk = TwoDesk(ready=False)

    added(desk, both(sync_users={"timeout": 30}))
    waited = desk.of(f.PortfolioStarted)
    desk.timer(5)
    desk.account_books(SECOND)

    (awaited,) = desk.of(f.SyncAwaited)
    assert waited == []
    assert awaited.missing.startswith("SECOND: The engine is still comparing")
    assert [start.portfolio_id for start in desk.of(f.PortfolioStarted)] == ["P1.1", "P1.2"]


def test_after_the_timeout_the_ready_ones_start_and_the_others_say_why():
    desk = TwoDesk(ready=False)
    added(desk, both(sync_users={"timeout": 30}))

    desk.wait(30)
    desk.chain()

    assert [start.portfolio_id for start in desk.of(f.PortfolioStarted)] == ["P1.1"]
    assert desk.run_of(SECOND).state is PortfolioState.REJECTED
    assert desk.run_of(SECOND).exit_why.startswith("not ready within 30 s, the others went on: The engine is still")


def test_copies_in_sync_wait_for_one_entry_rule():
    desk = TwoDesk()
    declared = portfolio(
        SHORT, tag="BOTH", sync_users={}, entry={"type": "time"}, schedule={"start": "09:25", "end": "15:00"}
    )
    added(desk, declared)

    desk.now = desk.run_of(ACCOUNT).starts_at
    facts = desk.chain()

    starts = [fact.portfolio_id for fact in facts if isinstance(fact, f.PortfolioStarted)]
    assert starts == ["P1.1", "P1.2"]


# --- what the journal keeps ----------------------------------------------------------------------------------------


def test_accounts_tags_and_their_day_come_back_from_the_facts():
    desk = running(accounts=hierarchy(second={"max_profit": Decimal(1_900)}))
    desk.wait(1)
    desk.quote({STRIKE: "110"})
    desk.say(c.SetExitOnly(at=desk.now, account=ACCOUNT, on=True, reason="enough"))

    again = EngineState(desk.state.master, desk.state.rules)
    for fact in desk.facts:
        again.apply(decode(encode(fact)))

    assert differences(desk.state.books, again.books) == []
    assert again.books.of(SECOND).halted
    assert again.books.of(ACCOUNT).exit_only == "enough"


def test_what_is_declared_as_before_is_not_said_again():
    desk = TwoDesk()
    said = len(desk.of(f.AccountSet)) + len(desk.of(f.TagSet))

    desk.open(hierarchy())
    desk.open(hierarchy(tag={"max_loss": Decimal(5)}))

    assert len(desk.of(f.AccountSet)) + len(desk.of(f.TagSet)) == said + 1
    assert "off → 5" in desk.of(f.TagSet)[-1].changes[0] or desk.of(f.TagSet)[-1].changes


def test_limits_set_by_hand_stay_over_a_restart_with_the_same_settings():
    desk = TwoDesk()
    desk.say(c.SetRiskLimits(at=desk.now, account=SECOND, limits=RiskLimits(lots_per_order=9)))

    desk.open(hierarchy())

    assert desk.state.books.of(SECOND).limits.lots_per_order == 9


def test_a_tag_in_use_is_not_removed():
    desk = running()

    desk.say(c.RemoveTag(at=desk.now, name="BOTH"))

    assert "BOTH is used by Test" in refusals(desk)[-1]
    assert desk.state.books.tag("BOTH") == BOTH
