"""Numbered conversations between an adapter and its venue, written so that a trader can read them.

A case begins with ``== number title``. Its lines say what happens, one step each:

- ``I place A BUY 65 at 100.00 [trigger 99] [market] [carry] [exit]``, ``I modify A to 65 at 101 [trigger 99]``,
  ``I cancel A [number]``, ``I convert A 65 to carry`` (or ``to intraday``), ``I ask books``, ``I log in [token]``,
  ``I hurry`` – what the engine asks;
- ``V …`` – what the venue does: a behaviour for the next request (``V refuses margin``), or one of its moves;
- ``T 20`` – seconds that pass;
- ``E …`` – what must have been told since the last ``T``, in any place; ``E order A ACKED`` looks at the last report.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, Protocol

from engine.domain.identifiers import AccountId, BrokerOrderId, InstrumentId, OrderId
from engine.domain.money import money_of, price_of
from engine.domain.order import OrderStatus, OrderType, Product, Purpose, Side
from engine.domain.reports import (
    BooksReport,
    ChangeRefused,
    Channel,
    ConnectionReport,
    ConversionReport,
    OrderReport,
    Report,
)
from engine.ports.broker import CancelOrder, ChangeOrder, ConvertPosition, OrderGateway, PlaceOrder

FOLDER = Path(__file__).parent / "conversations"


class Case(NamedTuple):
    """One conversation; ``title`` begins with its number."""

    title: str
    steps: tuple[str, ...]


class Party(Protocol):
    """A gateway with its scripted venue; ``venue_does`` understands the words of the ``V`` lines."""

    gateway: OrderGateway
    account: AccountId
    instrument: InstrumentId

    def call(self, action: Callable[..., None], *arguments: object) -> None: ...

    def wait(self, seconds: int) -> list[Report]: ...

    def venue_does(self, words: list[str]) -> None: ...

    def log_in(self, token: str) -> None: ...

    def hurry(self) -> None: ...

    def sent(self, what: str) -> int: ...

    def notices(self) -> list[str]: ...


def cases() -> Iterator[Case]:
    """Answer every case of the folder, in the order of their numbers."""
    found: list[Case] = []
    for file in sorted(FOLDER.glob("*.txt")):
        for block in re.split(r"^== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            title, *lines = block.splitlines()
            steps = tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
            found.append(Case(title.strip(), steps))
    numbers = [case.title.split()[0] for case in found]
    assert len(set(numbers)) == len(numbers), "two conversations have one number"
    return iter(sorted(found))


class Conversation:
    """Plays one case and fails at the first line that does not hold."""

    def __init__(self, party: Party) -> None:
        self._party = party
        self._heard: list[Report] = []
        self._numbers: dict[str, BrokerOrderId] = {}

    def play(self, case: Case) -> None:
        for step in case.steps:
            kind, *words = step.split()
            match kind:
                case "I":
                    self._ask(words)
                case "V":
                    self._party.venue_does(words)
                case "T":
                    self._heard = self._party.wait(int(words[0]))
                    self._learn()
                case "E":
                    assert self._holds(words), f"{case.title}: {step}\n" + "\n".join(map(str, self._heard))
                case _:
                    raise ValueError(f"{case.title}: {step}")

    def _ask(self, words: list[str]) -> None:
        party = self._party
        match words:
            case ["place", name, side, quantity, "at", price, *more]:
                party.call(party.gateway.place, self._order(name, side, quantity, price, more))
            case ["modify", name, "to", quantity, "at", price, *more]:
                trigger = price_of(more[1]) if more else None
                change = ChangeOrder(
                    account=party.account,
                    order_id=_tag(name),
                    broker_order_id=self._numbers[name],
                    quantity=int(quantity),
                    limit_price=price_of(price),
                    trigger_price=trigger,
                )
                party.call(party.gateway.modify, change)
            case ["cancel", name, *number]:
                known = BrokerOrderId(number[0]) if number else self._numbers[name]
                cancel = CancelOrder(account=party.account, order_id=_tag(name), broker_order_id=known)
                party.call(party.gateway.cancel, cancel)
            case ["convert", name, quantity, "to", after]:
                products = {"carry": Product.CARRY_FORWARD, "intraday": Product.INTRADAY}
                conversion = ConvertPosition(
                    account=party.account,
                    reference=str(_tag(name)),
                    instrument=party.instrument,
                    quantity=int(quantity),
                    before=next(product for word, product in products.items() if word != after),
                    after=products[after],
                )
                party.call(party.gateway.convert, conversion)
            case ["ask", "books"]:
                party.call(party.gateway.ask_books, party.account)
            case ["log", "in", *token]:
                party.log_in(token[0] if token else "access")
            case ["hurry"]:
                party.hurry()
            case _:
                raise ValueError(words)

    def _order(self, name: str, side: str, quantity: str, price: str, more: list[str]) -> PlaceOrder:
        trigger = price_of(more[more.index("trigger") + 1]) if "trigger" in more else None
        order_type = OrderType.LIMIT if trigger is None else OrderType.STOP_LIMIT
        return PlaceOrder(
            account=self._party.account,
            order_id=_tag(name),
            instrument=self._party.instrument,
            side=Side(side),
            quantity=int(quantity),
            product=Product.CARRY_FORWARD if "carry" in more else Product.INTRADAY,
            order_type=OrderType.MARKET if "market" in more else order_type,
            limit_price=None if "market" in more else price_of(price),
            trigger_price=trigger,
            purpose=Purpose.EXIT if "exit" in more else Purpose.ENTRY,
        )

    def _learn(self) -> None:
        for report in self._heard:
            if isinstance(report, OrderReport) and report.broker_order_id is not None:
                self._numbers[str(report.order_id)[-1]] = report.broker_order_id

    def _holds(self, words: list[str]) -> bool:
        match words:
            case ["order", name, status, *more]:
                told = self._told(name)
                return bool(told) and told[-1].status is OrderStatus(status) and _fits(told[-1], more)
            case ["statuses", name, *statuses]:
                return [report.status.value for report in self._told(name)] == statuses
            case ["never", name, status]:
                return all(report.status.value != status for report in self._told(name))
            case ["quiet", name]:
                return not self._told(name) and not self._refusals(name)
            case ["says", name, word]:
                told = [*self._told(name), *self._refusals(name)]
                return bool(told) and word in told[-1].wording
            case ["refusal", name, certainty, *word]:
                refusals = self._refusals(name)
                certain = bool(refusals) and refusals[-1].certain is (certainty == "certain")
                return certain and all(one in refusals[-1].wording for one in word)
            case ["no", "refusal", name]:
                return not self._refusals(name)
            case ["conversion", name, outcome, *word]:
                told = [r for r in self._heard if isinstance(r, ConversionReport) and r.reference == _tag(name)]
                done = {"done": True, "refused": False, "unanswered": None}[outcome]
                return [r.done for r in told] == [done] and " ".join(word) in told[-1].wording
            case ["book", *more]:
                books = [report for report in self._heard if isinstance(report, BooksReport)]
                return bool(books) and _book_fits(books[-1], more)
            case ["no", "book"]:
                return not any(isinstance(report, BooksReport) for report in self._heard)
            case ["line", channel, state, *kept]:
                return self._line(Channel[channel], state, kept)
            case ["sent", what, times]:
                return self._party.sent(what) == int(times)
            case ["notice", *text]:
                return any(" ".join(text) in notice for notice in self._party.notices())
            case _:
                raise ValueError(words)

    def _line(self, channel: Channel, state: str, kept: list[str]) -> bool:
        told = [r for r in self._heard if isinstance(r, ConnectionReport) and r.channel is channel]
        if state == "silent":
            return not told
        if not told or told[-1].connected is not (state == "up"):
            return False
        return not kept or told[-1].data_lost is (kept[0] == "lost")

    def _told(self, name: str) -> list[OrderReport]:
        return [r for r in self._heard if isinstance(r, OrderReport) and r.order_id == _tag(name)]

    def _refusals(self, name: str) -> list[ChangeRefused]:
        return [r for r in self._heard if isinstance(r, ChangeRefused) and r.order_id == _tag(name)]


def _tag(name: str) -> OrderId:
    return OrderId(f"LWCASE0000{name}")


def _fits(report: OrderReport, more: list[str]) -> bool:
    wanted = dict(zip(more[::2], more[1::2], strict=True))
    checks: dict[str, Callable[[str], bool]] = {
        "filled": lambda text: report.filled == int(text),
        "value": lambda text: report.value == money_of(Decimal(text)),
        "number": lambda text: report.broker_order_id == text,
        "limit": lambda text: report.limit_price == (None if text == "none" else price_of(text)),
        "trigger": lambda text: report.trigger_price == (None if text == "none" else price_of(text)),
        "quantity": lambda text: report.quantity == int(text),
    }
    return all(checks[name](text) for name, text in wanted.items())


def _book_fits(books: BooksReport, more: list[str]) -> bool:
    match more:
        case [("fresh" | "stale") as freshness, *rest]:
            return books.fresh is (freshness == "fresh") and (not rest or _book_fits(books, rest))
        case ["holds", product, quantity]:
            held = {row.product.value: row.net_quantity for row in books.positions}
            return held.get(product, 0) == int(quantity)
        case ["lacks", name]:
            return all(row.order_id != _tag(name) for row in books.orders)
        case ["outside", number]:
            return sum(row.order_id is None for row in books.orders) == int(number)
        case ["net", quantity]:
            return sum(position.net_quantity for position in books.positions) == int(quantity)
        case ["has", name, status, "filled", filled, *value]:
            rows = [row for row in books.orders if row.order_id == _tag(name)]
            fits = len(rows) == 1 and rows[0].status.value == status and rows[0].filled == int(filled)
            return fits and (not value or rows[0].value == money_of(Decimal(value[1])))
        case _:
            raise ValueError(more)
