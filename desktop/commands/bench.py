"""`legwork bench`: how fast this machine runs Legwork, against a peer measured in the same run where there is one."""

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer

from desktop.commands.leaving import print_json, sentences
from desktop.commands.options import AsJson
from desktop.composition.clock import nanoseconds

Figures = dict[str, Any]


class Subject(StrEnum):
    """What can be measured."""

    PRICING = "pricing"
    REPLAY = "replay"
    JOURNAL = "journal"
    ORDER_PATH = "order-path"
    PORTFOLIOS = "portfolios"
    DESKTOP = "desktop"
    START = "start"
    MEMORY = "memory"
    TICKS = "ticks"


def _pricing(rounds: int | None) -> Figures:
    from desktop.commands.bench_pricing import pricing_benchmark

    return pricing_benchmark(rounds or 7)


def _replay(rounds: int | None) -> Figures:
    from desktop.commands.bench_replay import replay_benchmark

    return replay_benchmark(rounds or 3)


def _journal(rounds: int | None) -> Figures:
    from desktop.commands.bench_journal import journal_benchmark

    return journal_benchmark(rounds or 200)


def _order_path(rounds: int | None) -> Figures:
    from desktop.commands.bench_order_path import order_path_benchmark

    return order_path_benchmark(rounds or 200)


def _portfolios(rounds: int | None) -> Figures:
    from desktop.commands.bench_portfolios import portfolio_benchmark

    return portfolio_benchmark(seconds=rounds or 60)


def _desktop(rounds: int | None) -> Figures:
    from desktop.benchmark.desk import desk_benchmark
    from desktop.benchmark.painting import painting_benchmark

    seconds = float(rounds or 20)
    return {**desk_benchmark(seconds=seconds), "painting": painting_benchmark(seconds=min(seconds, 2.0))}


def _start(rounds: int | None) -> Figures:
    from desktop.benchmark.start_up import start_benchmark

    return start_benchmark(rounds or 5)


def _memory(rounds: int | None) -> Figures:
    from desktop.benchmark.memory import memory_benchmark

    return memory_benchmark(minutes=rounds or 60)


def _ticks(rounds: int | None) -> Figures:
    from desktop.commands.bench_ticks import ticks_benchmark

    return ticks_benchmark(rounds or 30)


_BENCHMARKS: dict[Subject, Callable[[int | None], Figures]] = {
    Subject.PRICING: _pricing,
    Subject.REPLAY: _replay,
    Subject.JOURNAL: _journal,
    Subject.ORDER_PATH: _order_path,
    Subject.PORTFOLIOS: _portfolios,
    Subject.DESKTOP: _desktop,
    Subject.START: _start,
    Subject.MEMORY: _memory,
    Subject.TICKS: _ticks,
}

