"""The order book as a table."""

from PySide6.QtCore import QObject

from desktop.bridge import EngineBridge
from desktop.presentation import formats
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.row_table import RowTableModel
from desktop.viewmodels.times import latency_text, time_text
from engine.domain.order import OrderStatus, OrderType, Side
from engine.views.orders import OrderRow

_STATUS_TONES: dict[OrderStatus, Tone] = {
    OrderStatus.COMPLETE: Tone.UP,
    OrderStatus.REJECTED: Tone.DOWN,
    OrderStatus.NOT_SENT: Tone.DOWN,
    OrderStatus.CANCELLED: Tone.MUTED,
    OrderStatus.UNKNOWN: Tone.WARNING,
}


def status_text(row: OrderRow) -> str:
    """Write an order's status with what we asked and have no answer to: ``OPEN · cancel asked``."""
    words = row.status.value.replace("_", " ")
    return f"{words} · {row.pending.value.lower()} asked" if row.pending else words


def price_text(row: OrderRow) -> str:
    """Write an order's limit, or that it goes at the market."""
    return "market" if row.order_type is OrderType.MARKET else formats.price(row.limit_price, row.tick_size)


def why_text(row: OrderRow) -> str:
    """Write the whole story of an order for a tooltip: why it exists, and the broker's own words."""
    lines = [row.why]
    if row.wording:
        lines.append(f"Broker: {row.wording}")
    return "\n".join(lines)


