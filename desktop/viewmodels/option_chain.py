"""The option chain as a grid: calls on the left, strikes in the middle, puts on the right."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from desktop.bridge import EngineBridge
from desktop.presentation import formats
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.grid_source import RowGridSource
from engine.domain.instant import ist_date
from engine.domain.instrument import Instrument
from engine.domain.quote import IntArray
from engine.views.contracts import strike_text
from engine.views.expiry_pricing import ExpiryLadder, expiry_ladder
from engine.views.option_chain import Chain, ChainRow, OptionSide, chain

Side = Callable[[ChainRow], OptionSide]

CALL, PUT = "call_", "put_"
"""How the keys of a side's columns begin."""


def _side_columns(prefix: str, words: str, side: Side, bar_from: Align) -> list[Column[ChainRow]]:
    """Return the columns of one side, from the outside of the chain to its middle."""
    return [
        Column(
            key=f"{prefix}open_interest",
            header="OI",
            tooltip=f"Open interest of the {words}, units",
            width=57,
            text=lambda row: formats.compact_count(side(row).open_interest) if side(row).row >= 0 else "",
            value=lambda row: side(row).open_interest if side(row).row >= 0 else None,
            bar=lambda row: side(row).open_interest_share,
            bar_from=bar_from,
        ),
        Column(
            key=f"{prefix}volume",
            header="Volume",
            tooltip=f"Volume of the {words} today, units",
            width=60,
            rank=4,
            text=lambda row: formats.compact_count(side(row).volume) if side(row).row >= 0 else "",
            value=lambda row: side(row).volume if side(row).row >= 0 else None,
            tone=lambda _row: Tone.MUTED,
        ),
        Column(
            key=f"{prefix}vega",
            header="Vega",
            tooltip="₹ per unit and volatility point",
            width=50,
            rank=3,
            text=lambda row: formats.decimal(side(row).vega, 2),
            hidden=True,
        ),
        Column(
            key=f"{prefix}theta",
            header="Theta",
            tooltip="₹ per unit and calendar day",
            width=54,
            rank=2,
            text=lambda row: formats.theta(side(row).theta),
            hidden=True,
        ),
        Column(
            key=f"{prefix}gamma",
            header="Gamma",
            tooltip="Change of delta per index point",
            width=62,
            rank=3,
            text=lambda row: formats.gamma(side(row).gamma),
            hidden=True,
        ),
        Column(
            key=f"{prefix}delta",
            header="Delta",
            tooltip="Per point of the expiry's forward",
            width=55,
            text=lambda row: formats.delta(side(row).delta),
        ),
        Column(
            key=f"{prefix}bid_quantity",
            header="Bid qty",
            width=56,
            rank=3,
            text=lambda row: formats.quantity(side(row).bid_quantity),
            tone=lambda _row: Tone.MUTED,
            hidden=True,
        ),
        Column(
            key=f"{prefix}bid",
            header="Bid",
            width=53,
            text=lambda row: formats.price(side(row).bid),
        ),
        Column(
            key=f"{prefix}ask",
            header="Ask",
            width=53,
            text=lambda row: formats.price(side(row).ask),
        ),
        Column(
            key=f"{prefix}ask_quantity",
            header="Ask qty",
            width=56,
            rank=3,
            text=lambda row: formats.quantity(side(row).ask_quantity),
            tone=lambda _row: Tone.MUTED,
            hidden=True,
        ),
        Column(
            key=f"{prefix}change",
            header="Change",
            tooltip="Against the previous close, or the first price of the session where that is not known, ₹",
            width=60,
            rank=3,
            text=lambda row: formats.signed_amount(side(row).change),
            tone=lambda row: tone_of_sign(side(row).change or 0),
        ),
        Column(
            key=f"{prefix}last",
            header="LTP",
            tooltip=f"Last traded price of the {words}, ₹",
            width=56,
            text=lambda row: formats.price(side(row).last_price),
            flash=lambda row: side(row).last_price or 0,
        ),
    ]


