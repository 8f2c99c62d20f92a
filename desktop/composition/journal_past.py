"""What a journal says about the days before: when they began, what was traded, whether something is alive."""

from collections.abc import Iterator
from datetime import date

from engine.domain.facts import LegResolved, PortfolioAdded, PortfolioClosed, SessionOpened
from engine.domain.facts.codec import decode
from engine.domain.identifiers import InstrumentId, PortfolioId
from engine.domain.instant import Instant, ist_date
from engine.ports.journal import Journal


class JournalPast:
    """The days before, read once from the facts.

    Attributes:
        last_at: When the last fact was; None in an empty journal.
        alive: Portfolios that are not closed.
        resolved: The contracts of every day and underlying.
    """

    def __init__(self, journal: Journal) -> None:
        self.last_at: Instant | None = None
        self.alive: set[PortfolioId] = set()
        self._began: dict[date, Instant] = {}
        self._underlying: dict[PortfolioId, str] = {}
        self.resolved: dict[tuple[date, str], set[InstrumentId]] = {}
        for entry in journal.entries():
            fact = decode(entry.body)
            self.last_at = fact.at
            match fact:
                case SessionOpened():
                    self._began.setdefault(ist_date(fact.at), fact.at)
                case PortfolioAdded():
                    self._underlying[fact.portfolio_id] = fact.portfolio.underlying
                    self.alive.add(fact.portfolio_id)
                case PortfolioClosed():
                    self.alive.discard(fact.portfolio_id)
                case LegResolved():
                    key = ist_date(fact.at), self._underlying[fact.portfolio_id]
                    self.resolved.setdefault(key, set()).add(fact.instrument)
                case _:
                    pass

    def day_began_at(self, at: Instant) -> Instant | None:
        """Answer when the market of that instant's day was first opened; None for a fresh day."""
        return self._began.get(ist_date(at))

    def contracts(self) -> Iterator[InstrumentId]:
        """Answer every contract that was chosen, some more than once."""
        for found in self.resolved.values():
            yield from found
