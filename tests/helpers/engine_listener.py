"""Hears what an engine tells, and waits for something in it."""

import threading
from collections.abc import Callable, Sequence

from engine.domain.multileg.states import PortfolioState
from engine.views.desk import Notice
from engine.views.messages import MessageRow
from engine.views.portfolios import PortfolioRow

PATIENCE = 20.0


class Listener:
    """Keeps what the engine tells, and wakes whoever waits for something in it."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self._news = threading.Condition()

    def take_notices(self, notices: Sequence[Notice]) -> None:
        with self._news:
            self.notices.extend(notices)
            self._news.notify_all()

    def wait_for(self, found: Callable[[Notice], bool], patience: float = PATIENCE) -> Notice:
        with self._news:
            assert self._news.wait_for(lambda: any(map(found, self.notices)), patience), "the engine never told it"
            return next(notice for notice in self.notices if found(notice))

    def messages(self) -> list[MessageRow]:
        return [notice for notice in self.notices if isinstance(notice, MessageRow)]


def is_message(kind: str) -> Callable[[Notice], bool]:
    return lambda notice: isinstance(notice, MessageRow) and notice.kind == kind


def is_state(state: PortfolioState) -> Callable[[Notice], bool]:
    return lambda notice: isinstance(notice, PortfolioRow) and notice.state is state
