"""Snapshots of the books: a faster start, never a second truth."""

from hashlib import sha256

import msgspec

from engine.core.records.books import Books
from engine.core.state import EngineState
from engine.domain.contract_master import ContractMaster
from engine.domain.facts.codec import decode
from engine.domain.market_rules import MarketRules
from engine.domain.volatility_history import VolatilityHistory
from engine.ports.journal import Journal, JournalReader

_EVERY = 5_000
"""Facts between two snapshots; folding that many takes some 20 ms."""

VERSION = int.from_bytes(sha256(msgspec.json.encode(msgspec.json.schema(Books))).digest()[:4], "big") >> 1
"""Changes with the shape of the books, so that an older snapshot is passed over and the facts are folded instead."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Books)


def state_from_journal(
    journal: JournalReader, master: ContractMaster, rules: MarketRules, volatility: VolatilityHistory | None = None
) -> EngineState:
    """Answer the state that a journal's facts add up to, beginning at the newest usable snapshot.

    Raises msgspec.ValidationError for a fact that this Legwork cannot read, UnknownInstrumentError where the contracts
    of the journal are not listed, and what folding raises for facts that do not follow one another.
    """
    state = EngineState(master, rules, _bound(_snapshot(journal), master), volatility)
    for entry in journal.entries(state.books.facts):
        state.apply(decode(entry.body))
    state.now = state.books.last_fact_at
    return state


def _snapshot(journal: JournalReader) -> Books:
    """Answer the books of the newest snapshot; empty ones where there is none or it cannot be read."""
    found = journal.latest_snapshot(VERSION)
    if found is None:
        return Books()
    try:
        books = _decoder.decode(found[1])
    except msgspec.DecodeError:
        return Books()  # Every fact is there: folding them all takes longer and comes to the same.
    return books if books.facts == found[0] else Books()


def _bound(books: Books, master: ContractMaster) -> Books:
    """Give every leg the row that its contract has in today's list: a snapshot may be of another day's."""
    for run in books.portfolios.values():
        for leg in run.legs:
            if leg.instrument is not None:
                leg.row = master.row(leg.instrument)
    return books


def keep_snapshot(journal: Journal, state: EngineState) -> None:
    """Keep a snapshot of the books as they are. Raises JournalUnwritableError where there is no room."""
    journal.save_snapshot(state.books.facts, VERSION, _encoder.encode(state.books))


def snapshot_is_due(facts: int, last: int) -> bool:
    """Say whether enough facts have come since the last snapshot."""
    return facts - last >= _EVERY
