"""Rows of the trade history: one closed execution of a leg, told by the facts of a journal alone."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from engine.domain import facts as f
from engine.domain.charges import NO_CHARGES, Charges, exercise_charges, order_charges
from engine.domain.identifiers import AccountId, InstrumentId, LegId, OrderId, PortfolioId
from engine.domain.instant import Instant, ist_date
from engine.domain.market_rules import MarketRules, UnknownRuleError
from engine.domain.money import Money, Price, divide_half_up
from engine.domain.multileg.levels import Level, Measure
from engine.domain.multileg.states import LEG_STOP_HITS, ExitReason
from engine.domain.order import Purpose, Side
from engine.domain.settings.strategy_tag import DEFAULT_TAG
from engine.views.traded_contracts import TradedContract, TradedContracts


class TradeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One leg that was opened and closed. Money in 1/10,000 ₹, quantities in units, times as instants."""

    portfolio_id: PortfolioId
    leg_id: LegId
    cycle: int
    portfolio: str
    """The portfolio's name."""
    account: AccountId
    tag: str
    underlying: str
    instrument: InstrumentId
    contract: str
    """The contract in words."""
    side: Side
    """The side it was opened on."""
    quantity: int
    lots: int | None
    """None where the lot of that day is not known."""
    entered_at: Instant
    entry_average: Price
    closed_at: Instant
    exit_average: Price
    exit_reason: ExitReason
    gross: Money
    """What its trades came to, before charges."""
    charges: Money | None
    """What its executed orders cost by the day's rates; None where these are not known."""
    slippage: Money | None = None
    """Exit against the price that decided it: below zero what it cost. None where no price of its own decided it."""
    best: Money | None = None
    """The most it was worth while it was open (MFE), where that was noted."""
    worst: Money | None = None
    """The least it was worth while it was open (MAE)."""

    @property
    def key(self) -> tuple[PortfolioId, LegId]:
        """Its lasting name within a journal."""
        return self.portfolio_id, self.leg_id

    @property
    def net(self) -> Money:
        """What is left after charges, as far as they are known."""
        return Money(self.gross - (self.charges or 0))

    @property
    def day(self) -> date:
        """The Indian date on which it was closed, whose result it belongs to."""
        return ist_date(self.closed_at)

    @property
    def held_for(self) -> int:
        """Microseconds between the first entry fill and the last exit fill."""
        return self.closed_at - self.entered_at


_OF_A_LEVEL = LEG_STOP_HITS | {ExitReason.LEG_TGT}
"""Reasons of exits that are hits of a leg's own stop or target."""


class _Order(msgspec.Struct):
    leg: tuple[PortfolioId, LegId]
    request: f.OrderRequested
    value: int = 0


class _Leg(msgspec.Struct):
    """What the facts told about one execution of a leg so far."""

    cycle: int = 1
    instrument: InstrumentId = InstrumentId("")
    side: Side = Side.BUY
    quantity: int = 0
    value: int = 0
    entered_at: Instant = Instant(0)
    orders: list[_Order] = []
    exercised: Money = Money(0)
    stop: Level | None = None
    target: Level | None = None
    decided_at_price: Price | None = None


