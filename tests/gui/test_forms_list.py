"""Lists in forms: lines, the selected item's fields, and moving things about."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from desktop.forms.form import DeclarationForm
from desktop.forms.item_table import ItemColumn
from desktop.forms.items import generic_summary
from desktop.forms.list_editor import ListEditor
from desktop.viewmodels.leg_words import leg_line
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.load import load

LEGS = [
    {"side": "BUY", "kind": "PE", "strike": {"type": "atm", "steps": -10}, "lots": 2},
    {
        "side": "SELL",
        "kind": "CE",
        "strike": {"type": "atm", "steps": 0},
        "lots": 2,
        "stop_loss": {"basis": "premium percent", "distance": "25"},
    },
]


@pytest.fixture
def form(qtbot) -> DeclarationForm:
    line = ItemColumn(title="Leg", text=leg_line, letters=0)
    drawn = DeclarationForm(MultilegPortfolio, tables={Leg: [line]})
    qtbot.addWidget(drawn)
    drawn.set_data({"name": "x", "legs": LEGS})
    return drawn


@pytest.fixture
def legs(form) -> ListEditor:
    return form.fields.inputs["legs"]


def lines(legs: ListEditor) -> list[str]:
    return [legs.lines.item(row, 0).text().strip() for row in range(legs.lines.rowCount())]


def test_every_leg_has_a_line(form, legs):
    assert lines(legs) == ["1  BUY 2 × PE ATM-10", "2  SELL 2 × CE ATM · SL 25 %"]
    assert form.data()["legs"] == LEGS
    assert form.errors() == []


def test_the_selected_leg_is_edited(form, legs, qtbot):
    legs.select(1)
    lots = next(edit for edit in legs.details.findChildren(QLineEdit) if edit.accessibleName() == "Lots")

    with qtbot.waitSignal(form.changed):
        lots.setText("5")

    assert form.data()["legs"][0] == LEGS[0]
    assert form.value().legs[1] == load({**LEGS[1], "lots": 5}, Leg)
    assert lines(legs)[1] == "2  SELL 5 × CE ATM · SL 25 %"


def test_wrong_legs_are_marked_in_the_list_and_their_fields_when_selected(form, legs):
    broken = {**LEGS[1], "lots": -1, "stop_loss": {"basis": "premium percent", "distance": "abc"}}
    form.set_data({"name": "x", "legs": [LEGS[0], broken, {**LEGS[0], "side": "HOLD"}]})

    assert [line.split()[1] for line in lines(legs)] == ["BUY", "✕", "✕"]
    assert "Lots must be at least 0" in legs.lines.item(1, 0).toolTip()

    legs.select(1)
    marked = [edit.accessibleName() for edit in legs.details.findChildren(QLineEdit) if edit.property("invalid")]
    assert marked == ["Lots", "Distance"]

    legs.select(2)
    side = next(combo for combo in legs.details.findChildren(QComboBox) if combo.accessibleName() == "Side")
    assert (side.property("invalid"), side.currentText()) == (True, "HOLD")

    legs.select(0)
    assert not [edit for edit in legs.details.findChildren(QLineEdit) if edit.property("invalid")]


def test_legs_are_added_duplicated_deleted_and_moved(form, legs):
    legs.select(0)
    legs.duplicate()
    assert form.data()["legs"] == [LEGS[0], LEGS[0], LEGS[1]]

    legs.move_selected(1)
    assert form.data()["legs"] == [LEGS[0], LEGS[1], LEGS[0]]
    assert legs.lines.currentRow() == 2
    legs.move_selected(1)
    assert legs.lines.currentRow() == 2

    legs.add()
    assert form.value().legs[3] == Leg()

    for _ in range(6):
        legs.delete()
    assert form.data()["legs"] == []
    assert [error.path for error in form.errors()] == ["legs"]
    legs.duplicate()
    assert lines(legs) == []

    legs.add()
    assert len(form.data()["legs"]) == 1


def test_a_copy_does_not_change_with_its_original(form, legs):
    legs.select(1)
    legs.duplicate()
    distance = next(edit for edit in legs.details.findChildren(QLineEdit) if edit.accessibleName() == "Distance")

    distance.setText("40")

    assert [leg["stop_loss"]["distance"] for leg in form.data()["legs"][1:]] == ["25", "40"]


def test_the_list_is_worked_by_keys(form, legs, qtbot):
    with qtbot.waitExposed(form):
        form.show()
    legs.select(0)
    legs.lines.setFocus()
    qtbot.waitUntil(legs.lines.hasFocus)

    qtbot.keyClick(legs.lines, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(legs.lines, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [leg["side"] for leg in form.data()["legs"]] == ["BUY", "SELL", "BUY"]

    qtbot.keyClick(legs.lines, Qt.Key.Key_Delete)
    assert len(form.data()["legs"]) == 2


def bought_put(strike: dict, **fields) -> dict:
    return {"side": "BUY", "lots": 1, "kind": "PE", "strike": strike, **fields}


SHORT_CALL = {"side": "SELL", "lots": 2, "kind": "CE", "strike": {"type": "atm", "steps": 2}, "expiry": "CW"}
DATED = {"type": "date", "on": "2026-08-25"}


@pytest.mark.parametrize(
    ("leg", "line"),
    [
        (
            {**SHORT_CALL, "stop_loss": {"basis": "premium percent", "distance": "25"}},
            "SELL 2 × CE ATM+2 · SL 25 % · CW",
        ),
        ({"side": "BUY", "lots": 1, "kind": "FUT", "strike": "atm"}, "BUY 1 × FUT"),
        (bought_put({"type": "fixed", "strike": "24850"}, expiry=DATED), "BUY 1 × PE 24850 · 2026-08-25"),
        (
            bought_put(
                {"type": "closest_premium", "premium": "85"}, target={"basis": "underlying points", "distance": 60}
            ),
            "BUY 1 × PE ≈₹85 · TGT 60 pt und",
        ),
        (
            bought_put({"type": "delta", "delta": "0.25"}, trailing={"every": 10, "by": 5}),
            "BUY 1 × PE Δ0.25 · TSL 10/5 pt",
        ),
        (bought_put({"type": "straddle_width", "multiple": "0.5"}), "BUY 1 × PE 0.5× straddle"),
        ({}, "? ? × ? ?"),
        ({"stop_loss": 5, "lots": None, "strike": {"type": "atm", "steps": "x"}}, "? None × ? ATM x"),
        ({"strike": [], "expiry": 3}, "? ? × ? [] · 3"),
    ],
    ids=range(9),
)
def test_a_leg_is_told_in_one_line_whatever_it_holds(leg, line):
    assert leg_line(leg) == line


def test_items_without_a_summary_show_their_single_values():
    assert generic_summary({"count": 3, "colour": "red", "inner": {"a": 1}}) == "3 red"
