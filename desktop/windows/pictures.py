"""Save what the window shows as a picture."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.presentation.palette_picture import with_palette
from desktop.windows.dialog import emergency_actions, rise_above_pinned, tell

_SMALLEST = 0
"""What Qt calls the quality of a PNG is how little it is packed."""


class PictureSaver:
    """Writes the window to a PNG file.

    ``settle`` brings every panel up to date: they take turns, and a picture must not show two moments.
    """

    def __init__(self, window: QWidget, folder: Path, settle: Callable[[], None]) -> None:
        self._window, self._folder, self._settle = window, folder, settle

    def ask(self) -> None:
        """Ask where to."""
        self._folder.mkdir(parents=True, exist_ok=True)
        dialog = QFileDialog(self._window, "Save a picture of the window", str(self._folder), "Pictures (*.png)")
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.selectFile("legwork.png")
        for action in emergency_actions(self._window):
            dialog.addAction(action)
        dialog.fileSelected.connect(lambda name: self._saved(Path(name)))
        rise_above_pinned(dialog)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, path: Path) -> bool:
        """Write the picture; return whether that worked."""
        self._settle()
        return bool(with_palette(self._window.grab().toImage()).save(str(path), quality=_SMALLEST))

    def _saved(self, path: Path) -> None:
        if not self.save(path):
            tell(self._window, "That did not work", f"{path} cannot be written; choose another place.")
