"""Everything that only asks, through the official client in a small pool of workers off the engine's loop."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import Any, Final, Protocol

from brokers.errors import BooksUnreadableError, RefusedError, SessionLostError
from brokers.zerodha.session import Session
from brokers.zerodha.settings import ROOT
from engine.domain.instant import SECOND


class Question(Enum):
    """What can be asked; the value is the method of the official client."""

    PROFILE = "profile"
    ORDERS = "orders"
    ORDER_HISTORY = "order_history"
    TRADES = "trades"
    ORDER_TRADES = "order_trades"
    POSITIONS = "positions"
    HOLDINGS = "holdings"
    FUNDS = "margins"
    ORDER_MARGINS = "order_margins"
    BASKET_MARGINS = "basket_order_margins"
    CHARGES = "get_virtual_contract_note"
    QUOTE = "quote"
    OHLC = "ohlc"
    LTP = "ltp"
    HISTORY = "historical_data"
    INSTRUMENTS = "instruments"
    GTTS = "get_gtts"
    GTT_CANCEL = "delete_gtt"
    LOG_IN = "generate_session"
    LOG_OUT = "invalidate_access_token"


class Pace(Enum):
    """The budgets that questions share, in questions a second (the limits are 1, 3 and 10)."""

    QUOTES = "quotes"
    HISTORY = "history"
    REST = "rest"


_PACE_OF: Final[Mapping[Question, Pace]] = {
    Question.QUOTE: Pace.QUOTES,
    Question.OHLC: Pace.QUOTES,
    Question.LTP: Pace.QUOTES,
    Question.HISTORY: Pace.HISTORY,
}
REST_AT_MOST: Final = (8, SECOND)
"""How many questions in how many microseconds: a little under the limits, in any second that is looked at."""
_AT_MOST: Final[Mapping[Pace, tuple[int, int]]] = {
    Pace.QUOTES: (1, 1_100_000),
    Pace.HISTORY: (1, 400_000),
    Pace.REST: REST_AT_MOST,
}

_ASKED_AGAIN: Final = frozenset(Question) - {Question.LOG_IN, Question.LOG_OUT, Question.GTT_CANCEL}
"""Questions that may be asked twice where the connection broke: they change nothing."""


class Asking(Protocol):
    """Where questions go: to the official client, or to a simulated Kite inside this process."""

    async def ask(self, question: Question, *arguments: object, **named: object) -> object:
        """Answer what Kite's ``data`` was, as plain values.

        Raises SessionLostError, RefusedError with Kite's words, BooksUnreadableError for everything else.
        """
        ...

    def use(self, session: Session | None) -> None:
        """Ask with this login from now on."""
        ...

    async def close(self) -> None:
        """Wait for what is being asked and let go of the workers."""
        ...


class OfficialClient:
    """Asks through ``kiteconnect``, one client object per worker because its HTTP session is not made to be shared.

    Its traps are handled here: an error without a message or a content type raises KeyError there, an empty book
    that is null raises UnboundLocalError, the instruments are asked for as bytes because its own reading takes the
    interpreter for a second, and its debug mode, which would write tokens into logs, is never on.
    """

    def __init__(self, api_key: str, root: str = ROOT, *, workers: int = 3, patience: int = 7) -> None:
        self._api_key = api_key
        self._root = root
        self._patience = patience
        self._access_token: str | None = None
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="zerodha-asks")
        self._own = threading.local()
        self._clients: list[Any] = []
        self._turns = {pace: Turns(*limit) for pace, limit in _AT_MOST.items()}

    def __repr__(self) -> str:
        return f"OfficialClient({self._root!r})"

    def use(self, session: Session | None) -> None:
        """Ask with this login from now on."""
        self._access_token = None if session is None else session.access_token

    async def ask(self, question: Question, *arguments: object, **named: object) -> object:
        """Answer what Kite's ``data`` was, in the turn of its budget."""
        await self._turns[_PACE_OF.get(question, Pace.REST)].come()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._ask, question, arguments, named, self._access_token)

    async def close(self) -> None:
        """Wait for what is being asked and let go of the workers."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, lambda: self._pool.shutdown(cancel_futures=True))
        for client in self._clients:
            client.reqsession.close()

    # --- in a worker ------------------------------------------------------------------------------------------------

    def _ask(
        self, question: Question, arguments: tuple[Any, ...], named: Mapping[str, Any], token: str | None
    ) -> object:
        import requests
        from kiteconnect import exceptions

        client = self._client()
        client.set_access_token(token)
        call: Callable[..., object] = getattr(client, question.value)
        tries = 2 if question in _ASKED_AGAIN else 1
        while True:
            tries -= 1
            try:
                return call(*arguments, **named)
            except exceptions.TokenException as error:
                raise SessionLostError(_sentence(question, error)) from error
            except (exceptions.PermissionException, exceptions.InputException) as error:
                raise RefusedError(_sentence(question, error)) from error
            except exceptions.DataException as error:
                # It quotes the whole answer, and the answer to a login holds the token.
                raise BooksUnreadableError(_unreadable(question)) from error
            except exceptions.KiteException as error:
                raise BooksUnreadableError(_sentence(question, error)) from error
            except requests.ConnectionError as error:
                if not tries:
                    raise BooksUnreadableError(_unreachable(question, error)) from error
            except requests.RequestException as error:
                raise BooksUnreadableError(_unreachable(question, error)) from error
            except UnboundLocalError:
                return None  # The client's way of saying that the list was null.
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise BooksUnreadableError(_unreadable(question)) from error

    def _client(self) -> Any:
        client = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = _client_class()(api_key=self._api_key, root=self._root, timeout=self._patience)
            self._clients.append(client)
        return client


def _client_class() -> Any:
    """Answer the official client with its reading of instruments left out. Imported late: it costs a second."""
    from kiteconnect import KiteConnect

    # At the finest level urllib3 writes addresses into logs, and the address of a logout carries the token.
    logging.getLogger("urllib3").setLevel(logging.WARNING)

    class BytesOfInstruments(KiteConnect):  # type: ignore[misc]  # the library has no types
        """The official client that hands the instruments out as they came."""

        def _parse_instruments(self, data: bytes) -> bytes:
            return data

    return BytesOfInstruments


class Turns:
    """Lets so many through in any stretch of time, first come first served."""

    def __init__(self, most: int, within: int) -> None:
        self._most = most
        self._within = within
        self._begun: deque[int] = deque()
        self._line = asyncio.Lock()

    async def come(self) -> None:
        """Wait for the next turn."""
        loop = asyncio.get_running_loop()
        async with self._line:
            now = int(loop.time() * SECOND)
            if len(self._begun) == self._most:
                due = self._begun.popleft() + self._within
                if due > now:
                    turn = loop.create_future()
                    loop.call_later((due - now) / SECOND, _let_go, turn)
                    await turn
                    now = due
            self._begun.append(now)


def _let_go(turn: "asyncio.Future[None]") -> None:
    if not turn.done():
        turn.set_result(None)


def _unreadable(question: Question) -> str:
    return f"Zerodha's answer about {question.name.lower().replace('_', ' ')} could not be read"


def _sentence(question: Question, error: BaseException) -> str:
    return f"Zerodha did not answer about {question.name.lower().replace('_', ' ')}: {str(error)[:300]}"


def _unreachable(question: Question, error: BaseException) -> str:
    # The text of these errors quotes the address, and the address of a logout carries the token.
    return f"Zerodha could not be reached about {question.name.lower().replace('_', ' ')} ({type(error).__name__})"
