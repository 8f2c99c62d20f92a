"""Acceptance vectors of the executor reference, Appendix C, that are arithmetic: charges, payoff, probability, pain."""

from datetime import date
from pathlib import Path

import pytest

from engine.domain.charges import order_charges, total
from engine.domain.instrument import Exchange, Kind
from engine.domain.market_rules import MarketRules
from engine.domain.money import money_of, price_of
from engine.domain.open_interest import max_pain, payout
from engine.domain.order import Side
from engine.domain.price_protection import PriceBand
from engine.pricing.payoff import LegKind, Legs, break_evens, max_profit_and_loss, probability_of_profit
from engine.runtime.market_rules_store import load_market_rules

MARKET = Path(__file__).resolve().parents[3] / "resources" / "market"
SUMMER = date(2026, 6, 4)
LOT = 65
YEARS = (3 + 5.5 / 24) / 365
"""3 d 5.5 h is injected time, not a calendar instant (§0.6, corrected figures)."""


@pytest.fixture(scope="module")
def rules() -> MarketRules:
    return load_market_rules(MARKET)


def options(*rows):
    """Legs from (quantity, kind, strike, entry price) rows."""
    quantity, kind, strike, entry = zip(*rows, strict=True)
    return Legs.of(quantity=quantity, kind=kind, strike=strike, entry_price=entry, years=YEARS, volatility=0.13)


def test_t38_3900_units_of_nifty_leave_in_slices_of_1755_1755_and_390(rules):
    rule = rules.contract_rule("NIFTY", SUMMER)

    largest = rule.freeze_quantity // rule.lot_size * rule.lot_size  # ruling 14: floor(v / lot) · lot

    assert (rule.lot_size, largest) == (LOT, 1755)
    assert [min(largest, 3900 - start) for start in range(0, 3900, largest)] == [1755, 1755, 390]


def test_t40_charges_of_the_straddle_of_two_lots_are_164_19(rules):
    # Sell 120 and 115, buy back 90 and 100, 130 units; ruling 15: exact and unrounded, shown to the paisa.
    rates = rules.charge_rates(Exchange.NFO, Kind.CALL, SUMMER)
    trades = [(Side.SELL, "120"), (Side.SELL, "115"), (Side.BUY, "90"), (Side.BUY, "100")]

    charges = total(order_charges(rates, side, money_of(int(price) * 130)) for side, price in trades)

    assert charges.total_text() == "164.19"


def test_t41_probability_of_profit_of_the_strangle_is_67_2_percent():
    # Sold 24650PE and 25050CE for 96.98 at a flat 13 % (ruling 16), forward 24,850.
    legs = options((-LOT, LegKind.CALL, 25_050, 43.22), (-LOT, LegKind.PUT, 24_650, 53.76))

    assert 100 * probability_of_profit(legs, 24_850.0, 0.13) == pytest.approx(67.2, abs=0.1)


def test_t42_iron_condor_earns_3844_75_or_loses_9155_25_between_24590_85_and_25109_15():
    legs = options(
        (-LOT, LegKind.CALL, 25_050, 43.20),
        (-LOT, LegKind.PUT, 24_650, 53.75),
        (LOT, LegKind.CALL, 25_250, 13.75),
        (LOT, LegKind.PUT, 24_450, 24.05),
    )

    assert max_profit_and_loss(legs) == pytest.approx((3_844.75, -9_155.25))
    assert break_evens(legs) == pytest.approx((24_590.85, 25_109.15))


def test_t45_max_pain_is_24800():
    # OI CE {24,800: 10; 24,900: 20}, PE {24,800: 15; 24,700: 5}: pain(24,700) = 1,500, (24,800) = 0, (24,900) = 1,000.
    calls = {price_of(24_800): 10, price_of(24_900): 20}
    puts = {price_of(24_800): 15, price_of(24_700): 5}

    pains = [payout(calls, puts, price_of(strike)) for strike in (24_700, 24_800, 24_900)]

    assert pains == [money_of(1_500), 0, money_of(1_000)]
    assert max_pain(calls, puts, price_of(24_750)) == price_of(24_800)


def test_t46_premium_60_allows_a_limit_of_84_and_not_of_90(rules):
    # Limit price protection of options on NSE: 40 % of the reference above ₹50.
    band = rules.price_protection(Exchange.NFO, Kind.CALL, date(2026, 8, 19), price_of(60))

    assert isinstance(band, PriceBand)
    assert band.highest == price_of(84)
    assert price_of(90) not in band
