"""The login pages: user id and password, then the second factor; anything is accepted."""

from collections.abc import Mapping
from html import escape

from brokers.practice.zerodha.session import Sessions
from brokers.practice.zerodha.settings import LoginPage, PracticeSettings
from brokers.practice.zerodha.wire import HTML, Answer, Request
from engine.domain.instant import Instant

_FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Practice Kite</title>
<meta name="viewport" content="width=device-width"></head>
<body style="font-family:sans-serif;max-width:22rem;margin:4rem auto">
<h1>Practice Kite</h1><p>This is not Zerodha. Nothing typed here leaves this machine, and anything is accepted.</p>
{body}</body></html>"""

_FIELD = '<p><label>{label}<br><input name="{name}" type="{kind}" autocomplete="off"{focus}></label></p>'


class LoginPages:
    """Leads a browser from the login address to a request token."""

    def __init__(self, settings: PracticeSettings, sessions: Sessions) -> None:
        self._settings, self._sessions = settings, sessions

    def answer(self, request: Request, now: Instant) -> Answer:
        """Answer a page of the login, or the redirect at its end."""
        fields = request.fields()
        if fields.get("api_key") != self._settings.api_key:
            return _page("<p>Invalid <code>api_key</code>.</p>", status=400)
        if self._settings.login is LoginPage.IMMEDIATE or "totp" in fields:
            return self._finished(fields, now)
        if "user_id" in fields:
            return _page(_form(fields, (("PIN or TOTP", "totp", "text"),), "Continue"))
        asked = (("User ID", "user_id", "text"), ("Password", "password", "password"))
        return _page(_form(fields, asked, "Login"))

    def _finished(self, fields: Mapping[str, str], now: Instant) -> Answer:
        token = self._sessions.request_token(now)
        address = self._sessions.redirect(token, fields.get("redirect_params", ""))
        if address:
            return Answer(status=302, headers={"Location": address, "Content-Type": HTML})
        return _page(f"<p>Logged in. Paste this request token:</p><p><code>{escape(token)}</code></p>")


def _form(fields: Mapping[str, str], asked: tuple[tuple[str, str, str], ...], button: str) -> str:
    kept = ("api_key", "v", "redirect_params", "user_id")
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(fields[name])}">' for name in kept if name in fields
    )
    inputs = "".join(
        _FIELD.format(label=label, name=name, kind=kind, focus=" autofocus" if place == 0 else "")
        for place, (label, name, kind) in enumerate(asked)
    )
    return f'<form method="post" action="/connect/login">{hidden}{inputs}<button>{button}</button></form>'


def _page(body: str, status: int = 200) -> Answer:
    return Answer(status=status, body=_FRAME.format(body=body).encode(), headers={"Content-Type": HTML})
