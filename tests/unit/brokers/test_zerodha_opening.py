"""Opening an account at Zerodha: login, logout, and what is said where it cannot be opened."""

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from aiohttp import web

from brokers.definition import Surroundings
from brokers.errors import BrokerError, SessionLostError
from brokers.live_line import LiveLine
from brokers.registry import broker_named
from brokers.zerodha.login import LoginError
from brokers.zerodha.opening import fetch_contracts, log_in, log_out, open_zerodha
from brokers.zerodha.session import Credentials, SessionStore
from brokers.zerodha.settings import ZerodhaSettings
from desktop.verification.virtual_time import VirtualClock
from engine.domain.identifiers import AccountId, OrderId
from engine.domain.instant import ist_instant
from engine.domain.money import price_of
from engine.domain.order import OrderStatus, OrderType, Product, Purpose, Side
from engine.domain.reports import ConnectionReport, OrderReport
from engine.ports.broker import PlaceOrder
from engine.schema.declared import Declared
from engine.schema.load import DeclarationError, load
from tests.conformance.zerodha_desk import CONTRACTS, LISTED, Heard
from tests.helpers.kite_server import World, contract_dump, refused

ACCOUNT = AccountId("Z1")
MORNING = ist_instant(date(2026, 8, 18), time(8, 31))
CREDENTIALS = Credentials("key", "secret")
LOGGED_IN = {"user_id": "ZX0001", "access_token": "a1", "login_time": "2026-08-18 08:31:00", "exchanges": ["NFO"]}


