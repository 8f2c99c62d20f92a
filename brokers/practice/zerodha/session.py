"""Logins: request tokens that are good once, access tokens that die at six in the morning."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from brokers.practice.zerodha.records import Issued, Line
from brokers.practice.zerodha.settings import PracticeSettings, SecondLogin
from brokers.practice.zerodha.wire import ErrorType, KiteError, bad_input, stamp
from engine.domain.instant import SECOND, Instant, ist_date, ist_instant

_DIES = time(6, 0)

EXCHANGES = ("NSE", "NFO", "BSE", "BFO", "MCX", "CDS", "BCD", "MF")


def bad_token() -> KiteError:
    """Answer the refusal of a token that is wrong, expired or logged out."""
    return KiteError(403, ErrorType.TOKEN, "Incorrect `api_key` or `access_token`.")


class Sessions:
    """The tokens of the account; every access token given out or taken back goes to ``write``.

    Tokens are drawn from ``seed`` and a counter: they are worthless, and the same run gives the same ones.
    """

    def __init__(self, settings: PracticeSettings, seed: int, write: Callable[[Line], None]) -> None:
        self._settings, self._seed, self._write = settings, seed, write
        self._counter = 0
        self._requests: dict[str, Instant] = {}
        self.issued: dict[str, Issued] = {}

    def recall(self, issued: Issued) -> None:
        """Take a line of the state file back in."""
        self.issued[issued.access_token] = issued
        self._counter += 2

    def request_token(self, now: Instant, *, for_ever: bool = False) -> str:
        """Answer a new request token, good once and for a short while."""
        token = self._drawn("request", now)
        ends = now + self._settings.request_token_seconds * SECOND
        self._requests[token] = Instant(1 << 62) if for_ever else Instant(ends)
        return token

    def redirect(self, token: str, redirect_params: str) -> str:
        """Answer where a finished login sends the browser; empty where no address is set."""
        if not self._settings.redirect_url:
            return ""
        joint = "&" if "?" in self._settings.redirect_url else "?"
        told = {"action": "login", "type": "login", "status": "success", "request_token": token}
        given = dict(parse_qsl(redirect_params))
        return f"{self._settings.redirect_url}{joint}{urlencode({**told, **given})}"

    def exchange(self, fields: Mapping[str, str], now: Instant) -> dict[str, Any]:
        """Answer the session that a request token opens. Raises KiteError."""
        for name in ("api_key", "request_token", "checksum"):
            if not fields.get(name):
                raise bad_input(f"Missing or empty field `{name}`")
        settings, token = self._settings, fields["request_token"]
        if fields["api_key"] != settings.api_key:
            raise KiteError(403, ErrorType.TOKEN, "Invalid `api_key`.")
        signed = hashlib.sha256(f"{settings.api_key}{token}{settings.api_secret}".encode()).hexdigest()
        if fields["checksum"] != signed:
            raise KiteError(403, ErrorType.TOKEN, "Invalid `checksum`.")
        if self._requests.pop(token, Instant(0)) < now:
            raise KiteError(403, ErrorType.TOKEN, "Token is invalid or has expired.")
        if settings.second_login is SecondLogin.REPLACE:
            self.end_all()
        issued = self._issue(now)
        return {
            **profile(settings),
            "api_key": settings.api_key,
            "access_token": issued.access_token,
            "public_token": issued.public_token,
            "enctoken": self._drawn("enc", now),
            "refresh_token": "",
            "silo": "",
            "login_time": stamp(now),
            "meta": {"demat_consent": "consent"},
        }

    def check(self, authorization: str, now: Instant) -> str:
        """Answer the access token of an ``Authorization`` header. Raises KiteError where it is not good."""
        word, _, rest = authorization.partition(" ")
        key, _, token = rest.strip().partition(":")
        if word.lower() != "token":
            raise bad_token()
        self.check_pair(key, token, now)
        return token

    def check_pair(self, api_key: str, access_token: str, now: Instant) -> None:
        """Raise KiteError where an access token is not good now."""
        issued = self.issued.get(access_token)
        if api_key != self._settings.api_key or issued is None or not self.is_good(access_token, now):
            raise bad_token()

    def is_good(self, access_token: str, now: Instant) -> bool:
        """Say whether an access token still lives."""
        issued = self.issued.get(access_token)
        return issued is not None and not issued.ended and now < issued.until

    def end(self, access_token: str) -> None:
        """Take an access token back."""
        issued = self.issued.get(access_token)
        if issued is not None and not issued.ended:
            ended = msgspec.structs.replace(issued, ended=True)
            self._write(ended)
            self.issued[access_token] = ended

    def end_all(self) -> None:
        """Take every access token back: a master logout."""
        for token in list(self.issued):
            self.end(token)

    def _issue(self, now: Instant) -> Issued:
        six = ist_instant(ist_date(now), _DIES)
        until = six if now < six else ist_instant(ist_date(now) + timedelta(days=1), _DIES)
        issued = Issued(
            access_token=self._drawn("access", now), public_token=self._drawn("public", now), at=now, until=until
        )
        self._write(issued)
        self.issued[issued.access_token] = issued
        return issued

    def _drawn(self, kind: str, now: Instant) -> str:
        self._counter += 1
        text = f"{self._seed}/{kind}/{self._counter}/{now}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def profile(settings: PracticeSettings) -> dict[str, Any]:
    """Answer who the user is."""
    first = settings.user_name.split(" ")[0]
    return {
        "user_id": settings.user_id,
        "user_type": "individual",
        "user_name": settings.user_name,
        "user_shortname": first,
        "email": "practice@example.in",
        "broker": "ZERODHA",
        "exchanges": list(EXCHANGES),
        "products": ["CNC", "NRML", "MIS", "BO", "CO"],
        "order_types": ["MARKET", "LIMIT", "SL", "SL-M"],
        "avatar_url": None,
    }


def full_profile(settings: PracticeSettings) -> dict[str, Any]:
    """Answer who the user is, with what banks and depositories know."""
    return {
        **profile(settings),
        "twofa_type": "totp",
        "phone": "*0000",
        "pan": "*0000X",
        "bank_accounts": [{"name": "Practice Bank", "branch": "", "account": "*0000"}],
        "dp_ids": ["1208160000000000"],
        "meta": {"poa": "", "silo": "", "account_blocks": []},
    }
