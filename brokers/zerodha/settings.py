"""What can be set on a Zerodha account."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Final

from engine.schema.declared import Declared, FieldError
from engine.schema.field import ask

ROOT: Final = "https://api.kite.trade"
FEED: Final = "wss://ws.kite.trade"
LOGIN_PAGE: Final = "https://kite.zerodha.com/connect/login"


class ZerodhaSettings(Declared, frozen=True, kw_only=True):
    """A Zerodha account through a Kite Connect app of the trader's own."""

    root: Annotated[
        str,
        ask(
            "Address of the API",
            "Where requests go. Another address is for a practice server.",
            group="Connection",
            pattern=r"https?://[^\s/?#]+/?",
            pattern_says="Write an address like https://api.kite.trade, without a path",
        ),
    ] = ROOT
    feed: Annotated[
        str,
        ask(
            "Address of the feed",
            "Where quotes and order news come from.",
            group="Connection",
            pattern=r"wss?://[^\s?#]+",
            pattern_says="Write an address like wss://ws.kite.trade",
        ),
    ] = FEED
    login_page: Annotated[
        str,
        ask(
            "Login page",
            "Where the browser is sent to log in.",
            group="Connection",
            pattern=r"https?://[^\s?#]+",
            pattern_says="Write an address like https://kite.zerodha.com/connect/login",
        ),
    ] = LOGIN_PAGE
    redirect_port: Annotated[
        int,
        ask(
            "Redirect port",
            "The port of the redirect address registered for the app, http://127.0.0.1:PORT/. The browser comes back "
            "to it after the login; without it the address is pasted by hand.",
            group="Login",
            ge=1024,
            le=65_535,
        ),
    ] = 5_737
    only_ipv4: Annotated[
        bool,
        ask(
            "Orders over IPv4 only",
            "Send orders from the IPv4 address that is registered at Zerodha. Off where an IPv6 address is registered: "
            "most change by themselves, and orders are refused then.",
            group="Connection",
        ),
    ] = True
    answer_within: Annotated[
        int,
        ask(
            "Wait for an answer",
            "An order request that is not answered for so long is called unknown, and looked for in the books.",
            unit="ms",
            group="Orders",
            ge=1_000,
            le=60_000,
        ),
    ] = 12_000
    market_protection: Annotated[
        Decimal | None,
        ask(
            "Market protection",
            "How far from the last price a market order may trade: Zerodha takes none without it and keeps it as a "
            "limit order there, which may stay unfilled. Off: Zerodha's own band, from 5 % of cheap options to ½ %.",
            unit="%",
            group="Orders",
            gt=0,
            le=100,
        ),
    ] = None
    exit_waits: Annotated[
        int,
        ask(
            "Exits wait",
            "How long an exit waits for a new login or a broken line before it is given back, to be decided anew.",
            unit="s",
            group="Orders",
            ge=1,
            # Well under the two minutes after which the engine takes a request that no book shows as never sent.
            le=90,
        ),
    ] = 60
    quiet_books: Annotated[
        int,
        ask(
            "Quiet books",
            "An order without an answer is taken as never sent only after a book that shows something newer. Where "
            "nothing else happens in the account, books count as proven after so long.",
            unit="s",
            group="Orders",
            ge=120,
            le=3_600,
        ),
    ] = 300
    orders_per_second: Annotated[
        int, ask("Requests per second", "Zerodha takes 10 in a second.", group="Limits", ge=1, le=10)
    ] = 10
    orders_per_minute: Annotated[
        int, ask("Requests per minute", "Zerodha takes 400 in a minute.", group="Limits", ge=60, le=400)
    ] = 400
    orders_per_day: Annotated[
        int,
        ask(
            "Orders per day",
            "Zerodha takes 5,000 in a day, refused ones included; the last tenth is kept for exits.",
            group="Limits",
            ge=100,
            le=5_000,
        ),
    ] = 5_000
    silence: Annotated[
        int,
        ask(
            "Silent feed",
            "A feed connection that says nothing at all for so long is given up and made anew.",
            unit="s",
            group="Feed",
            ge=3,
            le=60,
        ),
    ] = 6
    stale_data: Annotated[
        int,
        ask(
            "Feed without quotes",
            "A feed connection that lives but brings no quote for so long in trading hours is made anew.",
            unit="s",
            group="Feed",
            ge=5,
            le=300,
        ),
    ] = 10

    def check(self) -> Iterator[FieldError]:
        """Refuse to send real orders over a line that can be read."""
        is_local = any(host in self.root for host in ("//127.0.0.1", "//localhost", "//[::1]"))
        if self.root.startswith("http://") and not is_local:
            yield FieldError("root", "Only a practice server on this computer may be reached without https")
        if self.feed.startswith("ws://") and not any(host in self.feed for host in ("//127.0.0.1", "//localhost")):
            yield FieldError("feed", "Only a practice server on this computer may be reached without wss")
