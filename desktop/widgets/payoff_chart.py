"""The payoff of a portfolio: at expiry and today, with break-evens and the spot."""

from collections.abc import Sequence

import msgspec
import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop.presentation.formats import UNITS_PER_RUPEE, arrowed_amount, axis_amount, percent
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.widgets.chart_frame import ChartFrame
from desktop.widgets.chart_items import Floats, RangeItem, cosmetic_pen, draw_lines, segments
from desktop.widgets.chart_overlay import Note

_VALUE_MARGIN = 0.10
_ROOM_FOR_READOUT = 1.6


class Payoff(msgspec.Struct, frozen=True, kw_only=True):
    """What the payoff chart shows; all arrays have one entry per underlying price, ascending.

    Attributes:
        underlying: Prices of the underlying, index points.
        at_expiry: Profit or loss at expiry, ₹.
        today: Profit or loss now at unchanged volatility, ₹; ``None`` leaves the curve out.
        break_evens: Underlying prices where the expiry curve crosses zero.
        spot: Where the underlying stands; ``None`` when there is no quote.
    """

    underlying: Floats
    at_expiry: Floats
    today: Floats | None = None
    break_evens: tuple[float, ...] = ()
    spot: float | None = None


class PayoffItem(RangeItem):
    """The curves, with profit filled above the zero line and loss below it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        colours = theme.colours
        self.payoff: Payoff | None = None
        self._expiry, self._today = cosmetic_pen(colours.curve_expiry, 1.4), cosmetic_pen(colours.curve_today, 1.4)
        self._zero = cosmetic_pen(colours.text_muted)
        self._profit, self._loss = QColor(colours.up_tint), QColor(colours.down_tint)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw fills, zero line and curves."""
        payoff, shown = self.payoff, self.shown
        if payoff is None:
            return
        above = QRectF(shown.left(), 0, shown.width(), max(shown.bottom(), 0))
        below = QRectF(shown.left(), min(shown.top(), 0), shown.width(), max(-shown.top(), 0))
        area = _area_to_zero(payoff)
        painter.setPen(Qt.PenStyle.NoPen)
        for part, colour in ((above, self._profit), (below, self._loss)):
            painter.save()
            painter.setClipRect(part, Qt.ClipOperation.IntersectClip)
            painter.setBrush(colour)
            painter.drawPolygon(area)
            painter.restore()
        painter.setPen(self._zero)
        draw_lines(painter, np.array([[shown.left(), 0.0, shown.right(), 0.0]]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._expiry)
        draw_lines(painter, segments(payoff.underlying, payoff.at_expiry))
        if payoff.today is not None:
            painter.setPen(self._today)
            draw_lines(painter, segments(payoff.underlying, payoff.today))


def _area_to_zero(payoff: Payoff) -> QPolygonF:
    points = [QPointF(x, y) for x, y in zip(payoff.underlying.tolist(), payoff.at_expiry.tolist(), strict=True)]
    return QPolygonF([QPointF(points[0].x(), 0), *points, QPointF(points[-1].x(), 0)])


class PayoffChart(ChartFrame):
    """Show one payoff; call ``show_payoff`` whenever it was computed again."""

    def __init__(self, theme: Theme, accessible_name: str = "Payoff", parent: QWidget | None = None) -> None:
        super().__init__(theme, accessible_name, parent)
        self._payoff: Payoff | None = None
        self._curves = PayoffItem(theme)
        self.add_item(self._curves)

    def show_payoff(self, payoff: Payoff | None) -> None:
        """Draw a payoff; ``None`` empties the chart. Raises ValueError when the arrays do not fit together."""
        if payoff is not None:
            _check(payoff)
        before, self._payoff, self._curves.payoff = self._payoff, payoff, payoff
        self._overlay.notes = self._notes()
        if payoff is not None:
            x = payoff.underlying
            if before is None or before.underlying[0] != x[0] or before.underlying[-1] != x[-1]:
                self.show_home()
            self._fit_values(payoff)
        self._curves.update()
        self.refresh_overlay()

    def show_home(self) -> None:
        """Show the whole payoff."""
        if self._payoff is not None:
            x = self._payoff.underlying
            self._view.setXRange(float(x[0]), float(x[-1]), padding=0)

    def column_label(self, x: float) -> str:
        """Return the underlying's price under the crosshair."""
        return axis_amount(1)(x)

    def value_label(self, y: float) -> str:
        """Return the profit or loss under the crosshair, in ₹."""
        return axis_amount(0)(y)

    def readout_at(self, x: float | None) -> Sequence[tuple[str, Tone]]:
        """Return profit or loss of both curves at the crosshair, or at the spot."""
        payoff = self._payoff
        if payoff is None:
            return (("Add a leg to see its payoff", Tone.MUTED),)
        at = payoff.spot if x is None else x
        if at is None:
            return (("No quote of the underlying yet", Tone.MUTED),)
        parts = [(f"At {axis_amount(1)(at)}", Tone.HEADER)]
        if payoff.spot and x is not None:
            parts.append((percent(at / payoff.spot - 1, 2, signed=True), Tone.MUTED))
        parts.append(_profit("Expiry", float(np.interp(at, payoff.underlying, payoff.at_expiry))))
        if payoff.today is not None:
            parts.append(_profit("Today", float(np.interp(at, payoff.underlying, payoff.today))))
        return parts

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the labels anew for the new size."""
        super().resizeEvent(event)
        self._range_changed()

    def _notes(self) -> list[Note]:
        if self._payoff is None:
            return []
        notes = [Note(value, f"BE {axis_amount(1)(value)}", Tone.MUTED) for value in self._payoff.break_evens]
        if self._payoff.spot is not None:
            notes.append(Note(self._payoff.spot, f"Spot {axis_amount(1)(self._payoff.spot)}", Tone.HEADER))
        return notes

    def _fit_values(self, payoff: Payoff) -> None:
        curves = [payoff.at_expiry] if payoff.today is None else [payoff.at_expiry, payoff.today]
        low, high = min(0.0, *(float(c.min()) for c in curves)), max(0.0, *(float(c.max()) for c in curves))
        margin = (high - low or 1.0) * _VALUE_MARGIN
        self.fit_between(low, high, margin, margin * _ROOM_FOR_READOUT)


def _check(payoff: Payoff) -> None:
    count = len(payoff.underlying)
    if count < 2 or not bool((np.diff(payoff.underlying) > 0).all()):
        raise ValueError("A payoff needs at least two prices of the underlying, in ascending order.")
    for name, curve in (("at expiry", payoff.at_expiry), ("today", payoff.today)):
        if curve is not None and (len(curve) != count or not bool(np.isfinite(curve).all())):
            raise ValueError(f"The curve {name} needs one finite value for each of the {count} prices.")


def _profit(name: str, rupees: float) -> tuple[str, Tone]:
    return f"{name} {arrowed_amount(round(rupees * UNITS_PER_RUPEE), 0)}", tone_of_sign(rupees)
