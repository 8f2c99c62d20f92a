"""A journal of either kind keeps what it acknowledged and finds what was changed."""

import shutil

import pytest
from sqlalchemy.exc import DBAPIError

from engine.ports.journal import Journal
from engine.runtime.journal.errors import JournalCorruptError, JournalInUseError, JournalNewerError
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.journal.opening import open_for_reading, open_journal

_GUARDS_OFF = {
    "sqlite": ("DROP TRIGGER facts_no_update", "DROP TRIGGER facts_no_delete"),
    "postgresql": ("DROP TRIGGER facts_no_change ON facts", "DROP TRIGGER facts_no_truncate ON facts"),
}


def _kind(address):
    return "postgresql" if address.startswith("postgresql") else "sqlite"


def test_what_was_appended_is_there_after_opening_again(address, facts):
    with open_journal(address) as journal:
        journal.append(facts(3))
        journal.append(facts(2, first=4))
        head = journal.head()

    with open_journal(address) as journal:
        assert list(journal.entries()) == facts(5)
        assert list(journal.entries(after=3)) == facts(2, first=4)
        assert list(journal.entries(after=5)) == []
        assert (journal.count(), journal.head(), journal.trouble()) == (5, head, None)


def test_the_head_is_that_of_any_journal_with_these_facts(address, facts):
    memory = MemoryJournal()
    memory.append(facts(5))

    with open_journal(address) as journal:
        for fact in facts(5):
            journal.append([fact])
        journal.save_snapshot(3, 1, b"state")

        assert journal.head() == memory.head()


def test_after_a_checkpoint_the_file_alone_holds_everything(tmp_path, facts):
    with open_journal(str(tmp_path / "journal.sqlite")) as journal:
        journal.append(facts(5))
        journal.checkpoint()
        copied = shutil.copy(tmp_path / "journal.sqlite", tmp_path / "copy.sqlite")

        with open_for_reading(str(copied)) as copy:
            assert list(copy.entries()) == facts(5)
        journal.append(facts(1, first=6))
        assert journal.verify().count == 6


def test_an_empty_append_changes_nothing(address):
    with open_journal(address) as journal:
        journal.append([])

        assert (journal.count(), journal.head()) == (0, "0" * 64)
        assert journal.verify().is_sound


def test_many_facts_are_read_in_order_across_chunks(tmp_path, facts):
    with open_journal(str(tmp_path / "journal.sqlite")) as journal:
        journal.append(facts(4_500))

        assert list(journal.entries(after=1_999)) == facts(2_501, first=2_000)
        assert journal.verify().count == 4_500


def test_a_reader_sees_a_journal_that_is_being_written(address, facts):
    with open_journal(address) as journal:
        journal.append(facts(2))
        with open_for_reading(address) as reader:
            journal.append(facts(2, first=3))

            report = reader.verify()
            assert report.is_sound
            assert report.count == 4


def test_a_second_instance_is_refused_with_a_sentence(address, facts):
    with open_journal(address) as journal:
        with pytest.raises(JournalInUseError, match=r"in use by another Legwork.*--journal"):
            open_journal(address)
        journal.append(facts(1))

    with open_journal(address) as journal:
        assert journal.count() == 1


@pytest.mark.parametrize("statement", ["UPDATE facts SET kind = 'x' WHERE seq = 2", "DELETE FROM facts WHERE seq = 2"])
def test_the_database_itself_refuses_to_change_facts(address, facts, execute, statement):
    with open_journal(address) as journal:
        journal.append(facts(3))

    with pytest.raises(Exception, match="facts are only added"):
        execute(address, statement)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE facts SET kind = 'x' WHERE seq = 2", "fact 2 was changed"),
        ("UPDATE facts SET body = hash WHERE seq = 2", "fact 2 was changed"),
        ("UPDATE facts SET at = 7 WHERE seq = 2", "stamped 7"),
        ("DELETE FROM facts WHERE seq = 2", "fact 2 is missing"),
        ("UPDATE facts SET seq = 100 - seq WHERE seq IN (2, 3)", "fact 2 is missing"),
        ("DELETE FROM facts WHERE seq >= 4", "the end is missing: 3 facts are there, 5 were written"),
        ("INSERT INTO facts SELECT 6, at, kind, body, hash FROM facts WHERE seq = 5", "fact 6 was changed"),
        ("UPDATE meta SET count = 4", "1 facts were added"),
        ("UPDATE meta SET head = (SELECT hash FROM facts WHERE seq = 1)", "kept head is not the head"),
    ],
)
def test_a_change_behind_our_back_is_found(address, facts, execute, change, problem):
    with open_journal(address) as journal:
        journal.append(facts(5))
    execute(address, *_GUARDS_OFF[_kind(address)], change)

    with open_for_reading(address) as reader:
        assert problem in (reader.verify().problem or "")


