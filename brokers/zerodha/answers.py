"""What an answer to an order request means: accepted, a definite no, or unknown; the table decides.

Status, error type and message are looked at together (failure rules of §2): a 400 can come back for an order that is
placed eight seconds later, and ``NetworkException`` names a rate limit as well as a broken line.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final, TypeVar

import msgspec

from engine.domain.identifiers import BrokerOrderId


class No(Enum):
    """Why a request was refused; the name begins the wording, the value says it in words."""

    SESSION = "log in to Zerodha again"
    NETWORK = "Zerodha cannot be reached at the moment"
    RESTRICTED = "Zerodha does not allow it"
    STATIC_IP = (
        "Zerodha takes orders only from the addresses registered for the app: register this one in the Kite developer "
        "console (one change a week), or send orders through the machine whose address is registered"
    )
    RATE_LIMIT = "too many requests"
    MODIFICATIONS = "the order was changed too often; it is cancelled and placed anew instead"
    MARGIN = "not enough funds"
    NOT_HELD = "so much is not held in that product"
    QTY_FREEZE = "more than the largest order"
    TICK = "not a multiple of the tick"
    PRICE_BAND = "outside the price protection"
    TRIGGER = "the trigger is passed already, or on the wrong side"
    PROTECTION = "a market order needs market protection"
    MARKET_CLOSED = "outside the exchange's hours"
    NO_QUOTE = "nothing to trade against"
    BUSY = "the order is being processed; asked again a little later"
    TOO_LATE = "the order is finished"
    CONTRACT = "the contract is not known at Zerodha"
    INVALID = "Zerodha did not understand the request"


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The request is queued at Zerodha under this number; what the exchange says comes later.

    ``children`` are the numbers of the slices of a sliced order, ``refusals`` what was said of slices refused.
    """

    number: BrokerOrderId
    children: tuple[BrokerOrderId, ...] = ()
    refusals: tuple[str, ...] = ()


class Done(msgspec.Struct, frozen=True):
    """Zerodha did what was asked, there and then."""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A definite no: nothing was placed or changed."""

    why: No
    message: str

    @property
    def wording(self) -> str:
        """The reason as a code and a sentence, with Zerodha's own words."""
        said = f" ({self.message})" if self.message else ""
        return f"{self.why.name}: {self.why.value}{said}"


class Unsure(msgspec.Struct, frozen=True, kw_only=True):
    """The request may have been carried out: only the books can tell."""

    message: str


class NotSent(msgspec.Struct, frozen=True, kw_only=True):
    """Not one byte of the request left this machine."""

    message: str


Answer = Accepted | Refused | Unsure
"""What came back."""

Yes = TypeVar("Yes", Accepted, Done)

DOUBTFUL: Final = ("timed out", "timeout", "order book", "confirm before placing", "kitetrade-oms")
"""Words that say that nobody knows, whatever the status beside them."""

DEFINITE: Final[tuple[tuple[str, No], ...]] = (
    ("is not allowed to place orders for this app", No.STATIC_IP),
    ("no ips configured", No.STATIC_IP),
    ("order modifications exceeded", No.MODIFICATIONS),
    ("maximum allowed order requests", No.RATE_LIMIT),
    ("too many requests", No.RATE_LIMIT),
    ("insufficient funds", No.MARGIN),
    ("margin exceeds", No.MARGIN),
    ("insufficient holding", No.MARGIN),
    ("insufficient quantity", No.NOT_HELD),
    ("higher than the maximum quantity", No.QTY_FREEZE),
    ("freeze quantity", No.QTY_FREEZE),
    ("tick size", No.TICK),
    ("market protection", No.PROTECTION),
    ("market_protection", No.PROTECTION),
    ("trigger price", No.TRIGGER),
    ("no trades in this instrument", No.NO_QUOTE),
    ("circuit limit", No.PRICE_BAND),
    ("price band", No.PRICE_BAND),
    ("price range", No.PRICE_BAND),
    ("far from the ltp", No.PRICE_BAND),
    ("away from the last traded price", No.PRICE_BAND),
    ("markets are not open", No.MARKET_CLOSED),
    ("market is closed", No.MARKET_CLOSED),
    ("markets are closed", No.MARKET_CLOSED),
    ("after market order", No.MARKET_CLOSED),
    ("amo order", No.MARKET_CLOSED),
    ("being processed", No.BUSY),
    ("cannot be modified", No.TOO_LATE),
    ("cannot be cancelled", No.TOO_LATE),
    ("already been", No.TOO_LATE),
    ("couldn't find that", No.TOO_LATE),
    ("order not found", No.TOO_LATE),
    ("invalid order", No.TOO_LATE),
    ("does not exist", No.CONTRACT),
    ("instrument not found", No.CONTRACT),
    ("tradingsymbol", No.CONTRACT),
    ("authorisation at depository", No.RESTRICTED),
    ("blocked", No.RESTRICTED),
    ("not allowed", No.RESTRICTED),
    ("not permitted", No.RESTRICTED),
    ("ban period", No.RESTRICTED),
    ("illiquid", No.RESTRICTED),
    ("missing or empty field", No.INVALID),
    ("failed to decode", No.INVALID),
    ("invalid `", No.INVALID),
    ("invalid tag", No.INVALID),
    ("lot size", No.INVALID),
    ("multiples of", No.INVALID),
)
"""Sentences of Zerodha's that say no for certain, in lower case; the first that fits counts."""

