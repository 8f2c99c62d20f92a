"""Where a live run trades: at Zerodha, or at a practice server that is started with it."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Final, Protocol

from brokers.errors import BrokerError
from brokers.live_line import Secrets
from brokers.zerodha.session import Session, SessionStore
from brokers.zerodha.settings import ZerodhaSettings
from desktop.composition.broker_settings import broker_settings
from desktop.composition.desk_choice import DeskChoice
from desktop.composition.failures import FailureError, MisuseError
from desktop.composition.folders import data_folder, server_file
from desktop.composition.live_clock import FollowedClock, WallClock
from desktop.composition.live_contracts import LiveContracts, contracts_of_day, contracts_of_practice
from desktop.composition.markets import DEMONSTRATION_DAY
from desktop.composition.practice_child import Card, PracticeChild
from desktop.composition.practice_login import PracticeSecrets, clock_of
from desktop.composition.secrets_place import secrets_place
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant, iso_text, ist_instant
from engine.domain.market_rules import MarketRules
from engine.domain.settings.account import Account
from engine.runtime.journal.location import ServerLocation, SqliteLocation, journal_location
from engine.runtime.live_pace import LiveClock
from engine.schema.declared import replace

STALE_AFTER: Final = 5 * SECOND
"""Silence after which the feed of a live market is stale."""

_DAY_BEGINS: Final = time(9, 19)
"""When a fresh practice day opens in the window: a minute before the demonstration enters."""

_UNDERLYINGS: Final = ("NIFTY", "BANKNIFTY")
"""What a practice server lists for a window: it is there in a second then."""

_SLACK: Final = 60 * SECOND
"""How far a clock may stand behind the journal: a server that was killed had not written every second down."""

_QUIET_BOOKS: Final = 120
"""Seconds after which books of a practice server count as proven though nothing happens; Zerodha gets longer."""

_PATIENT: Final = {"silence": 60, "stale_data": 300}
"""Settings of the feed in seconds of the exchange's clock, too short where it hurries, and their largest values."""


class LiveExchange(Protocol):
    """Where the accounts of a live run trade."""

    clock: LiveClock
    real_money: bool
    stale_after: int
    """Silence after which the feed is stale, in µs of the clock."""
    contracts_folder: Path

    def open(self, not_before: Instant) -> None:
        """Make the clock go; ``not_before`` is what the journal has reached. Raises one of the expected troubles."""
        ...

    def settings(self, account: Account) -> ZerodhaSettings:
        """Answer how an account is reached."""
        ...

    def secrets(self, account: AccountId) -> Secrets:
        """Answer where the session of an account lies."""
        ...

    def contracts(self, account: Account, on: date, rules: MarketRules) -> LiveContracts:
        """Answer the contracts of a day. Raises one of the expected troubles where there are none."""
        ...

    def session(self, account: Account) -> Session | None:
        """Answer the session of today; None where somebody has to log in first, or the secrets cannot be read."""
        ...

    def close(self) -> None:
        """Let go of everything; safe to call twice."""
        ...


class Zerodha:
    """Zerodha itself, on the wall's clock."""

    stale_after = STALE_AFTER

    def __init__(self, choice: DeskChoice) -> None:
        self.clock: LiveClock = WallClock()
        self.contracts_folder = data_folder() / "contracts-zerodha"
        accounts = () if choice.hierarchy is None else choice.hierarchy.accounts
        # An address on this machine is a practice server's, whatever the account is called.
        self.real_money = not all(_is_local(self.settings(one).root) for one in accounts if one.broker == "zerodha")

    def open(self, not_before: Instant) -> None:
        """Refuse to trade before the journal's end. Raises FailureError."""
        _refuse_earlier(self.clock.now(), not_before, "the clock of this computer shows")

    def settings(self, account: Account) -> ZerodhaSettings:
        """Answer what the trader set for an account."""
        found = broker_settings(account).load()
        assert isinstance(found, ZerodhaSettings)  # its broker declares them
        return found

    def secrets(self, account: AccountId) -> Secrets:  # noqa: ARG002 - one place for all accounts.
        """Answer the trader's place for secrets."""
        return _TradersSecrets()

    def contracts(self, account: Account, on: date, rules: MarketRules) -> LiveContracts:
        """Answer the day's list, or the newest there is."""
        return contracts_of_day(self.settings(account), self.session(account), self.contracts_folder, on, rules)

    def session(self, account: Account) -> Session | None:
        """Answer the session that the trader's login left."""
        try:
            return _store(self, account).session(self.clock.now())
        except BrokerError:
            return None  # Opening the account says it.

    def close(self) -> None:
        """Do nothing."""


