"""Sends words to the other process: at once where that cannot block, else in a thread of its own."""

import select
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection

from engine.runtime.process.words import ToEngine, ToWindow, encoded, told
from engine.views.desk import Notice

_MOST_PER_FRAME = 100
"""Notices sent at once; a reader unpacks them in about a millisecond."""

_MOST_AT_ONCE = 48 * 1_024
"""Bytes that a line which says it has room certainly takes: Linux says so while three quarters of 200 KB are free."""

Words = Sequence[ToEngine | ToWindow | Notice]


class Sender:
    """Keeps everything in order and loses nothing, until the other process is gone; nobody waits for it to be read.

    Where the line has room a word leaves on the thread that says it: another thread of the engine's process would want
    the interpreter just when the engine works, and on a busy machine the engine would wait until it was its turn.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._room = _room(connection)
        self._waiting: deque[ToEngine | ToWindow | Notice] = deque()
        self._changed = threading.Condition()
        self._is_sending = False
        self._closing = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def say(self, word: ToEngine | ToWindow) -> None:
        """Send or queue a word."""
        self._pass((word,))

    def tell(self, notices: Sequence[Notice]) -> None:
        """Send or queue notices, behind everything before them."""
        self._pass(notices)

    def close(self, patience: float) -> None:
        """Send what waits, ``patience`` seconds at most, and end; safe to call twice."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(patience)

    def _pass(self, words: Words) -> None:
        with self._changed:
            if self._closing:
                return
            if not self._is_sending and not self._waiting:
                words = words[self._sent_at_once(words) :]
            if words:
                self._waiting.extend(words)
                self._changed.notify()

    def _sent_at_once(self, words: Words) -> int:
        """Send as many words as the line has room for, and answer how many."""
        if self._room is None or len(words) > _MOST_PER_FRAME:
            return 0
        done = 0
        for word, count in _gathered(words):
            body = encoded(word)
            if len(body) > _MOST_AT_ONCE or not self._room.poll(0):
                break
            try:
                self._connection.send_bytes(body)
            except OSError:
                self._give_up()
                return len(words)
            done += count
        return done

    def _work(self) -> None:
        try:
            while True:
                with self._changed:
                    self._is_sending = False
                    self._changed.wait_for(lambda: self._waiting or self._closing)
                    if not self._waiting:
                        return
                    words = list(self._waiting)
                    self._waiting.clear()
                    self._is_sending = True
                for word, _ in _gathered(words):
                    self._connection.send_bytes(encoded(word))
        except OSError:
            with self._changed:
                self._give_up()

    def _give_up(self) -> None:
        """Send nothing any more: the other process is gone, and whoever reads from it sees that too and says so."""
        self._closing = True
        self._waiting.clear()
        self._changed.notify()


def _gathered(words: Words) -> Iterator[tuple[ToEngine | ToWindow, int]]:
    """Answer words with the notices among them packed, some at a time, in their order; each with how many it holds."""
    notices: list[Notice] = []
    for word in words:
        if isinstance(word, Notice):
            notices.append(word)
            if len(notices) < _MOST_PER_FRAME:
                continue
        if notices:
            yield told(notices), len(notices)
            notices = []
        if not isinstance(word, Notice):
            yield word, 1
    if notices:
        yield told(notices), len(notices)


def _room(connection: Connection) -> "select.poll | None":
    """Answer what says whether a line has room; None where the system's word for it promises too little."""
    if sys.platform != "linux":
        return None
    room = select.poll()
    room.register(connection.fileno(), select.POLLOUT)
    return room
