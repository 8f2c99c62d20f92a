"""The eleven tabs under which every field of a portfolio stands, in the order of the editor, of Help and of words."""

TABS = (
    "Default portfolio",
    "Legs",
    "Execution",
    "Range breakout",
    "Extra conditions",
    "Dynamic hedge",
    "Target",
    "Stop loss",
    "Exit",
    "Monitoring",
    "At broker",
)
"""The ``group`` of each field of MultilegPortfolio is one of them."""
