"""Positions with Greeks as a grid: underlying → expiry → portfolio → leg, with subtotals and a total."""

from collections.abc import Sequence

from desktop.bridge import EngineBridge
from desktop.presentation import formats
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.grid_source import Expander, RowGridSource
from engine.domain.instant import ist_date
from engine.views.positions import PositionBook, PositionLevel, PositionRow


def _sign(value: float | None) -> Tone:
    return Tone.MUTED if value is None else tone_of_sign(value)


def _quantity(row: PositionRow) -> str:
    """Write what a leg holds, marked where the broker's books differ."""
    if row.net_quantity is None:
        return ""
    text = formats.signed_quantity(row.net_quantity)
    return text if row.brokers_quantity is None else f"≠ {text}"


def _quantity_story(row: PositionRow) -> str:
    if row.brokers_quantity is None:
        return "Units held, signed"
    theirs = formats.signed_quantity(row.brokers_quantity)
    return f"The broker holds {theirs} of this contract in all; our books differ. Nothing is opened until that is clear"


POSITION_COLUMNS: tuple[Column[PositionRow], ...] = (
    Column(key="name", header="Position", width=188, align=Align.LEFT, text=lambda row: row.name),
    Column(
        key="quantity",
        header="Net qty",
        tooltip="Units held, signed",
        width=54,
        text=_quantity,
        tone=lambda row: Tone.WARNING if row.brokers_quantity is not None else _sign(row.net_quantity),
        cell_tooltip=_quantity_story,
    ),
    Column(
        key="average",
        header="Average",
        tooltip="Average entry price, ₹",
        width=58,
        text=lambda row: "" if row.net_quantity is None else formats.price(row.average_price, row.tick_size),
        rank=2,
    ),
    Column(
        key="exit",
        header="Exit",
        tooltip="Average exit price of what was closed, ₹",
        width=54,
        text=lambda row: "" if row.exit_price is None else formats.price(row.exit_price, row.tick_size),
        rank=4,
    ),
    Column(
        key="last",
        header="LTP",
        tooltip="Last traded price, ₹",
        width=54,
        text=lambda row: "" if row.net_quantity is None else formats.price(row.last_price, row.tick_size),
        flash=lambda row: row.last_price or 0,
    ),
    Column(
        key="mtm",
        header="MTM",
        tooltip="Profit still open, ₹, before charges, by the price type of its portfolio",
        width=78,
        rank=3,
        text=lambda row: formats.signed_amount(row.mtm),
        tone=lambda row: _sign(row.mtm),
    ),
    Column(
        key="booked",
        header="Booked",
        tooltip="Profit already booked, ₹, before charges",
        width=80,
        rank=5,
        text=lambda row: formats.signed_amount(row.booked),
        tone=lambda row: _sign(row.booked),
    ),
    Column(
        key="total",
        header="Total",
        tooltip="Open and booked profit together, ₹, before charges",
        width=80,
        text=lambda row: formats.signed_amount(None if row.mtm is None else row.mtm + row.booked),
        tone=lambda row: _sign(None if row.mtm is None else row.mtm + row.booked),
    ),
    Column(
        key="volatility",
        header="IV %",
        tooltip="Implied volatility from the out-of-the-money side of the strike, on the expiry's own forward",
        width=44,
        rank=6,
        text=lambda row: formats.volatility(row.volatility) if row.level is PositionLevel.LEG else "",
    ),
    Column(
        key="delta",
        header="Δ",
        tooltip="Units of the underlying: ₹ per index point",
        width=46,
        text=lambda row: formats.decimal(row.delta, 1, signed=True),
        tone=lambda row: _sign(row.delta),
    ),
    Column(
        key="gamma",
        header="Γ",
        tooltip="Change of Δ per index point",
        width=54,
        text=lambda row: formats.decimal(row.gamma, 3, signed=True),
        tone=lambda row: _sign(row.gamma),
    ),
    Column(
        key="theta",
        header="Θ ₹/day",
        tooltip="₹ per calendar day",
        width=56,
        text=lambda row: formats.decimal(row.theta, 0, signed=True),
        tone=lambda row: _sign(row.theta),
    ),
    Column(
        key="vega",
        header="V ₹/pt",
        tooltip="₹ per volatility point",
        width=52,
        text=lambda row: formats.decimal(row.vega, 0, signed=True),
        tone=lambda row: _sign(row.vega),
    ),
)
"""Columns of the positions."""


class PositionsSource(RowGridSource[PositionRow]):
    """A grid source for FastGrid: ``FastGrid(source, source.columns, theme, "Positions")``.

    Call ``refresh(now_ms)`` once per frame before the grid's own; connect ``expander_toggled`` to ``toggle``.
    """

    def __init__(self, bridge: EngineBridge) -> None:
        super().__init__(
            POSITION_COLUMNS,
            lambda row: row.key,
            level=lambda row: max(0, row.level - 1),
            bold=lambda row: row.has_children,
            highlighted=lambda row: row.level is PositionLevel.TOTAL,
            pinned=lambda row: row.level is PositionLevel.TOTAL,
            expander=self._expander,
        )
        self._bridge = bridge
        self._folded: set[tuple[str, ...]] = set()
        self._with_closed = False
        self._book: PositionBook | None = None
        self._lines: Sequence[PositionRow] = ()
        self._seen_snapshot = 0
        bridge.portfolios_changed.connect(self._forget_book)

    def refresh(self, now_ms: int) -> None:
        """Take rows and the frame's quotes into account; prices and Greeks are computed once for each snapshot."""
        bridge = self._bridge
        snapshot = bridge.snapshot(now_ms)
        if self._book is not None and snapshot.number == self._seen_snapshot:
            return
        self._seen_snapshot = snapshot.number
        if self._book is None:
            today = ist_date(bridge.now())
            rows = bridge.portfolios.values()
            self._book = PositionBook(rows, bridge.master, bridge.rules, today, with_closed=self._with_closed)
        drift = bridge.status.drift if bridge.status else ()
        self._lines = self._book.priced(snapshot.quotes(self._book.rows), snapshot.at, drift)
        self._show()

    def toggle(self, row: int) -> None:
        """Fold or unfold the lines below a line."""
        self._folded ^= {self.row(row).key}
        self._painted = [None] * len(self._painted)
        self._show()

    def show_closed(self, shown: bool) -> None:
        """Show legs that were closed today too, or only what is held."""
        self._with_closed = shown
        self._forget_book()

    @property
    def total(self) -> PositionRow | None:
        """The line that adds everything up; None while nothing is held."""
        return self._lines[0] if self._lines else None

    def _forget_book(self, _rows: object = None) -> None:
        self._book = None

    def _show(self) -> None:
        folded = self._folded
        self.set_rows(
            [line for line in self._lines if not any(line.key[:depth] in folded for depth in range(1, len(line.key)))]
        )

    def _expander(self, row: PositionRow) -> Expander:
        if not row.has_children or row.level is PositionLevel.TOTAL:
            return Expander.NONE
        return Expander.CLOSED if row.key in self._folded else Expander.OPEN
