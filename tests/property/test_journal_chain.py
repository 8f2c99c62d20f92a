"""Whatever is appended in whatever batches, the chain is one; whatever is changed, it breaks."""

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.instant import Instant
from engine.ports.journal import JournalEntry
from engine.runtime.journal.chain import EMPTY, chained, examined, head_after
from engine.runtime.journal.memory import MemoryJournal

entries = st.builds(
    lambda at, kind, body: JournalEntry(Instant(at), kind, body),
    st.integers(0, 2**53),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.binary(max_size=30),
)


@given(st.lists(st.lists(entries, max_size=4), max_size=6))
def test_the_head_does_not_depend_on_batches(batches):
    one, many = MemoryJournal(), MemoryJournal()
    one.append([entry for batch in batches for entry in batch])
    for batch in batches:
        many.append(batch)

    assert (one.head(), one.count()) == (many.head(), many.count())
    assert many.verify().is_sound


@given(st.lists(entries, min_size=2, max_size=8, unique_by=lambda entry: (entry.kind, entry.body)), st.data())
def test_every_single_change_is_found(written, data):
    rows = chained(EMPTY, written)
    kept = head_after(EMPTY, rows)
    at = data.draw(st.integers(0, len(rows) - 1))
    other = data.draw(st.integers(0, len(rows) - 1).filter(lambda place: place != at))
    changes = {
        "remove": rows[:at] + rows[at + 1 :],
        "truncate": rows[:at],
        "repeat": [*rows, rows[at]],
        "insert": [*rows[:at], rows[other], *rows[at:]],
        "swap": [rows[other] if n == at else rows[at] if n == other else row for n, row in enumerate(rows)],
        "body of another": [
            type(row)(row.seq, rows[other].entry, row.link) if n == at else row for n, row in enumerate(rows)
        ],
    }

    changed = changes[data.draw(st.sampled_from(sorted(changes)))]

    assert examined(rows, kept).is_sound
    assert not examined(changed, kept).is_sound


@given(st.lists(st.lists(entries, min_size=1, max_size=3), min_size=1, max_size=6), st.data())
def test_a_crash_copy_is_a_beginning_of_the_journal(batches, data):
    journal = MemoryJournal()
    for batch in batches:
        journal.append(batch)

    copy = journal.crash_copy(data.draw(st.integers(0, journal.count())))

    assert copy.verify().is_sound
    assert list(copy.entries()) == list(journal.entries())[: copy.count()]
