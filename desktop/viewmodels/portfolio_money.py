"""Columns of the portfolio grid with profits, prices, Greeks and margin."""

from desktop.presentation import formats
from desktop.viewmodels import portfolio_cells as cells
from desktop.viewmodels.cell_values import percent_value, rupees_value
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
        value=cells.exact(cells.profit),
    ),
    Column(
        key="per_lot",
        header="P&L/lot",
        tooltip="Booked and open profit for one lot, ₹: of a portfolio for one of what all its legs have in common",
        width=72,
        text=cells.money(cells.profit_per_lot),
        tone=cells.sign(cells.profit_per_lot),
        hidden=True,
        value=cells.exact(cells.profit_per_lot),
    ),
    Column(
        key="mtm",
        header="MTM",
        tooltip="Profit still open, ₹",
        width=76,
        rank=7,
        text=cells.money(cells.unrealised),
        tone=cells.sign(cells.unrealised),
        value=cells.exact(cells.unrealised),
    ),
    Column(
        key="booked",
        header="Booked",
        tooltip="Booked profit, ₹",
        width=76,
        rank=8,
        text=cells.money(cells.booked),
        tone=cells.sign(cells.booked),
        value=cells.exact(cells.booked),
    ),
    Column(
        key="peak",
        header="Peak",
        tooltip="Highest profit of this execution, ₹",
        width=64,
        text=cells.only_portfolio(lambda line: formats.signed_amount(cells.shown(line, line.extremes.peak), 0)),
        hidden=True,
        value=lambda line: None if line.leg else rupees_value(cells.shown(line, line.extremes.peak)),
    ),
    Column(
        key="trough",
        header="Trough",
        tooltip="Lowest profit of this execution, ₹",
        width=64,
        text=cells.only_portfolio(lambda line: formats.signed_amount(cells.shown(line, line.extremes.trough), 0)),
        hidden=True,
        value=lambda line: None if line.leg else rupees_value(cells.shown(line, line.extremes.trough)),
    ),
    Column(
        key="drawdown",
        header="Max DD",
        tooltip="Deepest fall of the profit below an earlier peak, ₹, in this execution",
        width=64,
        text=cells.only_portfolio(lambda line: formats.amount(cells.shown(line, line.extremes.drawdown), 0)),
        hidden=True,
        value=lambda line: None if line.leg else rupees_value(cells.shown(line, line.extremes.drawdown)),
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
        value=lambda line: line.leg.net_quantity if line.leg else None,
    ),
    Column(
        key="entry",
        header="Entry",
        width=58,
        rank=5,
        tooltip="Leg: average entry price; portfolio: combined premium at the entry, ₹",
        text=cells.entry_price,
        value=lambda line: rupees_value(line.leg.average_entry if line.leg else line.portfolio.combined_premium),
    ),
    Column(
        key="last",
        header="Now",
        width=58,
        rank=2,
        tooltip="Leg: last traded price; portfolio: combined premium of what is open, ₹",
        text=cells.price_now,
        flash=lambda line: (line.leg_mark.last_price or 0) if line.leg_mark else 0,
        value=lambda line: rupees_value(cells.price_of(line)),
    ),
    Column(
        key="exit",
        header="Exit",
        width=58,
        rank=7,
        tooltip="Average exit price of a leg, ₹",
        text=cells.leg_price(lambda leg: leg.average_exit),
        value=lambda line: rupees_value(line.leg.average_exit) if line.leg else None,
    ),
    Column(
        key="delta",
        header="Δ",
        tooltip="Units of the underlying: ₹ per index point; of a portfolio of all its legs",
        width=52,
        text=cells.greek(cells.delta, 1),
        tone=cells.greek_tone(cells.delta),
        hidden=True,
        value=cells.exact_greek(cells.delta),
    ),
    Column(
        key="theta",
        header="Θ ₹/day",
        tooltip="₹ per calendar day; of a portfolio of all its legs",
        width=60,
        text=cells.greek(cells.theta, 0),
        tone=cells.greek_tone(cells.theta),
        hidden=True,
        value=cells.exact_greek(cells.theta),
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
        value=lambda line: percent_value(line.leg_figures.volatility),
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
        value=lambda line: None if line.leg else rupees_value(line.figures.margin),
    ),
)
"""Columns of prices, Greeks and margin."""
