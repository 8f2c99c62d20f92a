"""`legwork accounts login|logout|connection` against a practice Kite on this machine, and where secrets lie."""

import asyncio
import json
import re
import threading
from urllib.request import urlopen

import keyring
import pytest
from keyring.backends import fail
from typer.testing import CliRunner

from brokers.errors import BrokerError
from brokers.practice.zerodha.settings import PracticeSettings
from brokers.zerodha.login import LoginError
from desktop.commands.app import app
from desktop.composition.accounts import load_hierarchy, trading_at
from desktop.composition.broker_login import Credentials, login_of
from desktop.composition.failures import MisuseError
from desktop.composition.secrets_place import needs_passphrase, remember_passphrase, secrets_place
from tests.helpers.practice_desk import at
from tests.helpers.practice_server import practice_server

PAUSE = threading.Event()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGWORK_HOME", str(tmp_path))
    monkeypatch.setenv("LEGWORK_PASSPHRASE", "four words that open")
    monkeypatch.delenv("LEGWORK_API_SECRET", raising=False)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield tmp_path
    keyring.set_keyring(before)


@pytest.fixture(scope="module")
def server():
    with practice_server() as card:
        yield card


@pytest.fixture
def account(server):
    said("accounts", "add", "Z1", "broker=zerodha")
    root, feed = f"root={server['root']}", f"feed={server['websocket']}"
    said("accounts", "connection", "Z1", root, feed, f"login_page={server['root']}/connect/login", "redirect_port=5799")
    return "Z1"


def said(*words):
    """Exit status, standard output and standard error of `legwork …`."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def ended_address(server):
    """The address at which the practice login page leaves the browser, or the token that it shows."""
    page = f"{server['root']}/connect/login?v=3&api_key={server['api_key']}&totp=123456&user_id=ZX0001"
    with urlopen(page, timeout=10) as answer:
        return answer.geturl(), answer.read().decode()


def login_declared(name):
    return login_of(load_hierarchy().account(name), now=lambda: at(10))


def test_the_connection_is_shown_and_changed_with_a_sentence_for_what_is_wrong(account):
    shown = said("accounts", "connection", account, "--json")
    wrong = said("accounts", "connection", account, "root=ftp://nowhere")
    kept = said("accounts", "connection", account, "market_protection=2", "--json")

    assert json.loads(shown[1])["connection"]["redirect_port"] == 5_799
    assert wrong[0] == 2
    assert "Write an address like https://api.kite.trade" in wrong[2]
    assert json.loads(kept[1])["connection"]["market_protection"] == "2"


def test_a_paper_account_needs_no_login(account):
    assert "trades at the broker paper, which needs no login" in said("accounts", "login", "PAPER")[2]


def test_nobody_is_asked_where_there_is_no_terminal(account):
    status, _, sentence = said("accounts", "login", account, "--token", "x" * 32)

    assert status == 2
    assert "The app's API key is not known yet; give it with --api-key" in sentence


def test_a_pasted_token_logs_in_for_the_day_and_works_once(account, server, monkeypatch):
    monkeypatch.setenv("LEGWORK_API_SECRET", server["api_secret"])
    words = ("accounts", "login", account, "--api-key", server["api_key"], "--token", server["request_token"])

    first, again = said(*words), said(*words, "--json")

    assert first[0] == 0, first
    assert "Z1 is logged in as" in first[1]
    assert again[0] == 1
    assert "The token was used before, is too old, or the app's secret is wrong" in json.loads(again[1])["error"]


def test_what_is_kept_is_unreadable_in_the_file_of_secrets(account, server, home):
    login = login_declared(account)
    with pytest.raises(LoginError):
        asyncio.run(login.paste(Credentials(server["api_key"], "a-wrong-secret"), "y" * 32))

    assert login.credentials() is None
    secrets_place().write("zerodha/Z1/app", "the-very-secret")
    sealed = (home / "secrets.sealed").read_text()
    assert "the-very-secret" not in sealed
    assert "zerodha/Z1/app" not in sealed


def test_the_browser_comes_back_by_itself(account, server):
    login = login_declared(account)
    credentials = Credentials(server["api_key"], server["api_secret"])

    async def browse():
        waiting = asyncio.create_task(login.catch(credentials, within=20))
        token = await asyncio.to_thread(fresh_token, server)
        for _ in range(200):
            try:
                await asyncio.to_thread(urlopen, f"{login.redirect}?status=success&request_token={token}", None, 10)
            except OSError:
                await asyncio.to_thread(PAUSE.wait, 0.02)
            else:
                break
        return await waiting

    assert "Z1 is logged in as" in asyncio.run(browse())
    assert PracticeSettings().user_id in login.standing()
    assert "is logged out" in asyncio.run(login.log_out())
    assert login.standing() == "Z1 is not logged in"


def fresh_token(server):
    _, page = ended_address(server)
    found = re.search(r"[A-Za-z0-9]{32}", page)
    assert found is not None, page
    return found.group()


def test_a_machine_without_keyring_and_passphrase_says_what_to_do(account, monkeypatch):
    monkeypatch.delenv("LEGWORK_PASSPHRASE")

    assert needs_passphrase()
    with pytest.raises(MisuseError, match="set LEGWORK_PASSPHRASE before Legwork is started"):
        secrets_place()


def test_a_wrong_passphrase_is_not_remembered(account, monkeypatch):
    secrets_place().write("a", "b")
    monkeypatch.delenv("LEGWORK_PASSPHRASE")

    with pytest.raises(BrokerError, match="The passphrase does not open"):
        remember_passphrase("another one")
    assert needs_passphrase()


def test_a_run_trades_the_accounts_of_its_broker_alone(account):
    said("tags", "add", "BOTH", "members=PAPER,Z1:3")

    paper, live = (trading_at(load_hierarchy(), broker) for broker in ("paper", "zerodha"))

    assert [one.id for one in paper.accounts] == ["PAPER"]
    assert [one.id for one in live.accounts] == ["Z1"]
    assert [member.account for member in live.tag("BOTH").members] == ["Z1"]
    assert [member.account for member in live.tag("Default").members] == ["Z1"]


def test_a_broker_without_an_account_says_how_to_add_one():
    with pytest.raises(MisuseError, match="legwork accounts add NAME broker=zerodha"):
        trading_at(load_hierarchy(), "zerodha")


def test_waiting_orders_and_holdings_are_asked_with_the_kept_session(account, server, monkeypatch):
    before = said("accounts", "waiting", account)
    monkeypatch.setenv("LEGWORK_API_SECRET", server["api_secret"])
    said("accounts", "login", account, "--api-key", server["api_key"], "--token", fresh_token(server))

    waiting, holdings = said("accounts", "waiting", account), said("accounts", "holdings", account, "--json")
    unknown = said("accounts", "waiting", account, "--cancel", "77", "--json")

    assert "Log in first: legwork accounts login Z1" in before[2]
    assert waiting[:2] == (0, "Nothing waits for a price in Z1\n")
    assert json.loads(holdings[1])["ok"] is True
    assert json.loads(unknown[1])["error"].startswith("No order 77 waits in Z1")
