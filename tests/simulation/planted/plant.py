"""What a planted mistake is: it patches the engine while it is open, and the harness must see it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

Plant = Callable[[], AbstractContextManager[None]]


@contextmanager
def patched(*patches: tuple[Any, str, Any]) -> Iterator[None]:
    """Replace attributes while the block runs: owner, name, replacement."""
    with ExitStack() as undo:
        for owner, name, replacement in patches:
            undo.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, replacement)
        yield


def nothing(*_args: Any, **_kwargs: Any) -> Iterator[Any]:
    """Stands for a stage that decides nothing."""
    return iter(())


def none(*_args: Any, **_kwargs: Any) -> None:
    """Stands for a question that is never answered."""
    return
