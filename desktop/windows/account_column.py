"""The column that names the account: shown by itself once there are several."""

from collections.abc import Sequence

from PySide6.QtCore import QObject

from desktop.bridge import EngineBridge
from desktop.viewmodels.columns import Heading
from desktop.widgets.column_header import ColumnHeader
from engine.views.status import StatusRow

_KEY = "account"


class AccountColumn(QObject):
    """Shows the account's column of a table with the second account, and leaves it to the trader from then on."""

    def __init__(self, bridge: EngineBridge, header: ColumnHeader, headings: Sequence[Heading]) -> None:
        super().__init__(header)
        self._bridge, self._header = bridge, header
        self._number = [heading.key for heading in headings].index(_KEY)
        bridge.status_changed.connect(self._look)
        if bridge.status is not None:
            self._look(bridge.status)

    def _look(self, status: StatusRow) -> None:
        if len(status.accounts) > 1:
            self._header.show_column(self._number, True)
            self._bridge.status_changed.disconnect(self._look)
