"""The smaller settings of the trader: what new portfolios begin with, and how hard the window works."""

from typing import Annotated

from desktop.composition.settings_file import SettingsFile
from engine.domain.multileg.portfolio_defaults import PortfolioDefaults
from engine.schema.declared import Declared
from engine.schema.field import ask

MOST_FRAMES, LEAST_FRAMES = 60, 10
"""Frames a second: beyond the first no eye gains, below the second prices stand still."""


class Performance(Declared, frozen=True, kw_only=True):
    """Performance."""

    frames: Annotated[
        int,
        ask(
            "Frames a second",
            "How often panels show new prices; fewer leave more of the computer to others. Stops and orders never wait "
            "for the screen.",
            unit="frames/s",
            ge=LEAST_FRAMES,
            le=MOST_FRAMES,
        ),
    ] = 30
    engine_process: Annotated[
        bool,
        ask(
            "Engine in its own process",
            "The engine shares no interpreter with the window, so that nothing on the screen keeps an order waiting; "
            "it takes a second longer to start and some 150 MB more. Counts from the next start.",
        ),
    ] = False


NEW_PORTFOLIOS = SettingsFile(declaration=PortfolioDefaults, name="defaults.toml", called="defaults of new portfolios")
"""What new portfolios begin with."""

PERFORMANCE = SettingsFile(declaration=Performance, name="performance.toml", called="settings of performance")
"""How hard the window works."""
