"""How well a typed word fits a title: whole, from its beginning, by initials, inside, or letter by letter."""

import re
from functools import lru_cache

import msgspec

WHOLE, BEGINNING, INITIALS, INSIDE, LETTERS = 100, 80, 70, 50, 20
"""Points of a word that is one of the title's, begins one, spells initials, stands inside one, or has its letters."""
OTHER_WORDS = 35
"""Points that a word of the other words is worth less than one of the title."""
_WHOLE_TITLE, _BEGIN_OF_TITLE = 40, 20
_LATEST = 9
"""Points lost by standing far back in the title, at most; less than the step between two ways of fitting."""
_FEWEST_LETTERS = 3
_SPREAD = 3
"""The letters of a typed word may lie scattered over so many times its length."""
_SPLIT = re.compile(r"[^\w₹%.+-]+|_")
_DIGIT = re.compile(r"\d")


class Words(msgspec.Struct, frozen=True):
    """A title made ready: its words, the other words, the initials, and all of it in one piece."""

    title: tuple[str, ...]
    others: tuple[str, ...]
    initials: str
    joined: str
    text: str

    def bonus(self, asked: list[str]) -> int:
        """Answer points for typed words that are the title, or its beginning, in the title's order."""
        typed = " ".join(asked)
        whole = " ".join(self.title)
        return _WHOLE_TITLE if typed == whole else _BEGIN_OF_TITLE if whole.startswith(typed) else 0


def words_of(title: str, more: str = "") -> Words:
    """Make a title and the other words it is found by ready."""
    of_title, others = _split(title), _split(more)
    return Words(
        of_title,
        others,
        "".join(word[0] for word in of_title),
        "".join(of_title),
        " ".join((*of_title, *others)),
    )


def fit(asked: str, words: Words, *, loose: bool) -> int:
    """Answer how well one typed word, in small letters, fits; 0 for not at all.

    ``loose`` also takes initials and scattered letters; without it the word must stand in the title as it is.
    """
    if asked in words.text:
        found = max(_best(asked, words.title), _best(asked, words.others) - OTHER_WORDS)
        if found > INSIDE or not loose:
            return max(found, 0)
        return max(found, _by_letters(asked, words))
    return _by_letters(asked, words) if loose else 0


def fit_word(asked: str, word: str) -> int:
    """Answer how well a typed word fits one word of a title; 0 for not at all."""
    if asked not in word:
        return 0
    return WHOLE if word == asked else BEGINNING if word.startswith(asked) else INSIDE


def lateness(place: int) -> int:
    """Answer the points that a word loses by standing behind so many others."""
    return min(place, _LATEST)


def _best(asked: str, words: tuple[str, ...]) -> int:
    return max(
        (fit_word(asked, word) - lateness(place) for place, word in enumerate(words) if asked in word), default=0
    )


def _by_letters(asked: str, words: Words) -> int:
    if len(asked) > 1 and words.initials.startswith(asked):
        return INITIALS
    # Numbers are typed as they are: scattered digits would find every strike.
    if len(asked) == 1 or _DIGIT.search(asked):
        return 0
    if asked[0] == words.initials[:1] and _in_order(asked, words.initials) is not None:
        return INITIALS - _LATEST
    if len(asked) < _FEWEST_LETTERS:
        return 0
    spread = _in_order(asked, words.joined)
    return LETTERS if spread is not None and spread <= _SPREAD * len(asked) else 0


def _in_order(letters: str, text: str) -> int | None:
    """Answer over how many letters of a text the letters lie in their order; None where they do not."""
    place = first = text.find(letters[0])
    for letter in letters[1:]:
        if place < 0:
            return None
        place = text.find(letter, place + 1)
    return place - first + 1 if place >= 0 else None


@lru_cache(maxsize=4_096)
def _split(text: str) -> tuple[str, ...]:
    return tuple(word for word in _SPLIT.split(text.casefold()) if word)
