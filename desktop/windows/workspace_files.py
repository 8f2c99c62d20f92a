"""Save a workspace under another name, rename, delete, export and import it: one question at a time, nothing lost."""

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QWidget

from desktop.presentation.tones import Tone
from desktop.windows.dialog import DeskDialog, ask, emergency_actions, tell
from desktop.windows.workspace_desk import WorkspaceDesk
from desktop.workspace.layouts import (
    BUILT_IN,
    delete_workspace,
    export_workspace,
    name_for,
    own_names,
    put_aside,
    read_workspace,
    save_workspace,
    title_of,
)
from desktop.workspace.workspace import LONGEST_TITLE, LayoutError, Workspace

_FILTER = "Workspaces (*.toml);;All files (*)"
_KEPT = "What is there now is kept beside it under another file name."


class NameDialog(DeskDialog):
    """Asks for the name of a workspace; one that cannot be is refused with a sentence beside it."""

    def __init__(
        self, parent: QWidget, title: str, text: str, name: str, confirm: str, take: Callable[[str], None]
    ) -> None:
        super().__init__(parent, title)
        self._take = take
        self.add_text(text)
        self.line = QLineEdit(name, self)
        self.line.setAccessibleName("Name of the workspace")
        self.line.setMaxLength(LONGEST_TITLE)
        self.line.selectAll()
        self.column.addWidget(self.line)
        self.error = QLabel(self)
        self.error.setProperty("error", True)
        self.error.setWordWrap(True)
        self.error.hide()
        self.column.addWidget(self.error)
        self.add_buttons(confirm, "Leave it")
        self.line.setFocus()

    def accept(self) -> None:
        """Take the name, or say why it cannot be."""
        title = " ".join(self.line.text().split())
        reason = refused_title(title)
        if reason is not None:
            self.error.setText(f"✕ {reason}")
            self.error.show()
            return
        super().accept()
        self._take(title)


def refused_title(title: str) -> str | None:
    """Return why a trader's own workspace cannot be called so, or None."""
    if not title:
        return "A workspace needs a name."
    if name_for(title) in BUILT_IN or title.casefold() in {title_of(name).casefold() for name in BUILT_IN}:
        return f'"{title}" is the name of a workspace that came with the program; choose another one.'
    return None


