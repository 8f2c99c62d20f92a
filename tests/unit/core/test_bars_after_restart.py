"""After a restart the day's frames from before it fill the bars that portfolios need."""

import numpy as np

from engine.core.pipeline import see_past
from engine.core.prices.candles import CLOSE
from engine.core.state import EngineState
from engine.domain.money import price_of
from engine.domain.quote import COLUMNS, QuoteFrame
from tests.helpers.core_desk import MASTER, P1, RULES, Desk, at, leg, portfolio

CONDITION = {
    "type": "condition",
    "condition": {
        "minutes": 1,
        "groups": [{"lines": [{"operator": "above", "right": {"type": "number", "value": "30000"}}]}],
    },
}


def frame(row, price, when):
    values = np.zeros((1, COLUMNS), dtype=np.int64)
    values[0, 0] = price_of(price)
    return QuoteFrame(when, np.array([row], dtype=np.int64), values)


def restarted():
    desk = Desk()
    desk.add(portfolio(leg("SELL", "CE"), entry=CONDITION))
    return desk.row("spot"), EngineState(MASTER, RULES, desk.state.books)


def test_bars_from_before_a_restart_are_there_again():
    row, state = restarted()

    for minute, price in ((15, "24800"), (16, "24810"), (17, "24820")):
        see_past(state, frame(row, price, at(9, minute, 30)))

    bars = state.candles.bars(row, 1, at(9, 18))
    assert bars.values[CLOSE].tolist() == [price_of("24800"), price_of("24810"), price_of("24820")]
    assert state.candles.high_low(row, at(9, 15), at(9, 18), at(9, 18)).is_valid()
    assert state.days.open(row) == price_of("24800")


def test_past_frames_decide_nothing_and_leave_the_board_as_it_was():
    row, state = restarted()

    see_past(state, frame(row, "31000", at(9, 17, 30)))

    assert state.board.arrival(row) == 0
    assert row not in state.ticks
    assert state.books.portfolios[P1].started_at is None


def test_rows_that_nobody_asks_bars_of_have_none_but_know_their_open():
    _, state = restarted()
    other = MASTER.row(MASTER.instruments[1].id)

    see_past(state, frame(other, "50", at(9, 16)))

    assert len(state.candles.bars(other, 1, at(9, 18))) == 0
    assert state.days.open(other) == price_of("50")
