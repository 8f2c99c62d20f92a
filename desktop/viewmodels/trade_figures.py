"""The statistics of trades as tables: figures with what they mean, sums by weekday, hour and reason, days as weeks."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from desktop.presentation import formats
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.viewmodels.cell_values import CellValue, measured_value, percent_value, rupees_value
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.row_table import (
    ALIGNMENT_ROLE,
    ALIGNMENTS,
    DISPLAY_ROLE,
    FOREGROUND_ROLE,
    TOOLTIP_ROLE,
)
from engine.domain.instant import SECOND
from engine.views.trade_statistics import Bucket, DayResult, TradeStatistics


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure in words; ``value`` is what a file says of it, None where that is the words."""

    name: str
    text: str
    value: CellValue = None
    tone: Tone = Tone.PLAIN
    meaning: str = ""


FIGURE_COLUMNS: tuple[Column[Figure], ...] = (
    Column(
        key="name",
        header="Figure",
        width=150,
        align=Align.LEFT,
        text=lambda row: row.name,
        cell_tooltip=lambda row: row.meaning,
    ),
    Column(
        key="text",
        header="Value",
        width=170,
        align=Align.LEFT,
        text=lambda row: row.text,
        tone=lambda row: row.tone,
        cell_tooltip=lambda row: row.meaning,
        value=lambda row: row.text if row.value is None else row.value,
    ),
)


def figures(found: TradeStatistics) -> list[Figure]:
    """Return the figures of some trades, the weightiest first."""

    def money(name: str, amount: int | None, meaning: str = "", *, signed: bool = True) -> Figure:
        tone = tone_of_sign(amount or 0) if signed else Tone.PLAIN
        text = formats.signed_amount(amount) if signed else formats.amount(amount)
        return Figure(name=name, text=text, value=rupees_value(amount), tone=tone, meaning=meaning)

    def number(name: str, value: float | None, meaning: str) -> Figure:
        return Figure(name=name, text=formats.decimal(value, 2), value=measured_value(value), meaning=meaning)

    unknown = f"; of {found.uncharged} trades they are not known" if found.uncharged else ""
    won = formats.percent(found.win_rate)
    slipped = f" in {found.slipped} trades" if found.slipped else ""
    return [
        money("Net profit", found.net, "After charges, ₹"),
        money("Gross profit", found.gross, "Before charges, ₹"),
        money("Charges", found.charges, f"By the rates of each day, ₹{unknown}", signed=False),
        Figure(name="Trades", text=f"{found.trades:,}", value=found.trades, meaning="Closed executions of legs"),
        Figure(name="Win rate", text=won, meaning=f"{found.winners} won, {found.losers} lost, net of charges"),
        money("Expectancy", found.expectancy, "Average net profit of a trade, ₹"),
        money("Average win", found.average_win, "₹"),
        money("Average loss", found.average_loss, "₹"),
        number("Payoff ratio", found.payoff_ratio, "Average win for each rupee of the average loss"),
        number("Profit factor", found.profit_factor, "What winners made for each rupee that losers lost"),
        money("Largest win", found.largest_win, "₹"),
        money("Largest loss", found.largest_loss, "₹"),
        Figure(name="Longest losing streak", text=str(found.longest_losing_streak), meaning="Losing trades in a row"),
        *_fall(found),
        number("Recovery factor", found.recovery_factor, "Net profit for each rupee of the deepest drawdown"),
        number("Sharpe", found.sharpe, "Net profit of days with a trade, annualised with 252 days, no rate to beat"),
        number("Sortino", found.sortino, "The same, against losing days only"),
        Figure(name="Winning days", text=f"{found.winning_days} of {len(found.days)}"),
        Figure(
            name="Held on average",
            text=formats.duration(None if found.average_held is None else found.average_held / SECOND),
        ),
        Figure(
            name="Exit slippage",
            text=f"{formats.signed_amount(found.slippage)}{slipped}",
            tone=tone_of_sign(found.slippage),
            meaning="Exits against the prices that decided them, ₹; only where a price of the leg decided",
        ),
    ]


def _fall(found: TradeStatistics) -> list[Figure]:
    fall = found.drawdown
    days = "" if fall.days is None else f" in {_days(fall.days)}"
    back = "not yet" if fall.amount and fall.recovery_days is None else formats.MISSING
    return [
        Figure(
            name="Max drawdown",
            text=f"{formats.amount(fall.amount)}{days}",
            tone=Tone.DOWN if fall.amount else Tone.PLAIN,
            meaning="Deepest fall of the net profit below an earlier peak, ₹ and calendar days",
        ),
        Figure(
            name="Recovered in",
            text=back if fall.recovery_days is None else _days(fall.recovery_days),
            meaning="From the deepest point until the peak was reached again",
        ),
    ]


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


