"""Words to the other process: in order, none lost, and nobody waits for a reader that is slow or gone."""

from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.runtime.process.sender import Sender
from engine.runtime.process.words import Aside, Told, notices_of, to_window
from engine.views.messages import MessageLevel, MessageRow

PATIENCE = 10.0


def message(number: int, words: str = "") -> MessageRow:
    return MessageRow(
        number=number,
        at=Instant(number),
        level=MessageLevel.INFO,
        kind="alarm_raised",
        sentence=words,
        account=AccountId("PAPER"),
        tag="",
        portfolio_id=None,
        portfolio="",
    )


def heard(reader: Connection, wanted: int) -> list[int]:
    """Answer the numbers of the next messages; an aside stands for the number in it."""
    numbers: list[int] = []
    while len(numbers) < wanted:
        match to_window(reader.recv_bytes()):
            case Told() as told:
                numbers += [notice.number for notice in notices_of(told) if isinstance(notice, MessageRow)]
            case Aside(body):
                numbers.append(int(body))
    return numbers


@pytest.fixture
def line() -> Iterator[tuple[Sender, Connection]]:
    ours, theirs = Pipe()
    sender = Sender(ours, "to the test")
    yield sender, theirs
    theirs.close()
    sender.close(PATIENCE)
    ours.close()


def test_what_a_slow_reader_has_not_read_yet_waits_in_order(line: tuple[Sender, Connection]) -> None:
    sender, reader = line
    long = "x" * 2_000

    for number in range(0, 3_000, 3):
        sender.tell([message(number, long), message(number + 1, long)])
        sender.say(Aside(str(number + 2).encode()))

    assert heard(reader, 3_000) == list(range(3_000))


def test_many_notices_at_once_and_few_behind_them_keep_their_order(line: tuple[Sender, Connection]) -> None:
    sender, reader = line

    sender.tell([message(number) for number in range(5_000)])
    for number in range(5_000, 5_050):
        sender.tell([message(number)])

    assert heard(reader, 5_050) == list(range(5_050))


def test_closing_sends_what_waits(line: tuple[Sender, Connection]) -> None:
    sender, reader = line
    sender.tell([message(number) for number in range(150)])

    sender.close(PATIENCE)
    sender.tell([message(150)])

    assert heard(reader, 150) == list(range(150))
    assert not reader.poll()


def test_nobody_minds_a_reader_that_is_gone(line: tuple[Sender, Connection]) -> None:
    sender, reader = line
    reader.close()

    for number in range(500):
        sender.tell([message(number, "x" * 5_000)])
    sender.close(PATIENCE)
