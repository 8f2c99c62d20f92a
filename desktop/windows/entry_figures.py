"""The figures of an entry before it happens: margin, charges, Greeks, break-evens, and each leg's contract."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.presentation import formats
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.entry_estimate import EntryEstimate
from desktop.viewmodels.grid_source import RowGridSource
from desktop.widgets.data_grid import FastGrid
from desktop.windows.panel import muted_label
from engine.domain.money import SCALE
from engine.domain.multileg.templates import Risk
from engine.domain.order import Side
from engine.views.preview import Preview, PreviewLeg

_FIGURES = (
    ("margin", "Margin", "Funds that the entry needs, by the paper broker's model, with the benefit of hedges"),
    ("charges", "Charges", "Of the entry and of an exit at the same prices"),
    ("premium", "Net premium", "Received (+) or paid (−) for all legs at the prices of now"),
    ("profit", "Max profit", "At the nearest expiry, before charges"),
    ("loss", "Max loss", "At the nearest expiry, before charges"),
    ("break_evens", "Break-evens", "Levels of the underlying where nothing is made or lost at expiry"),
    ("chance", "POP", "Probability of any profit at expiry, log-normal around the forward"),
    ("delta", "Δ", "₹ per point of the underlying, all legs"),
    ("gamma", "Γ", "Change of Δ per point"),
    ("theta", "Θ", "₹ per calendar day"),
    ("vega", "Vega", "₹ per volatility point"),
    ("risk", "Risk", "Whether the loss is capped whatever happens"),
)
_PER_ROW = 6
_LEG_ROWS = 3


class PreviewLine(NamedTuple):
    """A leg of the preview with its volatility, NaN for none."""

    leg: PreviewLeg
    volatility: float


LEG_COLUMNS: tuple[Column[PreviewLine], ...] = (
    Column(key="leg", header="Leg", width=30, text=lambda line: str(line.leg.leg_id)),
    Column(
        key="side",
        header="Side",
        width=40,
        align=Align.LEFT,
        text=lambda line: line.leg.side.value,
        tone=lambda line: Tone.UP if line.leg.side is Side.BUY else Tone.DOWN,
    ),
    Column(key="quantity", header="Qty", width=50, text=lambda line: formats.signed_quantity(line.leg.quantity)),
    Column(
        key="contract",
        header="Contract now",
        width=150,
        align=Align.LEFT,
        text=lambda line: line.leg.name or formats.MISSING,
    ),
    Column(
        key="price",
        header="Price",
        width=60,
        tooltip="What it would trade at: ask to buy, bid to sell, ₹",
        text=lambda line: formats.price(line.leg.price),
        flash=lambda line: line.leg.price or 0,
    ),
    Column(key="volatility", header="IV %", width=46, text=lambda line: formats.volatility(line.volatility)),
    Column(
        key="why",
        header="How it is chosen",
        rank=1,
        width=150,
        align=Align.LEFT,
        text=lambda line: line.leg.why,
        tone=lambda line: Tone.DOWN if line.leg.hopeless else Tone.MUTED,
        cell_tooltip=lambda line: line.leg.why,
    ),
)


class EntryFigures(QWidget):
    """A block of figures and the legs as they would be traded now."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: dict[str, QLabel] = {}
        self._source = RowGridSource(LEG_COLUMNS, lambda line: line.leg.leg_id)
        self.legs = FastGrid(self._source, LEG_COLUMNS, theme, "Contracts of the legs now", self)
        self.legs.setMinimumHeight((_LEG_ROWS + 1) * theme.metrics.row_height + 14)
        grid = QGridLayout()
        grid.setContentsMargins(6, 3, 6, 3)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        for number, (key, title, tip) in enumerate(_FIGURES):
            row, column = divmod(number, _PER_ROW)
            name, value = muted_label(title), QLabel(formats.MISSING)
            value.setAccessibleName(title)
            for label in (name, value):
                label.setToolTip(tip)
            self._values[key] = value
            grid.addWidget(name, 2 * row, column)
            grid.addWidget(value, 2 * row + 1, column)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.setSpacing(1)
        column_layout.addLayout(grid)
        column_layout.addWidget(self.legs, 1)

    def text(self, key: str) -> str:
        """Return what a figure shows."""
        return self._values[key].text()

    def show_legs(self, preview: Preview | None, volatilities: Sequence[float] | None, now_ms: int) -> None:
        """Show each leg's contract and price; None shows none."""
        legs = preview.legs if preview is not None else ()
        known = volatilities if volatilities is not None else [math.nan] * len(legs)
        self._source.set_rows([PreviewLine(leg, value) for leg, value in zip(legs, known, strict=True)])
        self.legs.refresh(now_ms)

    def show_estimate(self, found: EntryEstimate | None, risk: Risk | None) -> None:
        """Show the figures; None shows dashes."""
        texts = _texts(found) if found is not None else {}
        for key, _title, _tip in _FIGURES:
            text, tone = texts.get(key, (formats.MISSING, Tone.MUTED))
            if key == "risk" and risk is not None:
                text, tone = risk.label, Tone.WARNING if risk.naked else Tone.UP
                self._values[key].setToolTip(risk.tails)
            self._show(key, text, tone)

    def _show(self, key: str, text: str, tone: Tone) -> None:
        label = self._values[key]
        if label.text() != text:
            label.setText(text)
        if label.property("tone") != int(tone):
            label.setProperty("tone", int(tone))
            label.setStyleSheet(f"color: {self._theme.tone_colour(tone).name()};")


def _texts(found: EntryEstimate) -> dict[str, tuple[str, Tone]]:
    summary, greeks = found.summary, found.greeks
    charges = None if found.charges is None else int(found.charges * SCALE)
    return {
        "margin": (formats.rupees(found.margin, 0), Tone.PLAIN),
        "charges": (formats.rupees(charges, 0), Tone.PLAIN),
        "premium": _signed(summary.net_premium),
        "profit": _signed(summary.max_profit),
        "loss": _signed(summary.max_loss),
        "break_evens": (
            "  ".join(formats.decimal(level, 0) for level in summary.break_evens[:4]) or "none",
            Tone.PLAIN,
        ),
        "chance": (formats.percent(summary.probability_of_profit, 0), Tone.PLAIN),
        "delta": (formats.decimal(greeks.delta, 1, signed=True), Tone.PLAIN),
        "gamma": (formats.decimal(greeks.gamma, 3, signed=True), Tone.PLAIN),
        "theta": (formats.decimal(greeks.theta, 0, signed=True), tone_of_sign(greeks.theta)),
        "vega": (formats.decimal(greeks.vega, 0, signed=True), Tone.PLAIN),
    }


def _signed(rupees: float) -> tuple[str, Tone]:
    if math.isinf(rupees):
        return ("unlimited", Tone.WARNING if rupees < 0 else Tone.UP)
    return formats.arrowed_amount(round(rupees * SCALE), 0), tone_of_sign(rupees)
