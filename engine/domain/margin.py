"""Estimate the margin of a set of contracts, netted, with the benefit of hedges.

The model, in the manner of the exchange's portfolio scan but without its volatility scenarios:

- Everything on one underlying is valued at expiry with the underlying moved down and up by the scan range, not moved,
  and at every strike between. The worst obligation is blocked, so a spread is never charged more than it can lose.
- A contract covers another of the same or an earlier expiry, never of a later one.
- Each short option without a bought one of its type and of the same or a later expiry adds an exposure margin.
- Bought options need no margin: their premium is paid in full. Shares and coins are paid in full, and sold short they
  block their whole value.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from engine.domain.identifiers import InstrumentId
from engine.domain.instrument import Exchange, Instrument, Kind, value_of
from engine.domain.money import Money, Price


class Holding(msgspec.Struct, frozen=True, gc=False):
    """A signed quantity of a contract, held or about to be.

    ``on_share`` says that the underlying is a single share, whose ranges are wider than an index's.
    """

    instrument: Instrument
    net_quantity: int
    on_share: bool = False


class MarginRate(msgspec.Struct, frozen=True, gc=False):
    """The scan range and the exposure margin of naked shorts, in 1/10,000 of the underlying's value."""

    scan: int
    exposure: int


class MarginRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rates of the model: close to what brokers ask on a calm day (executor reference §4.5), not exact."""

    index: MarginRate = MarginRate(1_000, 200)
    share: MarginRate = MarginRate(2_000, 350)
    coin: MarginRate = MarginRate(10_000, 0)

    def rate(self, holding: Holding) -> MarginRate:
        """Answer the rates of a holding."""
        if holding.instrument.exchange is Exchange.CRYPTO:
            return self.coin
        return self.share if holding.on_share else self.index


DEFAULT_RULES = MarginRules()


class MarginParts(msgspec.Struct, frozen=True, kw_only=True):
    """What margin is blocked for, in 1/10,000 ₹."""

    scan: Money = Money(0)
    """The worst obligation of options and futures within the scan range, hedges counted."""
    exposure: Money = Money(0)
    """The exposure margin of short options that nothing covers."""
    short_sales: Money = Money(0)
    """Shares and coins that were sold short, and as much again."""

    @property
    def total(self) -> Money:
        """Everything that is blocked."""
        return Money(self.scan + self.exposure + self.short_sales)


def basket_margin(
    holdings: Iterable[Holding],
    prices: Mapping[InstrumentId, Price],
    spots: Mapping[str, Price],
    rules: MarginRules = DEFAULT_RULES,
) -> Money:
    """Answer the funds, in 1/10,000 ₹, that opening these contracts at these prices needs; never below zero.

    ``holdings`` are positions and orders together, ``prices`` are per unit by instrument, ``spots`` by underlying;
    where a spot is missing the highest strike stands for it. Premium paid is added, premium received is taken off.
    """
    listed = list(holdings)
    return funds_needed(blocked_margin(listed, prices, spots, rules), listed, prices)


def funds_needed(blocked: Money, holdings: Iterable[Holding], prices: Mapping[InstrumentId, Price]) -> Money:
    """Answer what opening contracts needs where ``blocked`` is blocked for them; as basket_margin does."""
    premium = 0
    for holding in holdings:
        if holding.instrument.kind is not Kind.FUTURE:
            price = prices.get(holding.instrument.id, Price(0))
            premium += value_of(price, holding.net_quantity, holding.instrument)
    return Money(max(blocked + premium, 0))


def blocked_margin(
    holdings: Iterable[Holding],
    prices: Mapping[InstrumentId, Price],
    spots: Mapping[str, Price],
    rules: MarginRules = DEFAULT_RULES,
) -> Money:
    """Answer what is blocked for these contracts once premiums are paid and received, in 1/10,000 ₹."""
    return margin_parts(holdings, prices, spots, rules).total


def margin_parts(
    holdings: Iterable[Holding],
    prices: Mapping[InstrumentId, Price],
    spots: Mapping[str, Price],
    rules: MarginRules = DEFAULT_RULES,
) -> MarginParts:
    """Answer what is blocked for these contracts, and for what."""
    by_underlying: defaultdict[str, list[Holding]] = defaultdict(list)
    scan = exposure = short_sales = 0
    for holding in holdings:
        instrument = holding.instrument
        if instrument.expiry is not None:
            by_underlying[instrument.underlying].append(holding)
        elif holding.net_quantity < 0:
            # Buying back what was sold short, and as much again as security.
            short_sales -= 2 * value_of(prices.get(instrument.id, Price(0)), holding.net_quantity, instrument)
    for underlying, group in by_underlying.items():
        spot = spots.get(underlying, 0) or max(holding.instrument.strike or 0 for holding in group)
        scan += _worst_obligation(group, spot, rules)
        exposure += _naked_exposure(group, spot, rules)
    return MarginParts(scan=Money(scan), exposure=Money(exposure), short_sales=Money(short_sales))


def _worst_obligation(group: list[Holding], spot: int, rules: MarginRules) -> int:
    reach = spot * max(rules.rate(holding).scan for holding in group) // 10_000
    low, high = spot - reach, spot + reach
    strikes = {holding.instrument.strike or 0 for holding in group}
    points = {low, spot, high} | {strike for strike in strikes if low < strike < high}
    expiries: defaultdict[date, list[Holding]] = defaultdict(list)
    for holding in group:
        expiries[holding.instrument.expiry or date.max].append(holding)
    latest_first = [[_Payoff.of(holding, spot) for holding in expiries[day]] for day in sorted(expiries, reverse=True)]
    return max(_obligation(latest_first, point) for point in points)


class _Payoff(msgspec.Struct, frozen=True, gc=False):
    """What a holding is worth at expiry: ``sign`` times the distance from ``strike`` per unit, an option nothing less.

    A future counts from the spot.
    """

    strike: int
    sign: int
    is_option: bool
    net_quantity: int
    scale: int

    @staticmethod
    def of(holding: Holding, spot: int) -> "_Payoff":
        """Answer what a holding is worth at expiry."""
        instrument = holding.instrument
        is_option = instrument.kind in (Kind.CALL, Kind.PUT)
        return _Payoff(
            strike=(instrument.strike or 0) if is_option else spot,
            sign=-1 if instrument.kind is Kind.PUT else 1,
            is_option=is_option,
            net_quantity=holding.net_quantity,
            scale=instrument.quantity_scale,
        )


def _obligation(latest_first: list[list[_Payoff]], point: int) -> int:
    """Answer what is owed with the underlying at ``point``; the surplus of a later expiry covers earlier ones."""
    owed, surplus = 0, 0
    for expiry in latest_first:
        need = 0
        for payoff in expiry:
            unit = payoff.sign * (point - payoff.strike)
            if unit > 0 or not payoff.is_option:
                need -= unit * payoff.net_quantity // payoff.scale
        covered = min(surplus, need)
        owed += max(need - max(covered, 0), 0)
        surplus -= covered
    return owed


def _naked_exposure(group: list[Holding], spot: int, rules: MarginRules) -> int:
    exposure = 0
    for kind in (Kind.CALL, Kind.PUT):
        cover = 0
        latest_first = sorted(
            (holding for holding in group if holding.instrument.kind is kind),
            # Within one expiry the bought ones first: they cover the sold ones beside them.
            key=lambda holding: (-(holding.instrument.expiry or date.max).toordinal(), holding.net_quantity < 0),
        )
        for holding in latest_first:
            cover += holding.net_quantity
            naked = max(min(-cover, -holding.net_quantity), 0)
            cover = max(cover, 0)
            exposure += value_of(spot, naked, holding.instrument) * rules.rate(holding).exposure // 10_000
    return exposure
