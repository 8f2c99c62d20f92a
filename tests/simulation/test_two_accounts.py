"""Days on two paper accounts: trouble of one, a kill with both, limits, and the files that each keeps."""

from decimal import Decimal

import numpy as np

from brokers.definition import Surroundings
from brokers.paper.faults import CERTAIN, FaultPlan
from brokers.paper.gateway import PaperBroker
from brokers.simulated.market import SimulatedMarket
from desktop.composition.headless import HeadlessRun, play
from desktop.composition.markets import MarketChoice
from desktop.composition.opening import paper_books
from engine.core.verification.restart_checks import differences
from engine.domain.commands import AddPortfolio, TripKillSwitch
from engine.domain.facts import AccountHalted, OrderMoved, TagHalted
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant
from engine.domain.multileg.states import ExitReason, KillLevel, PortfolioState
from engine.domain.order import OrderStatus
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy, with_defaults
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag, TagMember
from engine.runtime.engine import Engine
from engine.runtime.journal.memory import MemoryJournal
from engine.runtime.markets import FrameStream
from engine.runtime.run import SimulatedRun
from engine.runtime.snapshots import state_from_journal
from engine.schema.declared import replace
from tests.helpers.simulated_desk import at, facts_of, portfolio, rules, run_until

FIRST, OTHER = AccountId("PAPER"), AccountId("OTHER")
STEP = 15 * SECOND
OPENS = at(9, 15)


def accounts(other=None, **tag):
    """Answer two accounts and a tag over both, the second with twice the lots."""
    members = (TagMember(account=FIRST), TagMember(account=OTHER, multiplier=2))
    declared = (Account(id=FIRST), other or Account(id=OTHER))
    return with_defaults(Hierarchy(accounts=declared, tags=(StrategyTag(name="BOTH", members=members, **tag),)), FIRST)


class TwoAccounts:
    """One market and two brokers that live on while the engine is killed and started again."""

    def __init__(self, hierarchy, other_faults=None):
        self.hierarchy, self.journal = hierarchy, MemoryJournal()
        market = SimulatedMarket(
            rules(), start=OPENS, seed=1, underlyings=("NIFTY",), expiries=1, strikes_each_side=10, step=STEP
        )
        self.master, self.frames = market.master, FrameStream(market.frames(None))
        dice = np.random.Generator(np.random.PCG64(1))
        self.brokers = {
            FIRST: PaperBroker(Surroundings(account=FIRST, contracts=self.master)),
            OTHER: PaperBroker(Surroundings(account=OTHER, contracts=self.master), faults=other_faults, dice=dice),
        }
        self.start(OPENS)

    def start(self, now):
        """Start an engine on the journal, as a process does."""
        state = state_from_journal(self.journal, self.master, rules())
        engine = Engine(state, self.journal)
        self.run = SimulatedRun(engine, self.frames, self.brokers[FIRST], {OTHER: self.brokers[OTHER]})
        self.run.open_session(now, FIRST, "TWO01", RiskLimits(), 4 * STEP, self.hierarchy)

    def add(self, **changes):
        """Add the hedged straddle under the tag of both accounts and arm it."""
        declared = replace(portfolio(), tag="BOTH", **changes)
        self.run.submit(lambda now: AddPortfolio(at=now, portfolio=declared, start=True))

    def of(self, account):
        """Answer the portfolio of an account."""
        return next(run for run in self.run.state.books.portfolios.values() if run.account == account)

    def held(self, account):
        """Answer what an account's broker says we hold."""
        return {one.instrument: one.net_quantity for one in self.brokers[account].positions if one.net_quantity}


def test_one_account_rejects_everything_and_the_other_goes_on():
    day = TwoAccounts(accounts(), FaultPlan(random_reject=CERTAIN))
    day.add()

    facts = run_until(day.run, at(15, 20))

    first, other = day.of(FIRST), day.of(OTHER)
    assert first.state is PortfolioState.COMPLETED
    assert other.state is PortfolioState.REJECTED
    assert all(leg.bought_quantity == leg.sold_quantity > 0 for leg in first.legs)
    refused = {fact.order_id for fact in facts if isinstance(fact, OrderMoved) and fact.status is OrderStatus.REJECTED}
    assert {day.run.state.books.orders[one].account for one in refused} == {OTHER}
    assert day.held(FIRST) == day.held(OTHER) == {}


