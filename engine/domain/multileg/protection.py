"""Which bought leg protects which sold leg (ruling 5 of the executor reference)."""

from collections.abc import Sequence
from datetime import date

import msgspec

from engine.domain.identifiers import LegId
from engine.domain.instrument import Kind
from engine.domain.money import Price
from engine.domain.order import Side


class Stake(msgspec.Struct, frozen=True, kw_only=True):
    """One leg as far as protection goes: its contract and a quantity."""

    leg_id: LegId
    side: Side
    kind: Kind
    expiry: date | None
    strike: Price | None
    quantity: int
    protects: LegId | None = None
    """The sold leg that it was bought for: a hedge protects its parent before anything else."""


def protectors(stakes: Sequence[Stake]) -> dict[LegId, list[tuple[LegId, int]]]:
    """Answer for every sold leg the bought legs that protect it and how much of it, as far as they go.

    A bought option protects a sold one of the same type that does not outlive it. Pairs are made of hedges and their
    parents first, then nearest strikes first, and by quantity. A bought future covers sold
    calls, a sold future sold puts.
    """
    left = {stake.leg_id: stake.quantity for stake in stakes}
    pairs: dict[LegId, list[tuple[LegId, int]]] = {stake.leg_id: [] for stake in stakes if _needs_protection(stake)}
    couples = [
        (
            bought.protects != sold.leg_id,
            abs((sold.strike or 0) - (bought.strike or sold.strike or 0)),
            sold.leg_id,
            bought.leg_id,
        )
        for sold in stakes
        for bought in stakes
        if _needs_protection(sold) and _protects(bought, sold)
    ]
    for _, _, sold_id, bought_id in sorted(couples):
        quantity = min(left[sold_id], left[bought_id])
        if quantity:
            pairs[sold_id].append((bought_id, quantity))
            left[sold_id] -= quantity
            left[bought_id] -= quantity
    return pairs


def _needs_protection(stake: Stake) -> bool:
    return stake.side is Side.SELL and stake.kind.is_option


def _protects(protector: Stake, sold: Stake) -> bool:
    if protector.kind is Kind.FUTURE:
        return protector.side is (Side.BUY if sold.kind is Kind.CALL else Side.SELL)
    outlives = protector.expiry is None or sold.expiry is None or protector.expiry >= sold.expiry
    return protector.side is Side.BUY and protector.kind is sold.kind and outlives
