"""Forms drawn from a declaration: every shape shows, gives plain data back, and marks what is wrong."""

from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QGroupBox, QLineEdit, QWidget

from desktop.composition.folders import layout_path
from desktop.forms.field_input import DoubtError, ErrorLabel, first_step
from desktop.forms.form import DeclarationForm
from desktop.forms.inputs import stepped_date, stepped_number, stepped_time
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.templates import templates_from_toml
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.describe import describe
from engine.schema.load import FieldError, dump, load
from tests.unit.schema.garden import Garden, Plant, Round, Square

FULL = {
    "name": "rose",
    "open": False,
    "since": "2026-08-25",
    "bed": {"type": "round", "radius": "2.5"},
    "pond": {"type": "square"},
    "plants": [{"count": 3, "colour": "blue"}, {"count": 1, "colour": "red"}],
    "colours": ["blue"],
    "fence": "off",
}


@pytest.fixture
def form(qtbot) -> DeclarationForm:
    drawn = DeclarationForm(Garden)
    qtbot.addWidget(drawn)
    drawn.set_data(FULL)
    return drawn


def editor(form: QWidget, title: str, kind: type = QLineEdit) -> QWidget:
    found = [widget for widget in form.findChildren(kind) if widget.accessibleName() == title]
    assert found, f"no editor is called {title}"
    return found[0]


def sentences(form: QWidget) -> list[str]:
    return [label.text() for label in form.findChildren(ErrorLabel) if not label.isHidden()]


def typed(form: DeclarationForm, title: str, text: str) -> None:
    editor(form, title).setText(text)


def test_what_is_shown_is_given_back(form):
    assert form.data() == FULL
    assert form.value() == load(FULL, Garden)
    assert form.errors() == []
    assert sentences(form) == []


def test_a_declaration_is_shown_and_given_back(form):
    garden = load({"name": "a", "water": {"litres": 5}, "fence": 2}, Garden)

    form.set_value(garden)

    assert form.value() == garden
    assert form.data() == dump(garden)


def test_a_fresh_form_shows_the_defaults_and_what_must_be_given(qtbot):
    fresh = DeclarationForm(Garden)
    qtbot.addWidget(fresh)

    assert fresh.data() == {
        "name": "",
        "open": True,
        "bed": {"type": "square"},
        "plants": [],
        "colours": ["red"],
        "fence": "1.5",
    }
    assert [error.path for error in fresh.errors()] == ["name"]
    assert sentences(fresh) == ["✕ Name must have at least 1 characters"]


def test_absurd_text_is_kept_and_marked_at_once(form, qtbot):
    with qtbot.waitSignal(form.changed):
        typed(form, "Radius", "1e99 or so")

    assert editor(form, "Radius").text() == "1e99 or so"
    assert editor(form, "Radius").property("invalid") is True
    assert sentences(form) == ["✕ Radius must be a number, not '1e99 or so'"]
    assert form.value() is None

    typed(form, "Radius", "3")

    assert editor(form, "Radius").property("invalid") is False
    assert sentences(form) == []
    assert form.value().bed == Round(radius=Decimal(3))


def test_every_wrong_field_is_marked_together(form):
    typed(form, "Name", "UPPER")
    typed(form, "Radius", "0")
    typed(form, "Since", "soon")

    assert sentences(form) == [
        "✕ no!",
        "✕ Since must be a date like 2026-08-25, not 'soon'",
        "✕ Radius must be above 0 m",
    ]


def test_an_error_of_the_whole_stands_above_all(form):
    editor(form, "Water", QGroupBox).setChecked(True)
    typed(form, "Litres", "5")

    assert sentences(form) == ["✕ a closed garden cannot be watered"]


def test_a_form_that_is_not_judged_shows_what_its_owner_finds(qtbot):
    drawn = DeclarationForm(Garden, judged=False)
    qtbot.addWidget(drawn)
    drawn.set_data({**FULL, "name": "WRONG"})
    assert sentences(drawn) == []

    drawn.show_errors([FieldError("bed.radius", "too wide"), DoubtError("name", "is it meant?")])

    assert sentences(drawn) == ["⚠ is it meant?", "✕ too wide"]
    assert editor(drawn, "Name").property("invalid") is not True
    assert editor(drawn, "Radius").property("invalid") is True


def test_an_optional_group_is_off_until_it_is_checked_and_keeps_what_was_typed(form, qtbot):
    box = editor(form, "Water", QGroupBox)
    assert not box.isChecked()

    box.setChecked(True)
    typed(form, "Litres", "7")
    box.setChecked(False)

    assert "water" not in form.data()
    box.setChecked(True)
    assert form.data()["water"] == {"at": "06:00:00", "litres": "7"}


def test_an_optional_value_that_is_on_but_empty_is_an_error(form):
    editor(form, "Fence", QCheckBox).setChecked(True)
    typed(form, "Fence", "")

    assert [error.path for error in form.errors()] == ["fence"]


def test_off_is_told_apart_from_not_given(form):
    editor(form, "Fence", QCheckBox).setChecked(True)
    assert form.value().fence == Decimal("1.5")

    editor(form, "Fence", QCheckBox).setChecked(False)
    assert form.value().fence is None