class PracticeZerodha:
    """A practice server: a child of this process, or one that somebody else started; its clock is followed."""

    real_money = False

    def __init__(self, choice: DeskChoice, say: Callable[[str], None]) -> None:
        self._choice = choice
        self._say = say
        self._clock = FollowedClock(choice.speed)
        self._child: PracticeChild | None = None
        self._root = choice.practice_server or ""
        self._key = "practicekey", "practicesecret"
        self._secrets: dict[AccountId, PracticeSecrets] = {}
        self.clock: LiveClock = self._clock
        self.stale_after = int(STALE_AFTER * max(1.0, choice.speed))
        self.contracts_folder = data_folder() / "contracts-practice-zerodha"

    @property
    def child_id(self) -> int | None:
        """The number of the server's process; None where somebody else started it."""
        return None if self._child is None else self._child.process_id

    def open(self, not_before: Instant) -> None:
        """Start the server where nobody else did, and follow its clock."""
        if self._choice.practice_server is None:
            card = self._started()
            self._root, self._key = card.root, (card.api_key, card.api_secret)
        now = clock_of(self._root, self._choice.speed)
        _refuse_earlier(now, not_before, f"the practice server {self._root} stands at")
        self._clock.not_before(not_before)
        self._clock.follow(now)

    def settings(self, account: Account) -> ZerodhaSettings:  # noqa: ARG002 - a server has one account.
        """Answer how the server is reached; its feed is waited for in seconds of the wall."""
        feed = self._root.replace("http", "ws", 1)
        # Its books are never as far behind as Zerodha's have been.
        found = ZerodhaSettings(
            root=self._root, feed=feed, login_page=f"{self._root}/connect/login", quiet_books=_QUIET_BOOKS
        )
        pace = max(1.0, self._choice.speed)
        patient = {name: min(most, int(getattr(found, name) * pace)) for name, most in _PATIENT.items()}
        patiently: ZerodhaSettings = replace(found, **patient)
        return patiently

    def secrets(self, account: AccountId) -> Secrets:
        """Answer secrets that log in by themselves."""
        if account not in self._secrets:
            settings = self.settings(Account(id=account))
            self._secrets[account] = PracticeSecrets(settings, account, self._key, self._clock)
        return self._secrets[account]

    def contracts(self, account: Account, on: date, rules: MarketRules) -> LiveContracts:
        """Answer what the server lists."""
        session = self.session(account)
        if session is None:
            raise FailureError(f"The practice server at {self._root} gives no session; start it anew")
        return contracts_of_practice(self.settings(account), session, self.contracts_folder, on, rules)

    def session(self, account: Account) -> Session | None:
        """Log in where nobody did since the last look, and answer the session. Raises BrokerError."""
        store = _store(self, account)
        session = store.session(self.clock.now())
        if session is not None:
            # The account is opened with it too: two logins at once are too many requests.
            store.keep_session(session)
        return session

    def close(self) -> None:
        """End the server that was started here; one of somebody else's goes on."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()

    def _started(self) -> Card:
        folder = data_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FailureError(f"{folder} cannot be made: {error.strerror}") from error
        log = folder / "practice-zerodha.log"
        self._child = PracticeChild("zerodha", self._options, log, self._say, self._follow_again)
        return self._child.start()

    def _options(self) -> list[str]:
        choice, market = self._choice, self._choice.market
        options = ["--speed", f"{choice.speed:g}", "--scenario", market.scenario]
        for name in market.underlyings or _UNDERLYINGS:
            options += ["--underlying", name]
        state = practice_state(choice.journal)
        begun = state is not None and state.exists() and state.stat().st_size > 0
        if state is not None:
            options += ["--state", str(state), "--next-session"]
        if not begun:
            # A market that has begun goes on as what it is, from where it stands.
            begin = market.begin or ist_instant(DEMONSTRATION_DAY, _DAY_BEGINS)
            options += ["--seed", str(market.seed), "--from", iso_text(begin)]
        return options

    def _follow_again(self) -> None:
        """Follow the clock of a server that was started again, on the thread that did."""
        try:
            self._clock.follow(clock_of(self._root, self._choice.speed))
        except BrokerError as error:
            self._say(f"{error}; its clock is taken to have gone on")


def practice_state(journal: str | None) -> Path | None:
    """Answer where a practice server keeps its orders: beside the journal they belong to; None for memory only."""
    if journal is None:
        return None
    match journal_location(journal):
        case SqliteLocation(path=path):
            return path.with_name(f"{path.name}.practice")
        case ServerLocation(name=name):
            return server_file(name, "practice")


def _store(exchange: LiveExchange, account: Account) -> SessionStore:
    account_id = AccountId(account.id)
    return SessionStore(exchange.secrets(account_id), account_id)


class _TradersSecrets:
    """The trader's place for secrets, opened anew for every look: a login in another process is seen at once."""

    def read(self, name: str) -> str | None:
        """Answer a secret. Raises BrokerError, also where a passphrase is lacking."""
        return self._place().read(name)

    def write(self, name: str, secret: str) -> None:
        """Keep a secret. Raises BrokerError."""
        self._place().write(name, secret)

    def forget(self, name: str) -> None:
        """Let go of a secret. Raises BrokerError."""
        self._place().forget(name)

    def _place(self) -> Secrets:
        try:
            return secrets_place()
        except (MisuseError, FailureError) as error:
            raise BrokerError(str(error)) from error


def _refuse_earlier(now: Instant, reached: Instant, whose: str) -> None:
    if now + _SLACK < reached:
        raise FailureError(
            f"The journal has reached {iso_text(reached)}, and {whose} {iso_text(now)}. Nothing can be traded in the "
            "past: set it right, or give this window another --journal"
        )


def _is_local(root: str) -> bool:
    return any(host in root for host in ("//127.0.0.1", "//localhost", "//[::1]"))
