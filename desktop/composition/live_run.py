"""A run on wall time: Zerodha's gateway, or a practice server's, joined with the engine and its journal."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from brokers.definition import Surroundings
from brokers.errors import BrokerError, SessionLostError
from brokers.live_line import LiveLine
from brokers.paper.gateway import PaperBroker
from brokers.registry import broker_named
from brokers.zerodha.session import Session
from brokers.zerodha.settings import ZerodhaSettings
from desktop.composition.broker_questions import asking_with
from desktop.composition.desk_choice import PRACTICE, PRACTICE_ZERODHA, DeskChoice, DeskEars
from desktop.composition.failures import MisuseError
from desktop.composition.journal_past import JournalPast
from desktop.composition.live_contracts import rows_with_quotes, with_traded
from desktop.composition.live_exchange import LiveExchange, PracticeZerodha, Zerodha
from desktop.composition.live_history import Past, Stretch, past_of, stretch_before, worth_asking
from desktop.composition.markets import SIMULATED
from desktop.composition.opening import PaperChoice, close_paper_brokers, hours_by, open_paper_broker
from desktop.composition.volatility import keeping, volatility_history
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant, ist_date
from engine.domain.instrument import Instrument
from engine.domain.market_rules import MarketRules
from engine.domain.multileg.states import KillLevel
from engine.domain.settings.account import Account
from engine.domain.settings.hierarchy import Hierarchy, with_defaults, with_limits
from engine.ports.broker import OrderGateway
from engine.ports.live import LiveErrors, LiveGateway
from engine.runtime.arrivals import ArrivedFrames
from engine.runtime.bars import MinuteBars
from engine.runtime.engine import Engine
from engine.runtime.engine_journal import EngineJournal
from engine.runtime.live_account import LiveAccount
from engine.runtime.live_side import LiveSide
from engine.runtime.run import SimulatedBroker, SimulatedRun
from engine.runtime.snapshots import state_from_journal
from engine.views.alerts import AlertWatch

_MARKET = "zerodha"
"""What the record of past volatilities calls the real market."""


class _Joint(msgspec.Struct, frozen=True):
    """What all lines of a run share."""

    master: ContractMaster
    lineage: str
    frames: ArrivedFrames
    is_killed: Callable[[], bool]


class LiveRun:
    """Opens a live run on a journal, and closes what stands behind it once the engine has stopped."""

    def __init__(self, choice: DeskChoice, rules: MarketRules, ears: DeskEars, lineage: Callable[[], str]) -> None:
        self.choice = choice
        self._rules = rules
        self._ears = ears
        self._lineage = lineage
        self._paper = PaperChoice(journal=choice.journal, latency=choice.latency, slippage=choice.slippage)
        self._papers: dict[AccountId, PaperBroker] = {}
        self.exchange: LiveExchange | None = None

    def close(self) -> None:
        """Close paper books and the practice server. Raises FailureError where books cannot be written."""
        papers, self._papers = self._papers, {}
        exchange, self.exchange = self.exchange, None
        try:
            close_paper_brokers(papers, self._paper)
        finally:
            if exchange is not None:
                exchange.close()

    def open(self, opened: EngineJournal) -> SimulatedRun:
        """Answer the run, its session open and its gateways to be opened by the service. Raises expected troubles."""
        choice, rules, past = self.choice, self._rules, JournalPast(opened.journal)
        is_practice = choice.broker == PRACTICE_ZERODHA
        exchange = self.exchange = PracticeZerodha(choice, self._ears.say) if is_practice else Zerodha(choice)
        exchange.open(past.last_at or Instant(0))
        hierarchy, default = _hierarchy(choice), choice.account
        now = exchange.clock.now()
        first = next(one for one in hierarchy.accounts if one.id == default)
        found = exchange.contracts(first, ist_date(now), rules)
        found = with_traded(found, past.contracts(), exchange.contracts_folder, rules, ist_date(now))
        history = volatility_history(SIMULATED if is_practice else _MARKET)
        self._ears.warn((*found.notes, *history.problems))
        state = state_from_journal(opened.journal, found.master, rules, history.history)
        lineage = state.books.lineage or self._lineage()
        frames = ArrivedFrames()
        joint = _Joint(found.master, lineage, frames, lambda: state.books.kill_level >= KillLevel.NO_OPENINGS)
        lines = {AccountId(one.id): self._line(one, joint) for one in hierarchy.accounts}
        live = [one for one in lines.values() if isinstance(one, LiveAccount)]
        rows, unquoted = rows_with_quotes(found.master, past.contracts())
        self._ears.warn((unquoted,) if unquoted else ())
        engine = Engine(state, opened.journal, (AlertWatch(self._ears.offer),), space=opened.space)
        others = {account: line for account, line in lines.items() if account != default}
        side = LiveSide(exchange.clock, live, LiveErrors(BrokerError, SessionLostError), self._ears.say, rows)
        run = SimulatedRun(engine, frames, lines[default], others, side)
        run.past_bars = self._told_past(engine, first, past)
        if choice.journal is not None:
            run.keep_volatility(keeping(SIMULATED if is_practice else _MARKET, self._ears.say))
        begin = Instant(max(now, state.books.last_fact_at))
        run.open_session(
            begin,
            default,
            lineage,
            choice.limits,
            exchange.stale_after,
            hierarchy,
            real_money=exchange.real_money,
        )
        return run

    def _told_past(self, engine: Engine, account: Account, journal: JournalPast) -> MinuteBars:
        """Let the engine know what the market did before this run, and answer today's bars for the charts."""
        exchange, master = self.exchange, engine.state.master
        assert exchange is not None  # opened before the engine
        bars = MinuteBars(len(master))
        stretch = stretch_before(self._rules, exchange.clock.now())
        session = exchange.session(account)
        if stretch is None or session is None:
            return bars
        asked = worth_asking(master, tuple(journal.contracts()))
        found = asyncio.run(_past(exchange.settings(account), session, master, asked, stretch))
        for frame in found.before:
            engine.see_before(frame)
        for frame in found.today:
            engine.see_past(frame)
            bars.take(frame)
        for sentence in found.problems:
            self._ears.say(sentence)
        return bars

    def _line(self, account: Account, joint: "_Joint") -> SimulatedBroker:
        account_id = AccountId(account.id)
        if account.broker == "paper":
            broker = self._papers[account_id] = open_paper_broker(self._paper, joint.master, self._rules, account)
            return broker
        assert self.exchange is not None  # opened before any account
        line = LiveAccount(account_id, self.exchange.clock, joint.frames, self._ears.say)
        live = LiveLine(clock=self.exchange.clock, listener=line, secrets=self.exchange.secrets(account_id))
        around = Surroundings(
            account=account_id,
            contracts=joint.master,
            hours=hours_by(self._rules),
            live=live,
            ours=lambda tag: tag.startswith(joint.lineage),
        )
        definition = broker_named(account.broker)
        gateway = definition.open(self.exchange.settings(account), around)
        line.attach(_live(gateway), joint.is_killed)
        return line


