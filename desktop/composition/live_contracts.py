"""The contracts of a live day: the broker's own list, what the journal traded before, and which rows get quotes."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from brokers.errors import BrokerError
from brokers.zerodha.session import Session
from brokers.zerodha.settings import ZerodhaSettings
from desktop.composition.failures import FailureError
from desktop.composition.whole_file import write_whole
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import InstrumentId
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument, Kind
from engine.domain.market_rules import MarketRules
from engine.runtime.instrument_store import DamagedFileError, load_contracts

MOST_ROWS: Final = 9_000
"""Instruments that Zerodha's feed takes: three connections of 3,000."""

_FEWEST_OF_PRACTICE: Final = {"NFO": 1, "BFO": 0, "NSE": 0, "BSE": 0}
_NOBODY: Final = Session("", "", "", Instant(0))
_TRADED: Final = "traded.json"
LEADING: Final = ("NIFTY", "BANKNIFTY", "SENSEX", "FINNIFTY", "MIDCPNIFTY", "BANKEX")
"""Underlyings whose contracts get quotes before those of all others."""


class LiveContracts(msgspec.Struct, frozen=True, kw_only=True):
    """The contracts of a session, and sentences about what is odd with them."""

    master: ContractMaster
    notes: tuple[str, ...] = ()


def contracts_of_day(
    settings: ZerodhaSettings, session: Session | None, folder: Path, on: date, rules: MarketRules
) -> LiveContracts:
    """Answer Zerodha's contracts of a day, from the file where they were fetched before.

    Nobody has to be logged in for that, as Zerodha answers at present. Where they cannot be had, the newest list there
    is, without quotes: its tokens are not today's. Raises FailureError where there is none.
    """
    # Imported late: the libraries behind it take half a second.
    from brokers.zerodha.instruments import DumpCache
    from brokers.zerodha.opening import fetch_contracts

    cache, trouble = DumpCache(folder), ""
    dump = cache.of_day(on)
    if dump is None:
        try:
            dump = asyncio.run(fetch_contracts(settings, session or _NOBODY, folder, on))
        except BrokerError as error:
            trouble = str(error) if session is not None else f"nobody is logged in, and {error}"
    if dump is not None:
        return _loaded(dump.path, dump.notes, rules, on)
    older = cache.latest_before(on)
    if older is None:
        raise FailureError(
            f"Today's contract list cannot be had: {trouble}. Log in with legwork accounts login, then start again"
        )
    found = _loaded(older.path, older.notes, rules, on)
    words = f"The contract list is an older one and brings no quotes: {trouble}. Log in, then start Legwork again"
    unnumbered = (msgspec.structs.replace(one, token=0) for one in found.master.instruments)
    return LiveContracts(master=ContractMaster(unnumbered), notes=(words, *found.notes))


def contracts_of_practice(
    settings: ZerodhaSettings, session: Session, folder: Path, on: date, rules: MarketRules
) -> LiveContracts:
    """Answer the contracts of a practice server, asked anew every time: another seed or another day lists others.

    Raises BrokerError where they cannot be had, FailureError where they cannot be kept.
    """
    from brokers.zerodha.opening import fetch_contracts

    with tempfile.TemporaryDirectory(prefix="legwork-contracts-") as fresh:
        dump = asyncio.run(fetch_contracts(settings, session, Path(fresh), on, fewest=_FEWEST_OF_PRACTICE))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            kept = folder / dump.path.name
            shutil.copyfile(dump.path, kept)
        except OSError as error:
            raise FailureError(f"The contract list cannot be kept in {folder}: {error.strerror}") from error
    return _loaded(kept, dump.notes, rules, on)


def with_traded(
    found: LiveContracts, traded: Iterable[InstrumentId], folder: Path, rules: MarketRules, on: date
) -> LiveContracts:
    """Answer the contracts and, behind them, those that the journal traded and nobody lists any more.

    They come of the lists of the last days, and are remembered, because these go. Raises FailureError where what is
    remembered cannot be read or written.
    """
    missing = sorted({one for one in traded if one not in found.master})
    remembered = {one.id: one for one in _remembered(folder)}
    lacking = [one for one in missing if one not in remembered]
    for path in sorted(folder.glob("zerodha-contracts-*.csv.gz"), reverse=True):
        if not lacking:
            break
        older = _loaded(path, (), rules, on).master
        remembered |= {one: older.by_id(one) for one in lacking if one in older}
        lacking = [one for one in lacking if one not in remembered]
    _remember(folder, [remembered[one] for one in sorted(remembered)])
    # Their tokens may have been given to other contracts since.
    extra = [msgspec.structs.replace(remembered[one], token=0) for one in missing if one in remembered]
    if not extra:
        return found
    return LiveContracts(master=ContractMaster((*found.master.instruments, *extra)), notes=found.notes)


def rows_with_quotes(master: ContractMaster, wanted: Iterable[InstrumentId]) -> tuple[list[int], str]:
    """Answer the rows that get quotes, and a sentence where not all fit; empty where they do.

    What the journal holds comes first, then every underlying, then contracts: indices before shares, near expiries
    before far ones.
    """
    held = {*wanted}
    numbered = [row for row, one in enumerate(master.instruments) if one.token]
    ordered = sorted(numbered, key=lambda row: (*_rank(master.instruments[row], held), row))
    if len(ordered) <= MOST_ROWS:
        return ordered, ""
    first = master.instruments[ordered[MOST_ROWS]]
    return ordered[:MOST_ROWS], (
        f"Zerodha's feed takes {MOST_ROWS:,} instruments: {len(ordered) - MOST_ROWS:,} contracts have no live quotes, "
        f"from {first.symbol} on"
    )


def _rank(one: Instrument, held: set[InstrumentId]) -> Sequence[object]:
    place = LEADING.index(one.underlying) if one.underlying in LEADING else len(LEADING)
    group = 0 if one.id in held else 1 if one.kind is Kind.INDEX else 2
    # Indices before shares; of either every near expiry before any far one.
    return group, place == len(LEADING), one.expiry or date.min, place, one.kind is not Kind.FUTURE


def _loaded(path: Path, notes: Sequence[str], rules: MarketRules, on: date) -> LiveContracts:
    try:
        read = load_contracts(path, rules, on)
    except DamagedFileError as error:
        raise FailureError(f"The contract list cannot be used: {error}") from error
    return LiveContracts(master=read.master, notes=tuple(notes))


def _remembered(folder: Path) -> Iterator[Instrument]:
    path = folder / _TRADED
    try:
        yield from msgspec.json.decode(path.read_bytes(), type=tuple[Instrument, ...])
    except FileNotFoundError:
        return
    except OSError as error:
        raise FailureError(f"The contracts of before cannot be read from {path}: {error.strerror}") from error
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise FailureError(f"The contracts of before in {path} cannot be read: move the file away ({error})") from error


def _remember(folder: Path, known: Sequence[Instrument]) -> None:
    if not known:
        return
    try:
        write_whole(folder / _TRADED, msgspec.json.encode(known).decode())
    except OSError as error:
        raise FailureError(f"The contracts of before cannot be kept in {folder}: {error.strerror}") from error
