"""The funds of one account: what its broker says beside what we count, and the margin of each of its portfolios."""

from collections.abc import Iterator

import msgspec
import numpy as np
from PySide6.QtCore import QObject

from desktop.bridge import EngineBridge
from desktop.presentation import formats
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone, tone_of_sign
from desktop.viewmodels.cell_values import rupees_value
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.row_table import RowTableModel
from engine.domain.money import Money, Price, exact_units
from engine.domain.quote import QuoteColumn
from engine.views.accounts import AccountRow
from engine.views.funds import AccountMargin, PortfolioMargin, account_margin, charges_of_day

_TOTAL = "Netted together"


class FundLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the funds.

    Attributes:
        name: What it is.
        brokers: What the broker said last, in 1/10,000 ₹; None where it does not say it.
        ours: What we count; None where we do not.
        signed: A profit or a loss.
        meaning: A sentence about it.
    """

    name: str
    brokers: int | None = None
    ours: int | None = None
    signed: bool = False
    meaning: str = ""

    @property
    def difference(self) -> int | None:
        """What the broker says beyond ours; None where one of them is missing."""
        return None if self.brokers is None or self.ours is None else self.brokers - self.ours


def _text(amount: int | None, line: FundLine) -> str:
    if amount is None:
        return formats.MISSING
    return formats.signed_amount(amount) if line.signed else formats.rupees(amount)


def _tone(amount: int | None, line: FundLine) -> Tone:
    return Tone.MUTED if amount is None else tone_of_sign(amount) if line.signed else Tone.PLAIN


FUND_COLUMNS: tuple[Column[FundLine], ...] = (
    Column(
        key="name",
        header="Funds",
        width=150,
        align=Align.LEFT,
        text=lambda line: line.name,
        cell_tooltip=lambda line: line.meaning,
    ),
    Column(
        key="brokers",
        header="Broker says",
        tooltip="At its last books, ₹",
        width=110,
        text=lambda line: _text(line.brokers, line),
        tone=lambda line: _tone(line.brokers, line),
        cell_tooltip=lambda line: line.meaning,
        value=lambda row: rupees_value(row.brokers),
    ),
    Column(
        key="ours",
        header="We count",
        tooltip="From our own orders and positions, ₹",
        width=110,
        text=lambda line: _text(line.ours, line),
        tone=lambda line: _tone(line.ours, line),
        cell_tooltip=lambda line: line.meaning,
        value=lambda row: rupees_value(row.ours),
    ),
    Column(
        key="difference",
        header="Difference",
        tooltip="What the broker says beyond ours, ₹",
        width=96,
        text=lambda line: "" if line.difference is None else formats.signed_amount(line.difference),
        tone=lambda line: Tone.WARNING if line.difference else Tone.MUTED,
        rank=1,
        value=lambda row: rupees_value(row.difference),
    ),
    Column(
        key="meaning",
        header="What it is",
        width=260,
        align=Align.LEFT,
        text=lambda line: line.meaning,
        tone=lambda _line: Tone.MUTED,
        rank=2,
    ),
)
"""Columns of the funds."""


class MarginLine(msgspec.Struct, frozen=True, kw_only=True):
    """The margin of one portfolio, or of all of them together."""

    key: str
    name: str
    legs: int
    total: Money
    scan: Money
    exposure: Money
    option_value: Money
    is_sum: bool = False


MARGIN_COLUMNS: tuple[Column[MarginLine], ...] = (
    Column(
        key="name",
        header="Margin of",
        width=170,
        align=Align.LEFT,
        text=lambda line: line.name,
        tone=lambda line: Tone.HEADER if line.is_sum else Tone.PLAIN,
    ),
    Column(
        key="legs",
        header="Open legs",
        width=82,
        text=lambda line: str(line.legs),
        sort_value=lambda row: row.legs,
        value=lambda row: row.legs,
    ),
    Column(
        key="total",
        header="Margin",
        tooltip="Estimated by the paper broker's model at the prices of now, ₹; a live broker has the last word",
        width=104,
        text=lambda line: formats.rupees(line.total, 0),
        sort_value=lambda line: line.total,
        value=lambda row: rupees_value(row.total),
    ),
    Column(
        key="scan",
        header="Scan",
        tooltip="The worst obligation within the scan range, hedges counted, ₹",
        width=96,
        text=lambda line: formats.rupees(line.scan, 0),
        sort_value=lambda line: line.scan,
        rank=1,
        value=lambda row: rupees_value(row.scan),
    ),
    Column(
        key="exposure",
        header="Exposure",
        tooltip="Exposure margin of short options that nothing covers, ₹",
        width=96,
        text=lambda line: formats.rupees(line.exposure, 0),
        sort_value=lambda line: line.exposure,
        rank=1,
        value=lambda row: rupees_value(row.exposure),
    ),
    Column(
        key="options",
        header="Option value",
        tooltip="What its options are worth now, ₹; below zero what it would cost to buy them back",
        width=104,
        text=lambda line: formats.signed_amount(line.option_value, 0),
        tone=lambda line: tone_of_sign(line.option_value),
        sort_value=lambda line: line.option_value,
        rank=2,
        value=lambda row: rupees_value(row.option_value),
    ),
)
"""Columns of the margins."""


class FundsModel(QObject):
    """Both tables of one account; ``show_account`` chooses it, ``refresh`` counts anew.

    Attributes:
        funds: The lines of the funds.
        margins: The margin of each portfolio, all together first.
    """

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._account = ""
        self._charges: Money | None = None
        self.funds = RowTableModel[FundLine](FUND_COLUMNS, lambda line: line.name, theme, self)
        self.margins = RowTableModel[MarginLine](MARGIN_COLUMNS, lambda line: line.key, theme, self)
        bridge.orders_changed.connect(self._forget_charges)
        self._charges_known = False

    def accounts(self) -> list[AccountRow]:
        """Return the accounts there are."""
        status = self._bridge.status
        return [] if status is None else list(status.accounts)

    def account(self) -> AccountRow | None:
        """Return the account that is shown: the chosen one, else the first."""
        rows = self.accounts()
        return next((row for row in rows if row.account_id == self._account), rows[0] if rows else None)

    def show_account(self, account: str) -> None:
        """Show another account."""
        self._account = account
        self._charges_known = False
        self.refresh()

    def refresh(self) -> None:
        """Count what is shown at the prices of now."""
        row = self.account()
        if row is None:
            return
        margin = account_margin(row.account_id, self._bridge.portfolios.values(), self._bridge.master, self._last_price)
        self.funds.replace_all(fund_lines(row, margin, self._charges_today(row)))
        self.margins.replace_all(_margin_lines(margin))

    def _last_price(self, row: int) -> Price | None:
        quotes = self._bridge.snapshot().quotes(np.array([row], dtype=np.int64))
        price = int(quotes[0][QuoteColumn.LAST_PRICE])
        return Price(price) if price > 0 else None

    def _charges_today(self, row: AccountRow) -> Money | None:
        if not self._charges_known:
            bridge = self._bridge
            orders = bridge.orders.values()
            self._charges = charges_of_day(row.account_id, orders, bridge.master, bridge.rules, bridge.today())
            self._charges_known = True
        return self._charges

    def _forget_charges(self, _orders: object) -> None:
        self._charges_known = False


def fund_lines(row: AccountRow, margin: AccountMargin, charges: Money | None) -> Iterator[FundLine]:
    """Return the lines of an account's funds."""
    both = row.margin_free is not None and row.margin_used is not None
    brokers_all = (row.margin_free or 0) + (row.margin_used or 0) if both else None
    opening = exact_units(row.declared.starting_cash) if row.declared.broker == "paper" else None
    yield FundLine(name="Opening cash", ours=opening, meaning="What a paper account began with")
    yield FundLine(name="Cash and credit", brokers=brokers_all, meaning="Available and utilised together")
    yield FundLine(name="Collateral", meaning="Pledged securities; this broker tells none")
    yield FundLine(name="Available", brokers=row.margin_free, meaning="Free for new positions")
    yield FundLine(
        name="Utilised",
        brokers=row.margin_used,
        ours=margin.parts.total,
        meaning="Blocked margin; ours is the estimate at the prices of now",
    )
    yield FundLine(name="  Scan margin", ours=margin.parts.scan, meaning="Worst obligation within the scan range")
    yield FundLine(name="  Exposure margin", ours=margin.parts.exposure, meaning="Of short options that nothing covers")
    if margin.parts.short_sales:
        yield FundLine(name="  Short sales", ours=margin.parts.short_sales, meaning="Shares and coins sold short")
    yield FundLine(name="Hedge benefit", ours=margin.benefit, meaning="What netting the portfolios saves")
    yield FundLine(name="MTM today", ours=row.profit, signed=True, meaning="Open and booked, before charges")
    yield FundLine(name="  Intraday (MIS)", ours=row.figures.intraday, signed=True, meaning="Of intraday legs")
    yield FundLine(name="  Carried (NRML)", ours=row.figures.carried, signed=True, meaning="Of legs carried forward")
    yield FundLine(name="Realised today", ours=row.figures.booked, signed=True, meaning="Booked, before charges")
    yield FundLine(
        name="Still open",
        ours=row.profit - row.figures.booked,
        signed=True,
        meaning="MTM of today that is not booked",
    )
    yield FundLine(name="Charges today", ours=charges, meaning="Executed orders of today at the day's rates")
    yield FundLine(name="Charges so far", brokers=row.charges, meaning="As the broker's books say, all days")


def _margin_lines(margin: AccountMargin) -> Iterator[MarginLine]:
    if not margin.portfolios:
        return
    yield MarginLine(
        key="",
        name=_TOTAL,
        legs=sum(one.legs for one in margin.portfolios),
        total=margin.parts.total,
        scan=margin.parts.scan,
        exposure=margin.parts.exposure,
        option_value=Money(sum(one.option_value for one in margin.portfolios)),
        is_sum=True,
    )
    yield from (_margin_line(one) for one in margin.portfolios)


def _margin_line(one: PortfolioMargin) -> MarginLine:
    return MarginLine(
        key=one.portfolio_id,
        name=f"{one.name} ({one.portfolio_id})",
        legs=one.legs,
        total=one.parts.total,
        scan=one.parts.scan,
        exposure=one.parts.exposure,
        option_value=one.option_value,
    )
