"""What a deed on open legs would trade, and at what prices: the numbers in its question, before anything is sent."""

from collections.abc import Callable, Sequence
from datetime import date

import msgspec
import numpy as np

from desktop.presentation import formats
from engine.domain.contract_master import ContractMaster
from engine.domain.instrument import Instrument, Kind, value_of
from engine.domain.margin import Holding, blocked_margin
from engine.domain.money import Money, Price
from engine.domain.order import Side
from engine.domain.quote import IntArray, QuoteColumn
from engine.views.contracts import contract_name
from engine.views.positions import PositionRow

Quotes = Callable[[IntArray], IntArray]
"""Answers the quotes of board rows, int64 (n, COLUMNS)."""

_LAST, _BID, _ASK = int(QuoteColumn.LAST_PRICE), int(QuoteColumn.BID), int(QuoteColumn.ASK)


def price_to(side: Side, row: int, quotes: Quotes) -> Price | None:
    """Answer what a contract would be bought or sold at now: the opposite quote, else the last price; None for none."""
    values = quotes(np.array([row], dtype=np.int64))[0].tolist()
    price = (values[_ASK] if side is Side.BUY else values[_BID]) or values[_LAST]
    return Price(price) if price > 0 else None


def closing_side(row: PositionRow) -> Side:
    """Answer the side that closes what a leg holds."""
    return Side.BUY if (row.net_quantity or 0) < 0 else Side.SELL


def verb(side: Side) -> str:
    """Answer what is done on a side, as a question begins."""
    return "Buy" if side is Side.BUY else "Sell"


class PartPlan(msgspec.Struct, frozen=True):
    """A part of a leg that would be closed now."""

    lots: int
    of: int
    quantity: int
    side: Side
    price: Price | None
    books: Money | None
    """What it would book at that price, before charges."""

    def sentence(self, name: str) -> str:
        """Answer it as the question that is asked."""
        at = "" if self.price is None else f" at about ₹{formats.price(self.price)}"
        booked = "" if self.books is None else f"; that books about {formats.arrowed_amount(self.books)}"
        lots = f"{self.lots} of {self.of} lots ({formats.quantity(self.quantity)})"
        return f"{verb(self.side)} {lots} of {name}{at}{booked}."