BUCKET_COLUMNS: tuple[Column[tuple[int, Bucket]], ...] = (
    Column(
        key="name",
        header="",
        width=110,
        align=Align.LEFT,
        text=lambda row: row[1].name,
        sort_value=lambda row: row[0],
    ),
    Column(
        key="trades",
        header="Trades",
        width=54,
        text=lambda row: f"{row[1].trades:,}",
        sort_value=lambda row: row[1].trades,
        value=lambda row: row[1].trades,
    ),
    Column(
        key="won",
        header="Won",
        tooltip="Part of the trades that won after charges",
        width=54,
        text=lambda row: formats.percent(row[1].win_rate, 0),
        sort_value=lambda row: row[1].win_rate or 0.0,
        value=lambda row: percent_value(row[1].win_rate),
        unit="%",
    ),
    Column(
        key="gross",
        header="Gross",
        tooltip="Before charges, ₹",
        width=86,
        text=lambda row: formats.signed_amount(row[1].gross),
        sort_value=lambda row: row[1].gross,
        rank=2,
        value=lambda row: rupees_value(row[1].gross),
    ),
    Column(
        key="charges",
        header="Charges",
        tooltip="₹",
        width=70,
        text=lambda row: formats.amount(row[1].charges),
        sort_value=lambda row: row[1].charges,
        rank=1,
        value=lambda row: rupees_value(row[1].charges),
    ),
    Column(
        key="net",
        header="Net",
        tooltip="After charges, ₹",
        width=90,
        text=lambda row: formats.signed_amount(row[1].net),
        tone=lambda row: tone_of_sign(row[1].net),
        sort_value=lambda row: row[1].net,
        value=lambda row: rupees_value(row[1].net),
    ),
)
"""Columns of sums; each row is its place and the sums."""

SUMS: dict[str, Callable[[TradeStatistics], Sequence[Bucket]]] = {
    "Weekday": lambda found: found.weekdays,
    "Hour of entry": lambda found: found.hours,
    "Exit reason": lambda found: found.reasons,
    "Day": lambda found: found.days,
}
"""What trades are summed up by."""

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NO_PARENT = QModelIndex()


_LONG = 100_000 * formats.UNITS_PER_RUPEE


def _short(net: int) -> str:
    """Write an amount that fits a day: in whole rupees, in lakh or millions from a lakh on."""
    if abs(net) < _LONG:
        return formats.signed_amount(net, 0)
    text = formats.compact_rupees(net).replace("₹", "")
    return text if net < 0 else f"+{text}"


class CalendarModel(QAbstractTableModel):
    """Weeks from top to bottom, days from left to right, each with what it made; the last column sums the week."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._days: dict[date, DayResult] = {}
        self._mondays: list[date] = []
        self._text = {tone: QBrush(theme.tone_colour(tone)) for tone in Tone}
        self._tint = {
            Tone.UP: QBrush(QColor(theme.colours.up_tint)),
            Tone.DOWN: QBrush(QColor(theme.colours.down_tint)),
        }

    def show_days(self, days: Sequence[DayResult]) -> bool:
        """Show these days and return whether they are others than before, which moves the cursor away.

        Weeks without a trade between the first and the last are shown empty.
        """
        wanted = {one.day: one for one in days}
        if wanted == self._days:
            return False
        self.beginResetModel()
        self._days = wanted
        self._mondays = []
        if self._days:
            first, last = min(self._days), max(self._days)
            monday = first - timedelta(days=first.weekday())
            self._mondays = [monday + timedelta(weeks=week) for week in range((last - monday).days // 7 + 1)]
        self.endResetModel()
        return True

    def day_at(self, row: int, column: int) -> date | None:
        """Return the date of a cell; None for the sum of a week."""
        return self._mondays[row] + timedelta(days=column) if column < len(_WEEKDAYS) else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Return the number of weeks."""
        return 0 if parent.isValid() else len(self._mondays)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Return seven days and the sum."""
        return 0 if parent.isValid() else len(_WEEKDAYS) + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY_ROLE) -> Any:
        """Name the days and the months."""
        if role != DISPLAY_ROLE:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return (*_WEEKDAYS, "Week")[section] if 0 <= section <= len(_WEEKDAYS) else None
        return f"{self._mondays[section]:%b %Y}" if 0 <= section < len(self._mondays) else None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = DISPLAY_ROLE) -> Any:
        """Answer Qt's question about one cell."""
        if not index.isValid():
            return None
        day = self.day_at(index.row(), index.column())
        net, trades = self._made(index.row(), day)
        tone = Tone.MUTED if not trades else tone_of_sign(net)
        if role == DISPLAY_ROLE:
            amount = _short(net) if trades else ""
            return f"{day.day}\n{amount}" if day is not None else f"\n{amount}"
        if role == ALIGNMENT_ROLE:
            return ALIGNMENTS[Align.CENTRE]
        if role == FOREGROUND_ROLE:
            return self._text[tone]
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._tint.get(tone)
        if role in (TOOLTIP_ROLE, Qt.ItemDataRole.AccessibleTextRole):
            when = f"Week of {self._mondays[index.row()]:%d %b %Y}" if day is None else f"{day:%A %d %b %Y}"
            return f"{when}: {trades} trades, net {formats.signed_amount(net)}" if trades else f"{when}: no trade"
        return None

    def _made(self, row: int, day: date | None) -> tuple[int, int]:
        days = [self._mondays[row] + timedelta(days=number) for number in range(7)] if day is None else [day]
        found = [self._days[one] for one in days if one in self._days]
        return sum(one.net for one in found), sum(one.trades for one in found)