def test_both_accounts_trade_their_own_quantities():
    day = TwoAccounts(accounts())
    day.add()

    run_until(day.run, at(9, 30))

    first, other = day.held(FIRST), day.held(OTHER)
    assert first
    assert other == {instrument: 2 * quantity for instrument, quantity in first.items()}
    assert day.of(FIRST).parent == day.of(OTHER).parent == "P1"


def test_a_kill_and_a_restart_with_both_accounts_loses_nothing():
    day = TwoAccounts(accounts())
    day.add()
    run_until(day.run, at(10, 0))
    lived, before = day.run.state.books, (day.held(FIRST), day.held(OTHER))

    for broker in day.brokers.values():
        broker.hang_up()
    replayed = state_from_journal(day.journal, day.master, rules()).books
    day.start(day.run.now)
    run_until(day.run, Instant(day.run.now + 60 * SECOND))
    recovered = [day.run.state.books.of(account).recovering for account in (FIRST, OTHER)]
    run_until(day.run, at(15, 20))

    assert differences(lived, replayed) == []
    assert before[0]
    assert recovered == [False, False]
    assert day.held(FIRST) == day.held(OTHER) == {}
    assert not any(account.drift for account in day.run.state.books.accounts.values())


def test_the_loss_limit_of_one_account_closes_it_alone_and_reaches_its_broker():
    limited = Account(id=OTHER, limits=RiskLimits(daily_loss=Decimal(3_000)))
    day = TwoAccounts(accounts(limited))
    day.add(stop=None, target=None, profit_lock=None, move_to_cost=None)

    facts = run_until(day.run, at(15, 14))

    (halt,) = [fact for fact in facts if isinstance(fact, AccountHalted)]
    assert halt.account == OTHER
    assert day.of(OTHER).exit_reason is ExitReason.USER_LIMIT
    assert day.of(FIRST).exit_reason is not ExitReason.USER_LIMIT
    assert day.held(OTHER) == {}


def test_a_tags_limit_closes_both_accounts():
    day = TwoAccounts(accounts(max_loss=Decimal(3_000)))
    day.add(stop=None, target=None, profit_lock=None, move_to_cost=None)

    facts = run_until(day.run, at(15, 14))

    assert [fact.name for fact in facts if isinstance(fact, TagHalted)] == ["BOTH"]
    assert day.of(FIRST).exit_reason is day.of(OTHER).exit_reason is ExitReason.TAG_LIMIT
    assert day.held(FIRST) == day.held(OTHER) == {}


def test_the_kill_switch_flattens_both_accounts():
    day = TwoAccounts(accounts())
    day.add()
    run_until(day.run, at(9, 40))

    day.run.submit(lambda now: TripKillSwitch(at=now, level=KillLevel.FLATTEN, reason="enough"))
    day.run.step(day.run.now)
    run_until(day.run, at(9, 50))

    assert day.of(FIRST).exit_reason is day.of(OTHER).exit_reason is ExitReason.KILL
    assert day.held(FIRST) == day.held(OTHER) == {}


def test_two_runs_with_two_accounts_are_equal_byte_for_byte():
    days = [TwoAccounts(accounts()) for _ in range(2)]
    for day in days:
        day.add()
        run_until(day.run, at(9, 45))

    assert days[0].journal.head() == days[1].journal.head()
    assert facts_of(days[0].run)


def test_each_paper_account_keeps_its_own_file_and_goes_on_with_it(tmp_path):
    journal = str(tmp_path / "journal.sqlite")
    declared = (replace(portfolio(), tag="BOTH"),)

    def until(hour, minute):
        choice = MarketChoice(until=at(hour, minute), underlyings=("NIFTY",), expiries=1, step=STEP)
        return play(HeadlessRun(market=choice, portfolios=declared, journal=journal, hierarchy=accounts()))

    until(9, 30)
    files = [paper_books(journal, account) for account in (FIRST, OTHER)]
    after_the_entry = [file.stat().st_size for file in files]
    report = until(15, 20)

    assert [file.name for file in files] == ["journal.sqlite.paper", "journal.sqlite.OTHER.paper"]
    assert all(size > 0 for size in after_the_entry)
    assert len(report.document["portfolios"]) == 2
