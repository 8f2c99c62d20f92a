"""The market of one day with freak and empty prints between its frames, and the checks of triggers against it."""

from collections import Counter, deque
from collections.abc import Callable, Iterator

import numpy as np

from brokers.simulated.market import SimulatedMarket
from engine.core.invariants import FactChecks
from engine.core.portfolio_run import LegRun
from engine.core.seen import SeenLeg
from engine.core.state import EngineState
from engine.core.violations import Violation
from engine.domain import facts as f
from engine.domain.instant import SECOND, Instant
from engine.domain.instrument import Exchange
from engine.domain.multileg.portfolio import PriceType
from engine.domain.multileg.states import EXITING, ExitReason, LegState
from engine.domain.order import Side
from engine.domain.quote import QuoteColumn, QuoteFrame

_LAST = int(QuoteColumn.LAST_PRICE)
_TRIGGERS = frozenset(
    {
        ExitReason.LEG_SL,
        ExitReason.LEG_SL_TRAIL,
        ExitReason.LEG_COST,
        ExitReason.LEG_TGT,
        ExitReason.SL_ON_RECOVERY,
        ExitReason.COMB_SL,
        ExitReason.COMB_SL_TRAIL,
        ExitReason.COMB_TGT,
        ExitReason.COMB_TGT_TRAIL,
    }
)
"""Reasons that a quote gives."""

_STOPS = frozenset({ExitReason.LEG_SL, ExitReason.LEG_SL_TRAIL, ExitReason.LEG_COST, ExitReason.SL_ON_RECOVERY})
_QUIET = 45 * SECOND
"""A freak print is one only against a price this recent."""
_JUMP = 100_000
"""₹10: smaller wrong prints are not worth a test."""


