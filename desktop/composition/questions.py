"""Which questions the trader does not want to be asked again, declared in one table and kept in a small file.

Only what does bounded harm stands in the table: the kill switch, panic exits, and whatever cancels everything or
closes several legs at once are asked every time. A question that first wants numbers (a part, a roll, a hedge) is a
form: without it there is nothing to do.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import tomli_w

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.whole_file import write_whole

QUESTIONS: Mapping[str, str] = {
    "start_portfolio": "starting a portfolio by hand",
    "arm_draft": "arming or starting the edited portfolio",
    "start_demonstration": "starting the demonstration",
    "square_off_portfolio": "squaring off a portfolio that holds one leg, or none",
    "apply_edit": "applying an edit to one portfolio that runs",
    "square_off_leg": "squaring off one leg",
    "convert_leg": "converting one leg to the other product",
    "cancel_orders": "cancelling chosen orders that protect open legs",
    "cancel_shown_orders": "cancelling the orders shown, where a filter hides others that work",
    "execute_leg": "executing an idle leg",
    "rearm_leg": "arming a leg again",
    "move_to_cost": "moving the stop of a leg to its cost",
    "give_up_leg": "giving up a leg that waits",
    "save_with_cautions": "saving a portfolio with cautions",
    "remove_tag": "removing a strategy tag",
    "delete_template": "deleting a template of your own",
}
"""Names that last, and what each question is about, as it stands after "Do not ask again: "."""

_FORMAT = 1
_LARGEST_FILE = 20_000  # bytes
_WAY_OUT = "Every question is asked; correct the file, or move it away."


class Question(NamedTuple):
    """One question of the table, and who remembers whether it is asked."""

    name: str
    questions: "Questions"

    @property
    def about(self) -> str:
        """What it is about."""
        return QUESTIONS[self.name]

    @property
    def is_asked(self) -> bool:
        """Say whether it is asked."""
        return self.name not in self.questions.not_asked

    def ask_no_more(self) -> None:
        """Remember that it is not to be asked again."""
        self.questions.ask_no_more(self.name)


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int
    not_asked: tuple[str, ...] = ()


class Questions:
    """What is not asked any more.

    Attributes:
        tell: Takes a sentence for the trader: what was done without asking, and what could not be kept.
        not_asked: Names of the questions that are not asked.
    """

    def __init__(self, path: Path | None = None, tell: Callable[[str], None] = lambda _sentence: None) -> None:
        """``path`` is the trader's file; None keeps choices for this window only."""
        self._path, self.tell = path, tell
        self.not_asked: frozenset[str] = frozenset()
        self.trouble = ""
        """Why the file was not used; empty where it was, or where there is none."""
        if path is not None:
            try:
                self.not_asked = _read(path)
            except (FailureError, MisuseError) as error:
                # What could not be read must not be written over.
                self._path, self.trouble = None, str(error)

    def __getitem__(self, name: str) -> Question:
        """Answer a question of the table. Raises KeyError for one that is not in it."""
        if name not in QUESTIONS:
            raise KeyError(f"{name} is not a declared question")
        return Question(name, self)

    def ask_no_more(self, name: str) -> None:
        """Remember that a question is not to be asked again."""
        self._keep(self.not_asked | {name})

    def ask_again(self, *names: str) -> None:
        """Ask these questions again; all where none is named."""
        self._keep(self.not_asked - set(names) if names else frozenset())

    def _keep(self, not_asked: frozenset[str]) -> None:
        self.not_asked = not_asked
        if self._path is None:
            return
        try:
            write_whole(self._path, tomli_w.dumps({"format": _FORMAT, "not_asked": sorted(not_asked)}))
        except OSError as error:
            self.tell(f"{self._path} cannot be written: {error.strerror}. The choice holds until Legwork is closed.")


def _read(path: Path) -> frozenset[str]:
    """Answer the names in the file; names of another version of the program are left out."""
    try:
        with path.open("rb") as file:
            document = tomllib.loads(file.read(_LARGEST_FILE).decode("utf-8"))
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise FailureError(f"The file {path} cannot be read: {error.strerror}. {_WAY_OUT}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MisuseError(f"The file {path} is not valid TOML: {error}. {_WAY_OUT}") from error
    try:
        found = msgspec.convert(document, _File)
    except msgspec.ValidationError as error:
        raise MisuseError(f"The file {path} cannot be used: {error}. {_WAY_OUT}") from error
    if found.format != _FORMAT:
        raise MisuseError(f"The file {path} is of another version of Legwork. {_WAY_OUT}")
    return frozenset(found.not_asked) & QUESTIONS.keys()
