"""Every limit with how much of it is used: walked from the declarations, so that a new limit shows by itself."""

from collections.abc import Callable, Iterator
from datetime import time
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

from engine.domain.money import SCALE, exact_units
from engine.domain.settings.account import Account
from engine.domain.settings.day_limits import DayLock, DayUnit
from engine.domain.settings.risk_limits import RiskLimits
from engine.domain.settings.strategy_tag import StrategyTag
from engine.schema.describe import FieldSpec, describe
from engine.views.accounts import AccountRow, TagRow


class Unit(Enum):
    """What the numbers of a limit count."""

    MONEY = "money"
    """1/10,000 ₹."""
    COUNT = "count"
    LOTS = "lots"
    SECONDS = "seconds"
    """1/10,000 s."""
    PERCENT = "percent"
    """1/10,000 %."""
    TIME = "time"
    """Microseconds since Indian midnight."""
    SWITCH = "switch"


class Owner(Enum):
    """Whose limit it is."""

    ACCOUNT = "account"
    TAG = "strategy tag"


class LimitUse(msgspec.Struct, frozen=True, kw_only=True):
    """One limit of an account or a tag as it stands now.

    Attributes:
        owner: Whose it is.
        name: The account's id or the tag's name.
        field: The field of the declaration, ``"limits.daily_loss"``.
        title: What the field is called.
        help: What it means, as its declaration says.
        unit: What ``used`` and ``limit`` count.
        used: What is used of it now; None where it is held against each order and nothing is counted.
        limit: The limit; None where it is off.
        used_part: Part of the limit that is used, 0 to 1 and beyond; None where there is nothing to divide.
        about: What ``used`` is of, where it is not clear: the contract of which most is held.
        then: What happens when it is reached.
        has_tripped: It is reached, and holds.
        is_floor: It is reached from above: the profit that a lock keeps.
    """

    owner: Owner
    name: str
    field: str
    title: str
    help: str
    unit: Unit
    used: int | None = None
    limit: int | None = None
    used_part: float | None = None
    about: str = ""
    then: str = ""
    has_tripped: bool = False
    is_floor: bool = False

    @property
    def left(self) -> int | None:
        """What is left of it, in its unit; None where it is off or nothing is counted."""
        return None if self.used is None or self.limit is None else self.limit - self.used

    @property
    def key(self) -> tuple[str, str, str]:
        """Its lasting name."""
        return self.owner.value, self.name, self.field


class _Gauge(msgspec.Struct, frozen=True):
    """What a limit is held against, and what follows."""

    then: str
    used: Callable[[AccountRow], int | None] = lambda _row: None
    about: Callable[[AccountRow], str] = lambda _row: ""


_UNTIL_TOMORROW = "Everything is closed, and nothing is opened until the next day"
_REFUSED = "Each order is held against it; one beyond it is refused"

