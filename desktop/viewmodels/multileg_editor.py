"""The portfolio being edited: its draft, what is wrong with it, what changed, and the way back."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.domain.multileg.documents import portfolio_from_toml, portfolio_to_toml
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.templates import Risk, Template, risk_of
from engine.schema.diff import diff
from engine.schema.load import DeclarationError, FieldError, dump, load, problems

Refusals = Callable[[MultilegPortfolio], list[FieldError]]
"""What the market has against a portfolio today: engine.domain.multileg.checks.refusals with the rest filled in."""

_LONGEST_HISTORY = 200
_BASES = {"premium points": "pt", "premium percent": "%", "underlying points": "pt und", "underlying percent": "% und"}


class MultilegEditor(QObject):
    """Holds one draft as plain data.

    Signals:
        changed: Emitted after every change of the draft, its errors, or its flags.
        replaced: Emitted when the draft was changed by something else than ``edit``: show it anew.

    """

    changed = Signal()
    replaced = Signal()

    def __init__(self, refusals: Refusals | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._refusals_of = refusals
        self._draft: dict[str, Any] = {}
        self._saved: dict[str, Any] = {}
        self._undo: list[dict[str, Any]] = []
        self._redo: list[dict[str, Any]] = []
        self._errors: list[FieldError] = []
        self._value: MultilegPortfolio | None = None
        self._running: MultilegPortfolio | None = None
        self._judge()

    def draft(self) -> dict[str, Any]:
        """Answer the draft as plain data."""
        return dict(self._draft)

    def value(self) -> MultilegPortfolio | None:
        """Answer the portfolio; None while something is wrong."""
        return self._value

    def errors(self) -> list[FieldError]:
        """Answer everything that is wrong with the draft."""
        return list(self._errors)

    def refusals(self) -> list[FieldError]:
        """Answer what the market has against starting it today; empty while the draft itself is wrong."""
        return self._refusals_of(self._value) if self._refusals_of and self._value else []

    def risk(self) -> Risk | None:
        """Answer whether its loss is capped; None while something is wrong."""
        return risk_of(self._value) if self._value else None

    @property
    def is_valid(self) -> bool:
        """Say whether the draft is a portfolio."""
        return self._value is not None

    @property
    def is_dirty(self) -> bool:
        """Say whether the draft differs from what was saved or loaded last."""
        return _canonical(self._draft) != _canonical(self._saved)

    @property
    def can_undo(self) -> bool:
        """Say whether there is an earlier draft."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Say whether there is a draft that was undone."""
        return bool(self._redo)

    def edit(self, data: Mapping[str, Any]) -> None:
        """Take a new draft from the form."""
        if dict(data) != self._draft:
            self._keep()
            self._take(dict(data))

    def undo(self) -> None:
        """Go back to the draft before; without one nothing happens."""
        if self._undo:
            self._redo.append(self._draft)
            self._take(self._undo.pop(), replaced=True)

    def redo(self) -> None:
        """Take back an undo; without one nothing happens."""
        if self._redo:
            self._undo.append(self._draft)
            self._take(self._redo.pop(), replaced=True)

    def open_portfolio(self, portfolio: MultilegPortfolio) -> None:
        """Start editing a portfolio afresh; the history begins anew."""
        self._undo, self._redo = [], []
        self._saved = dump(portfolio)
        self._take(dump(portfolio), replaced=True)

    def load_text(self, text: str) -> None:
        """Start editing a TOML document. Raises DocumentError and keeps the draft where it cannot be used."""
        self.open_portfolio(portfolio_from_toml(text))

    def text(self) -> str:
        """Answer the draft as a TOML document. Raises DeclarationError where something is wrong."""
        return portfolio_to_toml(load(self._draft, MultilegPortfolio))

    def mark_saved(self) -> None:
        """Remember the draft as saved."""
        self._saved = self.draft()
        self.changed.emit()

    def insert_template(self, template: Template) -> None:
        """Replace the draft by a template; for a structure the underlying and its expiry stay as they are."""
        data = dump(template.portfolio)
        keep = ("underlying", "exchange") if template.kind.value == "structure" else ()
        self._keep()
        self._take(data | {name: self._draft[name] for name in keep if name in self._draft}, replaced=True)

    def add_leg(self, leg: Mapping[str, Any]) -> None:
        """Add a leg given as plain data, for example from the option chain."""
        self._keep()
        legs = self._draft.get("legs")
        self._take({**self._draft, "legs": [*(legs if isinstance(legs, list) else []), dict(leg)]}, replaced=True)

    def compare_with(self, running: MultilegPortfolio | None) -> None:
        """Set the version that runs, which changes() compares with."""
        self._running = running
        self.changed.emit()

    def changes(self) -> list[str]:
        """Answer what differs from the running version, one line per field; empty without one or while wrong."""
        return diff(self._running, self._value) if self._running and self._value else []

    def _keep(self) -> None:
        self._undo = [*self._undo, self._draft][-_LONGEST_HISTORY:]
        self._redo = []

    def _take(self, draft: dict[str, Any], *, replaced: bool = False) -> None:
        self._draft = draft
        self._judge()
        if replaced:
            self.replaced.emit()
        self.changed.emit()

    def _judge(self) -> None:
        self._errors = problems(self._draft, MultilegPortfolio)
        self._value = None if self._errors else load(self._draft, MultilegPortfolio)


def leg_line(leg: Mapping[str, Any]) -> str:
    """Answer one line about a leg's plain data: ``"SELL 2 × CE ATM+2 · SL 25 % · CW"``; bad data is shown as it is."""
    kind = leg.get("kind", "?")
    strike = "" if kind == "FUT" else _strike_words(leg.get("strike"))
    parts = [f"{leg.get('side', '?')} {leg.get('lots', '?')} × {kind} {strike}".rstrip()]
    for name, title in (("stop_loss", "SL"), ("target", "TGT")):
        rule = leg.get(name)
        if isinstance(rule, Mapping):
            basis = rule.get("basis")
            parts.append(f"{title} {rule.get('distance', '?')} {_BASES.get(str(basis), '')}".rstrip())
    trailing = leg.get("trailing")
    if isinstance(trailing, Mapping):
        unit = "%" if trailing.get("unit") == "percent" else "pt"
        parts.append(f"TSL {trailing.get('every', '?')}/{trailing.get('by', '?')} {unit}")
    if leg.get("expiry") is not None:
        parts.append(_expiry_words(leg["expiry"]))
    return " · ".join(parts)


def _strike_words(strike: Any) -> str:
    rule = strike if isinstance(strike, Mapping) else {"type": strike}
    match rule.get("type"):
        case "atm":
            steps = rule.get("steps", 0)
            return f"ATM{steps:+d}" if isinstance(steps, int) and steps else "ATM" if steps == 0 else f"ATM {steps}"
        case "fixed":
            return str(rule.get("strike", "?"))
        case "closest_premium":
            return f"≈₹{rule.get('premium', '?')}"
        case "delta":
            return f"Δ{rule.get('delta', '?')}"
        case "straddle_width":
            return f"{rule.get('multiple', '?')}× straddle"
        case other:
            return "?" if other is None else str(other)


def _expiry_words(expiry: Any) -> str:
    rule = expiry if isinstance(expiry, Mapping) else {"type": expiry}
    return str(rule.get("on", "?") if rule.get("type") == "date" else rule.get("type"))


def _canonical(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer data as dump writes it, so that 2, "2" and a missing default compare as the same."""
    try:
        return dump(load(data, MultilegPortfolio))
    except DeclarationError:
        return data
