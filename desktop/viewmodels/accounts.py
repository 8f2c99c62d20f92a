"""Accounts and strategy tags as tables."""

from decimal import Decimal

from PySide6.QtCore import QObject

from desktop.bridge import EngineBridge
from desktop.presentation import formats
from desktop.presentation.theme import Theme
from desktop.presentation.tones import Tone
from desktop.viewmodels.cell_values import rupees_value
from desktop.viewmodels.columns import Align, Column
from desktop.viewmodels.row_table import RowTableModel
from engine.domain.money import SCALE, exact_units
from engine.domain.settings.day_limits import DayLock, DayUnit
from engine.domain.settings.retry_policy import RetryPolicy
from engine.views.accounts import AccountRow, TagRow
from engine.views.status import StatusRow


def state_text(row: AccountRow) -> str:
    """Say in a word or two whether an account trades."""
    if not row.is_open:
        return "not open"
    if not row.declared.enabled:
        return "off"
    if not row.is_connected:
        return "line down"
    if row.recovering:
        return "comparing"
    if row.halted:
        return "halted"
    return "exit only" if row.exit_only is not None else "trades"


def state_tone(row: AccountRow) -> Tone:
    """Colour an account's state."""
    tones = {"trades": Tone.UP, "comparing": Tone.WARNING, "exit only": Tone.WARNING, "off": Tone.MUTED}
    return tones.get(state_text(row), Tone.DOWN)


def state_story(row: AccountRow) -> str:
    """Explain an account's state in whole sentences."""
    parts = [row.halt_why, row.exit_only and f"Exit only: {row.exit_only}", *(detail for _, detail in row.down)]
    parts += [f"{name}: we hold {ours:+d}, the broker says {brokers:+d}" for name, ours, brokers in row.drift]
    return "\n".join(part for part in parts if part) or "Nothing keeps it from trading"


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else formats.compact_rupees(exact_units(amount))


def _sign_tone(amount: int) -> Tone:
    return Tone.UP if amount > 0 else Tone.DOWN if amount < 0 else Tone.PLAIN


def lock_text(lock: DayLock | None) -> str:
    """Write a profit lock as ``reach~lock~every~by``, the way desks of several accounts write it."""
    if lock is None:
        return ""
    percent = " %" if lock.unit is DayUnit.CASH else ""
    return f"{lock.reach:f}~{lock.lock:f}~{lock.every:f}~{lock.by:f}{percent}"


def deltas_text(row: AccountRow) -> str:
    """Write an account's net delta per index: ``NIFTY +130, BANKNIFTY −35``; a question mark without prices."""
    return ", ".join(
        f"{one.underlying} {'?' if one.delta is None else formats.signed_quantity(round(one.delta / SCALE))}"
        for one in row.net_deltas
    )


def _exact_deltas(row: AccountRow) -> str:
    """Write them for a file, in parts of units as they are known."""
    known = {one.underlying: None if one.delta is None else Decimal(one.delta) / SCALE for one in row.net_deltas}
    return ", ".join(f"{name} ?" if delta is None else f"{name} {delta:+f}" for name, delta in known.items())


def deltas_story(row: AccountRow) -> str:
    """Write the same in units and lots, a line for each index."""
    return "\n".join(
        f"{one.underlying}: a price is missing"
        if one.delta is None or one.lots is None
        else f"{one.underlying}: {one.delta / SCALE:+.1f} units, {one.lots:+.2f} lots of {one.lot_size}"
        for one in row.net_deltas
    )


def retry_text(policy: RetryPolicy) -> str:
    """Write a retry policy: ``3 × 1 s to 10 s``."""
    return f"{policy.retries} × {policy.wait:f} s to {policy.longest_wait:f} s"