class TradeWriter:
    """Reads a journal's facts, oldest first, and answers each leg's row when it is closed.

    A leg that a late fill opened again answers its row once more, with the same key, when it is closed for good.
    """

    def __init__(self, rules: MarketRules) -> None:
        self._rules = rules
        self._contracts = TradedContracts(rules)
        self._portfolios: dict[PortfolioId, f.PortfolioAdded] = {}
        self._names: dict[PortfolioId, str] = {}
        self._legs: dict[tuple[PortfolioId, LegId], _Leg] = {}
        self._orders: dict[OrderId, _Order] = {}

    def rows(self, facts: Iterable[f.AnyFact]) -> Iterator[TradeRow]:
        """Answer the rows of the legs that facts close."""
        for fact in facts:
            row = self.take(fact)
            if row is not None:
                yield row

    def take(self, fact: f.AnyFact) -> TradeRow | None:
        """Note a fact; answer the row of the leg that it closes, else None."""
        match fact:
            case f.PortfolioAdded():
                self._portfolios[fact.portfolio_id] = fact
                self._names[fact.portfolio_id] = fact.portfolio.name
            case f.PortfolioEdited():
                self._names[fact.portfolio_id] = fact.portfolio.name
            case f.OrderRequested():
                self._requested(fact)
            case f.OrderFilled() if fact.order_id in self._orders:
                self._filled(fact, self._orders[fact.order_id])
            case f.LegClosed():
                return self._closed(fact)
            case f.LegFact():
                self._noted(fact)
            case _:
                pass
        return None

    def _leg(self, key: tuple[PortfolioId, LegId]) -> _Leg:
        return self._legs.setdefault(key, _Leg())

    def _requested(self, fact: f.OrderRequested) -> None:
        key = fact.portfolio_id, fact.leg_id
        leg = self._leg(key)
        order = self._orders[fact.order_id] = _Order(key, fact)
        leg.orders.append(order)
        if fact.purpose is Purpose.ENTRY:
            leg.instrument, leg.side, leg.cycle = fact.instrument, fact.side, fact.cycle

    def _filled(self, fact: f.OrderFilled, order: _Order) -> None:
        leg = self._leg(order.leg)
        order.value += fact.value
        if order.request.purpose is Purpose.ENTRY:
            leg.quantity += fact.quantity
            leg.value += fact.value
            leg.entered_at = leg.entered_at or fact.at
        elif order.request.trigger_price is not None and leg.decided_at_price is None:
            leg.decided_at_price = order.request.trigger_price

    def _noted(self, fact: f.LegFact) -> None:
        leg = self._leg((fact.portfolio_id, fact.leg_id))
        match fact:
            case f.LegProtected() | f.LegLevelsEdited():
                leg.stop, leg.target = fact.stop, fact.target
            case f.StopMoved():
                leg.stop = fact.stop
                if fact.reason is ExitReason.MANUAL:
                    leg.target = fact.target
            case f.LegExitDecided() if fact.value is not None:
                # Only a level on the leg's own premium is decided at a price that the exit can be held against.
                level = leg.stop if fact.reason in LEG_STOP_HITS else leg.target
                if fact.reason in _OF_A_LEVEL and level is not None and level.of is Measure.PREMIUM:
                    leg.decided_at_price = Price(fact.value)
            case f.LegExpired():
                if fact.quantity > 0:
                    leg.exercised = Money(leg.exercised + fact.settlement_price * fact.quantity)
            case _:
                pass

    def _closed(self, fact: f.LegClosed) -> TradeRow | None:
        key = fact.portfolio_id, fact.leg_id
        leg, added = self._legs.get(key), self._portfolios.get(fact.portfolio_id)
        if leg is None or added is None or not leg.quantity:
            return None
        contract = self._contracts.of(leg.instrument, added.portfolio.underlying, ist_date(leg.entered_at))
        charged = self._charges(leg, contract, fact.at)
        return TradeRow(
            portfolio_id=fact.portfolio_id,
            leg_id=fact.leg_id,
            cycle=leg.cycle,
            portfolio=self._names[fact.portfolio_id],
            account=added.account,
            tag=added.tag or DEFAULT_TAG,
            underlying=added.portfolio.underlying,
            instrument=leg.instrument,
            contract=contract.words,
            side=leg.side,
            quantity=leg.quantity,
            lots=leg.quantity // contract.lot_size if contract.lot_size else None,
            entered_at=leg.entered_at,
            entry_average=Price(divide_half_up(leg.value * contract.scale, leg.quantity)),
            closed_at=fact.at,
            exit_average=fact.average_price,
            exit_reason=fact.reason,
            gross=fact.realised,
            charges=None if charged is None else charged.total_money(),
            slippage=_slippage(leg, fact, contract.scale),
        )

    def _charges(self, leg: _Leg, contract: TradedContract, closed_at: Instant) -> Charges | None:
        """Answer the exact charges of a leg's executed orders (ruling 15); None where the rates are not known."""
        if contract.exchange is None or contract.kind is None:
            return None
        total = NO_CHARGES
        try:
            for order in leg.orders:
                if order.value:
                    on = ist_date(order.request.at)
                    rates = self._rules.charge_rates(contract.exchange, contract.kind, on)
                    total += order_charges(rates, order.request.side, Money(order.value))
            if leg.exercised:
                rates = self._rules.charge_rates(contract.exchange, contract.kind, ist_date(closed_at))
                total += exercise_charges(rates, Money(leg.exercised // contract.scale))
        except UnknownRuleError:
            return None
        return total


def _slippage(leg: _Leg, fact: f.LegClosed, scale: int) -> Money | None:
    """Answer what the exit brought beyond the price that decided it; a leg is closed on the other side."""
    if leg.decided_at_price is None or not fact.average_price:
        return None
    return Money(leg.side.sign * (fact.average_price - leg.decided_at_price) * leg.quantity // scale)
