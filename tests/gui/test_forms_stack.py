"""Lists edited in place, items of several kinds, and trees of their own kind."""

from typing import Annotated

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit

from desktop.forms.field_input import ErrorLabel
from desktop.forms.form import DeclarationForm
from desktop.forms.stack_editor import StackEditor
from engine.schema.declared import Declared
from engine.schema.field import ask


class Leaf(Declared, frozen=True, kw_only=True, tag="leaf"):
    """Leaf."""

    level: Annotated[int, ask("Level", "What it must reach.", ge=0)] = 0


class Both(Declared, frozen=True, kw_only=True, tag="both"):
    """All of."""

    of: Annotated["tuple[Leaf | Both, ...]", ask("Parts", "Every one must hold.", ge=1)] = ()


class Rule(Declared, frozen=True, kw_only=True):
    """Rule."""

    when: Annotated[Leaf | Both, ask("When", "What must hold.")] = Leaf()
    then: Annotated[tuple[Leaf | Both, ...], ask("Actions", "What follows.", le=2)] = ()
    spare: Annotated["Rule | None", ask("Otherwise", "Another rule.")] = None


TREE = {
    "when": {
        "type": "both",
        "of": [{"type": "leaf", "level": 1}, {"type": "both", "of": [{"type": "leaf", "level": 2}]}],
    },
    "then": [{"type": "leaf", "level": 3}],
}


@pytest.fixture
def form(qtbot) -> DeclarationForm:
    drawn = DeclarationForm(Rule)
    qtbot.addWidget(drawn)
    drawn.set_data(TREE)
    return drawn


def stack(form: DeclarationForm) -> StackEditor:
    return form.fields.inputs["then"]


def test_a_tree_is_shown_and_given_back(form):
    assert form.data() == TREE
    assert form.errors() == []


def test_a_declaration_that_holds_itself_is_drawn_only_as_deep_as_it_is_filled(qtbot):
    drawn = DeclarationForm(Rule)
    qtbot.addWidget(drawn)

    drawn.set_data({"spare": {"spare": {"then": [{"type": "leaf", "level": 9}]}}})

    assert drawn.value().spare.spare.then == (Leaf(level=9),)


def test_items_are_added_changed_moved_and_taken_away(form, qtbot):
    with qtbot.waitSignal(form.changed):
        stack(form).add()
    assert form.data()["then"] == [{"type": "leaf", "level": 3}, {"type": "leaf", "level": 0}]
    assert not stack(form).add_button.isEnabled()

    kind = stack(form).rows[1].input.findChild(QComboBox)
    kind.setCurrentIndex(kind.findData("both"))
    assert form.data()["then"][1] == {"type": "both", "of": []}

    stack(form).rows[1].up.click()
    assert [item["type"] for item in form.data()["then"]] == ["both", "leaf"]

    stack(form).rows[0].delete.click()
    assert form.data()["then"] == [{"type": "leaf", "level": 3}]
    assert stack(form).add_button.isEnabled()


def test_a_mistake_deep_in_a_tree_is_said_there(form):
    level = next(edit for edit in form.findChildren(QLineEdit) if edit.text() == "2")

    level.setText("-2")

    assert [error.path for error in form.errors()] == ["when.of[1].of[0].level"]
    said = [label for label in form.findChildren(ErrorLabel) if label.text() and not label.isHidden()]
    assert [label.text() for label in said] == ["✕ Level must be at least 0"]


def test_an_empty_branch_is_an_error_of_its_list(form):
    form.set_data({"when": {"type": "both", "of": []}})

    assert [error.path for error in form.errors()] == ["when.of"]
