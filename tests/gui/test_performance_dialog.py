"""The trader chooses in the window how the engine runs from the next start on."""

import pytest
from PySide6.QtWidgets import QLabel

from desktop.composition.performance import Performance, load_performance, performance_file
from desktop.windows.settings_dialog import SettingsDialog

# The offscreen platform says this for every top-level window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def toasts(desk):
    return [toast.text() for toast in desk.window.toasts.toasts()]


def test_the_choice_is_kept_for_the_next_start(desk_that_keeps):
    desk_that_keeps.window.act("performance")
    dialog = desk_that_keeps.dialog(SettingsDialog)
    before = dialog.form.value()

    dialog.form.set_value(Performance(engine_process=True))
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    dialog.accept()

    assert before == Performance()
    assert load_performance() == Performance(engine_process=True)
    assert "The engine runs in a thread of the window's process now" in words
    assert any("when Legwork is started again" in toast for toast in toasts(desk_that_keeps))


def test_a_file_that_is_wrong_is_said_and_left_alone(desk_that_keeps):
    performance_file().write_text("threads = 2", encoding="utf-8")

    desk_that_keeps.window.act("performance")

    assert any("cannot be used: threads" in toast for toast in toasts(desk_that_keeps))
    assert performance_file().read_text(encoding="utf-8") == "threads = 2"
