"""The settings window: every setting on one page or another, found by words, holding at once, and taken back."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from desktop.composition.accounts import load_hierarchy
from desktop.composition.own_settings import NEW_PORTFOLIOS, PERFORMANCE
from desktop.viewmodels.palette import PaletteIndex
from desktop.windows.live_form import LiveForm
from desktop.windows.settings_pages import SettingsPage
from desktop.windows.settings_window import SettingsWindow
from engine.domain.order import Product

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PAGES = [
    "Accounts",
    "New portfolios",
    "Risk limits",
    "Notifications",
    "Display",
    "Keys",
    "Workspaces",
    "Performance",
    "Paths",
]


@pytest.fixture
def desk(open_desk, tmp_path, monkeypatch):
    """A desk with a settings folder of its own."""
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    return open_desk()


def settings(desk, title):
    desk.window.settings_desk.open(title)
    window = desk.dialog(SettingsWindow)
    return window, window.widget(title)


def typed(form, **values):
    form.form.set_data({**form.form.data(), **values})
    form.apply()


def test_every_page_is_listed_and_can_be_shown(desk):
    desk.window.act("settings")
    window = desk.dialog(SettingsWindow)

    shown = []
    for row in range(window.list.count()):
        window.list.setCurrentRow(row)
        shown.append(window.page())

    assert shown == PAGES


def test_a_default_of_new_portfolios_holds_for_the_next_template(desk):
    _, page = settings(desk, "New portfolios")

    typed(page, product="NRML", square_off="15:10")
    structure = next(one for one in desk.window.desk.templates if one.id == "short_straddle")
    desk.window.desk.editor.insert_template(structure)

    value = desk.window.desk.editor.value()
    assert value.execution.product is Product.CARRY_FORWARD
    assert value.schedule.square_off.isoformat() == "15:10:00"
    assert "Product: MIS → NRML" in page.said.text()
    assert NEW_PORTFOLIOS.load().product is Product.CARRY_FORWARD


def test_what_is_wrong_is_said_and_changes_nothing(desk):
    _, page = settings(desk, "New portfolios")

    typed(page, square_off="09:00")

    assert page.said.text().startswith("✕")
    assert NEW_PORTFOLIOS.load().square_off.isoformat() == "15:15:00"


def test_a_changed_setting_says_how_it_came_and_goes_back(desk):
    _, page = settings(desk, "Performance")
    typed(page, frames=20)
    reset = next(one for one in page.findChildren(QPushButton) if one.accessibleName() == "Reset Frames a second")
    tip = reset.toolTip()

    reset.click()

    assert tip == "Bring back 30 frames/s"
    assert PERFORMANCE.load().frames == 30
    assert not any(one.isVisible() for one in page.findChildren(QPushButton) if one.text() == "Reset")


def test_frames_a_second_hold_at_once(desk):
    _, page = settings(desk, "Performance")

    typed(page, frames=20)

    assert desk.window.clock.health().full_hertz == 20


def test_the_way_of_the_engine_is_kept_for_the_next_start_and_the_present_one_is_said(desk):
    _, page = settings(desk, "Performance")

    typed(page, engine_process=True)

    assert PERFORMANCE.load().engine_process is True
    assert any("in a thread of the window's process now" in label.text() for label in page.findChildren(QLabel))


def test_limits_of_an_account_reach_the_engine_and_the_file(desk):
    _, page = settings(desk, "Risk limits")

    typed(page.form, orders_per_second=5)
    desk.wait_until(lambda: desk.bridge.status.accounts[0].limits.orders_per_second == 5)

    assert load_hierarchy().accounts[0].limits.orders_per_second == 5


def test_what_was_typed_last_is_kept_when_the_window_is_closed_at_once(desk):
    window, page = settings(desk, "Performance")

    page.form.fields.inputs["frames"].editor.setText("25")
    window.reject()

    assert PERFORMANCE.load().frames == 25


def test_another_look_leaves_the_window_open_on_its_page(desk):
    before = desk.window
    _, page = settings(desk, "Display")

    typed(page, theme="light")
    desk.wait_until(lambda: desk.window is not before)

    window = desk.dialog(SettingsWindow)
    assert window.page() == "Display"
    assert window.widget("Display").form.data()["theme"] == "light"
    desk.window.display_chosen.emit(type(desk.window.desk.display)())


def test_words_find_a_setting_and_go_to_its_field(desk):
    desk.window.act("settings")
    window = desk.dialog(SettingsWindow)

    window.search_line.setText("orders per second")
    window.list.itemActivated.emit(window.list.item(0))

    assert window.list.item(0).text() == "Risk limits › Orders per second"
    assert window.page() == "Risk limits"
    window.search_line.setText("quetzalcoatl")
    assert window.list.item(0).text() == "No setting has all these words"


def test_the_palette_finds_settings(desk):
    index = PaletteIndex(desk.window.settings_desk.entries())

    index.search("frames second").hits[0].entry.act("")

    assert desk.dialog(SettingsWindow).page() == "Performance"


def test_a_broken_file_is_said_and_the_desk_opens_all_the_same(open_desk, tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    (tmp_path / "performance.toml").write_text("frames = 900\n", encoding="utf-8")

    desk = open_desk()

    said = " ".join(toast.text() for toast in desk.window.toasts.toasts())
    assert "performance.toml cannot be used" in said
    assert (tmp_path / "performance.toml").read_text(encoding="utf-8") == "frames = 900\n"


def test_others_can_add_a_page(desk):
    desk.window.settings_desk.more.append(
        SettingsPage(title="Questions", make=lambda: LiveForm(PERFORMANCE.load(), print))
    )

    window, page = settings(desk, "Questions")

    assert window.page() == "Questions"
    assert isinstance(page, LiveForm)
