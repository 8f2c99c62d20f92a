"""Requests are stamped on their way to the gateway, and what never leaves is not measured."""

from engine.domain.identifiers import OrderId
from engine.domain.order import OrderStatus, Purpose
from engine.runtime import request_stages
from engine.runtime.request_stages import RequestStages
from engine.views.latency import Request
from tests.unit.runtime.outgoing import NOW, Desk


class Watch:
    """A stopwatch that the test moves."""

    def __init__(self, monkeypatch):
        self.nanoseconds = 0
        monkeypatch.setattr(request_stages, "stopwatch", lambda: self.nanoseconds)

    def wait(self, microseconds):
        self.nanoseconds += microseconds * 1_000


def test_every_stage_is_the_time_since_the_one_before(monkeypatch):
    watch = Watch(monkeypatch)
    desk = Desk()
    fact = desk.request("E1")
    desk.stages.begin()
    desk.stages.quotes_taken(40)
    watch.wait(100)
    desk.stages.decided([fact])
    watch.wait(600)
    desk.stages.durable([fact])
    watch.wait(7)

    desk.stages.handed_over(fact, NOW)

    (latency,) = desk.stages.news()
    assert (latency.feed, latency.decision, latency.journal, latency.queue) == (40, 100, 600, 7)
    assert latency.tick_to_order == 707
    assert (latency.order_id, latency.request, latency.at) == (OrderId("E1"), Request.PLACE, NOW)


def test_the_lateness_of_quotes_is_not_that_of_a_command_after_them(monkeypatch):
    watch = Watch(monkeypatch)
    stages, desk = RequestStages(), Desk()
    fact = desk.request("E1")
    stages.begin()
    stages.quotes_taken(5_000)
    watch.wait(10)
    stages.begin()
    stages.decided([fact])
    stages.durable([fact])

    stages.handed_over(fact, NOW)

    assert stages.news()[0].feed == 0


def test_news_are_told_once():
    desk = Desk()
    fact = desk.request("E1")
    desk.stages.decided([fact])
    desk.stages.durable([fact])
    desk.stages.handed_over(fact, NOW)

    assert len(desk.stages.news()) == 1
    assert desk.stages.news() == []


def test_the_outbox_measures_what_leaves_and_forgets_what_does_not():
    desk = Desk()
    desk.order("R1", status=OrderStatus.OPEN)
    desk.order("X1", Purpose.EXIT, OrderStatus.OPEN)
    held_back = desk.request("E1")
    facts = [desk.modify("X1"), desk.cancel("R1"), held_back]
    desk.stages.decided(facts)
    desk.stages.durable(facts)
    desk.outbox.stop_openings()

    desk.release()
    desk.stages.handed_over(held_back, NOW)

    assert [(one.order_id, one.request) for one in desk.stages.news()] == [
        ("X1", Request.MODIFY),
        ("R1", Request.CANCEL),
    ]


def test_a_request_of_an_earlier_start_is_not_measured():
    desk = Desk()
    desk.request("E1")

    desk.release()

    assert desk.gateway.names() == ["place E1"]
    assert desk.stages.news() == []
