"""GridLog.csv: what the message log tells, written beside it in the columns that scrapers of Stoxxo's file read.

What is known of that file comes from public programs that read it: a folder ``Logs/19-Aug-2026`` for each day, the
columns below, and times like ``09:43:28:759``. The columns and the folder are the same here. Not known are the end of a
line and whether Stoxxo quotes a message that has a comma: here it is quoted, and the three fields behind it never
hold a comma, so that who splits a line from its right end and who reads CSV both find the same fields.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Annotated

import tomli_w

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import data_folder
from desktop.composition.whole_file import write_whole
from engine.domain.instant import ist_date, ist_datetime
from engine.schema.declared import Declared
from engine.schema.documents import DocumentError, document_from_toml
from engine.schema.field import ask
from engine.schema.load import DeclarationError, dump, load
from engine.schema.migrate import DocumentVersionError, Step, migrate
from engine.views.messages import MessageRow

HEADER = ("Timestamp", "Log Type", "Message", "UserID", "Strategy Tag", "Option Portfolio")

STEPS: tuple[Step, ...] = ()
"""What turns each older version of the settings file into the next one."""

VERSION = len(STEPS) + 1

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OPENED = "session_opened"
_WAY_OUT = "GridLog.csv is written; correct the file, or move it away"


class MessageLog(Declared, frozen=True, kw_only=True):
    """Message log."""

    grid_log: Annotated[
        bool,
        ask(
            "Write GridLog.csv",
            "What the log tells is also written to logs/19-Aug-2026/GridLog.csv, a folder for each day, in your own "
            "folder: with the columns of Stoxxo's file, so that scrapers keep working.",
        ),
    ] = True


def message_log_file() -> Path:
    """Answer where the settings of the message log lie, there or not."""
    return data_folder() / "message_log.toml"


def load_message_log(path: Path | None = None) -> MessageLog:
    """Answer the settings; those of the program where nothing was chosen.

    Raises FailureError where the file cannot be read, MisuseError with what is wrong in it.
    """
    place = path or message_log_file()
    try:
        return load(migrate(document_from_toml(place.read_text(encoding="utf-8")), STEPS), MessageLog)
    except FileNotFoundError:
        return MessageLog()
    except OSError as error:
        raise FailureError(f"The settings {place} cannot be read: {error.strerror}. {_WAY_OUT}") from error
    except (UnicodeDecodeError, DocumentVersionError, DocumentError, DeclarationError) as error:
        raise MisuseError(f"The settings {place} cannot be used: {error}. {_WAY_OUT}") from error


def save_message_log(settings: MessageLog, path: Path | None = None) -> None:
    """Write the settings in one piece. Raises FailureError where the disk refuses."""
    place = path or message_log_file()
    try:
        write_whole(place, tomli_w.dumps({"schema": VERSION, **dump(settings)}), keeps_old=True)
    except OSError as error:
        raise FailureError(f"The settings {place} cannot be written: {error.strerror}") from error


def grid_log_path(folder: Path, day: date) -> Path:
    """Answer the file of a day: ``logs/19-Aug-2026/GridLog.csv`` below ``folder``."""
    return folder / "logs" / f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year}" / "GridLog.csv"


def grid_log_fields(row: MessageRow) -> tuple[str, ...]:
    """Answer a message as the fields of a line."""
    moment = ist_datetime(row.at)
    return (
        f"{moment:%H:%M:%S}:{moment.microsecond // 1_000:03d}",
        row.level.value,
        " ".join(row.sentence.split()),
        *(_clean(text) for text in (row.account, row.strategy_tag, row.portfolio)),
    )


def _clean(text: str) -> str:
    """Take out what would shift the fields of who splits at commas."""
    return " ".join(text.translate({ord(","): " ", ord('"'): "'"}).split())


class GridLog:
    """Writes messages on a thread of its own; where the disk refuses it says so once and goes on trying.

    ``trouble`` gets the sentence, on the writer's thread. Nothing here raises or keeps the caller waiting.
    """

    def __init__(self, folder: Path, settings: MessageLog, trouble: Callable[[str], None]) -> None:
        self._folder, self._trouble = folder, trouble
        self._settings = settings
        self._is_broken = False
        self._waiting: SimpleQueue[Sequence[MessageRow] | None] = SimpleQueue()
        self._thread = Thread(target=self._write_on, name="GridLog", daemon=True)
        self._thread.start()

    @property
    def settings(self) -> MessageLog:
        """What the trader chose."""
        return self._settings

    def use(self, settings: MessageLog) -> None:
        """Write from now on, or no longer."""
        self._settings = settings

    def path_of(self, day: date) -> Path:
        """Answer the file of a day."""
        return grid_log_path(self._folder, day)

    def begin(self, messages: Sequence[MessageRow]) -> None:
        """Write what was told of this session so far; what earlier ones told is in the file already."""
        opened = max((place for place, row in enumerate(messages) if row.kind == _OPENED), default=0)
        self.take(messages[opened:])

    def take(self, messages: Iterable[MessageRow]) -> None:
        """Queue what the log tells; returns at once."""
        told = [row for row in messages if row.told] if self._settings.grid_log else []
        if told:
            self._waiting.put(told)

    def close(self) -> None:
        """Write what waits and end the thread; safe to call twice."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _write_on(self) -> None:
        while (rows := self._waiting.get()) is not None:
            days: dict[date, list[MessageRow]] = {}
            for row in rows:
                days.setdefault(ist_date(row.at), []).append(row)
            for day, of_day in days.items():
                self._append(self.path_of(day), of_day)

    def _append(self, path: Path, rows: Sequence[MessageRow]) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8", newline="") as file:
                lines = csv.writer(file)
                if not file.tell():
                    lines.writerow(HEADER)
                lines.writerows(grid_log_fields(row) for row in rows)
        except OSError as error:
            if not self._is_broken:
                self._trouble(
                    f"{path} cannot be written ({error.strerror}): check the folder and the disk's space. The journal "
                    "has every message; only the copy for scrapers lacks these"
                )
            self._is_broken = True
        else:
            self._is_broken = False
