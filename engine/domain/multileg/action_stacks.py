"""Which actions may stand together on one hit (executor reference §1.2.4, Appendix G 6)."""

from collections.abc import Iterator, Sequence

from engine.domain.multileg.actions import (
    REOPENING,
    KeepRunning,
    Pyramid,
    ReEnter,
    ReExecute,
    ReExecuteFirst,
    ReExecutePortfolio,
    ReMomentum,
    SquareOff,
    SquareOffAll,
)
from engine.schema.declared import Declared, FieldError
from engine.schema.describe import title_of

_EXECUTES = (ReExecute, ReExecuteFirst)
_ENTERS = (ReEnter, ReMomentum)
_ALL_CLOSED = (SquareOffAll, ReExecutePortfolio)

_PAIRS: tuple[tuple[tuple[type[Declared], ...], tuple[type[Declared], ...], str], ...] = (
    (_EXECUTES, _ENTERS, "a leg is either re-executed or re-entered after one hit; keep one of the two"),
    ((KeepRunning,), (SquareOff,), "a leg cannot be kept running and squared off; take one of the two away"),
    ((KeepRunning,), _ENTERS, "a leg that keeps running cannot be entered again; use Re-execute for one beside it"),
    ((KeepRunning,), (ReExecuteFirst,), "a leg that keeps running is not squared off later; use Re-execute instead"),
    ((Pyramid,), (SquareOff,), "adding to a position keeps the leg open; take Square off away"),
    (_ALL_CLOSED, (*REOPENING, KeepRunning), "everything is closed by this, so the leg itself cannot go on"),
    ((SquareOffAll,), (ReExecutePortfolio,), "re-executing the portfolio closes everything already"),
)


def stack_errors(field: str, actions: Sequence[Declared], *, waits: bool) -> Iterator[FieldError]:
    """Yield what is wrong with one stack of actions, beside the later of two that exclude each other.

    ``waits`` says whether the leg declares a wait and trade, which a re-entry on momentum runs again.
    """
    for later, action in enumerate(actions):
        path = f"{field}[{later}]"
        if isinstance(action, ReMomentum) and not waits:
            yield FieldError(path, "a re-entry on momentum needs a wait and trade on the leg; set one")
        for earlier in actions[:later]:
            sentence = _conflict(earlier, action)
            if sentence is not None:
                yield FieldError(path, f"{_name(earlier)} and {_name(action)}: {sentence}")


def _conflict(one: Declared, other: Declared) -> str | None:
    if one == other:
        return "the same action stands here twice; take one away"
    for left, right, sentence in _PAIRS:
        if (isinstance(one, left) and isinstance(other, right)) or (isinstance(one, right) and isinstance(other, left)):
            return sentence
    if isinstance(one, REOPENING) and isinstance(other, REOPENING):
        return "one hit opens the leg again in one way only; keep one of the two"
    return None


def _name(action: Declared) -> str:
    return title_of(type(action))
