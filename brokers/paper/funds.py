"""What the paper account can still spend."""

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from brokers.paper.books import PaperBooks
from brokers.simulated.shown_book import ShownBook
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import InstrumentId
from engine.domain.instrument import Instrument, Kind, value_of
from engine.domain.margin import Holding, MarginRules, blocked_margin
from engine.domain.money import Money, Price
from engine.domain.order import Side
from engine.domain.reports import BookOrder


class Standing(msgspec.Struct, frozen=True):
    """The account's funds in 1/10,000 ₹: what is free, what margin is blocked, what trading cost so far."""

    available: Money
    blocked: Money
    charges: Money = Money(0)


class Wish(msgspec.Struct, frozen=True, gc=False):
    """A trade that is not in the books yet."""

    instrument: Instrument
    side: Side
    quantity: int
    price: Price


class Funds:
    """The account's standing, from its books and the shown prices.

    Working sales count as filled, for margin and for premium; working purchases only cost their cash: a hedge helps
    once it is held.
    """

    def __init__(
        self, opening: Money, books: PaperBooks, contracts: ContractMaster, shown: ShownBook, rules: MarginRules
    ) -> None:
        self._opening = opening
        self._books = books
        self._contracts = contracts
        self._shown = shown
        self._rules = rules
        self._shares = {
            name
            for name in contracts.underlyings()
            if (spot := contracts.spot(name)) is not None and spot.kind is Kind.EQUITY
        }

    def standing(self, wish: Wish | None = None, besides: BookOrder | None = None) -> Standing:
        """Answer the standing now, or as if ``wish`` had filled; a working order ``besides`` is left out of it."""
        net: defaultdict[InstrumentId, int] = defaultdict(int)
        cash = self._opening + self._books.cash - self._books.charges
        for (instrument, _), quantity in self._books.net.items():
            net[instrument] += quantity
            cash += self._mark(instrument, quantity)
        for order in self._books.working.values():
            if order is besides or order.instrument not in self._contracts:
                continue
            left = order.quantity - order.filled
            price = order.limit_price or self._price(order.instrument)
            cash += _premium(self._contracts.by_id(order.instrument), order.side, left, price)
            if order.side is Side.SELL:
                net[order.instrument] -= left
        if wish is not None:
            net[wish.instrument.id] += wish.side.sign * wish.quantity
            cash += _premium(wish.instrument, wish.side, wish.quantity, wish.price)
        blocked = self._blocked(net)
        return Standing(Money(cash - blocked), blocked, self._books.charges)

    def shortfall(self, wish: Wish, besides: BookOrder | None = None) -> Money | None:
        """Answer what is missing for a trade; None where there is enough, or where it makes the account safer."""
        after = self.standing(wish, besides).available
        if after >= 0 or after >= self.standing().available:
            return None
        return Money(-after)

    def _blocked(self, net: Mapping[InstrumentId, int]) -> Money:
        holdings = [
            self._holding(self._contracts.by_id(name), quantity)
            for name, quantity in net.items()
            if quantity and name in self._contracts
        ]
        prices = {holding.instrument.id: self._price(holding.instrument.id) for holding in holdings}
        spots = {holding.instrument.underlying: self.spot(holding.instrument.underlying) for holding in holdings}
        return blocked_margin(holdings, prices, spots, self._rules)

    def _holding(self, instrument: Instrument, quantity: int) -> Holding:
        return Holding(instrument, quantity, instrument.underlying in self._shares)

    def spot(self, underlying: str) -> Price:
        """Answer the price of an underlying, or of its nearest future; 0 where neither has a quote."""
        spot = self._contracts.spot(underlying)
        for instrument in (*((spot,) if spot else ()), *self._contracts.futures(underlying)):
            price = self._price(instrument.id)
            if price > 0:
                return price
        return Price(0)

    def _price(self, instrument: InstrumentId) -> Price:
        return self._shown.reference_price(self._contracts.row(instrument))

    def _mark(self, instrument: InstrumentId, quantity: int) -> Money:
        """Answer what a future is worth now: its price was never paid, though the cash of the books counts it."""
        if instrument not in self._contracts:
            return Money(0)
        contract = self._contracts.by_id(instrument)
        if contract.kind is not Kind.FUTURE:
            return Money(0)
        return value_of(self._price(instrument), quantity, contract)


def _premium(instrument: Instrument, side: Side, quantity: int, price: int) -> Money:
    """Answer the cash that a trade brings: negative for a purchase, nothing for a future."""
    if instrument.kind is Kind.FUTURE:
        return Money(0)
    return Money(-side.sign * value_of(price, quantity, instrument))
