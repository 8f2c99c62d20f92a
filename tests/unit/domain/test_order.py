"""Order states, sides and tags."""

import pytest

from engine.domain.order import (
    RESTING,
    TERMINAL,
    OrderStatus,
    OrderTransitionError,
    Side,
    TagError,
    may_follow,
    next_status,
    order_tag,
)

S = OrderStatus


def test_only_a_late_fill_or_news_of_a_living_order_leaves_a_terminal_state():
    left = {(status, after) for status in TERMINAL for after in S if may_follow(status, after)}

    assert left == {
        (S.CANCELLED, S.COMPLETE),
        (S.REJECTED, S.COMPLETE),
        (S.REJECTED, S.CANCELLED),
        (S.NOT_SENT, S.COMPLETE),
        (S.NOT_SENT, S.CANCELLED),
        (S.NOT_SENT, S.OPEN),
    }


@pytest.mark.parametrize("status", [status for status in S if status not in TERMINAL])
def test_every_living_order_can_end_in_every_way(status):
    assert {after for after in S if may_follow(status, after)} >= TERMINAL


def test_nothing_becomes_new_again_or_follows_itself():
    assert not any(may_follow(status, S.NEW) or may_follow(status, status) for status in S)


@pytest.mark.parametrize("status", [S.NEW, S.SENT, S.ACKED, *sorted(RESTING, key=lambda state: state.value)])
def test_any_living_order_can_become_unknown(status):
    assert may_follow(status, S.UNKNOWN)


def test_an_impossible_step_is_refused():
    assert next_status(S.OPEN, S.COMPLETE) is S.COMPLETE
    with pytest.raises(OrderTransitionError, match="an order that is COMPLETE cannot become OPEN"):
        next_status(S.COMPLETE, S.OPEN)


def test_sides_have_signs_and_opposites():
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)
    assert Side.BUY.opposite is Side.SELL
    assert Side.SELL.opposite is Side.BUY


@pytest.mark.parametrize(
    ("number", "tag"), [(0, "LW00000"), (1, "LW00001"), (35, "LW0000Z"), (36, "LW00010"), (36**5, "LW100000")]
)
def test_tags_count_in_letters_and_digits(number, tag):
    assert order_tag("LW", number) == tag


def test_tags_of_one_lineage_are_all_different_and_short():
    tags = {order_tag("A1B2C3", number) for number in range(5_000)}

    assert len(tags) == 5_000
    assert all(len(tag) <= 20 and tag.isalnum() for tag in tags)


@pytest.mark.parametrize("lineage", ["A-B", "Ä", "A" * 16, "a b"])
def test_a_lineage_that_makes_bad_tags_is_refused(lineage):
    with pytest.raises(TagError, match="must be at most 20 letters and digits"):
        order_tag(lineage, 1)


def test_a_negative_order_number_is_refused():
    with pytest.raises(TagError, match="from 0"):
        order_tag("LW", -1)
