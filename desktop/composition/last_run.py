"""Whether the last run on a journal ended with a goodbye, and what the system wrote down when it did not."""

import faulthandler
import os
import tomllib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

import msgspec
import tomli_w

from desktop.composition.clock import now
from desktop.composition.folders import data_folder
from desktop.composition.whole_file import write_whole
from engine.domain.instant import ist_datetime

_SHORT = 12


class LostRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that ended without a goodbye: when it began, and where the system's words of its end are, if any."""

    began: str
    report: Path | None

    def sentence(self, recovered: str) -> str:
        """Say it, with what was recovered from the journal."""
        where = f" What the system wrote down of its end: {self.report}." if self.report is not None else ""
        return f"The last run, begun {self.began}, ended without goodbye.{where} {recovered}"


class RunMark:
    """A small file that lies there while a run lasts; who finds it knows that the run before never ended.

    ``journal`` tells runs on different journals apart; its address is not written down, it may hold a password.
    """

    def __init__(self, journal: str) -> None:
        name = sha256(journal.encode()).hexdigest()[:_SHORT]
        folder = data_folder() / "logs"
        self._mark = folder / f"running-{name}.toml"
        self._fault = folder / f"hard-crash-{name}.txt"
        self._file: IO[str] | None = None

    def begin(self) -> LostRun | None:
        """Note that a run begins, and answer what the last one left; None where that ended well.

        Call it once the journal is ours: its lock proves that the other run is gone. Raises OSError.
        """
        lost = self._lost()
        write_whole(
            self._mark, tomli_w.dumps({"process": os.getpid(), "began": f"{ist_datetime(now()):%d %b %Y %H:%M:%S}"})
        )
        # Stays open for as long as the run lasts: a crash that Python cannot catch writes into it.
        self._file = self._fault.open("w", encoding="utf-8")
        faulthandler.enable(self._file)
        return lost

    def end(self) -> None:
        """Say goodbye. Safe to call twice, and after a beginning that failed."""
        if self._file is None:
            return
        faulthandler.disable()
        self._file.close()
        self._file = None
        with suppress(OSError):
            self._mark.unlink(missing_ok=True)
            self._fault.unlink(missing_ok=True)

    def _lost(self) -> LostRun | None:
        try:
            written = self._mark.read_text(encoding="utf-8")
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        try:
            began = str(tomllib.loads(written).get("began", "earlier"))
        except tomllib.TOMLDecodeError:
            began = "earlier"
        return LostRun(began=began, report=self._kept_words())

    def _kept_words(self) -> Path | None:
        """Move what the system wrote down out of the way of the next run; None where it wrote nothing."""
        try:
            if not self._fault.stat().st_size:
                return None
            stamp = f"{ist_datetime(now()):%Y%m%d-%H%M%S-%f}"
            place = self._fault.with_name(f"report-{stamp}-hard.txt")
            self._fault.replace(place)
        except OSError:
            return None
        return place