ORDER_COLUMNS: tuple[Column[OrderRow], ...] = (
    Column(
        key="time",
        least=90,
        header="Time",
        tooltip="When the order was decided, Indian time",
        width=90,
        text=lambda row: time_text(row.requested_at, milliseconds=True),
        sort_value=lambda row: row.requested_at,
    ),
    Column(
        key="portfolio",
        rank=1,
        least=60,
        header="Portfolio",
        width=130,
        align=Align.LEFT,
        text=lambda row: row.portfolio,
    ),
    Column(
        key="run",
        header="Run",
        tooltip="The portfolio's number in this journal",
        text=lambda r: r.portfolio_id,
        width=44,
        align=Align.LEFT,
        hidden=True,
    ),
    Column(key="leg", header="Leg", width=36, text=lambda row: str(row.leg_id), sort_value=lambda row: row.leg_id),
    Column(
        key="cycle",
        header="Cycle",
        width=44,
        hidden=True,
        text=lambda row: str(row.cycle),
        sort_value=lambda row: row.cycle,
    ),
    Column(
        key="slice",
        header="No.",
        tooltip="Running number among the leg's orders: slices and retries",
        width=36,
        hidden=True,
        text=lambda row: str(row.number),
        sort_value=lambda row: row.number,
    ),
    Column(
        key="purpose",
        rank=3,
        least=58,
        header="Purpose",
        width=66,
        align=Align.LEFT,
        text=lambda row: row.purpose.value.lower(),
    ),
    Column(
        key="side",
        header="Side",
        width=44,
        align=Align.LEFT,
        text=lambda row: row.side.value,
        tone=lambda row: Tone.UP if row.side is Side.BUY else Tone.DOWN,
    ),
    Column(
        key="contract",
        least=150,
        header="Contract",
        width=168,
        align=Align.LEFT,
        text=lambda row: row.contract,
        cell_tooltip=lambda row: row.instrument,
    ),
    Column(
        key="type", rank=5, header="Type", width=52, align=Align.LEFT, text=lambda row: row.order_type.value.lower()
    ),
    Column(
        key="product", header="Product", width=52, align=Align.LEFT, hidden=True, text=lambda row: row.product.value
    ),
    Column(
        key="price", header="Price", tooltip="Limit price, ₹", text=price_text, sort_value=lambda row: row.limit_price
    ),
    Column(
        key="trigger",
        rank=6,
        header="Trigger",
        tooltip="The last price that wakes a stop order, ₹",
        text=lambda row: "" if row.trigger_price is None else formats.price(row.trigger_price, row.tick_size),
        sort_value=lambda row: row.trigger_price,
    ),
    Column(
        key="quantity",
        header="Qty",
        width=56,
        text=lambda row: formats.quantity(row.quantity),
        sort_value=lambda row: row.quantity,
    ),
    Column(
        key="filled",
        rank=2,
        header="Filled",
        width=56,
        text=lambda row: formats.quantity(row.filled),
        sort_value=lambda row: row.filled,
    ),
    Column(
        key="average",
        rank=4,
        header="Average",
        tooltip="Average price of the fills, ₹",
        text=lambda row: formats.price(row.average_price),
        sort_value=lambda row: row.average_price,
    ),
    Column(
        key="status",
        least=80,
        header="Status",
        width=108,
        align=Align.LEFT,
        text=status_text,
        tone=lambda row: _STATUS_TONES.get(row.status, Tone.PLAIN),
        cell_tooltip=why_text,
    ),
    Column(
        key="why",
        rank=7,
        header="Why",
        tooltip="Why the order exists",
        width=220,
        align=Align.LEFT,
        text=lambda row: row.why,
        tone=lambda _row: Tone.MUTED,
        cell_tooltip=why_text,
    ),
    Column(
        key="wording",
        rank=8,
        header="Broker says",
        tooltip="The broker's own last words about it",
        width=180,
        align=Align.LEFT,
        text=lambda row: row.wording,
        cell_tooltip=why_text,
    ),
    Column(
        key="order_id",
        rank=9,
        header="Tag",
        tooltip="Our order tag, which the broker sees too",
        width=110,
        align=Align.LEFT,
        text=lambda row: row.order_id,
    ),
    Column(
        key="broker_order_id",
        header="Broker id",
        width=110,
        align=Align.LEFT,
        hidden=True,
        text=lambda row: row.broker_order_id or formats.MISSING,
    ),
    Column(key="account", header="Account", width=64, align=Align.LEFT, hidden=True, text=lambda row: row.account),
    Column(
        key="retries",
        header="Changes",
        tooltip="How often its terms were changed",
        width=56,
        hidden=True,
        text=lambda row: str(row.modifications),
        sort_value=lambda row: row.modifications,
    ),
    Column(
        key="sent",
        header="Sent",
        hidden=True,
        width=88,
        text=lambda row: time_text(row.sent_at, milliseconds=True),
        sort_value=lambda row: row.sent_at,
    ),
    Column(
        key="filled_at",
        header="Filled at",
        hidden=True,
        width=88,
        text=lambda row: time_text(row.filled_at, milliseconds=True),
        sort_value=lambda row: row.filled_at,
    ),
    Column(
        key="acknowledge",
        rank=10,
        header="Ack",
        tooltip="From the wire to the broker's first answer",
        width=60,
        text=lambda row: latency_text(row.acknowledge_latency),
        sort_value=lambda row: row.acknowledge_latency,
    ),
    Column(
        key="fill",
        rank=10,
        header="Fill",
        tooltip="From the wire to the last fill",
        width=60,
        text=lambda row: latency_text(row.fill_latency),
        sort_value=lambda row: row.fill_latency,
    ),
)
"""Columns of the order book."""


class OrdersModel(RowTableModel[OrderRow]):
    """Every order of the journal; rows are added and changed in place.

    Filter with ``set_filter`` (words) and ``show_working_only``; ``row_at(row)`` answers the OrderRow behind a line.
    """

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(ORDER_COLUMNS, lambda row: row.order_id, theme, parent)
        self.apply_rows(bridge.orders.values())
        bridge.orders_changed.connect(self.apply_rows)

    def show_working_only(self, only: bool) -> None:
        """Show only orders that may still fill, or all."""
        self.set_condition((lambda row: row.is_working) if only else None)
