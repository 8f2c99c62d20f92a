"""Planted mistakes about edits of portfolios that run."""

from contextlib import AbstractContextManager
from typing import Any

from engine.core.desk import live_edit, trial
from engine.core.exits import leg_exits
from engine.domain import facts as f
from engine.domain.instant import SECOND
from engine.domain.multileg.states import ExitReason
from tests.simulation.planted.plant import Plant, patched


def an_edit_is_not_put_into_words() -> AbstractContextManager[None]:
    """The difference is recorded as nothing more than that there was one."""
    return patched((live_edit, "diff", lambda old, new: ["edited"] if old != new else []))


def an_edit_closes_without_a_question() -> AbstractContextManager[None]:
    """Nobody looks at what an edit would lead to."""
    return patched((trial, "consequences", lambda *_: []))


def an_edit_adds_its_legs_twice() -> AbstractContextManager[None]:
    """A leg that an edit adds is added once more."""
    new_legs = live_edit._new_legs
    return patched((live_edit, "_new_legs", lambda old, new: [*new_legs(old, new)] * 2))


def an_edited_stop_falls_back_later() -> AbstractContextManager[None]:
    """Once a portfolio was edited, its stops go back to where they began, every ten minutes."""
    trail = leg_exits._trail

    def back(now: Any, run: Any, leg: Any) -> Any:
        if run.version <= 1 or now.now % (600 * SECOND):
            yield from trail(now, run, leg)
            return
        if leg.stop is None or leg.stop == leg.first_stop or leg.first_stop is None:
            return
        yield f.LegLevelsEdited(
            at=now.now,
            portfolio_id=run.portfolio_id,
            leg_id=leg.leg_id,
            stop=leg.first_stop,
            target=leg.target,
            first_stop=leg.first_stop,
            reason=ExitReason.LEG_SL,
            trail_steps=leg.trail_steps,
            keeps_lock=True,
            why="edited before",
        )

    return patched((leg_exits, "_trail", back))


def what_is_locked_may_be_edited() -> AbstractContextManager[None]:
    """A running portfolio takes every change."""
    return patched((live_edit.rules, "refusals", lambda *_: iter(())))


PLANTS: tuple[Plant, ...] = (
    an_edit_is_not_put_into_words,
    an_edit_closes_without_a_question,
    an_edit_adds_its_legs_twice,
    an_edited_stop_falls_back_later,
    what_is_locked_may_be_edited,
)
