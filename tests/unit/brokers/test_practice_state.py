"""What a practice Kite that was killed still knows when it is started again."""

from pathlib import Path

import pytest

from brokers.practice.zerodha.records import Head, Line
from brokers.practice.zerodha.state_file import VERSION, StateFile, StateFileError
from engine.domain.instant import SECOND
from tests.helpers.practice_desk import VirtualClient, at


def killed(client: VirtualClient) -> tuple[list[Line], VirtualClient]:
    lines = client.kite.take_changes()
    again = VirtualClient(start=at(10), now=client.now, lines=lines)
    again.headers = client.headers
    return lines, again


def test_a_killed_server_comes_back_with_everything_it_had() -> None:
    client = VirtualClient().log_in()
    bought = client.place(client.order())
    resting = client.place(client.limit(85))
    before = client.call("GET", "/portfolio/positions")["net"][0]["buy_value"], client.statuses(bought)

    _, again = killed(client)

    assert (again.call("GET", "/portfolio/positions")["net"][0]["buy_value"], again.statuses(bought)) == before
    assert again.row(resting)["status"] == "OPEN"
    again.call("DELETE", f"/orders/regular/{resting}")
    again.wait(SECOND)
    assert again.row(resting)["status"] == "CANCELLED"
    assert again.place(again.order()) not in (bought, resting)


def test_an_order_on_its_way_when_the_server_is_killed_arrives_afterwards() -> None:
    client = VirtualClient().log_in()
    order_id = client.place(client.order())

    _, again = killed(client)
    again.wait(5 * SECOND)

    assert again.row(order_id)["status"] == "COMPLETE"
    assert len(again.call("GET", "/trades")) == 1


def test_a_resting_order_of_before_the_kill_still_fills() -> None:
    client = VirtualClient().log_in()
    order_id = client.place(client.limit(97))

    _, again = killed(client)
    for _ in range(120):
        again.wait(10 * SECOND)
        if again.row(order_id)["status"] == "COMPLETE":
            break

    assert again.row(order_id)["filled_quantity"] == sum(row["quantity"] for row in again.call("GET", "/trades"))


def test_the_state_file_gives_back_its_lines_and_cuts_off_a_torn_one(tmp_path: Path) -> None:
    path = tmp_path / "state.lines"
    client = VirtualClient().log_in()
    client.place(client.order())
    lines = [Head(version=VERSION, seed=7, start=at(10)), *client.kite.take_changes()]
    file = StateFile(path)
    file.append(lines)
    file.close()
    path.write_bytes(path.read_bytes() + b"0123 half of a li")

    again = StateFile(path)

    assert again.lines == lines
    assert again.head == lines[0]
    again.close()


def test_a_damaged_state_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "state.lines"
    path.write_bytes(b"00000000 {}\n")

    with pytest.raises(StateFileError, match="damaged at line 1; move it away"):
        StateFile(path)
