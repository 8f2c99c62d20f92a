"""The market of one day with freak and empty prints between its frames, and the checks of triggers against it."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from msgspec.structs import replace

from brokers.simulated.market import SimulatedMarket
from engine.core.records.portfolio_run import LegRun
from engine.core.state import EngineState
from engine.core.verification.invariants import FactChecks
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.instant import SECOND, Instant, ist_date
from engine.domain.instrument import Exchange
from engine.domain.multileg.levels import Level, Measure
from engine.domain.multileg.monitoring import Realtime
from engine.domain.multileg.portfolio import MultilegPortfolio, PriceType
from engine.domain.multileg.states import COMBINED_HITS, EXITING, LEG_STOP_HITS, LEG_TARGET_HITS, ExitReason, LegState
from engine.domain.multileg.stop import Basis
from engine.domain.order import Purpose, RestsFor
from engine.domain.quote import QuoteColumn, QuoteFrame
from engine.runtime.engine import Engine

_LAST = int(QuoteColumn.LAST_PRICE)
_BY_QUOTES = LEG_STOP_HITS | LEG_TARGET_HITS | COMBINED_HITS | {ExitReason.DAY_LOSS, ExitReason.SIDE_LIMIT}
_TRIGGERS = _BY_QUOTES - {ExitReason.SL_BROKER}
"""Reasons that a quote gives. A stop that was filled at the broker is none: his report or his books tell of it."""

_QUIET = 45 * SECOND
"""A freak print is one only against a price this recent."""
_REPORTED_WITHIN = 60 * SECOND
"""How long ago the exchange may have acted on a print of which a report tells now."""
_JUMP = 100_000
"""₹10: smaller wrong prints are not worth a test."""


class SeenMarket(Protocol):
    """A market as an engine sees it, with the truth about its prints."""

    freak: tuple[Instant, int] | None
    """When and in which row the last freak print came."""

    @property
    def next_at(self) -> Instant | None:
        """When the next frame is due; None after the last."""
        ...

    def take_next(self) -> QuoteFrame:
        """Answer the next frame."""
        ...

    def prints(self, row: int, now: Instant) -> Iterator[int]:
        """Answer the last prices of a row that the exchange has seen of late, right and wrong ones."""
        ...

    def recall(self, engine: Engine, at: Instant, *, today: bool) -> None:
        """Show an engine that starts what came before."""
        ...


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
        self._today: list[QuoteFrame] = []
        self._values = np.zeros((len(market.master), len(QuoteColumn)), dtype=np.int64)
        self._arrived = np.zeros(len(market.master), dtype=np.int64)

    @property
    def next_at(self) -> Instant | None:
        """When the next frame is due; None after the last."""
        return self._extra[0].at if self._extra else self._market.next_at

    def take_next(self) -> QuoteFrame:
        """Answer the next frame."""
        frame = self._extra.popleft() if self._extra else self._next_frame()
        if self._today and ist_date(self._today[0].at) != ist_date(frame.at):
            self._today.clear()
        self._today.append(frame)
        return frame

    def prints(self, row: int, now: Instant) -> Iterator[int]:
        """Answer the last prices of a row that the exchange has seen of late, right and wrong ones."""
        for frame in reversed(self._today):
            if frame.at < now - _REPORTED_WITHIN:
                return
            yield from (int(price) for price in frame.values[frame.rows == row, _LAST])

    def recall(self, engine: Engine, at: Instant, *, today: bool) -> None:
        """Show an engine that starts what came before: on the first day the day before it; today's frames if asked.

        Some feeds show the day again and some do not.
        """
        if ist_date(at) == ist_date(self._market.start):
            for frame in self._market.day_before():
                engine.see_before(frame)
        for frame in self._today if today else ():
            if ist_date(frame.at) == ist_date(at):
                engine.see_past(frame)

    def _next_frame(self) -> QuoteFrame:
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

    def __init__(self, checks: FactChecks, market: SeenMarket) -> None:
        self._checks = checks
        self._market = market
        self._beyond: dict[tuple[str, int], tuple[int, Instant]] = {}
        self._looked_at = Instant(0)

    def fired(self, state: EngineState, fact: f.AnyFact) -> Iterator[Violation]:
        """Answer what is wrong with a trigger that was decided on what the state shows now."""
        if not isinstance(fact, f.LegExitDecided | f.LegHit | f.PortfolioExitDecided) or fact.reason not in _TRIGGERS:
            return
        seen = self._checks.portfolios[fact.portfolio_id]
        if isinstance(fact, f.PortfolioExitDecided) and not any(leg.net for leg in seen.legs):
            return  # Its last leg was closed before.
        if isinstance(fact, f.LegExitDecided) and seen.legs[fact.leg_id - 1].was_hit:
            return  # It is closed later for a hit that was seen before.
        words = f"{fact.portfolio_id} {fact.reason.value}: {fact.why}"
        if fact.at - state.last_frame_at > state.books.stale_after:
            yield Violation(24, fact.at, f"{words} (feed silent since {state.last_frame_at})")
        run = state.books.portfolios[fact.portfolio_id]
        if not state.rules.is_open(Exchange(run.portfolio.exchange.value), fact.at):
            yield Violation(24, fact.at, f"{words} (closed)")
        # The exchange believes every print, and no filter of ours stands before an order that rests there.
        if self._market.freak is not None and self._market.freak[0] == fact.at and not _is_brokers_word(fact):
            row = self._market.freak[1]
            legs = run.legs if isinstance(fact, f.PortfolioExitDecided) else [run.leg(fact.leg_id)]
            if any(leg.row == row for leg in legs):
                yield Violation(24, fact.at, f"{words} (on a wrong print of row {row})")
        if not isinstance(fact, f.PortfolioExitDecided):
            yield from self._leg_trigger(state, fact, words)

    def _leg_trigger(self, state: EngineState, fact: f.LegExitDecided | f.LegHit, words: str) -> Iterator[Violation]:
        run = state.books.portfolios[fact.portfolio_id]
        leg, seen = run.leg(fact.leg_id), self._checks.portfolios[fact.portfolio_id].legs[fact.leg_id - 1]
        levels = {ExitReason.LEG_TGT: seen.target, ExitReason.LEG_TGT_TRAIL: seen.floor}
        if fact.reason not in LEG_STOP_HITS | LEG_TARGET_HITS:
            return
        level = levels.get(fact.reason, seen.stop)
        breakout = run.portfolio.range_breakout
        if breakout is not None and breakout.range_stop is not None:
            return  # It has a stop of its own, counted from the range.
        rule = leg.leg.stop_loss
        if rule is not None and rule.basis is Basis.PREMIUM_PRICE and level == seen.stop:
            return  # It may have been passed by the fill itself, whatever the price is now.
        if not isinstance(run.portfolio.monitoring.leg_stop, Realtime):
            return
        if run.portfolio.price_type is not PriceType.LAST or (level is not None and level.of is not Measure.PREMIUM):
            return
        price = state.board.number(leg.row, _LAST)
        if _is_brokers_word(fact):
            fired = level is not None and self._exchange_saw(level, leg.row, fact)
        else:
            fired = level is not None and _is_beyond(level, price)
        if not fired:
            yield Violation(37, fact.at, f"{words} (price {price}, level {level})")

    def _exchange_saw(self, level: Level, row: int, fact: f.LegExitDecided | f.LegHit) -> bool:
        """Say whether a print of late passed the level, or the trigger that stands before it at the broker."""
        orders = self._checks.of_leg(fact.portfolio_id, fact.leg_id, Purpose.EXIT)
        triggers = [order.trigger for order in orders if order.request.rests_for is RestsFor.STOP and order.trigger]
        levels = [level, *(replace(level, value=trigger) for trigger in triggers)]
        return any(_is_beyond(one, price) for price in self._market.prints(row, fact.at) for one in levels)

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
            if not isinstance(run.portfolio.monitoring.leg_stop, Realtime) or run.portfolio.monitoring.stops_too:
                continue
            for leg, seen in zip(run.legs, self._checks.portfolios[run.portfolio_id].legs, strict=True):
                key = run.portfolio_id, leg.leg_id
                if leg.row < 0 or state.board.arrival(leg.row) != state.now:
                    continue
                if not self._is_passed(state, leg, seen.stop):
                    self._beyond.pop(key, None)
                    continue
                count, since = self._beyond.get(key, (0, state.now))
                self._beyond[key] = count + 1, since
                if count >= 2 and state.now >= since + self._patience(run.portfolio):
                    price = state.board.number(leg.row, _LAST)
                    words = f"leg {leg.leg_id} of {run.portfolio_id} is open at {price}, its stop is {seen.stop}"
                    yield Violation(38, state.now, words)

    def _patience(self, portfolio: MultilegPortfolio) -> int:
        """Answer how long a stop may be passed: one that rests at the broker closes the leg itself."""
        rule = portfolio.at_broker
        return 0 if rule is None else (rule.shadow_seconds + rule.convert_after + 60) * SECOND

    def _is_passed(self, state: EngineState, leg: LegRun, stop: Level | None) -> bool:
        if leg.state is not LegState.OPEN or stop is None or stop.of is not Measure.PREMIUM:
            return False
        if leg.leg.confirmation is not None:
            return False  # It may have come back between two frames.
        price = state.board.number(leg.row, _LAST)
        return price > 0 and _is_beyond(stop, price)


def _is_brokers_word(fact: f.LegExitDecided | f.LegHit | f.PortfolioExitDecided) -> bool:
    """Say whether an order that rests at the broker was triggered or filled: the price was the exchange's to judge."""
    if not isinstance(fact, f.LegExitDecided):
        return False
    return fact.reason is ExitReason.SL_BROKER or (fact.reason is ExitReason.LEG_TGT and fact.value is None)


def _is_beyond(level: Level, price: int) -> bool:
    # Its own comparison: the one of the core is what is checked.
    return price >= level.value if level.rising else price <= level.value