HEADLINES: dict[Subject, tuple[tuple[str, str], ...]] = {
    Subject.PRICING: (
        ("ratio_to_scalar_library", "× faster than py_vollib's scalar loop"),
        ("nanoseconds_per_option", "ns per option: implied volatility and five Greeks"),
        ("microseconds_per_chain_of_200", "µs for a chain of 200 strikes"),
    ),
    Subject.REPLAY: (
        ("simulated.quotes_per_second", "quotes/s through engine and paper exchange"),
        ("simulated.frames_per_second", "frames/s of the same"),
        ("simulated.ratio_to_peer", "× a plain loop with an object and a call per quote, without engine"),
        ("real_2019.quotes_per_second", "quotes/s on the real chain of 2019"),
        ("real_2019.ratio_to_peer", "× the plain loop on the same"),
        ("real_2019.days_per_second", "real days/s"),
    ),
    Subject.JOURNAL: (
        ("flush_us", "µs for one flush of this disk"),
        ("bursts.1.journal.p50_us", "µs for one durable fact (p50)"),
        ("bursts.10.journal.p50_us_per_fact", "µs for each of ten facts in one transaction"),
        ("ratio_to_raw", "× the time of raw sqlite3 without a chain"),
    ),
    Subject.ORDER_PATH: (
        ("in_memory.p50_us", "µs from decision to wire without a durable journal (p50)"),
        ("in_memory.p99_us", "µs (p99)"),
        ("durable.p50_us", "µs with every fact on the disk first (p50)"),
        ("durable.p99_us", "µs (p99)"),
        ("ratio_to_peer", "× one bare sqlite3 commit"),
    ),
    Subject.PORTFOLIOS: (
        ("portfolios_running", "portfolios of four legs watching"),
        ("quotes_per_second", "quotes/s through the core"),
        ("core_load_at_20000", "of one core at 20,000 quotes/s"),
        ("slowest_frame_microseconds", "µs for the slowest frame"),
        ("microseconds_per_step", "µs for one look of all monitors of a portfolio"),
        ("microseconds_per_quote.1", "µs a quote with 1 portfolio on a full chain"),
        ("microseconds_per_quote.50", "µs with 50"),
        ("microseconds_per_quote.200", "µs with 200"),
        ("one_row.1 of 1", "µs for a quote that 1 of 1 portfolios watches"),
        ("one_row.1 of 200", "µs for a quote that 1 of 200 watches"),
        ("one_row.200 of 200", "µs for a quote that 200 of 200 watch"),
    ),
    Subject.DESKTOP: (
        ("window.orders_in_the_book", "orders in the book, a full chain and three charts"),
        ("window.quotes_per_second", "quotes/s into the engine"),
        ("window.stalls.p99_ms", "ms for which the window does not answer (p99)"),
        ("window.stalls.worst_ms", "ms (worst)"),
        ("window.frames.p99_ms", "ms for a frame (p99)"),
        ("headless.tick_to_order.p50_us", "µs from tick to order without a window (p50)"),
        ("headless.tick_to_order.p99_us", "µs (p99)"),
        ("window.tick_to_order.p50_us", "µs under the window (p50)"),
        ("window.tick_to_order.p99_us", "µs (p99)"),
        ("window.tick_to_order.without_disk_p90_us", "µs under the window, the disk not counted (p90)"),
        ("p50_ratio_to_headless", "× the time without a window (p50)"),
        ("window.workspace_switch.added_ms", "ms that a workspace switch adds, once"),
        ("window.theme_switch.added_ms", "ms that a theme switch adds, once"),
        ("window.export.added_ms", "ms that an export adds, once"),
        ("process.tick_to_order.p99_us", "µs with the engine in a process of its own (p99)"),
        ("per_tick.stalls.p99_ms", "ms for which a window with a signal per tick does not answer (p99)"),
        ("per_tick.tick_to_order.p50_us", "µs from tick to order under it (p50)"),
        ("per_tick.tick_to_order.p99_us", "µs (p99)"),
        *(
            (f"painting.rates.{rate}.{name}", f"{words} at {rate:,} ticks/s")
            for rate in (1_000, 5_000, 20_000)
            for name, words in (
                ("frames_percent", "% of the GUI thread by frames"),
                ("per_tick_percent", "% by a signal per tick"),
            )
        ),
    ),
    Subject.START: (
        ("usable_seconds", "s from the command to a window that answers (median)"),
        ("worst_seconds", "s (worst)"),
        ("interpreter_seconds", "s of it for Python alone, as its peer"),
    ),
    Subject.MEMORY: (
        ("minutes", "minutes at ten times the pace of life"),
        ("first_mb", "MB after the first minutes"),
        ("last_mb", "MB at the end"),
        ("growth_mb_per_hour", "MB an hour over the second half"),
    ),
    Subject.TICKS: (
        *(
            (f"packets.{packets}.{name}", f"{words} {packets} packets")
            for packets in ("1", "5", "500", "3000", "3000 of all kinds")
            for name, words in (
                ("frame_us", "µs from the bytes to the quote board, a frame of"),
                ("ticks_per_second", "ticks/s in frames of"),
                ("ratio_to_peer", "× kiteconnect's own parser, frames of"),
            )
        ),
        ("frame_to_order.durable.p50_us", "µs from a frame's bytes to the order's, every fact on the disk first (p50)"),
        ("frame_to_order.durable.p99_us", "µs (p99)"),
        ("frame_to_order.durable.p99_9_us", "µs (p99.9)"),
        ("frame_to_order.in_memory.p50_us", "µs without a durable journal (p50)"),
        ("frame_to_order.in_memory.p99_us", "µs (p99)"),
        ("frame_to_order.in_memory.p99_9_us", "µs (p99.9)"),
        ("frame_to_order.ratio_to_vendors_parser", "× faster than the same way with kiteconnect's parser in front"),
    ),
}
"""What a person is shown of each: the path of a figure, and what it says."""


def bench(
    subject: Annotated[Subject | None, typer.Argument(help="What to measure; everything without it.")] = None,
    rounds: Annotated[
        int | None, typer.Option("--rounds", min=1, max=100_000, help="How often; each has a sensible number.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how fast Legwork is here, against a peer in the same run where there is one.

    Peers take turns with what they are compared to, so a busy machine slows both. Recordings are looked for in the
    folder that LEGWORK_DATA names.
    """
    document: Figures = {}
    with sentences(as_json=as_json):
        for one in [subject] if subject else _all():
            begin = nanoseconds()
            figures = _BENCHMARKS[one](rounds)
            document[one.value] = {**figures, "took_seconds": round((nanoseconds() - begin) / 1e9, 2)}
            if not as_json:
                typer.echo(headline_text(one, figures))
    if as_json:
        print_json(document)


_DRAWN = (Subject.DESKTOP, Subject.START, Subject.MEMORY)


def _all() -> list[Subject]:
    """Answer every subject; without a display Qt's offscreen platform stands in on Linux."""
    can_draw = (
        sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY")) or sys.platform in ("win32", "darwin")
    )
    # An hour of watching memory is for who asks for it.
    return [one for one in Subject if one is not Subject.MEMORY and (one not in _DRAWN or can_draw)]


def headline_text(subject: Subject, figures: Figures) -> str:
    """Answer the figures that matter as lines for a person."""
    lines = [(value, words) for path, words in HEADLINES[subject] if (value := _at(figures, path)) is not None]
    return "\n".join([subject.value, *(f"  {_shown(value):>14}  {words}" for value, words in lines)])


def _at(figures: Figures, path: str) -> object:
    found: Any = figures
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _shown(value: object) -> str:
    match value:
        case bool() | str():
            return str(value)
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
        case _:
            return str(value)
