"""Rows of accounts and tags, and what they say to a portfolio that asks why."""

from decimal import Decimal

import pytest

from engine.domain import commands as c
from engine.domain.money import money_of
from engine.domain.reports import BooksReport
from engine.domain.settings.risk_limits import RiskLimits
from engine.views.accounts import account_rows, tag_rows
from engine.views.status import EngineFigures, status_row
from tests.helpers.core_desk import ACCOUNT, leg, portfolio
from tests.helpers.two_accounts import SECOND, TwoDesk, hierarchy

STRIKE = (24_850, "CE")


def desk_with(declared=None, **fields):
    desk = TwoDesk(declared)
    desk.say(c.AddPortfolio(at=desk.now, portfolio=portfolio(leg("SELL", "CE"), tag="BOTH", **fields), start=True))
    return desk


def status_of(desk):
    return status_row(desk.state, desk.now, EngineFigures(), market_open=True)


def test_rows_tell_the_day_of_every_account_and_tag():
    desk = desk_with()
    desk.fill_all("120")
    desk.wait(1)
    desk.quote({STRIKE: "119"})

    rows, tags = account_rows(desk.state, desk.now), tag_rows(desk.state)

    assert [(row.account_id, row.profit, row.orders_today) for row in rows] == [
        (ACCOUNT, money_of("65"), 1),
        (SECOND, money_of("195"), 1),
    ]
    assert [(row.declared.name, row.profit) for row in tags] == [("Default", 0), ("BOTH", money_of("260"))]


def test_the_status_sums_up_what_the_accounts_allow():
    status = status_of(desk_with())

    assert (status.orders_today, status.orders_per_day, status.orders_per_second) == (2, 6_000, 16)


@pytest.mark.parametrize(
    ("declared", "command", "words"),
    [
        (
            hierarchy(second={"enabled": False}),
            None,
            "The account is switched off: nothing is opened in it. Enable SECOND",
        ),
        (
            hierarchy(),
            lambda at: c.SetExitOnly(at=at, account=SECOND, on=True, reason="results"),
            "The account is in exit-only mode: nothing is opened until it is taken back. results",
        ),
        (hierarchy(tag={"enabled": False}), None, "The strategy tag is switched off: its portfolios are not entered."),
    ],
)
def test_a_status_seen_from_a_portfolio_names_its_own_account_and_tag_only(declared, command, words):
    desk = TwoDesk(declared)
    if command is not None:
        desk.say(command(desk.now))
    status = status_of(desk)

    assert any(sentence.startswith(words) for sentence in status.seen_from(SECOND, "BOTH").refusals)
    assert status.seen_from(ACCOUNT, "Default").refusals == ()


def test_a_halt_is_told_with_its_live_value_to_the_portfolios_of_its_account():
    desk = desk_with(hierarchy(second={"limits": RiskLimits(daily_loss=Decimal(1_900))}))
    desk.fill_all("120")
    desk.wait(1)
    desk.quote({STRIKE: "130"})

    told = status_of(desk).seen_from(SECOND, "BOTH")
    other = status_of(desk).seen_from(ACCOUNT, "BOTH")

    assert told.halt_why == "SECOND: the max loss of the day of ₹1900.00 is reached: the day stands at ₹-1950.00"
    assert not other.halted


def test_the_net_delta_of_every_account_is_told_per_underlying_in_units_and_lots():
    desk = desk_with()  # one lot of a sold call, three of it in the second account
    desk.fill_all("120")

    first, second = (row.net_deltas for row in account_rows(desk.state, desk.now))

    (one,), (three,) = first, second
    assert (one.underlying, one.lot_size) == ("NIFTY", 65)
    assert -0.7 < one.lots < -0.3  # at the money
    assert three.delta == 3 * one.delta


def test_without_a_price_the_net_delta_is_not_known_and_flat_accounts_have_none():
    desk = desk_with()
    before = [row.net_deltas for row in account_rows(desk.state, desk.now)]
    desk.fill_all("120")
    desk.state.board.values[desk.row(STRIKE), :] = 0

    after = [row.net_deltas[0].delta for row in account_rows(desk.state, desk.now)]

    assert before == [(), ()]
    assert after == [None, None]


def test_funds_of_the_brokers_books_are_told_with_the_charges():
    desk = TwoDesk(None)
    report = BooksReport(
        at=desk.now,
        account=SECOND,
        read_at=desk.now,
        fresh=True,
        orders=(),
        positions=(),
        available_funds=money_of("900"),
        used_margin=money_of("100"),
        charges=money_of("12.50"),
    )
    desk.say(report)

    row = account_rows(desk.state, desk.now)[1]

    assert (row.margin_free, row.margin_used, row.charges) == (money_of("900"), money_of("100"), money_of("12.50"))
