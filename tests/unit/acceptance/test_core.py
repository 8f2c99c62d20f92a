"""Acceptance vectors of the executor reference, Appendix C, about what the engine does with legs, orders and time.

Where a vector is a whole story, it is a scenario file below tests/simulation/scenarios, and its test runs that file.
"""

from pathlib import Path

import pytest

from engine.domain import facts as f
from engine.domain.money import money_of, price_of
from engine.domain.multileg.states import ExitReason
from engine.domain.order import Purpose
from tests.helpers.core_desk import Desk, leg, portfolio, stop
from tests.helpers.scenario import read_scenario, run_scenario
from tests.unit.runtime.outgoing import Desk as OutboxDesk

SCENARIOS = Path(__file__).resolve().parents[2] / "simulation" / "scenarios"
CALL, PUT = (24850, "CE"), (24850, "PE")


def entered(*legs, price="120", **fields):
    """A desk on which a portfolio was entered whole at one price."""
    desk = Desk()
    desk.add(portfolio(*legs, **fields))
    desk.fill_all(price)
    return desk


def show(desk, *prices, contract=CALL):
    """Show one price after the other, a second apart; answer the reasons of the exits they led to."""
    facts = []
    for price in prices:
        desk.wait(1)
        facts += desk.quote({contract: price})
    return [fact.reason for fact in facts if isinstance(fact, f.LegExitDecided | f.PortfolioExitDecided)]


@pytest.mark.parametrize(
    ("vector", "side", "stop_at", "target_at"), [("T9", "SELL", "150", "60"), ("T10", "BUY", "90", "180")]
)
def test_t9_and_t10_stop_25_percent_and_target_50_percent_of_120(vector, side, stop_at, target_at):
    # T9: SELL 120, SL 25 %, tgt 50 % → 150.00 / 60.00. T10: BUY 120 → 90.00 / 180.00.
    one = entered(leg(side, "CE", stop_loss=stop(25), target=stop(50))).run.legs[0]

    assert (one.stop.value, one.target.value) == (price_of(stop_at), price_of(target_at))


def test_t12_and_t13_a_trailing_stop_follows_and_never_goes_back():
    # T12: X=10, Y=5, SELL 120, SL 150, LTP 100 → 140. T13: same, then LTP 130 → unchanged 140.
    desk = entered(leg("SELL", "CE", stop_loss=stop(25), trailing={"every": "10", "by": "5"}))

    show(desk, "100")
    followed = desk.run.legs[0].stop.value
    show(desk, "130")

    assert followed == price_of("140")
    assert desk.run.legs[0].stop.value == price_of("140")


def test_t14_combined_stop_of_30_percent_on_a_premium_of_235_is_at_305_50():
    desk = Desk()
    desk.quote({PUT: "115"})
    desk.add(portfolio(leg("SELL", "CE"), leg("SELL", "PE"), stop={"type": "premium", "distance": "30"}))
    for request in desk.pending():
        desk.fill(request, "120" if request.leg_id == 1 else "115")

    before = show(desk, "190.45")  # 190.45 + 115 = 305.45
    hit = show(desk, "190.50")

    assert desk.run.combined_premium == price_of("235")
    assert (before, hit) == ([], [ExitReason.COMB_SL])


def test_t15_the_profit_lock_raises_its_floor_and_closes_on_it():
    # Reach 3,000, lock 1,500, every 1,000 by 500 → floors 1,500 → 2,000 → 3,000 (two steps at once); exit at ≤ 3,000.
    desk = entered(leg("SELL", "CE"), profit_lock={"reach": "3000", "lock": "1500", "every": "1000", "by": "500"})

    show(desk, "73", "58", "27")  # 3,055 · 4,030 · 6,045
    exits = show(desk, "74")  # 2,990

    assert [fact.floor for fact in desk.of(f.ProfitLockMoved)] == [money_of(each) for each in (1_500, 2_000, 3_000)]
    assert exits == [ExitReason.COMB_TGT_TRAIL]


def test_t16_the_combined_stop_trails_from_4000_to_2000_and_closes_there():
    # Stop 4,000, every 1,000 by 1,000 → 4,000 → 3,000 → 2,000; exit at −2,000.
    fields = {"stop": {"type": "loss", "amount": "4000"}, "stop_trail": {"every": "1000", "by": "1000"}}
    desk = entered(leg("SELL", "CE"), **fields)

    show(desk, "104", "89")  # 1,040 · 2,015
    exits = show(desk, "150.75", "150.80")  # −1,998.75 · −2,002

    assert [fact.stop for fact in desk.of(f.CombinedStopMoved)] == [money_of(-3_000), money_of(-2_000)]
    assert exits == [ExitReason.COMB_SL_TRAIL]


# T23 … T29 failures of an entry · T38 slices · T46 clamp · T48 silent feed · T49 foreign price · T50 restart.
TOLD = ("T23", "T24", "T25", "T26", "T27", "T28", "T29", "T38", "T46", "T48", "T49", "T50")


def stories(vector):
    """The scenario files that tell a vector."""
    files = (path for path in sorted(SCENARIOS.rglob("*.toml")) if path.name != "awaited.toml")
    return [path for path in files if vector in read_scenario(path).get("proves", [])]


@pytest.mark.parametrize("vector", TOLD)
def test_the_story_of_a_vector(vector):
    told = stories(vector)

    assert told
    for path in told:
        run_scenario(path)


def test_t47_of_thirty_orders_in_a_second_eight_leave_and_the_exits_are_the_first():
    # OPS: 30 orders requested in 1 s → at most 8 (ruling 17) in the first second, exits first.
    desk = OutboxDesk()
    for number in range(25):
        desk.request(f"E{number}")
    for number in range(5):
        desk.exit(f"X{number}")

    desk.release()

    sent = [desk.books.orders[order_id].purpose for _, _, order_id in desk.gateway.log]
    assert sent == [Purpose.EXIT] * 5 + [Purpose.ENTRY] * 3
