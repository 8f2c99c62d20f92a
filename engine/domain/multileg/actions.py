"""What a hit of a target or a stop sets off beside closing the leg (executor reference §1.2.4)."""

from enum import Enum
from typing import Annotated

from engine.domain.identifiers import PLAIN_NAME
from engine.schema.declared import Declared
from engine.schema.field import ask

MOST_ACTIONS = 3
"""Actions that one hit may set off."""


class UpTo(Declared, frozen=True, kw_only=True, tag="up_to"):
    """So many times."""

    times: Annotated[int, ask("Times", "Beyond the first; 0 is never.", ge=0, le=100)] = 1


class Unlimited(Declared, frozen=True, kw_only=True, tag="unlimited"):
    """Without end.

    Only the day's most executions of a leg, the times and the account's limits end it.
    """


HowOften = UpTo | Unlimited
"""How often an action may repeat what it does."""


class Way(Enum):
    """Which way the next execution is opened."""

    SAME = "same side"
    REVERSED = "opposite side"


class SquareOff(Declared, frozen=True, kw_only=True, tag="square_off"):
    """Square off.

    The leg is closed. The other actions close it too, unless they keep it.
    """


class KeepRunning(Declared, frozen=True, kw_only=True, tag="keep"):
    """Keep running.

    The level that was hit is taken away and the leg stays open. After End it is closed all the same.
    """


class ReExecute(Declared, frozen=True, kw_only=True, tag="re_execute"):
    """Re-execute.

    When the leg is closed it is opened again at once, with its strike chosen anew. With "Keep running" it is opened
    beside the running one.
    """

    times: Annotated[HowOften, ask("How often", "Executions beyond the first.")] = UpTo()
    way: Annotated[Way, ask("Opened", "On the same side, or on the opposite one.")] = Way.SAME


class ReExecuteFirst(Declared, frozen=True, kw_only=True, tag="re_execute_first"):
    """Re-execute, then square off.

    The new execution is filled before the old one is closed, so that nothing is bare in between.
    """

    times: Annotated[HowOften, ask("How often", "Executions beyond the first.")] = UpTo()


class ReEnter(Declared, frozen=True, kw_only=True, tag="re_enter"):
    """Re-enter at cost.

    When the leg is closed, the same contract is opened again once its price is back at the entry.
    """

    times: Annotated[HowOften, ask("How often", "Entries beyond the first.")] = UpTo()
    way: Annotated[Way, ask("Opened", "On the same side, or on the opposite one.")] = Way.SAME


class ReMomentum(Declared, frozen=True, kw_only=True, tag="re_momentum"):
    """Re-enter on momentum.

    When the leg is closed, its strike is chosen anew and its wait and trade begins again from there.
    """

    times: Annotated[HowOften, ask("How often", "Entries beyond the first.")] = UpTo()


class ReversePosition(Declared, frozen=True, kw_only=True, tag="reverse"):
    """Reverse the position.

    When the leg is closed, the same contract is opened at once on the opposite side, by an order of its own. With "Keep
    running" the opposite position is opened beside it.
    """

    times: Annotated[HowOften, ask("How often", "Turns, each from the side before.")] = UpTo()


class Pyramid(Declared, frozen=True, kw_only=True, tag="pyramid"):
    """Add to the position.

    The leg stays open without the level that was hit, and the same contract is opened beside it.
    """

    lots: Annotated[int, ask("Lots", "Lots of each addition.", unit="lots", ge=1, le=999)] = 1
    times: Annotated[HowOften, ask("How often", "Additions.")] = UpTo()


class ExecuteLeg(Declared, frozen=True, kw_only=True, tag="execute_leg"):
    """Execute an idle leg."""

    leg: Annotated[int, ask("Leg", "Number of the idle leg that is entered now.", ge=1, le=24)]


class SquareOffLeg(Declared, frozen=True, kw_only=True, tag="square_off_leg"):
    """Square off another leg."""

    leg: Annotated[int, ask("Leg", "Number of the leg that is closed, with all its executions.", ge=1, le=24)]


class SquareOffLinked(Declared, frozen=True, kw_only=True, tag="square_off_linked"):
    """Square off linked legs.

    Every open execution that came from this leg: re-executed, added and lazy ones.
    """


class SquareOffAll(Declared, frozen=True, kw_only=True, tag="square_off_all"):
    """Square off the portfolio."""


class SquareOffOpposite(Declared, frozen=True, kw_only=True, tag="square_off_opposite"):
    """Square off the other side.

    After a call all puts are closed, after a put all calls.
    """


class MoveOthersToCost(Declared, frozen=True, kw_only=True, tag="move_to_cost"):
    """Move the others to cost.

    The stops of the other open legs that are in profit go to their own average entry; none is loosened.
    """


def _name() -> object:
    return ask(
        "Portfolio",
        "Its name; a portfolio of the same account.",
        ge=1,
        le=50,
        pattern=PLAIN_NAME,
        pattern_says="the name must not contain | or ~ or control characters",
    )


class SquareOffOther(Declared, frozen=True, kw_only=True, tag="square_off_other"):
    """Square off another portfolio."""

    portfolio: Annotated[str, _name()]


class ExecuteOther(Declared, frozen=True, kw_only=True, tag="execute_other"):
    """Execute another portfolio.

    Its legs are entered now, whatever its entry rule says.
    """

    portfolio: Annotated[str, _name()]


class StartOther(Declared, frozen=True, kw_only=True, tag="start_other"):
    """Start another portfolio.

    It is armed, and its own entry rule decides.
    """

    portfolio: Annotated[str, _name()]


class Again(Enum):
    """When and on which contracts a whole portfolio is executed again."""

    NOW = "now"
    ON_COMPLETE = "when it is complete"
    AT_ENTRY_PRICE = "at its entry premium"
    SAME_STRIKES = "at its entry premium, same strikes"


class ReExecutePortfolio(Declared, frozen=True, kw_only=True, tag="re_execute_portfolio"):
    """Re-execute the portfolio.

    Everything is closed first. Its entry premium is waited for on the contracts it had.
    """

    when: Annotated[
        Again,
        ask("When", "At once after it is flat, or when the combined premium is back at that of its entry."),
    ] = Again.NOW
    times: Annotated[HowOften, ask("How often", "Executions beyond the first, on this hit, per day.")] = UpTo()


REOPENING = (ReExecute, ReExecuteFirst, ReEnter, ReMomentum, ReversePosition, Pyramid)
"""Actions that open the leg again or add to it; at most one of them in a stack."""

KEEPING = (KeepRunning, Pyramid)
"""Actions that keep the leg open."""

OtherAction = SquareOffOther | ExecuteOther | StartOther
"""What a hit does to another portfolio."""

PortfolioAction = SquareOffOther | ExecuteOther | StartOther | ReExecutePortfolio
"""What may follow when a whole portfolio was closed."""
