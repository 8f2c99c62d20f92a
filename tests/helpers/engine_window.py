"""A process with an engine's process under it, to be killed: ``python -m tests.helpers.engine_window JOURNAL``."""

import signal
import sys
from functools import partial

from engine.api import EngineClient
from tests.helpers.engine_listener import Listener
from tests.helpers.engine_programs import RunProgram, journaled_run
from tests.helpers.simulated_desk import rules


def main(journal: str) -> None:
    client = EngineClient.own_process(RunProgram(partial(journaled_run, journal)), rules(), speed=60.0)
    client.start(Listener())
    sys.stdout.write("open\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])
