"""Thousands of titles searched by the words they share: each word once, with the places where it stands."""

from collections.abc import Iterable

from desktop.viewmodels.word_fit import OTHER_WORDS, Words, fit_word, lateness

_MOST_REMEMBERED = 64
"""Asked words whose answer is kept: with every sign only the last word changes."""


class WordPostings:
    """Says which of many titles an asked word stands in, and how well it fits."""

    def __init__(self, titles: Iterable[Words]) -> None:
        self._places: dict[str, list[tuple[int, int]]] = {}
        for number, words in enumerate(titles):
            for place, word in enumerate(words.title):
                self._places.setdefault(word, []).append((number, lateness(place)))
            for place, word in enumerate(words.others):
                self._places.setdefault(word, []).append((number, lateness(place) + OTHER_WORDS))
        self._remembered: dict[str, dict[int, int]] = {}

    def fits(self, asked: str) -> dict[int, int]:
        """Return the points of every title that has an asked word, in small letters, by the number of the title."""
        known = self._remembered.get(asked)
        if known is not None:
            return known
        found: dict[int, int] = {}
        for word, places in self._places.items():
            points = fit_word(asked, word)
            if not points:
                continue
            for number, less in places:
                if points - less > found.get(number, 0):
                    found[number] = points - less
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[asked] = found
        return found
