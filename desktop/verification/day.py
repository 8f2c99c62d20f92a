"""One seeded day on simulated time: engine, paper broker, market, faults and checks."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from hashlib import sha256

import msgspec
import numpy as np

from brokers.definition import Surroundings
from brokers.paper.gateway import PaperBroker
from brokers.paper.settings import PaperSettings
from brokers.simulated.market import SimulatedMarket
from desktop.verification import deeds
from desktop.verification.findings import Broken, Findings
from desktop.verification.late_fills import LateFills
from desktop.verification.plan import Action, DayPlan, Deed, day_plan, opens_on
from desktop.verification.power import BreakableJournal, Breaker, Moment, PowerLoss
from desktop.verification.quotes import DisturbedMarket, TriggerChecks
from desktop.verification.wire import Wire
from engine.core.pipeline import EngineFault
from engine.core.state import EngineState
from engine.core.verification.invariants import FactChecks
from engine.core.verification.restart_checks import differences
from engine.core.verification.violations import Violation
from engine.domain.facts.codec import decode
from engine.domain.identifiers import AccountId, InstrumentId, PortfolioId
from engine.domain.instant import MINUTE, Instant
from engine.domain.instrument import Instrument
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.states import EXITING, FINAL, NOT_BEGUN, PortfolioState
from engine.domain.order import OrderStatus, OrderTransitionError, Purpose, Side
from engine.domain.quote import QuoteColumn
from engine.runtime.engine import Engine
from engine.runtime.run import SimulatedRun
from engine.runtime.snapshots import keep_snapshot, state_from_journal

ACCOUNT = AccountId("PAPER")
LINEAGE = "V01"
_LASTS = 385 * MINUTE
_LAST_LOOK = 2 * MINUTE
_SNAPSHOT_EVERY = 40

OUR_MISTAKES = (EngineFault, OrderTransitionError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What a mistake in the core looks like from outside: the day ends with invariant 0."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one seed came to. ``log`` is a hash over every fact and every request: the same seed gives the same."""

    seed: int
    violation: Violation | None
    facts: int
    orders: int
    trades: int
    portfolios: int
    power_losses: int
    faults: dict[str, int]
    log: str


