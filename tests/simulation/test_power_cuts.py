"""An engine that is killed at any moment and started again ends with what an undisturbed one holds, or asks first."""

from datetime import time

import pytest

from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.multileg.states import PortfolioState
from engine.runtime.journal.memory import MemoryJournal
from tests.simulation.simulated_day import DAY, OPENS, SimulatedDay, straddle

TEN = ist_instant(DAY, time(10, 0))
_AWAY = 3 * SECOND


class PowerCut(Exception):  # noqa: N818  # Not an error of the program: the machine stops.
    """The process is gone."""


class CutJournal(MemoryJournal):
    """Loses its power before or after its ``number``-th append."""

    def __init__(self, number: int, *, written: bool) -> None:
        super().__init__()
        self.left = number
        self.written = written

    def append(self, entries):
        """Keep all entries, unless the power is cut before."""
        self.left -= 1
        if self.left == 0 and not self.written:
            raise PowerCut
        super().append(entries)
        if self.left == 0:
            raise PowerCut

    def found(self) -> MemoryJournal:
        """What the next process finds."""
        journal = MemoryJournal()
        journal.append(list(self.entries()))
        return journal


def _baskets(**changes):
    return [
        straddle(name, start, stops=False, **changes) for name, start in (("First", "09:20:00"), ("Second", "09:40:00"))
    ]


def _live(day, portfolios):
    day.open()
    for portfolio in portfolios:
        day.add(portfolio)
    day.play(TEN)
    held = day.net_quantities()
    day.play()
    return held


def _undisturbed(portfolios):
    journal = CutJournal(-1, written=True)
    held = _live(SimulatedDay(journal), portfolios)
    return held, -1 - journal.left


def _start_again(day, found, portfolios):
    """Start as a new process; portfolios that never got into the journal are added again, as a trader would."""
    day.start(found)
    day.open(Instant(max(OPENS, day.broker.now) + _AWAY))
    known = {run.portfolio.name for run in day.run.state.books.portfolios.values()}
    for portfolio in portfolios:
        if portfolio.name not in known:
            day.add(portfolio)


def _is_held(day):
    return any(run.state is PortfolioState.HELD for run in day.run.state.books.portfolios.values())


@pytest.mark.parametrize("written", [False, True], ids=["before it is written", "after it is written"])
def test_a_kill_at_any_batch_ends_with_the_same_position_or_a_held_basket(written):
    portfolios = _baskets()
    held, batches = _undisturbed(portfolios)
    assert held
    assert batches >= 15
    times_held = 0

    for number in range(1, batches + 1):
        journal = CutJournal(number, written=written)
        day = SimulatedDay(journal)
        with pytest.raises(PowerCut):
            _live(day, portfolios)
        was_over = day.broker.now > TEN
        _start_again(day, journal.found(), portfolios)
        day.play(TEN)

        times_held += _is_held(day)
        assert was_over or _is_held(day) or day.net_quantities() == held, f"killed at batch {number}"
        day.play()
        assert day.net_quantities() == {}, f"killed at batch {number}"
        assert day.journal.verify().is_sound
    assert times_held


def test_baskets_that_finish_after_a_restart_come_to_the_same_position():
    portfolios = _baskets(after_restart="finish")
    held, batches = _undisturbed(portfolios)

    for number in range(1, batches + 1, 2):
        journal = CutJournal(number, written=True)
        day = SimulatedDay(journal)
        with pytest.raises(PowerCut):
            _live(day, portfolios)
        was_over = day.broker.now > TEN
        _start_again(day, journal.found(), portfolios)
        day.play(TEN)

        assert was_over or day.net_quantities() == held, f"killed at batch {number}"
        day.play()
        assert day.net_quantities() == {}, f"killed at batch {number}"


def test_a_kill_between_two_orders_on_the_wire_doubles_none():
    portfolios = _baskets(after_restart="finish")
    held, _ = _undisturbed(portfolios)

    for number in range(1, 17):
        day = SimulatedDay(MemoryJournal())
        day.wire.cut_after, day.wire.cut = number, PowerCut
        with pytest.raises(PowerCut):
            _live(day, portfolios)
        day.wire.cut_after = None
        was_over = day.broker.now > TEN
        _start_again(day, day.journal.crash_copy(), portfolios)
        day.play(TEN)

        assert was_over or day.net_quantities() == held, f"killed after order {number}"
        day.play()
        assert day.net_quantities() == {}, f"killed after order {number}"
