from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.charges import Charges, contract_note, order_charges, total
from engine.domain.instrument import Exchange, Kind
from engine.domain.money import Money
from engine.domain.order import Side
from engine.runtime.market_rules_store import load_market_rules

RULES = load_market_rules(Path(__file__).resolve().parents[2] / "resources" / "market")
RATES = [
    RULES.charge_rates(exchange, kind, on)
    for exchange in (Exchange.NFO, Exchange.BFO)
    for kind in (Kind.CALL, Kind.FUTURE)
    for on in (date(2023, 6, 1), date(2024, 10, 1), date(2026, 6, 4))
]
VALUES = st.integers(0, 10**16).map(Money)
ORDERS = st.tuples(st.sampled_from(RATES), st.sampled_from(Side), VALUES)


@given(ORDERS)
def test_charges_equal_the_formula_in_exact_fractions(order: tuple) -> None:
    rates, side, value = order
    amount = Fraction(value, 10_000)
    percent = {name: Fraction(getattr(rates, name)) / 100 for name in ("transaction", "ipft", "sebi", "gst")}
    stt, stamp = (rates.stt_buy, rates.stamp_buy) if side is Side.BUY else (rates.stt_sell, rates.stamp_sell)
    fee = Fraction(rates.brokerage.of(Decimal(value) / 10_000)) if value else Fraction(0)

    charges = order_charges(rates, side, value)

    fees = amount * (percent["transaction"] + percent["ipft"] + percent["sebi"])
    taxes = amount * (Fraction(stt) + Fraction(stamp)) / 100
    assert Fraction(charges.total) == (fee + fees) * (1 + percent["gst"]) + taxes


@given(st.lists(ORDERS, max_size=6))
def test_a_total_is_the_sum_of_its_orders_whatever_their_order(orders: list[tuple]) -> None:
    charges = [order_charges(*order) for order in orders]

    assert total(charges) == total(reversed(charges))
    assert total(charges).total == sum((one.total for one in charges), Decimal(0))


@given(st.lists(ORDERS, max_size=6))
def test_a_contract_note_differs_by_at_most_a_rupee(orders: list[tuple]) -> None:
    charges = [order_charges(*order) for order in orders]

    assert abs(contract_note(charges).total - total(charges).total) <= 1


@given(ORDERS, ORDERS)
@settings(max_examples=50)
def test_a_larger_order_never_costs_less(first: tuple, second: tuple) -> None:
    rates, side, value = first
    smaller, larger = sorted((value, second[2]))

    assert order_charges(rates, side, Money(smaller)).total <= order_charges(rates, side, Money(larger)).total


@given(ORDERS)
def test_money_is_the_exact_total_rounded_once(order: tuple) -> None:
    charges: Charges = order_charges(*order)

    assert abs(Fraction(charges.total) * 10_000 - charges.total_money()) <= Fraction(1, 2)
