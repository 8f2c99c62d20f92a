"""A desk that trades at a practice Zerodha in a child process, without a window, and what the exchange wrote down."""

import http.client
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

from brokers.practice.zerodha.records import Order, Trade
from brokers.practice.zerodha.state_file import StateFile
from desktop.commands.reading import read_instant
from desktop.composition.desk import Desk
from desktop.composition.desk_choice import PRACTICE, PRACTICE_ZERODHA, DeskChoice
from desktop.composition.live_exchange import practice_state
from desktop.composition.markets import MarketChoice
from desktop.composition.practice_child import Card, PracticeChild
from engine.domain.commands import AddPortfolio, SquareOffPortfolio
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import load
from engine.views.desk import Notice
from engine.views.messages import MessageRow
from engine.views.portfolios import PortfolioRow
from engine.views.status import StatusRow
from tests.helpers.engine_listener import Listener

SPEED = 4.0
"""Slow enough for a machine that has other work: what may wait seconds of the exchange waits parts of one here."""
BEGINS = "2026-08-19T09:19:45"
PATIENCE = 90.0
"""Seconds of the wall; a quiet machine needs ten."""

STRADDLE = """
name = "Straddle"
schedule = { start = 09:15:00, end = 15:00:00, square_off = 15:15:00 }
execution = { buy_first = true }
after_restart = "finish"
[[legs]]
side = "BUY"
kind = "PE"
strike = { type = "atm", steps = -10 }
lots = 2
[[legs]]
side = "BUY"
kind = "CE"
strike = { type = "atm", steps = 10 }
lots = 2
[[legs]]
side = "SELL"
kind = "CE"
lots = 2
stop_loss = { distance = 40 }
[[legs]]
side = "SELL"
kind = "PE"
lots = 2
stop_loss = { distance = 40 }
"""
"""The demonstration, entered at once; no time of day decides about it, so that no machine is too slow for it."""

LEGS, UNITS = 4, 130
"""Legs of it, and the units of each: two lots of NIFTY."""


def choice(
    journal: Path, *, server: str | None = None, engine_process: bool = False, speed: float = SPEED
) -> DeskChoice:
    return DeskChoice(
        broker=PRACTICE_ZERODHA,
        practice_server=server,
        market=MarketChoice(begin=read_instant(BEGINS, "--from"), underlyings=("NIFTY",)),
        journal=str(journal),
        speed=speed,
        engine_process=engine_process,
    )


@contextmanager
def live_desk(asked: DeskChoice) -> Iterator[tuple[Desk, Listener]]:
    """A desk at work, and what it tells."""
    desk, listener = Desk(asked), Listener()
    desk.words.attach(listener.take_notices)
    try:
        desk.client.start(listener)
        yield desk, listener
    finally:
        desk.close()


def start_straddle(desk: Desk) -> None:
    """Let it enter now."""
    portfolio = load(tomllib.loads(STRADDLE, parse_float=Decimal), MultilegPortfolio)
    desk.client.submit(lambda at: AddPortfolio(at=at, portfolio=portfolio, account=PRACTICE, start=True))


def wait_until_open(listener: Listener) -> None:
    """Wait until every leg is held."""
    listener.wait_for(lambda notice: isinstance(notice, PortfolioRow) and notice.open_legs == LEGS, PATIENCE)


def squared_off(desk: Desk, listener: Listener) -> StatusRow:
    """Close whatever is held, and answer the first status that shows that nothing is left anywhere."""
    row = listener.wait_for(lambda notice: isinstance(notice, PortfolioRow), PATIENCE)
    assert isinstance(row, PortfolioRow)
    portfolio = row.portfolio_id
    desk.client.submit(lambda at: SquareOffPortfolio(at=at, portfolio_id=portfolio))
    listener.wait_for(lambda notice: isinstance(notice, PortfolioRow) and notice.is_done, PATIENCE)

    def is_flat(notice: Notice) -> bool:
        return isinstance(notice, StatusRow) and _is_over(notice)

    found = listener.wait_for(is_flat, PATIENCE)
    assert isinstance(found, StatusRow)
    return found


def _is_over(status: StatusRow) -> bool:
    """Say whether nothing is alive and nothing held, by our books and the broker's, after something was traded."""
    return bool(status.orders_today) and not status.portfolios_alive and not status.drift and not status.down


def said(words: str) -> "SaidWords":
    return SaidWords(words)


class SaidWords:
    """A message whose sentence holds some words."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __call__(self, notice: Notice) -> bool:
        return isinstance(notice, MessageRow) and self._words in notice.sentence


@contextmanager
def practice_server(folder: Path) -> Iterator[Card]:
    """A practice server that somebody else started."""
    options = ["--speed", f"{SPEED:g}", "--underlying", "NIFTY", "--from", BEGINS]
    child = PracticeChild("zerodha", lambda: options, folder / "server.log", print, lambda: None)
    try:
        yield child.start()
    finally:
        child.stop()


def end_sessions(card: Card) -> None:
    """Let a practice server forget every login."""
    connection = http.client.HTTPConnection(card.root.removeprefix("http://"), timeout=PATIENCE)
    with closing(connection):
        connection.request("DELETE", "/sim/sessions")
        assert connection.getresponse().status == http.client.OK


def server_of(journal: Path) -> int:
    """The process of the practice server that keeps its record beside a journal."""
    state = practice_state(str(journal))
    assert state is not None
    return int(state.with_name(f"{state.name}.lock").read_text(encoding="ascii"))


class ExchangeRecord:
    """What the practice exchange wrote down: the last word on each order, and every trade."""

    def __init__(self, journal: Path) -> None:
        state = practice_state(str(journal))
        assert state is not None
        file = StateFile(state)
        file.close()
        self.orders = {line.order_id: line for line in file.lines if isinstance(line, Order)}
        self.trades = [line for line in file.lines if isinstance(line, Trade)]

    def bought_and_sold(self) -> Counter[tuple[str, str]]:
        """Units traded by contract and side."""
        found: Counter[tuple[str, str]] = Counter()
        for trade in self.trades:
            found[trade.tradingsymbol, trade.transaction_type] += trade.quantity
        return found

    def doubled_tags(self) -> list[str | None]:
        counted = Counter(order.tag for order in self.orders.values())
        return [tag for tag, times in counted.items() if times > 1 or tag is None]


if __name__ == "__main__":
    # A desk of its own process, to be killed: it says when the first order is filled and others are on their way.
    with live_desk(choice(Path(sys.argv[1]))) as (own, heard):
        start_straddle(own)
        heard.wait_for(said("130 filled"), PATIENCE)
        sys.stdout.write("on its way\n")
        sys.stdout.flush()
        heard.wait_for(said("never said"), PATIENCE)
