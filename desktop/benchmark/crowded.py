"""The window that is measured: everything that moves at once, on one screen."""

from pathlib import Path

from desktop.workspace.layouts import OpenedWorkspace, read_workspace

_TEXT = """
format = 2
name = "crowded"
title = "Crowded"

[[panels]]
id = "chain"
type = "option_chain"
context = { underlying = "NIFTY" }

[[panels]]
id = "chart"
type = "chart"
area = "right"
relative_to = "chain"
share = 0.5
context = { underlying = "NIFTY" }

[[panels]]
id = "second_chart"
type = "chart"
area = "bottom"
relative_to = "chart"
share = 0.66
context = { underlying = "NIFTY" }

[[panels]]
id = "third_chart"
type = "chart"
area = "bottom"
relative_to = "second_chart"
share = 0.5
context = { underlying = "NIFTY" }

[[panels]]
id = "orders"
type = "order_book"
area = "bottom"
relative_to = "chain"
share = 0.5

[[panels]]
id = "positions"
type = "positions"
area = "bottom"
relative_to = "third_chart"
share = 0.4
"""


def crowded_workspace(folder: Path) -> OpenedWorkspace:
    """Answer a workspace with a full chain, three charts, the order book and positions; ``folder`` is scratch."""
    path = folder / "crowded.toml"
    path.write_text(_TEXT, encoding="utf-8")
    return read_workspace(path)
