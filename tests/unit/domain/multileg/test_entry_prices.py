"""Rounding, adjusting and directions of entry prices."""

from decimal import Decimal

import pytest

from engine.domain.money import money_of, price_of
from engine.domain.multileg.entry import Direction, FromReference, TypedPrice
from engine.domain.multileg.entry_prices import crossing_of, entry_price, has_fired, inferred, premium_gap, rounded
from engine.domain.multileg.unit import Unit


@pytest.mark.parametrize(
    ("reference", "rounding", "expected"),
    [
        ("4823.7", "5", "4825"),  # Executor reference §1.3.1, rounding.
        ("4823", "50", "4800"),  # The same: the formula, not the table of the source.
        ("235", "5", "235"),
        ("235.30", "0.5", "235"),
        ("235.50", "0.5", "236"),
        ("235.30", "0", "235.30"),
        ("-235.30", "5", "-235"),
    ],
)
def test_a_reference_is_rounded_to_a_multiple_or_by_its_fraction(reference, rounding, expected):
    assert rounded(price_of(reference), Decimal(rounding)) == price_of(expected)


def test_ruling_10_rounds_first_and_adjusts_then():
    rule = FromReference(rounding=Decimal(5), adjust=Decimal(-10), unit=Unit.PERCENT)

    assert entry_price(rule, price_of(235)) == price_of("211.50")
    assert entry_price(rule, price_of("233.10")) == price_of("211.50")


def test_the_sign_of_an_adjustment_is_explicit():
    assert entry_price(FromReference(adjust=Decimal(-5)), price_of(200)) == price_of(190)
    assert entry_price(FromReference(adjust=Decimal(5)), price_of(200)) == price_of(210)
    assert entry_price(FromReference(adjust=Decimal(-5), unit=Unit.POINTS), price_of(200)) == price_of(195)


def test_a_typed_price_needs_no_reference():
    assert entry_price(TypedPrice(price=Decimal("211.5")), None) == price_of("211.50")
    assert entry_price(FromReference(), None) is None


def test_auto_waits_for_a_fall_below_the_reference_and_for_a_rise_above_it():
    assert inferred(Direction.AUTO, price_of(210), price_of(235)) is Direction.AT_MOST
    assert inferred(Direction.AUTO, price_of(260), price_of(235)) is Direction.AT_LEAST
    assert inferred(Direction.AUTO, price_of(235), price_of(235)) is None
    assert inferred(Direction.AT_LEAST, price_of(210), price_of(235)) is Direction.AT_LEAST


def test_a_crossing_needs_to_have_been_on_the_other_side():
    level = price_of(25_000)

    assert has_fired(Direction.CROSS_UP, price_of(25_010), level, side_before=-1)
    assert not has_fired(Direction.CROSS_UP, price_of(25_010), level, side_before=1)
    assert not has_fired(Direction.CROSS_UP, price_of(25_010), level, side_before=0)
    assert has_fired(Direction.CROSS_DOWN, price_of(25_000), level, side_before=1)
    assert crossing_of(Direction.AT_LEAST) is Direction.CROSS_UP
    assert crossing_of(Direction.CROSS_DOWN) is Direction.CROSS_DOWN


def test_a_gap_of_premiums_is_measured_against_the_larger():
    assert premium_gap([price_of(120), price_of(90)]) == money_of(25)
    assert premium_gap([price_of(90), price_of(120)]) == money_of(25)
