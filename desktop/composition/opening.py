"""The journal and the paper broker of a run, opened alike for the window and without one, and closed properly."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import ROUND_HALF_UP
from pathlib import Path

import msgspec

from brokers.definition import ChargeRule, PriceBandRule, Surroundings, TradingHours
from brokers.errors import BrokerError
from brokers.paper.gateway import PaperBroker
from brokers.paper.settings import PaperSettings
from desktop.composition.accounts import PAPER
from desktop.composition.failures import FailureError
from desktop.composition.folders import server_file
from desktop.composition.journals import server_reserve
from engine.domain.charges import order_charges
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant, ist_date
from engine.domain.instrument import Instrument
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import SCALE, Money, Price
from engine.domain.order import Side
from engine.domain.price_protection import PriceBand
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy
from engine.runtime.engine_journal import EngineJournal, open_engine_journal
from engine.runtime.journal.errors import JournalUnwritableError
from engine.runtime.journal.location import ServerLocation, SqliteLocation, journal_location
from engine.runtime.journal.memory import MemoryJournal

__all__ = [
    "PAPER",
    "PaperChoice",
    "charges_by",
    "close_paper_brokers",
    "hours_by",
    "open_paper_broker",
    "open_paper_brokers",
    "open_run_journal",
    "paper_books",
    "paper_brokers",
    "price_band_by",
]


class PaperChoice(msgspec.Struct, frozen=True, kw_only=True):
    """How the paper exchange behaves: ``latency`` in µs one way, ``slippage`` in ticks where data has no bid and ask.

    ``journal`` is the address of the journal beside which it keeps its own books; None for memory only.
    """

    journal: str | None = None
    latency: int = 50_000
    slippage: int = 1


def open_run_journal(address: str | None, *, is_live: bool = False) -> EngineJournal:
    """Open the journal of a run with the watch over its disk; None for one in memory, which nothing watches.

    Simulated time stands still until the disk has what was decided; in a live run (``is_live``) no quote waits for a
    slow one. The folder of a file is made where it is missing.
    Raises JournalError with a sentence for the trader.
    """
    if address is None:
        return EngineJournal(MemoryJournal(), None)
    match journal_location(address):
        case SqliteLocation(path=path):
            _make_folder(path.parent)
            return open_engine_journal(address, is_waited_for=not is_live)
        case ServerLocation():
            reserve = server_reserve(address)
            if reserve is not None:
                _make_folder(reserve.parent)
            return open_engine_journal(address, server_reserve=reserve, is_waited_for=not is_live)


def open_paper_broker(
    choice: PaperChoice, contracts: ContractMaster, rules: MarketRules, declared: Account
) -> PaperBroker:
    """Open an account's paper broker with its starting cash, on the hours, price bands and charges of the rules.

    Raises BrokerError for books it cannot read.
    """
    account = AccountId(declared.id)
    settings = PaperSettings(
        funds=declared.starting_cash,
        request_latency=choice.latency,
        report_latency=choice.latency,
        slippage_ticks=choice.slippage,
    )
    around = Surroundings(
        account=account,
        contracts=contracts,
        hours=hours_by(rules),
        price_band=price_band_by(rules),
        charges=charges_by(rules),
        books_file=paper_books(choice.journal, account),
    )
    return PaperBroker(around, settings)


def open_paper_brokers(
    choice: PaperChoice, hierarchy: Hierarchy, contracts: ContractMaster, rules: MarketRules
) -> dict[AccountId, PaperBroker]:
    """Open a paper broker for every account, each with books of its own.

    Raises BrokerError for books that cannot be read; those that were open are closed again.
    """
    opened: dict[AccountId, PaperBroker] = {}
    try:
        for account in hierarchy.accounts:
            account_id = AccountId(account.id)
            opened[account_id] = open_paper_broker(choice, contracts, rules, account)
    except BrokerError:
        close_paper_brokers(opened, choice)
        raise
    return opened


@contextmanager
def paper_brokers(
    choice: PaperChoice, hierarchy: Hierarchy, contracts: ContractMaster, rules: MarketRules
) -> Iterator[dict[AccountId, PaperBroker]]:
    """Open the paper brokers of all accounts for a while. Raises FailureError where books cannot be written."""
    brokers = open_paper_brokers(choice, hierarchy, contracts, rules)
    try:
        yield brokers
    finally:
        close_paper_brokers(brokers, choice)


def close_paper_brokers(brokers: Mapping[AccountId, PaperBroker], choice: PaperChoice) -> None:
    """Close paper brokers, all of them. Raises FailureError for the first whose books cannot be written."""
    failed: list[tuple[AccountId, OSError]] = []
    for account, broker in brokers.items():
        try:
            broker.close()
        except OSError as error:
            failed.append((account, error))
    if failed:
        account, trouble = failed[0]
        books = paper_books(choice.journal, account)
        raise FailureError(f"The paper broker's books {books} cannot be written: {trouble.strerror}") from trouble


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


def charges_by(rules: MarketRules) -> ChargeRule:
    """Answer the dated charges of executed orders; where no rates reach a date they cost nothing."""

    def charge(instrument: Instrument, side: Side, value: Money, at: Instant) -> Money:
        try:
            rates = rules.charge_rates(instrument.exchange, instrument.kind, ist_date(at))
        except UnknownRuleError:
            return Money(0)
        return Money(int((order_charges(rates, side, value).total * SCALE).to_integral_value(ROUND_HALF_UP)))

    return charge


def paper_books(journal: str | None, account: AccountId = PAPER) -> Path | None:
    """Answer where the paper exchange keeps an account's books: beside the journal, or in memory for a fresh run."""
    if journal is None:
        return None
    own = "" if account == PAPER else f"{account}."
    match journal_location(journal):
        case SqliteLocation(path=path):
            return path.with_name(f"{path.name}.{own}paper")
        case ServerLocation(name=name):
            return server_file(name, f"{own}books")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalUnwritableError(
            f"The folder {folder} cannot be made ({error.strerror}): choose another place for the journal."
        ) from error
