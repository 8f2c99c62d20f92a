"""The columns of the positions: what each says, in which unit, and what its tip explains."""

import math
from collections.abc import Callable

from desktop.presentation import formats
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.viewmodels.cell_values import CellValue, measured_value, percent_value, rupees_value
from desktop.viewmodels.columns import Align, Column
from engine.views.positions import PositionLevel, PositionRow

DIFFERS = "≠"
"""Stands before a quantity in which the broker's books and ours differ."""


def _sign(value: float | None) -> Tone:
    return Tone.MUTED if value is None else tone_of_sign(value)


def _quantity(row: PositionRow) -> str:
    """Write what a line holds, marked where the broker's books differ."""
    if row.net_quantity is None:
        return ""
    text = formats.signed_quantity(row.net_quantity)
    return f"{DIFFERS} {text}" if row.differs else text


def _quantity_tone(row: PositionRow) -> Tone:
    if row.differs or row.level is PositionLevel.FOREIGN:
        return Tone.WARNING
    return _sign(row.net_quantity)


def quantity_story(row: PositionRow) -> str:
    """Return what a quantity means, and what its mark does."""
    if row.level is PositionLevel.FOREIGN:
        return "Units that the broker holds beyond our ledger. Legwork never closes them and adds them to no total"
    if not row.differs:
        return "Units held, signed"
    theirs, ours = formats.signed_quantity(row.brokers_quantity), formats.signed_quantity(row.ledger_quantity)
    return (
        f"The broker holds {theirs} of this contract in all; our books differ, they say {ours}. "
        "Nothing is opened until that is clear: close what is not ours there, mark a leg as closed, or take the "
        "broker's books as they are"
    )


def _brokers(row: PositionRow) -> str:
    if row.brokers_quantity is None:
        return ""
    text = formats.signed_quantity(row.brokers_quantity)
    return f"{DIFFERS} {text}" if row.differs else text


def _brokers_story(row: PositionRow) -> str:
    if row.brokers_quantity is None:
        return "What the broker holds of a whole contract, all legs and accounts' own positions of it together"
    if row.differs:
        return quantity_story(row)
    return "The broker's books agreed with ours when they were compared last"


def _lots(row: PositionRow) -> str:
    return "" if row.lots is None else formats.signed_quantity(row.lots)


def _price(of: Callable[[PositionRow], int | None]) -> Callable[[PositionRow], str]:
    def text(row: PositionRow) -> str:
        value = of(row)
        return "" if value is None else formats.price(value, row.tick_size)

    return text


def _last(row: PositionRow) -> str:
    return "" if row.row < 0 or row.level is PositionLevel.FOREIGN else formats.price(row.last_price, row.tick_size)


def _cash(value: float | None) -> str:
    return formats.signed_amount(None if value is None else round(value * formats.UNITS_PER_RUPEE), 0)


def _ours(write: Callable[[PositionRow], str]) -> Callable[[PositionRow], str]:
    """Leave a cell empty where the line is not ours: what is not known of it is not missing."""
    return lambda row: "" if row.level in (PositionLevel.FOREIGN, PositionLevel.NOT_OURS) else write(row)


def _ours_value(of: Callable[[PositionRow], CellValue]) -> Callable[[PositionRow], CellValue]:
    """Leave a value out where its cell is empty."""
    return lambda row: None if row.level in (PositionLevel.FOREIGN, PositionLevel.NOT_OURS) else of(row)


