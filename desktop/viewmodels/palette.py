"""Find what the trader means among all that can be asked for: entries, how well words fit them, recent choices."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from enum import Enum

import msgspec

from desktop.viewmodels.word_fit import Words, fit, words_of

MOST_SHOWN = 200
MOST_RECENT = 12
_UNFOLDED = 3
"""Of so many of the best finds the deeds are listed below them."""
_LIKE_LAST_TIME = 8
"""What a recent choice is ahead of others that fit as well; a step of fit is 10 or more."""


class Kind(Enum):
    """What an entry is; in this order they are listed while nothing is typed."""

    ACTION = "Action"
    PANEL = "Panel"
    WORKSPACE = "Workspace"
    PORTFOLIO = "Portfolio"
    SETTING = "Settings"
    TEMPLATE = "Template"
    UNDERLYING = "Underlying"
    CONTRACT = "Contract"


_AHEAD: dict[Kind, int] = {
    Kind.ACTION: 6,
    Kind.PANEL: 6,
    Kind.PORTFOLIO: 6,
    Kind.UNDERLYING: 5,
    Kind.WORKSPACE: 4,
    Kind.SETTING: 3,
    Kind.TEMPLATE: 2,
    Kind.CONTRACT: 0,
}
_MANY = frozenset({Kind.CONTRACT})
"""Kinds of thousands: found by the letters that stand in them, and listed only once something is typed."""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be done to what an entry stands for.

    Attributes:
        name: What the entry's ``act`` is called with; empty for what the entry itself does, in other words.
        title: Its text, without mnemonic.
        keys: Its keys as they are shown; empty for none.
        why_not: Why it cannot be done now; empty where it can.
    """

    name: str
    title: str
    keys: str = ""
    why_not: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One thing the palette can find.

    Attributes:
        id: Lasting name, by which recent choices are known.
        kind: What it is.
        title: Its text, without mnemonic.
        more: Other words it is found by; they count less than those of the title.
        keys: Its keys as they are shown; empty for none.
        why_not: Why it cannot be chosen now; empty where it can.
        deeds: What else can be done to it.
        act: Carries it out; called with the name of a deed, or ``""`` for the entry itself.
    """

    id: str
    kind: Kind
    title: str
    act: Callable[[str], None]
    more: str = ""
    keys: str = ""
    why_not: str = ""
    deeds: tuple[Deed, ...] = ()


class Hit(msgspec.Struct, frozen=True, eq=False):
    """A find: an entry, or one of its deeds."""

    entry: Entry
    deed: Deed | None = None

    @property
    def id(self) -> str:
        """Lasting name of what was found."""
        return self.entry.id if self.deed is None else f"{self.entry.id} {self.deed.name}"

    @property
    def title(self) -> str:
        """What its line says."""
        return self.entry.title if self.deed is None else f"{self.entry.title} › {self.deed.title}"

    @property
    def keys(self) -> str:
        """Its keys as they are shown."""
        return (self.deed or self.entry).keys

    @property
    def why_not(self) -> str:
        """Why it cannot be chosen now."""
        return self.entry.why_not or (self.deed.why_not if self.deed is not None else "")

    def act(self) -> None:
        """Carry it out."""
        self.entry.act("" if self.deed is None else self.deed.name)


class Found(msgspec.Struct, frozen=True, eq=False):
    """The best finds, best first, those that cannot be chosen last; and how many more there were."""

    hits: list[Hit]
    left_out: int = 0


class Recency:
    """The last choices, newest first; they live as long as the window."""

    def __init__(self) -> None:
        self._ids: deque[str] = deque(maxlen=MOST_RECENT)

    def note(self, hit_id: str) -> None:
        """Remember a choice."""
        if hit_id in self._ids:
            self._ids.remove(hit_id)
        self._ids.appendleft(hit_id)

    def ids(self) -> tuple[str, ...]:
        """Return the ids of the last choices, newest first."""
        return tuple(self._ids)


class PaletteIndex:
    """Entries made ready once, to be searched with every key that is pressed."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = [(entry, words_of(entry.title, entry.more)) for entry in entries]
        self._deed_words: dict[str, Words] = {}

    def __add__(self, other: "PaletteIndex") -> "PaletteIndex":
        """Return both together, without making anything ready again."""
        joined = PaletteIndex(())
        joined._entries = [*self._entries, *other._entries]
        joined._deed_words = self._deed_words | other._deed_words
        return joined

    def __len__(self) -> int:
        return len(self._entries)

    def search(self, typed: str, recent: Sequence[str] = (), most: int = MOST_SHOWN) -> Found:
        """Return what fits every typed word; with nothing typed the recent choices, then all but the thousands."""
        asked = typed.casefold().split()
        ordered = self._ranked(asked, recent) if asked else self._unasked(recent)
        possible = [hit for hit in ordered if not hit.why_not]
        impossible = [hit for hit in ordered if hit.why_not]
        hits = [*possible, *impossible]
        return Found(hits[:most], max(0, len(hits) - most))

    def _unasked(self, recent: Sequence[str]) -> list[Hit]:
        few = [Hit(entry) for entry, _words in self._entries if entry.kind not in _MANY]
        wanted = frozenset(recent)
        known = {hit.id: hit for hit in self._named(wanted)} if wanted else {}
        first = [known[hit_id] for hit_id in recent if hit_id in known]
        places = {kind: place for place, kind in enumerate(Kind)}
        return [*first, *sorted((hit for hit in few if hit.id not in wanted), key=lambda hit: places[hit.entry.kind])]

    def _named(self, ids: frozenset[str]) -> Iterable[Hit]:
        for entry, _words in self._entries:
            if entry.id in ids:
                yield Hit(entry)
            for deed in entry.deeds:
                hit = Hit(entry, deed)
                if hit.id in ids:
                    yield hit

    def _ranked(self, asked: list[str], recent: Sequence[str]) -> list[Hit]:
        scored: list[tuple[int, int, Hit]] = []
        lately = {hit_id: len(recent) - place for place, hit_id in enumerate(recent)}
        for place, (entry, words) in enumerate(self._entries):
            for hit, score in self._fits(entry, words, asked):
                ahead = _AHEAD[entry.kind] + (_LIKE_LAST_TIME if hit.id in lately else 0)
                scored.append((-score - ahead, place, hit))
        scored.sort(key=lambda found: found[:2])
        return _unfolded([hit for _score, _place, hit in scored])

    def _fits(self, entry: Entry, words: Words, asked: list[str]) -> list[tuple[Hit, int]]:
        """Return the entry where it has every word itself, else its deeds that have the rest."""
        loose = entry.kind not in _MANY
        fits = [fit(word, words, loose=loose) for word in asked]
        if all(fits):
            return [(Hit(entry), words.bonus(asked) + sum(fits) // len(asked))]
        # A deed alone finds a portfolio and not every contract: most of the thousands end here.
        if not entry.deeds or (entry.kind in _MANY and not any(fits)):
            return []
        rest = [word for word, points in zip(asked, fits, strict=True) if not points]
        found = []
        for deed in entry.deeds:
            more = [fit(word, self._words_of_deed(deed.title), loose=False) for word in rest]
            if all(more):
                found.append((Hit(entry, deed), (sum(fits) + sum(more)) // len(asked)))
        return found

    def _words_of_deed(self, title: str) -> Words:
        known = self._deed_words.get(title)
        if known is None:
            known = self._deed_words[title] = words_of(title)
        return known


def _unfolded(hits: list[Hit]) -> list[Hit]:
    """Put the deeds of the best finds below them."""
    result: list[Hit] = []
    for place, hit in enumerate(hits):
        result.append(hit)
        if place < _UNFOLDED and hit.deed is None:
            result += [Hit(hit.entry, deed) for deed in hit.entry.deeds if deed.name]
    return result
