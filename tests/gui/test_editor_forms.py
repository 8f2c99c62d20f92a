"""The eleven tabs of the editor: their order, their fields, and where mistakes are shown."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from desktop.composition.folders import layout_path
from desktop.forms.field_input import ErrorLabel
from desktop.forms.list_editor import ListEditor
from desktop.presentation.theme import built_in_theme
from desktop.viewmodels.multileg_editor import MultilegEditor, said
from desktop.windows.editor_forms import EditorForms
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.tabs import TABS
from engine.domain.multileg.templates import template_from_toml
from engine.schema.describe import describe
from engine.schema.load import FieldError, dump

DEMONSTRATION = template_from_toml(layout_path("multileg", "demonstration.toml").read_text(encoding="utf-8")).portfolio


@pytest.fixture
def editor(qapp) -> MultilegEditor:
    opened = MultilegEditor()
    opened.open_portfolio(DEMONSTRATION)
    return opened


@pytest.fixture
def forms(qtbot, editor) -> EditorForms:
    drawn = EditorForms(editor, built_in_theme())
    qtbot.addWidget(drawn)
    return drawn


def texts(forms: EditorForms) -> list[str]:
    return [forms.tabText(number) for number in range(forms.count())]


def line(forms: EditorForms, tab: str, name: str) -> QLineEdit:
    return next(edit for edit in forms.form(tab).findChildren(QLineEdit) if edit.accessibleName() == name)


def test_there_are_eleven_tabs_in_their_order(forms):
    assert texts(forms) == [
        "Default portfolio",
        "Legs",
        "Execution",
        "Range breakout",
        "Extra conditions",
        "Dynamic hedge",
        "Target",
        "Stop loss",
        "Exit",
        "Monitoring",
        "At broker",
    ]


def test_every_field_of_a_portfolio_stands_on_one_of_them():
    homeless = [spec.name for spec in describe(MultilegPortfolio) if spec.ask.group not in TABS]

    assert homeless == []


def test_every_field_is_drawn_on_its_tab(forms):
    for tab in TABS:
        drawn = list(forms.form(tab).fields.inputs)

        assert drawn == [spec.name for spec in describe(MultilegPortfolio) if spec.ask.group == tab]


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_gives_the_whole_draft_back_unchanged(forms, tab):
    assert forms.form(tab).data() == dump(DEMONSTRATION)


def test_a_tab_is_drawn_when_it_is_first_shown(forms):
    assert list(forms._forms) == [TABS.index("Legs")]

    forms.setCurrentIndex(TABS.index("Exit"))

    assert sorted(forms._forms) == [TABS.index("Legs"), TABS.index("Exit")]


def test_an_edit_on_one_tab_is_seen_on_another(forms, editor):
    forms.setCurrentIndex(TABS.index("Default portfolio"))
    line(forms, "Default portfolio", "Name").setText("Mine")
    forms.setCurrentIndex(TABS.index("Legs"))

    assert editor.draft()["name"] == "Mine"
    assert forms.form("Legs").data()["name"] == "Mine"


def test_a_tab_with_mistakes_counts_them_and_says_them_beside_their_fields(forms, editor):
    forms.setCurrentIndex(TABS.index("Default portfolio"))
    line(forms, "Default portfolio", "Name").setText("a|b")
    line(forms, "Default portfolio", "Underlying").setText("nifty!")

    assert texts(forms)[0] == "Default portfolio ✕2"
    shown = [label.text() for label in forms.form("Default portfolio").findChildren(ErrorLabel) if label.text()]
    assert "✕ Name must not contain | or ~ or control characters" in shown

    editor.undo()
    editor.undo()

    assert texts(forms)[0] == "Default portfolio"


def test_what_the_market_says_and_cautions_stand_beside_their_fields_until_it_is_asked_again(forms):
    forms.show_against([FieldError("legs[0].expiry", "not listed")], [FieldError("legs[1].lots", "many")])

    assert texts(forms)[1] == "Legs ✕1"
    legs = forms.form("Legs").fields.inputs["legs"]
    assert legs.lines.item(0, 0).text() == "1  ✕"
    assert legs.lines.item(1, 0).text() == "2  ⚠"
    assert legs.lines.item(0, 0).toolTip() == "not listed"

    forms.show_against([], [])

    assert texts(forms)[1] == "Legs"
    assert legs.lines.item(0, 0).text() == "1"


def test_a_caution_alone_is_counted_as_one(forms):
    forms.show_against([], [FieldError("legs", "not capped")])

    assert texts(forms)[1] == "Legs ⚠1"


def test_the_first_tab_with_a_mistake_is_gone_to(forms, editor):
    editor.edit({**editor.draft(), "stop": {"type": "loss", "amount": "-1"}})

    forms.show_first_error()

    assert TABS[forms.currentIndex()] == "Stop loss"


def test_the_table_of_legs_shows_them_with_their_quotes(forms):
    legs = forms.form("Legs").fields.inputs["legs"]
    assert isinstance(legs, ListEditor)
    forms.show_live([("101.50", "12.3", "+65.0")])
    titles = [column.title for column in legs.lines.item_columns]

    def cell(row, title):
        return legs.lines.item(row, titles.index(title)).text()

    assert [cell(row, "Side") for row in range(4)] == ["BUY", "BUY", "SELL", "SELL"]
    assert (cell(0, "Strike"), cell(2, "Stop")) != ("", "")
    assert (cell(0, "LTP"), cell(0, "IV %"), cell(0, "Δ"), cell(1, "LTP")) == ("101.50", "12.3", "+65.0", "")
    assert legs.lines.isColumnHidden(titles.index("Target"))


def test_enter_on_a_cell_goes_to_its_field(forms, qtbot):
    forms.show()
    legs = forms.form("Legs").fields.inputs["legs"]
    legs.lines.setFocus()
    titles = [column.title for column in legs.lines.item_columns]
    legs.lines.setCurrentCell(0, titles.index("Lots"))

    qtbot.keyClick(legs.lines, Qt.Key.Key_Return)

    qtbot.waitUntil(line(forms, "Legs", "Lots").hasFocus)


def test_a_narrow_panel_puts_fields_below_each_other(forms, qtbot):
    forms.resize(1_200, 600)
    forms.show()
    wide = forms._fitting_columns()

    forms.resize(420, 600)

    assert (wide, forms._fitting_columns()) == (3, 1)
    assert forms.form("Execution").data() == dump(DEMONSTRATION)


def test_errors_are_said_in_the_traders_words():
    assert said(FieldError("legs[1].lots", "too many")) == "Legs 2: too many"
    assert said(FieldError("schedule.end", "too early")) == "Schedule: too early"
    assert said(FieldError("nonsense", "unknown")) == "nonsense: unknown"
