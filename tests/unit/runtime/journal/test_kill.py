"""Killing the process at any moment loses nothing that was acknowledged, and frees the journal."""

import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from engine.runtime.journal.opening import open_journal

_KILLS = 10
_WRITER = textwrap.dedent("""
    import os, sys
    from engine.domain.instant import Instant
    from engine.ports.journal import JournalEntry
    from engine.runtime.journal.opening import open_journal

    with open_journal(sys.argv[1], reserve_bytes=65536) as journal:
        for number in range(journal.count() + 1, journal.count() + 2_000, 2):
            both = [JournalEntry(Instant(n), "order_requested", b'{"at":%d}' % n) for n in (number, number + 1)]
            journal.append(both)
            os.write(1, b"%d\\n" % (number + 1))
""")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_no_acknowledged_fact_is_lost_to_a_kill(tmp_path):
    place = str(tmp_path / "journal.sqlite")
    dice = np.random.default_rng(20_260_819)
    for _ in range(_KILLS):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, place], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        acknowledged = 0
        for _ in range(dice.integers(1, 60)):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        writer.wait(timeout=30)
        # Not communicate(): it reads past what the pipe's own buffer has taken already.
        with writer.stdout:
            rest = writer.stdout.read()
        whole = rest[: rest.rfind(b"\n") + 1].split()
        acknowledged = int(whole[-1]) if whole else acknowledged

        with open_journal(place, reserve_bytes=65_536) as journal:
            report = journal.verify()
            assert report.is_sound
            assert acknowledged <= report.count <= acknowledged + 2
            assert report.count % 2 == 0
