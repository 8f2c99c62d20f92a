"""Dress the whole application in a theme."""

from PySide6.QtWidgets import QApplication

from desktop.presentation.fonts import register_fonts, ui_font
from desktop.presentation.theme import Theme, palette, style_sheet


def dress(application: QApplication, theme: Theme) -> None:
    """Give the application the theme's fonts, palette and style sheet; windows built before keep their colours.

    Raises FontError when a bundled font cannot be loaded.
    """
    register_fonts()
    application.setStyle("Fusion")
    application.setFont(ui_font(theme.metrics.font_pixels))
    application.setPalette(palette(theme))
    application.setStyleSheet(style_sheet(theme))
