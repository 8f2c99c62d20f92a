"""The risk of all positions in a few gauges: number, unit, and how full the bar is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from desktop.presentation import formats
from desktop.presentation.tones import Tone, tone_of_sign
from engine.domain.money import exact_units
from engine.views.positions import PositionRow
from engine.views.status import StatusRow

_WARNS_AT = 0.8
"""How full a bar of what must not be full is when it warns."""


class Gauge(msgspec.Struct, frozen=True, kw_only=True):
    """One gauge.

    Attributes:
        title: What is measured, shortly, with its unit.
        text: The value.
        fraction: How full the bar is: −1 to 1 from its middle, or 0 to 1 from its left; None draws none.
        centred: The bar grows from its middle.
        tone: Meaning of the colour; sign and words say the same.
        tip: What it is, and its parts.
    """

    title: str
    text: str
    fraction: float | None
    centred: bool
    tone: Tone
    tip: str


_GREEKS: tuple[tuple[str, str, str], ...] = (
    ("cash_delta", "Net Δ ₹/1%", "Cash delta: ₹ gained when the underlyings rise by 1 %"),
    ("cash_gamma", "Γ ₹/1%", "Cash gamma: by how many ₹ the cash delta changes when the underlyings rise by 1 %"),
    ("theta", "Θ ₹/day", "Time value: ₹ per calendar day"),
    ("vega", "V ₹/pt", "₹ per volatility point"),
)


class RiskGauges:
    """Makes gauges from the newest lines; remembers the largest values seen, which make a bar of Greeks full."""

    def __init__(self) -> None:
        self._largest: defaultdict[str, float] = defaultdict(float)

    def gauges(
        self, underlyings: Sequence[str], held: Sequence[PositionRow], status: StatusRow | None
    ) -> tuple[Gauge, ...]:
        """Answer the gauges, the most important first; ``held`` are legs, for what is closed has no Greeks."""
        greeks = [self._greek(underlyings, held, name, title, words) for name, title, words in _GREEKS]
        return (_day(status), greeks[0], _margin(status), *greeks[1:])

    def _greek(
        self, underlyings: Iterable[str], legs: Sequence[PositionRow], name: str, title: str, words: str
    ) -> Gauge:
        parts: dict[str, float | None] = dict.fromkeys(underlyings, 0.0)
        for leg in legs:
            value, before = getattr(leg, name), parts[leg.underlying]
            parts[leg.underlying] = None if value is None or before is None else before + value
        known = [part for part in parts.values() if part is not None]
        total = sum(known) if len(known) == len(parts) else None
        self._largest[name] = max(self._largest[name], abs(total or 0.0))
        largest = self._largest[name]
        each = "\n".join(f"{underlying}: {_cash(part)}" for underlying, part in parts.items())
        scale = f"A full bar is the largest seen in this window, {_cash(largest)}"
        return Gauge(
            title=title,
            text=_cash(total),
            fraction=None if total is None or not largest else total / largest,
            centred=True,
            tone=Tone.MUTED if total is None else tone_of_sign(total),
            tip="\n".join(part for part in (f"{words}.", each, f"{scale}.") if part),
        )


def _cash(rupees: float | None) -> str:
    return formats.signed_amount(None if rupees is None else round(rupees * formats.UNITS_PER_RUPEE), 0)


def _margin(status: StatusRow | None) -> Gauge:
    accounts = [one for one in (status.accounts if status else ()) if one.margin_used is not None and one.is_open]
    used = sum(one.margin_used or 0 for one in accounts)
    whole = used + sum(one.margin_free or 0 for one in accounts)
    share = used / whole if whole > 0 else None
    each = "\n".join(
        f"{one.account_id}: {formats.compact_rupees(one.margin_used)} used, "
        f"{formats.compact_rupees(one.margin_free)} free"
        for one in accounts
    )
    full = share is not None and share >= _WARNS_AT
    return Gauge(
        title="Margin used",
        text=formats.percent(share, 0) + (" ⚠" if full else ""),
        fraction=share,
        centred=False,
        tone=Tone.WARNING if full else Tone.MUTED if share is None else Tone.PLAIN,
        tip="\n".join(part for part in ("Used margin of all funds, as the broker's newest books say.", each) if part),
    )


def _day(status: StatusRow | None) -> Gauge:
    """Answer the day's profit against the nearest limit of an account."""
    accounts = [one for one in (status.accounts if status else ()) if one.is_open]
    profit = sum(one.profit for one in accounts)
    shares, each = [], []
    for one in accounts:
        loss, limit = max(0, -one.profit), one.limits.daily_loss
        words = f"{one.account_id}: {formats.signed_amount(one.profit, 0)}"
        if limit is not None:
            shares.append(loss / exact_units(limit))
            words += f", its day ends at a loss of {formats.rupees(exact_units(limit), 0)}"
        each.append(words)
    worst = max(shares, default=None)
    near = worst is not None and worst >= _WARNS_AT
    bar = "The bar is full when a limit of the day is reached." if shares else "No account has a limit of the day."
    return Gauge(
        title="Day P&L ₹",
        text=formats.signed_amount(profit, 0) + (" ⚠" if near else ""),
        fraction=worst,
        centred=False,
        tone=Tone.WARNING if near else tone_of_sign(profit),
        tip="\n".join(
            (
                "Profit of the day in all accounts before charges, counted once a second against limits.",
                *each,
                bar,
            )
        ),
    )
