"""One seeded day on simulated time: engine, accounts with their brokers, market, faults and checks."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256

import msgspec

from brokers.simulated.market import SimulatedMarket
from desktop.verification import deeds
from desktop.verification.account_line import AccountLine, dice_of, paper_broker
from desktop.verification.at_rest import AtRest
from desktop.verification.deed_draws import EDITS, OF_POSITIONS, Action, Deed
from desktop.verification.edit_deeds import Editor
from desktop.verification.findings import Broken, Findings
from desktop.verification.plan import DayPlan, day_plan, opens_on
from desktop.verification.power import BreakableJournal, Breaker, Moment, Outage, PowerLoss
from desktop.verification.quotes import DisturbedMarket, SeenMarket, TriggerChecks
from desktop.verification.venue import Venue
from engine.core.pipeline import EngineFault
from engine.core.state import EngineState
from engine.core.verification.invariants import FactChecks
from engine.core.verification.restart_checks import differences
from engine.core.verification.violations import Violation
from engine.domain import facts as f
from engine.domain.commands import EditPortfolio
from engine.domain.facts.codec import decode
from engine.domain.identifiers import PortfolioId
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.states import ACTIVE
from engine.domain.order import OrderStatus, OrderTransitionError
from engine.runtime.engine import Engine
from engine.runtime.run import SimulatedRun
from engine.runtime.snapshots import keep_snapshot, state_from_journal

LINEAGE = "V01"
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

    lasts: int = 385 * MINUTE
    """How long the last day goes on after it opened, in µs."""
    last_look: int = 2 * MINUTE
    """How long books that are asked for at the end may take."""

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
        dice = dice_of(plan.seed, 2)
        disturbed = DisturbedMarket(self._market, dice, plan.wrong_prints, self.injected, plan.faults_end)
        disturbed.held = self._held_rows
        self.market: SeenMarket = self._seen(disturbed)
        self.breaker = Breaker(plan.outages)
        self.checks = FactChecks(self._market.master)
        self.triggers = TriggerChecks(self.checks, self.market)
        self.lines = [self._line(number) for number in range(len(plan.accounts))]
        self.journal = BreakableJournal()
        self.journal.breaker = self.breaker
        self.power_losses = 0
        self._editor = Editor()
        self._in_flight: list[Action] = []
        """Edits that wait for an order which is on its way."""
        self._unmade: list[Action] = []
        """Edits that wait for a portfolio which runs."""
        self._answers: list[EditPortfolio] = []
        """What the trader answers at once to what he was just asked."""
        self._snapshot_after = _SNAPSHOT_EVERY
        self._is_ahead = False
        """Whether the state knows more than the journal, because the power failed before it was written."""
        self.run_now = self._run(self._new_state(), plan.opens)

    def _line(self, number: int) -> AccountLine:
        plan = self.plan
        line = AccountLine(
            plan.accounts[number],
            number,
            plan.seed,
            self._broker(number),
            self._market.master,
            self.checks,
            self.findings,
            self.breaker,
            self.injected,
        )
        line.wire.catch_up = self.catch_up
        return line

    def _seen(self, market: DisturbedMarket) -> SeenMarket:
        """Answer the market as the engine sees it."""
        return market

    def _broker(self, number: int) -> Venue:
        """Answer the broker of an account."""
        return paper_broker(self.plan.accounts[number], number, self.plan.seed, self.rules, self._market.master)

    def _run(self, state: EngineState, at: Instant) -> SimulatedRun:
        first, *others = self.lines
        gateways = {line.account: line.wire for line in others}
        return SimulatedRun(self._engine(state, at), self.market, first.wire, gateways)

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
        ends = Instant(opens_on(self.plan.days[-1]) + self.lasts)
        self._with_power(self._open)
        self._play([*self._opening_actions(), *self.plan.actions], ends)
        # While nothing is alive nobody reads the books: the next look must find what was traded outside meanwhile.
        self.breaker.stay_on()
        for line in self.lines:
            line.wire.ask_books(line.account)
        self._play([], Instant(max(ends, self.run_now.now) + self.last_look))
        self.findings.take(self._at_the_end())

    def _play(self, actions: list[Action], ends: Instant) -> None:
        while True:
            due = self._next_due(min(actions[0].at, ends) if actions else ends)
            if actions and (due is None or actions[0].at <= due):
                action = actions.pop(0)
                self._with_power(partial(self._act, action))
            elif due is None or due >= ends:
                break
            else:
                self._with_power(partial(self._step, due))

    def _next_due(self, horizon: Instant) -> Instant | None:
        """Answer when the engine has something to do next; nobody asks for what comes after ``horizon``."""
        del horizon
        return self.run_now.next_due()

    def _opening_actions(self) -> list[Action]:
        return [Action(at=self.opens, deed=Deed.ADD_AGAIN, pick=number) for number in range(len(self.plan.portfolios))]

    def _with_power(self, work: Callable[[], None]) -> None:
        try:
            work()
        except PowerLoss as loss:
            self._restart(loss.moment)

    def _open(self) -> None:
        at = max(self.opens, self.run_now.now)
        stale_after, first = self.plan.step * 5 // 2, self.plan.accounts[0]
        self.run_now.open_session(at, first.account, LINEAGE, first.declared.limits, stale_after, self.plan.hierarchy())
        self.catch_up()

    def _act(self, action: Action) -> None:
        at = max(action.at, self.run_now.now)
        line = self.lines[action.pick // 5 % len(self.lines)]
        if action.deed is Deed.TRADE_OUTSIDE:
            line.broker.at(at)
            traded = deeds.trade_outside(line.broker, self.state, line.account, action.pick)
            self.injected["external_trade"] += traded
        elif action.deed is Deed.BROKER_CANCELS:
            line.broker.at(at)
            self.injected["broker_cancels"] += deeds.cancel_outside(line.broker, action.pick)
        elif action.deed is Deed.EDIT_IN_FLIGHT:
            self._in_flight.append(action)
        elif action.deed in EDITS:
            self._edit(action)
        else:
            self._command(action)
        self._step(at)

    def _command(self, action: Action) -> None:
        command = deeds.command_of(action, self.state, self.plan)
        if command is None:
            return
        if action.deed is Deed.RESUME:
            chosen = deeds.chosen(action, self.plan.portfolios)
            self.checks.resumed_by_hand.add(deeds.copy_of(self.state, chosen, action.pick))
        if action.deed is Deed.PART_EXIT and action.pick % 2:
            self._confirms(deeds.chosen(action, self.plan.portfolios))
        self.run_now.submit(command)
        if action.deed in OF_POSITIONS and action.pick % 4 == 0:
            # Between any two facts of what follows, or with its order on the wire.
            moment = tuple(Moment)[action.pick // 4 % len(Moment)]
            self.breaker.fail_next(Outage(moment=moment, number=action.pick // 16 % 4 + 1, lasts=30 * SECOND))

    def _edit(self, action: Action) -> None:
        active = [run for run in self.state.alive() if run.state in ACTIVE]
        if not active and action.pick % 4 and action not in self._unmade:
            self._unmade.append(action)
            return
        portfolio_id = deeds.chosen(action, self.plan.portfolios)
        if active:
            run = active[action.pick % len(active)]
            # Half of the time one copy alone, half of the time all copies at once.
            portfolio_id = run.parent or run.portfolio_id if action.pick % 2 else run.portfolio_id
        edit = self._editor.edit(action, self.state, portfolio_id)
        if edit is not None:
            self.injected["edits"] += 1
            self._says(edit)
            if action.deed is Deed.EDIT_AT_POWER_LOSS:
                moment = (Moment.BEFORE_WRITING, Moment.AFTER_WRITING)[action.pick // 3 % 2]
                self.breaker.fail_next(Outage(moment=moment, number=1, lasts=(2, 30, 400)[action.pick % 3] * SECOND))

    def _says(self, edit: EditPortfolio) -> None:
        if edit.confirmed:
            self._confirms(edit.portfolio_id)
        self.run_now.submit(lambda at: msgspec.structs.replace(edit, at=at))

    def _confirms(self, portfolio_id: PortfolioId) -> None:
        self.checks.confirmed_by_hand.update(self.state.books.families.get(portfolio_id, [portfolio_id]))

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
        self.findings.take(self.checks.held_up(self.state))
        self._answer(at)

    def _answer(self, at: Instant) -> None:
        """Let the trader answer what he was asked, and make the edits that waited for an order on its way."""
        answers, self._answers = self._answers, []
        for edit in answers:
            self._says(edit)
        under_way = (OrderStatus.NEW, OrderStatus.SENT)
        if self._in_flight and any(order.status in under_way for order in self.state.books.orders.values()):
            self.injected["edits_in_flight"] += len(self._in_flight)
            for action in self._in_flight:
                self._edit(action)
            self._in_flight.clear()
        if self._unmade and any(run.state in ACTIVE for run in self.state.alive()):
            self._edit(self._unmade.pop(0))
        if self.run_now.inbox:
            self._step(at)

    def catch_up(self) -> None:
        """Let the checks see the facts that are in the journal by now."""
        journal, state = self.journal, self.state
        if journal.count() == self.checks.seen:
            return
        for entry in journal.entries(self.checks.seen):
            fact = decode(entry.body)
            self.findings.take(self.triggers.fired(state, fact))
            for line in self.lines:
                self.findings.take(line.wire.told(fact))
            self.findings.take(self._truth_of(fact))
            self.findings.take(self.checks.see(fact))
            if isinstance(fact, f.ConfirmationWanted) and fact.command == "edit_portfolio":
                answer = self._editor.answer(fact.portfolio_id, fact.at)
                self._answers += [] if answer is None else [answer]
        if not self._is_ahead:
            self.findings.take(self.checks.unprotected(state))

    def _truth_of(self, fact: f.AnyFact) -> Iterable[Violation]:
        """Answer what is untrue about a fact, for brokers whose truth can be looked at besides their words."""
        del fact
        return ()

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
        for line in self.lines:
            line.broker.hang_up()
        up_again = Instant(self.run_now.now + outage.lasts)
        self._live_on(up_again)
        state = state_from_journal(self.journal, self._market.master, self.rules)
        self.run_now = self._run(state, up_again)
        self.run_now.now = up_again
        self.catch_up()
        self.findings.take(self._kill_switch_kept())
        self._with_power(self._open)

    def _live_on(self, until: Instant) -> None:
        """Let market and brokers live while no engine runs."""
        while (at := self.market.next_at) is not None and at <= until:
            frame = self.market.take_next()
            for line in self.lines:
                line.wire.take_quotes(frame)
        for line in self.lines:
            line.live_on(until)

    def _kill_switch_kept(self) -> list[Violation]:
        level, journaled = self.state.books.kill_level, self.checks.kill_level
        if level is journaled:
            return []
        return [Violation(27, self.run_now.now, f"level {level} now, {journaled} in the journal")]

    def _replayed(self, lived: EngineState, moment: Moment | None) -> list[Violation]:
        if moment is Moment.BEFORE_WRITING:
            return []  # What was decided last was never written, and nothing came of it.
        replayed = state_from_journal(self.journal, self._market.master, self.rules)
        different = differences(lived.books, replayed.books)
        words = f"different after {self.journal.count()} facts: {', '.join(different)}"
        return [Violation(32, lived.now, words)] if different else []

    # --- the end -----------------------------------------------------------------------------------------------------

    def _at_the_end(self) -> list[Violation]:
        found = self._replayed(self.state, None)
        return [*found, *AtRest(self.state, self.run_now.now, self.checks, self.lines).violations()]

    def _outcome(self, violation: Violation | None) -> Outcome:
        faults = Counter(self.injected)
        log = sha256(self.journal.head().encode())
        for line in self.lines:
            faults.update(line.broker.faults_injected)
            log.update(repr(line.wire.log).encode())
        return Outcome(
            seed=self.plan.seed,
            violation=violation,
            facts=self.journal.count(),
            orders=sum(line.wire.posts for line in self.lines),
            trades=sum(1 for order in self.checks.orders.values() if order.filled),
            portfolios=len(self.checks.portfolios),
            power_losses=self.power_losses,
            faults={kind: count for kind, count in sorted(faults.items()) if count},
            log=log.hexdigest(),
        )


def live(seed: int, rules: MarketRules) -> Outcome:
    """Live the day of a seed and answer what it came to."""
    return Day(day_plan(seed, rules), rules).run()
