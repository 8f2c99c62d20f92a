"""The columns of the order book, and how an order is written in a few words."""

from collections.abc import Callable, Sequence
from datetime import date

from desktop.presentation import formats
from desktop.presentation.tones import Tone
from desktop.viewmodels.cell_values import moment_value, rupees_value
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.times import latency_text, time_text
from engine.domain.instant import ist_date
from engine.domain.order import OrderStatus, OrderType, Side
from engine.views.orders import OrderRow

_STATUS_TONES: dict[OrderStatus, Tone] = {
    OrderStatus.OPEN: Tone.ACCENT,
    OrderStatus.TRIGGER_PENDING: Tone.ACCENT,
    OrderStatus.COMPLETE: Tone.UP,
    OrderStatus.REJECTED: Tone.DOWN,
    OrderStatus.NOT_SENT: Tone.DOWN,
    OrderStatus.CANCELLED: Tone.MUTED,
    OrderStatus.UNKNOWN: Tone.WARNING,
}

REFUSED = frozenset({OrderStatus.REJECTED, OrderStatus.NOT_SENT})
"""States of orders that never came to be."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_text(day: date) -> str:
    """Write a day: ``19 Aug 2026``."""
    return f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year}"


def _sum_of(value: Callable[[OrderRow], int]) -> Callable[[Sequence[OrderRow]], str]:
    return lambda rows: formats.quantity(sum(value(row) for row in rows))


def _states(rows: Sequence[OrderRow]) -> str:
    """Write how many of several orders work, and how many were refused."""
    working, refused = sum(row.is_working for row in rows), sum(row.status in REFUSED for row in rows)
    counts = ((working, "working"), (refused, "refused"))
    return " · ".join(f"{count} {word}" for count, word in counts if count) or "all done"


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
        value=lambda row: moment_value(row.requested_at),
    ),
    Column(
        key="day",
        header="Day",
        tooltip="When the order was decided, Indian date",
        width=84,
        align=Align.LEFT,
        hidden=True,
        text=lambda row: day_text(ist_date(row.requested_at)),
        sort_value=lambda row: row.requested_at,
        value=lambda row: ist_date(row.requested_at),
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
    Column(
        key="leg",
        header="Leg",
        width=36,
        text=lambda row: str(row.leg_id),
        sort_value=lambda row: row.leg_id,
        value=lambda row: row.leg_id,
    ),
    Column(
        key="cycle",
        header="Cycle",
        width=44,
        hidden=True,
        text=lambda row: str(row.cycle),
        sort_value=lambda row: row.cycle,
        value=lambda row: row.cycle,
    ),
    Column(
        key="slice",
        header="No.",
        tooltip="Running number among the leg's orders: slices and retries",
        width=36,
        hidden=True,
        text=lambda row: str(row.number),
        sort_value=lambda row: row.number,
        value=lambda row: row.number,
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
        key="price",
        header="Price",
        tooltip="Limit price, ₹",
        text=price_text,
        sort_value=lambda row: row.limit_price,
        value=lambda row: rupees_value(row.limit_price),
    ),
    Column(
        key="trigger",
        rank=6,
        header="Trigger",
        tooltip="The last price that wakes a stop order, ₹",
        text=lambda row: "" if row.trigger_price is None else formats.price(row.trigger_price, row.tick_size),
        sort_value=lambda row: row.trigger_price,
        value=lambda row: rupees_value(row.trigger_price),
    ),
    Column(
        key="quantity",
        header="Qty",
        width=56,
        text=lambda row: formats.quantity(row.quantity),
        sort_value=lambda row: row.quantity,
        value=lambda row: row.quantity,
        total=_sum_of(lambda row: row.quantity),
    ),
    Column(
        key="filled",
        rank=2,
        header="Filled",
        width=56,
        text=lambda row: formats.quantity(row.filled),
        sort_value=lambda row: row.filled,
        value=lambda row: row.filled,
        total=_sum_of(lambda row: row.filled),
    ),
    Column(
        key="average",
        rank=4,
        header="Average",
        tooltip="Average price of the fills, ₹",
        text=lambda row: formats.price(row.average_price),
        sort_value=lambda row: row.average_price,
        value=lambda row: rupees_value(row.average_price),
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
        total=_states,
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
        key="changes",
        header="Changes",
        tooltip="How often its terms were changed",
        width=56,
        hidden=True,
        text=lambda row: str(row.modifications),
        sort_value=lambda row: row.modifications,
        value=lambda row: row.modifications,
        total=_sum_of(lambda row: row.modifications),
    ),
    Column(
        key="retries",
        header="Retries",
        tooltip="Orders before it for the same of its leg that were refused or never got to the broker",
        width=52,
        hidden=True,
        text=lambda row: str(row.retries),
        sort_value=lambda row: row.retries,
        value=lambda row: row.retries,
        total=_sum_of(lambda row: row.retries),
    ),
    Column(
        key="reject_reason",
        header="Reject reason",
        tooltip="Why the broker refused it, or why it was not sent",
        width=180,
        align=Align.LEFT,
        hidden=True,
        text=lambda row: row.wording if row.status in REFUSED else "",
        tone=lambda _row: Tone.DOWN,
        cell_tooltip=why_text,
    ),
    Column(
        key="rests_for",
        header="Rests for",
        tooltip="The level of its leg that it rests at the broker for",
        width=62,
        align=Align.LEFT,
        hidden=True,
        text=lambda row: "" if row.rests_for is None else row.rests_for.value,
    ),
    Column(
        key="sent",
        header="Sent",
        hidden=True,
        width=88,
        text=lambda row: time_text(row.sent_at, milliseconds=True),
        sort_value=lambda row: row.sent_at,
        value=lambda row: moment_value(row.sent_at),
    ),
    Column(
        key="filled_at",
        header="Filled at",
        hidden=True,
        width=88,
        text=lambda row: time_text(row.filled_at, milliseconds=True),
        sort_value=lambda row: row.filled_at,
        value=lambda row: moment_value(row.filled_at),
    ),
    Column(
        key="send",
        rank=10,
        header="Send",
        tooltip="From the decision to the wire",
        width=60,
        hidden=True,
        text=lambda row: latency_text(row.send_latency),
        sort_value=lambda row: row.send_latency,
        value=lambda row: row.send_latency,
        unit="µs",
    ),
    Column(
        key="acknowledge",
        rank=10,
        header="Ack",
        tooltip="From the wire to the broker's first answer",
        width=60,
        text=lambda row: latency_text(row.acknowledge_latency),
        sort_value=lambda row: row.acknowledge_latency,
        value=lambda row: row.acknowledge_latency,
        unit="µs",
    ),
    Column(
        key="fill",
        rank=10,
        header="Fill",
        tooltip="From the wire to the last fill",
        width=60,
        text=lambda row: latency_text(row.fill_latency),
        sort_value=lambda row: row.fill_latency,
        value=lambda row: row.fill_latency,
        unit="µs",
    ),
)
"""Columns of the order book."""
