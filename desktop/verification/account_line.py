"""One account of a day: its broker, the tapped line to it, and the late news of its fills."""

from collections import Counter

import numpy as np

from brokers.definition import Surroundings
from brokers.paper.gateway import PaperBroker
from brokers.paper.settings import PaperSettings
from desktop.verification.account_draws import AccountPlan
from desktop.verification.findings import Findings
from desktop.verification.late_fills import LateFills
from desktop.verification.power import Breaker
from desktop.verification.venue import Venue
from desktop.verification.wire import Wire
from engine.core.verification.invariants import FactChecks
from engine.domain.contract_master import ContractMaster
from engine.domain.identifiers import AccountId
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.market_rules import MarketRules

_FAULTS, _LATE = 3, 4
"""Streams of numbers that an account draws from; those of a further account lie ten higher."""


class AccountLine:
    """One account with all that lies between the engine and its broker; it outlives every engine of the day."""

    def __init__(
        self,
        plan: AccountPlan,
        number: int,
        seed: int,
        broker: Venue,
        contracts: ContractMaster,
        checks: FactChecks,
        findings: Findings,
        breaker: Breaker,
        injected: Counter[str],
    ) -> None:
        self.account: AccountId = plan.account
        self.broker = broker
        late = LateFills(checks, dice_of(seed, _LATE + 10 * number), plan.late_fills, injected)
        self.wire = Wire(plan.account, self.broker, checks, contracts, findings, breaker, late)

    def hang_up(self) -> None:
        """Lose all that is on its way to an engine that is gone."""
        self.broker.hang_up()
        self.wire.late.hang_up()

    def live_on(self, until: Instant) -> None:
        """Let the broker's time go on while no engine listens."""
        self.wire.note_day(until)
        self.broker.take(until)
        self.hang_up()


def paper_broker(
    plan: AccountPlan, number: int, seed: int, rules: MarketRules, contracts: ContractMaster
) -> PaperBroker:
    """Answer the paper broker of an account, with its faults."""

    def hours(instrument: Instrument, at: Instant) -> bool:
        return rules.is_open(instrument.exchange, at)

    settings = PaperSettings(
        funds=plan.funds,
        request_latency=plan.request_latency,
        report_latency=plan.report_latency,
        answer_timeout=plan.answer_timeout,
    )
    around = Surroundings(account=plan.account, contracts=contracts, hours=hours)
    return PaperBroker(around, settings, faults=plan.faults, dice=dice_of(seed, _FAULTS + 10 * number))


def dice_of(seed: int, stream: int) -> np.random.Generator:
    """Answer a stream of numbers of a seed."""
    return np.random.Generator(np.random.PCG64([seed, stream]))
