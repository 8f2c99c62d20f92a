"""What the practice Kite does wrong on purpose."""

import json
from typing import Any

import pytest

from brokers.practice.zerodha.faults import NAMED_PLANS, Fault, FaultPlanError, Kind, plan_from_toml
from brokers.practice.zerodha.sockets import Hangup
from brokers.practice.zerodha.wire import Fate
from engine.domain.instant import SECOND
from engine.schema.load import dump, load
from tests.helpers.practice_desk import CALL, VirtualClient


def troubled(kind: Kind, calls: str = "*", **changes: Any) -> VirtualClient:
    """A client that is logged in before the trouble begins."""
    client = VirtualClient(**changes).log_in()
    client.kite.broker.dice.follow(load({"faults": [{"kind": kind.value, "calls": calls}]}, type(NAMED_PLANS["none"])))
    return client


def test_a_lost_answer_leaves_an_order_and_a_lost_request_does_not() -> None:
    for kind, orders in ((Kind.LOST_ANSWER, 1), (Kind.LOST_REQUEST, 0)):
        client = troubled(kind, "place")

        answer = client.send("POST", "/orders/regular", client.order())

        assert answer.fate is Fate.CLOSED
        assert len(client.call("GET", "/orders")) == orders


def test_an_order_that_timed_out_is_placed_eight_seconds_later() -> None:
    client = troubled(Kind.TIMED_OUT_THEN_PLACED)

    status, _, words = client.refused("POST", "/orders/regular", client.order())
    before = client.call("GET", "/orders")
    client.wait(9 * SECOND)

    assert (status, words[:24]) == (400, "Order request timed out.")
    assert before == []
    assert [row["tag"] for row in client.call("GET", "/orders")] == ["T1"]


def test_a_gateway_says_the_same_whether_the_order_arrived_or_not() -> None:
    seen = []
    for kind in (Kind.REFUSED_BY_GATEWAY, Kind.ACCEPTED_BEHIND_GATEWAY):
        client = troubled(kind, "place")
        refused = client.refused("POST", "/orders/regular", client.order())
        seen.append((*refused, len(client.call("GET", "/orders"))))

    words = (503, "NetworkException", "Request failed (kitetrade-oms).")
    assert seen == [(*words, 0), (*words, 1)]


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        (Kind.TOO_MANY, 429, "NetworkException"),
        (Kind.ADDRESS_REFUSED, 403, "PermissionException"),
        (Kind.DAY_CAP, 429, "NetworkException"),
        (Kind.TOKEN_ENDS, 403, "TokenException"),
    ],
)
def test_a_good_order_is_refused_for_other_reasons(kind: Kind, status: int, error: str) -> None:
    client = troubled(kind, "place")

    refused = client.refused("POST", "/orders/regular", client.order())

    assert refused[:2] == (status, error)
    assert client.kite.broker.book.orders == {}


def test_an_answer_can_be_slow_cut_or_no_json() -> None:
    slow = troubled(Kind.SLOW_ANSWER).send("GET", "/orders")
    cut = troubled(Kind.CUT_ANSWER).send("GET", "/orders")
    page = troubled(Kind.NOT_JSON).send("GET", "/orders")

    assert slow.delay >= 8 * SECOND
    assert cut.fate is Fate.CUT
    assert (page.status, page.headers["Content-Type"]) == (502, "text/html")


def test_a_stale_book_is_the_one_of_the_call_before() -> None:
    client = troubled(Kind.STALE_BOOK, "orders")
    first = client.call("GET", "/orders")

    client.place(client.order())

    assert client.call("GET", "/orders") == first == []


def test_lists_quotes_statuses_and_dumps_can_be_wrong() -> None:
    null = troubled(Kind.NULL_LIST, "orders").call("GET", "/orders")
    missing = troubled(Kind.MISSING_QUOTES).call("GET", "/quote/ltp", i=["NSE:NIFTY 50", f"NFO:{CALL}"])
    strange = troubled(Kind.UNKNOWN_STATUS)
    strange.place(strange.order())
    whole = VirtualClient().send("GET", "/instruments").body
    cut = troubled(Kind.CUT_DUMP).send("GET", "/instruments").body

    assert null is None
    assert list(missing) == ["NSE:NIFTY 50"]
    assert strange.call("GET", "/orders")[0]["status"] == "EXCHANGE REVIEW PENDING"
    assert whole.startswith(cut)
    assert len(cut) < len(whole)


