"""`legwork help`: the guide and the field reference, and writing the reference anew from the declarations."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.actions import ACTIONS
from desktop.commands.leaving import sentences
from desktop.composition.failures import EXPECTED
from desktop.composition.folders import data_folder, resource_path
from desktop.composition.keys_file import read_keys
from desktop.composition.manual import FIRST, KEYS, REFERENCE, ActionWords, Manual, Page
from engine.schema.reference import field_reference

_EXIT_FAILURE = 1
_EXIT_MISUSE = 2

PAGES = REFERENCE
"""Every page of the field reference by its file name without ``.md``."""


def register(app: typer.Typer) -> None:
    """Add the command ``help`` to ``app``."""

    @app.command("help")
    def help_command(
        page: Annotated[
            str | None, typer.Argument(metavar="[PAGE]", help="Which page; without it all are named.")
        ] = None,
        search: Annotated[
            str | None, typer.Option("--search", metavar="WORDS", help="Name the pages that hold all these words.")
        ] = None,
        write: Annotated[bool, typer.Option("--write", help="Write the field reference anew.")] = False,
    ) -> None:
        """Show a page of the guide or of the field reference."""
        if write:
            _write_or_refuse()
            return
        with sentences():
            manual = Manual(declared_words())
        manual.add(_keys_page())
        if search is not None:
            _say_hits(manual, search)
        elif page is None:
            typer.echo("\n".join(_listed(manual)))
        elif page in PAGES:
            typer.echo(page_text(page))
        elif page in manual.pages:
            typer.echo(manual.text(page))
        else:
            known = ", ".join((*manual.chapters, *PAGES))
            typer.echo(f"there is no page {page!r}; choose one of {known}", err=True)
            raise typer.Exit(_EXIT_MISUSE)


def declared_words() -> "_Words":
    """Answer what says an action by its title and its keys: the trader's own where there are some."""
    try:
        own = read_keys(data_folder() / "keys.toml")
    except EXPECTED:
        # The window says what is wrong with the file; the declared keys are what holds then.
        own = {}
    return _Words(own)


class _Words:
    """Says actions. Raises KeyError for one that is not declared."""

    def __init__(self, own: dict[str, object]) -> None:
        given = {name: keys for name, keys in own.items() if isinstance(keys, list)}
        taken = {key for keys in given.values() for key in keys if isinstance(key, str)}
        self._said = {
            spec.name: ActionWords(
                spec.plain_title.rstrip("…"),
                ", ".join(map(str, given.get(spec.name, [key for key in spec.keys if key not in taken]))),
            )
            for spec in ACTIONS
        }

    def __call__(self, name: str) -> ActionWords:
        return self._said[name]


def _keys_page() -> Page:
    """Answer the page of the keys of all actions; those of panels are known to the window only."""
    rows = [f"| {{key:{spec.name}}} | {spec.plain_title} | {spec.tip} |" for spec in ACTIONS]
    return Page(
        id=KEYS,
        title="All keys",
        text="\n".join(["# All keys", "", "| Keys | Action | What happens |", "|---|---|---|", *rows]),
    )


def _listed(manual: Manual) -> list[str]:
    guide = [f"  {name:<20}{manual.pages[name].title}" for name in manual.chapters]
    fields = [f"  {name:<20}{found.heading}" for name, found in PAGES.items()]
    return ["Guide", *guide, "Fields", *fields, f"Show one with: legwork help {manual.chapters[1]}"]


def _say_hits(manual: Manual, words: str) -> None:
    hits = manual.search(words)
    if not hits:
        typer.echo(f"no page of Help holds {words!r}; begin with: legwork help {FIRST}", err=True)
        raise typer.Exit(_EXIT_FAILURE)
    typer.echo("\n".join(f"{hit.page.id:<28}{hit.page.title}\n    {hit.said}" for hit in hits))


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