async def _past(
    settings: ZerodhaSettings,
    session: Session,
    master: ContractMaster,
    asked: Sequence[Instrument],
    stretch: Stretch,
) -> Past:
    async with asking_with(settings, session) as questions:
        return await past_of(questions, master, asked, stretch)


def _live(gateway: OrderGateway) -> LiveGateway:
    if not isinstance(gateway, LiveGateway):
        raise BrokerError(f"{gateway.capabilities.name} does not trade on wall time; choose another broker")
    return gateway


def _hierarchy(choice: DeskChoice) -> Hierarchy:
    """Answer the accounts of a live run. Raises MisuseError where none of them is a live one."""
    if choice.broker == PRACTICE_ZERODHA:
        practising = Account(id=PRACTICE, alias="Practice Kite", broker="zerodha")
        return with_limits(with_defaults(Hierarchy(accounts=(practising,)), PRACTICE), choice.limits)
    asked = choice.hierarchy or Hierarchy()
    first = next((one for one in asked.accounts if one.broker == choice.broker), None)
    if first is None or first.id != choice.account:
        raise MisuseError(
            f"The default account must trade at {choice.broker}: add one with legwork accounts add NAME "
            f"broker={choice.broker}"
        )
    return with_limits(with_defaults(asked, first.id), choice.limits)
