"""Dress the whole application in a theme."""

from PySide6.QtWidgets import QApplication, QWidget

from desktop.presentation.fonts import register_fonts, ui_font
from desktop.presentation.theme import Theme, palette, style_sheet

_STYLE = "Fusion"


def dress(application: QApplication, theme: Theme) -> None:
    """Give the application the theme's fonts and palette; its windows are dressed one by one.

    Raises FontError when a bundled font cannot be loaded.
    """
    register_fonts()
    font = ui_font(theme.metrics.font_pixels)
    # Each of these is told to every widget there is, whether it changes anything or not.
    if application.style().name() != _STYLE.casefold():
        application.setStyle(_STYLE)
    if application.font() != font:
        application.setFont(font)
    application.setPalette(palette(theme))


def dress_window(window: QWidget, theme: Theme) -> None:
    """Give a window, and every dialog and menu of it, the theme's style sheet.

    Once it stands: what is built and moved about under a style sheet is styled again with every step. A sheet of the
    application would be applied to the windows of the look before, too.
    """
    window.setStyleSheet(style_sheet(theme))
