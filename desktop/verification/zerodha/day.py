"""One seeded day through the Zerodha adapter: the engine decides, the practice Kite answers, virtual time passes."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec

from brokers.practice.zerodha.instruments import Listing
from brokers.zerodha.gateway import Transport
from brokers.zerodha.session import Session
from desktop.verification.account_line import dice_of
from desktop.verification.day import LINEAGE, Day, Outcome
from desktop.verification.draw import Draw
from desktop.verification.plan import DayPlan, day_plan
from desktop.verification.quotes import DisturbedMarket
from desktop.verification.venue import Venue
from desktop.verification.virtual_time import VirtualClock, VirtualLoop
from desktop.verification.zerodha.account import KiteAccount
from desktop.verification.zerodha.agreement import disagreements
from desktop.verification.zerodha.house import KiteHouse
from desktop.verification.zerodha.market import FeedMarket, SharedMarket
from desktop.verification.zerodha.posts import Posts
from desktop.verification.zerodha.road import Road, RoadAsking, RoadDoor, RoadWire
from desktop.verification.zerodha.troubles import Troubles, troubles
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant, ist_instant
from engine.domain.instrument import Instrument
from engine.domain.market_rules import MarketRules
from engine.domain.order import OrderStatus

_TROUBLES, _ROAD, _GATEWAY = 100, 101, 102
"""Streams of numbers that an account draws from; those of a further account lie ten higher."""

_NIGHT_FALLS, _MORNING = time(15, 50), time(9, 0)


class ZerodhaDay(Day):
    """A day whose accounts are at Zerodha; ``run`` lives it."""

    has_sockets = False
    """Whether requests leave over real sockets; in memory the same seed gives the same day to the byte."""

    def __init__(self, plan: DayPlan, rules: MarketRules) -> None:
        self._loop = VirtualLoop(has_sockets=self.has_sockets)
        self._loop.set_exception_handler(self._fault)
        self._clock = VirtualClock(self._loop, plan.opens)
        self._venues: list[KiteAccount] = []
        self._posts: list[Posts] = []
        self._faults: list[Violation] = []
        self._converted: Counter[AccountId] = Counter()
        self._doubted = False
        """Whether the trader was told to look at a conversion himself."""
        self._pending: list[Callable[[KiteAccount], None]] = []
        # News that overtake each other come from the practice Kite itself.
        accounts = tuple(msgspec.structs.replace(one, late_fills=0) for one in plan.accounts)
        super().__init__(msgspec.structs.replace(plan, accounts=accounts), rules)
        for venue in self._venues:
            venue.house.restart()
        self._at(self._faults_end(), self._calm)
        for day in plan.days[:-1]:
            self._at(ist_instant(day, _NIGHT_FALLS), self._night)
            self._at(ist_instant(day + timedelta(days=1), _MORNING), self._morning)

    # --- what is put in the place of paper --------------------------------------------------------------------------

    def _seen(self, market: DisturbedMarket) -> FeedMarket:
        self._shared = SharedMarket(self._market, market)
        self._feed = FeedMarket(market)
        listing = Listing(self._market.master)
        self._contracts = ContractMaster(
            msgspec.structs.replace(one, token=listing.token(row))
            for row, one in enumerate(self._market.master.instruments)
        )
        return self._feed

    def _broker(self, number: int) -> Venue:
        plan, stream = self.plan, 10 * number
        drawn = self._troubles(Draw(dice_of(plan.seed, _TROUBLES + stream)), number)
        house = self._house(drawn, number)
        posts = Posts(self.checks, self._clock, partial(self._conversions_asked, number))
        road = Road(house, self._clock, dice_of(plan.seed, _ROAD + stream), drawn.up, drawn.down, posts.look)
        venue = KiteAccount(
            plan.accounts[number].account,
            self._loop,
            self._clock,
            house,
            self._transport(road, drawn),
            drawn,
            self._contracts,
            self._hours,
            _is_ours,
            dice_of(plan.seed, _GATEWAY + stream),
            None if number else self._feed.arrive,
        )
        self._await(drawn, venue, road)
        self._venues.append(venue)
        self._posts.append(posts)
        return venue

    def _troubles(self, draw: Draw, number: int) -> Troubles:
        return troubles(draw, self.plan, number)

    def _faults_end(self) -> Instant:
        return self.plan.faults_end

    def _house(self, drawn: Troubles, number: int) -> KiteHouse:
        seed = self.plan.seed * 10 + number
        return KiteHouse(self._loop, self._clock, self._shared, self.rules, drawn.settings, drawn.faults, seed)

    def _transport(self, road: Road, drawn: Troubles) -> Callable[[Session], Transport]:
        return lambda _: Transport(RoadWire(road, drawn.adapter.answer_within), RoadAsking(road), RoadDoor(road))

    def _conversions_asked(self, number: int) -> int:
        return sum(1 for _, kind, _ in self.lines[number].wire.log if kind == "convert")

    def _hours(self, instrument: Instrument, at: Instant) -> bool:
        return self.rules.is_open(instrument.exchange, at)

    def _await(self, drawn: Troubles, venue: KiteAccount, road: Road) -> None:
        for begins, ends in drawn.cuts:
            self._at(begins, partial(self._happens, "network_cut", partial(_cut, venue, road, off=True)))
            self._at(ends, partial(_cut, venue, road, off=False))
        for begins, ends in drawn.kills:
            self._at(begins, partial(self._happens, "server_killed", partial(_kill, venue.house)))
            self._at(ends, partial(_revive, venue.house))

    def _at(self, at: Instant, deed: Callable[[], None]) -> None:
        self._loop.call_at(self._clock.seconds(at), deed)

    def _happens(self, what: str, deed: Callable[[], None]) -> None:
        self.injected[what] += 1
        deed()

    # --- time -------------------------------------------------------------------------------------------------------

    def _next_due(self, horizon: Instant) -> Instant | None:
        due = self.run_now.next_due()
        self._live_until(horizon if due is None else min(due, horizon))
        return self.run_now.next_due()

    def _live_until(self, at: Instant) -> None:
        """Let the world live up to an instant, or until something arrives for the engine."""
        self._loop.live_until(self._clock.seconds(at))
        while self._pending:
            deed = self._pending.pop(0)
            for venue in self._venues:
                deed(venue)
        self._look()

    def _live_on(self, until: Instant) -> None:
        self._feed.lose()
        while self._clock.now() < until:
            self._live_until(until)
        self._feed.lose()
        for line in self.lines:
            line.live_on(until)

    def _look(self) -> None:
        """End the day where what left, or a task of the adapter, was wrong."""
        self.findings.take(self._faults)
        for posts in self._posts:
            self.findings.take(posts.found)

    def _fault(self, _loop: object, context: dict[str, Any]) -> None:
        error = context.get("exception")
        words = f"{context.get('message')}: {type(error).__name__}: {error}"
        self._faults.append(Violation(0, self._clock.now(), words))

    def _calm(self) -> None:
        for venue in self._venues:
            venue.house.behave()

    def _night(self) -> None:
        """Let the trader close his accounts: their sessions end in the night."""
        self._after_the_loop(KiteAccount.hang_up)

    def _morning(self) -> None:
        self._after_the_loop(KiteAccount.open)

    def _after_the_loop(self, deed: Callable[[KiteAccount], None]) -> None:
        self._pending.append(deed)
        self._loop.interrupt()

    # --- the day ----------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        for venue in self._venues:
            venue.open()
        super()._open()

    def _truth_of(self, fact: f.AnyFact) -> Iterator[Violation]:
        """Answer an order that counts as never placed while Zerodha has it; count conversions."""
        if isinstance(fact, f.LegConverted):
            self._converted[self.state.books.portfolios[fact.portfolio_id].account] += 1
        self._doubted = self._doubted or (isinstance(fact, f.AlarmRaised) and fact.code == "CONVERSION")
        if not isinstance(fact, f.OrderMoved) or fact.status not in (OrderStatus.NOT_SENT, OrderStatus.REJECTED):
            return
        for venue in self._venues:
            number = venue.house.tagged.get(fact.order_id)
            if number is not None and venue.house.orders[number].status != OrderStatus.REJECTED.value:
                words = f"{fact.order_id} counts as {fact.status.value} and is {venue.house.orders[number].status}"
                yield Violation(5, fact.at, f"{words} at Zerodha ({fact.wording})")

    def _at_the_end(self) -> list[Violation]:
        found = super()._at_the_end()
        for line, venue in zip(self.lines, self._venues, strict=True):
            converted = None if self._doubted else self._converted[line.account]
            found += disagreements(self.state, self.run_now.now, line.account, venue.house, self.checks, converted)
        return found

    def _outcome(self, violation: Violation | None) -> Outcome:
        outcome = super()._outcome(violation)
        log = sha256(outcome.log.encode())
        for posts, venue in zip(self._posts, self._venues, strict=True):
            log.update(repr((posts.log, sorted(venue.notices.items()))).encode())
        return msgspec.structs.replace(outcome, log=log.hexdigest())

    def run(self) -> Outcome:
        """Live the day and answer what it came to."""
        try:
            return super().run()
        finally:
            self._let_go()
            self._loop.end()

    def _let_go(self) -> None:
        for venue in self._venues:
            venue.end()


def _is_ours(tag: str) -> bool:
    return tag.startswith(LINEAGE)


def _cut(venue: KiteAccount, road: Road, *, off: bool) -> None:
    road.is_cut = venue.is_cut = off


def _kill(house: KiteHouse) -> None:
    if house.is_up:
        house.kill()


def _revive(house: KiteHouse) -> None:
    if not house.is_up:
        house.restart()


def live_zerodha(seed: int, rules: MarketRules) -> Outcome:
    """Live the day of a seed at Zerodha and answer what it came to."""
    return ZerodhaDay(day_plan(seed, rules), rules).run()