ACCOUNT_COLUMNS: tuple[Column[AccountRow], ...] = (
    Column(key="account", header="Account", width=96, align=Align.LEFT, text=lambda row: row.account_id),
    Column(key="alias", header="Alias", width=96, align=Align.LEFT, text=lambda row: row.declared.alias, rank=2),
    Column(
        key="enabled",
        header="On",
        tooltip="Whether openings are allowed by its settings",
        width=36,
        align=Align.CENTRE,
        text=lambda row: "yes" if row.declared.enabled else "no",
        tone=lambda row: Tone.PLAIN if row.declared.enabled else Tone.MUTED,
        value=lambda row: row.declared.enabled,
    ),
    Column(key="broker", header="Broker", width=56, align=Align.LEFT, text=lambda row: row.declared.broker, rank=2),
    Column(
        key="state",
        header="State",
        tooltip="Whether it trades now; rest on a cell for the reason",
        width=78,
        align=Align.LEFT,
        text=state_text,
        tone=state_tone,
        cell_tooltip=state_story,
    ),
    Column(
        key="profit",
        header="MTM today",
        tooltip="What its portfolios made today before charges, ₹",
        width=86,
        text=lambda row: formats.rupees(row.profit),
        tone=lambda row: _sign_tone(row.profit),
        value=lambda row: rupees_value(row.profit),
    ),
    Column(
        key="line",
        header="Line",
        tooltip="Whether orders can leave for its broker: logged in and connected",
        width=40,
        align=Align.CENTRE,
        text=lambda row: "up" if row.is_connected else "down",
        tone=lambda row: Tone.PLAIN if row.is_connected else Tone.DOWN,
        rank=4,
    ),
    Column(
        key="intraday",
        header="MTM MIS",
        tooltip="What intraday legs made today before charges, ₹",
        width=80,
        text=lambda row: formats.signed_amount(row.figures.intraday, 0),
        tone=lambda row: _sign_tone(row.figures.intraday),
        rank=2,
        value=lambda row: rupees_value(row.figures.intraday),
    ),
    Column(
        key="carried",
        header="MTM NRML",
        tooltip="What legs that are carried forward made today before charges, ₹",
        width=80,
        text=lambda row: formats.signed_amount(row.figures.carried, 0),
        tone=lambda row: _sign_tone(row.figures.carried),
        rank=2,
        value=lambda row: rupees_value(row.figures.carried),
    ),
    Column(
        key="booked",
        header="Booked",
        tooltip="What the closed parts of today's legs made before charges, ₹",
        width=80,
        text=lambda row: formats.signed_amount(row.figures.booked, 0),
        tone=lambda row: _sign_tone(row.figures.booked),
        rank=3,
        value=lambda row: rupees_value(row.figures.booked),
    ),
    Column(
        key="margin_free",
        header="Available",
        tooltip="Free funds at the broker's last books, ₹",
        width=80,
        text=lambda row: "" if row.margin_free is None else formats.compact_rupees(row.margin_free),
        value=lambda row: rupees_value(row.margin_free),
    ),
    Column(
        key="margin_used",
        header="Utilised",
        tooltip="Blocked margin at the broker's last books, ₹",
        width=80,
        text=lambda row: "" if row.margin_used is None else formats.compact_rupees(row.margin_used),
        value=lambda row: rupees_value(row.margin_used),
    ),
    Column(
        key="charges",
        header="Charges",
        tooltip="What trading has cost so far, at the broker's last books, ₹",
        width=74,
        text=lambda row: "" if row.charges is None else formats.rupees(row.charges),
        value=lambda row: rupees_value(row.charges),
    ),
    Column(
        key="net_delta",
        header="Net Δ",
        tooltip="What the account makes per point of each index, in units; rest on a cell for lots",
        width=120,
        align=Align.LEFT,
        text=deltas_text,
        cell_tooltip=deltas_story,
        rank=1,
        value=_exact_deltas,
    ),
    Column(
        key="market_orders",
        header="Market",
        tooltip="Whether market orders are allowed",
        width=52,
        align=Align.CENTRE,
        text=lambda row: "yes" if row.declared.market_orders else "no",
        rank=3,
        value=lambda row: row.declared.market_orders,
    ),
    Column(
        key="square_off",
        header="SqOff",
        tooltip="When everything of the account is closed",
        width=52,
        text=lambda row: "" if row.declared.square_off is None else f"{row.declared.square_off:%H:%M}",
    ),
    Column(
        key="square_off_done",
        header="Done",
        tooltip="Whether everything was closed at the account's square-off time today",
        width=40,
        align=Align.CENTRE,
        text=lambda row: "" if row.declared.square_off is None else "yes" if row.figures.square_off_done else "no",
        rank=4,
        value=lambda row: None if row.declared.square_off is None else row.figures.square_off_done,
    ),
    Column(
        key="max_loss",
        header="Max loss",
        tooltip="Loss of the day that closes everything, ₹",
        width=74,
        text=lambda row: _amount(row.limits.daily_loss),
        value=lambda row: row.limits.daily_loss,
    ),
    Column(
        key="max_profit",
        header="Max profit",
        tooltip="Profit of the day that closes everything, ₹",
        width=74,
        text=lambda row: _amount(row.declared.max_profit),
        value=lambda row: row.declared.max_profit,
    ),
    Column(
        key="lock",
        header="Profit lock",
        tooltip="If the day reaches ~ lock ~ every increase of ~ trail by, ₹ or % of the starting cash",
        width=120,
        text=lambda row: lock_text(row.declared.profit_lock),
        rank=3,
    ),
    Column(
        key="floor",
        header="Floor",
        tooltip="Profit of the day at which the lock closes everything, ₹",
        width=74,
        text=lambda row: "" if row.floor is None else formats.compact_rupees(row.floor),
        value=lambda row: rupees_value(row.floor),
    ),
    Column(
        key="multiplier",
        header="×",
        tooltip="Every portfolio trades so many times its lots here",
        width=36,
        text=lambda row: str(row.declared.multiplier),
        value=lambda row: row.declared.multiplier,
    ),
    Column(
        key="portfolios",
        header="Alive",
        tooltip="Portfolios that are not done",
        width=46,
        text=lambda row: str(row.portfolios_alive),
        value=lambda row: row.portfolios_alive,
    ),
    Column(
        key="orders",
        header="Orders",
        tooltip="Orders of today, of those a day allows",
        width=74,
        text=lambda row: f"{row.orders_today} / {row.limits.orders_per_day}",
        rank=1,
        value=lambda row: row.orders_today,
    ),
)
"""Columns of the accounts (executor reference, Appendix D, Users)."""


