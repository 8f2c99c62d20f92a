"""Tells a trouble of the window or of the engine, writes its report, and offers the ways out."""

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop.composition.clock import now
from desktop.composition.crash_report import MOST_MESSAGES, Incident, report_text, secrets_in, write_report
from desktop.composition.failures import EXPECTED
from desktop.presentation import formats
from desktop.windows.crash_dialog import CrashDialog, EngineStoppedDialog, WaysOut
from desktop.windows.help_dialogs import versions
from desktop.windows.panel import Desk
from engine.domain.instant import clock_text
from engine.domain.multileg.entry import OnSignal
from engine.views.status import EngineStopped

_MOST_REPORTS = 5
"""Of mistakes in one window: what fails thirty times a second would fill the disk."""


class CrashDesk(QObject):
    """What one main window does about trouble, as long as it lives.

    Attributes:
        said: How many mistakes there were.
    """

    def __init__(self, window: QWidget, desk: Desk, ways: WaysOut) -> None:
        super().__init__(window)
        self._window, self._desk, self._ways = window, desk, ways
        self._last: CrashDialog | None = None
        self.said = 0

    @property
    def shown(self) -> CrashDialog | None:
        """The dialog that is open; None for none."""
        last = self._last
        return last if last is not None and isValid(last) and last.isVisible() else None

    def window_failed(self, error: Exception) -> None:
        """Log a mistake in the window and say what happened; the engine trades on."""
        detail = "".join(traceback.format_exception(error))
        sys.stderr.write(detail)
        self.said += 1
        if self.said > _MOST_REPORTS or self.shown is not None:
            return
        sentence = f"{type(error).__name__}: {error}"
        text, place, where = self._reported("a mistake in the window", sentence, detail, "window")
        self._show(
            CrashDialog(
                self._window,
                [
                    (
                        "A panel could not do what was asked. The engine and the journal are not touched and trade on. "
                        "If the window behaves oddly, start Legwork again: positions, stops and orders stay as they "
                        "are."
                    ),
                    f"{sentence}. {where}",
                ],
                text,
                place,
                self._ways,
            )
        )

    def engine_stopped(self, stopped: EngineStopped) -> None:
        """Say that nothing is watched any more, what is open, and what to do now."""
        text, place, where = self._reported("the engine stopped", stopped.sentence, stopped.detail, "engine")
        still_open = self.still_open()
        todo = (
            "Nothing watches your stops now. Start again: the journal is read, the broker is asked, and protected "
            "positions are protected again. Or close what is open in the broker's own application."
        )
        self._show(
            EngineStoppedDialog(self._window, [stopped.sentence, todo, where], still_open, text, place, self._ways)
        )

    def still_open(self) -> list[str]:
        """Return what is open at the broker as far as the last rows say: legs, then orders that may still fill."""
        bridge = self._desk.bridge
        legs = [
            f"{row.account}  {formats.signed_quantity(leg.net_quantity)}  {leg.contract}  ({row.name})"
            for row in bridge.portfolios.values()
            for leg in row.legs
            if leg.net_quantity
        ]
        orders = [
            f"{order.account}  order {order.order_id}: {order.side.value} {order.quantity - order.filled} "
            f"{order.contract}, {order.status.value}"
            for order in bridge.orders.values()
            if order.is_working
        ]
        return legs + orders

    def _show(self, dialog: CrashDialog) -> None:
        self._last = dialog
        dialog.open()

    def _reported(self, what: str, sentence: str, detail: str, kind: str) -> tuple[str, Path | None, str]:
        """Write a report; return its text, its place, and the sentence that says where it is."""
        rows = self._desk.bridge.messages[-MOST_MESSAGES:]
        text = report_text(
            Incident(
                what=what,
                sentence=sentence,
                detail=detail,
                still_open=self.still_open(),
                messages=[f"{clock_text(row.at)} {row.level.value} {row.sentence}" for row in rows],
                versions=versions(),
                secrets=self._secrets(),
            ),
            now(),
        )
        if not self._desk.keeps_settings:
            return text, None, "Copy the report to keep it."
        try:
            place = write_report(text, kind)
        except EXPECTED as error:
            return text, None, str(error)
        return text, place, f"The report is {place}; it stays on this computer."

    def _secrets(self) -> Sequence[str]:
        notifier = self._desk.notifier
        services = notifier.settings.services() if notifier is not None else ()
        found = [part for service in services for part in secrets_in(service.url)]
        draft = self._desk.editor.value()
        portfolios = [row.portfolio for row in self._desk.bridge.portfolios.values()]
        known = (*portfolios, draft) if draft is not None else portfolios
        found += [one.entry.token for one in known if isinstance(one.entry, OnSignal)]
        return found