def test_an_order_can_be_stuck_before_its_validation() -> None:
    client = troubled(Kind.STUCK)
    order_id = client.place(client.order())

    client.wait(5 * SECOND)
    stuck = client.statuses(order_id)
    client.wait(5 * SECOND)

    assert stuck == ["PUT ORDER REQ RECEIVED"]
    assert client.row(order_id)["status"] == "COMPLETE"


def test_a_cancelled_order_can_be_filled_first() -> None:
    client = troubled(Kind.FILLED_BEFORE_CANCEL)
    order_id = client.place(client.limit(80))

    client.call("DELETE", f"/orders/regular/{order_id}")
    client.wait(SECOND)

    assert (client.row(order_id)["status"], client.row(order_id)["filled_quantity"]) == ("COMPLETE", 65)


def test_an_order_can_be_rejected_by_the_exchange() -> None:
    client = troubled(Kind.REJECTED)

    row = client.row(client.place(client.order()))

    assert (row["status"], row["status_message_raw"][:5]) == ("REJECTED", "16387")


def test_updates_can_be_lost_repeated_and_late() -> None:
    counts = {}
    for kind in (Kind.LOST_UPDATE, Kind.REPEATED_UPDATE, Kind.LATE_UPDATE):
        client = troubled(kind)
        line = client.socket()
        client.place(client.order())
        counts[kind] = len(client.updates(line, 1)), len(client.updates(line, 10))

    assert counts[Kind.LOST_UPDATE] == (0, 0)
    assert sum(counts[Kind.REPEATED_UPDATE]) == 2
    assert sum(counts[Kind.LATE_UPDATE]) == 1


def test_a_socket_can_fall_silent_or_break_in_the_middle_of_a_frame() -> None:
    silent, torn = troubled(Kind.SILENT_SOCKET), troubled(Kind.DROPPED_MID_FRAME)
    subscription = json.dumps({"a": "mode", "v": ["full", [256265]]})
    mute, broken = silent.socket(), torn.socket()
    silent.frames(mute, 0)
    mute.take(silent.now)
    mute.receive(subscription, silent.now)
    broken.receive(subscription, torn.now)

    nothing = silent.frames(mute, 6)
    last = torn.frames(broken, 2)[-1]

    assert nothing == []
    assert mute.is_open
    assert isinstance(last, Hangup)
    assert last.torn
    assert not broken.is_open


def test_a_fault_strikes_after_so_many_calls_and_so_often() -> None:
    client = VirtualClient(Fault(kind=Kind.TOO_MANY, calls="orders", after=2, times=1)).log_in()

    assert [client.send("GET", "/orders").status for _ in range(4)] == [200, 200, 429, 200]


def test_the_same_seed_has_the_same_troubles() -> None:
    runs = []
    for _ in range(2):
        client = VirtualClient(*NAMED_PLANS["storm"].faults)
        client.headers["Authorization"] = "token a:b"
        runs.append([client.send("GET", "/orders").status for _ in range(200)])

    assert runs[0] == runs[1]
    assert len(set(runs[0])) > 2


def test_a_plan_is_read_from_toml_and_refused_with_every_wrong_field() -> None:
    plan = plan_from_toml('[[faults]]\nkind = "lost answer"\ncalls = "place modify"\nchance = 500\n')

    assert (plan.faults[0].kind, plan.faults[0].chance) == (Kind.LOST_ANSWER, 500)
    with pytest.raises(FaultPlanError, match="chance"):
        plan_from_toml('[[faults]]\nkind = "lost answer"\nchance = 20000\n')
    with pytest.raises(FaultPlanError, match="no call is named 'plaice'"):
        plan_from_toml('[[faults]]\nkind = "lost answer"\ncalls = "modify plaice"\n')
    with pytest.raises(FaultPlanError, match="kind"):
        plan_from_toml('[[faults]]\nkind = "bad luck"\n')


@pytest.mark.parametrize("name", NAMED_PLANS)
def test_every_named_plan_can_be_written_down_and_read_again(name: str) -> None:
    plan = NAMED_PLANS[name]

    assert load(dump(plan), type(plan)) == plan


def test_the_control_changes_the_plan_and_counts_what_struck() -> None:
    client = VirtualClient().log_in()

    client.call("POST", "/sim/faults", {"plan": "rate-limits"})
    statuses = {client.send("GET", "/orders").status for _ in range(60)}

    assert statuses == {200, 429}
    assert client.call("GET", "/sim/faults")["struck"]["too many requests"] > 0
    assert client.refused("POST", "/sim/faults", {"plan": "unheard of"})[0] == 400
