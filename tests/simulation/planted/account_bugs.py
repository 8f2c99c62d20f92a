"""Planted mistakes about accounts: the kill switch, limits, tags and copies of one portfolio."""

from contextlib import AbstractContextManager
from typing import Any

from engine.core import pipeline
from engine.core.accounts import account_guard, fan_out, tag_guard, user_sync
from engine.core.orders import (
    risk_gate,
)
from engine.core.readings import account_standing, ledger
from engine.core.records import account_folding
from engine.domain.multileg.states import ACTIVE, ExitReason, KillLevel
from engine.runtime import outbox
from tests.simulation.planted.plant import Plant, none, nothing, patched


class _NoLevel:
    """Stands for KillLevel where it must never be reached."""

    NO_OPENINGS = 99
    CANCEL = 99
    FLATTEN = 99


def the_kill_switch_forgets_the_outbox() -> AbstractContextManager[None]:
    """Openings that were queued before the kill switch still leave."""
    return patched((outbox, "KillLevel", _NoLevel))


def the_kill_switch_is_not_asked() -> AbstractContextManager[None]:
    """The gate lets openings through under the kill switch."""
    return patched((risk_gate, "KillLevel", _NoLevel))


def the_kill_switch_is_off_after_a_start() -> AbstractContextManager[None]:
    """A new session begins without it."""
    opened = account_folding._session_opened

    def fresh(books: Any, fact: Any) -> None:
        opened(books, fact)
        books.kill_level = KillLevel.OFF

    return patched((account_folding, "_session_opened", fresh))


def limits_are_not_looked_at() -> AbstractContextManager[None]:
    """Lots per order and per contract do not matter."""
    return patched((risk_gate, "_limits", none))


def profit_is_a_little_off() -> AbstractContextManager[None]:
    """One unit is added to every profit."""
    right = ledger.realised
    return patched((ledger, "realised", lambda run: right(run) + 1))


def a_tag_forgets_its_limit() -> AbstractContextManager[None]:
    """Nobody looks at the day of a strategy tag."""
    return patched((tag_guard, "day", nothing))


def a_halted_account_still_opens() -> AbstractContextManager[None]:
    """Nobody asks whether the day of an account is over."""
    before = tuple(stage for stage in pipeline._BEFORE_ORDERS if stage is not account_guard.portfolio_exit)
    return patched((account_standing, "account_denial", none), (pipeline, "_BEFORE_ORDERS", before))


def a_halted_account_closes_all() -> AbstractContextManager[None]:
    """The limit of one account closes the portfolios of every account."""
    own = account_guard.portfolio_exit

    def of_anybody(now: Any, run: Any) -> Any:
        halted = any(account.halted for account in now.books.accounts.values())
        if halted and run.state in ACTIVE and not now.books.of(run.account).halted:
            yield account_guard._exit(now, run, ExitReason.USER_LIMIT, "another account is halted")
        yield from own(now, run)

    before = tuple(of_anybody if stage is own else stage for stage in pipeline._BEFORE_ORDERS)
    return patched((pipeline, "_BEFORE_ORDERS", before))


def the_trouble_of_one_account_stops_all() -> AbstractContextManager[None]:
    """Nothing is opened anywhere while the line of one account is down."""

    def lack(books: Any, account_id: Any) -> Any:
        down = (line for account in books.accounts if (line := of_line(books, account)) is not None)
        return of_line(books, account_id) or next(down, None)

    of_line = account_standing.line_denial
    return patched((account_standing, "line_denial", lack))


def a_copy_takes_its_multiplier_twice() -> AbstractContextManager[None]:
    """The multiplier of the tag's member counts once more."""
    places = fan_out.places

    def greedy(*asked: Any) -> Any:
        return tuple(fan_out.Place(one.account, one.multiplier**2) for one in places(*asked))

    return patched((fan_out, "places", greedy))


def copies_in_sync_start_one_by_one() -> AbstractContextManager[None]:
    """Every copy starts as soon as its own account is ready."""
    return patched((user_sync, "together", lambda _state, run: [run]))


PLANTS: tuple[Plant, ...] = (
    the_kill_switch_forgets_the_outbox,
    the_kill_switch_is_not_asked,
    the_kill_switch_is_off_after_a_start,
    limits_are_not_looked_at,
    profit_is_a_little_off,
    a_tag_forgets_its_limit,
    a_halted_account_still_opens,
    a_halted_account_closes_all,
    the_trouble_of_one_account_stops_all,
    a_copy_takes_its_multiplier_twice,
    copies_in_sync_start_one_by_one,
)
