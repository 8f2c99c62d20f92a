"""What a run came to: the document that `legwork run --json` prints."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from engine.core.readings import ledger
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.charges import Charges, exercise_charges, order_charges, total
from engine.domain.facts import AnyFact, JournalFailed, OrderDenied
from engine.domain.instant import Instant, iso_text, ist_date
from engine.domain.market_rules import MarketRules
from engine.domain.money import paise_text, unit_text
from engine.domain.multileg.states import FINAL
from engine.domain.order import OrderStatus


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """A run's outcome; ``document`` is plain data for JSON, money as decimal strings in ₹.

    ``trouble`` is the sentence for a run whose journal failed meanwhile, None for a sound one.
    """

    document: dict[str, Any]
    trouble: str | None = None


class RunTally:
    """Listens to an engine for what no book keeps: the refusals of our own risk gate, and why the journal failed."""

    def __init__(self) -> None:
        self.denials = 0
        self.journal_failures: list[str] = []

    def take_facts(self, facts: list[AnyFact], state: EngineState) -> None:
        """Count the facts of one batch."""
        del state
        for fact in facts:
            match fact:
                case OrderDenied():
                    self.denials += 1
                case JournalFailed():
                    self.journal_failures.append(fact.detail)
                case _:
                    pass


def run_report(
    state: EngineState,
    rules: MarketRules,
    *,
    begin: Instant,
    until: Instant,
    messages: int,
    head: str,
    tally: RunTally,
    notes: Sequence[str] = (),
) -> RunReport:
    """Answer what the portfolios of a state came to between two instants.

    ``messages`` counts the quote frames played, ``head`` is the journal's chain, ``tally`` listened to the run and
    ``notes`` say what has to be known of the data. Raises UnknownRuleError where the charges of a traded date are not
    known.
    """
    orders = list(state.books.orders.values())
    trouble = _trouble(state, tally)
    document = {
        "portfolios": [_portfolio(state, run, rules) for run in state.books.portfolios.values()],
        "orders": len(orders),
        "trades": sum(1 for order in orders if order.filled),
        "rejections": sum(1 for order in orders if order.status is OrderStatus.REJECTED),
        "denials": tally.denials,
        "market": {
            "from": iso_text(begin),
            "until": iso_text(until),
            "messages": messages,
            "notes": [*([trouble] if trouble else []), *notes, *_notes(state, until)],
        },
        "journal_sha256": head,
    }
    return RunReport(document=document, trouble=trouble)


def _trouble(state: EngineState, tally: RunTally) -> str | None:
    """Answer what was wrong with the journal; a disk that an earlier run found full may be full still."""
    if tally.journal_failures:
        return f"The journal failed during the run, and nothing new was opened meanwhile: {tally.journal_failures[0]}"
    if state.books.journal_failed:
        return "The journal failed in an earlier run and is not well yet: nothing new was opened. Make room on its disk"
    return None


def _notes(state: EngineState, until: Instant) -> Iterator[str]:
    for run in state.books.portfolios.values():
        if run.state not in FINAL:
            yield f"{run.portfolio.name} is {run.state.value}: the data ends at {iso_text(until)}, before it is done"


def _portfolio(state: EngineState, run: PortfolioRun, rules: MarketRules) -> dict[str, Any]:
    return {
        "name": run.portfolio.name,
        "account": run.account,
        "tag": run.tag,
        "state": run.state.value,
        "exit_reason": run.exit_reason.value if run.exit_reason else None,
        "exit_detail": run.exit_why or None,
        "realised_pnl": paise_text(ledger.realised(run)),
        "charges": str(portfolio_charges(state, run, rules)),
        "legs": [_leg(leg) for leg in run.legs],
    }


def _leg(leg: LegRun) -> dict[str, Any]:
    """Answer one execution of a leg; the exit price is the average so far, also where only a part was closed."""
    entry, exit_price = leg.entry_average(), leg.exit_average()
    closed = leg.closed_at is not None
    return {
        "symbol": leg.instrument,
        "side": leg.leg.side.value,
        "quantity": leg.entered_quantity,
        "open_quantity": abs(leg.net_quantity),
        "leg": leg.number,
        "cycle": leg.cycle,
        "execution": leg.execution,
        "origin": leg.origin.value,
        "entry_time": _time(leg.entered_at),
        "entry_price": None if entry is None else unit_text(entry),
        "exit_time": _time(leg.closed_at),
        "exit_price": None if exit_price is None else unit_text(exit_price),
        "exit_reason": leg.exit_reason.value if closed and leg.exit_reason else None,
    }


def _time(at: Instant | None) -> str | None:
    return None if at is None else iso_text(at)


def portfolio_charges(state: EngineState, run: PortfolioRun, rules: MarketRules) -> Decimal:
    """Answer the charges of all executed orders of a portfolio, in ₹ to the paisa (ruling 15).

    Raises UnknownRuleError where the charges of a traded date are not known.
    """
    charged: list[Charges] = []
    for leg in run.legs:
        for order in (state.books.orders[order_id] for order_id in leg.orders):
            if order.filled:
                instrument = state.master.by_id(order.instrument)
                rates = rules.charge_rates(instrument.exchange, instrument.kind, ist_date(order.requested_at))
                charged.append(order_charges(rates, order.side, order.value))
        if leg.exercised_value and leg.closed_at is not None:
            instrument = ledger.instrument_of(state, leg)
            rates = rules.charge_rates(instrument.exchange, instrument.kind, ist_date(leg.closed_at))
            charged.append(exercise_charges(rates, leg.exercised_value))
    return Decimal(total(charged).total_text()) if charged else Decimal("0.00")