_GAUGES: dict[str, _Gauge] = {
    "lots_per_order": _Gauge("A larger order is refused", lambda row: row.figures.largest_order),
    "lots_per_position": _Gauge(
        "Openings in the contract are refused",
        lambda row: row.figures.largest_position,
        lambda row: row.figures.largest_contract,
    ),
    "most_notional": _Gauge("Openings beyond it are refused", lambda row: row.figures.notional),
    "orders_per_second": _Gauge(
        "Orders wait for their turn, exits first; none is refused", lambda row: row.orders_last_second
    ),
    "orders_per_day": _Gauge("Openings are refused; exits never", lambda row: row.orders_today),
    "daily_loss": _Gauge(_UNTIL_TOMORROW, lambda row: -row.profit),
    "priced_anew_after": _Gauge("An order that waited longer leaves at a fresh price"),
    "engine_late_after": _Gauge("An alarm stands until it keeps up", lambda row: row.figures.engine_lag // 100),
    "check_margin": _Gauge("Openings that the funds do not cover are refused"),
}
"""By the field of RiskLimits; one that is not here is shown without a gauge."""

_UNITS = {"₹": Unit.MONEY, "lots": Unit.LOTS, "s": Unit.SECONDS, "%": Unit.PERCENT}


def account_limits(row: AccountRow) -> tuple[LimitUse, ...]:
    """Answer every limit of an account: those checked before each order, then those of its day."""
    return (*_of_orders(row), *_of_account_day(row))


def _of_orders(row: AccountRow) -> Iterator[LimitUse]:
    for spec in describe(RiskLimits):
        gauge = _GAUGES.get(spec.name, _Gauge(_REFUSED))
        value, unit = getattr(row.limits, spec.name), _unit_of(spec)
        used, limit = gauge.used(row), _number(value, unit)
        yield LimitUse(
            owner=Owner.ACCOUNT,
            name=row.account_id,
            field=f"limits.{spec.name}",
            title=spec.ask.title,
            help=spec.ask.help,
            unit=unit,
            used=used,
            limit=limit,
            used_part=_part(used, limit),
            about=gauge.about(row),
            then=gauge.then,
            has_tripped=used is not None and limit is not None and limit > 0 and used >= limit,
        )
        if spec.name == "orders_per_second":
            yield _of_minute(row)


def _of_minute(row: AccountRow) -> LimitUse:
    limit = row.limits.orders_per_second * 60
    used = row.figures.orders_last_minute
    return LimitUse(
        owner=Owner.ACCOUNT,
        name=row.account_id,
        field="limits.orders_per_second/minute",
        title="Orders in a minute",
        help="What the limit per second lets out in a minute; it has no limit of its own.",
        unit=Unit.COUNT,
        used=used,
        limit=limit,
        used_part=_part(used, limit),
        then="Orders wait for their turn, exits first; none is refused",
    )


def _of_account_day(row: AccountRow) -> Iterator[LimitUse]:
    declared = row.declared
    specs = {spec.name: spec for spec in describe(Account)}
    day = _Day(Owner.ACCOUNT, row.account_id, row.profit, row.floor, row.halted, declared.starting_cash)
    yield day.most(specs["max_profit"], declared.max_profit)
    yield day.lock(specs["profit_lock"], declared.profit_lock)
    spec = specs["square_off"]
    yield LimitUse(
        owner=Owner.ACCOUNT,
        name=row.account_id,
        field=spec.name,
        title=spec.ask.title,
        help=spec.ask.help,
        unit=Unit.TIME,
        limit=_number(declared.square_off, Unit.TIME),
        then=_UNTIL_TOMORROW,
        has_tripped=row.figures.square_off_done,
    )


def tag_limits(row: TagRow) -> tuple[LimitUse, ...]:
    """Answer the limits of a strategy tag's day, all its portfolios in all accounts together."""
    declared = row.declared
    specs = {spec.name: spec for spec in describe(StrategyTag)}
    day = _Day(Owner.TAG, declared.name, row.profit, row.floor, row.halted, Decimal(0))
    return (
        day.most(specs["max_loss"], declared.max_loss, loses=True),
        day.most(specs["max_profit"], declared.max_profit),
        day.lock(specs["profit_lock"], declared.profit_lock),
    )


class _Day(msgspec.Struct, frozen=True):
    """The day that limits of a profit or a loss are held against."""

    owner: Owner
    name: str
    profit: int
    floor: int | None
    halted: bool
    cash: Decimal

    def most(self, spec: FieldSpec, amount: Decimal | None, *, loses: bool = False) -> LimitUse:
        used, limit = -self.profit if loses else self.profit, _number(amount, Unit.MONEY)
        return self._use(spec, used, limit, _part(used, limit), _UNTIL_TOMORROW, tripped=self._is_over(used, limit))

    def lock(self, spec: FieldSpec, lock: DayLock | None) -> LimitUse:
        """Answer how near the lock is: to going on before it is on, to its floor from then on."""
        if lock is None:
            return self._use(spec, self.profit, None, None, "Off: no part of the day's profit is kept")
        reach = exact_units(lock.reach if lock.unit is DayUnit.RUPEES else lock.reach * self.cash / 100)
        if self.floor is None:
            then = "The lock goes on: from then on a part of the profit is kept"
            return self._use(spec, self.profit, reach, _part(self.profit, reach), then)
        near = 1.0 if self.profit <= self.floor else _part(self.floor, self.profit)
        then = f"The lock is on: at this floor {_UNTIL_TOMORROW[0].lower()}{_UNTIL_TOMORROW[1:]}"
        found = self._use(spec, self.profit, self.floor, near, then, tripped=self.halted and self.profit <= self.floor)
        return msgspec.structs.replace(found, is_floor=True)

    def _is_over(self, used: int, limit: int | None) -> bool:
        return self.halted and limit is not None and used >= limit

    def _use(
        self, spec: FieldSpec, used: int, limit: int | None, part: float | None, then: str, *, tripped: bool = False
    ) -> LimitUse:
        return LimitUse(
            owner=self.owner,
            name=self.name,
            field=spec.name,
            title=spec.ask.title,
            help=spec.ask.help,
            unit=Unit.MONEY,
            used=used,
            limit=limit,
            used_part=part,
            then=then,
            has_tripped=tripped,
        )


def _unit_of(spec: FieldSpec) -> Unit:
    if spec.kind.name == "SWITCH":
        return Unit.SWITCH
    return _UNITS.get(spec.ask.unit, Unit.COUNT)


def _number(value: Any, unit: Unit) -> int | None:
    """Answer a declared value in its unit; None where it is off."""
    match value:
        case None:
            return None
        case bool():
            return int(value)
        case time():
            return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000
        case Decimal():
            return exact_units(value)
        case int():
            return value * SCALE if unit in (Unit.SECONDS, Unit.PERCENT, Unit.MONEY) else value
        case _:
            raise TypeError(f"{value!r} is no limit that can be shown; say in limit_use what it counts")


def _part(used: int | None, limit: int | None) -> float | None:
    return None if used is None or not limit else max(0.0, used / limit)
