"""The edited portfolio in plain sentences, anew with every change."""

from html import escape

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTextBrowser, QWidget

from desktop.presentation.theme import Theme
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.views.explain import Chapter, explain


class EditorWords(QTextBrowser):
    """Shows what a portfolio does, heading by heading; text is written only while it can be seen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._wanted: MultilegPortfolio | None = None
        self._shown: MultilegPortfolio | None = None
        self.setAccessibleName("The portfolio in words")
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)

    def show_portfolio(self, portfolio: MultilegPortfolio | None) -> None:
        """Say what a portfolio does; None says that something is wrong first."""
        self._wanted = portfolio
        if self.isVisible():
            self._write()

    def showEvent(self, event: QShowEvent) -> None:
        """Write what was not worth writing out of sight."""
        super().showEvent(event)
        self._write()

    def _write(self) -> None:
        if self._wanted is not None and self._wanted == self._shown:
            return
        self._shown = self._wanted
        place = self.verticalScrollBar().value()
        self.setHtml(self._html(explain(self._wanted)) if self._wanted is not None else self._wrong())
        self.verticalScrollBar().setValue(place)

    def _wrong(self) -> str:
        colour = self._theme.colours.text_muted
        return f'<p style="color:{colour}">Something is wrong in the form; it says what beside the field.</p>'

    def _html(self, chapters: tuple[Chapter, ...]) -> str:
        colours = self._theme.colours
        parts = []
        for chapter in chapters:
            parts.append(f'<p style="color:{colours.header};margin:6px 0 1px 0">{escape(chapter.title)}</p>')
            parts.extend(f'<p style="margin:0 0 1px 10px">{escape(sentence)}</p>' for sentence in chapter.sentences)
        return "".join(parts)
