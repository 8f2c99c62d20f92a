"""The exchange rules of this installation, with the trader's own additions."""

from functools import cache

from desktop.composition.folders import data_folder, resource_path
from engine.domain.market_rules import MarketRules
from engine.runtime.market_rules_store import MarketDataError, load_market_rules

__all__ = ["MarketDataError", "market_rules"]


@cache
def market_rules() -> MarketRules:
    """Answer the dated rules of the exchanges. Raises MarketDataError with a sentence where a file is wrong."""
    return load_market_rules(resource_path("market"), data_folder() / "market")
