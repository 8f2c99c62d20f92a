"""The portfolios that the trader saved, and what they and the day say about one that is to start."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from desktop.composition.folders import data_folder
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.documents import portfolio_from_toml
from engine.domain.multileg.market_cautions import market_cautions
from engine.domain.multileg.other_portfolios import names_others, rings, unknown_portfolios
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.documents import LARGEST_DOCUMENT, DocumentError
from engine.schema.load import FieldError

_MOST_SAVED = 500
"""Files that are looked at; a folder with more holds something else."""


def saved_portfolios() -> dict[str, MultilegPortfolio]:
    """Answer the trader's saved portfolios by name; a file that cannot be used is not one of them."""
    found = {}
    for file in sorted((data_folder() / "multileg").glob("*.toml"))[:_MOST_SAVED]:
        try:
            if file.stat().st_size <= LARGEST_DOCUMENT:
                portfolio = portfolio_from_toml(file.read_text(encoding="utf-8"))
                found[portfolio.name] = portfolio
        except (OSError, UnicodeDecodeError, DocumentError):
            continue  # Opening it says what is wrong; here only names are looked for.
    return found


def desk_cautions(
    rules: MarketRules, today: Callable[[], date], running: Callable[[], Iterable[MultilegPortfolio]]
) -> Callable[[MultilegPortfolio], list[FieldError]]:
    """Answer what tells the warnings of a draft that need the day's rules and the trader's other portfolios.

    The saved files are only read for a draft that names another portfolio.
    """

    def found(portfolio: MultilegPortfolio) -> list[FieldError]:
        others = all_portfolios(running()) if names_others(portfolio) else {}
        return [
            *market_cautions(portfolio, rules, today()),
            *unknown_portfolios(portfolio, others),
            *rings(portfolio, others),
        ]

    return found


def all_portfolios(more: Iterable[MultilegPortfolio]) -> Mapping[str, MultilegPortfolio]:
    """Answer the saved portfolios and some more by name; of one name the saved one yields."""
    return {**saved_portfolios(), **{one.name: one for one in more}}
