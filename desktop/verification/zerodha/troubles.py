"""What goes wrong between an engine and Zerodha on one day, drawn from its seed: rates, moments, Kite's own ways."""

from decimal import Decimal

import msgspec

from brokers.practice.zerodha.faults import Fault, FaultPlan, Kind
from brokers.practice.zerodha.settings import (
    EmptyBook,
    MarginRefusal,
    ModifyFrames,
    ModifyQuantity,
    PartialFill,
    PracticeSettings,
    SecondLogin,
    SocketAtExpiry,
    Step,
)
from brokers.zerodha.settings import ZerodhaSettings
from desktop.verification.draw import Draw
from desktop.verification.plan import DayPlan
from engine.domain.instant import SECOND, Instant

_ORDERS = "place modify cancel"
_BOOKS = "orders trades positions"

_OFTEN = (0, 0, 200, 800, 2_500)
_NOW_AND_THEN = (0, 0, 100, 300, 1_000)
_SELDOM = (0, 0, 5, 20, 60)

_KINDS: tuple[tuple[Kind, str, tuple[int, ...], tuple[int, ...]], ...] = (
    (Kind.LOST_ANSWER, _ORDERS, _OFTEN, (8,)),
    (Kind.LOST_REQUEST, _ORDERS, _NOW_AND_THEN, (8,)),
    (Kind.TIMED_OUT_THEN_PLACED, "place", _OFTEN, (2, 8, 90)),
    (Kind.SLOW_ANSWER, _ORDERS, _NOW_AND_THEN, (3, 15, 40)),
    (Kind.REFUSED_BY_GATEWAY, "*", _NOW_AND_THEN, (8,)),
    (Kind.ACCEPTED_BEHIND_GATEWAY, _ORDERS, _OFTEN, (8,)),
    (Kind.TOO_MANY, "*", _NOW_AND_THEN, (8,)),
    (Kind.CUT_ANSWER, "*", _NOW_AND_THEN, (8,)),
    (Kind.NOT_JSON, "*", _NOW_AND_THEN, (8,)),
    (Kind.TOKEN_ENDS, "orders place profile", _SELDOM, (8,)),
    (Kind.ADDRESS_REFUSED, _ORDERS, (0, 0, 0, 100, 500), (8,)),
    (Kind.DAY_CAP, "place", (0, 0, 0, 100, 500), (8,)),
    (Kind.STALE_BOOK, _BOOKS, (0, 0, 300, 2_500, 9_500), (8,)),
    (Kind.NULL_LIST, "orders trades", _NOW_AND_THEN, (8,)),
    (Kind.UNKNOWN_STATUS, "orders", _NOW_AND_THEN, (8,)),
    (Kind.STUCK, "place", _NOW_AND_THEN, (5, 30, 90)),
    (Kind.REJECTED, "place", _NOW_AND_THEN, (8,)),
    (Kind.FILLED_BEFORE_CANCEL, "cancel", _OFTEN, (8,)),
    (Kind.LOST_UPDATE, "update", _OFTEN, (8,)),
    (Kind.REPEATED_UPDATE, "update", _OFTEN, (1, 5)),
    (Kind.LATE_UPDATE, "update", _OFTEN, (1, 5, 30)),
    (Kind.SILENT_SOCKET, "ticks", _SELDOM, (20, 120)),
    (Kind.DROPPED_SOCKET, "ticks", _SELDOM, (8,)),
    (Kind.DROPPED_MID_FRAME, "ticks", _SELDOM, (8,)),
    (Kind.REFUSED_SOCKET, "connect", _OFTEN, (8,)),
    (Kind.UNKNOWN_PACKET, "ticks", _SELDOM, (8,)),
    (Kind.UNKNOWN_TEXT, "ticks", _SELDOM, (8,)),
)
"""Every kind of trouble: where it strikes, its chances out of 10,000, and how many seconds it may last."""

_GATEWAY = (500, 502, 503, 504)
HEARTBEAT = 20 * SECOND
"""Rarer than Kite's, for a day has many; the adapter's patience with silence is longer in the same measure."""

Span = tuple[Instant, Instant]