class DisturbedMarket:
    """A market whose prints are wrong now and then, for a second, by a factor or by being zero.

    ``held`` answers the rows that somebody watches; a wrong print strikes one of them.
    """

    def __init__(
        self, market: SimulatedMarket, dice: np.random.Generator, chance: int, injected: Counter[str], until: Instant
    ) -> None:
        self.held: Callable[[], list[int]] = list
        self.freak: tuple[Instant, int] | None = None
        """When and in which row the last freak print came."""
        self._market = market
        self._frames = market.frames()
        self._dice = dice
        self._chance = chance
        self._injected = injected
        self._until = until
        self._extra: deque[QuoteFrame] = deque()
        self._values = np.zeros((len(market.master), len(QuoteColumn)), dtype=np.int64)
        self._arrived = np.zeros(len(market.master), dtype=np.int64)

    @property
    def next_at(self) -> Instant | None:
        """When the next frame is due; None after the last."""
        return self._extra[0].at if self._extra else self._market.next_at

    def take_next(self) -> QuoteFrame:
        """Answer the next frame."""
        if self._extra:
            return self._extra.popleft()
        frame = next(self._frames)
        self._values[frame.rows] = frame.values
        self._arrived[frame.rows] = frame.at
        if frame.at < self._until and self._dice.integers(10_000) < self._chance:
            self._strike(frame.at)
        return frame

    def _strike(self, at: Instant) -> None:
        rows = [row for row in self.held() if self._arrived[row] >= at - _QUIET]
        following = self._market.next_at
        if not rows or following is None or following <= at + 2 * SECOND:
            return
        row = rows[int(self._dice.integers(len(rows)))]
        right = self._values[row].copy()
        wrong = right.copy()
        if self._dice.integers(4) == 0:
            wrong[_LAST] = 0
            self._injected["zero_print"] += 1
        else:
            factor = (5, 8, 20)[int(self._dice.integers(3))]
            up = bool(self._dice.integers(2))
            tick = self._market.master.instruments[row].tick_size
            wrong[_LAST] = right[_LAST] * factor if up else max(right[_LAST] // factor // tick * tick, tick)
            if abs(int(wrong[_LAST] - right[_LAST])) < _JUMP:
                return
            self._injected["freak_print"] += 1
        index = np.array([row], dtype=np.int64)
        self._extra.append(QuoteFrame(Instant(at + SECOND), index, wrong[None, :]))
        self._extra.append(QuoteFrame(Instant(at + 2 * SECOND), index, right[None, :]))
        self.freak = Instant(at + SECOND), row


class TriggerChecks:
    """Holds the triggers of the engine against the prices it was shown, with a memory of its own."""

    def __init__(self, checks: FactChecks, market: DisturbedMarket) -> None:
        self._checks = checks
        self._market = market
        self._beyond: dict[tuple[str, int], int] = {}
        self._looked_at = Instant(0)

    def fired(self, state: EngineState, fact: f.AnyFact) -> Iterator[Violation]:
        """Answer what is wrong with a trigger that was decided on what the state shows now."""
        if not isinstance(fact, f.LegExitDecided | f.PortfolioExitDecided) or fact.reason not in _TRIGGERS:
            return
        words = f"{fact.portfolio_id} {fact.reason.value}: {fact.why}"
        if fact.at - state.last_frame_at > state.books.stale_after:
            yield Violation(24, fact.at, f"{words} (feed silent since {state.last_frame_at})")
        run = state.books.portfolios[fact.portfolio_id]
        if not state.rules.is_open(Exchange(run.portfolio.exchange.value), fact.at):
            yield Violation(24, fact.at, f"{words} (closed)")
        if self._market.freak is not None and self._market.freak[0] == fact.at:
            row = self._market.freak[1]
            legs = [run.leg(fact.leg_id)] if isinstance(fact, f.LegExitDecided) else run.legs
            if any(leg.row == row for leg in legs):
                yield Violation(24, fact.at, f"{words} (on a wrong print of row {row})")
        if isinstance(fact, f.LegExitDecided):
            yield from self._leg_trigger(state, fact, words)

    def _leg_trigger(self, state: EngineState, fact: f.LegExitDecided, words: str) -> Iterator[Violation]:
        run = state.books.portfolios[fact.portfolio_id]
        leg, seen = run.leg(fact.leg_id), self._checks.portfolios[fact.portfolio_id].legs[fact.leg_id - 1]
        rule = leg.leg.target if fact.reason is ExitReason.LEG_TGT else leg.leg.stop_loss
        moved = fact.reason is not ExitReason.LEG_TGT and seen.stop_reason is ExitReason.LEG_COST
        on_underlying = rule is not None and rule.basis.on_underlying and not moved
        if run.portfolio.price_type is not PriceType.LAST or on_underlying:
            return
        level = seen.target if fact.reason is ExitReason.LEG_TGT else seen.stop
        price = state.board.number(leg.row, _LAST)
        rising = (seen.side is Side.SELL) is not (fact.reason is ExitReason.LEG_TGT)
        if level is None or not (price >= level if rising else price <= level):
            yield Violation(37, fact.at, f"{words} (price {price}, level {level})")

    def missed(self, state: EngineState) -> Iterator[Violation]:
        """Answer stops on a premium that three frames in a row passed without anything being done about it."""
        if (
            state.now != state.last_frame_at
            or state.now == self._looked_at
            or not state.rules.is_open(Exchange.NFO, state.now)
        ):
            return
        self._looked_at = state.now
        for run in state.alive():
            if run.portfolio.price_type is not PriceType.LAST or run.state in EXITING:
                continue
            for leg, seen in zip(run.legs, self._checks.portfolios[run.portfolio_id].legs, strict=True):
                key = run.portfolio_id, leg.leg_id
                if leg.row < 0 or state.board.arrival(leg.row) != state.now:
                    continue
                if not self._is_passed(state, leg.row, leg.state, seen.stop, seen.side) or _on_underlying(leg, seen):
                    self._beyond.pop(key, None)
                    continue
                self._beyond[key] = self._beyond.get(key, 0) + 1
                if self._beyond[key] >= 3:
                    price = state.board.number(leg.row, _LAST)
                    words = f"leg {leg.leg_id} of {run.portfolio_id} is open at {price}, its stop is {seen.stop}"
                    yield Violation(38, state.now, words)

    def _is_passed(self, state: EngineState, row: int, leg: LegState, stop: int | None, side: Side) -> bool:
        if leg is not LegState.OPEN or stop is None:
            return False
        price = state.board.number(row, _LAST)
        return price > 0 and (price >= stop if side is Side.SELL else price <= stop)


def _on_underlying(leg: LegRun, seen: SeenLeg) -> bool:
    rule = leg.leg.stop_loss
    return rule is not None and rule.basis.on_underlying and seen.stop_reason is not ExitReason.LEG_COST