class Day:
    """One day from a plan; ``run`` lives it."""

    def __init__(self, plan: DayPlan, rules: MarketRules) -> None:
        self.plan = plan
        self.rules = rules
        self.opens = plan.opens
        self.injected: Counter[str] = Counter()
        self.findings = Findings()
        self._market = SimulatedMarket(
            rules,
            start=plan.opens,
            seed=plan.seed,
            underlyings=["NIFTY"],
            scenario=plan.scenario,
            step=plan.step,
            expiries=plan.expiries,
            strikes_each_side=plan.strikes,
        )
        dice = _dice(plan.seed, 2)
        self.market = DisturbedMarket(self._market, dice, plan.wrong_prints, self.injected, plan.faults_end)
        self.market.held = self._held_rows
        self.broker = self._broker()
        self.breaker = Breaker(plan.outages)
        self.checks = FactChecks(self._market.master)
        self.triggers = TriggerChecks(self.checks, self.market)
        late = LateFills(self.checks, _dice(plan.seed, 4), plan.late_fills, self.injected)
        self.wire = Wire(self.broker, self.checks, self._market.master, self.findings, self.breaker, late)
        self.wire.catch_up = self.catch_up
        self.journal = BreakableJournal()
        self.journal.breaker = self.breaker
        self.power_losses = 0
        self._snapshot_after = _SNAPSHOT_EVERY
        self._is_ahead = False
        """Whether the state knows more than the journal, because the power failed before it was written."""
        self.run_now = SimulatedRun(self._engine(self._new_state(), plan.opens), self.market, self.wire)

    def _broker(self) -> PaperBroker:
        def hours(instrument: Instrument, at: Instant) -> bool:
            return self.rules.is_open(instrument.exchange, at)

        plan = self.plan
        settings = PaperSettings(
            funds=plan.funds,
            request_latency=plan.request_latency,
            report_latency=plan.report_latency,
            answer_timeout=plan.answer_timeout,
        )
        around = Surroundings(account=ACCOUNT, contracts=self._market.master, hours=hours)
        return PaperBroker(around, settings, faults=plan.faults, dice=_dice(plan.seed, 3))

    def _engine(self, state: EngineState, at: Instant) -> Engine:
        engine = Engine(state, self.journal)
        self.market.recall(engine, at, today=self.plan.seed % 2 == 1)
        return engine

    def _new_state(self) -> EngineState:
        return EngineState(self._market.master, self.rules)

    @property
    def state(self) -> EngineState:
        """The state of the engine that runs now."""
        return self.run_now.state

    def _held_rows(self) -> list[int]:
        return [leg.row for run in self.state.alive() for leg in run.legs if leg.net_quantity]

    # --- the day -----------------------------------------------------------------------------------------------------

    def run(self) -> Outcome:
        """Live the day and answer what it came to."""
        violation = None
        try:
            self._live()
        except Broken as broken:
            violation = broken.violation
        except OUR_MISTAKES as error:
            violation = Violation(0, self.run_now.now, f"{type(error).__name__}: {error}")
        return self._outcome(violation)

    def _live(self) -> None:
        ends = Instant(opens_on(self.plan.days[-1]) + _LASTS)
        self._with_power(self._open)
        self._play([*self._opening_actions(), *self.plan.actions], ends)
        # While nothing is alive nobody reads the books: the next look must find what was traded outside meanwhile.
        self.breaker.stay_on()
        self.wire.ask_books(ACCOUNT)
        self._play([], Instant(max(ends, self.run_now.now) + _LAST_LOOK))
        self.findings.take(self._at_the_end())

    def _play(self, actions: list[Action], ends: Instant) -> None:
        while True:
            due = self.run_now.next_due()
            if actions and (due is None or actions[0].at <= due):
                action = actions.pop(0)
                self._with_power(partial(self._act, action))
            elif due is None or due >= ends:
                break
            else:
                self._with_power(partial(self._step, due))

    def _opening_actions(self) -> list[Action]:
        return [Action(at=self.opens, deed=Deed.ADD_AGAIN, pick=number) for number in range(len(self.plan.portfolios))]

    def _with_power(self, work: Callable[[], None]) -> None:
        try:
            work()
        except PowerLoss as loss:
            self._restart(loss.moment)

    def _open(self) -> None:
        at = max(self.opens, self.run_now.now)
        stale_after = self.plan.step * 5 // 2
        self.run_now.open_session(at, ACCOUNT, LINEAGE, self.plan.limits, stale_after, self.plan.hierarchy(ACCOUNT))
        self.catch_up()

    def _act(self, action: Action) -> None:
        at = max(action.at, self.run_now.now)
        if action.deed is Deed.TRADE_OUTSIDE:
            self.broker.at(at)
            self.injected["external_trade"] += deeds.trade_outside(self.broker, self.state, action.pick)
        elif action.deed is Deed.BROKER_CANCELS:
            self.broker.at(at)
            self.injected["broker_cancels"] += deeds.cancel_outside(self.broker, action.pick)
        else:
            command = deeds.command_of(action, self.state, self.plan.portfolios, ACCOUNT)
            if command is not None:
                if action.deed is Deed.RESUME:
                    self.checks.resumed_by_hand.add(deeds.chosen(action, self.plan.portfolios))
                self.run_now.submit(command)
        self._step(at)

    def _step(self, at: Instant) -> None:
        self.run_now.step(at)
        self.catch_up()
        if self.journal.count() >= self._snapshot_after:
            # A restart then begins at the snapshot and must come to the same.
            keep_snapshot(self.journal, self.state)
            self._snapshot_after = self.journal.count() + _SNAPSHOT_EVERY
        self.findings.take(self._kill_switch_kept())
        self.findings.take(self.checks.at(self.run_now.now))
        self.findings.take(self.triggers.missed(self.state))
        self.findings.take(self.checks.misplaced(self.state))

    def catch_up(self) -> None:
        """Let the checks see the facts that are in the journal by now."""
        journal, state = self.journal, self.state
        if journal.count() == self.checks.seen:
            return
        for entry in journal.entries(self.checks.seen):
            fact = decode(entry.body)
            self.findings.take(self.triggers.fired(state, fact))
            self.findings.take(self.wire.told(fact))
            self.findings.take(self.checks.see(fact))
        if not self._is_ahead:
            self.findings.take(self.checks.unprotected(state))

    # --- power losses ------------------------------------------------------------------------------------------------

    def _restart(self, moment: Moment) -> None:
        outage = self.breaker.restored()
        self.power_losses += 1
        self.injected[moment.value] += 1
        lived = self.state
        self._is_ahead = moment is Moment.BEFORE_WRITING
        self.catch_up()
        self._is_ahead = False
        self.journal = self.journal.after_power_loss(self.breaker)
        self.findings.take(self._replayed(lived, moment))
        self.broker.hang_up()
        up_again = Instant(self.run_now.now + outage.lasts)
        while (at := self.market.next_at) is not None and at <= up_again:
            self.wire.take_quotes(self.market.take_next())
        self.wire.note_day(up_again)
        self.broker.take(up_again)
        self.broker.hang_up()
        self.wire.late.hang_up()
        state = state_from_journal(self.journal, self._market.master, self.rules)
        self.run_now = SimulatedRun(self._engine(state, up_again), self.market, self.wire)
        self.run_now.now = up_again
        self.catch_up()
        self.findings.take(self._kill_switch_kept())
        self._with_power(self._open)

    def _kill_switch_kept(self) -> list[Violation]:
        level, journaled = self.state.books.kill_level, self.checks.kill_level
        if level is journaled:
            return []
        return [Violation(27, self.run_now.now, f"level {level} now, {journaled} in the journal")]

    def _replayed(self, lived: EngineState, moment: Moment | None) -> "list[Violation]":
        if moment is Moment.BEFORE_WRITING:
            return []  # What was decided last was never written, and nothing came of it.
        replayed = state_from_journal(self.journal, self._market.master, self.rules)
        different = differences(lived.books, replayed.books)
        words = f"different after {self.journal.count()} facts: {', '.join(different)}"
        return [Violation(32, lived.now, words)] if different else []

    # --- the end -----------------------------------------------------------------------------------------------------

    def _at_the_end(self) -> "list[Violation]":
        found = self._replayed(self.state, None)
        found += self.wire.accepted()
        found += self._settled()
        found += self._positions()
        return found

    def _settled(self) -> "list[Violation]":
        state, now, found = self.state, self.run_now.now, []
        blocked = self._blocked() | self._held_over()
        for order in state.books.orders.values():
            if order.is_working and order.portfolio_id not in blocked:
                words = f"{order.order_id} is still {order.status.value}"
                found.append(Violation(34, now, words))
        if state.books.recovering:
            found.append(Violation(34, now, "the recovery never finished"))
        for run in state.books.portfolios.values():
            if run.state in NOT_BEGUN or run.state in FINAL:
                continue
            if run.portfolio_id in blocked:
                continue  # Held by the broker, with an alarm: nothing we may send closes it.
            if run.state is PortfolioState.DISABLED:
                continue
            if run.state is not PortfolioState.WAITING or run.starts_at <= now:
                found.append(Violation(20, now, f"{run.portfolio_id} ends {run.state.value}"))
        holding = [run.portfolio_id for run in state.alive() if run.holds_something]
        return found + [Violation(20, now, f"{name} still holds something") for name in holding if name not in blocked]

    def _held_over(self) -> set[PortfolioId]:
        """Answer the portfolios that are held over days and whose day to be squared off has not come."""
        return {
            run.portfolio_id
            for run in self.state.alive()
            if run.portfolio.schedule.positional is not None and run.square_off_at > self.run_now.now
        }

    def _blocked(self) -> set[PortfolioId]:
        """Answer the portfolios whose exit the broker itself refuses until the end."""
        last: dict[PortfolioId, OrderStatus] = {}
        for order in self.state.books.orders.values():
            if order.purpose is Purpose.EXIT:
                last[order.portfolio_id] = order.status
        blocked = [run for run in self.state.alive() if run.state is PortfolioState.EXIT_BLOCKED]
        refused = {run.portfolio_id for run in blocked if last.get(run.portfolio_id) is OrderStatus.REJECTED}
        return refused | self._short_of_quantity() | self._held_by_others()

    def _held_by_others(self) -> set[PortfolioId]:
        """Answer the portfolios that close no more than the broker holds, where somebody traded it away outside."""
        outside = {instrument for instrument, net in self.state.books.of(ACCOUNT).outside.items() if net}
        traded = outside | self.checks.drift
        return {
            run.portfolio_id
            for run in self.state.alive()
            if run.portfolio.exit.held_only
            and run.state in EXITING
            and any(leg.net_quantity and leg.instrument in traded for leg in run.legs)
        }

    def _short_of_quantity(self) -> set[PortfolioId]:
        """Answer the portfolios whose exits rest at the broker at a price that trades, for want of shown quantity."""
        state, resting = self.state, {row.order_id for row in self.broker.orders if row.status is OrderStatus.OPEN}
        found: set[PortfolioId] = set()
        for order in state.books.orders.values():
            if order.purpose is Purpose.EXIT and order.status is OrderStatus.OPEN and order.order_id in resting:
                row = state.master.row(order.instrument)
                bid, ask = state.board.number(row, QuoteColumn.BID), state.board.number(row, QuoteColumn.ASK)
                limit = order.limit_price or 0
                if bid > 0 and (limit <= bid if order.side is Side.SELL else limit >= ask):
                    found.add(order.portfolio_id)
        return found

    def _positions(self) -> "list[Violation]":
        state, now, found = self.state, self.run_now.now, []
        ours: dict[InstrumentId, int] = {}
        cash = 0
        for order in self.checks.orders.values():
            signed = order.request.side.sign * order.filled
            ours[order.request.instrument] = ours.get(order.request.instrument, 0) + signed
            cash -= order.request.side.sign * order.value
        at_broker: dict[InstrumentId, int] = {}
        tagged: dict[InstrumentId, int] = {}
        left: dict[InstrumentId, int] = {}
        blocked = self._blocked() | self._held_over()
        outside_cash = 0
        for row in self.wire.orders:
            signed = row.side.sign * row.filled
            at_broker[row.instrument] = at_broker.get(row.instrument, 0) + signed
            if row.order_id is not None:
                tagged[row.instrument] = tagged.get(row.instrument, 0) + signed
                seen = self.checks.orders.get(row.order_id)
                if seen is None or seen.request.portfolio_id not in blocked:
                    left[row.instrument] = left.get(row.instrument, 0) + signed
            else:
                outside_cash -= row.side.sign * row.value
        for instrument in sorted({*ours, *at_broker}):
            our_net, theirs = ours.get(instrument, 0), at_broker.get(instrument, 0)
            if our_net != tagged.get(instrument, 0):
                words = f"{instrument}: our fills {our_net:+d}, the broker's {tagged.get(instrument, 0):+d}"
                found.append(Violation(11, now, words))
            outside = state.books.of(ACCOUNT).outside.get(instrument, 0)
            if our_net + outside != theirs and instrument not in self.checks.drift:
                found.append(
                    Violation(11, now, f"{instrument}: {our_net:+d} and {outside:+d} outside, {theirs:+d} there")
                )
            over = left.get(instrument, 0) - self.checks.expired.get(instrument, 0)
            if over:
                found.append(Violation(33, now, f"{instrument}: {over:+d} are left at the broker"))
        if cash + outside_cash != self.broker.cash:
            found.append(
                Violation(15, now, f"cash {cash} and {outside_cash} outside, {self.broker.cash} at the broker")
            )
        return found

    def _outcome(self, violation: Violation | None) -> Outcome:
        faults = Counter(self.injected)
        faults.update(self.broker.faults_injected)
        log = sha256(self.journal.head().encode())
        log.update(repr(self.wire.log).encode())
        return Outcome(
            seed=self.plan.seed,
            violation=violation,
            facts=self.journal.count(),
            orders=self.wire.posts,
            trades=sum(1 for order in self.checks.orders.values() if order.filled),
            portfolios=len(self.checks.portfolios),
            power_losses=self.power_losses,
            faults={kind: count for kind, count in sorted(faults.items()) if count},
            log=log.hexdigest(),
        )


def _dice(seed: int, stream: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, stream]))


def live(seed: int, rules: MarketRules) -> Outcome:
    """Live the day of a seed and answer what it came to."""
    return Day(day_plan(seed, rules), rules).run()
