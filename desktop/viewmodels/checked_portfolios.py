"""Which portfolios are checked, so that one deed is done to all of them."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from engine.domain.identifiers import PortfolioId


class CheckedPortfolios(QObject):
    """The checked portfolios, in the order in which they were checked; the same in every panel of the window.

    Signals:
        changed: Something was checked or is not any more.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: dict[PortfolioId, None] = {}

    @property
    def ids(self) -> tuple[PortfolioId, ...]:
        """The checked portfolios."""
        return tuple(self._ids)

    def __contains__(self, portfolio_id: object) -> bool:
        """Say whether a portfolio is checked."""
        return portfolio_id in self._ids

    def toggle(self, portfolio_id: PortfolioId) -> None:
        """Check a portfolio, or take its check away."""
        self.check([*self._ids, portfolio_id] if portfolio_id not in self._ids else set(self._ids) - {portfolio_id})

    def check(self, portfolio_ids: Iterable[PortfolioId]) -> None:
        """Check exactly these portfolios."""
        wanted = dict.fromkeys(portfolio_ids)
        if wanted.keys() != self._ids.keys():
            # Those that stay keep their places.
            self._ids = {one: None for one in (*self._ids, *wanted) if one in wanted}
            self.changed.emit()
