"""Everything that Help can show: the guide, and the field reference from the declarations, with a search over all."""

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from desktop.composition.display import Display
from desktop.composition.failures import FailureError
from desktop.composition.folders import resource_path
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.portfolio_defaults import PortfolioDefaults
from engine.domain.multileg.templates import TemplateLabel
from engine.domain.settings.account import Account
from engine.domain.settings.notifications import Notifications
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag
from engine.schema.declared import Declared
from engine.schema.describe import FieldSpec, describe
from engine.schema.reference import Section, reference_sections

FIRST = "index"
"""The page that Help opens with; its links are the chapters of the guide, in their order."""

KEYS = "all-keys"
"""The page of all keys, which whoever shows Help writes: only a window knows them all."""


class ReferencePage(msgspec.Struct, frozen=True):
    """One page of the field reference: what it is written from, and its heading."""

    declaration: type[Declared]
    heading: str


REFERENCE: Mapping[str, ReferencePage] = {
    "portfolio": ReferencePage(MultilegPortfolio, "Multi-leg portfolio: every field"),
    "account": ReferencePage(Account, "Account: every field"),
    "strategy-tag": ReferencePage(StrategyTag, "Strategy tag: every field"),
    "risk-limits": ReferencePage(RiskLimits, "Risk limits: every field"),
    "notifications": ReferencePage(Notifications, "Notifications: every field"),
    "defaults": ReferencePage(PortfolioDefaults, "New portfolios: every field"),
    "display": ReferencePage(Display, "Display: every field"),
    "template": ReferencePage(TemplateLabel, "Template files: the table [template]"),
}
"""Every page of the reference by its file name without ``.md``."""

_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<to>[^)\s]+)\)")
_WORD = re.compile(r"\{(?P<kind>action|key):(?P<name>\w+)\}")
_MARKS = re.compile(r"[`*#|>]+|^-{3,}", re.MULTILINE)
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
_MOST_HITS = 60
_SAID = 90  # characters of a hit's surroundings


class ActionWords(msgspec.Struct, frozen=True):
    """What the guide says of an action: its title, and its keys of now as they are shown; empty for none."""

    title: str
    keys: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of Help in Markdown; links are ids of other pages, or addresses with ``://``.

    Attributes:
        id: What links call it.
        title: Its heading.
        part_of: The page of the reference of which it is a section; empty for pages of their own.
        text: With ``{action:name}`` and ``{key:name}`` where an action or its key is named.
    """

    id: str
    title: str
    text: str
    part_of: str = ""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A page that holds all words that were looked for, and the place where."""

    page: Page
    said: str


