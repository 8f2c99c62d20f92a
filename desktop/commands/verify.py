"""`legwork verify`: seeded whole days full of faults, and the invariants that must hold in them."""

import os
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from desktop.commands.leaving import FAILURE, print_json, sentences
from desktop.composition.clock import stopwatch
from desktop.verification.campaign import Tally, failure_document, play
from desktop.verification.day import Outcome

_MANY = 100_000_000
_SHOWN = 10
"""Failures that are spelt out; more of them say nothing new."""


def verify(
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=_MANY, help="How many days to play.")] = 200,
    first: Annotated[int, typer.Option("--first", min=0, max=_MANY, help="The first seed.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, max=256, help="Processes to use; without it one for each core.")
    ] = None,
) -> None:
    """Play seeded days on the paper broker and check that nothing goes wrong.

    Every day has its own accounts, portfolios, edits, market, faults and power losses, all drawn from its seed. It
    ends with twenty minutes without faults in which everything must come to rest. A failure is repeated by its seed
    alone.
    """
    with sentences(as_json=as_json):
        tally = Tally()
        elapsed = stopwatch()
        for outcome in _shown(play(first, seeds, jobs or os.cpu_count() or 1), seeds, quiet=as_json):
            tally.add(outcome)
        document = _document(tally, first, elapsed())
    if as_json:
        print_json(document)
    else:
        _print(tally, document)
    if tally.failures:
        raise typer.Exit(FAILURE)


def _shown(outcomes: Iterable[Outcome], seeds: int, *, quiet: bool) -> Iterable[Outcome]:
    if quiet:
        return outcomes
    return _with_progress(outcomes, seeds)


def _with_progress(outcomes: Iterable[Outcome], seeds: int) -> Iterable[Outcome]:
    with typer.progressbar(outcomes, length=seeds, label=f"{seeds} days") as bar:
        yield from bar


def _document(tally: Tally, first: int, seconds: float) -> dict[str, Any]:
    return {
        "ok": not tally.failures,
        "first": first,
        "seeds": tally.seeds,
        "seconds": round(seconds, 3),
        "seeds_per_second": round(tally.seeds / seconds, 2) if seconds else None,
        "facts": tally.facts,
        "orders": tally.orders,
        "trades": tally.trades,
        "portfolios": tally.portfolios,
        "restarts": tally.power_losses,
        "faults": dict(sorted(tally.faults.items())),
        "failures": [failure_document(outcome) for outcome in tally.failures],
    }


def _print(tally: Tally, document: dict[str, Any]) -> None:
    typer.echo(
        f"{tally.seeds} days in {document['seconds']} s ({document['seeds_per_second']} a second): "
        f"{tally.portfolios} portfolios, {tally.orders} orders, {tally.trades} filled, {tally.facts} facts, "
        f"{tally.power_losses} restarts"
    )
    typer.echo("Faults: " + ", ".join(f"{kind} {count}" for kind, count in document["faults"].items()))
    for failure in document["failures"][:_SHOWN]:
        typer.echo(f"Seed {failure['seed']} broke invariant {failure['invariant']}: {failure['sentence']}", err=True)
        typer.echo(f"  {failure['at']} {failure['detail']}", err=True)
        typer.echo(f"  Repeat it with: legwork verify --seeds 1 --first {failure['seed']}", err=True)
    more = len(document["failures"]) - _SHOWN
    if more > 0:
        typer.echo(f"{more} more days failed.", err=True)
    if not document["failures"]:
        typer.echo("Every invariant held.")
