"""What the prices of now warn of before an entry."""

from decimal import Decimal

import pytest

from desktop.composition.folders import layout_path
from desktop.viewmodels.entry_cautions import live_cautions
from desktop.viewmodels.entry_estimate import estimate
from desktop.viewmodels.multileg_editor import MultilegEditor
from engine.domain.multileg.stop import Basis, StopLoss
from engine.domain.multileg.target import CombinedProfit, Target
from engine.domain.multileg.templates import template_from_toml
from engine.schema.declared import replace
from engine.schema.load import FieldError
from engine.views.preview import PreviewDesk
from tests.gui.engine_desk import standing_desk

STRADDLE = template_from_toml(layout_path("multileg", "short_straddle.toml").read_text(encoding="utf-8")).portfolio


@pytest.fixture(scope="module")
def found_in():
    _engine, bridge = standing_desk()
    desk = PreviewDesk(bridge.master, bridge.rules)
    snapshot = bridge.snapshot(0)

    def found(portfolio, alive=()):
        preview = desk.resolve(portfolio, snapshot.quotes(desk.rows_of(portfolio.underlying)), snapshot.at)
        return live_cautions(preview, estimate(preview, bridge.rules), alive)

    return found


def with_leg(**fields):
    return replace(STRADDLE, legs=(replace(STRADDLE.legs[0], **fields), *STRADDLE.legs[1:]))


def test_ordinary_levels_need_no_caution(found_in):
    assert found_in(with_leg(stop_loss=StopLoss(distance=Decimal(25)))) == []
    assert found_in(with_leg(stop_loss=StopLoss(basis=Basis.PREMIUM_PRICE, distance=Decimal(9_999)))) == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"stop_loss": StopLoss(basis=Basis.PREMIUM_PRICE, distance=Decimal("0.05"))}, "legs[0].stop_loss.distance"),
        ({"stop_loss": StopLoss(basis=Basis.UNDERLYING_PRICE, distance=Decimal(100))}, "legs[0].stop_loss.distance"),
        ({"target": Target(basis=Basis.PREMIUM_PRICE, distance=Decimal(9_999))}, "legs[0].target.distance"),
    ],
)
def test_a_level_that_is_passed_already_is_named(found_in, fields, path):
    (caution,) = found_in(with_leg(**fields))

    assert caution.path == path
    assert "passed already" in caution.reason


def test_a_target_beyond_the_most_possible_is_named(found_in):
    (caution,) = found_in(replace(STRADDLE, target=CombinedProfit(amount=Decimal(10_000_000))))

    assert (caution.path, "out of reach" in caution.reason) == ("target.amount", True)
    assert found_in(replace(STRADDLE, target=CombinedProfit(amount=Decimal(500)))) == []


def test_a_name_that_is_alive_is_named(found_in):
    assert [one.path for one in found_in(STRADDLE, {"Short Straddle"})] == ["name"]


def test_a_caution_whose_price_moves_is_confirmed_once(qapp):
    editor = MultilegEditor()
    editor.open_portfolio(replace(STRADDLE, name="x"))
    editor.take_live_cautions([FieldError("legs[0].target.distance", "this level is passed already: the price is 100")])
    editor.confirm_cautions()

    editor.take_live_cautions([FieldError("legs[0].target.distance", "this level is passed already: the price is 101")])

    assert editor.unconfirmed() == []
