"""What can be done to whole portfolios now, and what is asked before it, with the numbers."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from desktop.presentation import formats
from engine.domain.identifiers import PortfolioId
from engine.domain.multileg.entry import Manual
from engine.domain.multileg.states import ACTIVE, EXITING, FINAL, NOT_BEGUN, RUNNING, PortfolioState
from engine.views.marks import PortfolioMark
from engine.views.portfolios import LegRow, PortfolioRow

_MOST_LINES = 12


class Question(NamedTuple):
    """What is asked of one portfolio or of several."""

    title: str
    paragraphs: list[str]


def possible(row: PortfolioRow) -> frozenset[str]:
    """Answer the names of the actions that can be asked for in the state that a portfolio is in."""
    state = row.state
    is_over = state in FINAL and not row.open_legs
    found = {"clone_selected"}
    if state in (PortfolioState.IDLE, PortfolioState.WAITING) or is_over:
        found.add("start_selected")
    if (state is PortfolioState.IDLE or is_over) and not isinstance(row.portfolio.entry, Manual):
        found.add("arm_selected")
    if state is PortfolioState.HELD:
        found.add("resume_selected")
    if not is_over:
        found.add("panic_selected")
        found |= {"square_off_selected"} if state not in EXITING else set()
    return frozenset(found | _changes(row))


def _changes(row: PortfolioRow) -> set[str]:
    state = row.state
    found = set()
    if state not in FINAL and state not in EXITING:
        found.add("edit_selected")
    if state in RUNNING:
        found |= {"part_exit_selected", "part_entry_selected"}
    if state in ACTIVE or state in EXITING:
        found.add("mark_completed_selected")
    if row.is_done:
        found.add("reset_selected")
    if state is PortfolioState.DISABLED:
        found.add("enable_selected")
    elif row.is_done or state in NOT_BEGUN or state is PortfolioState.WAITING:
        found.add("disable_selected")
    return found


def state_word(row: PortfolioRow) -> str:
    """Answer the state of a portfolio as it stands in sentences."""
    return row.state.value.lower().replace("_", " ")


def cannot(rows: Sequence[PortfolioRow], verb: str) -> str:
    """Answer the sentence that nothing of the kind can be done to these portfolios now."""
    if len(rows) == 1:
        return f"{rows[0].name} is {state_word(rows[0])}; it cannot be asked to {verb} now."
    return f"None of the {len(rows)} checked portfolios can be asked to {verb} now."


def names_of(rows: Sequence[PortfolioRow]) -> str:
    """Answer one portfolio by its name, several by their number."""
    return rows[0].name if len(rows) == 1 else f"{len(rows)} portfolios"


def start_question(rows: Sequence[PortfolioRow], left_out: Sequence[PortfolioRow] = ()) -> Question:
    """Answer what is asked before portfolios are started by hand."""
    legs = sum(len(declared_legs(row)) for row in rows)
    rule = "whatever the entry rule says" if len(rows) == 1 else "whatever their entry rules say"
    what = f"Enter {_count(legs, 'leg')}, {_count(sum(lots_of(row) for row in rows), 'lot')}"
    if len(rows) == 1:
        return Question(f"Start {rows[0].name}", [f"{what} on {rows[0].underlying} now, {rule}?", *_left_out(left_out)])
    lines = [
        f"{row.name} ({row.portfolio_id}): {_count(len(declared_legs(row)), 'leg')}, "
        f"{_count(lots_of(row), 'lot')} on {row.underlying}"
        for row in rows
    ]
    return Question(f"Start {len(rows)} portfolios", [f"{what} now, {rule}?", _listed(lines), *_left_out(left_out)])


def close_question(
    rows: Sequence[PortfolioRow],
    marks: Mapping[PortfolioId, PortfolioMark],
    *,
    panic: bool,
    left_out: Sequence[PortfolioRow] = (),
) -> Question:
    """Answer what is asked before everything of some portfolios is closed."""
    title = "Panic exit" if panic else "Square off"
    pace = "At once, without pauses between steps." if panic else "Shorts first, then the bought legs."
    held = [leg for row in rows for leg in row.legs if leg.net_quantity]
    if len(rows) == 1:
        head = f"Close everything of {rows[0].name} ({rows[0].portfolio_id})? {pace}"
        lines = [f"{formats.signed_quantity(leg.net_quantity)}  {leg.contract}" for leg in held]
    else:
        head = f"Close everything of {len(rows)} portfolios? {pace}"
        lines = [
            f"{row.name} ({row.portfolio_id}): {_count(row.open_legs, 'open leg')}, "
            f"{_profit(marks.get(row.portfolio_id))}"
            for row in rows
        ]
    units = sum(abs(leg.net_quantity) for leg in held)
    known = [mark.profit for row in rows if (mark := marks.get(row.portfolio_id)) is not None]
    profit = sum(one for one in known if one is not None) if all(one is not None for one in known) else None
    total = (
        f"{_count(len(held), 'leg')}, {formats.quantity(units)} units, profit now {formats.arrowed_amount(profit, 0)}."
        if held
        else "It holds nothing; what it waits for is cancelled."
    )
    return Question(
        f"{title}: {names_of(rows)}", [head, total, *([_listed(lines)] if lines else []), *_left_out(left_out)]
    )


def part_words(rows: Sequence[PortfolioRow], *, exits: bool) -> str:
    """Answer what is asked above the number of a part exit or entry."""
    held = sum(abs(leg.net_quantity) for row in rows for leg in row.legs)
    legs = sum(row.open_legs for row in rows)
    holds = f"{_holds(rows)} {_count(legs, 'leg')}, {formats.quantity(held)} units."
    if exits:
        how = "Of every leg in proportion, in whole lots, shorts first."
        return f"Which part of {names_of(rows)} is closed? {how} {holds}"
    return (
        f"How many lots more of {names_of(rows)}? Of the smallest leg, of the others in proportion. "
        f"Entry, levels and combined premium follow the new averages. {holds}"
    )


def done_question(rows: Sequence[PortfolioRow], left_out: Sequence[PortfolioRow] = ()) -> Question:
    """Answer what is asked before portfolios are taken as done."""
    legs = sum(row.open_legs for row in rows)
    was, its = ("Was", "its profit") if len(rows) == 1 else ("Were", "their profits")
    head = (
        f"{was} {names_of(rows)} closed in the broker's own application? {_count(legs, 'open leg')}: taken as done "
        f"only if the broker's books show it; {its} counted at the prices of now."
    )
    lines = [f"{row.name} ({row.portfolio_id}): {_count(row.open_legs, 'open leg')}" for row in rows]
    return Question(
        f"Mark {names_of(rows)} as done", [head, *([_listed(lines)] if len(rows) > 1 else []), *_left_out(left_out)]
    )


def clone_question(rows: Sequence[PortfolioRow]) -> Question:
    """Answer what is asked before several portfolios are copied at once."""
    lines = [f"{row.name} → {copy_name(row.name)}" for row in rows]
    return Question(f"Clone {len(rows)} portfolios", ["Add an idle copy of each? Nothing is started.", _listed(lines)])


def copy_name(name: str) -> str:
    """Answer what a copy of a portfolio is called."""
    stem, _, last = name.rpartition(" ")
    if stem and last.isdigit() and len(last) < 4:
        return f"{stem} {int(last) + 1}"
    return f"{name} 2"


def declared_legs(row: PortfolioRow) -> list[LegRow]:
    """Answer the legs that an execution begins with."""
    return [leg for leg in row.legs if leg.execution == row.execution and leg.cycle <= 1] or list(row.legs)


def lots_of(row: PortfolioRow) -> int:
    """Answer the lots of all legs that an execution begins with, in its account."""
    return sum(leg.lots for leg in declared_legs(row)) * row.multiplier


def _holds(rows: Sequence[PortfolioRow]) -> str:
    return "It holds" if len(rows) == 1 else "They hold"


def _profit(mark: PortfolioMark | None) -> str:
    return f"profit now {formats.arrowed_amount(None if mark is None else mark.profit, 0)}"


def _left_out(rows: Sequence[PortfolioRow]) -> list[str]:
    if not rows:
        return []
    return [f"Left as they are: {', '.join(f'{row.name} ({state_word(row)})' for row in rows[:_MOST_LINES])}"]


def _listed(lines: Sequence[str]) -> str:
    more = len(lines) - _MOST_LINES
    return "\n".join([*lines[:_MOST_LINES], *([f"and {more} more"] if more > 0 else [])])


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
