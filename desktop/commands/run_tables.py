"""What `legwork run` shows a person: a live table while it runs, and the outcome."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from desktop.composition.clock import nanoseconds

if TYPE_CHECKING:
    from rich.console import Console, Group
    from rich.table import Table

    from desktop.composition.headless import Progress
    from engine.views.run_glance import RunGlance

_REDRAW_NANOSECONDS = 200_000_000
_WIDTH = 100
"""Columns that the outcome takes where the output is no terminal."""

_BAR = 30


@contextmanager
def live_table(*, quiet: bool) -> "Iterator[Progress | None]":
    """Show portfolios, profit and simulated time while a run goes on, where somebody looks at a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        drawn_at = 0

        def show(glance: "Callable[[], RunGlance]") -> None:
            nonlocal drawn_at
            if nanoseconds() - drawn_at < _REDRAW_NANOSECONDS:
                return
            drawn_at = nanoseconds()
            live.update(glance_table(glance()), refresh=True)

        yield show


def glance_table(glance: "RunGlance") -> "Group":
    """Answer a run at this moment: simulated time and progress, and a table of its portfolios."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from engine.domain.instant import iso_text

    done = round(glance.share * _BAR)
    progress = f"{'━' * done}{'─' * (_BAR - done)} {glance.share:4.0%}"
    moment = iso_text(glance.at)[:19].replace("T", " ")
    line = Text(f"{moment}  {progress}  {glance.frames:,} frames, {glance.orders} orders", no_wrap=True)
    table = Table(box=None, pad_edge=False)
    for heading, right in (("Portfolio", 0), ("State", 0), ("P&L ₹", 1), ("Booked ₹", 1), ("Open", 1), ("Closed", 1)):
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    table.add_column("Reason", no_wrap=True)
    for row in glance.portfolios:
        cells = (row.name, row.state, row.profit or "–", row.booked, str(row.open_legs), str(row.closed_legs))
        table.add_row(*(Text(cell) for cell in (*cells, row.exit_reason)))
    return Group(line, table)


_OPEN_COLUMN = ("open_quantity", "Open", "right")
"""Shown only where something is still open."""

_LEG_COLUMNS = (
    ("symbol", "Symbol", "left"),
    ("side", "Side", "left"),
    ("quantity", "Quantity", "right"),
    _OPEN_COLUMN,
    ("entry_time", "Entry", "left"),
    ("entry_price", "at ₹", "right"),
    ("exit_time", "Exit", "left"),
    ("exit_price", "at ₹", "right"),
    ("exit_reason", "Reason", "left"),
)


def print_report(document: dict[str, Any], console: "Console | None" = None) -> None:
    """Print the document of a run; names come from files and carry no markup."""
    from rich.console import Console
    from rich.text import Text

    if console is None:
        console = Console()
        console = console if console.is_terminal else Console(width=_WIDTH)
    is_fanned_out = len({portfolio.get("account") for portfolio in document["portfolios"]}) > 1
    for portfolio in document["portfolios"]:
        account = f" in {portfolio['account']}" if is_fanned_out else ""
        line = Text(f"{portfolio['name']}{account}", style="bold")
        reason = f" ({portfolio['exit_reason']})" if portfolio["exit_reason"] else ""
        line.append(f"  {portfolio['state']}{reason}", style="not bold")
        line.append(f"  realised ₹{portfolio['realised_pnl']}, charges ₹{portfolio['charges']}", style="not bold")
        console.print(line, soft_wrap=True)
        if portfolio["exit_detail"]:
            console.print(Text(f"  {portfolio['exit_detail']}"), soft_wrap=True)
        console.print(_legs(portfolio["legs"]))
    market = document["market"]
    first, last = (market[name][:19].replace("T", " ") for name in ("from", "until"))
    counted = ", ".join(f"{document[name]} {name}" for name in ("orders", "trades", "rejections", "denials"))
    for line_of_text in (
        f"{counted}; {market['messages']:,} frames",
        f"{first} to {last} (Indian time)",
        *market["notes"],
        f"journal {document['journal_sha256']}",
    ):
        console.print(Text(line_of_text), soft_wrap=True)


def _legs(legs: list[dict[str, Any]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    something_open = any(leg.get("open_quantity") for leg in legs)
    columns = [column for column in _LEG_COLUMNS if column is not _OPEN_COLUMN or something_open]
    for _, heading, side in columns:
        table.add_column(heading, justify="right" if side == "right" else "left", no_wrap=True)
    for leg in legs:
        table.add_row(*(Text(_cell(name, leg[name])) for name, _, _ in columns))
    return table


def _cell(name: str, value: object) -> str:
    if value is None:
        return "–" if name in ("symbol", "entry_time") else ""
    text = str(value)
    return text[11:19] if name.endswith("_time") else text
