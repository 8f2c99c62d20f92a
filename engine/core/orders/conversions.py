"""What became of a conversion between products: the broker's answer, else his books; it is never asked twice."""

from collections import Counter
from collections.abc import Iterator

from engine.core.readings import ledger
from engine.core.records.portfolio_run import LegRun, PortfolioRun
from engine.core.state import EngineState
from engine.domain.facts import AlarmRaised, AnyFact, ConversionRefused, LegConverted
from engine.domain.identifiers import AccountId, InstrumentId
from engine.domain.instant import SECOND, Instant
from engine.domain.order import Product
from engine.domain.reports import BooksReport, ConversionReport

_ANSWERED_BY = 2 * SECOND
"""Books that were read earlier after the request may not show it yet."""

_REFUSED_AFTER = 30 * SECOND
"""From when on unchanged books mean that nothing was converted."""

_GIVEN_UP_AFTER = 180 * SECOND
"""From when on books that fit neither way are believed to fit none."""

Conversion = tuple[PortfolioRun, LegRun]


def product_of(run: PortfolioRun, leg: LegRun) -> Product:
    """Answer the product in which a leg is held and closed."""
    return leg.leg.product or run.portfolio.execution.product


def pending(state: EngineState, account: AccountId) -> list[Conversion]:
    """Answer the legs of an account whose conversion is asked for and not answered."""
    asked = state.books.of(account).converting.values()
    runs = [(state.books.portfolios[portfolio_id], leg_id) for portfolio_id, leg_id in asked]
    return [(run, run.leg(leg_id)) for run, leg_id in runs]


def absorb(state: EngineState, report: ConversionReport) -> Iterator[AnyFact]:
    """Take the broker's answer; an unanswered request waits for his books."""
    found = ((run, leg) for run, leg in pending(state, report.account) if _is_meant(leg, report.reference))
    for run, leg in found:
        if report.done is None:
            continue
        if report.done:
            yield from _converted(state, run, leg, report.wording or "the broker converted it")
        else:
            yield _refused(state, run, leg, report.wording or "the broker refused it")


def by_books(state: EngineState, report: BooksReport) -> Iterator[AnyFact]:
    """Settle conversions that were not answered by what the broker's fresh books show of each product."""
    account = report.account or state.books.account
    if not report.fresh:
        return
    for run, leg in pending(state, account):
        asked = leg.conversion
        if asked is None or leg.instrument is None or report.read_at < asked.since + _ANSWERED_BY:
            continue
        shown = Counter[Product]()
        for row in report.positions:
            if row.instrument == leg.instrument:
                shown[row.product] += row.net_quantity
        unchanged = _held(state, account, leg.instrument)
        moved = Counter(unchanged)
        moved[asked.before] -= leg.net_quantity
        moved[asked.after] += leg.net_quantity
        waited = state.now - asked.since
        if _same(shown, moved):
            yield from _converted(state, run, leg, "the broker's books show it")
        elif _same(shown, unchanged) and waited >= _REFUSED_AFTER:
            yield _refused(state, run, leg, "the broker did not answer, and his books do not show it")
        elif waited >= _GIVEN_UP_AFTER:
            words = "the broker did not answer, and his books fit neither way; look at his own terminal"
            yield AlarmRaised(
                at=state.now, code="CONVERSION", sentence=f"{run.portfolio.name}, leg {leg.leg_id}: {words}"
            )
            yield _refused(state, run, leg, words)


def holds_back(state: EngineState, leg: LegRun) -> bool:
    """Say whether an exit waits for the answer of a conversion, so that it closes the product that is held."""
    return leg.conversion is not None and state.now < leg.conversion.since + ledger.CANCEL_PATIENCE


def wakes(leg: LegRun) -> Iterator[Instant]:
    """Answer until when exits of a leg wait for the answer of a conversion."""
    if leg.conversion is not None:
        yield Instant(leg.conversion.since + ledger.CANCEL_PATIENCE)


def waits_for(leg: LegRun) -> str:
    """Answer how a leg's conversion stands, in words; empty where none was asked for."""
    if leg.conversion is not None:
        return f"its conversion to {leg.conversion.after.value} waits for the broker's answer, else for his books"
    return f"it was not converted: {leg.conversion_why}" if leg.conversion_why else ""


def _is_meant(leg: LegRun, reference: str) -> bool:
    return leg.conversion is not None and leg.conversion.reference == reference


def _held(state: EngineState, account: AccountId, instrument: InstrumentId) -> Counter[Product]:
    """Answer what our ledger holds of a contract in each product of an account."""
    found = Counter[Product]()
    for run in state.books.portfolios.values():
        if run.account == account:
            for leg in run.legs:
                if leg.instrument == instrument:
                    found[product_of(run, leg)] += leg.net_quantity
    return found


def _same(one: Counter[Product], other: Counter[Product]) -> bool:
    return all(one[product] == other[product] for product in Product)


def _converted(state: EngineState, run: PortfolioRun, leg: LegRun, why: str) -> Iterator[AnyFact]:
    asked = leg.conversion
    if asked is None:
        return
    if leg.net_quantity != asked.quantity:
        words = f"{asked.quantity:+d} were converted to {asked.after.value} while it was closed in {asked.before.value}"
        sentence = f"{run.portfolio.name}, leg {leg.leg_id}: {words}; look at both products at the broker"
        yield AlarmRaised(at=state.now, code="CONVERSION", sentence=sentence)
    yield LegConverted(
        at=state.now,
        portfolio_id=run.portfolio_id,
        leg_id=leg.leg_id,
        reference=asked.reference,
        product=asked.after,
        why=why,
    )


def _refused(state: EngineState, run: PortfolioRun, leg: LegRun, why: str) -> ConversionRefused:
    reference = "" if leg.conversion is None else leg.conversion.reference
    return ConversionRefused(
        at=state.now, portfolio_id=run.portfolio_id, leg_id=leg.leg_id, reference=reference, why=why
    )
