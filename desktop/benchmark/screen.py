"""A screen to draw on: the one that is there, else one of Xvfb's, else Qt's offscreen platform."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_SIZE = "1920x1080x24"
_WAIT_SECONDS = 10


@contextmanager
def screen() -> Iterator[Mapping[str, str]]:
    """Answer the environment in which a window can be drawn, for as long as it is needed."""
    given = dict(os.environ)
    if given.get("QT_QPA_PLATFORM") or given.get("DISPLAY") or not sys.platform.startswith("linux"):
        yield given
        return
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        yield {**given, "QT_QPA_PLATFORM": "offscreen"}
        return
    reads, writes = os.pipe()
    command = [xvfb, "-displayfd", str(writes), "-screen", "0", _SIZE, "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[writes], stderr=subprocess.DEVNULL) as server:
        try:
            os.close(writes)
            with os.fdopen(reads) as told:
                number = told.readline().strip()
            platform = (
                {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"} if number else {"QT_QPA_PLATFORM": "offscreen"}
            )
            yield {**given, **platform}
        finally:
            server.terminate()
            server.wait(_WAIT_SECONDS)
