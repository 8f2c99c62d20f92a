"""Limits with their live use as a grid, what the kill switch would do now, and the history of what stopped trading."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import numpy as np
from PySide6.QtCore import QObject

from desktop.bridge import EngineBridge
from desktop.presentation import formats
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.accounts import state_story, state_text, state_tone
from desktop.viewmodels.cell_values import CellValue, moment_value, percent_value, rupees_value
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.grid_source import Expander, RowGridSource
from desktop.viewmodels.row_table import RowTableModel
from engine.domain.instant import SECOND, Instant, clock_text, ist_datetime
from engine.domain.money import SCALE, Price
from engine.domain.order import Side
from engine.domain.quote import QuoteColumn
from engine.views.accounts import AccountRow, TagRow
from engine.views.desk import STOPPING_KINDS
from engine.views.kill_effects import KillEffects, kill_effects
from engine.views.limit_use import LimitUse, Owner, Unit, account_limits, tag_limits
from engine.views.messages import MessageRow
from engine.views.portfolios import PortfolioRow

NEAR = 0.8
"""Part of a limit from which on it is shown as near."""

_UNITS = {
    Unit.MONEY: "₹",
    Unit.COUNT: "count",
    Unit.LOTS: "lots",
    Unit.SECONDS: "s",
    Unit.PERCENT: "%",
    Unit.TIME: "time",
    Unit.SWITCH: "switch",
}

_OPPOSITE = {Side.BUY: QuoteColumn.ASK, Side.SELL: QuoteColumn.BID}


class RiskLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the console: an account or a tag, or one of its limits."""

    key: tuple[str, ...]
    owner: Owner
    name: str
    title: str
    state: str = ""
    tone: Tone = Tone.PLAIN
    story: str = ""
    use: LimitUse | None = None


def amount_text(value: int | None, unit: Unit) -> str:
    """Write a number of a limit in its unit; a dash where there is none."""
    if value is None:
        return formats.MISSING
    match unit:
        case Unit.MONEY:
            return formats.rupees(value, 0)
        case Unit.SECONDS:
            return f"{formats.decimal(value / SCALE, 1)} s"
        case Unit.PERCENT:
            return f"{formats.decimal(value / SCALE, 0)} %"
        case Unit.TIME:
            minutes = value // 60_000_000
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
        case Unit.SWITCH:
            return "on" if value else "off"
        case Unit.LOTS:
            return f"{formats.quantity(value)} lots"
        case Unit.COUNT:
            return formats.quantity(value)


def amount_value(value: int | None, unit: Unit) -> CellValue:
    """Answer a number of a limit for a file: ₹, s and % as they are, a time of day as it is written."""
    match unit:
        case _ if value is None:
            return None
        case Unit.MONEY | Unit.SECONDS | Unit.PERCENT:
            return rupees_value(value)
        case Unit.SWITCH:
            return bool(value)
        case Unit.TIME:
            return amount_text(value, unit)
        case Unit.LOTS | Unit.COUNT:
            return value


def left_value(use: LimitUse) -> CellValue:
    """Answer how far a limit is from tripping; 0 where it is reached."""
    left = 0 if use.has_tripped else use.left
    if left is None:
        return None
    return amount_value(max(0, -left if use.is_floor else left), use.unit)


def left_text(use: LimitUse) -> str:
    """Write how far a limit is from tripping."""
    if use.has_tripped:
        return "reached"
    left = use.left
    if left is None:
        return ""
    if use.is_floor:
        left = -left
    return "reached" if left <= 0 else f"{amount_text(left, use.unit)} left"


def _of_use(text: Callable[[LimitUse], str]) -> Callable[[RiskLine], str]:
    return lambda line: "" if line.use is None else text(line.use)


def _value(of: Callable[[LimitUse], CellValue]) -> Callable[[RiskLine], CellValue]:
    return lambda line: None if line.use is None else of(line.use)


def _limit(use: LimitUse) -> str:
    return "off" if use.limit is None else amount_text(use.limit, use.unit)


def _used(use: LimitUse) -> str:
    if use.used is None:
        return ""
    return amount_text(use.used, use.unit) + (f" · {use.about}" if use.about else "")


