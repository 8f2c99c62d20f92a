"""Max pain."""

from engine.domain.money import Price
from engine.domain.open_interest import max_pain


def test_of_equal_strikes_the_one_nearer_the_money():
    assert max_pain({Price(25_000): 1}, {Price(24_700): 1, Price(24_900): 0}, 24_890) == 24_900


def test_without_any_open_interest_there_is_no_max_pain():
    assert max_pain({}, {}, 0) is None
    assert max_pain({Price(1): 0}, {}, 0) is None
