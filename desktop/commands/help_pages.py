"""`legwork help`: the field reference, and writing it anew from the declarations."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from desktop.composition.folders import resource_path
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.templates import TemplateLabel
from engine.domain.settings.notifications import Notifications
from engine.domain.settings.risk_limits import RiskLimits
from engine.schema.declared import Declared
from engine.schema.reference import field_reference

_EXIT_FAILURE = 1
_EXIT_MISUSE = 2


class HelpPage(msgspec.Struct, frozen=True):
    """One page of the field reference: what it is written from, and its heading."""

    declaration: type[Declared]
    heading: str


PAGES: dict[str, HelpPage] = {
    "portfolio": HelpPage(MultilegPortfolio, "Multi-leg portfolio: every field"),
    "risk-limits": HelpPage(RiskLimits, "Risk limits: every field"),
    "notifications": HelpPage(Notifications, "Notifications: every field"),
    "template": HelpPage(TemplateLabel, "Template files: the table [template]"),
}
"""Every page by its file name without ``.md``."""


def register(app: typer.Typer) -> None:
    """Add the command ``help`` to ``app``."""

    @app.command("help")
    def help_command(
        page: Annotated[
            str | None, typer.Argument(metavar="[PAGE]", help="Which page; without it all are named.")
        ] = None,
        write: Annotated[bool, typer.Option("--write", help="Write all pages into resources/help anew.")] = False,
    ) -> None:
        """Show a page of the field reference."""
        if write:
            _write_or_refuse()
        elif page is None:
            typer.echo("\n".join(f"{name:<14}{found.heading}" for name, found in PAGES.items()))
        elif page in PAGES:
            typer.echo(page_text(page))
        else:
            typer.echo(f"there is no page {page!r}; choose one of {', '.join(PAGES)}", err=True)
            raise typer.Exit(_EXIT_MISUSE)


def page_text(name: str) -> str:
    """Answer a page of PAGES in Markdown, as the declarations are now. Raises KeyError for an unknown one."""
    return field_reference(PAGES[name].declaration, PAGES[name].heading)


def page_path(name: str) -> Path:
    """Answer where the written page lies."""
    return resource_path("help", f"{name}.md")


def write_pages() -> list[Path]:
    """Write every page and answer the files. Raises OSError where they cannot be written."""
    written = []
    for name in PAGES:
        path = page_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page_text(name), encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _write_or_refuse() -> None:
    try:
        written = write_pages()
    except OSError as error:
        typer.echo(f"{error.filename} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(_EXIT_FAILURE) from error
    typer.echo("\n".join(f"wrote {path.name}" for path in written))