class Ring:
    """A place for secrets in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def read(self, name: str) -> str | None:
        return self.kept.get(name)

    def write(self, name: str, secret: str) -> None:
        self.kept[name] = secret

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)


class Desk(World):
    """A world with a place for secrets and a listener."""

    def __init__(self) -> None:
        super().__init__()
        self.ring, self.heard = Ring(), Heard()
        self.line = LiveLine(clock=VirtualClock(self.loop, MORNING), listener=self.heard, secrets=self.ring)
        self.store = SessionStore(self.ring, ACCOUNT)
        self.settings = ZerodhaSettings(root=self.root, feed=self.root.replace("http", "ws"))
        self.kite.ready["/session/token"] = LOGGED_IN
        self.kite.ready["/user/profile"] = {"user_id": "ZX0001"}

    def around(self) -> Surroundings:
        return Surroundings(account=ACCOUNT, contracts=CONTRACTS, live=self.line)


@pytest.fixture
def desk() -> Iterator[Desk]:
    found = Desk()
    yield found
    found.close()


def test_a_login_is_kept_and_opens_the_account(desk: Desk) -> None:
    session = desk.play(log_in(desk.settings, desk.store, MORNING, CREDENTIALS, "request"))
    gateway = open_zerodha(desk.settings, desk.around())

    desk.play(gateway.open())
    desk.play(gateway.close())
    desk.play(gateway.close())

    assert session.user == "ZX0001"
    assert SessionStore(desk.ring, ACCOUNT).credentials() is not None
    assert isinstance(desk.heard.reports[0], ConnectionReport)
    assert desk.heard.reports[0].connected


def test_a_logout_ends_the_session_here_and_there(desk: Desk) -> None:
    desk.play(log_in(desk.settings, desk.store, MORNING, CREDENTIALS, "request"))

    desk.play(log_out(desk.settings, desk.store, MORNING))
    desk.play(log_out(desk.settings, desk.store, MORNING))

    assert SessionStore(desk.ring, ACCOUNT).session(MORNING) is None
    assert [method for method, _ in desk.kite.asked] == ["POST", "DELETE"]


def test_the_days_contracts_are_fetched_into_a_folder(desk: Desk, tmp_path: Path) -> None:
    session = desk.play(log_in(desk.settings, desk.store, MORNING, CREDENTIALS, "request"))
    for exchange in ("NFO", "BFO", "NSE", "BSE"):
        desk.kite.ready[f"/instruments/{exchange}"] = contract_dump(exchange, 1_000)

    found = desk.play(fetch_contracts(desk.settings, session, tmp_path, date(2026, 8, 18)))

    assert (found.rows, found.path.parent) == (4_000, tmp_path)


def test_a_request_token_that_is_too_old_says_what_to_do(desk: Desk) -> None:
    desk.kite.ready["/session/token"] = refused(403, "TokenException", "Token is invalid or has expired.")

    with pytest.raises(LoginError, match="used before, is too old"):
        desk.play(log_in(desk.settings, desk.store, MORNING, CREDENTIALS, "request"))

    assert desk.ring.kept == {}


def test_without_a_session_of_today_the_account_asks_for_a_login(desk: Desk) -> None:
    with pytest.raises(SessionLostError, match="Log in"):
        desk.play(open_zerodha(desk.settings, desk.around()).open())


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (refused(403, "TokenException", "Incorrect `api_key` or `access_token`."), SessionLostError, "log in again"),
        (web.Response(status=502), BrokerError, "not ready"),
    ],
)
def test_an_account_that_cannot_be_proven_is_not_opened(
    desk: Desk, answer: web.Response, error: type[BrokerError], says: str
) -> None:
    desk.play(log_in(desk.settings, desk.store, MORNING, CREDENTIALS, "request"))
    desk.kite.ready["/user/profile"] = answer

    with pytest.raises(error, match=says):
        desk.play(open_zerodha(desk.settings, desk.around()).open())


def test_nobody_there_is_a_sentence(desk: Desk) -> None:
    desk.play(log_in(desk.settings, desk.store, MORNING, CREDENTIALS, "request"))
    settings = ZerodhaSettings(root="http://127.0.0.1:9", feed="ws://127.0.0.1:9")

    with pytest.raises(BrokerError, match="could not be reached"):
        desk.play(open_zerodha(settings, desk.around()).open())


def test_an_order_before_the_account_is_open_is_refused(desk: Desk) -> None:
    gateway = open_zerodha(desk.settings, desk.around())
    order = PlaceOrder(
        account=ACCOUNT,
        order_id=OrderId("LW1"),
        instrument=LISTED.id,
        side=Side.BUY,
        quantity=65,
        product=Product.INTRADAY,
        order_type=OrderType.LIMIT,
        limit_price=price_of("100"),
        purpose=Purpose.ENTRY,
    )

    async def early() -> None:
        gateway.place(order)
        gateway.ask_books(ACCOUNT)

    desk.play(early())
    desk.play(desk.kite.stop())

    (report,) = desk.heard.reports
    assert isinstance(report, OrderReport)
    assert report.status is OrderStatus.REJECTED
    assert report.wording.startswith("SESSION")


def test_other_settings_and_a_simulated_run_are_refused_with_a_sentence(desk: Desk) -> None:
    class OtherSettings(Declared, frozen=True, kw_only=True):
        pass

    zerodha = broker_named("zerodha")
    with pytest.raises(BrokerError, match="give it ZerodhaSettings"):
        zerodha.open(OtherSettings(), desk.around())
    with pytest.raises(BrokerError, match="live run"):
        zerodha.open(ZerodhaSettings(), Surroundings(account=ACCOUNT, contracts=CONTRACTS))
    assert zerodha.capabilities.is_live


@pytest.mark.parametrize(
    "settings",
    [
        {"root": "http://api.kite.trade"},
        {"feed": "ws://ws.kite.trade"},
        {"root": "https://api.kite.trade/path/of/mine?"},
        {"market_protection": "0"},
        {"orders_per_second": 11},
    ],
)
def test_settings_that_would_be_refused_or_read_by_others_are_not_taken(settings: dict[str, object]) -> None:
    with pytest.raises(DeclarationError):
        load(settings, ZerodhaSettings)


def test_a_practice_server_on_this_computer_needs_no_https() -> None:
    settings = load({"root": "http://127.0.0.1:8090", "feed": "ws://127.0.0.1:8090"}, ZerodhaSettings)

    assert settings.root == "http://127.0.0.1:8090"
