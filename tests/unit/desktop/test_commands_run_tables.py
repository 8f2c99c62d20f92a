"""What a person sees of a run: a live table, and an outcome in which nothing is cut off."""

import io

from rich.console import Console

from desktop.commands.run_tables import glance_table, live_table, print_report
from engine.domain.instant import Instant
from engine.views.run_glance import PortfolioGlance, RunGlance

LEG = {
    "symbol": "NFO:BANKNIFTY26AUG2455000CE",
    "side": "SELL",
    "quantity": 1_800,
    "open_quantity": 0,
    "cycle": 1,
    "entry_time": "2026-08-19T09:20:00.200000+05:30",
    "entry_price": "1157.1500",
    "exit_time": "2026-08-19T12:48:48.100000+05:30",
    "exit_price": "1196.9000",
    "exit_reason": "LEG_COST",
}
WAITING = dict.fromkeys(LEG) | {"side": "BUY", "quantity": 0, "cycle": 1}


def outcome(name: str = "Straddle", legs: tuple[dict[str, object], ...] = (LEG, WAITING)) -> str:
    document = {
        "portfolios": [
            {
                "name": name,
                "state": "COMPLETED",
                "exit_reason": "TIME",
                "exit_detail": "the square-off time 15:15 is reached",
                "realised_pnl": "-5941.00",
                "charges": "303.96",
                "legs": list(legs),
            }
        ],
        "orders": 8,
        "trades": 8,
        "rejections": 0,
        "denials": 2,
        "market": {
            "from": "2026-08-19T09:15:00+05:30",
            "until": "2026-08-19T15:40:00+05:30",
            "messages": 23_100,
            "notes": ["It ended early"],
        },
        "journal_sha256": "c" * 64,
    }
    file = io.StringIO()
    print_report(document, Console(file=file, width=100))
    return file.getvalue()


def test_the_longest_symbol_and_every_figure_are_shown_whole_in_100_columns() -> None:
    shown = outcome()

    line = next(line for line in shown.splitlines() if "BANKNIFTY" in line)
    assert line.split() == [
        "NFO:BANKNIFTY26AUG2455000CE",
        "SELL",
        "1800",
        "09:20:00",
        "1157.1500",
        "12:48:48",
        "1196.9000",
        "LEG_COST",
    ]
    assert "It ended early" in shown
    assert "c" * 64 in shown


def test_a_name_that_looks_like_markup_is_shown_as_it_is() -> None:
    assert "[bold]X[/bold]" in outcome("[bold]X[/bold]")


def test_the_live_table_shows_time_progress_and_every_portfolio() -> None:
    row = PortfolioGlance(
        name="Straddle", state="RUNNING", profit="-266.50", booked="0.00", open_legs=4, closed_legs=0, exit_reason=""
    )
    glance = RunGlance(at=Instant(1_787_111_400_000_000), share=0.5, frames=2_512, orders=4, portfolios=(row,))
    file = io.StringIO()

    Console(file=file, width=100).print(glance_table(glance))

    shown = file.getvalue()
    assert "50%  2,512 frames, 4 orders" in shown
    assert all(word in shown for word in ("Straddle", "RUNNING", "-266.50"))


def test_nothing_is_drawn_for_a_machine() -> None:
    with live_table(quiet=True) as progress:
        assert progress is None


def test_what_is_still_open_of_a_leg_is_shown_beside_its_quantity_and_the_exit_so_far() -> None:
    part = LEG | {"open_quantity": 600, "exit_time": None, "exit_reason": None}

    shown = outcome(legs=(part,))

    line = next(line for line in shown.splitlines() if "BANKNIFTY" in line)
    assert line.split()[2:] == ["1800", "600", "09:20:00", "1157.1500", "1196.9000"]
