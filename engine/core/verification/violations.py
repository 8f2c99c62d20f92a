"""The invariants in words, and what it is to break one.

The numbers are those of the reliability reference, §3; from 35 on they are our own.
"""

import msgspec

from engine.domain.instant import Instant

SENTENCES: dict[int, str] = {
    0: "The engine goes on: nothing it is told makes it stop.",
    1: "One attempt of an order leaves the machine at most once.",
    2: "The broker never takes more of an order or of a leg than was wanted.",
    3: "Nothing is sent that is not in the journal first.",
    4: "An order's tag is unique on its account and day.",
    5: "An order of unknown outcome is settled by evidence only.",
    6: "Nothing is opened while an order of the same portfolio has an unknown outcome.",
    7: "A finished order is never left, except by a fill.",
    8: "What is filled never falls and never exceeds the order without an alarm.",
    9: "Only orders of our journal are changed or cancelled, and only as the journal says.",
    10: "An order is changed at most 20 times.",
    11: "Our fills and the broker's positions agree, or the drift is announced.",
    12: "Positions stay within the limits, unknown orders counted as filled.",
    13: "An exit never turns a position round.",
    14: "A portfolio that is done holds nothing and has nothing under way.",
    15: "Profit is the sum of the cash flows, exactly.",
    16: "Every order is a whole number of lots and within the freeze quantity.",
    17: "Where bought legs come first, no more is sold than they hold.",
    18: "A sold leg is not left naked for more than five seconds after its protection failed.",
    20: "Every portfolio ends complete, unwound or held by the trader.",
    21: "Closing everything, shorts are bought back before longs are sold.",
    22: "What a leg holds is protected as soon as the fill is known.",
    23: "A leg's protection covers all that it holds.",
    24: "No trigger fires from a stale, closed, zero or freak quote.",
    26: "No opening order leaves after the kill switch.",
    27: "The kill switch survives a crash.",
    28: "No more than ten requests leave in any second, and exits do not wait for entries.",
    32: "The journal replayed gives the state that was lost.",
    33: "After a crash everything ends as it would have without, or the portfolio is held.",
    34: "When the faults stop, nothing stays unknown, under way or unanswered.",
    35: "A stop, a floor or a trail only ever tightens.",
    36: "A level lies on its own side of the entry, rounded in the protective direction.",
    37: "A trigger fires at its declared level and not before.",
    38: "A level that is passed is acted upon.",
    39: "A portfolio that a restart caught opens nothing until it is resumed.",
    40: "The square-off time is kept.",
    41: "A refused entry is tried again only after its pause, and only as often as declared.",
    42: "A hedge is bought before what it protects is sold, and sold after that is bought back.",
    43: "What a hit sets off is carried out once.",
    44: "What follows a leg comes after its close, unless an action keeps it.",
    45: "A leg is opened again only as often as declared.",
    46: "A portfolio is executed again only when it is flat.",
    47: "What is held keeps its contract, side and lots; only what has not begun is declared anew.",
    48: "A leg that waits is not ordered, and its wait is over once.",
    49: "A range is frozen once, and broken only from inside and beyond its boundary.",
    50: "The conditions of an entry are met once.",
    51: "Nothing is closed that no decision closes, and no more than it says; every part once.",
    52: "What a day may bring is counted: executions and hedges.",
    53: "A stop that rests at the broker lies where the stop of its leg lies.",
    54: "When the day of a strategy tag is over, nothing of it is opened.",
    55: "When the day of an account is over, or it is in exit-only mode, nothing is opened in it.",
    56: "A copy trades its lots times the multipliers of its account and of its tag.",
    57: "Copies that are kept in sync start on the same trigger, all that are ready together.",
    58: "The trouble of one account neither stops nor closes anything in another.",
    59: "An edit is recorded with its difference in words, and only what may change has changed.",
    60: "An edit closes and enters nothing at once that was not confirmed, and adds the legs that it names.",
    61: "What is open together never comes to more notional value than declared.",
    62: "A roll opens what it says, once, and not before every leg of it is closed whole.",
    63: "A conversion is asked for once and answered once, and what is held is closed in the product that it has.",
    64: "Our journal and the broker's order book hold the same orders, each once and with the same fills.",
}
"""Every invariant that is checked, by its number."""


class Violation(msgspec.Struct, frozen=True):
    """An invariant that did not hold: its number, when, and what was seen."""

    number: int
    at: Instant
    detail: str

    @property
    def sentence(self) -> str:
        """Answer the invariant in words."""
        return SENTENCES[self.number]
