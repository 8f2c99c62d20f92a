"""Predefined strategies, and whether what a group of legs can lose is capped (executor reference §3)."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, Any

import msgspec

from engine.domain.multileg.documents import portfolio_from_data
from engine.domain.multileg.expiry import (
    CurrentMonth,
    CurrentWeek,
    ExpiryRule,
    FarMonth,
    FixedDate,
    FourthWeek,
    NextMonth,
    NextWeek,
    Quarterly,
    SecondWeek,
    ThirdWeek,
)
from engine.domain.multileg.leg import Leg, LegKind
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.schema.declared import Declared
from engine.schema.documents import DocumentError, document_from_toml
from engine.schema.field import ask
from engine.schema.load import DeclarationError, FieldError, load


class TemplateKind(Enum):
    """Whether a template is only a structure of legs, or also says when to enter and what closes it."""

    STRUCTURE = "structure"
    PRESET = "preset"


class TemplateLabel(Declared, frozen=True, kw_only=True):
    """What a template file says about itself."""

    id: Annotated[
        str,
        ask(
            "Id",
            "Short name that never changes.",
            ge=1,
            le=40,
            pattern=r"[a-z][a-z0-9_]*",
            pattern_says="Id must be small letters, digits and underscores, like iron_condor",
        ),
    ]
    name: Annotated[str, ask("Name", "What lists show.", ge=1, le=60)]
    view: Annotated[str, ask("View", "What the trader expects of the market.", ge=1, le=40)]
    kind: Annotated[TemplateKind, ask("Kind", "Legs only, or with times and exits.")] = TemplateKind.STRUCTURE
    note: Annotated[str, ask("Note", "What to mind before using it; shown beside it.", le=300)] = ""


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the loss of a group of legs is capped, and how its profit runs beyond the outermost strikes.

    ``up`` and ``down`` are the change of profit per point beyond the outermost strikes, in lots, at the last instant
    at which all legs live. Where legs expire on different days (``several_expiries``) what is left after each expiry
    counts too: a sold leg that outlives its protection is naked.
    """

    naked: bool
    several_expiries: bool
    up: int
    down: int

    @property
    def label(self) -> str:
        """Answer ``"defined"`` or ``"NAKED"``, with a star where it depends on what the later expiry is worth."""
        return ("NAKED" if self.naked else "defined") + ("*" if self.several_expiries else "")

    @property
    def tails(self) -> str:
        """Answer what happens far above and far below, in words."""
        if self.several_expiries:
            return "multi-expiry (mark-to-model at near expiry)"
        return f"up: {_tail(self.up, 'unlimited')}; down: {_tail(self.down, 'large (to 0)')}"


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A predefined portfolio that a trader starts from."""

    id: str
    name: str
    view: str
    kind: TemplateKind
    risk: Risk
    portfolio: MultilegPortfolio
    note: str = ""


def template_from_toml(text: str) -> Template:
    """Answer the template of a TOML document: a portfolio with a table ``[template]``. Raises DocumentError."""
    document = document_from_toml(text)
    label = _label(document.pop("template", None))
    portfolio = portfolio_from_data({"name": label.name[:50], **document})
    return Template(
        id=label.id,
        name=label.name,
        view=label.view,
        kind=label.kind,
        risk=risk_of(portfolio),
        portfolio=portfolio,
        note=label.note,
    )


def templates_from_toml(texts: Mapping[str, str]) -> tuple[Template, ...]:
    """Answer the templates of several documents, given by file name, in the order of their names.

    Raises DocumentError naming everything wrong in every file, two files with one id included.
    """
    found: dict[str, Template] = {}
    errors: list[FieldError] = []
    for file, text in sorted(texts.items()):
        try:
            template = template_from_toml(text)
        except DocumentError as error:
            errors.extend(FieldError(f"{file}: {inner.path}".rstrip(": "), inner.reason) for inner in error.errors)
            continue
        if template.id in found:
            errors.append(FieldError(file, f"another template has the id {template.id} already"))
        found[template.id] = template
    if errors:
        raise DocumentError(errors)
    return tuple(found.values())


def risk_of(portfolio: MultilegPortfolio) -> Risk:
    """Answer whether a portfolio's loss is capped, from the net slopes of its legs beyond the outermost strikes."""
    legs = portfolio.legs
    expiries = {leg.expiry or portfolio.expiry for leg in legs}
    naked = False
    for expiry in expiries:
        # At this expiry sold legs count unless they are surely gone, bought ones only where they surely still live.
        living = [leg for leg in legs if _counts(leg, leg.expiry or portfolio.expiry, expiry)]
        naked = naked or _slope_up(living) < 0 or _slope_down(living) < 0
    return Risk(naked=naked, several_expiries=len(expiries) > 1, up=_slope_up(legs), down=_slope_down(legs))