class WorkspaceFiles:
    """What is done to the files of workspaces."""

    def __init__(self, window: QWidget, desk: WorkspaceDesk, say: Callable[[str, Tone], None]) -> None:
        self._window, self._desk, self._say = window, desk, say

    def save_as(self) -> None:
        """Ask for a name, and keep the panels as they stand under it."""
        text = "The panels as they stand now become a workspace of your own."
        title = self._free_title(self._desk.current.title)
        self._ask_name("Save the workspace as", text, title, "Save it", self._save_as)

    def rename(self) -> None:
        """Ask for another name of an own workspace."""
        workspace = self._desk.current
        if self._desk.is_built_in:
            self._say(
                f'"{workspace.title}" came with the program and keeps its name; save it as one of your own.',
                Tone.WARNING,
            )
            return
        self._ask_name(
            "Rename the workspace", f'"{workspace.title}" becomes:', workspace.title, "Rename it", self._rename
        )

    def delete(self) -> None:
        """Ask, then delete an own workspace and open the one it was made from."""
        workspace = self._desk.current
        if self._desk.is_built_in:
            self._say(f'"{workspace.title}" came with the program; it can be reset, not deleted.', Tone.WARNING)
            return
        sentence = f'The file of "{workspace.title}" is deleted. Portfolios and orders are not touched.'
        ask(self._window, f"Delete {workspace.title}", [sentence], "Delete it", self._delete, danger=True)

    def export(self) -> None:
        """Ask for a file to write the open workspace to."""
        dialog = self._dialog("Export the workspace", QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.selectFile(f"{self._desk.current.name}.toml")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.open()

    def take(self) -> None:
        """Ask for a file to take a workspace from."""
        dialog = self._dialog("Import a workspace", QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.read(Path(name)))
        dialog.open()

    def write(self, path: Path) -> None:
        """Write the open workspace to a file."""
        try:
            export_workspace(self._desk.workspace(), path)
        except LayoutError as error:
            tell(self._window, "That did not work", str(error))
            return
        self._say(f"{path.name} is written.", Tone.ACCENT)

    def read(self, path: Path) -> None:
        """Take a workspace from a file and open it; a name that is taken is asked about."""
        try:
            found = read_workspace(path)
        except LayoutError as error:
            tell(self._window, "That did not work", str(error), "The open workspace stays as it is.")
            return
        workspace = found.workspace
        if workspace.origin not in BUILT_IN:
            workspace = replace(workspace, origin=workspace.name if workspace.name in BUILT_IN else "")
        title = workspace.title or workspace.name

        def take(chosen: str) -> None:
            self._unless_taken(chosen, lambda name: self._import(workspace, name, chosen, found.warning))

        if refused_title(title) is None and self._name_of(title) not in own_names(self._desk.folder):
            take(title)
            return
        text = f'There is a workspace "{title}" already. The one from {path.name} is called:'
        self._ask_name("Import a workspace", text, self._free_title(title), "Import it", take)

    # --- what was agreed to -----------------------------------------------------------------------------------------

    def _save_as(self, title: str) -> None:
        def agreed(name: str) -> None:
            self._desk.keep()
            self._desk.rename(name, title)
            self._desk.save()

        self._unless_taken(title, agreed)

    def _rename(self, title: str) -> None:
        before = self._desk.current.name

        def agreed(name: str) -> None:
            self._desk.rename(name, title)
            if self._desk.save() and name != before:
                self._try(lambda: delete_workspace(before, self._desk.folder))

        self._unless_taken(title, agreed, besides=before)

    def _delete(self) -> None:
        gone = self._desk.current
        if self._try(lambda: delete_workspace(gone.name, self._desk.folder)):
            self._desk.forget(gone.origin if gone.origin in BUILT_IN else BUILT_IN[0])

    def _import(self, workspace: Workspace, name: str, title: str, warning: str | None) -> None:
        named = replace(workspace, name=name, title=title)
        if self._try(lambda: save_workspace(named, self._desk.folder)):
            if self._desk.current.name != named.name:
                self._desk.keep()
            self._desk.show(named, warning)

    def _unless_taken(self, title: str, agreed: Callable[[str], None], besides: str = "") -> None:
        """Do it at once where the title is free, else ask; what is replaced is kept beside it."""
        name = self._name_of(title)
        if name == besides or name not in own_names(self._desk.folder):
            agreed(name)
            return

        def replaced() -> None:
            if self._try(lambda: put_aside(name, self._desk.folder)):
                agreed(name)

        there = title_of(name, self._desk.folder)
        ask(
            self._window,
            f"Replace {there}",
            [f'There is a workspace "{there}" already. Replace it?', _KEPT],
            "Replace it",
            replaced,
        )

    # --- asking -----------------------------------------------------------------------------------------------------

    def _ask_name(self, title: str, text: str, name: str, confirm: str, take: Callable[[str], None]) -> None:
        NameDialog(self._window, title, text, name, confirm, take).open()

    def _name_of(self, title: str) -> str:
        """Return the file name of the own workspace with a title, there or not; titles in other scripts share none."""
        taken = own_names(self._desk.folder)
        names = (f"{name_for(title)}{'-' if number else ''}{number or ''}" for number in range(len(taken) + 1))
        return next(
            name
            for name in names
            if name not in taken or title_of(name, self._desk.folder).casefold() == title.casefold()
        )

    def _free_title(self, title: str) -> str:
        taken = own_names(self._desk.folder)
        stem = (title.rstrip("0123456789 ") or title)[: LONGEST_TITLE - len(" 999")]
        titles = (f"{stem} {number}" for number in range(2, len(taken) + 3))
        return next(one for one in titles if self._name_of(one) not in taken)

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except LayoutError as error:
            tell(self._window, "That did not work", str(error))
            return False
        return True

    def _dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title, str(Path.home()), _FILTER)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAcceptMode(mode)
        dialog.setAccessibleName(title)
        for action in emergency_actions(self._window):
            dialog.addAction(action)
        dialog.finished.connect(dialog.deleteLater)
        return dialog
