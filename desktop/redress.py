"""Build the main window anew in another look, with every panel, draft and selection where it was."""

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from desktop.composition.display import Display
from desktop.presentation import formats
from desktop.presentation.appearance import dress, dress_window
from desktop.presentation.theme import Theme, theme_of
from desktop.windows.main_window import MainWindow
from desktop.workspace.layouts import OpenedWorkspace

Build = Callable[[OpenedWorkspace, Display, Theme], MainWindow]
"""Builds a window on the engine that runs."""


def dress_application(application: QApplication, display: Display) -> Theme:
    """Give the application what the trader chose to see, and answer the theme for the windows to come.

    Raises ThemeError for a broken theme, FontError for a font that cannot be loaded.
    """
    theme = theme_of(display)
    dress(application, theme)
    formats.use_grouping(display.grouping)
    return theme


def redressed(old: MainWindow, display: Display, build: Build) -> MainWindow:
    """Answer a shown window in another look; ``old`` is gone. The engine and its bridge notice nothing.

    Colours and sizes are taken when a widget is built, so that painting never looks them up; building anew is the
    one way that forgets none.
    """
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    arranged, selected = OpenedWorkspace(old.workspace()), old.portfolio_desk.selected()
    keeps, was_maximised = old.keep_arrangement, old.isMaximized()
    theme = dress_application(application, display)
    window = build(arranged, display, theme)
    dress_window(window, theme)
    window.keep_arrangement, window.palette_desk.recency = keeps, old.palette_desk.recency
    window.desk.checked.check(old.desk.checked.ids)
    if selected is not None:
        window.select_portfolio(selected.portfolio_id)
    if was_maximised:
        window.showMaximized()
    else:
        window.show()
    window.activateWindow()
    if (step := old.tour.number()) is not None:
        window.tour.go(step)
    window.settings_desk.reopen(old.settings_desk.place())
    # Only now, so that the desk is never gone from the screen.
    old.retire()
    return window
