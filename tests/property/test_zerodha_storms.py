"""Storms over the Zerodha gateway on virtual time: whatever goes wrong, no order is doubled and the truth is told."""

from collections import Counter

import numpy as np
import pytest

from engine.domain.identifiers import OrderId
from engine.domain.money import Price, price_of
from engine.domain.order import TERMINAL, OrderStatus, OrderType, Product, Purpose, Side
from engine.domain.reports import BooksReport, OrderReport, Report
from engine.ports.broker import CancelOrder, ChangeOrder, PlaceOrder
from tests.conformance.kite_answers import DOUBTS, REFUSALS
from tests.conformance.zerodha_desk import ACCOUNT, LISTED, ZerodhaDesk

ORDERS = 25
BEHAVIOURS = (
    *("accepts",) * 8,
    "accepts-silently",
    "accepts-hangs-up",
    "accepts-late",
    "accepts-garbage",
    "silent",
    "hangs-up",
    "half",
    "redirects",
    "success-without-number",
)
ABSENT = {OrderStatus.UNKNOWN, OrderStatus.REJECTED, OrderStatus.NOT_SENT}


class Storm:
    """A desk whose venue misbehaves by the dice; ``seed`` decides everything."""

    def __init__(self, seed: int) -> None:
        self.dice = np.random.default_rng(seed)
        self.desk = ZerodhaDesk()
        self.venue = self.desk.venue
        self.told: list[Report] = []
        self.placed: list[OrderId] = []

    def chance(self, percent: int) -> bool:
        return int(self.dice.integers(100)) < percent

    def rage(self) -> None:
        """Let the trader trade while everything goes wrong."""
        for number in range(ORDERS):
            self.trouble()
            self.place(number)
            if self.chance(40):
                self.change()
            self.told += self.desk.wait(int(self.dice.integers(0, 4)))

    def trouble(self) -> None:
        venue, desk = self.venue, self.desk
        behaviour = str(self.dice.choice(BEHAVIOURS))
        venue.will(behaviour)
        if self.chance(15):
            venue.will("accepts-doubt", str(self.dice.choice(list(DOUBTS))))
        if self.chance(10):
            venue.will("refuses", str(self.dice.choice([name for name in REFUSALS if name != "session"])))
        venue.mute = self.chance(30)
        venue.twice = self.chance(30)
        venue.books_fail = self.chance(15)
        venue.fills_before_cancel = self.chance(30)
        venue.frozen_books = [dict(row) for row in venue.orders.values()] if self.chance(15) else None
        if self.chance(8):
            desk.loop.play(venue.break_feed())
        if self.chance(6):
            venue.takes_session = False
        elif not venue.takes_session:
            desk.log_in()
        price = 100 + int(self.dice.integers(-10, 11)) / 2
        desk.call(venue.show, f"{price - 0.5:.2f}", 65 * int(self.dice.integers(0, 4)), f"{price + 0.5:.2f}", 65)

    def place(self, number: int) -> None:
        tag = OrderId(f"LWSTORM{number:04d}")
        self.placed.append(tag)
        self.desk.call(
            self.desk.gateway.place,
            PlaceOrder(
                account=ACCOUNT,
                order_id=tag,
                instrument=LISTED.id,
                side=Side.BUY if self.chance(50) else Side.SELL,
                quantity=65 * int(self.dice.integers(1, 4)),
                product=Product.INTRADAY,
                order_type=OrderType.LIMIT,
                limit_price=self.price(),
                purpose=Purpose.EXIT if self.chance(50) else Purpose.ENTRY,
            ),
        )

    def change(self) -> None:
        known = [report for report in self.last().values() if report.broker_order_id and report.status not in TERMINAL]
        if not known:
            return
        report = known[int(self.dice.integers(len(known)))]
        assert report.broker_order_id is not None
        if self.chance(50):
            cancel = CancelOrder(account=ACCOUNT, order_id=report.order_id, broker_order_id=report.broker_order_id)
            self.desk.call(self.desk.gateway.cancel, cancel)
        else:
            change = ChangeOrder(
                account=ACCOUNT,
                order_id=report.order_id,
                broker_order_id=report.broker_order_id,
                quantity=report.quantity or 65,
                limit_price=self.price(),
            )
            self.desk.call(self.desk.gateway.modify, change)

    def price(self) -> Price:
        return price_of(f"{100 + int(self.dice.integers(-100, 101)) / 20:.2f}")

    def calm(self) -> None:
        """Let every trouble end and ten minutes pass; then read the books."""
        venue = self.venue
        venue.mute = venue.twice = venue.books_fail = False
        venue.frozen_books = None
        venue._behaviours.clear()
        if not venue.takes_session:
            self.desk.log_in()
        self.told += self.desk.wait(600)
        self.desk.call(self.desk.gateway.ask_books, ACCOUNT)
        self.told += self.desk.wait(20)

    def last(self) -> dict[OrderId, OrderReport]:
        return {report.order_id: report for report in self.told if isinstance(report, OrderReport)}


@pytest.mark.parametrize("seed", range(8))
def test_after_a_storm_every_order_is_there_once_and_told_as_it_is(seed: int) -> None:
    storm = Storm(seed)

    try:
        storm.rage()
        storm.calm()
    finally:
        storm.desk.close()

    rows = {tag: row for row in storm.venue.orders.values() for tag in row["tags"]}
    sent = Counter(form["tag"] for form in storm.venue.forms if "tag" in form)
    books = [report for report in storm.told if isinstance(report, BooksReport)][-1]
    shown = {row.order_id: row for row in books.orders}
    assert max(sent.values()) == 1, "one call is one sending"
    assert books.fresh
    for tag in storm.placed:
        told = storm.last()[tag]
        if tag not in rows:
            assert told.status in ABSENT, told
            continue
        truth = rows[tag]
        assert told.filled == truth["filled_quantity"] == shown[tag].filled, (told, truth)
        assert (told.status in TERMINAL) == (truth["status"] in ("COMPLETE", "CANCELLED", "REJECTED")), (told, truth)


@pytest.mark.parametrize("seed", range(100, 103))
def test_in_a_storm_no_fill_is_taken_back_and_no_definite_no_was_a_yes(seed: int) -> None:
    storm = Storm(seed)

    try:
        storm.rage()
        storm.calm()
    finally:
        storm.desk.close()

    filled: dict[OrderId, int] = {}
    refused: set[OrderId] = set()
    for report in storm.told:
        if isinstance(report, OrderReport):
            assert report.filled >= filled.get(report.order_id, 0)
            filled[report.order_id] = report.filled
            if report.status in (OrderStatus.REJECTED, OrderStatus.NOT_SENT):
                refused.add(report.order_id)
    in_book = {OrderId(tag) for row in storm.venue.orders.values() for tag in row["tags"]}
    assert refused & in_book == set()
