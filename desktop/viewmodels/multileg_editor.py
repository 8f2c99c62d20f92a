"""The portfolio being edited: its draft, what is wrong with it, what changed, and the way back."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from desktop.viewmodels.draft_steps import Step, is_typing, step_between
from engine.domain.identifiers import PortfolioId
from engine.domain.multileg.cautions import cautions
from engine.domain.multileg.documents import portfolio_from_toml, portfolio_to_toml
from engine.domain.multileg.leg import Leg
from engine.domain.multileg.leg_string import hedges_for
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.portfolio_defaults import PortfolioDefaults, begun
from engine.domain.multileg.templates import Risk, Template, TemplateKind, risk_of
from engine.schema.describe import describe
from engine.schema.diff import diff
from engine.schema.load import DeclarationError, FieldError, dump, load

Refusals = Callable[[MultilegPortfolio], list[FieldError]]
"""What the market has against a portfolio today: engine.domain.multileg.checks.refusals with the rest filled in."""

_LONGEST_HISTORY = 200


class _Kept(NamedTuple):
    """A draft one can go to, and what lies between it and the present one."""

    draft: dict[str, Any]
    step: Step


class MultilegEditor(QObject):
    """Holds one draft as plain data.

    Signals:
        changed: Emitted after every change of the draft, its errors, or its flags.
        replaced: Emitted when the draft was changed by something else than ``edit``: show it anew.

    """

    changed = Signal()
    replaced = Signal()

    def __init__(
        self, refusals: Refusals | None = None, parent: QObject | None = None, desk_cautions: Refusals | None = None
    ) -> None:
        super().__init__(parent)
        self._refusals_of, self._desk_cautions_of = refusals, desk_cautions
        self._desk_cautions: list[FieldError] = []
        self._draft: dict[str, Any] = {}
        self._saved: dict[str, Any] = {}
        self._undo: list[_Kept] = []
        self._redo: list[_Kept] = []
        self._errors: list[FieldError] = []
        self._value: MultilegPortfolio | None = None
        self._running: MultilegPortfolio | None = None
        self._edited: PortfolioId | None = None
        self._locks: dict[str, str] = {}
        self._confirmed: set[tuple[str, str]] = set()
        self._live_cautions: list[FieldError] = []
        self.begins_with = PortfolioDefaults()
        """What templates are filled up with where they say nothing else."""
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

    def cautions(self) -> list[FieldError]:
        """Answer what should be looked at once before it starts; empty while something is wrong."""
        return [*cautions(self._value), *self._desk_cautions, *self._live_cautions] if self._value else []

    def take_live_cautions(self, found: Sequence[FieldError]) -> None:
        """Take what the prices of now warn of, until they are asked again."""
        self._live_cautions = list(found)

    def unconfirmed(self) -> list[FieldError]:
        """Answer the cautions that were not confirmed yet."""
        return [one for one in self.cautions() if _topic(one) not in self._confirmed]

    def confirm_cautions(self) -> None:
        """Remember that the trader has seen the cautions of this draft and means it."""
        self._confirmed |= {_topic(one) for one in self.cautions()}

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
        # What is right is compared as dump writes it, so that 2, "2" and a missing default are the same.
        return self._draft != self._saved and (self._value is None or dump(self._value) != self._saved)

    @property
    def can_undo(self) -> bool:
        """Say whether there is an earlier draft."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Say whether there is a draft that was undone."""
        return bool(self._redo)

    def edit(self, data: Mapping[str, Any]) -> None:
        """Take a new draft from the form; letters typed into one field after each other are one step back."""
        new = dict(data)
        if new == self._draft:
            return
        step = step_between(self._draft, new, _FIELDS)
        if self._undo and not self._redo and is_typing(self._undo[-1].step, step, self._draft, new):
            self._redo = []
        else:
            self._keep(step)
        self._take(new)

    def undo(self) -> str:
        """Go back to the draft before, and answer what was undone; empty where there is none."""
        if not self._undo:
            return ""
        draft, step = self._undo.pop()
        self._redo.append(_Kept(self._draft, step))
        self._take(draft, replaced=True)
        return step.name

    def redo(self) -> str:
        """Take back an undo, and answer what was done again; empty where there is none."""
        if not self._redo:
            return ""
        draft, step = self._redo.pop()
        self._undo.append(_Kept(self._draft, step))
        self._take(draft, replaced=True)
        return step.name

    @property
    def undo_name(self) -> str:
        """What an undo would take back; empty for nothing."""
        return self._undo[-1].step.name if self._undo else ""

    @property
    def redo_name(self) -> str:
        """What a redo would do again; empty for nothing."""
        return self._redo[-1].step.name if self._redo else ""

    def open_portfolio(self, portfolio: MultilegPortfolio) -> None:
        """Start editing a portfolio afresh; the history begins anew."""
        self._undo, self._redo, self._confirmed = [], [], set()
        self._running, self._edited, self._locks = None, None, {}
        self._saved = dump(portfolio)
        self._take(dump(portfolio), replaced=True)

    def open_running(self, portfolio_id: PortfolioId, portfolio: MultilegPortfolio, locks: Mapping[str, str]) -> None:
        """Start editing a portfolio that is in the engine; ``locks`` are the fields it does not let change, and why."""
        self.open_portfolio(portfolio)
        self._edited, self._locks = portfolio_id, dict(locks)
        self.compare_with(portfolio)
        self.replaced.emit()

    @property
    def edited(self) -> PortfolioId | None:
        """The portfolio of the engine that is edited; None for a draft of its own."""
        return self._edited

    def locks(self) -> dict[str, str]:
        """Answer the paths of fields that may not be changed now, and why."""
        return dict(self._locks)

    def load_text(self, text: str) -> None:
        """Start editing a TOML document. Raises DocumentError and keeps the draft where it cannot be used."""
        self.open_portfolio(portfolio_from_toml(text))

    def text(self) -> str:
        """Answer the draft as a TOML document. Raises DeclarationError where something is wrong."""
        return portfolio_to_toml(load(self._draft, MultilegPortfolio))

    def mark_saved(self) -> None:
        """Remember the draft as saved."""
        self._saved = self.draft() if self._value is None else dump(self._value)
        self.changed.emit()

    def insert_template(self, template: Template) -> None:
        """Replace the draft by a template; for a structure the underlying and its expiry stay as they are."""
        self._keep(Step(f"Template {template.name}", ""))
        self._take(self._inserted(template), replaced=True)

    def as_inserted(self, template: Template) -> MultilegPortfolio | None:
        """Answer the portfolio that inserting a template would give; None where its draft would be wrong."""
        try:
            return load(self._inserted(template), MultilegPortfolio)
        except DeclarationError:
            return None

    def _inserted(self, template: Template) -> dict[str, Any]:
        keep = ("underlying", "exchange") if template.kind is TemplateKind.STRUCTURE else ()
        return dump(begun(template, self.begins_with)) | {
            name: self._draft[name] for name in keep if name in self._draft
        }

    def add_leg(self, leg: Mapping[str, Any]) -> None:
        """Add a leg given as plain data, for example from the option chain."""
        self._keep(Step("Legs: 1 added", ""))
        legs = self._draft.get("legs")
        self._take({**self._draft, "legs": [*(legs if isinstance(legs, list) else []), dict(leg)]}, replaced=True)

    def take_legs(self, legs: Sequence[Leg], *, replace: bool) -> None:
        """Take legs into the draft, for example from a leg string: instead of its own, or behind them.

        Where one asks for a hedge and hedges are off, they are switched on with their usual settings.
        """
        self._keep(Step(f"Legs: {len(legs)} taken", ""))
        own = self._draft.get("legs")
        before = own if isinstance(own, list) and not replace else []
        hedges = hedges_for(legs) if self._draft.get("dynamic_hedge") is None else {}
        self._take({**self._draft, "legs": [*before, *(dump(leg) for leg in legs)], **hedges}, replaced=True)

    def compare_with(self, running: MultilegPortfolio | None) -> None:
        """Set the version that runs, which changes() compares with."""
        self._running = running
        self.changed.emit()

    def changes(self) -> list[str]:
        """Answer what differs from the running version, one line per field; empty without one or while wrong."""
        return diff(self._running, self._value) if self._running and self._value else []

    def change_leg(self, place: int, values: Mapping[str, Any], name: str) -> None:
        """Change some fields of one leg, as one step back with a name; a leg that is not there stays away."""
        legs = self._draft.get("legs")
        if isinstance(legs, list) and 0 <= place < len(legs):
            self._keep(Step(f"Legs {place + 1} › {name}", ""))
            changed = [{**leg, **values} if number == place else leg for number, leg in enumerate(legs)]
            self._take({**self._draft, "legs": changed}, replaced=True)

    def _keep(self, step: Step) -> None:
        self._undo = [*self._undo, _Kept(self._draft, step)][-_LONGEST_HISTORY:]
        self._redo = []

    def _take(self, draft: dict[str, Any], *, replaced: bool = False) -> None:
        self._draft = draft
        self._judge()
        if replaced:
            self.replaced.emit()
        self.changed.emit()

    def _judge(self) -> None:
        try:
            self._value, self._errors = load(self._draft, MultilegPortfolio), []
        except DeclarationError as error:
            self._value, self._errors = None, error.errors
        told = self._desk_cautions_of
        self._desk_cautions = told(self._value) if told is not None and self._value is not None else []


def _topic(caution: FieldError) -> tuple[str, str]:
    """Answer what a caution is about: its field, and its sentence up to the prices in it, which move."""
    return caution.path, caution.reason.split(":", 1)[0]


def said(error: FieldError) -> str:
    """Answer an error with its place in the trader's words: ``"Legs 2: Lots must be at least 1"``."""
    found = _PLACE.match(error.path)
    title = _TITLES.get(found["name"]) if found else None
    if found is None or title is None:
        return str(error)
    number = f" {int(found['index']) + 1}" if found["index"] else ""
    return f"{title}{number}: {error.reason}"


_FIELDS = describe(MultilegPortfolio)
_PLACE = re.compile(r"(?P<name>\w+)(\[(?P<index>\d+)\])?")
_TITLES = {spec.name: spec.ask.title for spec in describe(MultilegPortfolio)}