TAG_COLUMNS: tuple[Column[TagRow], ...] = (
    Column(key="name", header="Strategy tag", width=120, align=Align.LEFT, text=lambda row: row.declared.name),
    Column(
        key="members",
        header="Accounts",
        tooltip="Each with its multiplier",
        width=200,
        align=Align.LEFT,
        text=lambda row: ", ".join(f"{one.account} ×{one.multiplier}" for one in row.declared.members),
    ),
    Column(
        key="enabled",
        header="On",
        width=36,
        align=Align.CENTRE,
        text=lambda row: "yes" if row.declared.enabled else "no",
        tone=lambda row: Tone.PLAIN if row.declared.enabled else Tone.MUTED,
        value=lambda row: row.declared.enabled,
    ),
    Column(
        key="state",
        header="State",
        width=78,
        align=Align.LEFT,
        text=lambda row: "halted" if row.halted else "off" if not row.declared.enabled else "trades",
        tone=lambda row: Tone.DOWN if row.halted else Tone.UP if row.declared.enabled else Tone.MUTED,
        cell_tooltip=lambda row: row.halt_why or "Nothing keeps it from trading",
    ),
    Column(
        key="profit",
        header="MTM today",
        tooltip="What its portfolios made today in all accounts, before charges, ₹",
        width=86,
        text=lambda row: formats.rupees(row.profit),
        tone=lambda row: _sign_tone(row.profit),
        value=lambda row: rupees_value(row.profit),
    ),
    Column(
        key="max_loss",
        header="Max loss",
        width=74,
        text=lambda row: _amount(row.declared.max_loss),
        value=lambda row: row.declared.max_loss,
    ),
    Column(
        key="max_profit",
        header="Max profit",
        width=74,
        text=lambda row: _amount(row.declared.max_profit),
        value=lambda row: row.declared.max_profit,
    ),
    Column(
        key="lock",
        header="Profit lock",
        tooltip="If the day reaches ~ lock ~ every increase of ~ trail by, ₹",
        width=120,
        text=lambda row: lock_text(row.declared.profit_lock),
    ),
    Column(
        key="floor",
        header="Floor",
        width=74,
        text=lambda row: "" if row.floor is None else formats.compact_rupees(row.floor),
        value=lambda row: rupees_value(row.floor),
    ),
    Column(key="entry_retry", header="Entry retries", width=110, text=lambda row: retry_text(row.declared.entry_retry)),
    Column(key="exit_retry", header="Exit retries", width=110, text=lambda row: retry_text(row.declared.exit_retry)),
    Column(
        key="hold",
        header="Hold",
        tooltip="Pause between the last bought leg and the first sale, s",
        width=46,
        text=lambda row: str(row.declared.hold),
        value=lambda row: row.declared.hold,
    ),
    Column(
        key="portfolios",
        header="Alive",
        width=46,
        text=lambda row: str(row.portfolios_alive),
        value=lambda row: row.portfolios_alive,
    ),
)
"""Columns of the strategy tags."""


class AccountsModel(RowTableModel[AccountRow]):
    """Every account, the default one first."""

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(ACCOUNT_COLUMNS, lambda row: row.account_id, theme, parent)
        bridge.status_changed.connect(self._take)
        if bridge.status is not None:
            self._take(bridge.status)

    def _take(self, status: StatusRow) -> None:
        self.replace_all(status.accounts)


class TagsModel(RowTableModel[TagRow]):
    """Every strategy tag, the default one first."""

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(TAG_COLUMNS, lambda row: row.declared.name, theme, parent)
        bridge.status_changed.connect(self._take)
        if bridge.status is not None:
            self._take(bridge.status)

    def _take(self, status: StatusRow) -> None:
        self.replace_all(status.tags)
