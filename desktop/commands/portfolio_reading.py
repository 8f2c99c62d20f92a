"""What the portfolio commands share: templates by id, expiries by code, and writing a document out."""

from datetime import date
from pathlib import Path
from typing import cast

import typer

from desktop.commands.leaving import writing
from desktop.composition.clock import now
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import layout_path
from desktop.composition.rules import market_rules
from engine.domain.contract_rules import ContractRule
from engine.domain.instant import ist_date
from engine.domain.multileg.documents import portfolio_to_toml
from engine.domain.multileg.expiry import ExpiryRule, FixedDate
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.templates import Template, templates_from_toml
from engine.schema.describe import describe, variant_tag
from engine.schema.documents import DocumentError


def shipped_templates() -> tuple[Template, ...]:
    """Answer the templates of this installation, by name. Raises FailureError where their files are damaged."""
    try:
        files = sorted(layout_path("multileg").glob("*.toml"))
        found = templates_from_toml({file.name: file.read_text(encoding="utf-8") for file in files})
    except (OSError, UnicodeDecodeError, DocumentError) as error:
        raise FailureError(f"The templates of this installation cannot be read: {error}; install it again") from error
    return tuple(sorted(found, key=lambda template: template.name.casefold()))


def template_of(template_id: str) -> Template:
    """Answer a template by its id. Raises MisuseError naming the nearest ones."""
    from difflib import get_close_matches

    found = {template.id: template for template in shipped_templates()}
    if template_id not in found:
        near = get_close_matches(template_id, found, n=3, cutoff=0.4)
        hint = f"; near are {', '.join(near)}" if near else ""
        raise MisuseError(f"there is no template {template_id!r}{hint}; legwork portfolio templates lists all")
    return found[template_id]


def read_expiry(text: str) -> ExpiryRule:
    """Answer an expiry given as a code like CW or NM, or as a date. Raises MisuseError."""
    spec = next(spec for spec in describe(MultilegPortfolio) if spec.name == "expiry")
    codes = {variant_tag(variant).upper(): variant for variant in spec.variants if variant is not FixedDate}
    if text.upper() in codes:
        return cast("ExpiryRule", codes[text.upper()]())
    try:
        return FixedDate(on=date.fromisoformat(text))
    except ValueError:
        raise MisuseError(f"--expiry {text!r} must be one of {', '.join(codes)}, or a date like 2026-08-25") from None


def underlying_rule(underlying: str) -> ContractRule:
    """Answer what is listed in an underlying today. Raises UnknownRuleError with a sentence for an unknown one."""
    return market_rules().contract_rule(underlying, ist_date(now()))


def write_portfolio(portfolio: MultilegPortfolio, out: Path | None) -> str | None:
    """Write a portfolio as TOML to a file, or to standard output without one; answer what was written where.

    Raises MisuseError where the file is there already, FailureError where it cannot be written.
    """
    text = portfolio_to_toml(portfolio)
    if out is None:
        typer.echo(text, nl=False)
        return None
    if out.exists():
        raise MisuseError(f"{out} is there already; choose another name")
    with writing(out):
        out.write_text(text, encoding="utf-8", newline="\n")
    return f"{out}: {portfolio.name}, {len(portfolio.legs)} legs"
