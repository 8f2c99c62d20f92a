"""The life of an order: who took each step, what it was, and why or the broker's own words."""

import pytest

from engine.domain import facts as f
from engine.domain.identifiers import AccountId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant
from engine.domain.money import Money, price_of
from engine.domain.order import OrderStatus, OrderType, Product, Purpose, Side
from engine.views.order_life import BROKER, BY_HAND, LEGWORK, OrderLives, order_step

AT, ID = Instant(1_787_111_400_000_000), OrderId("W1")

STOP = f.OrderRequested(
    at=AT,
    order_id=ID,
    account=AccountId("PAPER"),
    portfolio_id=PortfolioId("P1"),
    leg_id=LegId(1),
    cycle=1,
    purpose=Purpose.EXIT,
    instrument=InstrumentId("NFO:NIFTY26AUG24500CE"),
    side=Side.BUY,
    quantity=65,
    product=Product.INTRADAY,
    order_type=OrderType.STOP_LIMIT,
    limit_price=price_of("150"),
    trigger_price=price_of("145.50"),
    why="stop of leg 1",
)


@pytest.mark.parametrize(
    ("fact", "who", "words", "detail"),
    [
        (STOP, LEGWORK, "written to the journal: BUY 65 at 150.00, trigger 145.50", "stop of leg 1"),
        (f.OrderMoved(at=AT, order_id=ID, status=OrderStatus.SENT), LEGWORK, "sent", ""),
        (
            f.OrderMoved(at=AT, order_id=ID, status=OrderStatus.REJECTED, wording="RMS: margin"),
            BROKER,
            "rejected",
            "RMS: margin",
        ),
        (
            f.OrderMoved(at=AT, order_id=ID, status=OrderStatus.UNKNOWN, wording="timeout"),
            LEGWORK,
            "not answered; the broker's books decide",
            "timeout",
        ),
        (
            f.OrderFilled(at=AT, order_id=ID, quantity=25, value=Money(price_of("3500")), filled=65),
            BROKER,
            "25 filled, 65 in all, for ₹3,500.00",
            "",
        ),
        (
            f.OrderModifyRequested(
                at=AT, order_id=ID, quantity=65, limit_price=price_of("151"), why="changed by hand", by_hand=True
            ),
            BY_HAND,
            "change asked: 65 at 151.00",
            "changed by hand",
        ),
        (
            f.OrderModifyRequested(at=AT, order_id=ID, quantity=65, limit_price=None, why="not filled for 5 s"),
            LEGWORK,
            "change asked: 65 at the market",
            "not filled for 5 s",
        ),
        (
            f.OrderPricedAnew(at=AT, order_id=ID, limit_price=price_of("152"), waited=1_500_000),
            LEGWORK,
            "priced anew at 152.00",
            "waited 1.5 s for its turn",
        ),
        (
            f.OrderModified(at=AT, order_id=ID, quantity=65, limit_price=price_of("151")),
            BROKER,
            "changed: 65 at 151.00",
            "",
        ),
        (
            f.OrderCancelRequested(at=AT, order_id=ID, why="cancelled by hand"),
            BY_HAND,
            "cancellation asked",
            "",
        ),
        (
            f.OrderCancelRequested(at=AT, order_id=ID, why="the leg is closed"),
            LEGWORK,
            "cancellation asked",
            "the leg is closed",
        ),
        (
            f.OrderChangeRefused(at=AT, order_id=ID, wording="too late", certain=True),
            BROKER,
            "not changed",
            "too late",
        ),
        (
            f.OrderMissing(at=AT, order_id=ID, times=2, book_at=AT),
            BROKER,
            "not in the broker's book of 09:20:00, 2 times in a row",
            "",
        ),
    ],
)
def test_a_step_says_who_what_and_why(fact: f.AnyOrderFact, who: str, words: str, detail: str) -> None:
    step = order_step(fact)

    assert (step.at, step.who, step.words, step.detail) == (AT, who, words, detail)


def test_an_unanswered_order_is_acknowledged_by_its_first_answer_only() -> None:
    lives = OrderLives()
    statuses = (OrderStatus.SENT, OrderStatus.UNKNOWN, OrderStatus.OPEN, OrderStatus.COMPLETE)

    lives.take(
        f.OrderMoved(at=Instant(AT + number), order_id=ID, status=status) for number, status in enumerate(statuses)
    )

    assert lives.acknowledged_at(ID) == AT + 2
    assert lives.filled_at(ID) is None
    assert [step.at - AT for step in lives.steps(ID)] == [0, 1, 2, 3]
    assert lives.steps(OrderId("W2")) == ()
