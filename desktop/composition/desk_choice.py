"""What a window is asked to stand on, and who hears what its run says."""

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from desktop.composition.accounts import PAPER
from desktop.composition.curves import Curves
from desktop.composition.markets import MarketChoice
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND
from engine.domain.profit_curve import Noted
from engine.domain.settings.hierarchy import Hierarchy
from engine.domain.settings.risk_limits import RiskLimits
from engine.views.alerts import Alert

PAPER_TRADING: Final = "paper"
ZERODHA: Final = "zerodha"
PRACTICE_ZERODHA: Final = "practice-zerodha"

TRADED_AT: Final = (PAPER_TRADING, ZERODHA, PRACTICE_ZERODHA)
"""What ``--broker`` takes."""

PRACTICE: Final = AccountId("PRACTICE")
"""The one account of a practice server."""


class DeskEars(Protocol):
    """Who hears what a run says beside its facts; each call comes from any thread and returns at once."""

    def begin(self) -> None:
        """Hear that the run begins to open, which takes seconds."""
        ...

    def say(self, sentence: str) -> None:
        """Hear a sentence for the message log."""
        ...

    def warn(self, sentences: Sequence[str]) -> None:
        """Hear what makes the journal's place or the record of volatilities unwise, once, while the run opens."""
        ...

    def offer(self, alerts: Sequence[Alert]) -> None:
        """Hear alerts for the trader's services."""
        ...

    def begin_curves(self, curves: Curves) -> None:
        """See the profit curves, which hold those of before, once, while the run opens."""
        ...

    def note(self, noted: Noted) -> None:
        """Hear what was noted of profits, after the curves took it."""
        ...


class DeskChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What the window was asked to stand on. ``latency`` in µs one way, ``slippage`` in ticks, of the paper exchange.

    ``journal`` is a path or URL; None keeps everything in memory, for pictures and tests. ``market`` and ``speed`` are
    those of the market that is played, and of a practice server that is started.
    """

    broker: str = PAPER_TRADING
    """Whose accounts trade: ``paper`` on a market that is played, ``zerodha``, or ``practice-zerodha``."""
    practice_server: str | None = None
    """The address of a practice server that somebody else started; None starts one."""
    market: MarketChoice = MarketChoice(step=SECOND)
    journal: str | None = None
    speed: float = 1.0
    latency: int = 50_000
    slippage: int = 1
    limits: RiskLimits = RiskLimits()
    hierarchy: Hierarchy | None = None
    """Accounts and strategy tags; None for the default account alone."""
    engine_process: bool = False
    """Run the engine in a process of its own, so that no window keeps an order waiting."""

    @property
    def is_live(self) -> bool:
        """Say whether brokers on wall time trade."""
        return self.broker != PAPER_TRADING

    @property
    def practises(self) -> bool:
        """Say whether a practice server trades."""
        return self.broker == PRACTICE_ZERODHA

    @property
    def account(self) -> AccountId:
        """The default account."""
        if self.broker == PRACTICE_ZERODHA:
            return PRACTICE
        accounts = () if self.hierarchy is None or not self.is_live else self.hierarchy.accounts
        return AccountId(accounts[0].id) if accounts else PAPER
