"""Which order updates a change of an order sends over the sockets, and which postbacks."""

from collections.abc import Callable

import msgspec

from brokers.practice.zerodha.exchange import Event
from brokers.practice.zerodha.faults import FaultDice, Kind
from brokers.practice.zerodha.instruments import Listing
from brokers.practice.zerodha.records import Order
from brokers.practice.zerodha.rows import update_of
from brokers.practice.zerodha.settings import ModifyFrames, PartialFill, PracticeSettings
from brokers.practice.zerodha.wire import json_text
from engine.domain.instant import Instant

_POSTED = {
    Event.FILLED: None,
    Event.CANCELLED: None,
    Event.REJECTED: None,
    Event.PART_FILLED: "UPDATE",
    Event.MODIFIED: "UPDATE",
}
"""The events that are posted, with the status they are posted under; None for the order's own."""


class Postback(msgspec.Struct, frozen=True):
    """One postback to send: where to, its body, when."""

    url: str
    body: bytes
    at: Instant


Send = Callable[[bytes, Instant], None]
"""Sends an order update over every socket of the account at an instant."""


class Updates:
    """Turns what happens to orders into updates and postbacks, by the settings and the fault plan."""

    def __init__(self, settings: PracticeSettings, listing: Listing, dice: FaultDice, send: Send) -> None:
        self._settings, self._listing, self._dice, self._send = settings, listing, dice, send
        self.postbacks: list[Postback] = []

    def hear(self, order: Order, event: Event, at: Instant) -> None:
        """Hear of an order."""
        if order.variety != "amo" or event is not Event.RESTS:
            for status in self._statuses(order, event):
                self._tell(order, status, at)
        if self._settings.postback_url and order.by_api and event in _POSTED:
            body = json_text(update_of(order, self._settings, self._listing, signed=True, status=_POSTED[event]))
            self.postbacks.append(Postback(self._settings.postback_url, body, at))

    def _statuses(self, order: Order, event: Event) -> tuple[str, ...]:
        settings = self._settings
        match event:
            case Event.RESTS:
                return (order.status,) if settings.open_on_place else ()
            case Event.PART_FILLED:
                return ("UPDATE",) if settings.partial_fill is PartialFill.UPDATE else ("OPEN",)
            case Event.MODIFIED:
                both = ("UPDATE", order.status)
                if settings.modify_frames is ModifyFrames.STATUS_ONLY:
                    return (order.status,)
                return both if settings.modify_frames is ModifyFrames.UPDATE_THEN_STATUS else both[::-1]
            case Event.TRIGGERED | Event.FILLED | Event.NOT_MODIFIED | Event.CANCELLED | Event.REJECTED:
                return (order.status,)

    def _tell(self, order: Order, status: str, at: Instant) -> None:
        document = {"type": "order", "data": update_of(order, self._settings, self._listing, status=status)}
        text, due = json_text(document), at + self._settings.update_delay
        if self._dice.strikes("update", Kind.LOST_UPDATE) is not None:
            return
        late = self._dice.strikes("update", Kind.LATE_UPDATE)
        if late is not None:
            due += self._dice.between(1, late.length)
        self._send(text, Instant(due))
        again = self._dice.strikes("update", Kind.REPEATED_UPDATE)
        if again is not None or self._settings.repeats_updates:
            self._send(text, Instant(due + self._dice.between(0, again.length if again is not None else 0)))