_NO_BY_TYPE: Final[Mapping[tuple[int, str], No]] = {
    (403, "TokenException"): No.SESSION,
    (403, "TwoFAException"): No.SESSION,
    (403, "PermissionException"): No.RESTRICTED,
    (403, "PermissionError"): No.RESTRICTED,
    (403, "UserException"): No.RESTRICTED,
    (400, "MarginException"): No.MARGIN,
    (429, "NetworkException"): No.RATE_LIMIT,
}
"""Status and error type that say no without their message."""

_NO_BY_STATUS: Final[Mapping[int, No]] = {429: No.RATE_LIMIT, 428: No.RESTRICTED, 405: No.INVALID, 410: No.INVALID}
"""Statuses that say no whatever stands beside them: the request was turned away before it became an order."""

_JUDGED_BY_MESSAGE: Final = frozenset({400, 403, 404, 429})
"""Statuses whose message may say a definite no."""


def read_answer(status: int, body: bytes) -> Answer:
    """Answer what an HTTP answer to place, modify or cancel means; anything not understood is unknown."""
    return _read(status, body, _accepted)


def read_conversion(status: int, body: bytes) -> Done | Refused | Unsure:
    """Answer what an HTTP answer to a conversion means; only ``true`` is a yes."""
    return _read(status, body, _done)


def _read(status: int, body: bytes, success: Callable[[object], Yes | Unsure]) -> Yes | Refused | Unsure:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _without_words(status, body)
    if not isinstance(document, dict):
        return Unsure(message=f"HTTP {status} with an answer that is no answer of Kite's")
    if status == 200 and document.get("status") == "success":
        return success(document.get("data"))
    message = document.get("message")
    kind = document.get("error_type")
    words = message if isinstance(message, str) else ""
    return _judged(status, kind if isinstance(kind, str) else "", words)


def _without_words(status: int, body: bytes) -> Refused | Unsure:
    why = _NO_BY_STATUS.get(status)
    if why is not None:
        return Refused(why=why, message=f"HTTP {status}")
    return Unsure(message=f"HTTP {status} with {len(body)} bytes that are no answer of Kite's")


def _judged(status: int, kind: str, message: str) -> Refused | Unsure:
    words = message.casefold()
    shown = message[:300] or f"HTTP {status} {kind}".strip()
    if any(doubt in words for doubt in DOUBTFUL):
        return Unsure(message=shown)
    session = _NO_BY_TYPE.get((status, kind))
    if session is No.SESSION:
        return Refused(why=session, message=shown)
    if status in _JUDGED_BY_MESSAGE:
        for sentence, why in DEFINITE:
            if sentence in words:
                return Refused(why=why, message=shown)
    by_status = session or _NO_BY_STATUS.get(status)
    if by_status is not None:
        return Refused(why=by_status, message=shown)
    return Unsure(message=f"{shown} (HTTP {status} {kind or 'without an error type'})")


def _done(data: object) -> Done | Unsure:
    return Done() if data is True else Unsure(message="Kite said success without saying that it was done")


def _accepted(data: object) -> Accepted | Unsure:
    """Read both shapes of success: an order number with or without slices, and a plain list of slices."""
    if isinstance(data, list):
        data = {"children": data}
    if not isinstance(data, dict):
        return Unsure(message="Kite said success without an order number")
    children: list[BrokerOrderId] = []
    refusals: list[str] = []
    slices = data.get("children")
    for child in slices if isinstance(slices, list) else ():
        number = child.get("order_id") if isinstance(child, dict) else None
        error = child.get("error") if isinstance(child, dict) else None
        if _is_number(number):
            children.append(BrokerOrderId(str(number)))
        elif isinstance(error, dict):
            refusals.append(str(error.get("message") or error.get("error_type") or "refused")[:300])
        else:
            return Unsure(message="Kite said success with a slice that has neither a number nor a reason")
    number = data.get("order_id")
    if _is_number(number):
        first = BrokerOrderId(str(number))
    elif children:
        first = children[0]
    else:
        return Unsure(message="Kite said success without an order number")
    return Accepted(number=first, children=tuple(children), refusals=tuple(refusals))


def _is_number(value: object) -> bool:
    """Say whether this is an order number: 15 to 19 digits as text; letters are let pass, blanks and signs are not."""
    return isinstance(value, str) and 0 < len(value) <= 40 and value.isascii() and value.isalnum()
