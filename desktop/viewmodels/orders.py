"""The order book as a table: which days, which groups, which orders."""

from datetime import date

from PySide6.QtCore import QObject

from desktop.bridge import EngineBridge
from desktop.presentation.theme import Theme
from desktop.viewmodels.order_columns import ORDER_COLUMNS, REFUSED, day_text, price_text, status_text
from desktop.viewmodels.row_lines import Grouping
from desktop.viewmodels.row_table import RowTableModel
from engine.domain.instant import ist_date
from engine.domain.order import OrderStatus
from engine.views.orders import OrderRow

__all__ = ["ORDER_COLUMNS", "ORDER_GROUPINGS", "REFUSED", "OrdersModel", "day_text", "price_text", "status_text"]

TODAY, ALL_DAYS = "today", "all"
"""Which days are shown, beside a date in ISO form; what still works is of today whenever it was decided."""


def _status_words(row: OrderRow) -> str:
    """Write what ``status:`` finds an order by, beside its status: working, refused."""
    more = "working" if row.is_working else "refused" if row.status in REFUSED else ""
    return f"{status_text(row)} {more}"


ORDER_GROUPINGS: tuple[Grouping[OrderRow], ...] = (
    Grouping(key="portfolio", title="Portfolio", name=lambda row: f"{row.portfolio} ({row.portfolio_id})"),
    Grouping(key="account", title="Account", name=lambda row: row.account),
    Grouping(key="contract", title="Contract", name=lambda row: row.contract),
    Grouping(
        key="status",
        title="Status",
        name=lambda row: row.status.value.replace("_", " "),
        rank=lambda row: list(OrderStatus).index(row.status),
    ),
    Grouping(
        key="day",
        title="Day",
        name=lambda row: day_text(ist_date(row.requested_at)),
        rank=lambda row: -ist_date(row.requested_at).toordinal(),
    ),
)
"""How orders can be put together."""


class OrdersModel(RowTableModel[OrderRow]):
    """Every order that the desktop was told; rows are added and changed in place.

    Filter with ``set_filter`` (words) and ``show_days``; ``row_at(row)`` answers the OrderRow behind a line.

    Attributes:
        days: Indian dates on which there are orders.
    """

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(
            ORDER_COLUMNS,
            lambda row: row.order_id,
            theme,
            parent,
            groupings=ORDER_GROUPINGS,
            words={
                "status": _status_words,
                "contract": lambda row: f"{row.contract} {row.instrument}",
                "portfolio": lambda row: f"{row.portfolio} {row.portfolio_id}",
            },
        )
        self._bridge = bridge
        self.days: set[date] = set()
        self._take(list(bridge.orders.values()))
        bridge.orders_changed.connect(self._take)

    def show_days(self, wanted: str) -> None:
        """Show the orders of TODAY, with what still works, of ALL_DAYS, or of one date in ISO form."""
        if wanted == ALL_DAYS:
            self.set_condition(None)
        elif wanted == TODAY:
            today = self._bridge.today()
            self.set_condition(lambda row: row.is_working or ist_date(row.requested_at) == today)
        else:
            day = date.fromisoformat(wanted)
            self.set_condition(lambda row: ist_date(row.requested_at) == day)

    def _take(self, rows: list[OrderRow]) -> None:
        self.days.update(ist_date(row.requested_at) for row in rows)
        self.apply_rows(rows)
