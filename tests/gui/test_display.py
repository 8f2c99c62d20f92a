"""How the desktop looks: chosen in a form or by keys, applied to the running desk, kept in a file."""

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from desktop.composition.display import Density, Display, Grouping, ThemeName, load_display
from desktop.presentation import formats
from desktop.presentation.theme import built_in_theme
from desktop.redress import dress_application
from desktop.windows.live_form import LiveForm


@pytest.fixture
def desk(open_desk, tmp_path, monkeypatch, qapp):
    """A desk with a settings folder of its own; the application is dressed as it comes afterwards."""
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    yield open_desk(begin="2026-08-19T09:20:30")
    dress_application(qapp, Display())


def test_another_theme_dresses_the_running_desk(desk):
    before = desk.window

    desk.window.act("display")
    form = desk.dialog(LiveForm)
    form.form.set_value(Display(theme=ThemeName.LIGHT, grouping=Grouping.MILLIONS))
    form.apply()
    desk.wait_until(lambda: desk.window is not before)

    light = built_in_theme("light")
    assert QApplication.palette().color(QPalette.ColorRole.Base).name() == light.colours.panel
    assert desk.window.desk.theme.colours == light.colours
    assert desk.window.isVisible()
    assert formats.amount(123_456_780_000, 0) == "12,345,678"
    assert load_display() == Display(theme=ThemeName.LIGHT, grouping=Grouping.MILLIONS)


def test_what_was_open_selected_and_drafted_is_still_there(desk):
    first = desk.window
    panels = first.panels.keys()
    first.host.float_panel("messages")
    first.host.close_panel("tags")
    draft = first.desk.editor

    first.display_chosen.emit(Display(theme=ThemeName.TERMINAL))

    second = desk.window
    assert second is not first
    assert second.host.is_floating("messages")
    # A detached panel is painted from the first moment, in its new look.
    assert [floating.updatesEnabled() for floating in second.host.floating_windows()] == [True]
    assert not second.host.is_open("tags")
    assert second.desk.editor is draft
    assert second.panels.keys() == panels


def test_the_new_window_alone_is_styled_and_its_dialogs_with_it(desk, qapp):
    desk.window.display_chosen.emit(Display(theme=ThemeName.LIGHT))

    assert built_in_theme("light").colours.panel_raised in desk.window.styleSheet()
    assert not qapp.styleSheet()


def test_checked_portfolios_stay_checked(desk):
    desk.window.desk.checked.check(["P1"])

    desk.window.display_chosen.emit(Display(theme=ThemeName.LIGHT))

    assert desk.window.desk.checked.ids == ("P1",)


def test_keys_make_text_larger_and_stop_at_the_last_size(desk):
    before = desk.window
    desk.window.act("text_larger")
    desk.wait_until(lambda: desk.window is not before)

    assert desk.window.desk.theme.metrics.font_pixels == 13
    assert desk.window.panels["orders"].table.view.verticalHeader().defaultSectionSize() == 19
    assert load_display().text_size == 13

    desk.window.display_chosen.emit(Display(text_size=24, density=Density.ROOMY))
    desk.window.act("text_larger")

    assert "9 to 24 pixels" in desk.window.toasts.toasts()[-1].text()


def test_an_absurd_size_is_refused_beside_its_field(desk):
    desk.window.act("display")
    dialog = desk.dialog(LiveForm)
    dialog.form.set_data({"text_size": 999})

    dialog.apply()

    assert dialog.isVisible()
    assert "Text size" in " ".join(str(error) for error in dialog.form.errors())
    assert load_display() == Display()


def test_columns_grow_with_the_text_and_are_saved_for_its_usual_size(desk):
    usual = {column.key: column.width for column in desk.panel("orders").column_layout()}
    drawn = desk.panel("orders").table_header().sectionSize(0)

    desk.window.display_chosen.emit(Display(text_size=24))

    larger = {column.key: column.width for column in desk.panel("orders").column_layout()}
    assert larger == usual
    assert desk.panel("orders").table_header().sectionSize(0) > 1.5 * drawn
