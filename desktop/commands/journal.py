"""`legwork journal`: verify, show and export the record of everything that happened, and the curves beside it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from desktop.commands.journal_curve import curves_by_name, document, print_curve
from desktop.commands.journal_export import ExportFormat, export_rows, fact_of, row_document
from desktop.commands.journal_filter import belonging
from desktop.commands.journal_statistics import show_statistics
from desktop.commands.journal_tables import messages_of, print_facts, print_messages
from desktop.commands.leaving import FAILURE, print_json, sentences, writing
from desktop.commands.options import AsJson
from desktop.composition.failures import MisuseError
from desktop.composition.folders import default_journal
from desktop.composition.journals import ChainedEntry, open_for_reading

app = typer.Typer(help="Look into the journal: every decision, order and fill, in order.", no_args_is_help=True)

app.command("statistics")(show_statistics)

_Journal = Annotated[
    str | None,
    typer.Argument(metavar="[JOURNAL]", help="A journal file or postgresql:// URL; the workstation's own by default."),
]
_JournalOption = Annotated[str | None, typer.Option("--journal", metavar="URL", help="The same as JOURNAL.")]
_ENDINGS = ", ".join(f".{form}" for form in ExportFormat)
_Kind = Annotated[list[str] | None, typer.Option("--kind", help="Only facts of this kind; may be repeated.")]
_Portfolio = Annotated[
    str | None,
    typer.Option("--portfolio", help="Only facts of this portfolio, by its name or id, with those of its orders."),
]


@app.command("verify")
def verify_journal(
    journal: _Journal = None,
    journal_option: _JournalOption = None,
    anchor: Annotated[
        str | None,
        typer.Option("--anchor", metavar="HEAD", help="A head noted earlier; the chain must pass through it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read the whole journal against its chain and say whether it is as it was written.

    Changed, removed, moved and added facts and a missing end are found. A journal rewritten from end to end is found
    only with --anchor. Leaves with status 1 when something is wrong.
    """
    with sentences(as_json=as_json):
        head = _checked_anchor(anchor)
        with open_for_reading(_address(journal, journal_option)) as reader:
            name, report = reader.name, reader.verify(head)
    if as_json:
        found = {"count": report.count, "head": report.head, "problem": report.problem}
        print_json({"journal": name, "ok": report.is_sound, **found})
    elif report.is_sound:
        typer.echo(f"{name}: {report.count:,} facts, all as they were written.\nHead {report.head}")
    else:
        typer.echo(f"{name}: {report.problem}. {report.count:,} facts before that are sound.\nHead {report.head}")
    if not report.is_sound:
        raise typer.Exit(FAILURE)


@app.command("show")
def show_journal(
    journal: _Journal = None,
    journal_option: _JournalOption = None,
    kind: _Kind = None,
    portfolio: _Portfolio = None,
    after: Annotated[
        int | None, typer.Option("--after", min=0, help="The first facts after this number, instead of the last ones.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="How many facts at most.")] = 50,
    raw: Annotated[bool, typer.Option("--raw", help="The facts as they were written, instead of sentences.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what the latest facts say, or those after a number, oldest first."""
    with sentences(as_json=as_json), open_for_reading(_address(journal, journal_option)) as reader:
        matching = _matching(reader.rows, after or 0, kind, portfolio)
        rows = list(deque(matching, maxlen=limit) if after is None else islice(matching, limit))
        document = {"journal": reader.name, "count": reader.count(), "head": reader.head()}
        messages = {} if raw or as_json else messages_of(reader.rows(0), rows)
    if as_json:
        print_json({**document, "facts": [row_document(row) for row in rows]})
    else:
        if raw:
            print_facts(rows)
        else:
            print_messages(rows, messages)
        typer.echo(f"{len(rows):,} of {document['count']:,} facts in {document['journal']}")


@app.command("export")
def export_journal(
    out: Annotated[Path, typer.Argument(metavar="OUT", help=f"The file to write, ending in {_ENDINGS}.")],
    journal: _Journal = None,
    journal_option: _JournalOption = None,
    form: Annotated[
        ExportFormat | None, typer.Option("--format", help="Layout, where OUT's ending does not say.")
    ] = None,
    kind: _Kind = None,
    portfolio: _Portfolio = None,
    after: Annotated[int, typer.Option("--after", min=0, help="Only facts after this number.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT where it is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write facts to a file, one a line; OUT appears only when it is whole."""
    with sentences(as_json=as_json):
        form = form or ExportFormat.of(out)
        if form is None:
            raise MisuseError(f"{out} has no ending that says how it is laid out ({_ENDINGS}): add --format.")
        with writing(out):
            if out.exists() and not force:
                raise MisuseError(f"{out} is there already: add --force to replace it.")
            with open_for_reading(_address(journal, journal_option)) as reader:
                written = export_rows(_matching(reader.rows, after, kind, portfolio), out, form)
    if as_json:
        print_json({"file": str(out), "format": form.value, "facts": written})
    else:
        typer.echo(f"{written:,} facts written to {out}")


@app.command("curve")
def show_curve(
    portfolio: Annotated[str, typer.Argument(metavar="PORTFOLIO", help="By its name or its id, like P1.")],
    journal: _Journal = None,
    journal_option: _JournalOption = None,
    points: Annotated[
        int, typer.Option("--points", min=0, max=1_000_000, help="How many points of the curve are shown.")
    ] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what a portfolio made over time: peak, trough, deepest drawdown, best and worst of every leg.

    Profits are noted every few seconds, as the portfolio's Monitoring says, beside the journal; --json has all of them.
    """
    with sentences(as_json=as_json):
        found = curves_by_name(_address(journal, journal_option), portfolio)
    if as_json:
        print_json({"curves": [document(curve) for curve in found]})
        return
    for curve in found:
        print_curve(curve, points)


def _matching(
    read: Callable[[int], Iterable[ChainedEntry]], after: int, kinds: list[str] | None, portfolio: str | None
) -> Iterator[ChainedEntry]:
    """Answer the facts after a number that pass the filters. Raises MisuseError for an unknown portfolio."""
    wanted = None if portfolio is None else belonging(read(0), portfolio)
    for row in read(after):
        if kinds and row.entry.kind not in kinds:
            continue
        if wanted is None or wanted.includes(fact_of(row.entry.body)):
            yield row


def _address(argument: str | None, option: str | None) -> str:
    """Answer the journal that is meant; naming two is misuse."""
    if argument is not None and option is not None and argument != option:
        raise MisuseError(f"Two journals are named, {argument} and {option}: name one.")
    given = option if argument is None else argument
    return str(default_journal()) if given is None else given


def _checked_anchor(anchor: str | None) -> str | None:
    """Refuse what can be no head."""
    if anchor is None:
        return None
    head = anchor.strip().lower()
    if len(head) != 64 or head.strip("0123456789abcdef"):
        raise MisuseError(f"--anchor {anchor} is no head: a head has 64 hexadecimal digits.")
    return head
