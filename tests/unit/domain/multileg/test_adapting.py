"""What is changed of a template before it is inserted: widths keep their order, ratios and expiries their distance."""

from decimal import Decimal

import pytest

from desktop.composition.folders import layout_path
from engine.domain.instrument import Exchange
from engine.domain.multileg.adapting import Adjustment, MarketView, adapted, base_ratio, market_view
from engine.domain.multileg.expiry import CurrentMonth, CurrentWeek, NextMonth, NextWeek
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.templates import TemplateKind, templates_from_toml
from engine.schema.load import dump, load, problems

TEMPLATES = {
    template.id: template
    for template in templates_from_toml(
        {path.name: path.read_text(encoding="utf-8") for path in layout_path("multileg").glob("*.toml")}
    )
}
STRUCTURES = [one for one in TEMPLATES.values() if one.kind is TemplateKind.STRUCTURE]


def steps(portfolio: MultilegPortfolio) -> list[int]:
    return [leg.strike.steps for leg in portfolio.legs]


@pytest.mark.parametrize(
    ("width", "expected"),
    [("1", [-8, 8, -4, 4]), ("2", [-16, 16, -8, 8]), ("0.5", [-4, 4, -2, 2]), ("0.1", [-2, 2, -1, 1])],
)
def test_the_width_moves_strikes_and_never_lets_them_meet(width, expected):
    wider = adapted(TEMPLATES["iron_condor"].portfolio, Adjustment(width=Decimal(width)))

    assert steps(wider) == expected


def test_the_ratio_changes_the_larger_legs_only():
    portfolio = TEMPLATES["call_ratio"].portfolio

    changed = adapted(portfolio, Adjustment(ratio=3, lots=2))

    assert base_ratio(portfolio) == 2
    assert [leg.lots for leg in changed.legs] == [2, 6]
    assert base_ratio(TEMPLATES["iron_condor"].portfolio) is None


def test_lots_keep_the_ratio():
    changed = adapted(TEMPLATES["batman"].portfolio, Adjustment(lots=5))

    assert sorted(leg.lots for leg in changed.legs) == [5, 5, 5, 5, 10, 10]


def test_a_calendar_keeps_its_distance_when_the_expiry_changes():
    portfolio = TEMPLATES["call_calendar"].portfolio
    assert [leg.expiry for leg in portfolio.legs] == [NextWeek(), None]

    monthly = adapted(portfolio, Adjustment(expiry=CurrentMonth()))

    assert (monthly.expiry, [leg.expiry for leg in monthly.legs]) == (CurrentMonth(), [NextMonth(), None])
    assert portfolio.expiry == CurrentWeek()


def test_another_underlying_takes_its_exchange_with_it():
    moved = adapted(TEMPLATES["iron_fly"].portfolio, Adjustment(underlying="SENSEX", exchange=Exchange.BFO))

    assert problems(dump(moved), MultilegPortfolio) == []


@pytest.mark.parametrize("template", STRUCTURES, ids=lambda one: one.id)
def test_every_structure_stays_right_at_both_ends_of_the_width(template):
    for width in ("0.25", "6"):
        changed = adapted(template.portfolio, Adjustment(width=Decimal(width), lots=2))

        assert load(dump(changed), MultilegPortfolio) == changed
        contracts = [(leg.kind, leg.strike, leg.expiry, leg.side) for leg in changed.legs]
        assert len(set(contracts)) == len(
            {(leg.kind, leg.strike, leg.expiry, leg.side) for leg in template.portfolio.legs}
        )


def test_nothing_wanted_changes_nothing():
    for template in STRUCTURES:
        assert adapted(template.portfolio, Adjustment()) == template.portfolio


def test_every_template_stands_under_one_heading():
    headings = {view: [one.id for one in TEMPLATES.values() if market_view(one) is view] for view in MarketView}

    assert all(headings.values())
    assert sum(len(ids) for view, ids in headings.items() if view is not MarketView.PRESET) == 67
    assert {"long_box", "short_box", "conversion", "reversal"} == set(headings[MarketView.ARBITRAGE])
    assert {"short_call_calendar", "pmcc"} <= set(headings[MarketView.CALENDAR])
    assert {"bull_call", "jade_lizard"} <= set(headings[MarketView.BULL])


def test_short_calendars_are_flagged_naked():
    for template_id in ("short_call_calendar", "short_put_calendar"):
        assert TEMPLATES[template_id].risk.label == "NAKED*"
        assert "naked" in TEMPLATES[template_id].note