def test_a_cut_off_journal_that_hides_it_is_found_by_a_head_noted_elsewhere(address, facts, execute):
    with open_journal(address) as journal:
        journal.append(facts(5))
        noted = journal.head()
    execute(
        address,
        *_GUARDS_OFF[_kind(address)],
        "DELETE FROM facts WHERE seq > 3",
        "UPDATE meta SET count = 3, head = (SELECT hash FROM facts WHERE seq = 3)",
    )

    with open_for_reading(address) as reader:
        assert reader.verify().is_sound
        assert "nowhere in this journal" in (reader.verify(anchor=noted).problem or "")


def test_a_head_noted_earlier_is_found_on_the_chain(address, facts):
    with open_journal(address) as journal:
        journal.append(facts(2))
        noted = journal.head()
        journal.append(facts(2, first=3))

        assert journal.verify(anchor=noted).is_sound
        assert journal.verify(anchor="0" * 64).is_sound


def test_replay_stops_at_a_changed_fact(address, facts, execute):
    with open_journal(address) as journal:
        journal.append(facts(5))
    execute(address, *_GUARDS_OFF[_kind(address)], "UPDATE facts SET kind = 'x' WHERE seq = 3")

    with open_journal(address) as journal:
        entries = journal.entries()
        assert [next(entries), next(entries)] == facts(2)
        with pytest.raises(JournalCorruptError, match="breaks at fact 3"):
            next(entries)


def test_a_missing_end_is_refused_at_the_start(address, facts, execute):
    with open_journal(address) as journal:
        journal.append(facts(5))
    execute(address, *_GUARDS_OFF[_kind(address)], "DELETE FROM facts WHERE seq = 5")

    with pytest.raises(JournalCorruptError, match="ends at fact 4, but 5 were written"):
        open_journal(address)


def test_a_writer_that_somebody_overtook_stops(address, facts, execute):
    with open_journal(address) as journal:
        journal.append(facts(2))
        execute(address, "UPDATE meta SET count = 9")

        with pytest.raises(JournalCorruptError, match="changed by another program"):
            journal.append(facts(1, first=3))
    with open_for_reading(address) as reader:
        assert len(list(reader.entries())) == 2


def test_a_journal_of_a_later_version_is_refused_and_left_alone(address, facts, execute):
    with open_journal(address) as journal:
        journal.append(facts(1))
    execute(address, "UPDATE journal_version SET version_num = '0009'")

    for opened in (open_journal, open_for_reading):
        with pytest.raises(JournalNewerError, match="journal version 9, this one knows 1"):
            opened(address)


def test_an_unreadable_version_is_refused(address, execute):
    open_journal(address).close()
    execute(address, "UPDATE journal_version SET version_num = 'one'")

    with pytest.raises(JournalCorruptError, match="does not say which version"):
        open_journal(address)


def test_a_journal_without_its_kept_head_is_refused(address, execute):
    open_journal(address).close()
    execute(address, "DELETE FROM meta")

    with pytest.raises(JournalCorruptError, match="lost its kept head"):
        open_journal(address)


def test_a_table_that_lost_a_column_is_refused_with_a_sentence(address, facts, execute):
    with open_journal(address) as journal:
        journal.append(facts(1))
    execute(address, "ALTER TABLE facts RENAME COLUMN kind TO sort")

    with open_for_reading(address) as reader, pytest.raises(JournalCorruptError, match="restore"):
        list(reader.entries())


def test_a_driver_error_never_escapes(address, facts, execute):
    with open_journal(address) as journal:
        execute(address, "DROP TABLE snapshots")

        with pytest.raises(JournalCorruptError) as caught:
            journal.latest_snapshot(1)
        assert isinstance(caught.value.__cause__, DBAPIError)


def test_closing_twice_is_harmless(address):
    journal: Journal = open_journal(address)

    journal.close()
    journal.close()
