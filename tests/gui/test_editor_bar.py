"""The editor in little room: its bar, its sentence, how form and payoff share the panel, what groups bring."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget

from desktop.forms.form import DeclarationForm
from desktop.windows.editor_bar import EditorBar
from desktop.windows.editor_split import EditorSplit
from engine.domain.multileg.portfolio import MultilegPortfolio

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NAMES = ("template", "open", "save", "paste_legs", "copy_legs", "pick", "undo", "redo", "payoff")


@pytest.fixture
def split(qtbot):
    def made(context=None):
        result = EditorSplit(QPlainTextEdit(), QPlainTextEdit(), context)
        qtbot.addWidget(result)
        result.resize(800, 600)
        result.show()
        qtbot.waitExposed(result)
        result.fit(800)
        return result

    return made


def share(split):
    form, side = split.sizes()
    return round(100 * form / (form + side))


def test_every_tool_does_its_own_thing_and_arm_stays_in_a_narrow_bar(qtbot):
    done = []
    acts = {name: lambda name=name: done.append(name) for name in NAMES}
    bar = EditorBar(acts, lambda: done.append("arm"))
    qtbot.addWidget(bar)
    bar.resize(260, 30)
    bar.show()
    qtbot.waitExposed(bar)

    bar.undo.trigger()
    bar.payoff.trigger()
    bar.arm_button.click()

    assert done == ["undo", "payoff", "arm"]
    assert bar.arm_button.geometry().right() < bar.width()
    assert bar.minimumSizeHint().width() <= 260


def test_the_form_has_the_larger_share(split):
    assert share(split()) >= 60


def test_a_dragged_share_stays_through_resizing_and_in_a_saved_workspace(split):
    panel = split()
    panel.moveSplitter(300, 1)
    chosen = share(panel)

    panel.resize(800, 900)
    panel.fit(800)

    assert abs(share(panel) - chosen) <= 2
    assert abs(share(split(panel.context())) - chosen) <= 2


def test_a_share_that_cannot_be_meant_is_left_alone(split):
    assert share(split({"form_share_above": "nonsense"})) >= 60
    assert share(split({"form_share_above": "7"})) >= 60


def test_a_wide_panel_stands_form_and_payoff_side_by_side(split):
    panel = split()

    panel.fit(1_600)

    assert panel.orientation() == Qt.Orientation.Horizontal


@pytest.mark.parametrize(
    ("tab", "words"),
    [
        ("Range breakout", "range of the morning is broken"),
        ("Dynamic hedge", "Keep the delta of all legs together"),
        ("Extra conditions", "Asks for: Max profit, Max loss."),
        ("At broker", "Stops, targets and waits that rest at the broker"),
    ],
)
def test_a_tab_of_groups_that_are_off_says_what_they_bring(qtbot, tab, words):
    form = DeclarationForm(MultilegPortfolio, (tab,), columns=2, judged=False)
    qtbot.addWidget(form)
    form.show()

    shown = [label.text() for label in form.findChildren(QLabel) if label.isVisibleTo(form)]

    assert any(words in text for text in shown)


def test_the_words_of_a_group_go_away_with_switching_it_on(qtbot):
    form = DeclarationForm(MultilegPortfolio, ("At broker",), columns=2, judged=False)
    qtbot.addWidget(form)

    form.set_data({"at_broker": {}})

    assert not any(_says_what_it_asks_for(child) for child in form.findChildren(QLabel) if child.isVisibleTo(form))


def _says_what_it_asks_for(label: QWidget) -> bool:
    return isinstance(label, QLabel) and "Asks for" in label.text()


def test_a_wrong_draft_is_written_out_in_a_line_of_its_own(open_desk):
    desk = open_desk()
    panel, editor = desk.panel("editor"), desk.window.desk.editor

    editor.edit({**editor.draft(), "name": ""})

    assert panel.verdict.text().startswith("✕ ")
    assert panel.verdict.wordWrap()


def test_a_long_name_is_cut_and_told_whole_in_its_tooltip(open_desk):
    desk = open_desk()
    panel, editor = desk.panel("editor"), desk.window.desk.editor
    name = "Nine twenty straddle with wings and combined stop"

    editor.edit({**editor.draft(), "name": name})

    assert panel.verdict.text().startswith("Nine twenty straddle with wings and com…")
    assert name in panel.verdict.toolTip()
