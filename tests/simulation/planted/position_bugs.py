"""Planted mistakes about what is done to open legs by hand: parts, hedges and rolls."""

from contextlib import AbstractContextManager
from typing import Any

import msgspec

from engine.core.desk import position_desk
from engine.core.exits import rolls
from engine.core.orders import conversions
from engine.core.records import action_folding, hedge_ties
from engine.domain import facts as f
from tests.simulation.planted.plant import Plant, patched


def a_roll_opens_before_its_close_is_complete() -> AbstractContextManager[None]:
    """Nobody waits for the closing half."""
    return patched((rolls, "still_to_close", lambda _run, _roll: []))


def a_roll_is_carried_out_twice() -> AbstractContextManager[None]:
    """That its second half is opened is not noted."""
    added = action_folding.fold_added

    def forgetful(run: Any, master: Any, fact: Any) -> None:
        roll = None if fact.parent is None else run.leg(fact.parent).roll
        added(run, master, fact)
        if roll is not None and len(run.legs) < 6:
            run.leg(fact.parent).roll = roll

    return patched((action_folding, "fold_added", forgetful))


def a_part_of_a_leg_closes_more_than_it_holds() -> AbstractContextManager[None]:
    """What is kept is counted from a lot too few."""
    part = position_desk._part

    def greedy(now: Any, run: Any, command: Any) -> Any:
        found = part(now, run, command)
        return msgspec.structs.replace(found, keep=-65) if isinstance(found, f.LegReduced) else found

    return patched((position_desk, "_part", greedy))


def a_hedge_by_hand_is_sold_before_its_leg() -> AbstractContextManager[None]:
    """Selling what was bought for a leg waits for nothing."""
    return patched((hedge_ties, "is_held_back", lambda _run, _leg: False))


def a_converted_leg_is_closed_in_its_old_product() -> AbstractContextManager[None]:
    """Nobody remembers what was converted."""
    return patched((conversions, "product_of", lambda run, _leg: run.portfolio.execution.product))


PLANTS: tuple[Plant, ...] = (
    a_roll_opens_before_its_close_is_complete,
    a_roll_is_carried_out_twice,
    a_part_of_a_leg_closes_more_than_it_holds,
    a_hedge_by_hand_is_sold_before_its_leg,
    a_converted_leg_is_closed_in_its_old_product,
)