_CALLS = _side_columns(CALL, "call", lambda row: row.call, Align.RIGHT)
_PUTS = _side_columns(PUT, "put", lambda row: row.put, Align.LEFT)
_BOOK = slice(6, 10)
"""Bid and ask with their quantities; they read from left to right on both sides."""
_PUTS[_BOOK] = reversed(_PUTS[_BOOK])

CHAIN_COLUMNS: tuple[Column[ChainRow], ...] = (
    *_CALLS,
    Column(
        key="strike",
        header="Strike",
        tooltip="ATM by spot: the marked strike is the one nearest the spot, as portfolios choose it",
        width=48,
        align=Align.CENTRE,
        text=lambda row: strike_text(row.strike),
        tone=lambda row: Tone.ACCENT if row.is_at_the_money else Tone.HEADER,
    ),
    Column(
        key="volatility",
        header="IV %",
        tooltip="Implied volatility of the strike's out-of-the-money side, for call and put alike",
        width=44,
        rank=1,
        align=Align.CENTRE,
        text=lambda row: formats.volatility(row.volatility),
    ),
    *reversed(_PUTS),
)
"""Columns of the chain: the calls from the outside in, strike and volatility, the puts from the inside out."""


class ChainSource(RowGridSource[ChainRow]):
    """A grid source for FastGrid: ``FastGrid(source, source.columns, theme, "Option chain")``.

    ``show_chain(underlying, expiry)`` chooses what is shown; call ``refresh(now_ms)`` once per frame.
    """

    def __init__(self, bridge: EngineBridge) -> None:
        super().__init__(
            CHAIN_COLUMNS,
            lambda row: row.strike,
            highlighted=lambda row: row.is_at_the_money,
            order_note="The chain stays in the order of its strikes.",
        )
        self._bridge = bridge
        self._ladder: ExpiryLadder | None = None
        self._chain: Chain | None = None
        self._seen: IntArray = np.zeros(0, dtype=np.int64)

    def underlyings(self) -> Sequence[str]:
        """Return every underlying that has options."""
        return self._bridge.master.underlyings()

    def expiries(self, underlying: str) -> Sequence[date]:
        """Return the expiries of an underlying from today on, nearest first."""
        today = ist_date(self._bridge.now())
        return [expiry for expiry in self._bridge.master.expiries(underlying) if expiry >= today]

    def show_chain(self, underlying: str, expiry: date) -> None:
        """Show one expiry."""
        self._ladder = expiry_ladder(self._bridge.master, self._bridge.rules, underlying, expiry)
        self._seen = np.zeros(0, dtype=np.int64)
        self.refresh(0)

    @property
    def ladder(self) -> ExpiryLadder | None:
        """The expiry that is shown; None before ``show_chain``."""
        return self._ladder

    @property
    def chain(self) -> Chain | None:
        """What is shown: spot, forward, put-call ratio, row of the money; None before ``show_chain``."""
        return self._chain

    def refresh(self, now_ms: int) -> None:
        """Take the frame's quotes into account; what nobody quoted costs nothing."""
        ladder = self._ladder
        if ladder is None:
            return
        snapshot = self._bridge.snapshot(now_ms)
        versions = snapshot.versions(ladder.rows)
        if np.array_equal(versions, self._seen):
            return
        self._seen = versions
        values, references = snapshot.quotes(ladder.rows), self._bridge.references(ladder.rows)
        self._chain = chain(ladder, values, references, snapshot.at)
        self.set_rows(self._chain.rows)

    def contract_at(self, row: int, column_key: str) -> Instrument | None:
        """Return the call or the put that a cell belongs to; None on the strike and where none is listed."""
        line = self.row(row)
        place = -1
        if column_key.startswith(CALL):
            place = line.call.row
        elif column_key.startswith(PUT):
            place = line.put.row
        return self._bridge.master.instruments[place] if place >= 0 else None
