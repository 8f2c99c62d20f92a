from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.charges import Brokerage, ChargeRates, Charges, contract_note, exercise_charges, order_charges, total
from engine.domain.instrument import Exchange, Kind
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import Money, money_of
from engine.domain.order import Side
from engine.runtime.market_rules_store import load_market_rules

MARKET = Path(__file__).resolve().parents[3] / "resources" / "market"
ON = date(2026, 6, 4)


@pytest.fixture(scope="module")
def rules() -> MarketRules:
    return load_market_rules(MARKET)


@pytest.fixture(scope="module")
def options(rules: MarketRules) -> ChargeRates:
    return rules.charge_rates(Exchange.NFO, Kind.CALL, ON)


def charged(rates: ChargeRates, *orders: tuple[Side, str, int]) -> list[Charges]:
    return [order_charges(rates, side, money_of(Decimal(price) * quantity)) for side, price, quantity in orders]


def test_a_straddle_of_two_lots_costs_what_the_reference_works_out(options: ChargeRates) -> None:
    """Executor reference §6.6 worked example 1 and vector T40."""
    charges = total(
        charged(
            options,
            (Side.SELL, "120", 130),
            (Side.SELL, "115", 130),
            (Side.BUY, "90", 130),
            (Side.BUY, "100", 130),
        )
    )

    assert charges.total == Decimal("164.1949785")
    assert charges.total_text() == "164.19"
    assert charges.total_money() == money_of("164.1950")
    assert (charges.brokerage, charges.stt, charges.stamp) == (80, Decimal("45.825"), Decimal("0.741"))


def test_a_condor_left_to_expire_costs_what_the_reference_works_out(options: ChargeRates) -> None:
    """Worked example 2 with the premiums of the worked condor of §4.2; 107.08 is the contract note of the rulings."""
    orders = charged(
        options,
        (Side.SELL, "43.20", 65),
        (Side.SELL, "53.75", 65),
        (Side.BUY, "13.75", 65),
        (Side.BUY, "24.05", 65),
    )

    assert total(orders).total_text() == "107.61"
    assert contract_note(orders).total_text() == "107.08"


def test_stt_on_an_exercised_option_is_on_its_intrinsic_value(options: ChargeRates) -> None:
    """Worked example 3."""
    assert exercise_charges(options, money_of(150 * 65)).total == Decimal("14.625")


def test_a_contract_note_rounds_stt_and_stamp_duty_of_a_future_to_the_rupee(rules: MarketRules) -> None:
    """Worked example 4."""
    futures = rules.charge_rates(Exchange.NFO, Kind.FUTURE, ON)
    orders = charged(futures, (Side.SELL, "24850", 65), (Side.BUY, "24850", 65))

    assert (total(orders).stt, total(orders).stamp) == (Decimal("807.625"), Decimal("32.305"))
    assert (contract_note(orders).stt, contract_note(orders).stamp) == (808, 32)


def test_brokerage_of_a_small_future_is_its_percentage(rules: MarketRules) -> None:
    futures = rules.charge_rates(Exchange.NFO, Kind.FUTURE, ON)

    assert order_charges(futures, Side.BUY, money_of(10_000)).brokerage == 3
    assert order_charges(futures, Side.BUY, money_of(1_000_000)).brokerage == 20


def test_a_brokers_own_plan_replaces_the_usual_one(options: ChargeRates) -> None:
    charges = order_charges(options, Side.BUY, money_of(6_500), Brokerage(flat=Decimal(0)))

    assert charges.brokerage == 0
    assert charges.gst == (charges.transaction + charges.ipft + charges.sebi) * Decimal("0.18")


def test_an_order_that_filled_nothing_costs_nothing(options: ChargeRates) -> None:
    assert order_charges(options, Side.BUY, money_of(0)).total == 0


@pytest.mark.parametrize("value", [money_of(-1), money_of(10**13)])
def test_an_impossible_value_is_refused(options: ChargeRates, value: Money) -> None:
    with pytest.raises(ValueError, match="cannot be charged"):
        order_charges(options, Side.BUY, value)


@pytest.mark.parametrize(
    ("on", "percent"),
    [
        (date(2019, 6, 3), "0.05"),
        (date(2023, 3, 31), "0.05"),
        (date(2023, 4, 3), "0.0625"),
        (date(2024, 9, 30), "0.0625"),
        (date(2024, 10, 1), "0.1"),
        (date(2026, 3, 31), "0.1"),
        (date(2026, 4, 1), "0.15"),
    ],
)
def test_stt_on_sold_options_has_its_history(rules: MarketRules, on: date, percent: str) -> None:
    assert rules.charge_rates(Exchange.NFO, Kind.PUT, on).stt_sell == Decimal(percent)


def test_stamp_duty_is_uniform_on_the_buyer_since_july_2020(rules: MarketRules) -> None:
    before = rules.charge_rates(Exchange.NFO, Kind.CALL, date(2020, 6, 30))
    after = rules.charge_rates(Exchange.NFO, Kind.CALL, date(2020, 7, 1))

    assert before.stamp_sell == Decimal("0.003")
    assert (after.stamp_buy, after.stamp_sell) == (Decimal("0.003"), 0)
    assert not before.confirmed


def test_coins_cost_nothing(rules: MarketRules) -> None:
    rates = rules.charge_rates(Exchange.CRYPTO, Kind.CALL, ON)

    assert order_charges(rates, Side.SELL, money_of(100_000)).total == 0


def test_charges_of_an_unknown_date_are_refused_with_a_sentence(rules: MarketRules) -> None:
    with pytest.raises(UnknownRuleError, match="Charges of BSE F&O for CE on 2019-01-01 are not known"):
        rules.charge_rates(Exchange.BFO, Kind.CALL, date(2019, 1, 1))