def _use_tone(line: RiskLine) -> Tone:
    use = line.use
    if use is None:
        return line.tone
    if use.has_tripped:
        return Tone.DOWN
    if use.limit is None:
        return Tone.MUTED
    return Tone.WARNING if (use.used_part or 0.0) >= NEAR else Tone.PLAIN


def _percent(use: LimitUse) -> str:
    mark = " !" if use.has_tripped or (use.used_part or 0.0) >= NEAR else ""
    return "" if use.used_part is None else f"{formats.percent(use.used_part, 0)}{mark}"


RISK_COLUMNS: tuple[Column[RiskLine], ...] = (
    Column(
        key="title",
        header="Limit",
        width=170,
        align=Align.LEFT,
        text=lambda line: line.title,
        cell_tooltip=lambda line: line.story if line.use is None else line.use.help,
    ),
    Column(
        key="used",
        header="Now",
        tooltip="What is used of it",
        width=150,
        align=Align.LEFT,
        text=lambda line: line.state if line.use is None else _used(line.use),
        tone=_use_tone,
        cell_tooltip=lambda line: line.story if line.use is None else line.use.help,
        value=lambda line: line.state if line.use is None else amount_value(line.use.used, line.use.unit),
    ),
    Column(
        key="limit",
        header="Limit is",
        tooltip="As it holds now; Enter changes it",
        width=90,
        text=_of_use(_limit),
        tone=lambda line: Tone.MUTED if line.use is not None and line.use.limit is None else Tone.PLAIN,
        value=_value(lambda use: amount_value(use.limit, use.unit)),
    ),
    Column(
        key="part",
        header="Used",
        tooltip="Part of the limit that is used; an exclamation mark from 80 % on",
        width=92,
        text=_of_use(_percent),
        tone=_use_tone,
        bar=lambda line: 0.0 if line.use is None else min(1.0, line.use.used_part or 0.0),
        value=_value(lambda use: percent_value(use.used_part)),
        unit="%",
    ),
    Column(
        key="left",
        header="Trips after",
        tooltip="What is left until it is reached",
        width=110,
        text=_of_use(left_text),
        tone=_use_tone,
        rank=1,
        value=_value(left_value),
    ),
    Column(
        key="unit",
        header="Unit",
        tooltip="What the numbers of a file count",
        width=60,
        align=Align.LEFT,
        hidden=True,
        text=_of_use(lambda use: _UNITS[use.unit]),
    ),
    Column(
        key="then",
        header="What happens then",
        width=300,
        align=Align.LEFT,
        text=_of_use(lambda use: use.then),
        tone=lambda _line: Tone.MUTED,
        rank=2,
    ),
)
"""Columns of the risk console."""


class RiskSource(RowGridSource[RiskLine]):
    """Accounts and tags with their limits below them; ``refresh`` takes the newest status."""

    def __init__(self, bridge: EngineBridge) -> None:
        super().__init__(
            RISK_COLUMNS,
            lambda line: line.key,
            level=lambda line: len(line.key) - 2,
            bold=lambda line: len(line.key) == 2,
            expander=self._expander,
        )
        self._bridge = bridge
        self._only_set = False

    def refresh(self) -> None:
        """Show the limits as they stand."""
        status = self._bridge.status
        if status is not None:
            lines = risk_lines(status.accounts, status.tags, self._bridge.portfolios.values(), status.at)
            self.set_rows([line for line in lines if self._is_shown(line)])

    def show_only_set(self, only: bool) -> None:
        """Leave out limits that are off, and those that are only held against single orders."""
        self._only_set = only
        self.refresh()

    def toggle(self, number: int) -> None:
        """Fold or unfold the limits of an account or a tag."""
        self.turn_fold(self.row(number).key[:2])

    def show_folds(self) -> None:
        """Show what is not folded away."""
        self.refresh()

    def _is_shown(self, line: RiskLine) -> bool:
        if line.use is None:
            return len(line.key) == len(("owner", "name")) or not self.is_folded(line.key[:2])
        counts = line.use.limit is not None and line.use.used is not None
        return not self.is_folded(line.key[:2]) and (counts or not self._only_set)

    def _expander(self, line: RiskLine) -> Expander:
        if len(line.key) > 2:
            return Expander.NONE
        return Expander.CLOSED if self.is_folded(line.key[:2]) else Expander.OPEN


