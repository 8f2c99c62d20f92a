"""Templates of the trader's own: portfolios saved to be started from again, one file each in a folder."""

import re
from collections.abc import Sequence
from pathlib import Path

import tomli_w

from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.saved_portfolios import without_plain_word
from desktop.composition.whole_file import set_aside, write_whole
from engine.domain.multileg.documents import portfolio_to_toml
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.templates import Template, TemplateKind, template_from_toml
from engine.schema.documents import LARGEST_DOCUMENT, DocumentError, document_from_toml

PREFIX = "own_"
"""How the ids of own templates begin, so that none is taken for one of the program."""
_VIEW = "Own"
_MOST = 500
_LONGEST_NAME = 60
_LONGEST_ID = 40


class OwnTemplates:
    """The own templates, read anew from the folder whenever they are asked for.

    Attributes:
        troubles: A sentence for each file that could not be used the last time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.troubles: list[str] = []

    def listed(self) -> Sequence[Template]:
        """Answer them by name; a file that cannot be used is left out and named among the troubles."""
        self.troubles, found = [], {}
        for file in sorted(self._folder.glob("*.toml"))[:_MOST]:
            try:
                template = _read(file)
            except OSError as error:
                self.troubles.append(f"{file.name} cannot be read: {error.strerror}")
            except UnicodeDecodeError:
                self.troubles.append(f"{file.name} is not text in UTF-8")
            except (DocumentError, MisuseError) as error:
                self.troubles.append(f"{file.name} is no template: {error}")
            else:
                found[template.id] = template
        return sorted(found.values(), key=lambda one: one.name.casefold())

    def is_own(self, template: Template) -> bool:
        """Say whether a template is one of them."""
        return template.id.startswith(PREFIX)

    def save(self, portfolio: MultilegPortfolio, name: str) -> Template:
        """Keep a portfolio as a template; one of the same name is replaced and lies beside it as ``.bak``.

        Raises MisuseError for a name that cannot be used, FailureError where the disk refuses.
        """
        checked = _checked_name(name)
        document = document_from_toml(without_plain_word(portfolio_to_toml(portfolio)))
        label = {"id": _id_of(checked), "name": checked, "view": _VIEW, "kind": TemplateKind.PRESET.value}
        self._write(label["id"], tomli_w.dumps({**document, "template": label}))
        return template_from_toml(tomli_w.dumps({**document, "template": label}))

    def rename(self, template: Template, name: str) -> Template:
        """Give a template another name. Raises MisuseError for one that is taken, FailureError."""
        if any(one.name.casefold() == name.strip().casefold() for one in self.listed() if one.id != template.id):
            raise MisuseError(f"There is a template {name.strip()} already; choose another name")
        renamed = self.save(template.portfolio, name)
        if renamed.id != template.id:
            self.delete(template)
        return renamed

    def delete(self, template: Template) -> None:
        """Take a template away; its file lies beside as ``.kept-1``. Raises FailureError where the disk refuses."""
        place = self._place(template.id)
        try:
            set_aside(place)
        except FileNotFoundError:
            return
        except OSError as error:
            raise FailureError(f"{place} cannot be moved: {error.strerror}") from error

    def _place(self, template_id: str) -> Path:
        return self._folder / f"{template_id}.toml"

    def _write(self, template_id: str, text: str) -> None:
        place = self._place(template_id)
        try:
            write_whole(place, text, keeps_old=True)
        except OSError as error:
            raise FailureError(f"The template cannot be kept in {place}: {error.strerror}") from error


def _read(file: Path) -> Template:
    """Answer the template of a file. Raises OSError, UnicodeDecodeError, DocumentError, MisuseError."""
    if file.stat().st_size > LARGEST_DOCUMENT:
        raise MisuseError("it is too large to be one")
    return template_from_toml(file.read_text(encoding="utf-8"))


def _checked_name(name: str) -> str:
    """Answer a name without the blanks around it. Raises MisuseError."""
    found = name.strip()
    if not found:
        raise MisuseError("A template needs a name")
    if len(found) > _LONGEST_NAME or not found.isprintable():
        raise MisuseError(f"The name of a template has at most {_LONGEST_NAME} letters, all of which can be seen")
    return found


def _id_of(name: str) -> str:
    """Answer the id of a name; names that differ only in signs get ids of their own by their code points."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    unlike = sum(ord(letter) * place for place, letter in enumerate(name.casefold(), start=1)) % 46_656
    return f"{PREFIX}{plain[: _LONGEST_ID - len(PREFIX) - 6]}_{unlike}".replace("__", "_")
