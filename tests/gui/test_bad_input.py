"""Absurd things typed or pasted into every field of every form: a sentence or a value, nothing lost, no traceback."""

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QGroupBox, QLineEdit, QTextEdit

from desktop.composition.display import Display
from desktop.forms.form import DeclarationForm
from desktop.forms.inputs import LineInput
from desktop.forms.list_editor import ListEditor
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.tabs import TABS
from engine.domain.settings.account import Account
from engine.domain.settings.notifications import Notifications
from engine.domain.settings.strategy_tag import StrategyTag
from engine.schema.load import load, problems

ABSURD = (
    "9" * 400,
    "-" + "9" * 50,
    "1e400",
    "-1e999999",
    "NaN",
    "-Infinity",
    "2,00,000",
    "₹ 1,00,00,000.50",
    "१२३",
    "１２３",
    "12,34",
    " \t ",
    "1\n2\n3",
    "0x1F",
    "1_000",
    "٣",
    "\u202e123",
    "\x00\x01",
    "🚀",
    "'; DROP TABLE orders; --",
    "25:99:99",
    "2026-13-45",
    "0000-00-00",
    "99999-01-01",
)
FORMS = {
    **{title: (MultilegPortfolio, (title,)) for title in TABS},
    "Account": (Account, None),
    "Strategy tag": (StrategyTag, None),
    "Display": (Display, None),
    "Notifications": (Notifications, None),
}
MOST_SHAPES = 40


def opened_wide(form):
    """Switch everything on and give every list an item, so that every field is drawn."""
    for _ in range(3):
        for box in form.findChildren(QGroupBox):
            if box.isCheckable():
                box.setChecked(True)
        for table in form.findChildren(ListEditor):
            if not table.plain():
                table.add()
            table.select(0)


def lines(form):
    return [one for one in form.findChildren(LineInput) if not one.editor.isReadOnly()]


@pytest.mark.parametrize("name", FORMS)
def test_absurd_texts_in_every_field_are_answered_and_stay_to_be_corrected(qtbot, name):
    declaration, groups = FORMS[name]
    form = DeclarationForm(declaration, groups, judged=False)
    qtbot.addWidget(form)
    opened_wide(form)
    fields = lines(form)

    for text in ABSURD:
        for field in fields:
            field.editor.setText(text)
        wrong = problems(form.data(), declaration)
        form.show_errors(wrong)

        assert all(field.editor.text() == QLineEdit(text).text() for field in fields)
        assert all(problem.reason.strip() for problem in wrong)
    QApplication.processEvents()


@pytest.mark.parametrize("name", FORMS)
def test_every_shape_of_every_choice_takes_absurd_numbers_too(qtbot, name):
    declaration, groups = FORMS[name]
    form = DeclarationForm(declaration, groups)
    qtbot.addWidget(form)
    opened_wide(form)

    for combo in form.findChildren(QComboBox)[:MOST_SHAPES]:
        for place in range(combo.count()):
            combo.setCurrentIndex(place)
            for field in lines(combo.parentWidget() or form):
                field.editor.setText("-1e400")
                assert field.editor.text() == "-1e400"
    form.errors()
    form.value()


@pytest.mark.parametrize(("text", "lots"), [("1,00,000", None), ("१२", 12), ("１２", 12), (" 12 ", 12), ("1,2", None)])
def test_lots_are_read_in_any_digits_and_refused_with_a_sentence(qtbot, text, lots):
    form = DeclarationForm(MultilegPortfolio, ("Legs",))
    qtbot.addWidget(form)
    form.set_value(load({"name": "x", "legs": [{"side": "SELL", "kind": "CE", "lots": 1}]}, MultilegPortfolio))
    legs = form.fields.inputs["legs"]
    legs.select(0)

    legs.details.inputs["lots"].editor.setText(text)

    value = form.value()
    assert (None if value is None else value.legs[0].lots) == lots
    assert (lots is None) == any("ots" in str(problem) for problem in form.errors())


def test_no_form_has_a_many_line_field_that_nobody_looks_at(qtbot):
    for declaration, groups in FORMS.values():
        form = DeclarationForm(declaration, groups)
        qtbot.addWidget(form)
        opened_wide(form)

        assert not form.findChildren(QTextEdit)
