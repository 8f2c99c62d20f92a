"""Help inside: every page can be read, every link leads somewhere, and everything on screen knows its page."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from desktop.actions import ACTIONS
from desktop.commands.help_pages import declared_words
from desktop.composition.manual import FIRST, KEYS, REFERENCE, Manual, Page, action_names, links
from desktop.presentation.theme import built_in_theme, theme_names
from desktop.windows import help_desk
from desktop.windows.dialog import ask
from desktop.windows.help_desk import PAGE_OF
from desktop.windows.help_text import HelpText
from desktop.windows.help_window import HelpWindow
from desktop.windows.kill_switch_dialog import KillSwitchDialog
from desktop.windows.panel import Panel
from desktop.windows.panel_kinds import PanelKinds
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.describe import describe
from engine.schema.reference import reference_sections

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

MANUAL = Manual(declared_words())
MANUAL.add(Page(id=KEYS, title="All keys", text="# All keys"))
ROOT = Path(__file__).resolve().parents[2]
COMMAND = re.compile(r"`legwork ([a-z]+)")
SPELLED_KEY = re.compile(r"`(?:Ctrl|Alt|Shift)\+[^`]*`|`F\d+`")


def help_window():
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, HelpWindow) and one.isVisible())


@pytest.mark.parametrize("page_id", MANUAL.pages)
def test_every_link_of_every_page_leads_to_a_page(page_id):
    found = [link for link in links(MANUAL.pages[page_id].text) if "://" not in link]

    assert [link for link in found if link not in MANUAL.pages] == []


def test_every_action_that_the_guide_names_is_declared():
    declared = {spec.name for spec in ACTIONS}

    unknown = {(page.id, name) for page in MANUAL.pages.values() for name in action_names(page.text)}

    assert {(page, name) for page, name in unknown if name not in declared} == set()


def test_every_command_that_the_guide_names_exists():
    from desktop.commands.subcommands import SUBCOMMANDS

    named = {name for page in MANUAL.pages.values() for name in COMMAND.findall(page.text)}

    assert named <= SUBCOMMANDS.keys()
    assert len(named) > 10


def test_no_key_of_an_action_is_spelled_out_in_the_guide():
    taken = {key for spec in ACTIONS for key in spec.keys}

    spelled = {
        (name, key.strip("`")) for name in MANUAL.chapters for key in SPELLED_KEY.findall(MANUAL.pages[name].text)
    }

    # In lists of forms these keys belong to the list.
    allowed = {("building", "Ctrl+D")}
    assert {(name, key) for name, key in spelled if key in taken} <= allowed


def test_every_chapter_is_reached_from_the_first_page():
    guide = {page.id for page in MANUAL.pages.values() if page.id in MANUAL.chapters}
    folder = {name for name in MANUAL.pages if "." not in name} - {KEYS}

    assert guide == set(MANUAL.chapters)
    assert folder - set(MANUAL.chapters) <= set(links(MANUAL.pages[FIRST].text))


def test_every_field_of_a_portfolio_has_its_page():
    missing = [spec.name for spec in describe(MultilegPortfolio) if MANUAL.page_of_field(spec) != "portfolio"]

    assert missing == []
    assert MANUAL.page_of_field(describe(RiskLimits)[0]) == "risk-limits"


def test_a_page_names_actions_with_the_keys_of_now(open_desk):
    desk = open_desk()
    keymap = desk.window.key_desk.keymap
    desk.window.act("help")
    window = help_window()
    window.show_page("kill-switch")

    keymap.give("kill_switch", ["Ctrl+Alt+F9"])

    assert "Ctrl+Alt+F9" in window.text.toPlainText()
    window.show_page(KEYS)
    assert "Ctrl+Alt+F9" in window.text.toPlainText()


def test_the_panel_that_has_the_focus_has_its_page(open_desk):
    desk = open_desk()

    for panel_id, page in (("orders", "orders"), ("chain", "option-chain"), ("portfolios", "portfolios")):
        assert desk.window.help_desk.place_of(desk.panel(panel_id)) == (page, "")


def test_every_kind_of_panel_and_no_other_class_is_named():
    from importlib import import_module
    from pkgutil import iter_modules

    import desktop.windows as package

    classes = {
        name: kind
        for module in iter_modules(package.__path__)
        for name, kind in vars(import_module(f"desktop.windows.{module.name}")).items()
        if isinstance(kind, type)
    }
    panels = {name for name, kind in classes.items() if issubclass(kind, Panel) and kind is not Panel}

    assert panels - PAGE_OF.keys() == set()
    assert PAGE_OF.keys() - classes.keys() == set()
    assert {page for page in PAGE_OF.values() if page not in MANUAL.pages} == set()
    assert PanelKinds is not None


def test_the_help_button_of_a_dialog_opens_its_page(open_desk):
    desk = open_desk()
    desk.window.act("kill_switch")
    dialog = desk.dialog(KillSwitchDialog)
    button = next(one for one in dialog.findChildren(QPushButton) if one.text() == "Help")

    button.setFocus()
    desk.wait_until(button.hasFocus)
    button.click()

    assert help_window().page() == "kill-switch"
    assert dialog.isVisible()


def test_a_field_explains_itself_from_its_menu(open_desk, qtbot):
    desk = open_desk()
    desk.window.act("settings")
    desk.window.settings_desk.open("Risk limits", "orders_per_second")
    page = desk.window.settings_desk._shown.widget("Risk limits")
    line = page.form.form.fields.inputs["orders_per_second"].findChild(QLineEdit)

    line.customContextMenuRequested.emit(QPoint(2, 2))
    menu = QApplication.activePopupWidget()
    next(entry for entry in menu.actions() if entry.objectName() == "explain_field").trigger()
    menu.close()

    assert help_window().page() == "risk-limits"
    assert help_window().text.textCursor().selectedText() == "Orders per second"


def test_links_back_and_forward_go_through_the_pages(open_desk):
    desk = open_desk()
    desk.window.act("help")
    window = help_window()

    window.text.anchorClicked.emit(QUrl("stops"))
    window.text.anchorClicked.emit(QUrl("portfolio.StopLoss"))
    window.back_button.click()
    there = window.page()
    window.forward_button.click()

    assert (there, window.page()) == ("stops", "portfolio.StopLoss")
    assert not window.forward_button.isEnabled()


def test_the_search_finds_pages_and_fields(open_desk, qtbot):
    desk = open_desk()
    desk.window.act("help")
    window = help_window()

    qtbot.keyClicks(window.search_line, "straddle width")
    first = window.hits.topLevelItem(0)
    qtbot.keyClick(window.search_line, Qt.Key.Key_Return)

    assert first.text(0) == "Straddle width"
    assert window.page() == "portfolio.StraddleWidth"
    window.search_line.setText("nothing says quetzalcoatl")
    assert window.hits.topLevelItem(0).text(0) == "No page has all these words"


def test_a_missing_guide_is_said_and_takes_nothing_down(open_desk, monkeypatch, tmp_path):
    desk = open_desk()
    monkeypatch.setattr("desktop.composition.manual.resource_path", lambda *parts: tmp_path.joinpath(*parts))

    desk.window.act("help")

    assert "The guide is missing" in desk.window.toasts.toasts()[-1].text()
    assert help_desk.PAGE_OF


def test_the_window_of_help_goes_with_the_desk(open_desk):
    desk = open_desk()
    desk.window.act("help")
    shown = help_window()

    desk.window.close_without_asking()

    assert not shown.isVisible()


@pytest.mark.parametrize("theme", theme_names())
def test_every_page_can_be_drawn_in_every_theme(qtbot, theme):
    text = HelpText(built_in_theme(theme))
    qtbot.addWidget(text)

    for page_id in MANUAL.chapters:
        text.show_page(MANUAL.text(page_id))
        assert "{action" not in text.toPlainText()
        assert MANUAL.pages[page_id].title in text.toPlainText()


def test_help_never_comes_between_the_answers_of_a_question(open_desk, qtbot):
    desk = open_desk()
    desk.window.activateWindow()
    dialog = ask(desk.window, "Close everything", ["All of it?"], "Close it", lambda: None, danger=True)
    buttons = {one.text(): one for one in dialog.findChildren(QPushButton)}
    desk.wait_until(buttons["Leave it"].hasFocus)

    qtbot.keyClick(buttons["Leave it"], Qt.Key.Key_Tab)
    first = QApplication.focusWidget()
    qtbot.keyClick(first, Qt.Key.Key_Tab)

    assert (first, QApplication.focusWidget()) == (buttons["Close it"], buttons["Help"])
    dialog.reject()


def test_enter_means_yes_where_nothing_is_in_danger(open_desk, qtbot):
    desk = open_desk()
    desk.window.activateWindow()
    agreed = []
    dialog = ask(desk.window, "Start it", ["All of it?"], "Start it", lambda: agreed.append(True))
    desk.wait_until(lambda: QApplication.focusWidget() is not None and dialog.isAncestorOf(QApplication.focusWidget()))

    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    assert agreed == [True]


EMPHASIS = {
    "simulated market", "simulated money", "demonstration", "journal", "entry rule", "idle", "reasons", "waiting",
    "entering", "running", "exiting", "exit blocked", "Held", "held", "Completed", "failed", "rejected", "Unknown",
    "strategy tag", "before", "entry", "In the window", "In the engine", "Hard", "nothing watches your stops",
}  # fmt: skip
"""What is printed bold and is no name on screen."""

BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def test_every_bold_name_of_the_guide_stands_on_the_screen():
    titles = {spec.ask.title for spec in every_field()} | {spec.plain_title for spec in ACTIONS}
    folders = (ROOT / "desktop", ROOT / "engine" / "views")
    sources = "".join(path.read_text(encoding="utf-8") for one in folders for path in sorted(one.rglob("*.py")))

    named = {(page, name) for page in MANUAL.chapters for name in BOLD.findall(MANUAL.pages[page].text)}
    on_screen = {name for _, name in named if name in titles or name in sources}

    assert {(page, name) for page, name in named if name not in on_screen | EMPHASIS} == set()
    assert len(on_screen) > 30


def every_field():
    return [
        spec
        for found in REFERENCE.values()
        for section in reference_sections(found.declaration)
        for spec in describe(section.declaration)
    ]