def risk_lines(
    accounts: Sequence[AccountRow], tags: Sequence[TagRow], portfolios: Iterable[PortfolioRow], at: Instant
) -> Iterator[RiskLine]:
    """Return a line for each account and tag, and below it one for each of its limits and for what cools off."""
    cooling = list(_cooling(portfolios, at))
    for account in accounts:
        yield RiskLine(
            key=(Owner.ACCOUNT.value, account.account_id),
            owner=Owner.ACCOUNT,
            name=account.account_id,
            title=f"Account {account.account_id}",
            state=f"{state_text(account)} · {formats.arrowed_amount(account.profit, 0)}",
            tone=state_tone(account),
            story=state_story(account),
        )
        yield from (_limit_line(use) for use in account_limits(account))
        yield from (line for line in cooling if line.name == account.account_id)
    for tag in tags:
        name = tag.declared.name
        yield RiskLine(
            key=(Owner.TAG.value, name),
            owner=Owner.TAG,
            name=name,
            title=f"Strategy tag {name}",
            state=f"{_tag_state(tag)} · {formats.arrowed_amount(tag.profit, 0)}",
            tone=Tone.DOWN if tag.halted else Tone.UP if tag.declared.enabled else Tone.MUTED,
            story=tag.halt_why or "Nothing keeps it from trading",
        )
        yield from (_limit_line(use) for use in tag_limits(tag))


def _limit_line(use: LimitUse) -> RiskLine:
    return RiskLine(key=use.key, owner=use.owner, name=use.name, title=use.title, use=use)


def _cooling(portfolios: Iterable[PortfolioRow], at: Instant) -> Iterator[RiskLine]:
    """Return a line for each portfolio that nobody starts again yet: its last leg was closed not long ago."""
    for row in portfolios:
        closed = [leg.closed_at for leg in row.legs if leg.closed_at is not None]
        until = max(closed, default=0) + row.portfolio.execution.cooling_off * SECOND
        if closed and until > at and not row.open_legs:
            yield RiskLine(
                key=(Owner.ACCOUNT.value, row.account, f"cooling {row.portfolio_id}"),
                owner=Owner.ACCOUNT,
                name=row.account,
                title=f"Cooling-off of {row.name}",
                state=f"not started before {clock_text(until)}",
                tone=Tone.WARNING,
                story="Its last leg was closed not long ago; its Execution tab says how long it waits",
            )


def _tag_state(tag: TagRow) -> str:
    return "halted" if tag.halted else "trades" if tag.declared.enabled else "off"


def present_effects(bridge: EngineBridge) -> KillEffects:
    """Return what the kill switch would do now, at the newest quotes."""
    rows = [leg.row for one in bridge.portfolios.values() if not one.is_done for leg in one.legs if leg.net_quantity]
    found = dict(zip(rows, bridge.snapshot().quotes(np.array(rows, dtype=np.int64)), strict=True)) if rows else {}

    def opposite(row: int, side: Side) -> Price | None:
        price = int(found[row][_OPPOSITE[side]])
        return Price(price) if price > 0 else None

    return kill_effects(bridge.portfolios.values(), bridge.orders.values(), opposite)


class StopsModel(RowTableModel[MessageRow]):
    """What stopped trading or let it go on, oldest first: kill switch, exit-only mode, limits of days."""

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(STOP_COLUMNS, lambda row: row.number, theme, parent)
        self._take(bridge.messages)
        bridge.messages_added.connect(self._take)

    def _take(self, messages: list[MessageRow]) -> None:
        self.apply_rows([row for row in messages if row.kind in STOPPING_KINDS])


def _whose(row: MessageRow) -> str:
    if row.kind.startswith("kill_switch"):
        return "all accounts"
    return row.strategy_tag or row.account


STOP_COLUMNS: tuple[Column[MessageRow], ...] = (
    Column(
        key="time",
        header="When",
        width=108,
        align=Align.LEFT,
        text=lambda row: f"{ist_datetime(row.at):%d %b %H:%M:%S}",
        sort_value=lambda row: row.number,
        value=lambda row: moment_value(row.at),
    ),
    Column(key="whose", header="Of", width=84, align=Align.LEFT, text=_whose),
    Column(
        key="what",
        header="What happened, and why",
        width=320,
        align=Align.LEFT,
        text=lambda row: row.sentence,
        cell_tooltip=lambda row: row.sentence,
    ),
)
"""Columns of the history of stops."""