def _label(data: Any) -> TemplateLabel:
    try:
        return load(data if data is not None else {}, TemplateLabel)
    except DeclarationError as error:
        raise DocumentError([inner.inside("template") for inner in error.errors]) from error


def _tail(slope: int, profit_is: str) -> str:
    if slope == 0:
        return "capped"
    return f"{profit_is} profit" if slope > 0 else f"{profit_is} loss"


def _slope_up(legs: Sequence[Leg]) -> int:
    return sum(leg.side.sign * leg.lots for leg in legs if leg.kind is not LegKind.PUT)


def _slope_down(legs: Sequence[Leg]) -> int:
    signs = {LegKind.CALL: 0, LegKind.PUT: 1, LegKind.FUTURE: -1}
    return sum(signs[leg.kind] * leg.side.sign * leg.lots for leg in legs)


def _counts(leg: Leg, own: ExpiryRule, at: ExpiryRule) -> bool:
    # A future protects in one direction and endangers in the other, so only one that surely lives protects: it is
    # counted on both sides while it may live, as every template keeps it to the expiry of its options.
    if leg.side.sign < 0 or leg.kind is LegKind.FUTURE:
        return not _surely_before(own, at)
    return own == at or _surely_not_before(own, at)


_NEVER_EARLIER: dict[type, tuple[type, ...]] = {
    CurrentWeek: (CurrentWeek,),
    NextWeek: (NextWeek, CurrentWeek),
    SecondWeek: (SecondWeek, NextWeek, CurrentWeek),
    ThirdWeek: (ThirdWeek, SecondWeek, NextWeek, CurrentWeek),
    FourthWeek: (FourthWeek, ThirdWeek, SecondWeek, NextWeek, CurrentWeek),
    CurrentMonth: (CurrentMonth, CurrentWeek),
    NextMonth: (NextMonth, CurrentMonth, FourthWeek, ThirdWeek, SecondWeek, NextWeek, CurrentWeek),
    FarMonth: (
        FarMonth,
        NextMonth,
        CurrentMonth,
        Quarterly,
        FourthWeek,
        ThirdWeek,
        SecondWeek,
        NextWeek,
        CurrentWeek,
    ),
    Quarterly: (Quarterly, CurrentMonth, CurrentWeek),
}
"""For each expiry code the codes whose expiry is never after it; the current month may end before the next week."""

_ALWAYS_EARLIER: dict[type, tuple[type, ...]] = {
    CurrentWeek: (NextWeek, SecondWeek, ThirdWeek, FourthWeek, NextMonth, FarMonth),
    NextWeek: (SecondWeek, ThirdWeek, FourthWeek, NextMonth, FarMonth),
    SecondWeek: (ThirdWeek, FourthWeek, NextMonth, FarMonth),
    ThirdWeek: (FourthWeek, NextMonth, FarMonth),
    FourthWeek: (FarMonth,),
    CurrentMonth: (NextMonth, FarMonth),
    NextMonth: (FarMonth,),
    FarMonth: (),
    Quarterly: (),
}
"""For each expiry code the codes whose expiry is always after it."""


def _surely_not_before(own: ExpiryRule, at: ExpiryRule) -> bool:
    if isinstance(own, FixedDate) and isinstance(at, FixedDate):
        return own.on >= at.on
    return type(at) in _NEVER_EARLIER.get(type(own), ())


def _surely_before(own: ExpiryRule, at: ExpiryRule) -> bool:
    if isinstance(own, FixedDate) and isinstance(at, FixedDate):
        return own.on < at.on
    return type(at) in _ALWAYS_EARLIER.get(type(own), ())
