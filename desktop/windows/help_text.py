"""A page of Help in Markdown as a document in the colours of a theme."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser, QWidget

from desktop.presentation.theme import Theme

_LARGER = {1: 7, 2: 3, 3: 1}
"""Pixels by which headings are larger than text, by their level."""

_LINE_HEIGHT = 135.0  # percent
_MARGIN = 18
_CELL_PADDING = 5
_SPACE_ABOVE = {1: 0, 2: 16, 3: 10}
_SPACE_BELOW = 7
_OF_FIELDS = (16, 15, 24, 13, 32)
"""Percent of the width that the columns of a table of fields take: the meaning most."""


class HelpText(QTextBrowser):
    """Shows one page; its links are told by ``anchorClicked`` and followed by whoever owns it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._page: QTextDocument | None = None
        self.setAccessibleName("Page of Help")
        self.setOpenLinks(False)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Link, QColor(theme.colours.accent))
        palette.setColor(QPalette.ColorRole.LinkVisited, QColor(theme.colours.accent))
        self.setPalette(palette)

    def show_page(self, text: str, mark: str = "") -> None:
        """Show Markdown from its beginning; with ``mark`` from the first cell that says that, selected."""
        before = self._page
        # Dressed before it is shown: every change of a page on screen would lay all of it out again.
        self._page = self._dressed(text)
        self.setDocument(self._page)
        if before is not None:
            before.deleteLater()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        if mark:
            self._go_to(mark)
        else:
            self.verticalScrollBar().setValue(0)

    def _dressed(self, text: str) -> QTextDocument:
        page = QTextDocument(self)
        page.setDocumentMargin(_MARGIN)
        font = QFont(self.font())
        font.setPixelSize(self._theme.metrics.font_pixels + 1)
        page.setDefaultFont(font)
        page.setMarkdown(text)
        self._dress_blocks(page)
        for frame in page.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._dress_table(frame)
        return page

    def _go_to(self, mark: str) -> None:
        for frame in self.document().rootFrame().childFrames():
            if not isinstance(frame, QTextTable):
                continue
            for row in range(1, frame.rows()):
                cursor = frame.cellAt(row, 0).firstCursorPosition()
                if cursor.block().text().strip() == mark:
                    # The end first, so that the whole row comes into view.
                    self.setTextCursor(frame.cellAt(row, frame.columns() - 1).lastCursorPosition())
                    cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                    cursor.setPosition(frame.cellAt(row, 0).firstCursorPosition().position())
                    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                    self.setTextCursor(cursor)
                    return

    def _dress_blocks(self, page: QTextDocument) -> None:
        pixels, colours = self._theme.metrics.font_pixels + 1, self._theme.colours
        block = page.begin()
        while block.isValid():
            cursor = QTextCursor(block)
            level = block.blockFormat().headingLevel()
            shape = QTextBlockFormat()
            if level:
                shape.setTopMargin(_SPACE_ABOVE.get(level, 8))
                shape.setBottomMargin(_SPACE_BELOW)
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                letters = cursor.charFormat()
                letters.setForeground(QBrush(QColor(colours.header)))
                letters.setFontWeight(QFont.Weight.Bold)
                letters.setProperty(QTextFormat.Property.FontPixelSize, pixels + _LARGER.get(level, 0))
                letters.clearProperty(QTextFormat.Property.FontSizeAdjustment)
                cursor.setCharFormat(letters)
            else:
                shape.setLineHeight(_LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
                if cursor.currentTable() is None:
                    shape.setBottomMargin(3 if block.textList() is not None else _SPACE_BELOW)
            QTextCursor(block).mergeBlockFormat(shape)
            self._dress_words(page, block)
            block = block.next()

    def _dress_words(self, page: QTextDocument, block: QTextBlock) -> None:
        """Colour what is written as a key or a command; links have their colour already."""
        spans = []
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            letters = fragment.charFormat()
            if letters.fontFixedPitch() and not letters.isAnchor():
                spans.append((fragment.position(), fragment.length(), letters))
            iterator += 1
        for position, length, letters in spans:
            letters.setForeground(QBrush(QColor(self._theme.colours.header)))
            letters.setBackground(QBrush(QColor(self._theme.colours.panel_raised)))
            cursor = QTextCursor(page)
            cursor.setPosition(position)
            cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(letters)

    def _dress_table(self, table: QTextTable) -> None:
        colours = self._theme.colours
        shape = table.format()
        shape.setBorder(1)
        shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        shape.setBorderBrush(QBrush(QColor(colours.border)))
        shape.setBorderCollapse(True)
        shape.setCellSpacing(0)
        shape.setCellPadding(_CELL_PADDING)
        shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        if table.columns() == len(_OF_FIELDS):
            shape.setColumnWidthConstraints(
                [QTextLength(QTextLength.Type.PercentageLength, percent) for percent in _OF_FIELDS]
            )
        table.setFormat(shape)
        for column in range(table.columns()):
            cell = table.cellAt(0, column)
            dressed = cell.format()
            dressed.setBackground(QBrush(QColor(colours.panel_raised)))
            dressed.setForeground(QBrush(QColor(colours.header)))
            cell.setFormat(dressed)


def page_of(link: QUrl) -> str:
    """Return the page that a link leads to, as it is written in the text."""
    return link.toString().removesuffix(".md")
