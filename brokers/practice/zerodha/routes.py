"""Which path is which call."""

import msgspec

from brokers.practice.zerodha.wire import ErrorType, KiteError

Arguments = dict[str, str]


class Route(msgspec.Struct, frozen=True):
    """One call: its method, its path with {holes}, its name; who may make it."""

    method: str
    path: str
    call: str
    is_open: bool = False
    """Nobody needs to be logged in."""
    is_data: bool = False
    """The data plan is needed."""


class Match(msgspec.Struct, frozen=True):
    """A call that was found, and what fills its holes; or where it has moved to."""

    route: Route
    arguments: Arguments
    moved_to: str | None = None


ROUTES: tuple[Route, ...] = (
    Route("POST", "/session/token", "login", is_open=True),
    Route("DELETE", "/session/token", "logout", is_open=True),
    Route("POST", "/session/refresh_token", "renew", is_open=True),
    Route("GET", "/user/profile", "profile"),
    Route("GET", "/user/profile/full", "full_profile"),
    Route("GET", "/user/margins", "funds"),
    Route("GET", "/user/margins/{segment}", "funds_of_segment"),
    Route("GET", "/orders", "orders"),
    Route("GET", "/trades", "trades"),
    Route("GET", "/orders/{order_id}", "order_history"),
    Route("GET", "/orders/{order_id}/trades", "order_trades"),
    Route("POST", "/orders/{variety}", "place"),
    Route("PUT", "/orders/{variety}/{order_id}", "modify"),
    Route("DELETE", "/orders/{variety}/{order_id}", "cancel"),
    Route("GET", "/portfolio/positions", "positions"),
    Route("PUT", "/portfolio/positions", "convert"),
    Route("GET", "/portfolio/holdings", "holdings"),
    Route("GET", "/portfolio/holdings/summary", "holdings_summary"),
    Route("GET", "/portfolio/holdings/compact", "holdings_compact"),
    Route("GET", "/portfolio/holdings/auctions", "auctions"),
    Route("POST", "/portfolio/holdings/authorise", "authorise"),
    Route("POST", "/margins/orders", "order_margins"),
    Route("POST", "/margins/basket", "basket_margins"),
    Route("POST", "/charges/orders", "contract_note"),
    Route("GET", "/quote", "quote", is_data=True),
    Route("GET", "/quote/ohlc", "ohlc", is_data=True),
    Route("GET", "/quote/ltp", "ltp", is_data=True),
    Route("GET", "/instruments", "instruments", is_open=False),
    Route("GET", "/instruments/{exchange}", "instruments"),
    Route("GET", "/instruments/historical/{token}/{interval}", "history", is_data=True),
    Route("GET", "/instruments/trigger_range/{side}", "trigger_range"),
    Route("GET", "/gtt/triggers", "gtts"),
    Route("POST", "/gtt/triggers", "place_gtt"),
    Route("GET", "/gtt/triggers/{trigger_id}", "gtt"),
    Route("PUT", "/gtt/triggers/{trigger_id}", "modify_gtt"),
    Route("DELETE", "/gtt/triggers/{trigger_id}", "delete_gtt"),
    Route("GET", "/alerts", "alerts"),
    Route("POST", "/alerts", "create_alert"),
    Route("DELETE", "/alerts", "delete_alerts"),
    Route("GET", "/alerts/{uuid}", "alert"),
    Route("PUT", "/alerts/{uuid}", "change_alert"),
    Route("GET", "/alerts/{uuid}/history", "alert_history"),
    Route("GET", "/mf/orders", "mutual_funds"),
    Route("GET", "/mf/sips", "mutual_funds"),
    Route("GET", "/mf/holdings", "mutual_funds"),
    Route("GET", "/mf/instruments", "mutual_fund_list"),
)
"""Every call of the API; mutual funds can only be asked about, and there are none."""


def find_route(method: str, path: str) -> Match:
    """Answer the call of a request. Raises KiteError 404 for an unknown path, 405 for a wrong method."""
    parts = path.strip("/").split("/")
    is_path_known = False
    for route in ROUTES:
        arguments = _fits(route.path.strip("/").split("/"), parts)
        if arguments is None:
            continue
        is_path_known = True
        if route.method == method:
            variety = arguments.get("variety", "")
            if variety != variety.lower():
                return Match(route, arguments, moved_to="/" + "/".join([parts[0], variety.lower(), *parts[2:]]))
            return Match(route, arguments)
    if is_path_known:
        raise KiteError(405, ErrorType.GENERAL, "Method not allowed")
    raise KiteError(404, ErrorType.GENERAL, "Route not found")


def _fits(template: list[str], parts: list[str]) -> Arguments | None:
    if len(template) != len(parts):
        return None
    arguments: Arguments = {}
    for expected, part in zip(template, parts, strict=True):
        if expected.startswith("{"):
            arguments[expected[1:-1]] = part
        elif expected != part:
            return None
    return arguments if all(arguments.values()) else None