class Manual:
    """The pages of Help.

    Attributes:
        pages: Every page by its id.
        chapters: The ids of the guide in their order, the first page first.
    """

    def __init__(self, words: Callable[[str], ActionWords]) -> None:
        """``words`` answers an action by its name. Raises FailureError where the guide cannot be read."""
        self._words = words
        guide = _guide_pages()
        self.pages: dict[str, Page] = {page.id: page for page in guide.values()}
        self._of_declaration = {found.declaration: name for name, found in REFERENCE.items()}
        self._of_spec: dict[int, str] = {}
        for name, found in REFERENCE.items():
            self._add_reference(name, found)
        linked = (found["to"] for found in _LINK.finditer(guide[FIRST].text))
        self.chapters: tuple[str, ...] = (FIRST, *(name for name in linked if name in guide))

    def add(self, page: Page) -> None:
        """Add a page that only a window can write, or write it anew."""
        self.pages[page.id] = page

    def text(self, page_id: str) -> str:
        """Answer a page in Markdown with actions and keys as they are now. Raises KeyError for an unknown page."""
        return _WORD.sub(self._worded, self.pages[page_id].text)

    def page_of_field(self, spec: FieldSpec) -> str | None:
        """Answer the page that explains a field; None for a field of something that Help does not know."""
        return self._of_spec.get(id(spec))

    def search(self, words: str) -> list[Hit]:
        """Answer the pages that hold all words, those that are called so first."""
        wanted = words.casefold().split()
        if not wanted:
            return []
        ranked: list[tuple[int, Hit]] = []
        for page in self.pages.values():
            title, text = page.title.casefold(), _plain(self.text(page.id))
            if not all(word in title or word in text.casefold() for word in wanted):
                continue
            rank = sum(word not in title for word in wanted) * 2 + bool(page.part_of)
            ranked.append((rank, Hit(page=page, said=_surroundings(text, wanted))))
        ranked.sort(key=lambda found: found[0])
        return [hit for _, hit in ranked[:_MOST_HITS]]

    def _free_id(self, name: str, declaration: type[Declared]) -> str:
        own = f"{name}.{declaration.__name__}"
        # Of namesakes the later one is called by its module too.
        taken = own in self._of_declaration.values()
        return f"{name}.{declaration.__module__.rpartition('.')[2]}.{declaration.__name__}" if taken else own

    def _worded(self, found: re.Match[str]) -> str:
        action = self._words(found["name"])
        keys = f"`{action.keys}`" if action.keys else ""
        if found["kind"] == "key":
            return keys or f"**{action.title}**"
        return f"**{action.title}** ({keys})" if keys else f"**{action.title}**"

    def _add_reference(self, name: str, found: ReferencePage) -> None:
        def place(declaration: type[Declared]) -> str:
            # What several pages hold is told once, where it came up first.
            return self._of_declaration.setdefault(declaration, self._free_id(name, declaration))

        for section in reference_sections(found.declaration, place):
            page_id = place(section.declaration)
            if page_id in self.pages or (page_id in REFERENCE and page_id != name):
                continue
            self.pages[page_id] = _section_page(page_id, section, name, found.heading)
            self._of_spec |= {id(spec): page_id for spec in describe(section.declaration)}


def links(text: str) -> Iterator[str]:
    """Answer where the links of a page lead."""
    return (found["to"] for found in _LINK.finditer(text))


def action_names(text: str) -> Iterator[str]:
    """Answer the names of the actions that a page names."""
    return (found["name"] for found in _WORD.finditer(text))


def _section_page(page_id: str, section: Section, name: str, heading: str) -> Page:
    if page_id == name:
        _, _, rest = section.text.partition("\n")
        return Page(id=page_id, title=heading, text=f"# {heading}\n{rest}")
    above = f"Part of [{heading}]({name}).\n"
    return Page(id=page_id, title=section.title, text=section.text.replace("\n\n", f"\n\n{above}\n", 1), part_of=name)


def _guide_pages() -> dict[str, Page]:
    """Answer the pages of the guide by their ids. Raises FailureError where they are missing."""
    folder = resource_path("help", "guide")
    try:
        texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}
    except (OSError, UnicodeDecodeError) as error:
        raise FailureError(f"The guide in {folder} cannot be read ({error}); install the program again") from error
    if FIRST not in texts:
        raise FailureError(f"The guide is missing from {folder}; install the program again")
    return {name: Page(id=name, title=_title(name, text), text=text) for name, text in texts.items()}


def _title(name: str, text: str) -> str:
    found = _HEADING.search(text)
    return found.group(1) if found else name


def _plain(text: str) -> str:
    """Answer a page without its marks, for searching and for the words around a hit."""
    without_links = _LINK.sub(lambda found: found["text"], text)
    return " ".join(_MARKS.sub(" ", without_links).split())


def _surroundings(text: str, wanted: list[str]) -> str:
    folded = text.casefold()
    places = [place for word in wanted if (place := folded.find(word)) >= 0]
    at = min(places, default=0)
    begin = max(0, at - _SAID // 3)
    said = text[begin : begin + _SAID]
    return f"{'…' if begin else ''}{said}{'…' if begin + _SAID < len(text) else ''}"
