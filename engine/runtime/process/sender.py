"""Sends words to the other process in a thread of its own: who has something to say never waits for it to be read."""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection

from engine.runtime.process.words import ToEngine, ToWindow, encoded, told
from engine.views.desk import Notice

_MOST_PER_FRAME = 100
"""Notices sent at once; a reader unpacks them in about a millisecond."""


class Sender:
    """Keeps everything in order and loses nothing, until the other process is gone."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._waiting: deque[ToEngine | ToWindow | Notice] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def say(self, word: ToEngine | ToWindow) -> None:
        """Queue a word."""
        self._queue((word,))

    def tell(self, notices: Sequence[Notice]) -> None:
        """Queue notices, behind everything before them."""
        self._queue(notices)

    def close(self, patience: float) -> None:
        """Send what waits, ``patience`` seconds at most, and end; safe to call twice."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(patience)

    def _queue(self, words: Sequence[ToEngine | ToWindow | Notice]) -> None:
        with self._changed:
            if self._closing:
                return
            self._waiting.extend(words)
            self._changed.notify()

    def _work(self) -> None:
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._waiting or self._closing)
                    if not self._waiting:
                        return
                    words = list(self._waiting)
                    self._waiting.clear()
                for word in _gathered(words):
                    self._connection.send_bytes(encoded(word))
        except OSError:
            # The other process is gone; whoever reads from it sees that too, and says so.
            with self._changed:
                self._closing = True
                self._waiting.clear()


def _gathered(words: list[ToEngine | ToWindow | Notice]) -> Iterator[ToEngine | ToWindow]:
    """Answer words with the notices among them packed, some at a time, in their order."""
    notices: list[Notice] = []
    for word in words:
        if isinstance(word, Notice):
            notices.append(word)
            if len(notices) < _MOST_PER_FRAME:
                continue
        if notices:
            yield told(notices)
            notices = []
        if not isinstance(word, Notice):
            yield word
    if notices:
        yield told(notices)
