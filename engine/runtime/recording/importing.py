"""Make a recording from sources of a known kind."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from engine.domain.market_rules import MarketRules
from engine.runtime.recording import chain_1min, index_1min, kite_full_ticks, nse_chain
from engine.runtime.recording.cleaned import Cleaned
from engine.runtime.recording.errors import RecordingMisuseError
from engine.runtime.recording.index_1min import BarLabel
from engine.runtime.recording.layout import LAYOUT_VERSION, Header
from engine.runtime.recording.report import Tally
from engine.runtime.recording.source import fingerprint, refuse_missing
from engine.runtime.recording.writer import refuse_existing, write_recording


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a source does not say itself; None where it does."""

    underlying: str | None = None
    """The index of nse-chain files that are not named after it."""
    labels: BarLabel | None = None
    """Which end of the minute names a bar of index-1min files."""


_Cleaner = Callable[[Sequence[Path], MarketRules, Tally, ImportOptions], Cleaned]

KINDS: dict[str, _Cleaner] = {
    nse_chain.KIND: lambda s, rules, tally, o: nse_chain.clean(s, rules, tally, underlying=o.underlying),
    chain_1min.KIND: lambda s, rules, tally, _: chain_1min.clean(s, rules, tally),
    index_1min.KIND: lambda s, rules, tally, o: index_1min.clean(s, rules, tally, labels=o.labels),
    kite_full_ticks.KIND: lambda s, rules, tally, _: kite_full_ticks.clean(s, rules, tally),
}
"""The kinds of source by their names on the command line."""

_TAKES: dict[str, frozenset[str]] = {
    nse_chain.KIND: frozenset({"underlying"}),
    index_1min.KIND: frozenset({"labels"}),
}


def import_recording(
    kind: str,
    sources: Sequence[Path],
    out: Path,
    rules: MarketRules,
    *,
    options: ImportOptions = ImportOptions(),  # noqa: B008 - frozen, so one default serves all calls
    force: bool = False,
) -> Header:
    """Clean ``sources`` and write them to ``out`` as one recording; answer its header with the report.

    The same sources and options give the same bytes. Nothing is written unless all goes well. Raises
    RecordingMisuseError for a request that makes no sense, RecordingError for files that cannot be used.
    """
    try:
        cleaner = _refuse_misuse(kind, sources, out, options, force=force)
    except OSError as trouble:
        raise RecordingMisuseError(f"{trouble.filename} cannot be looked at ({trouble.strerror})") from trouble
    files = tuple(fingerprint(source) for source in sources)
    tally = Tally()
    found = cleaner(sources, rules, tally, options)
    header = Header(
        layout=LAYOUT_VERSION,
        kind=kind,
        sources=files,
        first=found.first,
        last=found.last,
        spacing=found.spacing,
        quotes=found.quotes,
        has_books=found.has_books,
        has_depth=found.has_depth,
        contracts=found.contracts,
        report=tally.report(found.quotes),
    )
    write_recording(out, header, found.groups)
    return header


def _refuse_misuse(kind: str, sources: Sequence[Path], out: Path, options: ImportOptions, *, force: bool) -> _Cleaner:
    if kind not in KINDS:
        raise RecordingMisuseError(f"{kind!r} is not a kind of source; use one of {', '.join(KINDS)}")
    for name in ("underlying", "labels"):
        if getattr(options, name) is not None and name not in _TAKES.get(kind, frozenset()):
            raise RecordingMisuseError(f"--{name} has no meaning for {kind}; leave it out")
    refuse_missing(sources)
    refuse_existing(out, force=force)
    if out.resolve() in {source.resolve() for source in sources}:
        raise RecordingMisuseError(f"{out} is also a source; choose another name for --out")
    return KINDS[kind]
