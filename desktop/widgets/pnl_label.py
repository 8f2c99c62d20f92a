"""A label for profit and loss with arrow, sign and colour."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from desktop.presentation.fonts import ui_font
from desktop.presentation.formats import MISSING, arrowed_amount
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone, tone_of_sign


class PnlLabel(QLabel):
    """Show an amount in ₹ with an arrow; green above zero, red below.

    ``pixels`` makes it the headline of a panel.
    """

    def __init__(
        self, theme: Theme, accessible_name: str, *, pixels: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(MISSING, parent)
        self._colours = {tone: theme.tone_colour(tone) for tone in Tone}
        self._units: int | None = None
        self.setFont(ui_font(pixels or theme.metrics.font_pixels, bold=True))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(accessible_name)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_amount(self, units: int | None) -> None:
        """Show an amount of whole 1/10,000 rupees; None shows that there is none."""
        if units == self._units:
            return
        self._units = units
        self.setText(arrowed_amount(units))
        self._paint_in(self._colours[Tone.MUTED if units is None else tone_of_sign(units)])

    def _paint_in(self, colour: QColor) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self.setPalette(palette)
