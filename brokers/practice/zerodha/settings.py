"""What can be set on the practice Kite: the account, and an answer to every question that the documentation leaves."""

from datetime import time
from decimal import Decimal
from enum import Enum
from typing import Annotated

from engine.schema.declared import Declared
from engine.schema.field import ask


class SecondLogin(Enum):
    """What a new login does to the session before it."""

    KEEP = "keep"
    REPLACE = "replace"


class LoginPage(Enum):
    """How a login in the browser goes."""

    PAGES = "pages"
    IMMEDIATE = "immediate"


class PartialFill(Enum):
    """How an order update calls an order that is filled in part."""

    UPDATE = "UPDATE"
    OPEN = "OPEN"


class ModifyFrames(Enum):
    """Which order updates a modification sends, in which order."""

    UPDATE_THEN_STATUS = "update then status"
    STATUS_THEN_UPDATE = "status then update"
    STATUS_ONLY = "status only"


class ModifyQuantity(Enum):
    """What a modification's quantity means on an order that is filled in part."""

    TOTAL = "total"
    REMAINING = "remaining"


class EmptyBook(Enum):
    """How an empty list is answered."""

    LIST = "list"
    NULL = "null"


class AutosliceShape(Enum):
    """How a sliced order is answered."""

    NESTED = "nested"
    FLAT = "flat"


class BareSubscription(Enum):
    """The mode of a subscription for which none was named."""

    LTP = "ltp"
    QUOTE = "quote"
    FULL = "full"


class ProtectedStop(Enum):
    """How a stop order at market is listed before its trigger."""

    STOP = "SL"
    STOP_AT_MARKET = "SL-M"


class MarginRefusal(Enum):
    """Where a lack of funds is said."""

    ANSWER = "answer"
    ROW = "row"


class SocketAtExpiry(Enum):
    """What happens to an open WebSocket when its session expires."""

    KEEPS_TICKING = "keeps ticking"
    CLOSES = "closes"


class Step(Enum):
    """The steps of an order before it rests, as they stand in its history."""

    PUT = "PUT ORDER REQ RECEIVED"
    VALIDATION = "VALIDATION PENDING"
    OPEN = "OPEN PENDING"
    MODIFY_VALIDATION = "MODIFY VALIDATION PENDING"
    MODIFY = "MODIFY PENDING"
    MODIFIED = "MODIFIED"
    CANCEL = "CANCEL PENDING"


def _limit(title: str, help_text: str) -> object:
    return ask(title, f"{help_text} Off: no limit.", group="Limits", ge=1)


class Share(Declared, frozen=True, kw_only=True):
    """One share that the account holds at the start."""

    symbol: Annotated[str, ask("Symbol", "The share on the NSE.")]
    quantity: Annotated[int, ask("Quantity", "How many are held.", ge=1, le=1_000_000)]
    price: Annotated[Decimal, ask("Price", "What one cost.", unit="₹", gt=0)]


