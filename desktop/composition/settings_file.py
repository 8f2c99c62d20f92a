"""A declaration that is kept as a small TOML file in the trader's folder."""

from pathlib import Path
from typing import Generic, TypeVar

import msgspec
import tomli_w

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import data_folder
from desktop.composition.whole_file import write_whole
from engine.schema.declared import Declared
from engine.schema.documents import DocumentError, document_from_toml
from engine.schema.load import DeclarationError, dump, load
from engine.schema.migrate import DocumentVersionError, Step, migrate

Kept = TypeVar("Kept", bound=Declared)


class SettingsFile(msgspec.Struct, Generic[Kept], frozen=True, kw_only=True):
    """Where one declaration is kept, and what it is called in sentences.

    Attributes:
        declaration: What the file says.
        name: Its name in the trader's folder.
        called: As in "the file of … cannot be read".
        steps: What turns each older version of the file into the next one.
    """

    declaration: type[Kept]
    name: str
    called: str
    steps: tuple[Step, ...] = ()

    def path(self) -> Path:
        """Answer where the file lies, there or not."""
        return data_folder() / self.name

    def load(self, path: Path | None = None) -> Kept:
        """Answer what the trader chose; the declaration as it comes where nothing was.

        Raises FailureError where the file cannot be read, MisuseError with every wrong field.
        """
        place = path or self.path()
        try:
            text = place.read_text(encoding="utf-8")
        except FileNotFoundError:
            return self.declaration()
        except UnicodeDecodeError as error:
            raise MisuseError(f"The file of {self.called} {place} is not text in UTF-8. {self._way_out()}") from error
        except OSError as error:
            raise FailureError(f"The file of {self.called} {place} cannot be read: {error.strerror}") from error
        try:
            return load(migrate(document_from_toml(text), self.steps), self.declaration)
        except (DocumentVersionError, DocumentError, DeclarationError) as error:
            raise MisuseError(
                f"The file of {self.called} {place} cannot be used: {error}. {self._way_out()}"
            ) from error

    def save(self, declared: Kept, path: Path | None = None) -> None:
        """Write the file in one piece; what it said before, right or wrong, lies beside it as ``.bak``.

        Raises FailureError where the disk refuses.
        """
        place = path or self.path()
        try:
            write_whole(place, tomli_w.dumps({"schema": len(self.steps) + 1, **dump(declared)}), keeps_old=True)
        except OSError as error:
            raise FailureError(f"The file of {self.called} {place} cannot be written: {error.strerror}") from error

    def _way_out(self) -> str:
        return f"The {self.called} are as they come with the program; correct the file, or move it away"
