"""The figures of a template before it is inserted, and the badges that its name calls for."""

import math

import msgspec
import numpy as np

from desktop.presentation import formats
from desktop.viewmodels.entry_estimate import EntryEstimate
from engine.domain.money import SCALE
from engine.domain.multileg.adapting import MarketView, market_view
from engine.domain.multileg.templates import Template

NO_LOSS_ABOVE = frozenset({"jade_lizard", "big_lizard"})
NO_LOSS_BELOW = frozenset({"rev_jade_lizard"})
_NOTHING = 1.0  # ₹; what is left of a rounding


class Badge(msgspec.Struct, frozen=True):
    """One thing to know about a template; ``good`` is None where it is neither good nor bad."""

    text: str
    good: bool | None


def figures(found: EntryEstimate | None) -> list[tuple[str, str]]:
    """Answer titles and texts of what the structure would cost and risk at the prices of now."""
    if found is None:
        return []
    summary = found.summary
    credit = summary.net_premium > 0
    levels = "  ".join(formats.decimal(level, 0) for level in summary.break_evens[:4]) or "none"
    return [
        ("Credit" if credit else "Debit", _rupees(abs(summary.net_premium))),
        ("Max profit", _rupees(summary.max_profit)),
        ("Max loss", _rupees(summary.max_loss)),
        ("Break-evens", levels),
        ("POP", formats.percent(summary.probability_of_profit, 0)),
        ("Margin", formats.rupees(found.margin, 0)),
    ]


def badges(template: Template, found: EntryEstimate | None) -> list[Badge]:
    """Answer what should be known of a template: its risk, and what its name promises against the prices of now."""
    risk = template.risk
    marks = [Badge("NAKED: the loss is not capped" if risk.naked else "Loss is capped", good=not risk.naked)]
    if found is None:
        return marks
    if template.id in NO_LOSS_ABOVE:
        marks.append(_promise(float(found.at_expiry[-1]), "above", "call"))
    if template.id in NO_LOSS_BELOW:
        marks.append(_promise(float(found.at_expiry[0]), "below", "put"))
    if market_view(template) is MarketView.ARBITRAGE:
        marks.append(_carry(found))
    return marks


def _promise(profit: float, where: str, spread: str) -> Badge:
    if profit >= -_NOTHING:
        return Badge(f"No loss {where}: the credit covers the {spread} spread", good=True)
    return Badge(f"Loses {_rupees(-profit)} {where}: the credit is less than the {spread} spread is wide", good=False)


def _carry(found: EntryEstimate) -> Badge:
    """Answer what is locked in, and per year of what is tied up: the premium, or the future's value."""
    locked = float(np.mean(found.at_expiry))
    tied = abs(found.summary.net_premium)
    if any(leg.contract is not None and not leg.contract.kind.is_option for leg in found.preview.legs):
        tied = found.spot * max(abs(leg.quantity) for leg in found.preview.legs)
    if tied < _NOTHING or found.years <= 0:
        return Badge(f"Locks {_rupees(locked)}", good=None)
    yearly = locked / tied / found.years
    return Badge(f"Locks {_rupees(locked)}, {formats.percent(yearly, 1, signed=True)} a year before charges", good=None)


def _rupees(amount: float) -> str:
    if math.isinf(amount):
        return "unlimited"
    return formats.rupees(round(amount * SCALE), 0)
