"""Measure a replay through the whole engine and the paper broker against a plain loop over the same quotes."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from desktop.commands.reading import demonstration
from desktop.composition.clock import nanoseconds
from desktop.composition.headless import HeadlessRun, play
from desktop.composition.markets import MarketChoice
from desktop.composition.recordings import RecordingError, import_recording, open_recording
from desktop.composition.rules import market_rules
from desktop.composition.sample_recording import sample_recording
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.quote import Quote

REAL_SOURCE = Path("optionchain") / "nse_chain_2019_NIFTY.parquet"
"""Where the real chain lies below LEGWORK_DATA; without it that part is left out."""

_PEER_ROWS = 200_000
"""The peer's loop stops after this many quotes: it is slow, and every quote costs it the same."""


class PlainSubscriber:
    """What the peer tells about every quote: keeps the last of each and watches one price, as a simple script would."""

    def __init__(self) -> None:
        self.latest: dict[str, Quote] = {}
        self.seen = 0

    def on_quote(self, symbol: str, quote: Quote) -> None:
        """Take one quote."""
        self.latest[symbol] = quote
        self.seen += 1


def replay_benchmark(rounds: int = 3, minutes: int = 30) -> dict[str, object]:
    """Return quotes and frames per second of a replay, of a plain loop on the same file, and their ratio.

    A replay reads the recording, feeds the paper exchange and the engine with the demonstration portfolio running, and
    keeps its journal in memory. The peer reads the same file, makes an object of every quote and calls a subscriber
    with it: no engine, no exchange. ``real_2019`` is None where LEGWORK_DATA does not lead to the 2019 chain.
    """
    with tempfile.TemporaryDirectory(prefix="legwork-bench-") as folder:
        place = Path(folder)
        sample = place / "sample.parquet"
        sample_recording(sample, market_rules(), minutes=minutes)
        return {"rounds": rounds, "simulated": _measured(sample, rounds), "real_2019": _real(place, rounds)}


def _real(place: Path, rounds: int) -> dict[str, object] | None:
    data = os.environ.get("LEGWORK_DATA")
    if not data or not (Path(data) / REAL_SOURCE).is_file():
        return None
    out = place / "real.parquet"
    try:
        import_recording("nse-chain", [Path(data) / REAL_SOURCE], out, market_rules())
    except RecordingError as refusal:
        return {"refused": str(refusal)}
    return _measured(out, rounds)


def _measured(recording: Path, rounds: int) -> dict[str, object]:
    """Return the figures of one recording; both ways take turns, so that a busy machine slows both alike."""
    opened = open_recording(recording)
    quotes, days = opened.header.quotes, len(opened.days())
    opened.close()
    portfolio = demonstration()
    ours, peers, frames = [], [], 0
    for _ in range(rounds):
        seconds, frames = _timed(lambda: _replay(recording, portfolio))
        ours.append(quotes / seconds)
        seconds, seen = _timed(lambda: _plain_loop(recording))
        peers.append(seen / seconds)
    ratios = [mine / theirs for mine, theirs in zip(ours, peers, strict=True)]
    return {
        "quotes": quotes,
        "frames": frames,
        "days": days,
        "quotes_per_second": round(median(ours)),
        "frames_per_second": round(frames * median(ours) / quotes),
        "days_per_second": round(days * median(ours) / quotes, 2),
        "peer": "a Python object and a call per quote, no engine",
        "peer_quotes_per_second": round(median(peers)),
        "ratio_to_peer": round(median(ratios), 2),
    }


def _timed(job: Callable[[], int]) -> tuple[float, int]:
    begin = nanoseconds()
    answer = job()
    return (nanoseconds() - begin) / 1e9, answer


def _replay(recording: Path, portfolio: MultilegPortfolio) -> int:
    """Play the whole recording and return how many frames there were."""
    report = play(HeadlessRun(market=MarketChoice(market=str(recording)), portfolios=(portfolio,)))
    return int(report.document["market"]["messages"])


def _plain_loop(recording: Path) -> int:
    """Call a subscriber with an object per quote and return how many there were."""
    opened = open_recording(recording)
    symbols = [instrument.id for instrument in opened.master.instruments]
    subscriber = PlainSubscriber()
    for frame in opened.frames():
        for row, values in zip(frame.rows.tolist(), frame.values.tolist(), strict=True):
            last, bid, bid_quantity, ask, ask_quantity, volume, interest, traded = values
            quote = Quote(last, bid, bid_quantity, ask, ask_quantity, volume, interest, traded, frame.at)
            subscriber.on_quote(symbols[row], quote)
        if subscriber.seen >= _PEER_ROWS:
            break
    opened.close()
    return subscriber.seen
