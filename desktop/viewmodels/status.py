"""The status bar: what each lamp shows and why."""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.bridge import EngineBridge


class StatusItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the status bar."""

    key: str
    """``clock``, ``market``, ``feed``, ``broker``, ``orders``, ``latency``, ``journal``, ``kill``."""
    lamp: str
    """``good``, ``waiting``, ``bad`` or ``off``: the values of Lamp."""
    text: str
    explanation: str = ""


class StatusModel(QObject):
    """Items of the status bar in their order.

    Signals:
        items_changed: list[StatusItem], all of them; at most twice a second.
    """

    items_changed = Signal(list)

    def __init__(self, bridge: EngineBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def items(self) -> Sequence[StatusItem]:
        """Return what every item shows now."""
