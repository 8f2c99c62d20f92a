"""Login, session and secrets: what is kept where, and what is never shown."""

import asyncio
import hashlib
import json
from datetime import date, time
from pathlib import Path

import aiohttp
import keyring
import pytest
from keyring.backend import KeyringBackend

from brokers.errors import BrokerError
from brokers.vault import FileVault, KeyringVault
from brokers.zerodha.figures import FigureError
from brokers.zerodha.login import LoginError, RedirectCatcher, login_address, request_token_of
from brokers.zerodha.order_story import read_postback
from brokers.zerodha.session import Credentials, Session, SessionStore, expiry_after, session_of
from engine.domain.identifiers import AccountId
from engine.domain.instant import SECOND, Instant, ist_instant
from engine.domain.instrument import Exchange
from tests.conformance.kite_venue import checksum

MORNING = ist_instant(date(2026, 11, 20), time(8, 31, 7))
TOKEN = "abcdEFGH12345678abcdEFGH12345678"
LOGGED_IN = {
    "user_id": "ZX0001",
    "access_token": "a1b2c3",
    "login_time": "2026-11-20 08:31:07",
    "exchanges": ["NSE", "NFO"],
}


@pytest.fixture(autouse=True)
def _cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brokers.vault._COST", 2)


def test_the_checksum_is_the_hash_of_key_token_and_secret() -> None:
    credentials = Credentials("key", "secret")

    assert credentials.checksum("token") == hashlib.sha256(b"keytokensecret").hexdigest()


@pytest.mark.parametrize(
    ("login", "ends"),
    [
        (time(8, 31), (date(2026, 11, 21), time(6, 0))),
        (time(23, 59), (date(2026, 11, 21), time(6, 0))),
        (time(0, 30), (date(2026, 11, 20), time(6, 0))),
        (time(6, 0), (date(2026, 11, 21), time(6, 0))),
    ],
)
def test_a_token_ends_at_the_next_six_in_the_morning(login: time, ends: tuple[date, time]) -> None:
    assert expiry_after(ist_instant(date(2026, 11, 20), login)) == ist_instant(*ends)


def test_a_login_becomes_a_session() -> None:
    session = session_of(LOGGED_IN, "key", MORNING)

    assert (session.user, session.access_token, session.logged_in_at) == ("ZX0001", "a1b2c3", MORNING)
    assert session.serves(Exchange.NFO)
    assert not session.serves(Exchange.BFO)
    assert session.headers()["Authorization"] == "token key:a1b2c3"


def test_a_login_time_far_from_our_clock_is_not_believed() -> None:
    session = session_of({**LOGGED_IN, "login_time": "2031-01-01 00:00:00"}, "key", MORNING)

    assert session.logged_in_at == MORNING


@pytest.mark.parametrize("answer", [None, {}, {"user_id": "X"}, {**LOGGED_IN, "access_token": None}])
def test_an_answer_without_a_token_is_no_login(answer: object) -> None:
    with pytest.raises(FigureError):
        session_of(answer, "key", MORNING)


def test_nothing_secret_is_shown() -> None:
    shown = repr(Session("thekey", "thetoken", "ZX0001", MORNING)) + repr(Credentials("thekey", "thesecret"))

    assert not any(word in shown for word in ("thekey", "thetoken", "thesecret"))


@pytest.mark.parametrize(
    "pasted",
    [
        TOKEN,
        f"  {TOKEN}\n",
        f"http://127.0.0.1:5737/?request_token={TOKEN}&status=success",
        f"https://example.in/back?action=login&type=login&status=success&request_token={TOKEN}",
        f"request_token={TOKEN}&status=success",
    ],
)
def test_a_pasted_address_or_token_is_understood(pasted: str) -> None:
    assert request_token_of(pasted) == TOKEN


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "short",
        "http://127.0.0.1:5737/?status=error",
        f"http://x/?request_token={TOKEN}&status=cancelled",
        "a b c d e",
    ],
)
def test_a_login_that_was_not_finished_says_so(pasted: str) -> None:
    with pytest.raises(LoginError):
        request_token_of(pasted)


