"""The draft of a portfolio: its errors, its history, its document."""

import pytest

from desktop.viewmodels.multileg_editor import MultilegEditor
from engine.domain.multileg.documents import portfolio_from_toml
from engine.domain.multileg.dynamic_hedge import DynamicHedge
from engine.domain.multileg.leg_string import legs_from_string
from engine.domain.multileg.templates import template_from_toml
from engine.schema.documents import DocumentError
from engine.schema.load import DeclarationError, FieldError

TEXT = 'schema = 1\nname = "Straddle"\n[[legs]]\nkind = "CE"\n[[legs]]\nkind = "PE"\n'
TEMPLATE = (
    'schema = 1\nunderlying = "BANKNIFTY"\nexpiry = "CM"\n[template]\nid = "a"\nname = "A"\nview = "v"\n[[legs]]\n'
)


@pytest.fixture
def editor(qapp) -> MultilegEditor:
    opened = MultilegEditor()
    opened.load_text(TEXT)
    return opened


def test_an_empty_editor_says_what_must_be_given(qapp):
    fresh = MultilegEditor()

    assert [error.path for error in fresh.errors()] == ["name", "legs"]
    assert (fresh.is_valid, fresh.is_dirty, fresh.can_undo, fresh.value(), fresh.risk()) == (
        False,
        False,
        False,
        None,
        None,
    )


def test_a_loaded_document_is_clean_and_valid(editor):
    assert (editor.is_valid, editor.is_dirty, editor.can_undo) == (True, False, False)
    assert editor.value() == portfolio_from_toml(TEXT)
    assert portfolio_from_toml(editor.text()) == portfolio_from_toml(TEXT)
    assert editor.risk().label == "NAKED"


def test_an_edit_makes_it_dirty_until_it_is_saved_or_taken_back(editor, qtbot):
    with qtbot.waitSignal(editor.changed):
        editor.edit({**editor.draft(), "name": "Other"})
    assert editor.is_dirty

    editor.edit({**editor.draft(), "name": "Straddle"})
    assert not editor.is_dirty

    editor.edit({**editor.draft(), "name": "Other"})
    editor.mark_saved()
    assert not editor.is_dirty


def test_the_same_draft_typed_differently_is_not_a_change_of_the_portfolio(editor):
    legs = [{**leg, "lots": "1"} for leg in editor.draft()["legs"]]

    editor.edit({**editor.draft(), "legs": legs})

    assert not editor.is_dirty


def test_drafts_are_undone_and_redone_in_order(editor, qtbot):
    for name in ("One", "Two", "Three"):
        editor.edit({**editor.draft(), "name": name})

    with qtbot.waitSignals([editor.replaced, editor.changed]):
        editor.undo()
    editor.undo()
    assert editor.draft()["name"] == "One"
    editor.redo()
    assert editor.draft()["name"] == "Two"

    editor.edit({**editor.draft(), "name": "Four"})
    assert not editor.can_redo
    editor.redo()
    assert editor.draft()["name"] == "Four"


def test_an_edit_that_changes_nothing_is_no_step_of_the_history(editor):
    editor.edit(editor.draft())

    assert not editor.can_undo


def test_a_wrong_draft_is_kept_and_named_but_not_written(editor):
    editor.edit({**editor.draft(), "name": ""})

    assert [error.path for error in editor.errors()] == ["name"]
    assert editor.value() is None
    with pytest.raises(DeclarationError):
        editor.text()


def test_a_document_that_cannot_be_read_leaves_the_draft_alone(editor):
    before = editor.draft()

    with pytest.raises(DocumentError):
        editor.load_text("name = ")

    assert editor.draft() == before


def test_a_template_keeps_the_underlying_only_where_its_draft_has_one(editor):
    editor.insert_template(template_from_toml(TEMPLATE))

    assert editor.draft()["underlying"] == "NIFTY"
    assert len(editor.draft()["legs"]) == 1
    editor.undo()
    assert editor.value() == portfolio_from_toml(TEXT)


def test_a_preset_brings_everything_with_it(editor):
    editor.insert_template(template_from_toml(TEMPLATE.replace('view = "v"', 'view = "v"\nkind = "preset"')))

    assert editor.value().underlying == "BANKNIFTY"


def test_a_leg_is_added_from_the_chain(editor, qtbot):
    with qtbot.waitSignal(editor.replaced):
        editor.add_leg({"side": "BUY", "kind": "PE", "strike": {"type": "fixed", "strike": "24850"}})

    assert len(editor.value().legs) == 3


def test_changes_against_the_running_version_are_told(editor):
    editor.compare_with(editor.value())
    legs = [{**leg, "lots": 2} for leg in editor.draft()["legs"]]

    editor.edit({**editor.draft(), "legs": legs})

    assert editor.changes() == ["Legs 1 › Lots: 1 lots → 2 lots", "Legs 2 › Lots: 1 lots → 2 lots"]
    editor.compare_with(None)
    assert editor.changes() == []


def test_the_market_is_asked_only_about_a_right_draft(qapp):
    asked = []

    def refuse(portfolio):
        asked.append(portfolio.name)
        return [FieldError("expiry", "not listed")]

    editor = MultilegEditor(refuse)
    assert editor.refusals() == []
    editor.load_text(TEXT)

    assert [error.reason for error in editor.refusals()] == ["not listed"]
    assert asked == ["Straddle"]


def test_a_leg_that_asks_for_a_hedge_switches_hedges_on_and_leaves_what_is_set(editor):
    asking = legs_from_string("Strike:ATM+5|Txn:SELL|Ins:CE|Hedge:YES")

    editor.take_legs(asking, replace=True)
    assert (editor.errors(), editor.value().dynamic_hedge) == ([], DynamicHedge())

    editor.edit({**editor.draft(), "dynamic_hedge": {"ratio": "0.5"}})
    editor.take_legs(asking, replace=False)
    assert editor.draft()["dynamic_hedge"] == {"ratio": "0.5"}


def test_warnings_of_the_desk_are_cautions_of_the_draft_and_asked_once_for_every_change(qapp):
    asked = []

    def warn(portfolio):
        asked.append(portfolio.name)
        return [FieldError("legs", "20 orders at entry")]

    editor = MultilegEditor(desk_cautions=warn)
    editor.load_text(TEXT)

    assert [str(one) for one in editor.cautions()].count("legs: 20 orders at entry") == 1
    assert "legs: 20 orders at entry" in [str(one) for one in editor.unconfirmed()]
    assert asked == ["Straddle"]
