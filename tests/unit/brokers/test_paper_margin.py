"""The margin estimate: worked by hand from the model's own statement."""

import pytest

from engine.domain.margin import Holding, basket_margin, blocked_margin
from engine.domain.money import money_of
from tests.unit.brokers.paper_world import CE, CE_WING, COIN, EXPIRED, FUTURE, PE, PE_WING, rupee

PRICES = {
    CE.id: rupee("100"),
    PE.id: rupee("100"),
    CE_WING.id: rupee("10"),
    PE_WING.id: rupee("10"),
    COIN.id: rupee("5000000"),
}
SPOTS = {"NIFTY": rupee("24850"), "BTC": rupee("5000000")}

CASES = [
    ("a bought option costs its premium", [(CE, 65)], "6500"),
    # 10 % of 24,850 in the money, 2 % exposure, less the premium: (2485 + 497 - 100) x 65
    ("a naked sale", [(CE, -65)], "187330"),
    # one side can be in the money, both have exposure: (2485 + 2 x 497 - 200) x 65
    ("a straddle is scanned as one", [(CE, -65), (PE, -65)], "213135"),
    # the width less the credit: (500 - 90) x 65
    ("a credit spread is what it can lose", [(CE, -65), (CE_WING, 65)], "26650"),
    # one wing at a time: (500 - 180) x 65
    ("an iron butterfly is what it can lose", [(CE, -65), (PE, -65), (CE_WING, 65), (PE_WING, 65)], "20800"),
    ("a debit spread costs its debit", [(CE, 65), (CE_WING, -65)], "5850"),
    ("a future is scanned both ways", [(FUTURE, -65)], "161525"),
    ("a bought coin is paid in full", [(COIN, 10)], "500000"),
    ("a coin sold short blocks its value", [(COIN, -10)], "500000"),
    ("nothing costs nothing", [], "0"),
]


@pytest.mark.parametrize(("case", "basket", "needed"), CASES, ids=[case[0] for case in CASES])
def test_margin_of(case, basket, needed) -> None:
    holdings = [Holding(instrument, quantity) for instrument, quantity in basket]

    margin = basket_margin(holdings, PRICES, SPOTS)

    assert margin == money_of(needed)


def test_half_a_hedge_covers_half() -> None:
    whole = blocked_margin([Holding(CE, -130), Holding(CE_WING, 130)], PRICES, SPOTS)

    half = blocked_margin([Holding(CE, -130), Holding(CE_WING, 65)], PRICES, SPOTS)

    # The scan stops at 27,335: 2 x 2485 owed, 1985 back; exposure on one lot.
    assert half == money_of((2 * 2485 - 1985 + 497) * 65)
    assert whole == money_of(500 * 130)


def test_a_later_expiry_covers_an_earlier_one_and_never_the_other_way_round() -> None:
    near, far = EXPIRED, CE

    covered = blocked_margin([Holding(near, -65), Holding(far, 65)], PRICES, SPOTS)
    uncovered = blocked_margin([Holding(near, 65), Holding(far, -65)], PRICES, SPOTS)
    used_twice = blocked_margin([Holding(near, -130), Holding(far, 65)], PRICES, SPOTS)

    assert covered == 0
    assert uncovered == used_twice == money_of((2485 + 497) * 65)
