"""The fault harness itself: repeatable, clean on sound code, and the same whichever way the core takes."""

import json
import subprocess
import sys

import msgspec
import pytest

from desktop.composition.rules import market_rules
from desktop.verification.day import Day, live
from desktop.verification.plan import day_plan
from desktop.verification.power import Moment, Outage
from engine.core import pipeline
from engine.domain.instant import SECOND
from tests.simulation.planted import stress
from tests.simulation.planted.plant import patched

REGRESSIONS = {
    306: "a copy that was not ready forgot what its earlier execution made",
    715: "slices that might not rest at the broker were refused in turns without end",
    948: "a wait at the broker was filled while a delay followed",
    1175: "an order rested at the broker before its hedge was bought",
}


def outcome(seed):
    """What the day of a seed comes to."""
    return live(seed, market_rules())


def test_the_same_seed_gives_the_same_log():
    assert outcome(10) == outcome(10)


def test_different_seeds_give_different_days():
    assert len({outcome(seed).log for seed in range(4)}) == 4


@pytest.mark.parametrize("seed", REGRESSIONS, ids=lambda seed: REGRESSIONS[seed].replace(" ", "_"))
def test_a_seed_that_once_found_a_bug_is_clean(seed):
    assert outcome(seed).violation is None


@pytest.mark.parametrize("seed", range(40, 50))
def test_the_short_way_of_the_core_decides_what_the_long_way_decides(seed):
    short = outcome(seed)

    with patched((pipeline, "is_quiet", lambda *_: False)):
        long = outcome(seed)

    assert short == long


@pytest.mark.parametrize("moment", [Moment.BEFORE_WRITING, Moment.AFTER_WRITING])
def test_a_crash_at_every_boundary_of_the_journal_ends_as_well_as_none(moment):
    legs = [
        {"side": "BUY", "kind": "CE"},
        {"side": "SELL", "kind": "CE", "stop_loss": {"distance": 2}, "wait": {"move": 1}},
    ]
    plan = stress.playing(legs=legs)(day_plan(13, market_rules()))

    ends = []
    for number in range(1, 20):
        outage = Outage(moment=moment, number=number, lasts=2 * SECOND)
        ends.append(Day(msgspec.structs.replace(plan, outages=(outage,)), market_rules()).run())

    assert [end.violation for end in ends] == [None] * len(ends)
    assert sum(end.power_losses for end in ends) > 10


def test_the_command_answers_one_document_and_nothing_else():
    command = [sys.executable, "-m", "desktop", "verify", "--seeds", "3", "--jobs", "1", "--json"]

    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    document = json.loads(answer.stdout)
    assert document["ok"] is True
    assert document["seeds"] == 3
    assert document["failures"] == []