def test_the_login_page_is_asked_with_the_key() -> None:
    assert login_address("my key") == "https://kite.zerodha.com/connect/login?v=3&api_key=my+key"


def test_the_browser_is_caught_once_and_strays_are_turned_away() -> None:
    async def caught() -> tuple[list[int], str]:
        async with RedirectCatcher(0) as catcher, aiohttp.ClientSession() as browser:
            statuses = []
            for query in ("?status=error", f"?request_token={TOKEN}&status=success", f"?request_token={TOKEN}"):
                async with browser.get(f"http://127.0.0.1:{catcher.port}/{query}") as page:
                    statuses.append(page.status)
            return statuses, await catcher.token(5)

    statuses, token = asyncio.run(caught())

    assert (statuses, token) == ([400, 200, 410], TOKEN)


def test_a_taken_port_is_a_sentence() -> None:
    async def twice() -> None:
        async with RedirectCatcher(0) as first, RedirectCatcher(first.port):
            pass

    with pytest.raises(LoginError, match="is taken"):
        asyncio.run(twice())


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not there")


@pytest.fixture
def ring() -> Ring:
    before = keyring.get_keyring()
    found = Ring()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


def test_a_session_is_kept_in_the_keyring_until_it_ends(ring: Ring) -> None:
    store = SessionStore(KeyringVault(), AccountId("Z1"))
    store.keep_credentials(Credentials("key", "secret"))
    store.keep_session(Session("key", "token", "ZX0001", MORNING, ("NFO",)))

    today = store.session(Instant(MORNING + SECOND))
    tomorrow = store.session(Instant(MORNING + 86_400 * SECOND))
    credentials = store.credentials()

    assert today is not None
    assert (today.access_token, today.user, today.exchanges) == ("token", "ZX0001", ("NFO",))
    assert tomorrow is None
    assert credentials is not None
    assert credentials.api_secret == "secret"
    store.forget_session()
    store.forget_session()
    assert store.session(Instant(MORNING + SECOND)) is None


def test_what_somebody_else_wrote_into_the_keyring_means_logging_in_anew(ring: Ring) -> None:
    ring.kept["legwork", "zerodha/Z1/session"] = "not ours"

    assert SessionStore(KeyringVault(), AccountId("Z1")).session(MORNING) is None


def test_the_file_of_secrets_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets"
    FileVault(path, "five words that nobody guesses").write("zerodha/Z1/session", "the token")

    opened = FileVault(path, "five words that nobody guesses").read("zerodha/Z1/session")

    assert opened == "the token"
    assert b"token" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(BrokerError, match="does not open"):
        FileVault(path, "another")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"format":1,"salt":"!","sealed":"x"}', b'{"format":2,"salt":"","sealed":""}']
)
def test_a_damaged_file_of_secrets_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secrets"
    path.write_bytes(content)

    with pytest.raises(BrokerError):
        FileVault(path, "passphrase")


def test_a_secret_is_forgotten_in_the_file_too(tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "secrets", "passphrase")
    vault.write("a", "1")
    vault.forget("a")
    vault.forget("b")

    assert FileVault(tmp_path / "secrets", "passphrase").read("a") is None


def test_a_postback_is_believed_by_its_checksum_only() -> None:
    row = {"order_id": "1001", "order_timestamp": "2026-11-20 11:03:44", "status": "COMPLETE"}
    signed = {**row, "checksum": checksum("1001", "2026-11-20 11:03:44", "secret")}

    read = read_postback(json.dumps(signed).encode(), "secret")

    assert read["status"] == "COMPLETE"
    for body in (json.dumps(row).encode(), json.dumps({**signed, "order_id": "1002"}).encode(), b"{", b"[]"):
        with pytest.raises(FigureError):
            read_postback(body, "secret")
