"""The trade history as a grid, counted on a thread of its own so that no frame waits for it."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from threading import Lock, Thread

from PySide6.QtCore import QObject, Qt, Signal

from desktop.presentation import formats
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.viewmodels.cell_values import CellValue, moment_value, rupees_value
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.grid_source import Expander, RowGridSource
from desktop.viewmodels.trade_review import Extremes, TradeChoice, TradeLine, TradeReview, review
from engine.domain.instant import SECOND, ist_datetime
from engine.views.trades import TradeRow

ReadExtremes = Callable[[], Extremes]


def _of_trade(text: Callable[[TradeRow], str]) -> Callable[[TradeLine], str]:
    return lambda line: "" if line.row is None else text(line.row)


def _value(of: Callable[[TradeRow], CellValue]) -> Callable[[TradeLine], CellValue]:
    """Answer what a file says of a trade; groups have sums of money alone."""
    return lambda line: None if line.row is None else of(line.row)


def _amount(line: TradeLine, name: str) -> int | None:
    of = line.row if line.sums is None else line.sums
    value: int | None = getattr(of, name)
    return value


def _money(name: str) -> Callable[[TradeLine], str]:
    return lambda line: formats.signed_amount(_amount(line, name))


def _tone(name: str) -> Callable[[TradeLine], Tone]:
    return lambda line: tone_of_sign(_amount(line, name) or 0)


def _optional(name: str) -> Callable[[TradeLine], str]:
    """Write an amount that a trade may have; a dash where it is not known, nothing for groups."""
    return _of_trade(lambda row: formats.signed_amount(getattr(row, name), 0))


def _time(at: int) -> str:
    return f"{ist_datetime(at):%d %b %H:%M:%S}"


def _lots(line: TradeLine) -> str:
    if line.sums is not None:
        won = formats.percent(line.sums.win_rate, 0)
        return f"{line.sums.trades}, {won} won"
    return "" if line.row is None or line.row.lots is None else str(line.row.lots)


TRADE_COLUMNS: tuple[Column[TradeLine], ...] = (
    Column(key="name", header="Trade", width=188, align=Align.LEFT, text=lambda line: line.name),
    Column(
        key="side",
        header="Side",
        tooltip="The side it was opened on",
        width=40,
        align=Align.LEFT,
        text=_of_trade(lambda row: row.side.value),
    ),
    Column(
        key="lots",
        header="Lots",
        tooltip="Lots of a trade; of a group its trades and how many of them won",
        width=100,
        text=_lots,
        cell_tooltip=_of_trade(lambda row: f"{formats.quantity(row.quantity)} units"),
        value=_value(lambda row: row.lots),
    ),
    Column(
        key="entered",
        header="Entry",
        tooltip="First entry fill",
        width=104,
        align=Align.LEFT,
        text=_of_trade(lambda row: _time(row.entered_at)),
        rank=3,
        value=_value(lambda row: moment_value(row.entered_at)),
    ),
    Column(
        key="entry",
        header="Entry avg",
        tooltip="Average entry price, ₹",
        width=64,
        text=_of_trade(lambda row: formats.price(row.entry_average)),
        value=_value(lambda row: rupees_value(row.entry_average)),
    ),
    Column(
        key="closed",
        header="Exit",
        tooltip="When it was flat",
        width=104,
        align=Align.LEFT,
        text=_of_trade(lambda row: _time(row.closed_at)),
        rank=1,
        value=_value(lambda row: moment_value(row.closed_at)),
    ),
    Column(
        key="exit",
        header="Exit avg",
        tooltip="Average exit price, ₹",
        width=60,
        text=_of_trade(lambda row: formats.price(row.exit_average)),
        value=_value(lambda row: rupees_value(row.exit_average)),
    ),
    Column(
        key="reason",
        header="Reason",
        tooltip="What closed it",
        width=96,
        align=Align.LEFT,
        text=_of_trade(lambda row: row.exit_reason.value),
        rank=1,
    ),
    Column(
        key="gross",
        header="Gross",
        tooltip="Profit before charges, ₹",
        width=94,
        text=_money("gross"),
        tone=_tone("gross"),
        rank=2,
        value=lambda line: rupees_value(_amount(line, "gross")),
    ),
    Column(
        key="charges",
        header="Charges",
        tooltip="Brokerage, taxes and fees of its executed orders by the day's rates, ₹",
        width=66,
        text=lambda line: formats.amount(_amount(line, "charges")),
        rank=4,
        value=lambda line: rupees_value(_amount(line, "charges")),
    ),
    Column(
        key="net",
        header="Net",
        tooltip="Profit after charges, ₹",
        width=98,
        text=_money("net"),
        tone=_tone("net"),
        value=lambda line: rupees_value(_amount(line, "net")),
    ),
    Column(
        key="best",
        header="MFE",
        tooltip="The most it was worth while it was open, ₹, where that was noted",
        width=62,
        text=_optional("best"),
        rank=7,
        value=_value(lambda row: rupees_value(row.best)),
    ),
    Column(
        key="worst",
        header="MAE",
        tooltip="The least it was worth while it was open, ₹, where that was noted",
        width=62,
        text=_optional("worst"),
        rank=7,
        value=_value(lambda row: rupees_value(row.worst)),
    ),
    Column(
        key="held",
        header="Held",
        tooltip="From the first entry fill until it was flat",
        width=70,
        text=_of_trade(lambda row: formats.duration(row.held_for / SECOND)),
        rank=5,
        value=_value(lambda row: Decimal(row.held_for) / SECOND),
        unit="s",
    ),
    Column(
        key="slippage",
        header="Slippage",
        tooltip="Exit against the price that decided it, ₹: below zero what it cost; only where a price decided it",
        width=64,
        text=_optional("slippage"),
        rank=6,
        value=_value(lambda row: rupees_value(row.slippage)),
    ),
    Column(
        key="portfolio",
        header="Portfolio",
        width=120,
        align=Align.LEFT,
        text=_of_trade(lambda row: row.portfolio),
        cell_tooltip=_of_trade(lambda row: f"{row.portfolio_id}, leg {row.leg_id}, cycle {row.cycle}"),
        rank=8,
    ),
    Column(key="tag", header="Tag", width=74, align=Align.LEFT, text=_of_trade(lambda row: row.tag), rank=9),
    Column(
        key="account", header="Account", width=74, align=Align.LEFT, text=_of_trade(lambda row: row.account), rank=9
    ),
)
"""Columns of the trade history."""


class TradesSource(RowGridSource[TradeLine]):
    """The lines of a review, of which groups can be folded; ``show_review`` takes the next one."""

    def __init__(self) -> None:
        super().__init__(
            TRADE_COLUMNS,
            lambda line: line.key,
            level=lambda line: max(0, line.depth - 1),
            bold=lambda line: line.sums is not None,
            highlighted=lambda line: line.depth == 0,
            pinned=lambda line: line.depth == 0,
            expander=self._expander,
        )
        self._lines: tuple[TradeLine, ...] = ()

    def show_review(self, made: TradeReview) -> None:
        """Show other lines; what was folded stays folded."""
        self._lines = made.lines
        self._show()

    def toggle(self, number: int) -> None:
        """Fold or unfold the trades below a line."""
        line = self.row(number)
        if line.sums is None:
            return
        self.turn_fold(line.key)

    def show_folds(self) -> None:
        """Show what is not folded away."""
        self._show()

    def _show(self) -> None:
        self.set_rows(
            [one for one in self._lines if not any(self.is_folded(one.key[:n]) for n in range(1, len(one.key)))]
            if self._folded
            else self._lines
        )

    def _expander(self, line: TradeLine) -> Expander:
        if line.sums is None or line.depth == 0:
            return Expander.NONE
        return Expander.CLOSED if self.is_folded(line.key) else Expander.OPEN


class ReviewMaker(QObject):
    """Makes reviews on a thread that ends when nothing more is wanted; of several wishes only the last is made.

    Signals:
        made: TradeReview, on the thread of this object.
    """

    made = Signal(object)

    def __init__(self, extremes: ReadExtremes = dict, parent: QObject | None = None) -> None:
        """``extremes`` is asked on the thread for what was noted of legs."""
        super().__init__(parent)
        self._extremes = extremes
        self._lock = Lock()
        self._wanted: tuple[list[TradeRow], TradeChoice, date] | None = None
        self._works = False

    def ask(self, rows: Iterable[TradeRow], choice: TradeChoice, today: date) -> None:
        """Want a review of these trades; returns at once."""
        with self._lock:
            self._wanted = (list(rows), choice, today)
            if self._works:
                return
            self._works = True
        attempt = _Attempt(self._next, self._extremes)
        # The panel may be gone before the answer is here; Qt then drops it.
        attempt.made.connect(self.made, Qt.ConnectionType.QueuedConnection)
        Thread(target=attempt.run, name="trade history", daemon=True).start()

    def _next(self) -> tuple[list[TradeRow], TradeChoice, date] | None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
            self._works = wanted is not None
            return wanted


class _Attempt(QObject):
    """One run of the thread."""

    made = Signal(object)

    def __init__(
        self, following: Callable[[], tuple[list[TradeRow], TradeChoice, date] | None], extremes: ReadExtremes
    ) -> None:
        super().__init__()
        self._following, self._extremes = following, extremes

    def run(self) -> None:
        while (wanted := self._following()) is not None:
            rows, choice, today = wanted
            self.made.emit(review(rows, choice, today, self._extremes()))
