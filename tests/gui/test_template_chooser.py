"""The chooser of templates: headings, search, pictures, figures, and what is changed before the insertion."""

from decimal import Decimal

import pytest

from desktop.composition.desk import templates
from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.entry_estimate import estimate
from desktop.viewmodels.template_figures import badges, figures
from desktop.windows.template_chooser import TemplateChooser
from engine.domain.multileg.adapting import MarketView
from engine.views.preview import PreviewDesk
from tests.gui.engine_desk import standing_desk

TEMPLATES = templates()
BY_ID = {one.id: one for one in TEMPLATES}

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def chooser(qtbot):
    taken = []
    dialog = TemplateChooser(None, built_in_theme(), TEMPLATES, lambda _template: None, taken.append)
    dialog.taken = taken
    qtbot.addWidget(dialog)
    return dialog


@pytest.fixture(scope="module")
def figures_of():
    _engine, bridge = standing_desk()
    desk = PreviewDesk(bridge.master, bridge.rules)
    snapshot = bridge.snapshot(0)

    def found(template):
        rows = desk.rows_of(template.portfolio.underlying)
        return estimate(desk.resolve(template.portfolio, snapshot.quotes(rows), snapshot.at), bridge.rules)

    return found


def items(chooser):
    return [group.child(number) for group in chooser._groups() for number in range(group.childCount())]


def test_every_template_stands_under_its_view_with_a_picture(chooser):
    headings = [group.text(0) for group in chooser._groups()]

    assert [heading.rsplit(" (", 1)[0] for heading in headings] == [view.value for view in MarketView]
    assert len(items(chooser)) == len(TEMPLATES)
    assert all(not item.icon(0).isNull() for item in items(chooser))


def test_words_find_templates_and_hide_empty_headings(chooser):
    chooser.search_line.setText("bull call")

    shown = [item.text(0) for item in items(chooser) if not item.isHidden()]
    assert "Bull Call Spread" in shown
    assert "Iron Condor (credit)" not in shown
    assert any(group.isHidden() for group in chooser._groups())
    assert chooser.selected() is not None


def test_a_template_is_taken_as_it_was_adjusted(chooser):
    chooser.search_line.setText("iron condor (credit)")
    chooser.details.show_template(chooser.selected())
    chooser.details.width_box.setValue(2)
    chooser.details.lots_box.setValue(3)

    chooser.accept()

    (template,) = chooser.taken
    assert [(leg.lots, leg.strike.steps) for leg in template.portfolio.legs] == [(3, -16), (3, 16), (3, -8), (3, 8)]


def test_the_ratio_is_asked_only_where_there_is_one(chooser):
    chooser.details.show_template(BY_ID["iron_condor"])
    assert not chooser.details.ratio_box.isEnabled()

    chooser.details.show_template(BY_ID["call_ratio"])
    chooser.details.ratio_box.setValue(3)

    assert [leg.lots for leg in chooser.details.adjusted().portfolio.legs] == [1, 3]


def test_another_template_starts_unadjusted(chooser):
    chooser.details.show_template(BY_ID["iron_condor"])
    chooser.details.width_box.setValue(3)

    chooser.details.show_template(BY_ID["iron_fly"])

    assert chooser.details.adjusted().portfolio == BY_ID["iron_fly"].portfolio


def test_figures_are_those_of_the_prices_of_now(figures_of):
    shown = dict(figures(figures_of(BY_ID["iron_condor"])))

    assert list(shown) == ["Credit", "Max profit", "Max loss", "Break-evens", "POP", "Margin"]
    assert len(shown["Break-evens"].split()) == 2
    assert dict(figures(figures_of(BY_ID["short_straddle"])))["Max loss"] == "unlimited"
    assert "Debit" in dict(figures(figures_of(BY_ID["long_straddle"])))


def test_a_jade_lizard_says_whether_its_credit_covers_the_call_spread(figures_of):
    texts = [badge.text for badge in badges(BY_ID["jade_lizard"], figures_of(BY_ID["jade_lizard"]))]
    wide = BY_ID["jade_lizard"]

    assert texts[0].startswith("NAKED")
    assert "call spread" in texts[1]
    assert [badge.text for badge in badges(wide, None)] == texts[:1]


def test_an_arbitrage_says_what_it_locks_a_year(figures_of):
    (_, carry) = badges(BY_ID["long_box"], figures_of(BY_ID["long_box"]))

    assert "a year" in carry.text
    assert carry.good is None


def test_without_quotes_there_are_no_figures(chooser):
    chooser.details.show_template(BY_ID["iron_condor"])

    assert figures(None) == []
    assert "No figures" in chooser.details._values[0][0].text()
    assert Decimal(1) == Decimal(str(chooser.details.width_box.value()))
