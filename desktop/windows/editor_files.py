"""Open and save the edited portfolio as TOML, in the trader's own folder by default."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.composition.questions import Questions
from desktop.composition.saved_portfolios import without_plain_word
from desktop.viewmodels.multileg_editor import MultilegEditor, said
from desktop.windows.dialog import ask, emergency_actions, rise_above_pinned, tell
from engine.domain.multileg.templates import template_from_toml
from engine.schema.documents import LARGEST_DOCUMENT, DocumentError, document_from_toml
from engine.schema.load import DeclarationError

_MOST_CAUTIONS = 8
_FILTER = "Portfolios (*.toml);;All files (*)"


class EditorFiles:
    """The two file dialogs of the editor; every trouble is a sentence, and the draft stays as it is."""

    def __init__(
        self, parent: QWidget, editor: MultilegEditor, own_folder: Path, questions: Questions | None = None
    ) -> None:
        self._parent, self._editor, self._folder = parent, editor, own_folder
        self._questions = Questions() if questions is None else questions

    def open(self) -> None:
        """Ask for a file to open."""
        dialog = self._dialog("Open a portfolio", QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.read(Path(name)))
        dialog.open()

    def save(self) -> None:
        """Ask for a file to write; while something is wrong the sentence says what."""
        value = self._editor.value()
        if value is None:
            tell(self._parent, "Not saved yet", *(said(error) for error in self._editor.errors()[:6]))
            return
        cautions = self._editor.unconfirmed()
        if cautions:
            lines = "\n".join(f"⚠ {said(one)}" for one in cautions[:_MOST_CAUTIONS])
            ask(
                self._parent,
                f"Save {value.name}",
                [lines, "Asked once; it may be meant."],
                "Save it",
                self._save_all_the_same,
                question=self._questions["save_with_cautions"],
            )
            return
        self._ask_where(value.name)

    def _save_all_the_same(self) -> None:
        self._editor.confirm_cautions()
        self.save()

    def _ask_where(self, name: str) -> None:
        dialog = self._dialog("Save the portfolio", QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.selectFile(f"{_file_name(name)}.toml")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.open()

    def read(self, path: Path) -> None:
        """Open a file in the editor, or say why it cannot be."""
        try:
            text = self._text_of(path)
            if "template" in document_from_toml(text):
                self._editor.open_portfolio(template_from_toml(text).portfolio)
            else:
                self._editor.load_text(text)
        except OSError as error:
            self._refuse(path, f"The file cannot be read: {error.strerror}.")
        except UnicodeDecodeError as error:
            self._refuse(path, f"This is not text in UTF-8 (byte {error.start}); choose a portfolio in TOML.")
        except DocumentError as error:
            self._refuse(path, str(error))

    def write(self, path: Path) -> None:
        """Write the draft to a file, whole or not at all."""
        unfinished = path.with_name(f"{path.name}.unfinished")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(without_plain_word(self._editor.text()), encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            self._refuse(path, f"The file cannot be written: {error.strerror}. Choose another place.")
            return
        except DeclarationError as error:
            self._refuse(path, str(error))
            return
        self._editor.mark_saved()

    def _text_of(self, path: Path) -> str:
        with path.open("rb") as file:
            return file.read(LARGEST_DOCUMENT + 1).decode("utf-8")

    def _refuse(self, path: Path, sentence: str) -> None:
        tell(self._parent, "That did not work", f"{path.name}: {sentence}", "What is in the editor stays as it is.")

    def _dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        self._folder.mkdir(parents=True, exist_ok=True)
        dialog = QFileDialog(self._parent, title, str(self._folder), _FILTER)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAcceptMode(mode)
        dialog.setAccessibleName(title)
        rise_above_pinned(dialog)
        for action in emergency_actions(self._parent):
            dialog.addAction(action)
        dialog.finished.connect(dialog.deleteLater)
        return dialog


def _file_name(name: str) -> str:
    kept = "".join(letter if letter.isalnum() else "_" for letter in name.casefold())
    return kept.strip("_")[:40] or "portfolio"