class PracticeSettings(Declared, frozen=True, kw_only=True):
    """The practice Kite."""

    user_id: Annotated[str, ask("User", "The user id of the account.", group="Account")] = "ZX0001"
    user_name: Annotated[str, ask("Name", "The name of the account's owner.", group="Account")] = "Practice Trader"
    api_key: Annotated[str, ask("API key", "The key of the app.", group="Account")] = "practicekey"
    api_secret: Annotated[str, ask("API secret", "The secret of the app; worthless.", group="Account")] = (
        "practicesecret"
    )
    funds: Annotated[Decimal, ask("Funds", "Cash at the start.", unit="₹", group="Account", ge=0)] = Decimal(5_000_000)
    shares: Annotated[tuple[Share, ...], ask("Shares", "What is held at the start.", group="Account")] = (
        Share(symbol="RELIANCE", quantity=40, price=Decimal("1311.40")),
        Share(symbol="INFY", quantity=25, price=Decimal("1402.05")),
    )
    has_data_plan: Annotated[
        bool, ask("Data plan", "Quotes, ticks and history are paid for; else they are refused.", group="Account")
    ] = True

    login: Annotated[
        LoginPage, ask("Login", "Show the login pages, or send the browser back at once.", group="Session")
    ] = LoginPage.PAGES
    redirect_url: Annotated[
        str, ask("Redirect", "Where the login ends; empty shows the request token instead.", group="Session")
    ] = ""
    second_login: Annotated[SecondLogin, ask("Second login", "What it does to the first session.", group="Session")] = (
        SecondLogin.KEEP
    )
    request_token_seconds: Annotated[
        int, ask("Request token", "How long it can be exchanged.", unit="s", group="Session", ge=1)
    ] = 120
    first_token_never_ends: Annotated[
        bool, ask("Printed token", "The request token printed at the start waits for ever.", group="Session")
    ] = True
    socket_at_expiry: Annotated[
        SocketAtExpiry, ask("Socket at expiry", "What a WebSocket does when its session ends.", group="Session")
    ] = SocketAtExpiry.KEEPS_TICKING
    needs_version: Annotated[
        bool, ask("Version header", "Refuse requests without X-Kite-Version.", group="Session")
    ] = False
    instruments_need_login: Annotated[
        bool, ask("Instruments need login", "Refuse the instrument dump without a session.", group="Session")
    ] = False

    modify_quantity: Annotated[
        ModifyQuantity, ask("Modified quantity", "What it means after a partial fill.", group="Orders")
    ] = ModifyQuantity.TOTAL
    protected_stop: Annotated[
        ProtectedStop, ask("Protected stop", "The order type an SL-M is listed with.", group="Orders")
    ] = ProtectedStop.STOP
    margin_refusal: Annotated[
        MarginRefusal, ask("Lack of funds", "Answered at once, or told in a rejected row.", group="Orders")
    ] = MarginRefusal.ANSWER
    autoslice_shape: Annotated[AutosliceShape, ask("Autoslice answer", "Its shape.", group="Orders")] = (
        AutosliceShape.NESTED
    )
    automatic_tag: Annotated[
        str,
        ask(
            "Automatic protection tag",
            "What stands after mktp: where −1 was asked; empty: the per cent.",
            group="Orders",
        ),
    ] = ""
    automatic_protection: Annotated[
        Decimal | None,
        ask(
            "Automatic protection",
            "What −1 protects with; off: the bands of the order window.",
            unit="%",
            group="Orders",
            gt=0,
            le=100,
        ),
    ] = None
    cover_needs_protection: Annotated[
        bool, ask("Cover orders need protection", "Refuse cover orders at market without it.", group="Orders")
    ] = True
    refuses_needless_slices: Annotated[
        bool, ask("Needless autoslice", "Refuse autoslice up to the freeze quantity.", group="Orders")
    ] = False
    average_decimals: Annotated[
        int | None,
        ask("Average decimals", "Of an order's average price; off: all of them.", group="Orders", ge=0, le=8),
    ] = None
    basket_considers_positions: Annotated[
        bool, ask("Baskets consider positions", "Where the request does not say.", group="Orders")
    ] = False
    gtt_success: Annotated[str, ask("GTT success", "The word for an order that was placed.", group="Orders")] = (
        "success"
    )
    dump_published: Annotated[
        time, ask("Dump published", "Before that the instrument dump is yesterday's.", group="Times")
    ] = time(8, 0)
    empty_book: Annotated[EmptyBook, ask("Empty list", "How an empty book is answered.", group="Orders")] = (
        EmptyBook.LIST
    )
    skipped_steps: Annotated[tuple[Step, ...], ask("Skipped steps", "Statuses that never show.", group="Orders")] = ()
    squares_off_at: Annotated[
        time | None,
        ask("Squares off at", "When the broker closes intraday positions by itself; off: never.", group="Orders"),
    ] = time(15, 25)
    checks_freeze: Annotated[bool, ask("Freeze quantity", "Refuse orders above it.", group="Orders")] = True

    answer_delay: Annotated[
        int, ask("Answer delay", "The longest ordinary wait for an answer.", unit="µs", group="Times", ge=0)
    ] = 60_000
    step_delay: Annotated[
        int, ask("Step delay", "From one status of an order to the next.", unit="µs", group="Times", ge=0)
    ] = 15_000
    update_delay: Annotated[
        int, ask("Update delay", "From a change to its order update.", unit="µs", group="Times", ge=0)
    ] = 30_000
    tick_interval: Annotated[
        int, ask("Tick interval", "The shortest time between two ticks of one token.", unit="µs", group="Times", ge=1)
    ] = 500_000
    heartbeat: Annotated[
        int, ask("Heartbeat", "How long a socket stays silent before a heartbeat.", unit="µs", group="Times", ge=1)
    ] = 1_000_000

    partial_fill: Annotated[PartialFill, ask("Partial fill", "Its status in an order update.", group="Socket")] = (
        PartialFill.UPDATE
    )
    modify_frames: Annotated[
        ModifyFrames, ask("Modification updates", "Which are sent, in which order.", group="Socket")
    ] = ModifyFrames.UPDATE_THEN_STATUS
    open_on_place: Annotated[
        bool, ask("Update on placing", "Send an update when a new order rests.", group="Socket")
    ] = False
    repeats_updates: Annotated[bool, ask("Repeated updates", "Send every update twice.", group="Socket")] = False
    updates_need_data_plan: Annotated[
        bool, ask("Updates need the data plan", "No order updates without it.", group="Socket")
    ] = False
    snapshot: Annotated[bool, ask("Snapshot", "Send a tick as soon as a token is subscribed.", group="Socket")] = True
    bare_subscription: Annotated[
        BareSubscription, ask("Bare subscription", "The mode where none was named.", group="Socket")
    ] = BareSubscription.QUOTE
    index_change_scale: Annotated[
        int, ask("Index change", "Units of one point in an index packet's change.", group="Socket", ge=1)
    ] = 100
    connections: Annotated[int | None, _limit("Sockets", "WebSockets of one key.")] = 3
    subscriptions: Annotated[int | None, _limit("Tokens", "Tokens of one WebSocket.")] = 3_000

    orders_per_second: Annotated[int | None, _limit("Orders a second", "Placed, modified and cancelled.")] = 10
    orders_per_minute: Annotated[int | None, _limit("Orders a minute", "Placed, modified and cancelled.")] = 400
    orders_per_day: Annotated[int | None, _limit("Orders a day", "Placed, refused ones too.")] = 5_000
    modifications: Annotated[int | None, _limit("Modifications", "Of one order.")] = 25
    quotes_per_second: Annotated[int | None, _limit("Quotes a second", "Calls of quote, ohlc and ltp.")] = 1
    shares_quote_limit: Annotated[
        bool, ask("One quote limit", "quote, ohlc and ltp share their limit.", group="Limits")
    ] = True
    history_per_second: Annotated[int | None, _limit("History a second", "Calls of historical candles.")] = 3
    others_per_second: Annotated[int | None, _limit("Others a second", "All other calls.")] = 10
    day_cap_status: Annotated[
        int, ask("Day cap", "HTTP status beyond the most orders of a day.", group="Limits", ge=400, le=599)
    ] = 429
    modification_status: Annotated[
        int, ask("Modifications refused", "HTTP status beyond the most modifications.", group="Limits", ge=400, le=599)
    ] = 429
    address_status: Annotated[
        int,
        ask("Address refused", "HTTP status for an address that is not registered.", group="Limits", ge=400, le=599),
    ] = 403
    address_is_input_error: Annotated[
        bool, ask("Address error", "InputException instead of PermissionException.", group="Limits")
    ] = False
    history_status: Annotated[
        int, ask("History refused", "HTTP status of too long a span.", group="Limits", ge=400, le=599)
    ] = 400
    includes_running_candle: Annotated[
        bool, ask("Running candle", "History includes the minute that is not over.", group="Limits")
    ] = True

    postback_url: Annotated[
        str, ask("Postback", "Where finished and changed orders are posted; empty for nowhere.", group="Postback")
    ] = ""