POSITION_COLUMNS: tuple[Column[PositionRow], ...] = (
    Column(
        key="name",
        header="Position",
        width=188,
        align=Align.LEFT,
        text=lambda row: row.name,
        tone=lambda row: Tone.WARNING if row.level is PositionLevel.NOT_OURS else Tone.PLAIN,
    ),
    Column(
        key="quantity",
        header="Net qty",
        tooltip="Units held, signed; of a group only where all of it is one contract",
        width=54,
        text=_quantity,
        tone=_quantity_tone,
        cell_tooltip=quantity_story,
        value=lambda row: row.net_quantity,
    ),
    Column(
        key="lots", header="Lots", tooltip="Lots held, signed", width=38, text=_lots, rank=8, value=lambda row: row.lots
    ),
    Column(
        key="brokers",
        header="Broker",
        tooltip="What the broker holds of the whole contract in the account; ≠ where our books differ",
        width=56,
        text=_brokers,
        tone=lambda row: Tone.WARNING if row.differs else Tone.MUTED,
        cell_tooltip=_brokers_story,
        rank=9,
        value=lambda row: row.brokers_quantity,
    ),
    Column(
        key="product",
        header="Product",
        tooltip="MIS: squared off by the broker the same day; NRML: carried over",
        width=52,
        text=lambda row: "" if row.product is None else row.product.value,
        rank=15,
    ),
    Column(
        key="days",
        header="Days",
        tooltip="Calendar days to the expiry; 0 on the expiry day",
        width=36,
        text=lambda row: "" if row.days is None else str(row.days),
        tone=lambda row: Tone.WARNING if row.days == 0 else Tone.PLAIN,
        rank=10,
        value=lambda row: row.days,
    ),
    Column(
        key="average",
        header="Average",
        tooltip="Average entry price, ₹",
        width=58,
        text=_price(lambda row: row.average_price if row.level is PositionLevel.LEG else None),
        rank=2,
        value=lambda row: rupees_value(row.average_price if row.level is PositionLevel.LEG else None),
    ),
    Column(
        key="exit",
        header="Exit",
        tooltip="Average exit price of what was closed, ₹",
        width=54,
        text=_price(lambda row: row.exit_price),
        rank=4,
        value=lambda row: rupees_value(row.exit_price),
    ),
    Column(
        key="last",
        header="LTP",
        tooltip="Last traded price, ₹; a dash where a leg is closed, for nothing of it moves any more",
        width=54,
        text=_last,
        # What is not a number is neither above nor below: a leg that is closed does not glow as if it had fallen.
        flash=lambda row: row.last_price or math.nan,
        value=lambda row: rupees_value(None if row.row < 0 or row.level is PositionLevel.FOREIGN else row.last_price),
    ),
    Column(
        key="mtm",
        header="MTM",
        tooltip="Profit still open, ₹, before charges, by the price type of its portfolio",
        width=78,
        rank=3,
        text=_ours(lambda row: formats.signed_amount(row.mtm)),
        tone=lambda row: _sign(row.mtm),
        value=_ours_value(lambda row: rupees_value(row.mtm)),
    ),
    Column(
        key="booked",
        header="Booked",
        tooltip="Profit already booked, ₹, before charges",
        width=80,
        rank=5,
        text=_ours(lambda row: formats.signed_amount(row.booked)),
        tone=lambda row: _sign(row.booked),
        value=_ours_value(lambda row: rupees_value(row.booked)),
    ),
    Column(
        key="total",
        header="Total",
        tooltip="Open and booked profit together, ₹, before charges",
        width=80,
        text=_ours(lambda row: formats.signed_amount(row.profit)),
        tone=lambda row: _sign(row.profit),
        value=_ours_value(lambda row: rupees_value(row.profit)),
    ),
    Column(
        key="percent",
        header="%",
        tooltip="Total in percent of the entry value: average entry price × quantity entered, bought and sold added up",
        width=60,
        text=_ours(lambda row: formats.percent(row.percent, 1, signed=True) if row.entry_value else ""),
        tone=lambda row: _sign(row.percent),
        rank=7,
        value=_ours_value(lambda row: percent_value(row.percent) if row.entry_value else None),
    ),
    Column(
        key="per_lot",
        header="₹/lot",
        tooltip="Total divided by the lots entered, ₹; of a portfolio by the greatest lots that divide all of its legs",
        width=64,
        text=lambda row: formats.signed_amount(row.per_lot) if row.lots_entered else "",
        tone=lambda row: _sign(row.per_lot),
        rank=11,
        value=lambda row: rupees_value(row.per_lot if row.lots_entered else None),
    ),
    Column(
        key="volatility",
        header="IV %",
        tooltip="Implied volatility from the out-of-the-money side of the strike, on the expiry's own forward",
        width=44,
        rank=6,
        text=lambda row: formats.volatility(row.volatility) if row.level is PositionLevel.LEG else "",
        value=lambda row: percent_value(row.volatility) if row.level is PositionLevel.LEG else None,
    ),
    Column(
        key="delta",
        header="Δ",
        tooltip="Units of the underlying: ₹ per index point",
        width=46,
        text=_ours(lambda row: formats.decimal(row.delta, 1, signed=True)),
        tone=lambda row: _sign(row.delta),
        value=_ours_value(lambda row: measured_value(row.delta)),
    ),
    Column(
        key="gamma",
        header="Γ",
        tooltip="Change of Δ per index point",
        width=54,
        text=_ours(lambda row: formats.decimal(row.gamma, 3, signed=True)),
        tone=lambda row: _sign(row.gamma),
        value=_ours_value(lambda row: measured_value(row.gamma)),
    ),
    Column(
        key="theta",
        header="Θ ₹/day",
        tooltip="₹ per calendar day",
        width=56,
        text=_ours(lambda row: _cash(row.theta)),
        tone=lambda row: _sign(row.theta),
        value=_ours_value(lambda row: measured_value(row.theta)),
    ),
    Column(
        key="vega",
        header="V ₹/pt",
        tooltip="₹ per volatility point",
        width=52,
        text=_ours(lambda row: _cash(row.vega)),
        tone=lambda row: _sign(row.vega),
        value=_ours_value(lambda row: measured_value(row.vega)),
    ),
    Column(
        key="cash_delta",
        header="Δ ₹/1%",
        tooltip="Cash delta: ₹ gained when the underlying rises by 1 %, Δ × price ÷ 100",
        width=60,
        text=_ours(lambda row: _cash(row.cash_delta)),
        tone=lambda row: _sign(row.cash_delta),
        rank=12,
        value=_ours_value(lambda row: measured_value(row.cash_delta)),
    ),
    Column(
        key="cash_gamma",
        header="Γ ₹/1%",
        tooltip="Cash gamma: by how many ₹ the cash delta changes when the underlying rises by 1 %, Γ × (price ÷ 100)²",
        width=60,
        text=_ours(lambda row: _cash(row.cash_gamma)),
        tone=lambda row: _sign(row.cash_gamma),
        rank=13,
        value=_ours_value(lambda row: measured_value(row.cash_gamma)),
    ),
    Column(
        key="margin",
        header="Margin",
        tooltip="Estimated margin of whole portfolios, each for itself, ₹; empty where a group divides one",
        width=66,
        text=lambda row: "" if row.margin is None else formats.compact_rupees(row.margin),
        rank=14,
        value=lambda row: rupees_value(row.margin),
    ),
)
"""Columns of the positions."""
