"""The report of a run: one row for every execution of a leg."""

from engine.views.run_report import RunTally, run_report
from tests.helpers.action_desk import hit, later, running, sold
from tests.helpers.core_desk import RULES


def test_every_execution_of_a_leg_is_a_row_of_its_own() -> None:
    desk = running(sold("CE", "re_execute"))
    hit(desk, "150")
    desk.quote({(24850, "CE"): "120"})
    later(desk, 3)

    report = run_report(
        desk.state, RULES, begin=desk.facts[0].at, until=desk.now, messages=1, head="", tally=RunTally()
    )

    rows = report.document["portfolios"][0]["legs"]
    assert [(row["leg"], row["cycle"], row["execution"], row["origin"]) for row in rows] == [
        (1, 1, 1, "declared"), (1, 2, 1, "re-executed")
    ]  # fmt: skip
    assert rows[0]["exit_reason"] == "LEG_SL"
