"""Which contracts the simulated market lists on its first day."""

from collections.abc import Iterable, Sequence
from datetime import date

from brokers.simulated.layout import VIX
from brokers.simulated.underlyings import default_models, model_of
from engine.domain.contract_master import ContractMaster
from engine.domain.instrument import Exchange, Instrument, Kind, instrument_id
from engine.domain.listing import listed_contracts, near_expiries
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import SCALE, Price

_VIX_TICK = Price(SCALE // 100)


def known_underlyings(rules: MarketRules, on: date) -> tuple[str, ...]:
    """Answer the simulated underlyings that the market rules know on a day, in the order of the behaviour file."""
    return tuple(name for name in default_models() if name in rules.underlyings() and _has_rule(rules, name, on))


def derivative_exchanges(rules: MarketRules, underlyings: Iterable[str], on: date) -> tuple[Exchange, ...]:
    """Answer where the contracts of some underlyings trade. Raises UnknownRuleError where no rule says so."""
    return tuple(dict.fromkeys(rules.contract_rule(name, on).exchange for name in underlyings))


def simulated_contracts(
    rules: MarketRules, underlyings: Sequence[str], on: date, expiries: int | None, strikes_each_side: int | None
) -> ContractMaster:
    """Answer the contract master of a day; with NIFTY it ends with the volatility index ``NSE:INDIA VIX``.

    ``expiries`` nearest expiries and ``strikes_each_side`` of the money per chain; None for as many as the behaviour
    file lists, and then at least the two nearest monthly expiries. Raises UnknownRuleError where no rule reaches the
    day, ValueError for an underlying that is not simulated.
    """
    instruments: list[Instrument] = []
    for name in underlyings:
        model = model_of(name)
        each_side = model.strikes if strikes_each_side is None else strikes_each_side
        chains = _expiries(rules, name, on, model.expiries) if expiries is None else rules.expiries(name, on)[:expiries]
        reference = Price(round(model.level_on(on) * SCALE))
        instruments += listed_contracts(rules, (name,), on, each_side, {name: reference}, {name: chains}).instruments
    if "NIFTY" in underlyings:
        instruments.append(_volatility_index())
    return ContractMaster(instruments)


def _expiries(rules: MarketRules, name: str, on: date, count: int) -> tuple[date, ...]:
    near = near_expiries(rules, name, on)
    return tuple(sorted({*near[:count], *rules.monthly_expiries(name, on)[:2]}))


def _has_rule(rules: MarketRules, name: str, on: date) -> bool:
    try:
        rules.contract_rule(name, on)
    except UnknownRuleError:
        return False
    return True


def _volatility_index() -> Instrument:
    return Instrument(
        id=instrument_id(Exchange.NSE, VIX),
        exchange=Exchange.NSE,
        symbol=VIX,
        underlying=VIX,
        kind=Kind.INDEX,
        tick_size=_VIX_TICK,
    )
