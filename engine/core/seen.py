"""What the facts alone tell of orders, legs and portfolios, without the folding of the core."""

import msgspec

from engine.domain import facts as f
from engine.domain.instant import Instant
from engine.domain.multileg.portfolio import MultilegPortfolio
from engine.domain.multileg.states import ExitReason, PortfolioState
from engine.domain.order import TERMINAL, OrderStatus, Side


class SeenOrder(msgspec.Struct, kw_only=True):
    """An order as its facts alone describe it."""

    request: f.OrderRequested
    status: OrderStatus = OrderStatus.NEW
    filled: int = 0
    value: int = 0
    sent_at: Instant | None = None
    changes: int = 0
    cancels: int = 0
    absences: list[Instant] = []

    @property
    def working(self) -> int:
        """Answer what may still be filled."""
        return 0 if self.status in TERMINAL else max(0, self.request.quantity - self.filled)


class SeenLeg(msgspec.Struct, kw_only=True):
    """A leg as its facts alone describe it."""

    side: Side
    stop: int | None = None
    stop_reason: ExitReason = ExitReason.LEG_SL
    target: int | None = None
    bought: int = 0
    sold: int = 0
    cash: int = 0
    failed: bool = False
    again_at: Instant = Instant(0)
    attempts: int = 1
    by_hand: bool = False

    @property
    def net(self) -> int:
        """Answer what the leg holds, signed."""
        return self.bought - self.sold


class SeenPortfolio(msgspec.Struct, kw_only=True):
    """A portfolio as its facts alone describe it."""

    declared: MultilegPortfolio
    legs: list[SeenLeg]
    state: PortfolioState = PortfolioState.IDLE
    square_off_at: Instant = Instant(0)
    floor: int | None = None
    stop: int | None = None
    naked_since: Instant | None = None


def is_hedged(portfolio: MultilegPortfolio) -> bool:
    """Say whether bought legs cover every sold leg of the same kind, lot for lot."""
    covered = {leg.kind: 0 for leg in portfolio.legs}
    for leg in portfolio.legs:
        covered[leg.kind] += leg.lots * leg.side.sign
    sells = any(leg.side is Side.SELL for leg in portfolio.legs)
    return sells and all(lots >= 0 for lots in covered.values()) and all(leg.expiry is None for leg in portfolio.legs)
