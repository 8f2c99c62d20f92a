"""Columns of the portfolio grid with profits, prices, Greeks and margin."""

from desktop.presentation import formats
from desktop.viewmodels import portfolio_cells as cells
from desktop.viewmodels.columns import Column
from desktop.viewmodels.portfolio_line import PortfolioLine

MONEY: tuple[Column[PortfolioLine], ...] = (
    Column(
        key="profit",
        header="P&L",
        tooltip="Booked and open profit together, ₹, before charges; per lot where the portfolio says so",
        width=78,
        text=cells.money(cells.profit),
        tone=cells.sign(cells.profit),
        flash=lambda line: cells.profit(line) or 0,
    ),
    Column(
        key="per_lot",
        header="P&L/lot",
        tooltip="Booked and open profit for one lot, ₹: of a portfolio for one of what all its legs have in common",
        width=72,
        text=cells.money(cells.profit_per_lot),
        tone=cells.sign(cells.profit_per_lot),
        hidden=True,
    ),
    Column(
        key="mtm",
        header="MTM",
        tooltip="Profit still open, ₹",
        width=76,
        rank=7,
        text=cells.money(cells.unrealised),
        tone=cells.sign(cells.unrealised),
    ),
    Column(
        key="booked",
        header="Booked",
        tooltip="Booked profit, ₹",
        width=76,
        rank=8,
        text=cells.money(cells.booked),
        tone=cells.sign(cells.booked),
    ),
    Column(
        key="peak",
        header="Peak",
        tooltip="Highest profit of this execution, ₹",
        width=64,
        text=cells.only_portfolio(lambda line: formats.signed_amount(cells.shown(line, line.extremes.peak), 0)),
        hidden=True,
    ),
    Column(
        key="trough",
        header="Trough",
        tooltip="Lowest profit of this execution, ₹",
        width=64,
        text=cells.only_portfolio(lambda line: formats.signed_amount(cells.shown(line, line.extremes.trough), 0)),
        hidden=True,
    ),
    Column(
        key="drawdown",
        header="Max DD",
        tooltip="Deepest fall of the profit below an earlier peak, ₹, in this execution",
        width=64,
        text=cells.only_portfolio(lambda line: formats.amount(cells.shown(line, line.extremes.drawdown), 0)),
        hidden=True,
    ),
)
"""Columns of profits."""

PRICES: tuple[Column[PortfolioLine], ...] = (
    Column(
        key="quantity",
        header="Net qty",
        rank=8,
        width=60,
        text=cells.only_leg(lambda leg: formats.signed_quantity(leg.net_quantity)),
    ),
    Column(
        key="entry",
        header="Entry",
        width=58,
        rank=5,
        tooltip="Leg: average entry price; portfolio: combined premium at the entry, ₹",
        text=cells.entry_price,
    ),
    Column(
        key="last",
        header="Now",
        width=58,
        rank=2,
        tooltip="Leg: last traded price; portfolio: combined premium of what is open, ₹",
        text=cells.price_now,
        flash=lambda line: (line.leg_mark.last_price or 0) if line.leg_mark else 0,
    ),
    Column(
        key="exit",
        header="Exit",
        width=58,
        rank=7,
        tooltip="Average exit price of a leg, ₹",
        text=cells.leg_price(lambda leg: leg.average_exit),
    ),
    Column(
        key="delta",
        header="Δ",
        tooltip="Units of the underlying: ₹ per index point; of a portfolio of all its legs",
        width=52,
        text=cells.greek(cells.delta, 1),
        tone=cells.greek_tone(cells.delta),
        hidden=True,
    ),
    Column(
        key="theta",
        header="Θ ₹/day",
        tooltip="₹ per calendar day; of a portfolio of all its legs",
        width=60,
        text=cells.greek(cells.theta, 0),
        tone=cells.greek_tone(cells.theta),
        hidden=True,
    ),
    Column(
        key="iv",
        header="IV %",
        tooltip="Implied volatility of a leg, from the out-of-the-money side of its strike",
        width=46,
        text=lambda line: (
            "" if line.leg_figures.volatility is None else formats.volatility(line.leg_figures.volatility)
        ),
        hidden=True,
    ),
    Column(
        key="margin",
        header="Margin",
        tooltip="What the open legs are estimated to block, netted against each other, ₹; the broker has the last word",
        width=76,
        text=cells.only_portfolio(
            lambda line: "" if line.figures.margin is None else formats.amount(line.figures.margin, 0)
        ),
        hidden=True,
    ),
)
"""Columns of prices, Greeks and margin."""
