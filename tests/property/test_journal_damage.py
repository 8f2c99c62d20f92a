"""Damaged files end in a sentence or in what was acknowledged, never in another error."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.instant import Instant
from engine.ports.journal import JournalEntry
from engine.runtime.journal.chain import EMPTY, chained, head_after
from engine.runtime.journal.emergency import EmergencyFile, waiting_batches
from engine.runtime.journal.errors import JournalError
from engine.runtime.journal.opening import open_for_reading, open_journal

_FACTS = [JournalEntry(Instant(n), "order_filled", b'{"at":%d,"order_id":"LW%d"}' % (n, n)) for n in range(1, 200)]


def _journal_bytes():
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "journal.sqlite"
        with open_journal(str(place), with_reserve=False) as journal:
            journal.append(_FACTS)
            journal.save_snapshot(100, 1, b"state")
        return place.read_bytes()


_WHOLE = _journal_bytes()

damages = st.lists(st.tuples(st.integers(0, len(_WHOLE) - 1), st.binary(min_size=1, max_size=64)), max_size=4)


@settings(max_examples=60)
@given(damages, st.integers(0, len(_WHOLE)) | st.just(len(_WHOLE)))
def test_a_damaged_journal_is_told_in_a_sentence(changes, length):
    content = bytearray(_WHOLE)
    for at, new in changes:
        content[at : at + len(new)] = new
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "journal.sqlite"
        place.write_bytes(content[:length])
        for opened in (open_for_reading, open_journal):
            with suppress(JournalError), opened(str(place)) as journal:
                report = journal.verify()
                read = [] if report.problem else list(journal.entries())
                snapshot = journal.latest_snapshot(1)

                assert report.problem or read == _FACTS or (report.count, length) == (0, 0)
                assert snapshot in (None, (100, b"state"))


@settings(max_examples=60)
@given(st.integers(16, 4095), st.binary(min_size=1, max_size=40))
def test_a_damaged_reserve_keeps_what_lies_before_the_damage(at, new):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "reserve"
        reserve = EmergencyFile(place, capacity=4096)
        end = EMPTY
        for first in range(0, 40, 4):
            batch = _FACTS[first : first + 4]
            reserve.write(end, batch)
            end = head_after(end, chained(end, batch))
        reserve.close()
        content = bytearray(place.read_bytes())
        content[at : at + len(new)] = new
        place.write_bytes(content[:4096])

        kept = [entry for batch in waiting_batches(place) for entry in batch.entries]

        assert kept == _FACTS[: len(kept)]
