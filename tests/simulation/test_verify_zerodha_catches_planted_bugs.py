"""The days at Zerodha prove themselves: every mistake planted in the adapter breaks an invariant."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from brokers.practice.zerodha.faults import Fault, Kind
from desktop.commands.app import app
from desktop.verification.deed_draws import Deed
from tests.simulation.planted import adapter_bugs
from tests.simulation.planted.plant import Plant
from tests.simulation.zerodha_short_days import lived, often

SEEDS = range(4)
POSTED = {"postback_url": "http://127.0.0.1/postback"}
UNPOSTED = {"postback_url": ""}
LOST = often(Kind.LOST_ANSWER, "place")
UNHEARD = (LOST, often(Kind.LOST_UPDATE, "update", 10_000), often(Kind.STALE_BOOK, "orders trades", 9_900))
CONVERTED = tuple((minutes, Deed.CONVERT) for minutes in (15, 17, 19, 21, 23))


class Hunt(NamedTuple):
    """The troubles in which a mistake shows, and the invariants by which it may be seen."""

    seen_by: frozenset[int]
    faults: tuple[Fault, ...] = ()
    chosen: Mapping[str, Any] = MappingProxyType({})


def by(*numbers: int) -> frozenset[int]:
    """Invariants by their numbers."""
    return frozenset(numbers)


HUNTS: dict[Plant, Hunt] = {
    adapter_bugs.an_unanswered_request_is_sent_again: Hunt(by(1), (LOST,)),
    adapter_bugs.a_lost_answer_counts_as_a_refusal: Hunt(by(2, 5, 11, 13, 64), UNHEARD, UNPOSTED),
    adapter_bugs.repeated_news_count_twice: Hunt(
        by(8, 11, 13, 15, 64), (often(Kind.REPEATED_UPDATE, "update", seconds=2),), {"legs": [{"lots": 40}]}
    ),
    adapter_bugs.a_postback_is_a_fill_of_its_own: Hunt(by(8, 11, 13, 15, 34, 64), (), POSTED),
    adapter_bugs.the_tag_is_left_out: Hunt(by(4)),
    adapter_bugs.the_tag_is_cut: Hunt(by(3)),
    adapter_bugs.every_book_is_believed: Hunt(by(2, 5, 11, 13, 33, 64), UNHEARD, UNPOSTED),
    adapter_bugs.bought_is_sold: Hunt(
        by(11, 15, 64), (), {"deeds": ((10, Deed.TRADE_OUTSIDE), (12, Deed.TRADE_OUTSIDE))}
    ),
    adapter_bugs.the_value_of_fills_is_a_tick_off: Hunt(by(15)),
    adapter_bugs.a_login_is_not_asked_for_on_a_line_that_is_down: Hunt(
        by(11, 20, 34, 64),
        (
            Fault(kind=Kind.REFUSED_BY_GATEWAY, calls="orders", after=20, times=60),
            Fault(kind=Kind.TOKEN_ENDS, calls="profile", after=60, times=1),
        ),
    ),
    adapter_bugs.a_conversion_is_asked_for_until_it_is_answered: Hunt(
        by(11, 63, 64), (often(Kind.LOST_ANSWER, "convert", 10_000),), {"deeds": CONVERTED}
    ),
}


def broken(hunt: Hunt, seed: int) -> int | None:
    """The number of the invariant that an hour breaks; None where all hold."""
    violation = lived(seed, *hunt.faults, **hunt.chosen).violation
    return None if violation is None else violation.number


@pytest.mark.parametrize("plant", HUNTS, ids=lambda plant: plant.__name__)
def test_a_mistake_in_the_adapter_is_seen(plant):
    hunt = HUNTS[plant]

    with plant():
        found = next((number for seed in SEEDS if (number := broken(hunt, seed)) is not None), None)

    assert found in hunt.seen_by


def test_the_hours_of_the_hunt_are_clean_without_their_mistakes():
    assert [hunt for hunt in HUNTS.values() if broken(hunt, SEEDS[0]) is not None] == []


def test_a_seed_that_fails_is_told_with_the_command_that_repeats_it():
    arguments = ["verify", "--broker", "zerodha", "--seeds", "1", "--first", "0", "--jobs", "1"]

    with adapter_bugs.the_tag_is_left_out():
        result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 1
    assert "Seed 0 broke invariant 4" in result.output
    assert "Repeat it with: legwork verify --broker zerodha --seeds 1 --first 0" in result.output


def test_every_mistake_is_hunted():
    assert list(HUNTS) == adapter_bugs.PLANTS
