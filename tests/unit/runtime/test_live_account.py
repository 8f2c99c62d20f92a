"""What a live gateway tells waits in its line; what cannot be sent is told; accounts are opened, tried and closed."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from brokers.zerodha.tasks import pause
from desktop.verification.virtual_time import VirtualLoop
from engine.domain.denial import DenialReason
from engine.domain.facts import OrderDenied
from engine.domain.identifiers import AccountId, BrokerOrderId, OrderId
from engine.domain.instant import SECOND
from engine.domain.money import Price
from engine.domain.order import OrderStatus, OrderType, Product, Purpose, Side
from engine.domain.reports import ChangeRefused, ConnectionReport, ConversionReport, OrderReport
from engine.ports.broker import CancelOrder, ChangeOrder, ConvertPosition, PlaceOrder
from engine.ports.live import LiveErrors
from engine.runtime.boards import in_process
from engine.runtime.live_account import LiveAccount
from engine.runtime.live_pace import LivePace, LiveTimeError
from engine.runtime.live_side import LiveSide
from engine.runtime.shared_time import SharedTime
from tests.helpers.live_world import LIVE, HandClock, HandGateway, LiveWorld, LoggedOutError, TroubleError
from tests.helpers.simulated_desk import DAY, added, at, facts_of, portfolio, rules
from tests.unit.runtime.test_slow_disk import HandFlushed

SOON = at(9, 20)
Play = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def play() -> Iterator[Play]:
    loop = VirtualLoop()
    yield loop.play
    loop.end()


class FlushedLater(HandFlushed):
    """A journal whose disk is quick until the test says otherwise."""

    is_quick = True

    def __init__(self) -> None:
        super().__init__()
        self.queued = threading.Event()

    def append_later(self, entries: Any) -> Any:
        ticket = super().append_later(entries)
        if self.is_quick:
            self.flush()
        else:
            self.queued.set()
        return ticket


def _order(number: int = 1) -> PlaceOrder:
    return PlaceOrder(
        account=LIVE,
        order_id=OrderId(f"LIVE1{number}"),
        instrument=LiveWorld().run.state.master.instruments[-1].id,
        side=Side.BUY,
        quantity=75,
        product=Product.CARRY_FORWARD,
        order_type=OrderType.LIMIT,
        limit_price=Price(10_000),
        purpose=Purpose.ENTRY,
    )


def test_before_it_is_open_everything_is_told_as_not_sent() -> None:
    world, order = LiveWorld(), _order()
    account, number = world.account, BrokerOrderId("B1")
    product = Product.CARRY_FORWARD

    account.place(order)
    account.modify(
        ChangeOrder(account=LIVE, order_id=order.order_id, broker_order_id=number, quantity=75, limit_price=None)
    )
    account.cancel(CancelOrder(account=LIVE, order_id=order.order_id, broker_order_id=number))
    account.convert(
        ConvertPosition(
            account=LIVE, reference="R", instrument=order.instrument, quantity=1, before=product, after=product
        )
    )
    account.ask_books(LIVE)

    told = list(account.take(SOON))
    assert [type(one) for one in told] == [OrderReport, ChangeRefused, ChangeRefused, ConversionReport]
    assert isinstance(told[0], OrderReport)
    assert told[0].status is OrderStatus.NOT_SENT
    assert "nothing was sent" in told[0].wording
    assert not world.gateway.placed
    assert not world.gateway.calls


def test_what_arrived_is_handed_over_in_the_order_of_arrival() -> None:
    world = LiveWorld()
    late = OrderReport(at=at(9, 21), account=LIVE, order_id=OrderId("LATE"), status=OrderStatus.OPEN)
    early = OrderReport(at=at(9, 20), account=LIVE, order_id=OrderId("EARLY"), status=OrderStatus.OPEN)
    world.account.report(late)
    world.account.report(early)

    assert world.account.next_due() == world.clock.now()  # Never in the future, whatever the broker's clock says.
    assert list(world.account.take(SOON)) == [late, early]
    assert world.account.next_due() is None


def test_the_kill_switch_hurries_the_gateway_once() -> None:
    world = LiveWorld()
    for world.killed in (False, True, True, False, False):
        world.account.at(SOON)

    assert world.gateway.hurried == [True, False]


def test_an_account_that_cannot_be_opened_is_tried_again_and_told_once(play: Play) -> None:
    world = LiveWorld(
        troubles=[TroubleError("the line is down"), TroubleError("the line is down"), TroubleError("busy")]
    )

    async def open_it() -> None:
        world.side.begin()
        await pause(60 * SECOND)

    play(open_it())

    assert world.gateway.calls == {"open": 4, "ask_books": 1, "subscribe": 1}
    (told,) = [one for one in world.account.take(SOON) if isinstance(one, ConnectionReport)]
    assert (told.connected, told.detail) == (False, "the line is down")
    assert world.said == ["LIVE: busy"]
    assert world.account.is_open


def test_an_account_without_a_login_waits_for_it(play: Play) -> None:
    world = LiveWorld(troubles=[LoggedOutError("log in first")])
    before: list[int] = []

    async def open_it() -> None:
        world.side.begin()
        await pause(3_600 * SECOND)
        before.append(world.gateway.calls["open"])
        world.side.log_in(LIVE)
        await pause(1 * SECOND)

    play(open_it())

    assert before == [1]
    assert world.gateway.calls["open"] == 2
    assert world.account.is_open


def test_quotes_come_over_the_account_that_is_open_first(play: Play) -> None:
    world = LiveWorld(troubles=[LoggedOutError("log in first")])
    second, gateway = LiveAccount(AccountId("SECOND"), world.clock, world.frames, world.said.append), HandGateway()
    second.attach(gateway, lambda: False)
    errors = LiveErrors(TroubleError, LoggedOutError)
    side = LiveSide(world.clock, [world.account, second], errors, world.said.append, rows=(1, 2))

    async def open_both() -> None:
        side.begin()
        await pause(SECOND)
        side.log_in(LIVE)
        await pause(SECOND)

    play(open_both())

    assert (world.account.is_open, second.is_open) == (True, True)
    assert (world.gateway.calls["subscribe"], gateway.calls["subscribe"]) == (0, 1)


def test_a_login_while_open_goes_on_with_it_and_says_what_is_wrong(play: Play) -> None:
    world = LiveWorld()

    async def log_in() -> None:
        world.side.begin()
        await pause(1 * SECOND)
        world.gateway.troubles = [LoggedOutError("the secret is wrong")]
        world.side.log_in(LIVE)
        await pause(1 * SECOND)

    play(log_in())

    assert world.gateway.calls["log_in"] == 1
    assert world.said == ["LIVE: the secret is wrong"]


def test_a_login_that_the_broker_has_no_time_for_is_tried_again_until_it_is_taken(play: Play) -> None:
    world = LiveWorld()

    async def log_in() -> None:
        world.side.begin()
        await pause(1 * SECOND)
        world.gateway.troubles = [TroubleError("too many requests"), TroubleError("too many requests")]
        world.side.log_in(LIVE)
        await pause(60 * SECOND)

    play(log_in())

    assert world.gateway.calls["log_in"] == 3
    assert world.said == [
        "LIVE: too many requests. It is tried again in 1 s",
        "LIVE: too many requests. It is tried again in 2 s",
    ]


def test_another_login_ends_the_wait_of_the_one_before(play: Play) -> None:
    world = LiveWorld()

    async def log_in_twice() -> None:
        world.side.begin()
        await pause(1 * SECOND)
        world.gateway.troubles = [TroubleError("too many requests")] * 4
        world.side.log_in(LIVE)
        await pause(9 * SECOND)
        world.side.log_in(LIVE)
        await pause(1 * SECOND)

    play(log_in_twice())

    # After 1, 2 and 5 seconds it would have waited ten.
    assert world.gateway.calls["log_in"] == 5


def test_a_gateway_that_does_not_close_is_not_waited_for_long(play: Play) -> None:
    world = LiveWorld(troubles=[TroubleError("the line is down")] * 100)
    world.gateway.closes_never = True

    async def open_and_close() -> float:
        world.side.begin()
        await pause(1 * SECOND)
        began = asyncio.get_running_loop().time()
        await world.side.close()
        return asyncio.get_running_loop().time() - began

    assert play(open_and_close()) == pytest.approx(5)


def test_live_time_can_neither_be_stopped_nor_hurried() -> None:
    clock = HandClock(at(9, 20))
    pace = LivePace(clock, SharedTime(in_process))

    pace.jump_to(at(10))
    pace.slip_to(at(9))
    pace.resume()
    pace.set_speed(1.0)

    assert pace.now() == at(9, 20)
    assert pace.seconds_until(at(9, 20, 30)) == 30
    assert pace.seconds_until(at(9)) == 0
    with pytest.raises(LiveTimeError, match="cannot be paused"):
        pace.pause()
    with pytest.raises(LiveTimeError, match="cannot be sped up"):
        pace.set_speed(2.0)


def test_orders_leave_when_they_are_durable_and_quotes_do_not_wait_for_that() -> None:
    journal = FlushedLater()
    world = LiveWorld(journal)
    world.account.opened()
    world.tell_books()
    world.settle()
    journal.is_quick = False
    world.run.submit(added(portfolio(), LIVE))
    nudged: list[None] = []
    world.run.engine.nudge_when_durable(lambda: nudged.append(None))

    world.show(seconds=10)
    waiting = len(journal.queue)

    assert waiting > 0
    assert world.gateway.placed == []
    assert world.run.messages == 10
    journal.flush(waiting)
    world.run.step(world.clock.now())
    assert len(nudged) == waiting
    assert [order.side for order in world.gateway.placed] == [Side.BUY, Side.BUY]


@pytest.mark.parametrize("real_money", [False, True])
def test_with_real_money_nothing_is_opened_by_rules_that_nobody_confirmed(real_money: bool) -> None:
    world = LiveWorld(real_money=real_money)
    world.account.opened()
    world.tell_books()
    world.settle()
    world.run.submit(added(portfolio(), LIVE))
    assert rules().live_refusal("NIFTY", DAY) is not None

    world.show(seconds=10)

    refused = [fact for fact in facts_of(world.run) if isinstance(fact, OrderDenied)]
    assert bool(world.gateway.placed) is not real_money
    assert {fact.reason for fact in refused} == ({DenialReason.RULES_UNCONFIRMED} if real_money else set())
