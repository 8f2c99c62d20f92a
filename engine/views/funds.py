"""What an account's positions block by our own estimate, portfolio by portfolio and netted, and what trading cost."""

from collections.abc import Callable, Iterable
from datetime import date

import msgspec

from engine.domain.charges import NO_CHARGES, order_charges
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId, InstrumentId, PortfolioId
from engine.domain.instant import ist_date
from engine.domain.instrument import Exchange, Kind, value_of
from engine.domain.margin import Holding, MarginParts, margin_parts
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import Money, Price
from engine.views.orders import OrderRow
from engine.views.portfolios import PortfolioRow

LastPrice = Callable[[int], Price | None]
"""Answers the last price in a row of the quote board; None where there is none."""


class PortfolioMargin(msgspec.Struct, frozen=True, kw_only=True):
    """What one portfolio would block if it stood alone. Money in 1/10,000 ₹."""

    portfolio_id: PortfolioId
    name: str
    legs: int
    """Legs that hold something."""
    parts: MarginParts
    option_value: Money
    """What its options are worth now: below zero where it would cost to buy them back."""


class AccountMargin(msgspec.Struct, frozen=True, kw_only=True):
    """What all portfolios of an account block together, by the paper broker's model."""

    account: AccountId
    parts: MarginParts
    portfolios: tuple[PortfolioMargin, ...]

    @property
    def alone(self) -> Money:
        """The sum of the portfolios, each by itself."""
        return Money(sum(one.parts.total for one in self.portfolios))

    @property
    def benefit(self) -> Money:
        """What netting them in one account saves."""
        return Money(self.alone - self.parts.total)


def account_margin(
    account: AccountId, portfolios: Iterable[PortfolioRow], master: ContractMaster, last: LastPrice
) -> AccountMargin:
    """Answer the margin of an account's portfolios at these prices."""
    mine = [row for row in portfolios if row.account == account and row.open_legs]
    scene = _Scene(master, last)
    held = {row.portfolio_id: scene.holdings(row) for row in mine}
    return AccountMargin(
        account=account,
        parts=scene.parts(_netted([one for holdings in held.values() for one in holdings])),
        portfolios=tuple(
            PortfolioMargin(
                portfolio_id=row.portfolio_id,
                name=row.name,
                legs=row.open_legs,
                parts=scene.parts(_netted(held[row.portfolio_id])),
                option_value=scene.option_value(held[row.portfolio_id]),
            )
            for row in mine
        ),
    )


def _netted(holdings: Iterable[Holding]) -> list[Holding]:
    found: dict[InstrumentId, Holding] = {}
    for one in holdings:
        before = found.get(one.instrument.id)
        quantity = one.net_quantity + (before.net_quantity if before is not None else 0)
        found[one.instrument.id] = Holding(one.instrument, quantity, one.on_share)
    return [one for one in found.values() if one.net_quantity]


class _Scene:
    """Prices and spots of one look."""

    def __init__(self, master: ContractMaster, last: LastPrice) -> None:
        self._master, self._last = master, last

    def holdings(self, row: PortfolioRow) -> list[Holding]:
        return [
            Holding(self._master.by_id(leg.instrument), leg.net_quantity, self._on_share(row.underlying))
            for leg in row.legs
            if leg.net_quantity and leg.instrument is not None and leg.instrument in self._master
        ]

    def parts(self, holdings: list[Holding]) -> MarginParts:
        prices = {one.instrument.id: self._price(one.instrument.id) for one in holdings}
        spots = {one.instrument.underlying: self._spot(one.instrument.underlying) for one in holdings}
        return margin_parts(holdings, prices, spots)

    def option_value(self, holdings: list[Holding]) -> Money:
        options = [one for one in holdings if one.instrument.kind.is_option]
        return Money(sum(value_of(self._price(one.instrument.id), one.net_quantity, one.instrument) for one in options))

    def _price(self, instrument: InstrumentId) -> Price:
        return self._last(self._master.row(instrument)) or Price(0)

    def _spot(self, underlying: str) -> Price:
        spot = self._master.spot(underlying)
        return Price(0) if spot is None else self._price(spot.id)

    def _on_share(self, underlying: str) -> bool:
        spot = self._master.spot(underlying)
        return spot is not None and spot.kind is Kind.EQUITY and spot.exchange is not Exchange.CRYPTO


def charges_of_day(
    account: AccountId, orders: Iterable[OrderRow], master: ContractMaster, rules: MarketRules, day: date
) -> Money | None:
    """Answer what an account's executed orders of a day cost by the day's rates, from their average prices.

    None where the rates are not known.
    """
    total = NO_CHARGES
    for order in orders:
        if order.account != account or not order.filled or order.average_price is None:
            continue
        if ist_date(order.requested_at) != day or order.instrument not in master:
            continue
        contract = master.by_id(order.instrument)
        try:
            rates = rules.charge_rates(contract.exchange, contract.kind, day)
        except UnknownRuleError:
            return None
        total += order_charges(rates, order.side, value_of(order.average_price, order.filled, contract))
    return total.total_money()
