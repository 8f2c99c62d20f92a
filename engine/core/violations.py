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
