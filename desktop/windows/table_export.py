"""Take a panel's table out of the window: to a file, or to the clipboard."""

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.composition.failures import FailureError
from desktop.composition.table_files import TITLES, TableForm, convert_apart, form_of, write_table
from desktop.presentation.tones import Tone
from desktop.viewmodels.grid_source import RowGridSource
from desktop.viewmodels.table_extract import (
    TableExtract,
    extract_of_model,
    extract_of_source,
    markdown,
    tab_separated,
)
from desktop.widgets.data_grid import FastGrid
from desktop.widgets.data_table import DataTable
from desktop.windows.dialog import ask, emergency_actions, rise_above_pinned
from desktop.windows.panel import Panel

Told = Callable[[int], None]
"""Hears how many lines are done."""

_TELLS_EVERY = 25_000
"""Lines between two words about a long export."""


class TableExport(QObject):
    """Exports and copies the table of the panel in which the trader works.

    Signals:
        finished: File, and a sentence why it could not be written; empty where it was.
        copied: Number of lines that are on the clipboard.
    """

    finished = Signal(object, str)
    copied = Signal(int)

    def __init__(
        self,
        window: QWidget,
        panel: Callable[[], Panel | None],
        folder: Path,
        say: Callable[[str, Tone], None],
    ) -> None:
        """``panel`` answers where the trader works; ``folder`` is offered first for files."""
        super().__init__(window)
        self._window, self._panel, self._folder, self._say = window, panel, folder, say
        self._last_form = TableForm.CSV
        self._works: set[_Work] = set()
        """What is under way; it is let go here and not on its own thread, because Qt objects belong to this one."""

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what carries out the declared actions."""
        return {
            "copy_lines": lambda: self._with_lines(lambda _name, lines: self._copy(lines, tab_separated)),
            "copy_markdown": lambda: self._with_lines(lambda _name, lines: self._copy(lines, markdown)),
            "export_table": lambda: self._with_lines(self._ask),
        }

    def write(self, lines: TableExtract, path: Path, form: TableForm) -> None:
        """Write lines to a file on a thread of its own; the trader is told when it is there."""
        self._say(f"Writing {_counted(len(lines.rows))} to {path} …", Tone.ACCENT)
        self._start(
            lambda told: _written(lines, path, form, told),
            lambda said: self._tell_end(len(lines.rows), path, said),
            lambda count: self._tell_progress(count, path),
        )

    def _start(
        self, do: Callable[[Told], str], then: Callable[[str], None], told: Callable[[int], None] = lambda _count: None
    ) -> None:
        work = _Work(do, then, told)
        self._works.add(work)
        # Whoever waits may be gone before it is done; Qt then drops the word.
        work.done.connect(self._done, Qt.ConnectionType.QueuedConnection)
        work.progressed.connect(self._progressed, Qt.ConnectionType.QueuedConnection)
        Thread(target=work.run, name="table export", daemon=True).start()

    def _done(self, work: "_Work", result: str) -> None:
        self._works.discard(work)
        work.then(result)

    def _progressed(self, work: "_Work", count: int) -> None:
        work.told(count)

    def _with_lines(self, act: Callable[[str, TableExtract], None]) -> None:
        panel = self._panel()
        lines = None if panel is None else lines_of(panel)
        if panel is None:
            self._say("Click into a panel first, then its table can be taken out.", Tone.ACCENT)
        elif lines is None:
            self._say("This panel has no table.", Tone.ACCENT)
        elif not lines.rows:
            self._say("The table is empty: there is nothing to take out.", Tone.ACCENT)
        else:
            act(panel.accessibleName(), lines)

    def _copy(self, lines: TableExtract, written: Callable[[TableExtract], str]) -> None:
        # A whole book takes longer to write than a frame has.
        self._start(lambda _told: written(lines), lambda text: self._put(text, len(lines.rows)))

    def _put(self, text: str, count: int) -> None:
        QGuiApplication.clipboard().setText(text)
        self._say(f"{_counted(count)} copied.", Tone.ACCENT)
        self.copied.emit(count)

    def _ask(self, name: str, lines: TableExtract) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._say(f"{self._folder} cannot be made ({error.strerror}); choose another place.", Tone.WARNING)
        dialog = QFileDialog(self._window, f"Export {_counted(len(lines.rows))} of {name}", str(self._folder))
        dialog.setAccessibleName(dialog.windowTitle())
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        # Qt would ask with a dialog that holds the loop up.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(TITLES.values()))
        dialog.selectNameFilter(TITLES[self._last_form])
        dialog.selectFile(f"{name.casefold().replace(' ', '-')}.{self._last_form}")
        for action in emergency_actions(self._window):
            dialog.addAction(action)
        dialog.fileSelected.connect(lambda file: self._chosen(Path(file), dialog.selectedNameFilter(), lines))
        rise_above_pinned(dialog)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _chosen(self, path: Path, name_filter: str, lines: TableExtract) -> None:
        form = form_of(path)
        if form is None:
            form = next(form for form, title in TITLES.items() if title == name_filter)
            path = path.with_name(f"{path.name}.{form}")
        self._last_form = form
        chosen = form
        if not path.exists():
            self.write(lines, path, chosen)
            return
        sentences = [f"{path} is there already. Replace it?", "The old file stays until the new one is whole."]
        ask(
            self._window,
            "Replace the file",
            sentences,
            "Replace it",
            lambda: self.write(lines, path, chosen),
            danger=True,
        )

    def _tell_progress(self, count: int, path: Path) -> None:
        if count % _TELLS_EVERY == 0:
            self._say(f"{_counted(count)} written to {path.name} so far …", Tone.ACCENT)

    def _tell_end(self, count: int, path: Path, said: str) -> None:
        if said:
            self._say(f"The table was not exported. {said}.", Tone.WARNING)
        else:
            self._say(f"{_counted(count)} written to {path}", Tone.UP)
        self.finished.emit(path, said)


class _Work(QObject):
    """One piece of work on a thread of its own; what is to be done with its result travels with it."""

    done = Signal(object, str)
    progressed = Signal(object, int)

    def __init__(self, do: Callable[[Told], str], then: Callable[[str], None], told: Callable[[int], None]) -> None:
        super().__init__()
        self._do, self.then, self.told = do, then, told

    def run(self) -> None:
        self.done.emit(self, self._do(lambda count: self.progressed.emit(self, count)))


def lines_of(panel: Panel) -> TableExtract | None:
    """Return the selected lines of a panel's table where several are, else all; None where it has no table."""
    match panel.table_widget():
        case DataTable() as table:
            selected = table.selected_rows()
            columns = table.header().wanted_columns()
            return extract_of_model(table.model, columns, selected if len(selected) > 1 else [])
        case FastGrid() as grid if isinstance(grid.source, RowGridSource):
            selected = grid.selected_rows()
            columns = grid.header().wanted_columns()
            return extract_of_source(grid.source, columns, selected if len(selected) > 1 else [])
        case _:
            return None


def _written(lines: TableExtract, path: Path, form: TableForm, told: Told) -> str:
    """Write a file and answer why that could not be done, in a sentence; empty where it was."""
    try:
        write_table(lines.titles, lines.lines(), path, form, convert=convert_apart, told=told)
    except FailureError as error:
        return str(error)
    return ""


def _counted(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"
