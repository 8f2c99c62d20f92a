"""Files say what is known, not what there was room to write: typed and exact, for every table."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.accounts import AccountsModel, TagsModel
from desktop.viewmodels.funds import FundsModel
from desktop.viewmodels.latency import LatencyModel
from desktop.viewmodels.messages import MessagesModel
from desktop.viewmodels.orders import OrdersModel
from desktop.viewmodels.portfolios import PortfoliosSource
from desktop.viewmodels.positions import PositionsSource
from desktop.viewmodels.risk_console import RiskSource, StopsModel
from desktop.viewmodels.table_extract import extract_of_model, extract_of_source
from desktop.viewmodels.trade_figures import BUCKET_COLUMNS, SUMS
from desktop.viewmodels.trade_history import TRADE_COLUMNS
from desktop.viewmodels.trade_review import TradeChoice, TradeGrouping, review
from engine.views.positions import PositionLevel
from tests.gui.engine_desk import standing_desk
from tests.unit.views.test_trade_statistics import MONDAY, ROWS

WORDS = {
    "portfolios": {"stop", "target", "floor", "legs"},
    "accounts": {"square_off", "lock"},
    "tags": {"lock", "entry_retry", "exit_retry"},
    "risk": {"used", "limit", "left"},
    "positions": {"product"},
    "orders": {"price"},
}
"""Columns that stand right and may be texts: several numbers, a time of day, or a level on another measure."""


@pytest.fixture
def standing(qapp):
    engine, bridge = standing_desk()
    yield engine, bridge
    bridge.deleteLater()


def painted(source):
    return extract_of_source(source, range(len(source.columns)), [])


def modelled(model):
    return extract_of_model(model, range(len(model.columns)), [])


def extracts(bridge):
    """Answer every table of the desk by its name."""
    theme = built_in_theme()
    positions, portfolios, risk = PositionsSource(bridge), PortfoliosSource(bridge), RiskSource(bridge)
    positions.refresh(0)
    portfolios.refresh(0)
    risk.refresh()
    funds = FundsModel(bridge, theme)
    funds.show_account("PAPER")
    funds.refresh()
    models = {
        "orders": OrdersModel,
        "accounts": AccountsModel,
        "tags": TagsModel,
        "messages": MessagesModel,
        "stops": StopsModel,
        "latency": LatencyModel,
    }
    return {
        "positions": painted(positions),
        "portfolios": painted(portfolios),
        "risk": painted(risk),
        "funds": modelled(funds.funds),
        "margins": modelled(funds.margins),
        **{name: modelled(kind(bridge, theme)) for name, kind in models.items()},
    }


def cells(extract):
    """Yield each cell of an extract: its column, its row, and what a file says of it."""
    for row, values in zip(extract.rows, extract.lines(), strict=True):
        for column, value in zip(extract.columns, values, strict=False):
            yield column, row, value


def test_no_number_leaves_as_a_text(standing):
    _, bridge = standing
    texts = {}

    for name, extract in extracts(bridge).items():
        for column, row, value in cells(extract):
            if column.align and isinstance(value, str) and any(letter.isdigit() for letter in column.text(row)):
                texts.setdefault(name, set()).add(column.key)

    assert {name: keys - WORDS.get(name, set()) for name, keys in texts.items() if keys - WORDS.get(name, set())} == {}


def test_what_is_rounded_on_screen_is_whole_in_a_file(standing):
    _, bridge = standing
    found = extracts(bridge)

    positions = {(row.key, column.key): value for column, row, value in cells(found["positions"])}
    total = next(row for row in found["positions"].rows if row.level is PositionLevel.TOTAL)
    assert positions[total.key, "total"] * 10_000 == total.profit
    assert float(positions[total.key, "theta"]) == pytest.approx(total.theta, abs=1e-9)
    assert positions[total.key, "percent"] == pytest.approx(Decimal(total.percent * 100), abs=Decimal("1e-9"))

    for name, key, units in (
        ("portfolios", "margin", lambda row: row.figures.margin),
        ("accounts", "margin_free", lambda row: row.margin_free),
        ("accounts", "intraday", lambda row: row.figures.intraday),
        ("tags", "profit", lambda row: row.profit),
        ("margins", "scan", lambda row: row.scan),
        ("funds", "ours", lambda row: row.ours),
    ):
        said = [(row, value) for column, row, value in cells(found[name]) if column.key == key and value is not None]
        assert said
        assert all(isinstance(value, Decimal) and value * 10_000 == units(row) for row, value in said), (name, key)


def test_moments_truths_and_counts_have_their_types(standing):
    _, bridge = standing
    found = extracts(bridge)

    for name, key, kind in (
        ("messages", "time", datetime),
        ("portfolios", "square_off", datetime),
        ("portfolios", "check", bool),
        ("portfolios", "orders", int),
        ("positions", "quantity", int),
        ("positions", "days", int),
        ("accounts", "enabled", bool),
        ("accounts", "orders", int),
        ("tags", "portfolios", int),
        ("latency", "count", int),
    ):
        said = [value for column, _row, value in cells(found[name]) if column.key == key and value is not None]
        assert said
        assert {type(value) for value in said} == {kind}, (name, key)


def test_limits_are_numbers_and_their_unit_has_a_column(standing):
    _, bridge = standing
    said = {}
    for column, row, value in cells(extracts(bridge)["risk"]):
        if row.use is not None and row.use.owner.value == "account":
            said.setdefault(row.use.field, {})[column.key] = value

    loss, orders = said["limits.daily_loss"], said["limits.orders_per_day"]
    assert isinstance(loss["used"], Decimal)
    assert loss["unit"] == "₹"
    assert isinstance(orders["used"], int)
    assert orders["left"] == orders["limit"] - orders["used"]


def test_trades_and_their_sums_leave_with_exact_money_and_seconds():
    found = review(ROWS, TradeChoice(grouping=TradeGrouping.DAY), MONDAY + timedelta(days=7))
    values = {column.key: column.value for column in TRADE_COLUMNS}
    line = next(line for line in found.lines if line.row is not None)
    group = next(line for line in found.lines if line.sums is not None)

    assert values["net"](line) * 10_000 == line.row.net
    assert isinstance(values["entered"](line), datetime)
    assert values["held"](line) * 1_000_000 == line.row.held_for
    assert values["net"](group) * 10_000 == group.sums.net
    assert values["lots"](group) is None
    bucket = 0, SUMS["Day"](found.statistics)[0]
    said = {column.key: column.value(bucket) for column in BUCKET_COLUMNS if column.value is not None}
    assert said["net"] * 10_000 == bucket[1].net
    assert said["trades"] == bucket[1].trades
