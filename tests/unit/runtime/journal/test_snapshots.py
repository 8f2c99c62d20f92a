"""A snapshot is only ever a shortcut."""

from engine.runtime.journal.opening import open_journal


def test_the_newest_snapshot_of_the_version_is_answered(address, facts):
    with open_journal(address) as journal:
        journal.append(facts(9))
        for seq in (2, 4, 6):
            journal.save_snapshot(seq, 1, f"state {seq}".encode())

        assert journal.latest_snapshot(1) == (6, b"state 6")
        assert journal.latest_snapshot(2) is None


def test_few_snapshots_are_kept_and_none_of_an_older_version(address, facts, execute):
    with open_journal(address) as journal:
        journal.append(facts(9))
        for seq in range(1, 8):
            journal.save_snapshot(seq, 1, b"state")
        journal.save_snapshot(8, 2, b"later state")

        assert journal.latest_snapshot(1) is None
        for seq in range(1, 8):
            journal.save_snapshot(seq, 2, b"state")
        assert journal.latest_snapshot(2) == (8, b"later state")


def test_a_snapshot_saved_again_replaces_itself(address, facts):
    with open_journal(address) as journal:
        journal.append(facts(3))
        journal.save_snapshot(3, 1, b"first")
        journal.save_snapshot(3, 1, b"second")

        assert journal.latest_snapshot(1) == (3, b"second")


def test_a_damaged_snapshot_is_passed_over_for_an_older_one(address, facts, execute):
    with open_journal(address) as journal:
        journal.append(facts(5))
        journal.save_snapshot(2, 1, b"old")
        journal.save_snapshot(4, 1, b"new")
    execute(address, "UPDATE snapshots SET body = digest WHERE seq = 4")

    with open_journal(address) as journal:
        assert journal.latest_snapshot(1) == (2, b"old")


def test_a_snapshot_of_another_chain_is_never_used(address, facts, execute):
    with open_journal(address) as journal:
        journal.append(facts(5))
        journal.save_snapshot(4, 1, b"state")
    execute(address, "UPDATE snapshots SET link = digest")

    with open_journal(address) as journal:
        assert journal.latest_snapshot(1) is None
