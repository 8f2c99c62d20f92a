"""What a running portfolio does, in plain sentences."""

from PySide6.QtWidgets import QWidget

from desktop.presentation.theme import Theme
from desktop.windows.dialog import DeskDialog
from desktop.windows.editor_words import EditorWords
from engine.domain.multileg.portfolio import MultilegPortfolio


class WordsDialog(DeskDialog):
    """Shows a portfolio as it runs, in words."""

    def __init__(self, parent: QWidget, theme: Theme, portfolio: MultilegPortfolio) -> None:
        super().__init__(parent, f"{portfolio.name} in words")
        self.setObjectName("words_dialog")
        self.resize(620, 520)
        self.words = EditorWords(theme, self)
        self.words.show_portfolio(portfolio)
        self.column.addWidget(self.words)
        self.add_buttons(None, "Close")
