"""What is known of every order of the day, from all sources: any news, in any order, any number of times."""

import hashlib
import hmac

import msgspec

from brokers.zerodha import figures
from brokers.zerodha.figures import FigureError
from brokers.zerodha.rows import KiteOrder
from engine.domain.identifiers import BrokerOrderId, OrderId
from engine.domain.instant import SECOND, Instant
from engine.domain.order import OrderStatus

_RANK = {
    OrderStatus.ACKED: 0,
    OrderStatus.TRIGGER_PENDING: 1,
    OrderStatus.OPEN: 1,
    OrderStatus.NOT_SENT: 2,
    OrderStatus.REJECTED: 3,
    OrderStatus.CANCELLED: 3,
    OrderStatus.COMPLETE: 4,
}
"""How far an order has come; news of an earlier stage is old news."""


class OrderStories:
    """The newest word about every order; a filled quantity never falls, and what is finished stays so but for fills."""

    def __init__(self) -> None:
        self.orders: dict[BrokerOrderId, KiteOrder] = {}
        self._tags: dict[BrokerOrderId, OrderId] = {}
        self._numbers: dict[OrderId, BrokerOrderId] = {}
        self._at_market: set[BrokerOrderId] = set()

    def asked_at_market(self, number: BrokerOrderId, *, at_market: bool) -> None:
        """Note whether an order was last asked for at market.

        Zerodha keeps such an order as a limit order at the edge of its protection, and only the book's tags say so.
        """
        if at_market:
            self._at_market.add(number)
        else:
            self._at_market.discard(number)

    def accepted(self, number: BrokerOrderId, tag: OrderId) -> None:
        """Note that an order of ours was given a number: its rows are ours even where they lose their tag."""
        self._tags[number] = tag
        self._numbers.setdefault(tag, number)

    def of_tag(self, tag: OrderId) -> KiteOrder | None:
        """Answer the newest word about an order of ours; None where nobody has said anything."""
        number = self._numbers.get(tag)
        return None if number is None else self.orders.get(number)

    def take(self, order: KiteOrder) -> KiteOrder | None:
        """Merge a word about an order; answer the order as it now is known, None where nothing is new."""
        if order.tag is None and order.number in self._tags:
            order = msgspec.structs.replace(order, tag=self._tags[order.number])
        elif order.tag is not None:
            self.accepted(order.number, order.tag)
        if order.number in self._at_market:
            order = msgspec.structs.replace(order, limit_price=None)
        known = self.orders.get(order.number)
        merged = order if known is None else _merged(known, order)
        if merged == known:
            return None
        self.orders[order.number] = merged
        return merged

    def are_live(self) -> bool:
        """Say whether any order of ours is working."""
        return any(order.tag is not None and not order.is_finished for order in self.orders.values())

    def forget_day(self) -> None:
        """Forget everything: Kite serves the current day only."""
        self.orders.clear()
        self._tags.clear()
        self._at_market.clear()
        self._numbers.clear()


def _merged(known: KiteOrder, news: KiteOrder) -> KiteOrder:
    further = (news.filled, _RANK[news.status]) > (known.filled, _RANK[known.status])
    back = news.filled < known.filled or _RANK[news.status] < _RANK[known.status]
    later = news.updated_at >= known.updated_at
    newest = known
    if (further and news.filled >= known.filled) or (later and not back and not known.is_finished):
        newest = news
    status = max(known.status, news.status, key=lambda status: (_RANK[status], status is newest.status))
    filled = max(known.filled, news.filled)
    average = known.average if known.filled > news.filled else news.average if news.filled else known.average
    wording = newest.wording if newest.status is status else (known if known.status is status else news).wording
    return msgspec.structs.replace(
        newest, status=status, filled=filled, average=average, wording=wording, tag=known.tag or news.tag
    )


class PollPlan:
    """When to read the order book besides the socket's news, which keep silent about a plain placement.

    After each request soon and then ever less often, while an order works every few seconds, else not at all.
    """

    _LADDER = tuple(step * SECOND // 4 for step in (1, 2, 4, 8, 16))
    _WHILE_LIVE = 5 * SECOND

    def __init__(self) -> None:
        self._stirred_at: Instant | None = None
        self._rung = 0
        self._asked_at = Instant(0)

    def stir(self, at: Instant) -> None:
        """Note that something was sent or happened: its outcome is looked for soon."""
        self._stirred_at, self._rung = at, 0

    def asked(self, at: Instant) -> None:
        """Note that the book was read."""
        self._asked_at = at
        if self._stirred_at is not None:
            self._rung += 1
            if self._rung >= len(self._LADDER):
                self._stirred_at = None

    def next_due(self, *, live: bool) -> Instant | None:
        """Answer when to read next; None while there is nothing to learn."""
        if self._stirred_at is not None:
            return Instant(max(self._asked_at, self._stirred_at) + self._LADDER[self._rung])
        return Instant(self._asked_at + self._WHILE_LIVE) if live else None


def read_postback(body: bytes, api_secret: str) -> dict[str, object]:
    """Answer the order row of a postback whose checksum proves that Zerodha sent it.

    The checksum is SHA-256 of order number, order time and secret. Raises FigureError for anything else.
    """
    try:
        row = figures.mapping(msgspec.json.decode(body), "the postback")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise FigureError("the postback is no answer of Kite's") from None
    number = figures.text(row.get("order_id"), "the order number of the postback")
    stamp = figures.text(row.get("order_timestamp"), "the time of the postback")
    proof = hashlib.sha256(f"{number}{stamp}{api_secret}".encode()).hexdigest()
    if not hmac.compare_digest(proof, figures.text_or_empty(row.get("checksum")).lower()):
        raise FigureError(f"the postback about order {number} was not sent by Zerodha: its checksum is wrong")
    return row
