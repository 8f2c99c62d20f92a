"""PortfolioDefaults: what a new portfolio begins with, where its template says nothing else."""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from typing import Annotated, TypeVar

from engine.domain.identifiers import PLAIN_NAME
from engine.domain.multileg.execution import Execution, Pricing
from engine.domain.multileg.portfolio import AfterRestart, MultilegPortfolio
from engine.domain.multileg.schedule import Schedule
from engine.domain.multileg.templates import Template, TemplateKind
from engine.domain.order import Product
from engine.domain.settings.strategy_tag import DEFAULT_TAG, LONGEST_TAG
from engine.schema.declared import Declared, FieldError, replace
from engine.schema.field import ask

Part = TypeVar("Part", bound=Declared)


class PortfolioDefaults(Declared, frozen=True, kw_only=True):
    """New portfolios.

    A template keeps what it says itself; these fill in what it leaves as it comes with the program. The times are for
    structures only: a preset has its own.
    """

    tag: Annotated[
        str,
        ask(
            "Strategy tag",
            "In which accounts a new portfolio runs.",
            group="Accounts and size",
            ge=1,
            le=LONGEST_TAG,
            pattern=PLAIN_NAME,
            pattern_says="Strategy tag must not contain | or ~ or control characters",
        ),
    ] = DEFAULT_TAG
    default_lots: Annotated[
        int, ask("Default lots", "Lots of a leg that is added.", group="Accounts and size", unit="lots", ge=1, le=999)
    ] = 1
    product: Annotated[
        Product,
        ask("Product", "MIS is squared off by the broker the same day; NRML may be carried.", group="Orders"),
    ] = Product.INTRADAY
    pricing: Annotated[Pricing, ask("Order type", "A limit beyond the opposite quote protects.", group="Orders")] = (
        Pricing.LIMIT_WITH_BUFFER
    )
    buffer: Annotated[
        Decimal,
        ask("Buffer", "How far beyond the opposite quote the first limit goes.", group="Orders", unit="% of price",
            ge=0, le=50),
    ] = Decimal(1)  # fmt: skip
    buffer_points: Annotated[
        Decimal,
        ask("Buffer, at least", "The larger of both buffers is taken.", group="Orders", unit="₹", ge=0, le=1_000),
    ] = Decimal(0)
    start: Annotated[time, ask("Start", "No leg enters earlier.", group="Times")] = time(9, 20)
    end: Annotated[time, ask("End", "No new entry later.", group="Times")] = time(15, 0)
    square_off: Annotated[time, ask("Square off", "Everything is closed at this time.", group="Times")] = time(15, 15)
    after_restart: Annotated[
        AfterRestart,
        ask("Caught by a restart", "What happens to an entry that a restart interrupts.", group="Orders"),
    ] = AfterRestart.HOLD

    def check(self) -> Iterator[FieldError]:
        """Refuse times that leave no time to enter or to hold."""
        if self.end <= self.start:
            yield FieldError("end", f"End must be after Start ({self.start}), or nothing could enter")
        if self.square_off < self.end:
            yield FieldError("square_off", f"Square off must not be before End ({self.end})")


_OF_ORDERS = ("product", "pricing", "buffer", "buffer_points")
_OF_TIMES = ("start", "end", "square_off")
_OF_PORTFOLIO = ("tag", "default_lots", "after_restart")


def begun(template: Template, defaults: PortfolioDefaults) -> MultilegPortfolio:
    """Answer a template's portfolio with the trader's defaults in what the template leaves as it comes."""
    portfolio = template.portfolio
    untouched = MultilegPortfolio(name=portfolio.name, legs=portfolio.legs)
    times = _OF_TIMES if template.kind is TemplateKind.STRUCTURE and portfolio.schedule == Schedule() else ()
    changed: MultilegPortfolio = replace(
        portfolio,
        execution=_filled(portfolio.execution, Execution(), defaults, _OF_ORDERS),
        schedule=_filled(portfolio.schedule, Schedule(), defaults, times),
        **_values(portfolio, untouched, defaults, _OF_PORTFOLIO),
    )
    return changed


def _filled(part: Part, as_it_comes: Part, defaults: PortfolioDefaults, names: tuple[str, ...]) -> Part:
    found: Part = replace(part, **_values(part, as_it_comes, defaults, names))
    return found


def _values(
    part: Declared, as_it_comes: Declared, defaults: PortfolioDefaults, names: tuple[str, ...]
) -> dict[str, object]:
    return {name: getattr(defaults, name) for name in names if getattr(part, name) == getattr(as_it_comes, name)}
