"""The shipped templates are the reference's, and their risk is computed as the reference's was."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.multileg.documents import portfolio_from_toml, portfolio_to_toml
from engine.domain.multileg.expiry import CurrentMonth, CurrentWeek, NextWeek
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.move_to_cost import CostScope
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.stop import Basis, CombinedLoss
from engine.domain.multileg.strike import AtmOffset
from engine.domain.multileg.templates import TemplateKind, risk_of, template_from_toml, templates_from_toml
from engine.schema.documents import DocumentError
from engine.schema.load import load
from tests.unit.domain.multileg.template_table import ROWS

FOLDER = Path(__file__).resolve().parents[4] / "layouts" / "multileg"
TEMPLATES = {
    template.id: template
    for template in templates_from_toml({path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")})
}
PRESETS = {
    "demonstration",
    "straddle_0920",
    "strangle_0920_premium",
    "iron_fly_lock_trail",
    "strangle_0920_reentry",
    "rolling_straddle_breakout",
    "range_breakout_long",
    "expiry_day_hedged",
    "positional_credit_spread",
    "straddle_wait_5",
}


def test_every_strategy_of_the_reference_is_shipped_and_nothing_else_but_the_presets():
    assert TEMPLATES.keys() == {row[0] for row in ROWS} | PRESETS


def test_every_file_is_named_after_its_template():
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(TEMPLATES)


@pytest.mark.parametrize(("name", "legs", "view", "risk", "tails", "title"), ROWS, ids=[row[0] for row in ROWS])
def test_a_template_has_the_legs_view_risk_and_tails_of_the_reference(name, legs, view, risk, tails, title):
    template = TEMPLATES[name]

    shown = ", ".join(_leg_words(leg) for leg in template.portfolio.legs)

    assert (shown, template.view, template.name) == (legs, view, title)
    assert (template.risk.label, template.risk.tails) == (risk, tails)
    assert template.kind is TemplateKind.STRUCTURE


def _leg_words(leg: Leg) -> str:
    letter = leg.side.value[0]
    if leg.kind is LegKind.FUTURE:
        return f"{letter}{leg.lots} FUT FUT"
    assert isinstance(leg.strike, AtmOffset)
    offset = f"{leg.strike.steps:+d}" if leg.strike.steps else ""
    return f"{letter}{leg.lots} {leg.kind.value} K0{offset}" + (" @E+1" if leg.expiry == NextWeek() else "")


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_bought_legs_come_first_in_every_template(name):
    sides = [leg.side.value for leg in TEMPLATES[name].portfolio.legs if leg.kind is not LegKind.FUTURE]

    assert sides == sorted(sides)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_with_a_future_trades_the_monthly_expiry(name):
    portfolio = TEMPLATES[name].portfolio
    has_future = any(leg.kind is LegKind.FUTURE for leg in portfolio.legs)

    assert portfolio.expiry == (CurrentMonth() if has_future else CurrentWeek())


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_survives_being_written_and_read(name):
    portfolio = TEMPLATES[name].portfolio

    assert portfolio_from_toml(portfolio_to_toml(portfolio)) == portfolio


def test_the_demonstration_is_the_agreed_one():
    template = TEMPLATES["demonstration"]
    portfolio = template.portfolio

    assert [_leg_words(leg) for leg in portfolio.legs] == ["B2 PE K0-10", "B2 CE K0+10", "S2 CE K0", "S2 PE K0"]
    for wing, short in zip(portfolio.legs[:2], portfolio.legs[2:], strict=True):
        assert wing.stop_loss is None
        assert short.stop_loss is not None
        assert (short.stop_loss.basis, short.stop_loss.distance) == (Basis.PREMIUM_PERCENT, Decimal(25))
    assert portfolio.stop == CombinedLoss(amount=Decimal(9000))
    assert portfolio.move_to_cost is not None
    assert portfolio.move_to_cost.legs is CostScope.PROFITABLE
    lock = portfolio.profit_lock
    assert lock is not None
    assert (lock.reach, lock.lock, lock.every, lock.by) == (4000, 2000, 1000, 500)
    assert f"{portfolio.schedule.start:%H:%M} {portfolio.schedule.square_off:%H:%M}" == "09:20 15:15"
    assert (portfolio.underlying, template.risk.label) == ("NIFTY", "defined")


def _risk(*legs: tuple[str, str, str | dict[str, str]], expiry: str = "CW") -> str:
    data = [{"side": side, "kind": kind, "expiry": own} for side, kind, own in legs]
    return risk_of(load({"name": "x", "expiry": expiry, "legs": data}, MultilegPortfolio)).label


@pytest.mark.parametrize(
    ("legs", "label"),
    [
        ((("BUY", "CE", "CM"), ("SELL", "CE", "CW")), "defined*"),
        ((("BUY", "CE", "CW"), ("SELL", "CE", "CM")), "NAKED*"),
        ((("BUY", "CE", "CM"), ("SELL", "CE", "NW")), "NAKED*"),
        ((("BUY", "CE", "NM"), ("SELL", "CE", "NW")), "defined*"),
        ((("BUY", "FUT", "CM"), ("SELL", "CE", "NM")), "NAKED*"),
    ],
)
def test_a_sold_leg_that_may_outlive_its_protection_is_naked(legs, label):
    assert _risk(*legs) == label


def test_fixed_dates_are_compared_as_dates():
    near, far = ({"type": "date", "on": day} for day in ("2026-08-25", "2026-09-01"))

    assert _risk(("BUY", "CE", far), ("SELL", "CE", near)) == "defined*"
    assert _risk(("BUY", "CE", near), ("SELL", "CE", far)) == "NAKED*"
    assert _risk(("BUY", "CE", near), ("SELL", "CE", "CW")) == "NAKED*"


TEXT = 'schema = 1\n[template]\nid = "one"\nname = "One"\nview = "Bull"\n[[legs]]\nside = "BUY"\n'


def test_the_portfolio_of_a_template_is_called_like_the_template():
    assert template_from_toml(TEXT).portfolio.name == "One"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("schema = 1", "template.id: Id must be given"),
        (TEXT.replace('"one"', '"One Two"'), "template.id: Id must be small letters"),
        (TEXT + "lots = -1", "legs[0].lots: Lots must be at least 0"),
        ("schema = 99\n" + TEXT.split("\n", 1)[1], "newer than this Legwork reads (1); update Legwork"),
        ("template = 3", "template: must be a group of fields, not 3"),
    ],
)
def test_a_broken_template_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(DocumentError, match=re.escape(sentence)):
        template_from_toml(text)


def test_errors_of_all_files_are_named_together_with_their_file():
    with pytest.raises(DocumentError) as caught:
        templates_from_toml({"a.toml": TEXT, "b.toml": TEXT, "c.toml": "x ="})

    assert [error.path for error in caught.value.errors] == ["b.toml", "c.toml"]
    assert "has the id one already" in str(caught.value)
