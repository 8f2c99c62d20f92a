"""Every declared limit is shown with its use; what is reached and what is near agrees with what the core does."""

from decimal import Decimal

import pytest

from engine.domain.money import money_of
from engine.domain.settings.day_limits import DayLock, DayUnit
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.describe import describe
from engine.views.accounts import account_rows, tag_rows
from engine.views.limit_use import Unit, account_limits, tag_limits
from tests.helpers.two_accounts import SECOND, TwoDesk, hierarchy
from tests.unit.views.test_account_rows import STRIKE, desk_with


def uses_of(desk: TwoDesk, account: str = SECOND) -> dict[str, object]:
    row = next(row for row in account_rows(desk.state, desk.now) if row.account_id == account)
    return {use.field: use for use in account_limits(row)}


def test_every_declared_limit_shows_by_itself_with_its_title_and_help() -> None:
    uses = uses_of(TwoDesk(hierarchy()))

    for spec in describe(RiskLimits):
        use = uses[f"limits.{spec.name}"]
        assert (use.title, use.help) == (spec.ask.title, spec.ask.help)
        assert use.then


def test_orders_positions_and_notional_are_counted_against_their_limits() -> None:
    desk = desk_with(hierarchy(second={"limits": RiskLimits(most_notional=Decimal(10_000_000))}))
    working = uses_of(desk)["limits.lots_per_order"]
    desk.fill_all("120")

    uses = uses_of(desk)

    assert (working.used, working.limit) == (3, 500)
    assert (uses["limits.lots_per_position"].used, uses["limits.lots_per_position"].about[:5]) == (3, "NIFTY")
    assert (uses["limits.orders_per_day"].used, uses["limits.orders_per_day"].left) == (1, 2_999)
    assert uses["limits.most_notional"].used == money_of(24_850 * 65 * 3)
    assert uses["limits.most_notional"].used_part == pytest.approx(24_850 * 195 / 10_000_000)
    assert uses["limits.orders_per_second/minute"].limit == 480
    assert uses["limits.price_band"].unit is Unit.PERCENT
    assert uses["limits.price_band"].used is None


def test_a_daily_loss_is_near_and_then_reached_when_the_account_halts() -> None:
    desk = desk_with(hierarchy(second={"limits": RiskLimits(daily_loss=Decimal(1_900))}))
    desk.fill_all("120")
    desk.wait(1)
    desk.quote({STRIKE: "129"})
    near = uses_of(desk)["limits.daily_loss"]
    desk.quote({STRIKE: "130"})
    reached = uses_of(desk)["limits.daily_loss"]

    assert (near.left, near.has_tripped) == (money_of("145"), False)
    assert near.used_part == pytest.approx(1_755 / 1_900)
    assert reached.has_tripped


def test_a_profit_lock_counts_to_its_reach_and_then_down_to_its_floor() -> None:
    lock = DayLock(reach=Decimal(2), lock=Decimal(1), every=Decimal(1), by=Decimal(1), unit=DayUnit.CASH)
    desk = desk_with(hierarchy(second={"profit_lock": lock, "starting_cash": Decimal(50_000)}))
    desk.fill_all("120")
    desk.wait(1)
    desk.quote({STRIKE: "117"})
    before = uses_of(desk)["profit_lock"]
    desk.quote({STRIKE: "114"})
    after = uses_of(desk)["profit_lock"]

    assert (before.used, before.limit, before.is_floor) == (money_of("585"), money_of("1000"), False)
    assert (after.used, after.limit, after.is_floor) == (money_of("1170"), money_of("500"), True)
    assert "at this floor" in after.then


def test_a_tags_limits_are_of_all_its_accounts_together() -> None:
    desk = desk_with(hierarchy(tag={"max_loss": Decimal(9_000)}))
    desk.fill_all("120")
    desk.wait(1)
    desk.quote({STRIKE: "121"})
    row = next(row for row in tag_rows(desk.state) if row.declared.name == "BOTH")

    uses = {use.field: use for use in tag_limits(row)}

    assert (uses["max_loss"].used, uses["max_loss"].limit) == (money_of("260"), money_of("9000"))
    assert uses["max_profit"].limit is None


def test_profit_is_told_apart_by_product_and_what_is_booked() -> None:
    desk = desk_with()
    desk.fill_all("120")
    desk.wait(1)
    desk.quote({STRIKE: "119"})

    figures = account_rows(desk.state, desk.now)[1].figures

    assert figures.intraday + figures.carried == money_of("195")
    assert 0 in (figures.intraday, figures.carried)
    assert figures.booked == 0
