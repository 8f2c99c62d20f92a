"""Portfolios, positions and the chain as grid sources: live values, folding, and nothing done without a quote."""

import msgspec
import pytest

from desktop.presentation import formats
from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.grid_source import Expander
from desktop.viewmodels.option_chain import CHAIN_COLUMNS, ChainSource
from desktop.viewmodels.portfolios import PORTFOLIO_COLUMNS, PortfoliosSource
from desktop.viewmodels.positions import POSITION_COLUMNS, PositionsSource
from desktop.widgets.data_grid import FastGrid
from engine.domain.multileg.states import PortfolioState
from engine.views.amounts import rupees_text
from engine.views.positions import PositionLevel
from engine.views.why import ReasonState
from tests.gui.engine_desk import listening, standing_desk, tell

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CALL = "NFO:NIFTY26AUG24100CE"


@pytest.fixture
def desk(qapp):
    engine, bridge = standing_desk()
    yield engine, bridge
    bridge.deleteLater()


def texts(source, row):
    painted = source.cells(row, row + 1)[0]
    return dict(zip((column.key for column in source.columns), painted.texts, strict=True))


def test_a_portfolios_profit_moves_with_the_quotes(desk):
    engine, bridge = desk
    source = listening(PortfoliosSource(bridge), bridge)
    source.refresh(0)
    before = source.mark_of("P1").profit
    row = engine.master.row(CALL)
    last = int(bridge.quotes([row])[0, 0])

    engine.quote(row, last - 10_000)
    source.refresh(200)

    # ₹1 less on 130 units that were sold.
    assert source.mark_of("P1").profit == before + 130 * 10_000
    assert source.take_changes().reset
    assert texts(source, 0)["profit"].startswith(("+", "−"))


def test_lines_change_only_where_a_quote_came(desk):
    engine, bridge = desk
    source = listening(PortfoliosSource(bridge), bridge)
    source.refresh(0)
    source.take_changes()
    source.refresh(200)
    quiet = source.take_changes().rows.tolist()

    engine.quote(engine.master.row(CALL), 1_000_000)
    source.refresh(400)

    assert quiet == []
    assert 3 in source.take_changes().rows.tolist()


def test_a_portfolio_folds_over_its_legs(desk):
    _, bridge = desk
    source = listening(PortfoliosSource(bridge), bridge)
    source.refresh(0)
    unfolded = source.row_count()

    source.toggle(0)

    assert (unfolded, source.row_count()) == (5, 1)
    assert source.cells(0, 1)[0].expander is Expander.CLOSED
    source.toggle(0)
    assert source.row_count() == 5
    assert source.cells(0, 1)[0].expander is Expander.OPEN


def test_done_portfolios_can_be_left_out(desk):
    _, bridge = desk
    source = listening(PortfoliosSource(bridge), bridge)
    row = bridge.portfolios["P1"]
    flat = tuple(msgspec.structs.replace(leg, net_quantity=0) for leg in row.legs)

    tell(bridge, msgspec.structs.replace(row, state=PortfolioState.COMPLETED, legs=flat))
    source.refresh(0)
    shown = source.row_count()
    source.show_done(False)

    assert (shown, source.row_count()) == (5, 0)


def test_why_is_answered_with_live_values(desk):
    engine, bridge = desk
    source = listening(PortfoliosSource(bridge), bridge)
    engine.quote(engine.master.row(CALL), 1_500_000)
    source.refresh(200)

    found = source.reasons("P1")

    assert any("LTP 150.00, stop at 188.35: 38.35 away" in reason.sentence for reason in found)
    assert {reason.state for reason in found} == {ReasonState.NOTE}
    assert source.reasons("P9") == ()
    assert source.mark_of("P9") is None


def test_positions_show_the_tree_with_a_total_that_follows_the_quotes(desk):
    engine, bridge = desk
    source = listening(PositionsSource(bridge), bridge)
    source.refresh(0)
    before = source.total
    assert before is not None
    assert [source.row(number).level for number in range(8)] == [*list(PositionLevel)[:4], *[PositionLevel.LEG] * 4]

    row = engine.master.row(CALL)
    engine.quote(row, int(bridge.quotes([row])[0, 0]) + 10_000)
    source.refresh(50)
    throttled = source.total
    source.refresh(300)

    assert throttled == before
    assert source.total.mtm == before.mtm - 130 * 10_000


def test_all_panels_of_a_frame_tell_one_profit(desk):
    engine, bridge = desk
    portfolios, positions = listening(PortfoliosSource(bridge), bridge), listening(PositionsSource(bridge), bridge)
    row = engine.master.row(CALL)

    for frame in range(1, 40):
        now_ms = 33 * frame
        engine.quote(row, 1_500_000 + 500 * frame)
        portfolios.refresh(now_ms)
        # The market moves on between two panels of one frame.
        engine.quote(row, 1_400_000 + 700 * frame)
        positions.refresh(now_ms)

        mark = portfolios.mark_of("P1")
        told = " ".join(reason.sentence for reason in portfolios.reasons("P1"))
        assert positions.total.mtm + positions.total.booked == mark.profit
        assert f"Profit {rupees_text(mark.profit)}" in told
        assert mark.trough <= mark.profit <= mark.peak


