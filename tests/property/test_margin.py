"""The margin model owes what its definition says, and a basket needs what is blocked and the premium together."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.identifiers import InstrumentId
from engine.domain.instrument import Exchange, Instrument, Kind, value_of
from engine.domain.margin import DEFAULT_RULES, Holding, basket_margin, blocked_margin, funds_needed, margin_parts
from engine.domain.money import Price

_SPOT = 250_000_000
_EXPIRIES = (date(2026, 8, 25), date(2026, 9, 29))
_STRIKES = tuple(range(220_000_000, 290_000_000, 10_000_000))


@st.composite
def holdings(draw: st.DrawFn) -> Holding:
    """Draw a signed quantity of an option or a future."""
    kind = draw(st.sampled_from((Kind.CALL, Kind.PUT, Kind.FUTURE)))
    expiry = draw(st.sampled_from(_EXPIRIES))
    strike = None if kind is Kind.FUTURE else Price(draw(st.sampled_from(_STRIKES)))
    symbol = f"NIFTY{expiry:%y%m%d}{strike or ''}{kind.value}"
    contract = Instrument(
        id=InstrumentId(f"NFO:{symbol}"),
        exchange=Exchange.NFO,
        symbol=symbol,
        underlying="NIFTY",
        kind=kind,
        expiry=expiry,
        strike=strike,
        lot_size=65,
        tick_size=Price(500),
    )
    return Holding(contract, draw(st.integers(-20, 20)) * 65)


def _worth(holding: Holding, point: int) -> int:
    strike = holding.instrument.strike or 0
    match holding.instrument.kind:
        case Kind.CALL:
            unit = max(point - strike, 0)
        case Kind.PUT:
            unit = max(strike - point, 0)
        case _:
            unit = point - _SPOT
    return value_of(unit, holding.net_quantity, holding.instrument)


def _owed(basket: list[Holding], point: int) -> int:
    owed = surplus = 0
    for expiry in sorted({holding.instrument.expiry or date.max for holding in basket}, reverse=True):
        need = -sum(_worth(holding, point) for holding in basket if holding.instrument.expiry == expiry)
        covered = min(surplus, need)
        owed += max(need - max(covered, 0), 0)
        surplus -= covered
    return owed


@given(st.lists(holdings(), min_size=1, max_size=6))
def test_the_worst_obligation_is_the_worst_of_all_points(basket: list[Holding]) -> None:
    reach = _SPOT * DEFAULT_RULES.index.scan // 10_000
    inside = {strike for strike in _STRIKES if any(holding.instrument.strike == strike for holding in basket)}
    points = {_SPOT - reach, _SPOT, _SPOT + reach} | {one for one in inside if abs(one - _SPOT) < reach}

    parts = margin_parts(basket, {}, {"NIFTY": Price(_SPOT)})

    assert parts.scan == max(_owed(basket, point) for point in points)


@given(st.lists(holdings(), max_size=5), st.integers(0, 5_000_000))
def test_a_basket_needs_what_is_blocked_and_its_premium(basket: list[Holding], price: int) -> None:
    prices = {holding.instrument.id: Price(price) for holding in basket}
    spots = {"NIFTY": Price(_SPOT)}

    blocked = blocked_margin(basket, prices, spots)

    assert basket_margin(basket, prices, spots) == funds_needed(blocked, basket, prices)
    assert funds_needed(blocked, [], prices) == blocked
