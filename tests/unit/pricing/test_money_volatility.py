"""Volatility at the money; figures of thirty days are worked out by hand from variance that goes straight in time."""

import pytest

from engine.pricing import black76
from engine.pricing.money_volatility import MoneyVolatility, at_the_money, of_thirty_days


def month(days, volatility):
    return MoneyVolatility(days / 365, volatility)


def test_thirty_days_lie_between_two_expiries_by_their_total_variance():
    # 20 days at 12 %: 0.288; 40 days at 15 %: 0.9; halfway 0.594; over 30 days 0.0198, whose root is 14.0712 %.
    found = of_thirty_days([month(20, 0.12), month(40, 0.15), month(70, 0.9)])

    assert found is not None
    assert found.volatility == pytest.approx(0.140712, abs=1e-6)
    assert str(found.percent()) == "14.07"


def test_an_expiry_of_thirty_days_is_itself_and_on_one_side_the_nearest_counts():
    assert of_thirty_days([month(3, 0.2), month(30, 0.15)]) == (pytest.approx(30 / 365), pytest.approx(0.15))
    assert of_thirty_days([month(40, 0.15), month(70, 0.2)]) == month(40, 0.15)
    assert of_thirty_days([month(3, 0.2), month(10, 0.18)]) == month(10, 0.18)
    assert of_thirty_days([]) is None


def test_call_and_put_give_back_the_volatility_they_were_priced_with():
    forward, strike, years = 248_500_000, 248_500_000, 30 / 365
    call, put = (int(black76.price(forward, strike, years, 0, 0.13, is_call)) for is_call in (True, False))

    found = at_the_money(call, put, forward, strike, years)

    assert found is not None
    assert found.volatility == pytest.approx(0.13, abs=1e-5)


def test_prices_without_a_volatility_answer_none():
    assert at_the_money(0, 0, 248_500_000, 248_500_000, 30 / 365) is None
    assert at_the_money(1_000_000, 1_000_000, 248_500_000, 248_500_000, 0.0) is None
