"""The tokens of the day and the instrument dump."""

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO

from brokers.practice.zerodha.wire import number
from engine.domain.contract_master import ContractMaster, UnknownInstrumentError
from engine.domain.instrument import Exchange, Instrument, Kind, instrument_id

HEADER = (
    "instrument_token",
    "exchange_token",
    "tradingsymbol",
    "name",
    "last_price",
    "expiry",
    "strike",
    "tick_size",
    "lot_size",
    "instrument_type",
    "segment",
    "exchange",
)

DUMPED = ("NSE", "NFO", "BSE", "BFO", "CDS", "BCD", "MCX")
"""The exchanges that a dump can be asked for."""

_SEGMENT_BYTE: Mapping[Exchange, int] = {Exchange.NSE: 1, Exchange.NFO: 2, Exchange.BSE: 4, Exchange.BFO: 5}
_INDEX_BYTE = 9

_WELL_KNOWN: Mapping[str, int] = {
    "NSE:NIFTY 50": 256265,
    "NSE:NIFTY BANK": 260105,
    "NSE:NIFTY FIN SERVICE": 257801,
    "NSE:INDIA VIX": 264969,
    "BSE:SENSEX": 265,
    "NSE:RELIANCE": 738561,
    "NSE:HDFCBANK": 341249,
    "NSE:TCS": 2953217,
    "NSE:INFY": 408065,
    "NSE:ICICIBANK": 1270529,
}
"""Tokens of indices and shares as the real dump has had them for years."""

_FIRST_EXCHANGE_TOKEN = 35_000


class Listing:
    """The instruments of the market that Kite knows, by token and by symbol; simulated coins are left out."""

    def __init__(self, master: ContractMaster) -> None:
        self.master = master
        self.rows: tuple[int, ...] = tuple(
            row for row, one in enumerate(master.instruments) if one.exchange in _SEGMENT_BYTE
        )
        self._token_of: dict[int, int] = {row: _token(master.instruments[row], row) for row in self.rows}
        self._row_of = {token: row for row, token in self._token_of.items()}

    def token(self, row: int) -> int:
        """Answer the token of a row of the contract master."""
        return self._token_of[row]

    def row_of_token(self, token: int) -> int | None:
        """Answer the row of a token; None for a token that is not listed."""
        return self._row_of.get(token)

    def row_of(self, exchange: str, symbol: str) -> int | None:
        """Answer the row of a symbol on an exchange; None where it is not listed."""
        try:
            row = self.master.row(instrument_id(Exchange(exchange), symbol))
        except (UnknownInstrumentError, ValueError):
            return None
        return row if row in self._token_of else None

    def row_of_key(self, key: str) -> int | None:
        """Answer the row of a quote key: ``"NFO:NIFTY26AUGFUT"`` or a token."""
        exchange, colon, symbol = key.partition(":")
        if not colon:
            return self.row_of_token(int(key)) if key.isascii() and key.isdigit() and len(key) < 12 else None
        return self.row_of(exchange, symbol)

    def instrument(self, row: int) -> Instrument:
        """Answer the instrument of a row."""
        return self.master.instruments[row]

    def dump(self, exchange: str | None, today: date) -> str:
        """Answer the CSV of an exchange, or of all; what expired before ``today`` is gone."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(HEADER)
        for row in self.rows:
            one = self.instrument(row)
            if (exchange is None or one.exchange.value == exchange) and (one.expiry is None or one.expiry >= today):
                writer.writerow(_line(one, self._token_of[row]))
        return text.getvalue()


def segment_of(instrument: Instrument) -> str:
    """Answer the segment column of the dump."""
    match instrument.kind:
        case Kind.INDEX:
            return "INDICES"
        case Kind.EQUITY:
            return instrument.exchange.value
        case Kind.FUTURE:
            return f"{instrument.exchange.value}-FUT"
        case Kind.CALL | Kind.PUT:
            return f"{instrument.exchange.value}-OPT"


def _token(instrument: Instrument, row: int) -> int:
    known = _WELL_KNOWN.get(instrument.id)
    if known is not None:
        return known
    low = _INDEX_BYTE if instrument.kind is Kind.INDEX else _SEGMENT_BYTE[instrument.exchange]
    return (_FIRST_EXCHANGE_TOKEN + row) * 256 + low


def _line(one: Instrument, token: int) -> tuple[object, ...]:
    is_index = one.kind is Kind.INDEX
    return (
        token,
        token // 256,
        one.symbol,
        one.symbol if one.expiry is None else one.underlying,
        0,
        "" if one.expiry is None else one.expiry.isoformat(),
        0 if one.strike is None else number(one.strike),
        0 if is_index else number(one.tick_size),
        0 if is_index else one.lot_size,
        "EQ" if is_index else one.kind.value,
        segment_of(one),
        one.exchange.value,
    )
