"""How stop orders sleep at the simulated exchange and wake."""

from pathlib import Path

import pytest

from engine.domain.instant import SECOND
from engine.domain.order import OrderStatus, Side
from engine.domain.reports import ChangeRefused, OrderReport
from tests.unit.brokers.paper_world import CE, PaperWorld, Shown, rupee

NUMBER = "PB000001"


def at_price(last: str, bid: str, ask: str) -> dict[object, Shown]:
    return {CE: (last, bid, 650, ask, 650)}


def asleep(side: Side = Side.BUY, limit: str = "115", trigger: str = "110") -> PaperWorld:
    """A stop order of one lot that sleeps; the contract is at 100."""
    world = PaperWorld()
    world.place(CE, side, 65, limit, trigger=trigger)
    world.wait(SECOND)
    return world


def shown(world: PaperWorld, last: str, bid: str, ask: str) -> list[OrderReport]:
    world.show(at_price(last, bid, ask))  # type: ignore[arg-type]
    return [report for report in world.wait(SECOND) if isinstance(report, OrderReport)]


def test_a_stop_order_sleeps_until_the_last_price_reaches_its_trigger() -> None:
    world = asleep()

    before = shown(world, "109.95", "109.90", "111")
    reports = shown(world, "110", "110", "110.50")

    assert before == []  # The ask was above the trigger, but the last price was not.
    assert [report.status for report in reports] == [OrderStatus.OPEN, OrderStatus.COMPLETE]
    assert reports[-1].average_price == rupee("110.50")


def test_a_stop_sale_wakes_when_the_price_falls() -> None:
    world = asleep(Side.SELL, limit="85", trigger="90")

    reports = shown(world, "89", "88.50", "89.50")

    assert reports[-1].status is OrderStatus.COMPLETE
    assert reports[-1].average_price == rupee("88.50")


def test_a_stop_that_is_jumped_over_rests_at_its_limit() -> None:
    world = asleep()

    reports = shown(world, "130", "129", "131")
    later = shown(world, "116", "113", "114")

    assert [report.status for report in reports] == [OrderStatus.OPEN]
    assert later[-1].average_price == rupee("115")


def test_a_sleeping_stop_gets_a_new_trigger() -> None:
    world = asleep()
    world.modify("T00001", NUMBER, 65, "125", "120")  # type: ignore[arg-type]
    answer = world.wait(SECOND)

    moved = shown(world, "115", "114.50", "115.50")

    assert isinstance(answer[-1], OrderReport)
    assert (answer[-1].trigger_price, answer[-1].limit_price) == (rupee("120"), rupee("125"))
    assert moved == []


def test_a_sleeping_stop_becomes_a_limit_order_that_trades_at_once() -> None:
    world = asleep()
    world.modify("T00001", NUMBER, 65, "101", None)  # type: ignore[arg-type]

    reports = world.wait(SECOND)

    assert isinstance(reports[-1], OrderReport)
    assert reports[-1].status is OrderStatus.COMPLETE
    assert reports[-1].average_price == rupee("100.50")


@pytest.mark.parametrize(
    ("side", "limit", "trigger", "words"),
    [
        (Side.BUY, "115", "100", "TRIGGER: the trigger of"),
        (Side.BUY, "105", "110", "TRIGGER: the limit of"),
        (Side.BUY, "115", "110.02", "TICK"),
        (Side.SELL, "95", "90", "TRIGGER: the limit of"),
    ],
)
def test_a_stop_that_makes_no_sense_is_rejected(side: Side, limit: str, trigger: str, words: str) -> None:
    world = PaperWorld()
    world.place(CE, side, 65, limit, trigger=trigger)

    report = world.wait(SECOND)[-1]

    assert isinstance(report, OrderReport)
    assert report.status is OrderStatus.REJECTED
    assert report.wording.startswith(words)


def test_a_trigger_that_is_passed_cannot_be_set() -> None:
    world = asleep()
    world.modify("T00001", NUMBER, 65, "120", "99")  # type: ignore[arg-type]

    assert isinstance(world.wait(SECOND)[-1], ChangeRefused)


def test_a_cancelled_stop_never_wakes() -> None:
    world = asleep()
    world.cancel("T00001", NUMBER)  # type: ignore[arg-type]
    cancelled = world.wait(SECOND)[-1]

    assert isinstance(cancelled, OrderReport)
    assert cancelled.status is OrderStatus.CANCELLED
    assert shown(world, "112", "111", "112") == []


def test_a_stop_still_sleeps_after_a_restart_of_the_broker(tmp_path: Path) -> None:
    world = PaperWorld(books_file=tmp_path / "books")
    world.place(CE, Side.BUY, 65, "115", trigger="110")
    world.wait(SECOND)
    world.broker.close()

    again = PaperWorld(books_file=tmp_path / "books")
    reports = shown(again, "111", "110.50", "111")

    assert [report.status for report in reports] == [OrderStatus.OPEN, OrderStatus.COMPLETE]


@pytest.mark.parametrize(("trigger", "limit", "taken"), [("150", "155", True), ("150", "215", False)])
def test_a_far_stop_is_judged_around_its_trigger(trigger: str, limit: str, taken: bool) -> None:
    """The band of 40 % around 100 ends at 140; beyond it the exchange tests the limit when the stop wakes (§6.5)."""
    world = PaperWorld()

    world.place(CE, Side.BUY, 65, limit, trigger=trigger)
    reports = [report for report in world.wait(SECOND) if isinstance(report, OrderReport)]

    assert reports[-1].status is (OrderStatus.TRIGGER_PENDING if taken else OrderStatus.REJECTED)
