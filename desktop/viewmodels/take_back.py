"""What can be taken back for some seconds after it was done, by a command that turns it round."""

from collections.abc import Callable

Undo = Callable[[], str]
"""Turns something round and answers a sentence that says what it did."""


def _show_nowhere(_done: str, _act: Callable[[], None]) -> None:
    """Offer nothing: there is no window."""


class TakeBack:
    """Offers the way back.

    Attributes:
        show: Shows what was done, with a button that takes it back.
        say: Tells a sentence in passing.
    """

    def __init__(self) -> None:
        self.show: Callable[[str, Callable[[], None]], None] = _show_nowhere
        self.say: Callable[[str], None] = lambda _sentence: None

    def offer(self, done: str, undo: Undo) -> None:
        """Say what was done, and let it be turned round."""
        self.show(done, lambda: self.say(undo()))
