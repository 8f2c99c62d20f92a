"""The chain's bytes are fixed: other programs must be able to check a journal."""

from engine.domain.instant import Instant
from engine.ports.journal import JournalEntry
from engine.runtime.journal.chain import EMPTY, GENESIS, chained, examined, head_after, next_link


def test_a_link_is_the_sha256_that_other_tools_compute():
    # { head -c 32 /dev/zero; printf '\0\0\0\1a{"at":5}'; } | sha256sum
    link = next_link(GENESIS, "a", b'{"at":5}')

    assert link.hex() == "7b22b1e5f1924d0d210b81679122e99668ad3f724b3fe8e7814f0233ed398ce6"


def test_kind_and_body_cannot_trade_letters():
    assert next_link(GENESIS, "ab", b"c") != next_link(GENESIS, "a", b"bc")


def test_the_head_depends_on_order_and_not_on_batches():
    one, two = JournalEntry(Instant(1), "a", b"1"), JournalEntry(Instant(2), "b", b"2")

    together = head_after(EMPTY, chained(EMPTY, [one, two]))
    first = head_after(EMPTY, chained(EMPTY, [one]))

    assert head_after(first, chained(first, [two])) == together
    assert head_after(EMPTY, chained(EMPTY, [two, one])) != together


def test_a_row_stamped_otherwise_than_its_body_is_found():
    rows = chained(EMPTY, [JournalEntry(Instant(6), "a", b'{"at":5}')])

    report = examined(rows, head_after(EMPTY, rows))

    assert report.problem is not None
    assert "stamped 6, its body 5" in report.problem


def test_a_body_without_a_stamp_is_sound():
    rows = chained(EMPTY, [JournalEntry(Instant(6), "a", body) for body in (b"{}", b"", b"\xff", b"[1]")])

    assert examined(rows, head_after(EMPTY, rows)).is_sound
