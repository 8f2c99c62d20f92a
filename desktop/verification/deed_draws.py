"""What a trader does in the middle of a day, and when: drawn for each seed."""

from collections.abc import Sequence
from enum import Enum

import msgspec

from desktop.verification.draw import Draw
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.multileg.portfolio import MultilegPortfolio

FAULTS_END = 363 * MINUTE
"""After the last opening at 09:15: 15:18. The rest of that day is the liveness phase."""

_OPENING = 9 * 60 + 15
"""The minute of the day at which the market opens."""


class Deed(Enum):
    """What a trader does in the middle of a day."""

    START = "start"
    SQUARE_OFF = "square_off"
    PANIC = "panic"
    SQUARE_OFF_LEG = "square_off_leg"
    KILL_OPENINGS = "kill_openings"
    KILL_CANCEL = "kill_cancel"
    KILL_FLATTEN = "kill_flatten"
    RELEASE = "release"
    RESUME = "resume"
    ADD_AGAIN = "add_again"
    CANCEL_ORDER = "cancel_order"
    MODIFY_ORDER = "modify_order"
    CHANGE_PROTECTION = "change_protection"
    TRADE_OUTSIDE = "trade_outside"
    ACCEPT_DRIFT = "accept_drift"
    BROKER_CANCELS = "broker_cancels"
    EDIT = "edit"
    EDIT_IN_FLIGHT = "edit_in_flight"
    """The next time an order is on its way and not answered."""
    EDIT_AT_POWER_LOSS = "edit_at_power_loss"
    PART_EXIT = "part_exit"
    PART_ENTRY = "part_entry"
    EXIT_ONLY = "exit_only"
    EXIT_ONLY_OVER = "exit_only_over"
    SET_ACCOUNT = "set_account"
    SET_TAG = "set_tag"
    PART_EXIT_LEG = "part_exit_leg"
    ADD_HEDGE = "add_hedge"
    ROLL = "roll"
    CONVERT = "convert"


EDITS = (Deed.EDIT, Deed.EDIT_IN_FLIGHT, Deed.EDIT_AT_POWER_LOSS)
_KILLS = (Deed.KILL_OPENINGS, Deed.KILL_CANCEL, Deed.KILL_FLATTEN)
_CHANGES = (*(EDITS[0],) * 5, *(EDITS[1],) * 3, EDITS[2], Deed.PART_EXIT, Deed.PART_ENTRY)
_OF_ACCOUNTS = (Deed.EXIT_ONLY, Deed.EXIT_ONLY_OVER, Deed.SET_ACCOUNT, Deed.SET_TAG, Deed.SET_TAG)
OF_POSITIONS = (Deed.PART_EXIT_LEG, Deed.ADD_HEDGE, Deed.CONVERT, Deed.ROLL, Deed.ROLL)
"""What is done to open legs; a roll twice as often as the rest."""
_USUAL = tuple(deed for deed in Deed if deed not in {*_KILLS, *_CHANGES, *_OF_ACCOUNTS, *OF_POSITIONS})
_DEEDS = (*_USUAL, *_USUAL, *_KILLS)
"""What is drawn from: the kill switch half as often as the rest, because it ends most of what could go wrong."""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """A deed at an instant; ``pick`` chooses among what is there then."""

    at: Instant
    deed: Deed
    pick: int


def actions(draw: Draw, opens: Instant, ends: Instant, portfolios: Sequence[MultilegPortfolio]) -> tuple[Action, ...]:
    """Answer starts of the portfolios and what else is done to them, mostly around their entries."""
    deeds: list[tuple[int, Deed]] = []
    for declared in portfolios:
        begins = _begins(declared)
        if draw.chance(90):
            deeds.append((begins + draw.between(0, 3), Deed.START))
        for _ in range(draw.one_of((0, 0, 1, 3))):
            # Most things that matter happen around an entry.
            soon = begins + draw.between(0, draw.one_of((5, 40, 400)))
            deeds.append((soon, draw.one_of(_DEEDS)))
    deeds += [(draw.between(60, 360 * 60), draw.one_of(_DEEDS)) for _ in range(draw.between(0, 3))]
    last_day = (ends - FAULTS_END - opens) // SECOND
    if last_day:
        deeds += [(last_day + draw.between(0, 360 * 60), draw.one_of(_DEEDS)) for _ in range(draw.between(0, 2))]
    if draw.chance(60):
        deeds.append((last_day + draw.between(300 * 60, 355 * 60), Deed.ACCEPT_DRIFT))
    return _in_time(draw, deeds, opens, ends)


def edits(draw: Draw, opens: Instant, ends: Instant, portfolios: Sequence[MultilegPortfolio]) -> tuple[Action, ...]:
    """Answer edits of the portfolios: before their entries, in the middle of them, and while they run."""
    deeds: list[tuple[int, Deed]] = []
    for declared in portfolios:
        for _ in range(draw.one_of((1, 3, 5, 9))):
            later = draw.between(*draw.one_of(((-600, -1), (0, 3), (0, 40), (5, 900), (5, 900), (60, 18_000))))
            deeds.append((max(1, _begins(declared) + later), draw.one_of(_CHANGES)))
    return _in_time(draw, deeds, opens, ends)


def position_deeds(
    draw: Draw, opens: Instant, ends: Instant, portfolios: Sequence[MultilegPortfolio]
) -> tuple[Action, ...]:
    """Answer what is done to open legs: parts, hedges by hand and rolls, mostly soon after the entries."""
    deeds: list[tuple[int, Deed]] = []
    for declared in portfolios:
        for _ in range(draw.one_of((1, 2, 4, 7))):
            later = draw.between(*draw.one_of(((1, 40), (30, 900), (60, 18_000))))
            deeds.append((max(1, _begins(declared) + later), draw.one_of(OF_POSITIONS)))
    return _in_time(draw, deeds, opens, ends)


def account_deeds(
    draw: Draw, opens: Instant, ends: Instant, portfolios: Sequence[MultilegPortfolio]
) -> tuple[Action, ...]:
    """Answer what is done to accounts and tags."""
    deeds: list[tuple[int, Deed]] = []
    for _ in range(draw.one_of((0, 0, 1, 2))):
        begins = _begins(draw.one_of(portfolios)) + draw.between(-60, draw.one_of((5, 900, 18_000)))
        deeds.append((max(1, begins), draw.one_of(_OF_ACCOUNTS)))
        deeds.append((max(1, begins) + draw.one_of((5, 120, 3_600)), Deed.EXIT_ONLY_OVER))
    return _in_time(draw, deeds, opens, ends)


def _begins(declared: MultilegPortfolio) -> int:
    """Answer the seconds from the opening to the start of a portfolio."""
    return (declared.schedule.start.hour * 60 + declared.schedule.start.minute - _OPENING) * 60


def _in_time(draw: Draw, deeds: list[tuple[int, Deed]], opens: Instant, ends: Instant) -> tuple[Action, ...]:
    return tuple(
        Action(at=Instant(opens + second * SECOND), deed=deed, pick=draw.between(0, 1_000_000))
        for second, deed in sorted(deeds, key=lambda one: (one[0], one[1].value))
        if opens + second * SECOND < ends
    )
