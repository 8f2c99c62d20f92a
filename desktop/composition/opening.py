"""The journal and the paper broker of a run, opened alike for the window and without one, and closed properly."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import msgspec

from brokers.definition import PriceBandRule, Surroundings, TradingHours
from brokers.paper.gateway import PaperBroker
from brokers.paper.settings import PaperSettings
from desktop.composition.failures import FailureError
from desktop.composition.folders import server_file
from desktop.composition.journals import server_reserve
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant, ist_date
from engine.domain.instrument import Instrument
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import Price
from engine.domain.price_protection import PriceBand
from engine.runtime.engine_journal import EngineJournal, open_engine_journal
from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.journal.location import ServerLocation, SqliteLocation, journal_location
from engine.runtime.journal.memory import MemoryJournal

PAPER = AccountId("PAPER")

_FUNDS = Decimal(5_000_000)


class PaperChoice(msgspec.Struct, frozen=True, kw_only=True):
    """How the paper exchange behaves: ``latency`` in µs one way, ``slippage`` in ticks where data has no bid and ask.

    ``journal`` is the address of the journal beside which it keeps its own books; None for memory only.
    """

    journal: str | None = None
    latency: int = 50_000
    slippage: int = 1


def open_run_journal(address: str | None) -> EngineJournal:
    """Open the journal of a run with the watch over its disk; None for one in memory, which nothing watches.

    The folder of a file is made where it is missing. Raises JournalError with a sentence for the trader.
    """
    if address is None:
        return EngineJournal(MemoryJournal(), None)
    match journal_location(address):
        case SqliteLocation(path=path):
            _make_folder(path.parent)
            return open_engine_journal(address)
        case ServerLocation():
            reserve = server_reserve(address)
            if reserve is not None:
                _make_folder(reserve.parent)
            return open_engine_journal(address, server_reserve=reserve)


def open_paper_broker(choice: PaperChoice, contracts: ContractMaster, rules: MarketRules) -> PaperBroker:
    """Open the paper broker on the hours and price bands of the rules. Raises BrokerError for books it cannot read."""
    settings = PaperSettings(
        funds=_FUNDS, request_latency=choice.latency, report_latency=choice.latency, slippage_ticks=choice.slippage
    )
    around = Surroundings(
        account=PAPER,
        contracts=contracts,
        hours=hours_by(rules),
        price_band=price_band_by(rules),
        books_file=paper_books(choice.journal),
    )
    return PaperBroker(around, settings)


@contextmanager
def paper_broker(choice: PaperChoice, contracts: ContractMaster, rules: MarketRules) -> Iterator[PaperBroker]:
    """Open the paper broker for a while. Raises FailureError where its books cannot be written at the end."""
    broker = open_paper_broker(choice, contracts, rules)
    try:
        yield broker
    finally:
        close_paper_broker(broker, choice)


def close_paper_broker(broker: PaperBroker, choice: PaperChoice) -> None:
    """Close the paper broker. Raises FailureError where its books cannot be written."""
    try:
        broker.close()
    except OSError as error:
        raise FailureError(
            f"The paper broker's books {paper_books(choice.journal)} cannot be written: {error.strerror}"
        ) from error


def hours_by(rules: MarketRules) -> TradingHours:
    """Answer the exchange's hours; on a date that no calendar reaches it is closed."""

    def is_open(instrument: Instrument, at: Instant) -> bool:
        try:
            return rules.is_open(instrument.exchange, at)
        except UnknownRuleError:
            return False

    return is_open


def price_band_by(rules: MarketRules) -> PriceBandRule:
    """Answer the dated limit-price protection; where no rule reaches a date there is none."""

    def band(instrument: Instrument, at: Instant, reference: Price) -> PriceBand | None:
        try:
            return rules.price_protection(instrument.exchange, instrument.kind, ist_date(at), reference)
        except UnknownRuleError:
            return None

    return band


def paper_books(journal: str | None) -> Path | None:
    """Answer where the paper exchange keeps its own books: beside the journal, or in memory for a fresh run."""
    if journal is None:
        return None
    match journal_location(journal):
        case SqliteLocation(path=path):
            return path.with_name(f"{path.name}.paper")
        case ServerLocation(name=name):
            return server_file(name, "books")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalUnwritableError(
            f"The folder {folder} cannot be made ({error.strerror}): choose another place for the journal."
        ) from error
