"""The answers to "why?"."""

import msgspec

from engine.domain.identifiers import PortfolioId
from engine.domain.instant import SECOND, Instant
from engine.domain.multileg.states import KillLevel, LegState, PortfolioState
from engine.domain.reports import Channel
from engine.runtime.run import SimulatedRun
from engine.views.marks import PortfolioMark, portfolio_mark
from engine.views.portfolios import PortfolioRow, portfolio_row
from engine.views.status import EngineFigures, StatusRow, status_row
from engine.views.why import ReasonState, reasons
from tests.helpers.simulated_desk import at, portfolio, run_at, run_until, simulated_run


def row_of(run: SimulatedRun) -> PortfolioRow:
    return portfolio_row(run.state, run.state.books.portfolios[PortfolioId("P1")])


def mark_of(run: SimulatedRun) -> PortfolioMark:
    return portfolio_mark(row_of(run), dict(enumerate(run.state.board.values.tolist())))


def status_of(run: SimulatedRun, **changes: object) -> StatusRow:
    return msgspec.structs.replace(status_row(run.state, run.now, EngineFigures(), market_open=True), **changes)


def sentences(
    run: SimulatedRun, state: ReasonState | None = None, now: Instant | None = None, **status: object
) -> list[str]:
    found = reasons(row_of(run), mark_of(run), status_of(run, **status), now or run.now)
    return [reason.sentence for reason in found if state in (None, reason.state)]


def test_a_waiting_portfolio_counts_down_to_its_start() -> None:
    waiting = sentences(run_at(9, 16), ReasonState.WAITING, at(9, 16))

    assert waiting == ["Waits for 09:20:00: 00:04:00 to go"]


def test_what_is_met_stands_beside_what_is_not() -> None:
    met = sentences(run_at(9, 16), ReasonState.MET)

    assert "Entries are allowed until 15:00:00" in met
    assert any(sentence.startswith("NIFTY is at 24") for sentence in met)


def test_a_silent_feed_and_a_closed_market_are_named() -> None:
    silent = sentences(run_at(9, 16), ReasonState.WAITING, last_quote_at=Instant(at(9, 16) - 90 * SECOND), at=at(9, 16))
    closed = sentences(run_at(9, 16), ReasonState.WAITING, market_open=False)

    assert "Waits for a fresh quote: none since 00:01:30, the limit is 00:01:00" in silent
    assert "Waits for the market: it is closed now" in closed


def test_everything_that_keeps_openings_back_is_named() -> None:
    refused = sentences(
        run_at(9, 16),
        ReasonState.REFUSED,
        kill_level=KillLevel.NO_OPENINGS,
        kill_reason="odd prices",
        accounts=(),
        halted=True,
        halt_why="the max loss is reached",
        journal_failed=True,
        down=((Channel.ORDERS, "no answer"),),
        drift=(("NFO:X", 75, 0),),
    )

    assert refused == [
        "The kill switch is on: odd prices; release it first",
        "the max loss is reached: nothing is opened until the next day",
        "The journal cannot be written: nothing is opened until it can",
        "The orders line is down: no answer",
        "NFO:X: we hold +75, the broker says +0; explain that first",
    ]


def test_sold_legs_wait_behind_the_bought_ones() -> None:
    run = simulated_run(portfolios=(portfolio(),))
    run_until(run, at(9, 20))

    waiting = sentences(run, ReasonState.WAITING)

    assert "Leg 3 SELL NIFTY 25 Aug 24100 CE waits behind the bought legs" in waiting
    assert any(
        sentence.startswith("Leg 1 BUY NIFTY 25 Aug 24500 CE: 0 of 130 filled, 1 order works") for sentence in waiting
    )


def test_a_stop_is_told_with_price_level_and_distance() -> None:
    run = run_at(9, 30)
    row, mark = row_of(run), mark_of(run)
    sold, level = mark.legs[2], row.legs[2].stop
    assert level is not None
    assert sold.mark is not None

    notes = sentences(run, ReasonState.NOTE)

    distance = level.value - sold.mark
    expected = f"LTP {sold.mark / 10_000:.2f}, stop at {level.value / 10_000:.2f}: {distance / 10_000:.2f} away"
    assert f"Leg 3 SELL NIFTY 25 Aug 24100 CE: {expected}" in notes


def test_combined_levels_are_told_with_the_profit() -> None:
    notes = sentences(run_at(9, 30), ReasonState.NOTE)

    assert any(", combined stop at −₹9,000.00: ₹" in note for note in notes)
    assert any(", combined target at ₹50,000.00: ₹" in note for note in notes)
    assert any(", the profit lock goes on at ₹40,000.00: ₹" in note for note in notes)
    assert "Squares off at 15:15:00: 05:45:00 to go" in sentences(run_at(9, 30), now=at(9, 30))


def test_the_chain_of_reasons_begins_with_the_first_leg_that_was_closed() -> None:
    chain = sentences(run_at(15, 20))

    assert chain[0] == "Leg 4 SELL NIFTY 25 Aug 24100 PE closed at 10:21:45: stop loss: 188.30 ≥ 187.10 (LEG_SL)"
    assert chain[1].startswith("Leg 3 SELL NIFTY 25 Aug 24100 CE closed at 11:43:00: stop at cost: ")
    assert chain[-1] == "Straddle ended at 15:15:15: square-off time 15:15:00 (TIME)"


def test_a_refused_leg_shows_the_refusal_and_a_retried_one_its_next_attempt() -> None:
    run = run_at(9, 30)
    row = row_of(run)
    leg = msgspec.structs.replace(row.legs[2], state=LegState.ENTERING, working_orders=())
    denied = msgspec.structs.replace(leg, denied="There is no usable quote for this contract yet.")
    retried = msgspec.structs.replace(leg, attempt=2, again_at=Instant(run.now + 3 * SECOND), failure="RMS: blocked")
    entering = msgspec.structs.replace(row, state=PortfolioState.ENTERING)

    words = [
        reason.sentence
        for changed in (denied, retried)
        for reason in reasons(
            msgspec.structs.replace(entering, legs=(*row.legs[:2], changed, row.legs[3])),
            mark_of(run),
            status_of(run),
            run.now,
        )
    ]

    name = "Leg 3 SELL NIFTY 25 Aug 24100 CE"
    assert f"{name}: There is no usable quote for this contract yet." in words
    assert f"{name}: attempt 2 in 3.0 s: RMS: blocked" in words


def test_a_blocked_exit_says_what_to_do() -> None:
    run = run_at(9, 30)
    blocked = msgspec.structs.replace(row_of(run), state=PortfolioState.EXIT_BLOCKED)

    words = [reason.sentence for reason in reasons(blocked, mark_of(run), None, run.now)]

    assert any("close at the broker" in sentence for sentence in words)
