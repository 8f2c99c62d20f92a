"""Pass on what Qt says to the terminal, but for the one line that means nothing where there is no screen."""

import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_MEANINGLESS = "This plugin does not support propagateSizeHints()"
"""Said by the offscreen and minimal platforms for every window; they have no window manager to give hints to."""


def quiet_known_messages() -> None:
    """Write Qt's messages to the standard error, without the one that is known to mean nothing."""
    qInstallMessageHandler(_tell)


def _tell(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    if message != _MEANINGLESS:
        sys.stderr.write(f"{message}\n")
