"""The fault plan at work around the calls of the API."""

from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from brokers.practice.zerodha.broker import PracticeBroker
from brokers.practice.zerodha.calls import Calls
from brokers.practice.zerodha.faults import Fault, Kind
from brokers.practice.zerodha.instruments import Listing
from brokers.practice.zerodha.limits import ORDER_CALLS, day_cap_reached, too_many
from brokers.practice.zerodha.routes import Match
from brokers.practice.zerodha.session import bad_token
from brokers.practice.zerodha.wire import CSV, Answer, ErrorType, Fate, KiteError, Request, failure
from engine.domain.instant import Instant, ist_date

TIMED_OUT = "Order request timed out. Please check the order book and confirm before placing again."
_STRANGE_STATUS = "EXCHANGE REVIEW PENDING"
_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)


class Troubles:
    """Asks the plan before, during and after every call."""

    def __init__(self, broker: PracticeBroker) -> None:
        self._broker, self._dice = broker, broker.dice
        self._listing: Listing = broker.market.listing
        self._last_books: dict[str, Any] = {}

    def before(self, call: str, request: Request, now: Instant) -> Answer | None:
        """Answer a request that never reaches the broker; None where it does."""
        del request, now
        if self._dice.strikes(call, Kind.LOST_REQUEST) is not None:
            return Answer(fate=Fate.CLOSED)
        fault = self._dice.strikes(call, Kind.REFUSED_BY_GATEWAY)
        return None if fault is None else failure(_gateway(fault))

    def refuse(self, call: str, request: Request, now: Instant) -> None:
        """Raise KiteError where the plan says that a good request is refused."""
        del now
        if self._dice.strikes(call, Kind.TOO_MANY) is not None:
            raise too_many()
        if self._dice.strikes(call, Kind.TOKEN_ENDS) is not None:
            self._broker.sessions.end_all()
            raise bad_token()
        if call in ORDER_CALLS and self._dice.strikes(call, Kind.ADDRESS_REFUSED) is not None:
            settings = self._broker.settings
            words = (
                f"IP ({request.peer}) is not allowed to place orders for this app. Update allowed IPs on the Kite "
                "developer console."
            )
            kind = ErrorType.INPUT if settings.address_is_input_error else ErrorType.PERMISSION
            raise KiteError(settings.address_status, kind, words)
        if call == "place" and self._dice.strikes(call, Kind.DAY_CAP) is not None:
            raise day_cap_reached(self._broker.settings)

    def later(self, call: str, found: Match, request: Request, now: Instant, calls: Calls) -> Any:
        """Carry a call out, or, by the plan, say that it timed out and carry it out later."""
        fault = self._dice.strikes(call, Kind.TIMED_OUT_THEN_PLACED) if call == "place" else None
        if fault is None:
            return calls.answer(call, request, found.arguments, now)
        self._broker.timers.at(now + fault.length, partial(self._placed, found, request, calls))
        raise KiteError(400, ErrorType.INPUT, TIMED_OUT)

    def bent(self, call: str, request: Request, data: Any) -> Any:
        """Answer the data of a call as the plan bends it."""
        where = f"{request.path}?{request.query}"
        stale = self._dice.strikes(call, Kind.STALE_BOOK)
        if stale is not None and where in self._last_books:
            return self._last_books[where]
        if isinstance(data, list) or call == "positions":
            self._last_books[where] = data
        if isinstance(data, list) and self._dice.strikes(call, Kind.NULL_LIST) is not None:
            return None
        if isinstance(data, dict) and call in ("quote", "ohlc", "ltp"):
            if self._dice.strikes(call, Kind.MISSING_QUOTES) is not None:
                return dict(list(data.items())[::2])
        elif call == "orders" and data and self._dice.strikes(call, Kind.UNKNOWN_STATUS) is not None:
            return [*data[:-1], {**data[-1], "status": _STRANGE_STATUS}]
        return data

    def after(self, call: str, answer: Answer, delay: int) -> Answer:
        """Answer what becomes of an answer on its way back."""
        answer = msgspec.structs.replace(answer, delay=answer.delay + delay)
        if call == "instruments" and answer.status == 200:
            answer = self._dump(call, answer)
        slow = self._dice.strikes(call, Kind.SLOW_ANSWER)
        if slow is not None:
            answer = msgspec.structs.replace(answer, delay=answer.delay + slow.length)
        gateway = self._dice.strikes(call, Kind.ACCEPTED_BEHIND_GATEWAY)
        if gateway is not None:
            answer = failure(_gateway(gateway), answer.delay)
        if self._dice.strikes(call, Kind.NOT_JSON) is not None:
            answer = Answer(status=502, body=_PAGE, headers={"Content-Type": "text/html"}, delay=answer.delay)
        if self._dice.strikes(call, Kind.LOST_ANSWER) is not None:
            return msgspec.structs.replace(answer, fate=Fate.CLOSED)
        if self._dice.strikes(call, Kind.CUT_ANSWER) is not None:
            return msgspec.structs.replace(answer, fate=Fate.CUT)
        return answer

    def _dump(self, call: str, answer: Answer) -> Answer:
        old = self._dice.strikes(call, Kind.OLD_DUMP)
        cut = self._dice.strikes(call, Kind.CUT_DUMP)
        if old is None and cut is None:
            return answer
        day = ist_date(self._broker.now) - timedelta(days=1 if old is not None else 0)
        text = self._listing.dump(None, day).encode()
        body = text[: len(text) // 2] if cut is not None else text
        return msgspec.structs.replace(answer, body=body, headers={"Content-Type": CSV})

    def _placed(self, found: Match, request: Request, calls: Calls, at: Instant) -> None:
        try:
            calls.answer("place", request, found.arguments, at)
        except KiteError:
            return  # What timed out may have been refused as well; nobody hears of it.


def _gateway(fault: Fault) -> KiteError:
    return KiteError(fault.status, ErrorType.NETWORK, "Request failed (kitetrade-oms).")
