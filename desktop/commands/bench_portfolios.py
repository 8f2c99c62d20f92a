"""How much of a core 200 running portfolios take under a full chain's quotes."""

from typing import Any

from desktop.composition.clock import stopwatch
from desktop.composition.rules import market_rules
from desktop.verification.load import loaded

QUOTES_PER_SECOND = 20_000
"""What the core must carry at well under half a core."""


def portfolio_benchmark(portfolios: int = 200, seconds: int = 60) -> dict[str, Any]:
    """Let portfolios of four legs run, feed them a chain's frames as fast as they are taken, and answer the figures.

    ``core_load_at_20000`` is the share of one core that 20,000 quotes a second would take, from the time measured for
    a quote; ``microseconds_per_portfolio_step`` the time of a frame divided by the portfolios that watch it.
    """
    ready = loaded(market_rules(), portfolios, seconds)
    engine = ready.run.engine
    quotes = sum(len(frame.rows) for frame in ready.frames)
    facts, slowest = 0, 0.0
    whole = stopwatch()
    for frame in ready.frames:
        one = stopwatch()
        facts += len(engine.process([frame]))
        slowest = max(slowest, one())
    elapsed = whole()
    frames = len(ready.frames)
    return {
        "portfolios_running": ready.running,
        "frames": frames,
        "rows_per_frame": round(quotes / frames, 1),
        "facts": facts,
        "quotes_per_second": round(quotes / elapsed),
        "microseconds_per_frame": round(elapsed / frames * 1e6, 1),
        "slowest_frame_microseconds": round(slowest * 1e6, 1),
        "microseconds_per_portfolio_step": round(elapsed / frames / max(ready.running, 1) * 1e6, 2),
        "core_load": round(elapsed / seconds, 4),
        "core_load_at_20000": round(elapsed / quotes * QUOTES_PER_SECOND, 4),
    }