def test_choosing_another_shape_changes_the_fields_and_keeps_the_first_ones_text(form):
    combo = editor(form, "Bed", QComboBox)

    combo.setCurrentIndex(combo.findData("square"))
    assert form.value().bed == Square()
    combo.setCurrentIndex(combo.findData("round"))

    assert form.value().bed == Round(radius=Decimal("2.5"))


def test_a_choice_that_does_not_exist_stays_visible_with_its_error(qtbot):
    drawn = DeclarationForm(Plant)
    qtbot.addWidget(drawn)

    drawn.set_data({"colour": "green"})

    assert editor(drawn, "Colour", QComboBox).currentText() == "green"
    assert sentences(drawn) == ["✕ Colour must be red or blue, not 'green'"]


def test_every_shipped_template_is_shown_and_given_back_unchanged(qtbot):
    drawn = DeclarationForm(MultilegPortfolio)
    qtbot.addWidget(drawn)
    texts = {path.name: path.read_text(encoding="utf-8") for path in layout_path("multileg").glob("*.toml")}

    for template in templates_from_toml(texts):
        drawn.set_value(template.portfolio)
        assert drawn.errors() == []
        assert drawn.data() == dump(template.portfolio)
        assert drawn.value() == template.portfolio


def test_setting_data_says_nothing(form, qtbot):
    with qtbot.assertNotEmitted(form.changed):
        form.set_data({**FULL, "name": "lily", "open": True, "bed": "square"})


def test_only_some_headings_can_be_shown_and_the_rest_is_kept(qtbot):
    part = DeclarationForm(Garden, groups=["Care"])
    qtbot.addWidget(part)

    part.set_data({**FULL, "fence": "3"})

    assert part.data() == {**FULL, "fence": "3"}
    assert list(part.fields.inputs) == ["water", "fence"]


@pytest.mark.parametrize(
    ("key", "modifier", "text"),
    [
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, "3.5"),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, "1.5"),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier, "12.5"),
    ],
)
def test_arrow_keys_step_a_number(form, qtbot, key, modifier, text):
    qtbot.keyClick(editor(form, "Radius"), key, modifier)

    assert editor(form, "Radius").text() == text


def wheel(widget: QWidget, up: bool) -> None:
    turn = QPoint(0, 120 if up else -120)
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), turn, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_the_wheel_changes_nothing_without_the_focus(form, qtbot):
    wheel(editor(form, "Radius"), up=True)
    wheel(editor(form, "Bed", QComboBox), up=False)

    assert form.data() == FULL


def test_the_wheel_steps_a_number_that_has_the_focus(form, qtbot):
    with qtbot.waitExposed(form):
        form.show()
    editor(form, "Radius").setFocus()
    qtbot.waitUntil(editor(form, "Radius").hasFocus)

    wheel(editor(form, "Radius"), up=True)

    assert editor(form, "Radius").text() == "3.5"


@pytest.mark.parametrize(
    ("text", "steps", "after"),
    [
        ("5", 1, "6"),
        ("9", 1, "9"),
        ("1", -1, "1"),
        ("abc", 1, None),
        ("", 1, "1"),
        ("nan", 1, None),
        ("99999", -1, "9"),
    ],
)
def test_stepping_stays_inside_the_bounds(text, steps, after):
    assert stepped_number(text, steps, describe(Plant)[0]) == after


def test_a_number_that_must_be_above_zero_does_not_step_to_zero():
    assert stepped_number("1", -1, describe(Round)[0]) is None


def test_times_and_dates_step_by_minutes_and_days():
    assert stepped_time("09:20", 5) == "09:25:00"
    assert stepped_time("23:59:30", 1) is None
    assert stepped_time("soon", 1) is None
    assert stepped_date("2026-08-31", 1) == "2026-09-01"
    assert stepped_date("9999-12-31", 1) is None


def test_every_editor_has_a_name_and_a_help_for_screen_readers(qtbot):
    drawn = DeclarationForm(MultilegPortfolio)
    qtbot.addWidget(drawn)
    drawn.set_data({"name": "x", "legs": [{}]})

    silent = [
        widget
        for kind in (QLineEdit, QComboBox, QCheckBox)
        for widget in drawn.findChildren(kind)
        if not (widget.accessibleName() and widget.toolTip())
    ]

    assert silent == []


def test_the_tab_key_goes_through_the_fields_in_their_order(qtbot):
    drawn = DeclarationForm(RiskLimits)
    qtbot.addWidget(drawn)
    titles = [spec.ask.title for spec in describe(RiskLimits)]

    order, widget = [], drawn.nextInFocusChain()
    while widget is not drawn:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.accessibleName() in titles:
            order.append(widget.accessibleName())
        widget = widget.nextInFocusChain()

    assert list(dict.fromkeys(order)) == titles


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("legs[1].stop_loss.distance", ("legs", "[1].stop_loss.distance")),
        ("[1].stop_loss", ("[1]", "stop_loss")),
        ("lots", ("lots", "")),
        ("", ("", "")),
    ],
)
def test_paths_are_followed_step_by_step(path, steps):
    assert first_step(path) == steps
