"""A practice server as a child of the program: started, watched, and started again where it died."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec

from brokers.errors import BrokerError
from desktop.composition.clock import stopwatch

_OPENS_WITHIN: Final = 180.0
"""Seconds; a server that goes on with a whole day plays it again first."""

_TRIES: Final = 5
_TRIES_AT_FIRST: Final = 3
_PAUSE: Final = 1.0
_HEALTHY_AFTER: Final = 60.0
"""Seconds after which a server that dies gets all its tries anew."""

_ENDS_WITHIN: Final = 5.0


class Card(msgspec.Struct, frozen=True):
    """What a practice server says when it is ready."""

    root: str
    login: str
    websocket: str
    api_key: str
    api_secret: str
    request_token: str


class PracticeChild:
    """One practice server; ``options`` answers those of ``legwork practice NAME`` for the next start, without the port.

    It ends with this process, however that ends: its standard input closes then. ``log`` takes what it complains about.
    """

    def __init__(
        self,
        name: str,
        options: Callable[[], Sequence[str]],
        log: Path,
        say: Callable[[str], None],
        again: Callable[[], None],
    ) -> None:
        self._command = (sys.executable, "-m", "desktop", "practice", name, "--until-closed")
        self._options = options
        self._log = log
        self._say = say
        self._again = again
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None
        self._stopping = threading.Event()
        self._port = 0

    @property
    def process_id(self) -> int | None:
        """The number of the server's process; None while there is none."""
        return None if self._process is None else self._process.pid

    def start(self) -> Card:
        """Start the server, answer what it says, and watch it from now on. Raises BrokerError with its complaint.

        One of a program that was killed may still be ending; it is waited for.
        """
        for _ in range(_TRIES_AT_FIRST - 1):
            try:
                card = self._started()
            except BrokerError:
                self._stopping.wait(_PAUSE)
            else:
                break
        else:
            card = self._started()
        self._watcher = threading.Thread(target=self._watch, name="practice server", daemon=True)
        self._watcher.start()
        return card

    def stop(self) -> None:
        """End the server and wait for its end; safe to call twice and before a start."""
        self._stopping.set()
        process = self._process
        if process is not None:
            _end(process)
        if self._watcher is not None:
            self._watcher.join(_OPENS_WITHIN)

    def _started(self) -> Card:
        """Start a process and read its first line; the first one that gets to that for lack of another is the last."""
        try:
            with self._log.open("wb") as log:
                process = self._process = subprocess.Popen(
                    [*self._command, *self._options(), "--port", str(self._port)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                )
        except OSError as error:
            raise BrokerError(f"The practice server cannot be started: {error.strerror}") from error
        assert process.stdout is not None  # asked for above
        line = _first_line(process, process.stdout)
        try:
            card = msgspec.json.decode(line, type=Card)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            _end(process)
            raise BrokerError(f"The practice server did not start: {self._complaint()}") from error
        self._port = int(card.root.rpartition(":")[2])
        return card

    def _watch(self) -> None:
        tries = 0
        while True:
            process, lived = self._process, stopwatch()
            if process is None:
                return
            status = process.wait()
            _close(process)
            if self._stopping.is_set():
                return
            tries = 1 if lived() > _HEALTHY_AFTER else tries + 1
            why = f"it was ended by {_signal_name(-status)}" if status < 0 else f"it ended by itself (status {status})"
            self._say(f"The practice server is gone: {why}. It is started again on its own record of orders")
            if not self._revived(tries):
                return

    def _revived(self, tries: int) -> bool:
        """Start the server again, a few times at most; answer whether it runs."""
        for number in range(tries, _TRIES + 1):
            if self._stopping.wait(_PAUSE if number > 1 else 0):
                return False
            try:
                self._started()
            except BrokerError as error:
                self._say(f"{error} (try {number} of {_TRIES})")
                continue
            if self._stopping.is_set() and self._process is not None:
                # Whoever stops saw only the dead one.
                _end(self._process)
                return False
            self._say("The practice server is there again, on the same address and with the same orders")
            self._again()
            return True
        self._say("The practice server does not stay alive; start Legwork again, or move its record of orders away")
        return False

    def _complaint(self) -> str:
        try:
            text = self._log.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            text = ""
        return text.splitlines()[-1] if text else "it said nothing"


def _first_line(process: "subprocess.Popen[bytes]", output: IO[bytes]) -> bytes:
    """Wait for the first line; a process that does not come to it in time is ended."""
    timer = threading.Timer(_OPENS_WITHIN, process.kill)
    timer.daemon = True
    timer.start()
    try:
        return output.readline()
    finally:
        timer.cancel()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and end it where it does not."""
    process.terminate()
    try:
        process.wait(_ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _close(process)


def _close(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
