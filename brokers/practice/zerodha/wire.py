"""Requests and answers as they travel: parameters in, JSON out, and the errors of the API."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import msgspec

from engine.domain.instant import ist_datetime
from engine.domain.money import SCALE

JSON = "application/json"
CSV = "text/csv"
HTML = "text/html; charset=utf-8"

LARGEST_NUMBER = 10**12
"""No field of the API is larger; a longer number is a slip or an attack."""

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(Any, float_hook=Decimal)


class ErrorType(Enum):
    """The ``error_type`` words of the API."""

    TOKEN = "TokenException"
    PERMISSION = "PermissionException"
    USER = "UserException"
    INPUT = "InputException"
    ORDER = "OrderException"
    MARGIN = "MarginException"
    HOLDING = "HoldingException"
    NETWORK = "NetworkException"
    DATA = "DataException"
    GENERAL = "GeneralException"


class KiteError(Exception):
    """A refusal: its HTTP status, its ``error_type`` and its sentence, which the client receives."""

    def __init__(self, status: int, kind: ErrorType, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message


def bad_input(message: str) -> KiteError:
    """Answer the refusal of a wrong field."""
    return KiteError(400, ErrorType.INPUT, message)


class Fate(Enum):
    """What becomes of an answer on its way."""

    DELIVERED = "delivered"
    CLOSED = "closed"
    """The connection closes and nothing is answered."""
    CUT = "cut"
    """The connection closes in the middle of the body."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the server answers: ``delay`` in µs of the server's own time, and what becomes of it on its way."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    delay: int = 0
    fate: Fate = Fate.DELIVERED


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""
    peer: str = "127.0.0.1"

    def values(self) -> dict[str, list[str]]:
        """Answer the parameters of query and form together, every value of each; a bad form has none."""
        found = _parameters(self.query)
        if self.body and "json" not in self.headers.get("content-type", ""):
            found.update(_parameters(self.body.decode("utf-8", errors="replace")))
        return found

    def fields(self) -> dict[str, str]:
        """Answer the last value of every parameter."""
        return {name: every[-1] for name, every in self.values().items()}

    def document(self) -> Any:
        """Answer the JSON body, fractions as Decimal. Raises KiteError where it is not JSON."""
        return json_of(self.body)


def _parameters(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=5_000)
    except ValueError:
        raise bad_input("Too many fields in the request.") from None


def request_of(
    method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"", peer: str = "127.0.0.1"
) -> Request:
    """Answer a request from what stands on the wire; ``target`` is path and query."""
    path, _, query = target.partition("?")
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    plain = unquote_plus(path, errors="replace")
    return Request(method=method.upper(), path=plain, query=query, headers=lower, body=body, peer=peer)


def json_of(text: bytes | str) -> Any:
    """Answer JSON as plain data, fractions as Decimal. Raises KiteError where it is not JSON."""
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError, InvalidOperation, ValueError) as error:
        raise bad_input("Invalid JSON in the request.") from error


def json_text(value: Any) -> bytes:
    """Answer plain data as JSON; Decimal as a number."""
    return _ENCODER.encode(value)


def success(data: Any, delay: int = 0) -> Answer:
    """Answer what was asked for."""
    return Answer(body=json_text({"status": "success", "data": data}), headers={"Content-Type": JSON}, delay=delay)


def failure(error: KiteError, delay: int = 0) -> Answer:
    """Answer a refusal."""
    document = {"status": "error", "message": error.message, "data": None, "error_type": error.kind.value}
    return Answer(status=error.status, body=json_text(document), headers={"Content-Type": JSON}, delay=delay)


def number(units: int) -> int | Decimal:
    """Answer 1/10,000 ₹ as the number of ₹ that stands in JSON."""
    whole, rest = divmod(units, SCALE)
    return whole if rest == 0 else (Decimal(units) / SCALE).normalize()


def ratio(numerator: int, denominator: int) -> int | Decimal:
    """Answer a quotient of 1/10,000 ₹ by a count in ₹, raw as the API's averages are; 0 of nothing."""
    if denominator == 0:
        return 0
    whole, rest = divmod(numerator, denominator * SCALE)
    return whole if rest == 0 else (Decimal(numerator) / (denominator * SCALE)).quantize(Decimal("0.0000000001"))


def stamp(at: int | None) -> str | None:
    """Answer an instant as the API writes it, ``"2026-11-20 11:03:41"`` in Indian time; None stays None."""
    return None if at is None else ist_datetime(at).strftime("%Y-%m-%d %H:%M:%S")


def units_of(text: object, field: str) -> int:
    """Answer a price field in 1/10,000 ₹; empty is 0. Raises KiteError for what is no such number."""
    if text in ("", None):
        return 0
    try:
        value = Decimal(str(text)[:40])
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > LARGEST_NUMBER:
        raise bad_input(f"Invalid `{field}`.")
    return int((value * SCALE).to_integral_value())


def whole_of(text: object, field: str) -> int:
    """Answer a whole number field; empty is 0, ``"65.0"`` is 65. Raises KiteError for anything else."""
    units = units_of(text, field)
    if units % SCALE:
        raise bad_input(f"Invalid `{field}`.")
    return units // SCALE