def test_a_closed_leg_shows_its_entry_and_its_exit(desk):
    _, bridge = desk
    row = bridge.portfolios["P1"]
    closed = msgspec.structs.replace(row.legs[3], net_quantity=0, average_exit=1_234_500, closed_at=row.started_at)
    tell(bridge, msgspec.structs.replace(row, legs=(*row.legs[:3], closed)))
    source = listening(PositionsSource(bridge), bridge)
    source.show_closed(True)

    source.refresh(0)

    shown = texts(source, 7)
    assert (shown["average"], shown["exit"]) == (formats.price(closed.average_entry), "123.45")


def test_the_money_follows_the_spot_and_not_the_forward(desk):
    engine, bridge = desk
    source = ChainSource(bridge)
    source.show_chain("NIFTY", source.expiries("NIFTY")[0])

    engine.quote(source.ladder.spot_row, 240_749_500)
    source.refresh(500)
    below = texts(source, source.chain.at_the_money)["strike"]
    engine.quote(source.ladder.spot_row, 240_750_000)
    source.refresh(1_000)

    assert below == "24050"
    assert texts(source, source.chain.at_the_money)["strike"] == "24100"


def test_a_contract_in_which_the_brokers_books_differ_is_marked(desk):
    _, bridge = desk
    tell(bridge, msgspec.structs.replace(bridge.status, drift=((CALL, -130, -65),)))
    source = listening(PositionsSource(bridge), bridge)

    source.refresh(0)

    assert texts(source, 6)["quantity"] == "≠ −130"
    assert "The broker holds −65" in source.tooltip(6, 1)
    assert texts(source, 4)["quantity"] == "+130"


def test_positions_fold_by_group(desk):
    _, bridge = desk
    source = listening(PositionsSource(bridge), bridge)
    source.refresh(0)

    source.toggle(2)
    folded = [source.row(number).level for number in range(source.row_count())]
    source.toggle(2)

    assert folded == [PositionLevel.TOTAL, PositionLevel.UNDERLYING, PositionLevel.EXPIRY]
    assert source.row_count() == 8


def test_closed_legs_of_the_day_can_be_shown(desk):
    _, bridge = desk
    row = bridge.portfolios["P1"]
    closed = msgspec.structs.replace(row.legs[3], net_quantity=0, closed_at=row.started_at)
    tell(bridge, msgspec.structs.replace(row, legs=(*row.legs[:3], closed)))
    source = listening(PositionsSource(bridge), bridge)
    source.refresh(0)
    held = source.row_count()

    source.show_closed(True)
    source.refresh(10)

    assert (held, source.row_count()) == (7, 8)


def test_the_chain_shows_both_sides_and_finds_the_contract_of_a_cell(desk):
    _, bridge = desk
    source = ChainSource(bridge)
    assert source.chain is None
    assert list(source.underlyings()) == ["NIFTY"]

    source.show_chain("NIFTY", source.expiries("NIFTY")[0])

    assert source.chain is not None
    money = source.chain.at_the_money
    assert money is not None
    assert source.cells(money, money + 1)[0].highlighted
    assert texts(source, money)["strike"] == "24100"
    call = source.contract_at(money, "call_last")
    put = source.contract_at(money, "put_bid")
    assert (call.id, put.id) == (CALL, "NFO:NIFTY26AUG24100PE")
    assert source.contract_at(money, "strike") is None


def test_a_tick_flashes_its_cell_and_leaves_the_others(desk):
    engine, bridge = desk
    source = ChainSource(bridge)
    source.show_chain("NIFTY", source.expiries("NIFTY")[0])
    source.take_changes()
    row = engine.master.row(CALL)

    engine.quote(row, int(bridge.quotes([row])[0, 0]) + 500)
    source.refresh(500)

    changes = source.take_changes()
    money = source.chain.at_the_money
    column = next(number for number, column in enumerate(source.columns) if column.key == "call_last")
    assert changes.signs[changes.rows.tolist().index(money), column] == 1


def test_five_thousand_ticks_cost_a_grid_few_frames(desk, qtbot):
    engine, bridge = desk
    source = ChainSource(bridge)
    source.show_chain("NIFTY", source.expiries("NIFTY")[0])
    grid = FastGrid(source, source.columns, built_in_theme("dark"), "Option chain")
    qtbot.addWidget(grid)
    row = engine.master.row(CALL)
    frames = 0

    for tick in range(5_000):
        engine.quote(row, 1_000_000 + tick * 5)
        if tick % 500 == 499:
            source.refresh(tick)
            grid.refresh(tick)
            frames += 1

    assert frames == 10
    money = source.chain.at_the_money
    assert texts(source, money)["call_last"] == "102.50"


@pytest.mark.parametrize("columns", [PORTFOLIO_COLUMNS, POSITION_COLUMNS, CHAIN_COLUMNS])
def test_column_keys_are_unique(columns):
    keys = [column.key for column in columns]

    assert len(set(keys)) == len(keys)