class Troubles(msgspec.Struct, frozen=True, kw_only=True):
    """The troubles of one account's line to Zerodha for one day. Times in µs."""

    settings: PracticeSettings
    adapter: ZerodhaSettings
    faults: FaultPlan
    up: int
    """How long a request is on its way."""
    down: int
    relogin: int
    """How long the trader needs to log in again."""
    cuts: tuple[Span, ...]
    """When the network is away."""
    kills: tuple[Span, ...]
    """When Kite's server is killed, and started again from what it wrote down."""


def troubles(draw: Draw, plan: DayPlan, number: int) -> Troubles:
    """Answer drawn troubles of an account of a day; a calm one has none."""
    calm = draw.chance(12)
    account = plan.accounts[number]
    ends = plan.faults_end
    cuts = list(account.faults.session_losses)
    if not calm:
        cuts += _spans(draw, plan, draw.one_of((0, 0, 1, 3)), (2, 20, 90, 300, 900))
    kills = () if calm else _spans(draw, plan, draw.one_of((0, 0, 1, 2)), (1, 5, 60, 300))
    return Troubles(
        settings=_settings(draw, account.funds),
        adapter=ZerodhaSettings(
            silence=60,
            stale_data=min(max(3 * plan.step // SECOND, 5), 300),
            quiet_books=draw.one_of((120, 300)),
            market_protection=draw.one_of((None, None, Decimal(2), Decimal(5))),
            exit_waits=draw.one_of((10, 60, 60)),
        ),
        faults=FaultPlan() if calm else _faults(draw),
        up=draw.one_of((1_000, 20_000, 200_000)),
        down=draw.one_of((1_000, 20_000, 200_000)),
        relogin=draw.one_of((2, 20, 90)) * SECOND,
        cuts=tuple(span for span in cuts if span[1] < ends),
        kills=tuple(span for span in kills if span[1] < ends),
    )


def _settings(draw: Draw, funds: Decimal) -> PracticeSettings:
    """Answer a Kite that behaves in one of the ways that its documentation leaves open."""
    return PracticeSettings(
        funds=funds,
        shares=(),
        squares_off_at=None,
        heartbeat=HEARTBEAT,
        second_login=draw.one_of(tuple(SecondLogin)),
        socket_at_expiry=draw.one_of(tuple(SocketAtExpiry)),
        modify_quantity=draw.one_of(tuple(ModifyQuantity)),
        margin_refusal=draw.one_of(tuple(MarginRefusal)),
        empty_book=draw.one_of(tuple(EmptyBook)),
        skipped_steps=draw.one_of(((), (Step.VALIDATION,), (Step.OPEN, Step.MODIFY))),
        answer_delay=draw.one_of((60_000, 400_000, 3_000_000)),
        step_delay=draw.one_of((15_000, 200_000)),
        update_delay=draw.one_of((0, 30_000, 400_000, 2_000_000)),
        partial_fill=draw.one_of(tuple(PartialFill)),
        modify_frames=draw.one_of(tuple(ModifyFrames)),
        open_on_place=draw.chance(50),
        postback_url=draw.one_of(("", "http://127.0.0.1/postback")),
        repeats_updates=draw.chance(30),
        day_cap_status=draw.one_of((429, 400)),
        modification_status=draw.one_of((429, 400)),
        address_status=draw.one_of((403, 400)),
        address_is_input_error=draw.chance(50),
    )


def _faults(draw: Draw) -> FaultPlan:
    found = []
    for kind, calls, chances, lengths in _KINDS:
        chance, seconds, status = draw.one_of(chances), draw.one_of(lengths), draw.one_of(_GATEWAY)
        if chance:
            found.append(Fault(kind=kind, calls=calls, chance=chance, seconds=seconds, status=status))
    return FaultPlan(faults=tuple(found))


def _spans(draw: Draw, plan: DayPlan, times: int, lengths: tuple[int, ...]) -> tuple[Span, ...]:
    found = []
    for _ in range(times):
        begins = plan.opens + draw.between(1, 350 * 60) * SECOND
        found.append((Instant(begins), Instant(begins + draw.one_of(lengths) * SECOND)))
    return tuple(found)
