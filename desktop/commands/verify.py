"""`legwork verify`: seeded whole days full of faults, and the invariants that must hold in them."""

import os
from collections.abc import Iterable
from enum import Enum
from typing import Annotated, Any

import typer

from desktop.commands.leaving import FAILURE, print_json, sentences
from desktop.composition.clock import stopwatch
from desktop.composition.failures import MisuseError
from desktop.verification.campaign import Tally, failure_document, play
from desktop.verification.day import Outcome

_MANY = 100_000_000
_SHOWN = 10
"""Failures that are spelt out; more of them say nothing new."""


class Tested(Enum):
    """The brokers that days can be played with."""

    PAPER = "paper"
    ZERODHA = "zerodha"


def verify(
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=_MANY, help="How many days to play.")] = 200,
    first: Annotated[int, typer.Option("--first", min=0, max=_MANY, help="The first seed.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, max=256, help="Processes to use; without it one for each core.")
    ] = None,
    broker: Annotated[
        Tested, typer.Option("--broker", help="The broker under test: paper, or zerodha's adapter and a practice Kite.")
    ] = Tested.PAPER,
    loopback: Annotated[
        bool, typer.Option("--loopback", help="With zerodha: real sockets, and the official client reads along.")
    ] = False,
) -> None:
    """Play seeded days and check that nothing goes wrong: on the paper broker, or through Zerodha's adapter.

    Every day has its own accounts, portfolios, edits, market, faults and power losses, all drawn from its seed. It
    ends with twenty minutes without faults in which everything must come to rest. A failure is repeated by its seed
    alone. At Zerodha the real adapter trades on virtual time against a practice Kite that loses answers, repeats
    itself, shows old books and is killed; over loopback three minutes are played with real sockets.
    """
    with sentences(as_json=as_json):
        way = _way(broker, loopback=loopback)
        tally = Tally()
        elapsed = stopwatch()
        for outcome in _shown(play(first, seeds, jobs or os.cpu_count() or 1, way), seeds, quiet=as_json):
            tally.add(outcome)
        document = _document(tally, way, first, elapsed())
    if as_json:
        print_json(document)
    else:
        _print(tally, document, _again(broker, loopback=loopback))
    if tally.failures:
        raise typer.Exit(FAILURE)


def _way(broker: Tested, *, loopback: bool) -> str:
    if not loopback:
        return broker.value
    if broker is not Tested.ZERODHA:
        raise MisuseError("--loopback goes with --broker zerodha: the paper broker has no sockets")
    return f"{broker.value}-loopback"


def _again(broker: Tested, *, loopback: bool) -> str:
    """Answer the command that plays the same days."""
    chosen = "" if broker is Tested.PAPER else f" --broker {broker.value}"
    return f"legwork verify{chosen}{' --loopback' if loopback else ''}"


def _shown(outcomes: Iterable[Outcome], seeds: int, *, quiet: bool) -> Iterable[Outcome]:
    if quiet:
        return outcomes
    return _with_progress(outcomes, seeds)


def _with_progress(outcomes: Iterable[Outcome], seeds: int) -> Iterable[Outcome]:
    with typer.progressbar(outcomes, length=seeds, label=f"{seeds} days") as bar:
        yield from bar


def _document(tally: Tally, way: str, first: int, seconds: float) -> dict[str, Any]:
    return {
        "ok": not tally.failures,
        "broker": way,
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


def _print(tally: Tally, document: dict[str, Any], again: str) -> None:
    typer.echo(
        f"{tally.seeds} days in {document['seconds']} s ({document['seeds_per_second']} a second): "
        f"{tally.portfolios} portfolios, {tally.orders} orders, {tally.trades} filled, {tally.facts} facts, "
        f"{tally.power_losses} restarts"
    )
    typer.echo("Faults: " + ", ".join(f"{kind} {count}" for kind, count in document["faults"].items()))
    for failure in document["failures"][:_SHOWN]:
        typer.echo(f"Seed {failure['seed']} broke invariant {failure['invariant']}: {failure['sentence']}", err=True)
        typer.echo(f"  {failure['at']} {failure['detail']}", err=True)
        typer.echo(f"  Repeat it with: {again} --seeds 1 --first {failure['seed']}", err=True)
    more = len(document["failures"]) - _SHOWN
    if more > 0:
        typer.echo(f"{more} more days failed.", err=True)
    if not document["failures"]:
        typer.echo("Every invariant held.")
