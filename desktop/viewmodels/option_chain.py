"""The option chain as a grid: calls on the left, strikes in the middle, puts on the right."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QObject, Signal

from desktop.bridge import EngineBridge
from desktop.viewmodels.columns import Column
from desktop.viewmodels.grid_source import RowGridSource
from engine.domain.instrument import Instrument
from engine.views.option_chain import Chain, ChainRow


class ChainSource(RowGridSource[ChainRow]):
    """A grid source for FastGrid: ``FastGrid(source, source.columns, theme, "Option chain")``.

    ``show_chain(underlying, expiry)`` chooses what is shown; call ``refresh(now_ms)`` once per frame.
    """

    def __init__(self, bridge: EngineBridge) -> None: ...

    def underlyings(self) -> Sequence[str]:
        """Return every underlying that has options."""

    def expiries(self, underlying: str) -> Sequence[date]:
        """Return the expiries of an underlying from today on, nearest first."""

    def show_chain(self, underlying: str, expiry: date) -> None:
        """Show one expiry."""

    @property
    def chain(self) -> Chain | None:
        """What is shown: spot, forward, put-call ratio, row of the money; None before ``show_chain``."""

    def refresh(self, now_ms: int) -> None:
        """Take the quotes into account."""

    def contract_at(self, row: int, column_key: str) -> Instrument | None:
        """Return the call or the put that a cell belongs to; None on the strike and where none is listed."""