def part_plan(row: PositionRow, lots: int, quotes: Quotes) -> PartPlan:
    """Answer what closing some lots of a leg would trade."""
    side, quantity = closing_side(row), lots * row.lot_size
    price = price_to(side, row.row, quotes)
    books = None
    if price is not None and row.average_price is not None:
        books = Money(-side.sign * (price - row.average_price) * quantity // row.scale)
    return PartPlan(lots, abs(row.lots or 0), quantity, side, price, books)


class HedgeCandidate(msgspec.Struct, frozen=True):
    """A strike that may be bought for a sold leg."""

    contract: Instrument
    steps: int
    """Strikes from the sold one."""
    price: Price

    @property
    def words(self) -> str:
        """Answer it for a list: ``"25350 CE · 10 strikes out · ₹4.20"``."""
        strikes = "1 strike" if self.steps == 1 else f"{self.steps} strikes"
        return f"{contract_name(self.contract)}   {strikes} out   ₹{formats.price(self.price, self.contract.tick_size)}"


def hedge_candidates(row: PositionRow, master: ContractMaster, quotes: Quotes) -> list[HedgeCandidate]:
    """Answer the farther strikes of a sold option that have a price, nearest first."""
    if row.expiry is None or row.strike is None or row.kind is None:
        return []
    sold = row.strike
    beyond = [one for one in master.strikes(row.underlying, row.expiry) if (one > sold) is (row.kind is Kind.CALL)]
    outward = sorted((one for one in beyond if one != sold), key=lambda one: abs(one - sold))
    found = []
    for steps, strike in enumerate(outward, 1):
        contract = master.contract(row.underlying, row.expiry, strike, row.kind)
        price = None if contract is None else price_to(Side.BUY, master.row(contract.id), quotes)
        if contract is not None and price is not None:
            found.append(HedgeCandidate(contract, steps, price))
    return found


def nearest_premium(candidates: Sequence[HedgeCandidate], most: int) -> int | None:
    """Answer the place of the nearest strike that costs no more than an amount of 1/10,000 ₹; None for none."""
    return next((place for place, one in enumerate(candidates) if one.price <= most), None)


def hedge_sentence(
    row: PositionRow, candidate: HedgeCandidate, lots: int, legs: Sequence[PositionRow], master: ContractMaster
) -> str:
    """Answer the question before a hedge is bought: its cost, what it caps, and the margin it saves."""
    quantity = lots * candidate.contract.lot_size
    cost = value_of(candidate.price, quantity, candidate.contract)
    width = abs((candidate.contract.strike or 0) - (row.strike or 0))
    capped = value_of(width, quantity, candidate.contract)
    held = [Holding(master.instruments[one.row], one.net_quantity or 0) for one in legs if one.net_quantity]
    before, after = (
        blocked_margin(basket, {}, {}) for basket in (held, [*held, Holding(candidate.contract, quantity)])
    )
    return (
        f"Buy {lots} lots ({formats.quantity(quantity)}) of {contract_name(candidate.contract)} at about "
        f"₹{formats.price(candidate.price)}: costs {formats.rupees(cost, 0)}, caps the loss between the strikes at "
        f"{formats.rupees(capped, 0)}, estimated margin {formats.compact_rupees(before)} → "
        f"{formats.compact_rupees(after)}."
    )


class RollLeg(msgspec.Struct, frozen=True):
    """One leg of a roll: what is closed, and what is opened."""

    row: PositionRow
    to: Instrument | None
    """None: no such contract is listed."""
    closes_at: Price | None
    opens_at: Price | None

    @property
    def against(self) -> str:
        """Answer why the leg cannot be rolled so; empty where it can."""
        if self.to is None:
            return f"{self.row.contract}: no such contract is listed"
        if self.to.id == self.row.instrument:
            return f"{self.row.contract} is held already; choose another strike or expiry"
        return "" if self.opens_at is not None else f"{contract_name(self.to)} has no price"

    @property
    def cash(self) -> Money | None:
        """Answer what both halves bring together, before charges, paid below zero; None where a price is missing."""
        if self.to is None or self.closes_at is None or self.opens_at is None:
            return None
        lots, side = abs(self.row.lots or 0), closing_side(self.row)
        closing = -side.sign * self.closes_at * lots * self.row.lot_size // self.row.scale
        return Money(closing + side.sign * value_of(self.opens_at, lots * self.to.lot_size, self.to))


class RollPlan(msgspec.Struct, frozen=True):
    """A roll of some legs, as it would trade now."""

    legs: tuple[RollLeg, ...]

    @property
    def against(self) -> str:
        """Answer why it cannot be done; empty where it can."""
        return next((leg.against for leg in self.legs if leg.against), "")

    def sentences(self) -> list[str]:
        """Answer what is closed and opened, leg by leg, and what that comes to."""
        words = []
        for leg in self.legs:
            if leg.to is not None and not leg.against:
                side, lots = closing_side(leg.row), abs(leg.row.lots or 0)
                words.append(
                    f"{verb(side)} {lots} lots of {leg.row.contract} at about ₹{formats.price(leg.closes_at)}, then "
                    f"{verb(side.opposite).lower()} {lots} lots of {contract_name(leg.to)} at about "
                    f"₹{formats.price(leg.opens_at)}."
                )
        parts = [leg.cash for leg in self.legs]
        known = [part for part in parts if part is not None]
        if known and len(known) == len(parts):
            total = sum(known)
            how = "paid" if total < 0 else "received"
            words.append(f"Together {formats.rupees(abs(total))} are {how}, before charges.")
        return words


def roll_plan(
    legs: Sequence[PositionRow], steps: int, expiry: date | None, master: ContractMaster, quotes: Quotes
) -> RollPlan:
    """Answer a roll by so many listed strikes up (down below zero), to an expiry or within that of each leg."""
    return RollPlan(tuple(_rolled(leg, steps, expiry or leg.expiry, master, quotes) for leg in legs))


def _rolled(leg: PositionRow, steps: int, expiry: date | None, master: ContractMaster, quotes: Quotes) -> RollLeg:
    to = _contract(leg, steps, expiry, master)
    side = closing_side(leg)
    opens = None if to is None else price_to(side.opposite, master.row(to.id), quotes)
    return RollLeg(leg, to, price_to(side, leg.row, quotes), opens)


def _contract(leg: PositionRow, steps: int, expiry: date | None, master: ContractMaster) -> Instrument | None:
    if expiry is None or leg.kind is None:
        return None
    if leg.strike is None:
        return master.contract(leg.underlying, expiry, None, leg.kind)
    strikes = master.strikes(leg.underlying, leg.expiry) if leg.expiry else ()
    place = strikes.index(leg.strike) + steps if leg.strike in strikes else -1
    strike = strikes[place] if 0 <= place < len(strikes) else None
    return None if strike is None else master.contract(leg.underlying, expiry, strike, leg.kind)
