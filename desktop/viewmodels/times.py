"""Write the engine's instants and durations, which count microseconds, for a trader."""

from desktop.presentation import formats


def time_text(at: int | None, *, milliseconds: bool = False) -> str:
    """Write an instant as an Indian time of day; a dash for None and for 0, which means not known yet."""
    return formats.clock_time(at * 1_000, milliseconds=milliseconds) if at else formats.MISSING


def latency_text(microseconds: int | None) -> str:
    """Write a short duration: ``85 µs``, ``12.4 ms``, ``1.8 s``."""
    if microseconds is None:
        return formats.MISSING
    if microseconds < 1_000:
        return f"{microseconds} µs"
    if microseconds < 1_000_000:
        return f"{microseconds / 1_000:.1f} ms"
    return formats.age(microseconds / 1_000_000)
