"""Find what the trader means among all that can be asked for: entries, how well words fit them, recent choices."""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from enum import Enum

import msgspec

from desktop.viewmodels.word_fit import Words, fit, words_of
from desktop.viewmodels.word_postings import WordPostings

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


_Scored = tuple[bool, int, int, int, Entry, Deed | None]
"""Impossible, points (fewer is better), place, place of the deed, and what was found."""


class PaletteIndex:
    """Entries made ready once, to be searched with every key that is pressed."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        listed = list(entries)
        self._few = [(entry, words_of(entry.title, entry.more)) for entry in listed if entry.kind not in _MANY]
        self._many = [entry for entry in listed if entry.kind in _MANY]
        self._postings = WordPostings(words_of(entry.title, entry.more) for entry in self._many)
        self._deed_words: dict[str, Words] = {}
        # Thousands of contracts share a few rows of deeds, which need not be compared.
        rows = {id(entry.deeds): entry.deeds for entry in self._many}
        self._many_deeds = {deed.title for deeds in rows.values() for deed in deeds}

    def with_many_of(self, other: "PaletteIndex") -> "PaletteIndex":
        """Return these entries and all of another index, whose thousands are not made ready again."""
        joined = PaletteIndex(())
        joined._few = [*self._few, *other._few]
        joined._many, joined._postings, joined._many_deeds = other._many, other._postings, other._many_deeds
        return joined

    def __len__(self) -> int:
        return len(self._few) + len(self._many)

    def search(self, typed: str, recent: Sequence[str] = (), most: int = MOST_SHOWN) -> Found:
        """Return what fits every typed word; with nothing typed the recent choices, then all but the thousands."""
        asked = typed.casefold().split()
        if not asked:
            ordered = self._unasked(recent)
            hits = [hit for hit in ordered if not hit.why_not] + [hit for hit in ordered if hit.why_not]
            return Found(hits[:most], max(0, len(hits) - most))
        scored = [*self._scored_few(asked), *self._scored_many(asked)]
        lately = frozenset(recent)
        if lately:
            scored = [_ahead(found, lately) for found in scored]
        best = heapq.nsmallest(max(most, _UNFOLDED), scored, key=lambda found: found[:4])
        hits = _unfolded([Hit(found[4], found[5]) for found in best])
        deeds = len(hits) - len(best)
        return Found(hits[:most], max(0, len(scored) + deeds - most))

    def _unasked(self, recent: Sequence[str]) -> list[Hit]:
        few = [Hit(entry) for entry, _words in self._few]
        wanted = frozenset(recent)
        known = {hit.id: hit for hit in self._named(wanted)} if wanted else {}
        first = [known[hit_id] for hit_id in recent if hit_id in known]
        places = {kind: place for place, kind in enumerate(Kind)}
        return [*first, *sorted((hit for hit in few if hit.id not in wanted), key=lambda hit: places[hit.entry.kind])]

    def _named(self, ids: frozenset[str]) -> Iterable[Hit]:
        for entry in (*(entry for entry, _words in self._few), *self._many):
            hits = (Hit(entry), *(Hit(entry, deed) for deed in entry.deeds))
            yield from (hit for hit in hits if hit.id in ids)

    def _scored_few(self, asked: list[str]) -> Iterable[_Scored]:
        for place, (entry, words) in enumerate(self._few):
            fits = [fit(word, words, loose=True) for word in asked]
            points = _AHEAD[entry.kind]
            if all(fits):
                yield (
                    bool(entry.why_not),
                    -(points + words.bonus(asked) + sum(fits) // len(asked)),
                    place,
                    0,
                    entry,
                    None,
                )
            elif entry.deeds:
                yield from self._scored_deeds(entry, place, asked, fits, points)

    def _scored_many(self, asked: list[str]) -> Iterable[_Scored]:
        """A contract must have one of the words itself: a deed alone would find all of them."""
        fits = [self._postings.fits(word) for word in asked]
        of_deeds = [len(asked) > 1 and self._fits_a_deed(word) for word in asked]
        needed = [points.keys() for points, of_deed in zip(fits, of_deeds, strict=True) if not of_deed]
        numbers = set.intersection(*map(set, needed)) if needed else set().union(*fits)
        first = len(self._few)
        for number in numbers:
            entry = self._many[number]
            found = [points.get(number, 0) for points in fits]
            if all(found):
                yield bool(entry.why_not), -(sum(found) // len(asked)), first + number, 0, entry, None
            else:
                yield from self._scored_deeds(entry, first + number, asked, found, 0)

    def _scored_deeds(
        self, entry: Entry, place: int, asked: list[str], fits: list[int], points: int
    ) -> Iterable[_Scored]:
        """Score the deeds that have the words which their entry lacks."""
        rest = [word for word, found in zip(asked, fits, strict=True) if not found]
        for number, deed in enumerate(entry.deeds):
            more = [fit(word, self._words_of_deed(deed.title), loose=False) for word in rest]
            if all(more):
                score = points + (sum(fits) + sum(more)) // len(asked)
                yield bool(entry.why_not or deed.why_not), -score, place, number, entry, deed

    def _fits_a_deed(self, word: str) -> bool:
        return any(fit(word, self._words_of_deed(title), loose=False) for title in self._many_deeds)

    def _words_of_deed(self, title: str) -> Words:
        known = self._deed_words.get(title)
        if known is None:
            known = self._deed_words[title] = words_of(title)
        return known


def _ahead(found: _Scored, recent: frozenset[str]) -> _Scored:
    impossible, points, place, number, entry, deed = found
    if Hit(entry, deed).id not in recent:
        return found
    return impossible, points - _LIKE_LAST_TIME, place, number, entry, deed


def _unfolded(hits: list[Hit]) -> list[Hit]:
    """Put the deeds of the best finds below them; those that cannot be chosen go to the end."""
    possible: list[Hit] = []
    impossible: list[Hit] = []
    for place, hit in enumerate(hits):
        (impossible if hit.why_not else possible).append(hit)
        if place < _UNFOLDED and hit.deed is None:
            for deed in hit.entry.deeds:
                below = Hit(hit.entry, deed)
                if deed.name:
                    (impossible if below.why_not else possible).append(below)
    return possible + impossible
