"""The words by which a table is filtered: plain ones, ones of a column, and ones that must not be there."""

import re
from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation

import msgspec

TIP = (
    "Words in any column. status:open looks in one column, side:buy,sell for either, account:=A1 for exactly that, "
    'qty:>100 compares; !word leaves out; "two words" stand together.'
)
"""What the language can do, in a sentence for the trader."""

LONGEST = 500
"""Letters that a filter may have; a page that was pasted is cut there."""

_TERM = re.compile(r'(!?)(?:([^\W\d][\w.]*):)?(?:"([^"]*)"?|(\S+))')
_COMPARED = re.compile(r"(>=|<=|>|<)(.+)")


class Term(msgspec.Struct, frozen=True):
    """One thing that a row must be, or must not be.

    Attributes:
        wanted: Texts of which one must be there, case-folded; one that begins with ``=`` is the whole text.
        field: The column that is looked in; empty for all.
        negated: None of them may be there.
        comparison: ``>``, ``>=``, ``<`` or ``<=`` with ``limit``; empty where texts are looked for.
    """

    wanted: tuple[str, ...] = ()
    field: str = ""
    negated: bool = False
    comparison: str = ""
    limit: Decimal = Decimal(0)


class Filter(msgspec.Struct, frozen=True):
    """A filter that was read, and what is wrong with it in a sentence; empty where nothing is."""

    terms: tuple[Term, ...] = ()
    problem: str = ""

    def matches(
        self,
        everything: Callable[[], str],
        text: Callable[[str], str],
        number: Callable[[str], int | float | Decimal | None],
    ) -> bool:
        """Say whether a row passes; ``everything`` answers its case-folded text, the others answer for one field."""
        return all(_passes(term, everything, text, number) != term.negated for term in self.terms)


def read_filter(typed: str, fields: Collection[str]) -> Filter:
    """Read what was typed; nothing is refused, because it is read with every letter.

    What stands before a colon and is no field is looked for as it is written: a time of day has colons too.
    """
    terms: list[Term] = []
    problem = ""
    for sign, field, quoted, plain in _TERM.findall(typed.casefold()):
        word = quoted or plain
        is_known = field in fields
        if field and not is_known:
            problem = problem or f'There is no column "{field}" here; there are {", ".join(sorted(fields))}.'
            word = f"{field}:{word}"
        # "status:" is on its way to "status:open" and must not empty the table until then.
        if word and word.removesuffix(":") not in (fields if word.endswith(":") else ()):
            terms.append(_term(word, field if is_known else "", negated=bool(sign), split=not quoted))
    return Filter(tuple(term for term in terms if term.wanted or term.comparison), problem)


def _term(word: str, field: str, *, negated: bool, split: bool) -> Term:
    compared = _COMPARED.fullmatch(word) if field else None
    if compared is not None:
        limit = _decimal(compared.group(2))
        if limit is not None:
            return Term((), field, negated, compared.group(1), limit)
    words = word.split(",") if field and split else [word]
    return Term(tuple(one for one in words if one), field, negated)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "").replace("₹", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _passes(
    term: Term,
    everything: Callable[[], str],
    text: Callable[[str], str],
    number: Callable[[str], int | float | Decimal | None],
) -> bool:
    if term.comparison:
        value = number(term.field)
        return value is not None and _compared(value, term.comparison, term.limit)
    within = text(term.field) if term.field else everything()
    return any(within == one[1:] if one.startswith("=") and term.field else one in within for one in term.wanted)


def _compared(value: float | Decimal, comparison: str, limit: Decimal) -> bool:
    match comparison:
        case ">":
            return value > limit
        case ">=":
            return value >= limit
        case "<":
            return value < limit
        case _:
            return value <= limit


def values_of(typed: str, field: str) -> tuple[str, ...]:
    """Answer what a filter asks of one field, for buttons that show it; empty where it says nothing of it."""
    found = [m for m in _TERM.finditer(typed.casefold()) if m.group(2) == field and not m.group(1)]
    return tuple(one for one in found[0].group(4).split(",") if one) if found and found[0].group(4) else ()


def with_values(typed: str, field: str, values: Collection[str]) -> str:
    """Answer a filter in which one field is asked for these values, and everything else as before."""
    kept = [m.group(0) for m in _TERM.finditer(typed) if m.group(2) is None or m.group(2).casefold() != field]
    return " ".join([*kept, f"{field}:{','.join(values)}"] if values else kept)
